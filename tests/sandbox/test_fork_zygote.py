"""The warm process and its children: what a child does is its own trouble, and nobody else's."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from submitted import needs_sandbox

from trainkit.errors import SandboxError
from trainkit.sandbox import levels
from trainkit.sandbox.environment import whole_environment
from trainkit.sandbox.fork.host import Child
from trainkit.sandbox.fork.runner import ForkRunner
from trainkit.sandbox.limits import Limits
from trainkit.sandbox.messages import Died, Flood, Garbled, Message, TooLong

pytestmark = [
    *needs_sandbox,
    pytest.mark.slow,
    pytest.mark.skipif(
        levels.probe().level != "fork", reason=f"no fork engine here: {levels.probe().detail}"
    ),
]

#: Seconds after which a test gives up; none waits for them.
PATIENCE = 60.0


@pytest.fixture(scope="module")
def runner() -> Iterator[ForkRunner]:
    with levels.runner() as made:
        assert isinstance(made, ForkRunner)
        yield made


def born(runner: ForkRunner, inputs: dict | None = None, **limits: float) -> Child:
    """Return a child that is ready, with limits of its own."""
    with levels.runner(Limits(**limits)) as own:
        return own.kernel(inputs or {}, {}, time.monotonic() + PATIENCE, threading.Event())


def talk(child: Child, source: str, seconds: float = PATIENCE) -> list[Message]:
    return list(child.run(source, time.monotonic() + seconds, threading.Event()))


def said(child: Child, source: str) -> str:
    return "".join(m.content["text"] for m in talk(child, source) if m.kind == "stream")


def once(runner: ForkRunner, source: str, **limits: float) -> str:
    child = born(runner, **limits)
    try:
        return said(child, source)
    finally:
        child.close()


def test_children_share_nothing_but_the_start(runner: ForkRunner):
    first, second = born(runner), born(runner)
    try:
        said(first, "secret = 1\nopen('/job/x', 'w').write('x'); open('/tmp/x', 'w').write('x')")
        look = (
            "import os\n"
            "print('secret' in dir(), os.listdir('/job'), 'x' in os.listdir('/tmp'), os.listdir('/dev/pts'))"
        )
        assert said(second, look) == "False [] False ['ptmx']\n"
    finally:
        first.close()
        second.close()


SAME = {
    "random": "import random; print(random.random())",
    "numpy": "import numpy as np; print(np.random.rand())",
    "the order of a set": "print(list({'a', 'b', 'c', 'd', 'e'}))",
    "the execution count": "print(get_ipython().execution_count)",
    "names": "print(sorted(n for n in dir() if not n.startswith('_')))",
}


@pytest.mark.parametrize("source", SAME.values(), ids=SAME)
def test_every_child_begins_alike(runner: ForkRunner, source: str):
    assert once(runner, source) == once(runner, source)


def test_a_fresh_warm_process_gives_the_same_numbers(runner: ForkRunner):
    from trainkit.sandbox.bubblewrap import JOB
    from trainkit.sandbox.fork.host import Zygote

    with ForkRunner(Limits(), Zygote((), whole_environment(JOB))) as other:
        child = other.kernel({}, {}, time.monotonic() + PATIENCE, threading.Event())
        try:
            assert said(child, SAME["the order of a set"]) == once(runner, SAME["the order of a set"])
        finally:
            child.close()


DEADLY = {
    "its parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "its group": "import os, signal\nos.killpg(0, signal.SIGKILL)",
    "everybody": "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "itself": "import os\nos.kill(os.getpid(), 9)\nos.abort()",
    "by leaving": "import os\nos._exit(7)",
    "by a crash": "import ctypes\nctypes.string_at(0)",
    "by closing everything": "import os\nos.closerange(0, 4096)\nos._exit(1)",
    "by filling its memory": "held = []\nwhile True: held.append(bytearray(2**24))",
}


@pytest.mark.parametrize("source", DEADLY.values(), ids=DEADLY)
def test_a_child_that_kills_harms_no_neighbour(runner: ForkRunner, source: str):
    neighbour, child = born(runner), born(runner, memory_bytes=2**31, resident_bytes=2**31)
    try:
        with suppress(Died, Garbled):
            talk(child, source)
        assert said(neighbour, "print('alive')") == "alive\n"
        assert once(runner, "print('born')") == "born\n"
    finally:
        child.close()
        neighbour.close()


FORGED = {
    "garbage": (b"garbage\\n", Garbled),
    "an unknown message": (b'{"kind": "shutdown", "content": {}}\\n', Garbled),
    "a flood": (b'{"kind": "clear_output", "content": {"wait": false}}\\n' * 40_000, Flood),
    "half a line": (b'{"kind": "str', TooLong),
}


@pytest.mark.parametrize(("data", "error"), FORGED.values(), ids=FORGED)
def test_forged_messages_end_the_child_and_never_hang(runner: ForkRunner, data: bytes, error: type):
    """The notebook finds the descriptor that it's run by; it gets no further with it."""
    forge = (
        "import os, stat, time\n"
        "for n in range(3, 64):\n"
        "    try:\n        found = stat.S_ISSOCK(os.fstat(n).st_mode)\n"
        "    except OSError:\n        continue\n"
        f"    if found:\n        data = {data!r}.replace(b'\\\\n', b'\\n')\n"
        "        while data: data = data[os.write(n, data):]\n        break\n"
        "time.sleep(60)"
    )
    child = born(runner, output_bytes=2**19, answers_bytes=2**19)
    try:
        with pytest.raises(error):
            talk(child, forge, seconds=PATIENCE if error is not TooLong else 2)
    finally:
        child.close()


