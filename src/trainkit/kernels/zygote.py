"""The zygote: a process that has imported what kernels need, has run nobody's code, and forks kernels.

`python -m trainkit.kernels.zygote DESCRIPTOR` listens on a socket that its owner made. Each connection
there is one kernel: it is forked at the first message, gets the signals that the following ones name, and
is ended when the connection is closed. When the owner goes, standard input ends; then all kernels are
ended, and so is the zygote. A kernel that has ended stays a zombie until its connection is closed, so that
no signal can reach another process that has inherited its number.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from trainkit.kernels.forked import Request, become
from trainkit.kernels.warm import SINGLE_THREADED, warm_up

__all__ = ["Zygote", "main"]

#: Bytes of a request; the environment makes nearly all of it.
_LARGEST = 2**20

#: What Python and the C library read when they start, and never again.
_READ_AT_START = ("PYTHON", "LD_", "LC_", "LANG", "MALLOC_", "GLIBC_")

#: Of these, what a fork reads as well; what the zygote itself was told it can't forget.
_HONORED = {"PYTHONWARNINGS"}


@dataclass(eq=False)
class _Kernel:
    """One fork; `pidfd` tells of its end."""

    pid: int
    pidfd: int
    connection: socket.socket
    ended: bool = False
    abandoned: bool = False

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and to what it has started, if it hasn't ended."""
        if not self.ended:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def kill(self) -> None:
        """End the kernel, even one that hasn't a process group of its own yet."""
        self.send_signal(signal.SIGKILL)
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)

    def tell_end(self) -> None:
        """Tell the program that the kernel has ended and how, without letting go of its number."""
        found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        assert found
        code = found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
        with suppress(OSError):  # it doesn't listen any more
            self.connection.send(json.dumps({"ended": code}).encode())

    def reap(self) -> None:
        """Let go of the number of a kernel that has ended or is about to."""
        os.waitpid(self.pid, 0)


class Zygote:
    """Forks a kernel for each connection.

    Args:
        listener: where programs connect.
        environment: the one that this process was started with.
        owner: the descriptor that ends when the owner goes.
    """

    def __init__(self, listener: socket.socket, environment: Mapping[str, str], owner: int = 0) -> None:
        self._listener = listener
        self._environment = environment
        self._kernels: set[_Kernel] = set()
        self._connections: set[socket.socket] = set()
        self._over = False
        self._selector = selectors.DefaultSelector()
        self._on(listener, self._accept)
        self._on(owner, partial(self._hear_owner, owner))

    def serve(self) -> Request | None:
        """Return `None` when the owner has gone; and in each fork, what it was forked for."""
        while not self._over:
            for key, _events in self._selector.select():
                # A handler may have closed what another event of the same round is about.
                if key.fileobj in self._selector.get_map() and (request := key.data()):
                    return request  # this process is the fork
        for kernel in self._kernels:
            kernel.kill()
            kernel.reap()
        return None

    def _on(self, source: int | socket.socket, action: Callable[[], Request | None]) -> None:
        self._selector.register(source, selectors.EVENT_READ, action)

    def _hear_owner(self, owner: int) -> None:
        self._over = not os.read(owner, 4096)

    def _accept(self) -> None:
        connection, _address = self._listener.accept()
        self._connections.add(connection)
        self._on(connection, partial(self._hear_request, connection))

    def _hear_request(self, connection: socket.socket) -> Request | None:
        self._selector.unregister(connection)
        request = _receive(connection)
        if request is None:
            self._close(connection)
            return None
        if why := self._obstacle(request):
            request.refuse(why)
            _close_all(request.streams)
            self._close(connection)
            return None
        return self._fork(request)

    def _obstacle(self, request: Request) -> str:
        """Return why a fork couldn't be what was asked for; empty if it can."""
        wanted, here = request.environment, self._environment
        honored = {name for name in _HONORED if name not in here}
        known = {*wanted, *here} - honored - set(SINGLE_THREADED)
        names = sorted(name for name in known if name.startswith(_READ_AT_START))
        differing = [name for name in names if wanted.get(name) != here.get(name)]
        return f"these variables are read at the start: {', '.join(differing)}" if differing else ""

    def _fork(self, request: Request) -> Request | None:
        pid = os.fork()
        if pid == 0:
            self._leave(request.connection)
            return request
        _close_all(request.streams)
        kernel = _Kernel(pid, os.pidfd_open(pid), request.connection)
        self._kernels.add(kernel)
        self._on(kernel.pidfd, partial(self._hear_end, kernel))
        self._on(kernel.connection, partial(self._hear_program, kernel))
        return None

    def _leave(self, kept: socket.socket) -> None:
        """In a fork: close what is the zygote's; unregistering would reach the zygote's own selector."""
        self._selector.close()
        self._listener.close()
        for connection in self._connections - {kept}:
            connection.close()
        _close_all(kernel.pidfd for kernel in self._kernels if not kernel.ended)

    def _hear_program(self, kernel: _Kernel) -> None:
        try:
            said = kernel.connection.recv(64)
        except ConnectionError:
            said = b""
        if said:
            kernel.send_signal(int(said))
            return
        self._selector.unregister(kernel.connection)
        self._close(kernel.connection)
        kernel.abandoned = True
        if kernel.ended:
            self._forget(kernel)
        else:
            kernel.kill()

    def _hear_end(self, kernel: _Kernel) -> None:
        self._selector.unregister(kernel.pidfd)
        os.close(kernel.pidfd)
        kernel.ended = True
        if kernel.abandoned:
            self._forget(kernel)
        else:
            kernel.tell_end()

    def _forget(self, kernel: _Kernel) -> None:
        kernel.reap()
        self._kernels.remove(kernel)

    def _close(self, connection: socket.socket) -> None:
        self._connections.remove(connection)
        connection.close()


def _receive(connection: socket.socket) -> Request | None:
    """Return what a program asks for, or `None` if it went away or said nonsense."""
    try:
        data, descriptors, _flags, _address = socket.recv_fds(
            connection, _LARGEST, 2, socket.MSG_CMSG_CLOEXEC
        )
    except ConnectionError:
        return None
    try:
        return Request.read(data, descriptors, connection)
    except (ValueError, KeyError, IndexError, TypeError):
        _close_all(descriptors)
        return None


def _close_all(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def main(descriptor: str) -> None:
    """Serve until the owner goes; in a fork, run the kernel.

    Args:
        descriptor: the number of the listening socket.
    """
    listener = socket.socket(fileno=int(descriptor))
    place = Path(listener.getsockname())
    environment, own = dict(os.environ), os.getpid()
    os.environ.update(SINGLE_THREADED)
    warm_up()
    request = Zygote(listener, environment).serve()
    if request:
        become(request, own)
    else:
        # The owner can't tidy up if it was killed.
        place.unlink(missing_ok=True)
        with suppress(OSError):
            place.parent.rmdir()


if __name__ == "__main__":
    main(sys.argv[1])
