"""The filter of system calls: what it lists, and what it lets through."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import subprocess
import sys

import pytest

from trainkit.sandbox.fork import seccomp

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in seccomp.ARCHITECTURES,
    reason="no filter for this machine",
)

#: Newer than the libseccomp that many systems have.
_NEW = {"statmount", "listmount"}


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_numbers_of_system_calls_are_those_of_libseccomp(machine: str):
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp isn't installed: nothing to compare the numbers with")
    column, mark = seccomp.ARCHITECTURES[machine]
    ours = {name: both[column] for name, both in seccomp._NUMBERS.items() if name not in _NEW}
    theirs = {n: library.seccomp_syscall_resolve_name_arch(mark, n.encode()) for n in ours}
    assert {n: v for n, v in ours.items() if v >= 0} == {n: v for n, v in theirs.items() if v >= 0}


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_no_jump_leads_out_of_the_program(machine: str):
    program = seccomp.program(machine)
    for at, step in enumerate(program):
        code, yes, no, _value = struct.unpack("HBBI", step)
        assert code == seccomp._RETURN or at + 1 + max(yes, no) < len(program)
    assert struct.unpack("HBBI", program[-1])[0] == seccomp._RETURN


def test_an_unknown_machine_has_no_filter():
    with pytest.raises(KeyError):
        seccomp.program("vax")


FILTERED = """
import ctypes, os, socket, sys, threading
from trainkit.sandbox.fork import linux, seccomp
linux.drop_rights = lambda: None
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)
linux.filter_calls(seccomp.program())
{code}
"""


def filtered(code: str) -> str:
    """Run code under the filter and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", FILTERED.format(code=code)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_listed_call_is_refused():
    """Called without arguments, which the kernel would complain about in another way."""
    column = seccomp.ARCHITECTURES[platform.machine()][0]
    numbers = {n: seccomp._NUMBERS[n][column] for n in seccomp.DENIED if seccomp._NUMBERS[n][column] >= 0}
    code = (
        f"found = {{}}\nfor name, number in {numbers!r}.items():\n"
        "    ctypes.set_errno(0)\n    libc.syscall(number, -1, 0, 0, 0, 0, 0)\n"
        "    found[name] = ctypes.get_errno()\nprint({n for n, e in found.items() if e != 1})"
    )
    assert filtered(code) == "set()"


CALLS = {
    "a call that is newer than the list": ("libc.syscall(463)", errno.ENOSYS),
    "a call of the x32 interface": ("libc.syscall(0x40000000 + 39)", errno.ENOSYS),
    "clone3": ("libc.syscall(435, 0, 0)", errno.ENOSYS),
    "a clone into a user namespace": (
        "libc.syscall(56 if X86 else 220, 0x10000000 | 17, 0, 0, 0, 0)",
        errno.EPERM,
    ),
    "a clone into a process namespace": (
        "libc.syscall(56 if X86 else 220, 0x20000000 | 17, 0, 0, 0, 0)",
        errno.EPERM,
    ),
    "typing into a terminal": ("libc.ioctl(0, 0x5412, b'x')", errno.EPERM),
    "a pair of network sockets": ("libc.socketpair(2, 1, 0, ctypes.create_string_buffer(8))", errno.EPERM),
}


@pytest.mark.parametrize(("call", "number"), CALLS.values(), ids=CALLS)
def test_a_call_that_depends_on_its_arguments_is_refused(call: str, number: int):
    code = f"X86 = {platform.machine() == 'x86_64'}\nctypes.set_errno(0)\n{call}\nprint(ctypes.get_errno())"
    assert filtered(code) == str(number), os.strerror(number)


ALLOWED = {
    "threads": "t = threading.Thread(target=print, args=('done',)); t.start(); t.join()",
    "processes": "pid = os.fork()\nif pid == 0: os._exit(0)\nos.waitpid(pid, 0); print('done')",
    "programs": "import subprocess; subprocess.run(['true'], check=True); print('done')",
    "socket pairs": "a, b = socket.socketpair(); a.send(b'x'); b.recv(1); print('done')",
    "loops": "import asyncio; asyncio.run(asyncio.sleep(0)); print('done')",
    "pools": "import multiprocessing as m\n"
    "with m.get_context('fork').Pool(1) as p: p.map(abs, [1])\nprint('done')",
}


@pytest.mark.parametrize("code", ALLOWED.values(), ids=ALLOWED)
def test_what_notebooks_do_is_allowed(code: str):
    assert filtered(code) == "done"