def test_memory_of_all_processes_together_is_bounded(runner: ForkRunner):
    """Each stays below its own limit; looked at together they don't."""
    greedy = (
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        held = bytearray(b'x') * 2**27\n        time.sleep(60)\ntime.sleep(60)"
    )
    child = born(runner, memory_bytes=2**32, resident_bytes=2**29)
    try:
        with pytest.raises(Died, match="memory"):
            talk(child, greedy)
    finally:
        child.close()


def test_memory_that_processes_share_counts_once(runner: ForkRunner):
    shared = (
        "import os, time\nheld = bytearray(b'x') * 2**27\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        time.sleep(60)\ntime.sleep(1.5)\nprint('alive')"
    )
    assert once(runner, shared, memory_bytes=2**32, resident_bytes=2**29) == "alive\n"


def test_nothing_outlives_a_child(runner: ForkRunner):
    mark = f"outlives-{os.getpid()}"
    once(
        runner,
        "import subprocess, sys\nfor _ in range(3):\n    subprocess.Popen([sys.executable, '-c',"
        f" 'import time; time.sleep(600)', '{mark}'], start_new_session=True)",
    )
    wait_for(lambda: not [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])])


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def warm_processes() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "trainkit.sandbox.fork.zygote" in process.cmdline() and "bwrap" not in process.name():
                found.append(process)
    return found


def test_a_warm_process_that_died_is_started_anew():
    from trainkit.sandbox.bubblewrap import JOB
    from trainkit.sandbox.fork.host import Zygote

    before = {p.pid for p in warm_processes()}
    with ForkRunner(Limits(), Zygote((), whole_environment(JOB))) as own:
        own.warm()
        (victim,) = [p for p in warm_processes() if p.pid not in before]
        victim.send_signal(signal.SIGKILL)
        child = own.kernel({}, {}, time.monotonic() + PATIENCE, threading.Event())
        assert said(child, "print('again')") == "again\n"
        child.close()
    wait_for(lambda: {p.pid for p in warm_processes()} <= before)


def test_threads_can_share_a_warm_process(runner: ForkRunner):
    with ThreadPoolExecutor(6) as pool:
        got = list(pool.map(lambda n: once(runner, f"print({n} * 2)"), range(18)))
    assert got == [f"{n * 2}\n" for n in range(18)]


def test_inputs_are_copies_that_cannot_be_changed(runner: ForkRunner, tmp_path: Path):
    (tmp_path / "table.txt").write_text("outside")
    child = born(runner, {"/given/tables/table.txt": tmp_path / "table.txt", "/job/own.txt": b"helper"})
    try:
        assert (
            said(child, "print(open('/given/tables/table.txt').read(), open('own.txt').read())")
            == "outside helper\n"
        )
        talk(child, "open('own.txt', 'w').write('mine')")
        failed = [m for m in talk(child, "open('/given/tables/table.txt', 'w')") if m.kind == "error"]
        assert [m.content["ename"] for m in failed] == ["OSError"]
        assert (tmp_path / "table.txt").read_text() == "outside"
    finally:
        child.close()


def test_too_many_inputs_are_refused_in_words(runner: ForkRunner):
    with pytest.raises(SandboxError, match="at most 252 files"):
        born(runner, {f"/job/{n}.txt": b"" for n in range(300)})


def test_no_descriptor_is_left_open(runner: ForkRunner):
    once(runner, "1")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(10):
        once(runner, "print(1)")
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
