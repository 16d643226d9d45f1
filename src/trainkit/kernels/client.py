"""A zygote and its kernels, seen from the program that they serve."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["ADDRESS", "CannotFork", "ForkedKernel", "Zygote", "address", "fork", "provided", "supported"]

#: Names the zygote that a process and its children use, where one is provided; where nobody listens at the
#: address (`off`, say), kernels are started.
ADDRESS = "TRAINKIT_ZYGOTE"

#: Seconds until a kernel must be there; a zygote that has just been started warms up first.
_PATIENCE = 60.0

#: Seconds that a zygote may take to end its kernels and itself.
_STOP_SECONDS = 10.0


class CannotFork(Exception):
    """No kernel can be forked here and now; the message says why. An ordinary start will do."""


class Zygote:
    """A zygote of this process's own; it ends with this process, and its kernels with it.

    It can be asked for kernels at once, and warms up meanwhile. Use it in a `with` block, or call `close`.

    Raises:
        CannotFork: on this system kernels can't be forked.
    """

    def __init__(self) -> None:
        if not supported():
            raise CannotFork(f"kernels aren't forked on {sys.platform}")
        self._owner = os.getpid()
        self._folder = Path(tempfile.mkdtemp(prefix="trainkit-"))  # nobody else may enter it
        self.address = str(self._folder / "zygote")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
                listener.bind(self.address)
                listener.listen(128)
                self._process = self._start(listener.fileno())
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise CannotFork(str(error)) from error

    @staticmethod
    def _start(listener: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "trainkit.kernels.zygote", str(listener)],
            # It ends when this pipe does, however this process goes.
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[listener],
            start_new_session=True,  # Ctrl-C is for this process
        )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def own(self) -> bool:
        """Whether it is this process's; a fork of the owner sees it, and must leave it alone."""
        return self._owner == os.getpid()

    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the zygote and all its kernels, if it is this process's."""
        if not self.own:
            return
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


class ForkedKernel:
    """A kernel that a zygote forked, with what Jupyter uses of `subprocess.Popen`.

    Args:
        connection: to the zygote, for this kernel alone.
        pid: the kernel's process, and its process group.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection

    def poll(self) -> int | None:
        """Return how the kernel ended (a signal's number is negative), or `None` while it runs."""
        if self.returncode is None:
            self._hear(socket.MSG_DONTWAIT)
        return self.returncode

    def wait(self) -> int:
        """Wait for the kernel's end, and return it; the process's id may then be given to another one."""
        while self.returncode is None:
            self._hear()
        self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and all that it has started, if it hasn't ended."""
        if self.poll() is None:
            try:
                self._connection.send(str(int(number)).encode())
            except ConnectionError:
                self._hear()

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def _hear(self, flags: int = 0) -> None:
        try:
            said = self._connection.recv(64, flags)
        except BlockingIOError:
            return
        except ConnectionError:
            said = b""
        # Silence: the zygote has gone, and the system has ended its kernels.
        self.returncode = json.loads(said)["ended"] if said else -signal.SIGKILL


@cache
def supported() -> bool:
    """Tell whether kernels can be forked on this system.

    Not on macOS: its own libraries start threads when they are loaded, which makes a fork unsafe. Some
    containers forbid the call by which a zygote hears of a kernel's end.
    """
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def fork(
    address: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: str,
    streams: tuple[int, int] = (1, 2),
) -> ForkedKernel:
    """Have a kernel forked, and return it as soon as it is a process of its own.

    Args:
        address: of the zygote.
        arguments: of the kernel's command line.
        environment: the whole of it.
        folder: the kernel's working folder.
        streams: descriptors of this process for the kernel's standard output and standard error.

    Raises:
        CannotFork: the zygote isn't there, or can't give what was asked for.
    """
    request = {"arguments": list(arguments), "environment": dict(environment), "folder": folder}
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.settimeout(_PATIENCE)
        connection.connect(address)
        socket.send_fds(connection, [json.dumps(request).encode()], list(streams))
        said = connection.recv(4096)
        answer: dict[str, Any] = json.loads(said) if said else {"refused": "the zygote has ended"}
        if "pid" not in answer:
            raise CannotFork(answer.get("refused", f"the kernel ended at once: {answer}"))
    except OSError as error:  # also: it took too long, the environment is too large for a message
        connection.close()
        raise CannotFork(str(error) or type(error).__name__) from error
    except CannotFork:
        connection.close()
        raise
    connection.settimeout(None)
    return ForkedKernel(connection, answer["pid"])


@contextmanager
def provided() -> Iterator[dict[str, str]]:
    """Provide one zygote for several processes, and yield the variables by which they find it.

    Where there can be none, no variable is yielded, and kernels start as ever.
    """
    if named := os.environ.get(ADDRESS):
        yield {ADDRESS: named}
        return
    try:
        zygote = Zygote()
    except CannotFork:
        yield {}
        return
    with zygote:
        yield {ADDRESS: zygote.address}


_lock = threading.Lock()
_own: Zygote | None = None


def address() -> str:
    """Return where to ask for kernels: the zygote that `ADDRESS` names, or one of this process's own.

    Raises:
        CannotFork: there can be none, or the own one has ended.
    """
    global _own
    if named := os.environ.get(ADDRESS):
        return named
    with _lock:
        if _own is None or not _own.own:
            _own = Zygote()
            atexit.register(_own.close)
        if not _own.alive():
            raise CannotFork("the zygote has ended")
        return _own.address
