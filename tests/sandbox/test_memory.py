"""Memory that no process owns is counted or can't be had, kind for kind, with small things and low limits."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from submitted import needs_sandbox

from trainkit.grading.batch import box_for
from trainkit.sandbox import levels
from trainkit.sandbox.fork.host import Child
from trainkit.sandbox.limits import MIB, Limits
from trainkit.sandbox.memory import resident
from trainkit.sandbox.messages import Died, Message
from trainkit.sandbox.running import Runner

pytestmark = needs_sandbox

#: Seconds after which a test gives up; none waits for them.
PATIENCE = 60

#: What a process holds beside its own memory, and how many bytes of it have to be counted at least.
KINDS = {
    "sockets": ("kept = [socket.socketpair() for _ in range(40)]", 80 * 200_000),
    "pipes": ("kept = [os.pipe() for _ in range(60)]", 60 * 60_000),
    "files in memory": ("kept = os.memfd_create('kept'); os.write(kept, bytes(8 * 2**20))", 8 * 2**20),
    "polls": ("kept = [select.epoll() for _ in range(50)]", 50 * 60_000),
    "open files": ("kept = [open(os.devnull) for _ in range(200)]", 200 * 1000),
    "locks": (
        "kept = tempfile.TemporaryFile()\n"
        "for n in range(2000):\n    fcntl.lockf(kept, fcntl.LOCK_EX, 1, 2 * n)",
        2000 * 200,
    ),
    "page tables": (
        "kept = mmap.mmap(-1, 512 * 2**20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "for n in range(256):\n    kept[n * 2**21] = 1",
        256 * 8000,
    ),
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counted from Linux's /proc")
@pytest.mark.parametrize(("source", "least"), KINDS.values(), ids=KINDS.keys())
def test_what_the_kernel_keeps_for_a_process_is_counted(source: str, least: int):
    code = (
        "import fcntl, mmap, os, select, socket, sys, tempfile\n"
        f"print('before', flush=True); sys.stdin.readline()\n{source}\nprint('after', flush=True)\n"
        "sys.stdin.readline()"
    )
    argv = [sys.executable, "-c", code]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        before = resident(process.pid, 10**12)
        process.stdin.write("\n")
        process.stdin.flush()
        process.stdout.readline()
        after = resident(process.pid, 10**12)
        process.stdin.write("\n")
    assert after - before >= least


def test_what_two_processes_share_counts_once():
    code = (
        "import os, sys\nkept = [os.pipe() for _ in range(50)]\nos.fork()\n"
        "print('ready', flush=True)\nsys.stdin.read()"
    )
    argv = [sys.executable, "-c", code]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.readline()
        both = resident(process.pid, 10**12)
        process.stdin.close()
    assert both < 50 * 2 * 65_536 + 60 * MIB


@pytest.fixture(scope="module", params=["fork", "bubblewrap"])
def box(request: pytest.FixtureRequest) -> Iterator[Runner]:
    """A runner of each level, as grading makes it."""
    if request.param == "fork" and levels.probe().level != "fork":
        pytest.skip(f"no fork engine here: {levels.probe().detail}")
    with box_for(prefer=request.param) as made:
        yield made


def run(box: Runner, source: str) -> list[Message]:
    deadline, stop = time.monotonic() + PATIENCE, threading.Event()
    kernel = box.kernel({}, {}, deadline, stop)
    try:
        return list(kernel.run(source, deadline, stop))
    finally:
        kernel.close()


#: What would take memory that nobody could count, or more than is counted; each has to be refused.
REFUSED = {
    "larger buffers of sockets": "socket.socketpair()[0].setsockopt(1, socket.SO_SNDBUF, 10**6)",
    "larger pipes": "fcntl.fcntl(os.pipe()[1], 1031, 2**20)",
    "descriptors on their way": "socket.send_fds(socket.socketpair()[0], [b'x'], [0])",
    "locks that are nobody's": "fcntl.fcntl(os.open('own', os.O_RDWR | os.O_CREAT), 37, bytes(32))",
    "connections": "called('connect', 42, 203, 0, 0, 0)",
    "large pages in pipes": "called('vmsplice', 278, 75, 1, 0, 0, 0)",
    "watches of folders": "called('inotify_init1', 294, 26, 0)",
    "threads with files of their own": "called('clone', 56, 220, 0x10900)",
    "files in memory": "os.memfd_create('mine')",
    "shared memory": "called('shmget', 29, 194, 0, 4096, 0o1600)",
    "queues": "called('mq_open', 240, 180, 0)",
}

TOOLS = """
import ctypes, fcntl, os, platform, socket
def called(name, x86, arm, *arguments):
    number = {"x86_64": x86, "aarch64": arm}[platform.machine()]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *map(ctypes.c_long, arguments)) < 0:
        raise OSError(ctypes.get_errno(), name)
"""


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_counted_is_refused(box: Runner, source: str):
    messages = run(box, f"{TOOLS}{source}")
    assert [
        (m.content["ename"], "[Errno 1]" in m.content["evalue"]) for m in messages if m.kind == "error"
    ] == [("PermissionError", True)]


def test_the_limits_of_what_the_kernel_keeps_hold(box: Runner):
    names = ("NOFILE", "MSGQUEUE", "MEMLOCK", "SIGPENDING")
    source = (
        f"import resource\nprint([resource.getrlimit(getattr(resource, 'RLIMIT_' + n))[1] for n in {names}])"
    )
    said = "".join(m.content["text"] for m in run(box, source) if m.kind == "stream")
    files, queues, locked, signals = map(int, said.strip(" []\n").split(","))
    assert files <= Limits().files
    assert queues == 0
    assert locked <= 2**20
    assert signals <= 1024


def held(kernel: Any) -> int:
    """Return the bytes that a kernel's box holds, seen from outside."""
    if not isinstance(kernel, Child):
        return resident(kernel._manager.provisioner.pid, 0)
    told = Path(f"/proc/self/fdinfo/{kernel._pidfd}").read_text()
    return resident(int(told.split("Pid:")[1].split()[0]), 0)


#: Long enough to be looked at, and what the rest needs.
IDLE = "import socket, time\ntime.sleep(0.6)"

#: What takes some megabytes that no process owns, and waits then to be found out.
HELD = {
    "sockets": "kept = [socket.socketpair() for _ in range(80)]",
    "files in memory": "open('/tmp/kept', 'wb').write(bytes(60 * 2**20))",
}


@pytest.mark.parametrize("source", HELD.values(), ids=HELD.keys())
def test_a_box_that_holds_more_than_it_may_is_ended(box: Runner, source: str):
    """The limit lies 25 MB above what the box has before; what is held takes 44 to 60 MB."""
    deadline, stop = time.monotonic() + PATIENCE, threading.Event()
    with closing(box.kernel({}, {}, deadline, stop)) as kernel:
        list(kernel.run(IDLE, deadline, stop))
        tight = replace(Limits(), resident_bytes=held(kernel) + 25 * MIB)
    with (
        levels.runner(tight, box.hidden, prefer=box.level) as made,
        closing(made.kernel({}, {}, deadline, stop)) as kernel,
    ):
        calm = list(kernel.run(IDLE, deadline, stop))
        assert calm[-1].content["status"] == "ok"
        with pytest.raises(Died):
            list(kernel.run(f"{source}\ntime.sleep(30)", deadline, stop))
