"""The zygote: warm, single-threaded, and without a single line of a trainee's code in it.

Run as `python -m trainkit.sandbox.fork.zygote N [cold]`, with the control socket at descriptor N. Each order
on it is one packet: JSON, and the descriptors of the child's channel and of its inputs. The answer is the
child's number with a pidfd, by which the host can end it, whatever the child does. A question about a number
is answered with how that child ended.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from trainkit.sandbox.bubblewrap import GIVEN
from trainkit.sandbox.fork.larder import Larder, Shelf
from trainkit.sandbox.fork.linux import Namespace, enter, unshare
from trainkit.sandbox.memory import resident

__all__ = ["MOST_BYTES", "MOST_DESCRIPTORS", "main"]

#: Size of an order, and of the descriptors that come along (the kernel's own bound).
MOST_BYTES, MOST_DESCRIPTORS = 65_536, 253

#: Seconds between two looks at the memory of children.
_LOOK = 0.25

#: Ends of children that are remembered until the host asks.
_REMEMBERED = 256


def main() -> None:
    """Warm up (unless only a probe is wanted), then fork a child for each order until the host hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.setblocking(True)
    from trainkit.startup import block_slow_grammars

    block_slow_grammars()
    from trainkit.sandbox.fork.child import live
    from trainkit.sandbox.fork.shell import make_shell
    from trainkit.sandbox.fork.warmup import threads, warm_up

    shell, wire = make_shell()
    if "cold" not in sys.argv:
        warm_up(shell)
    if threads() != 1:
        raise RuntimeError(f"{threads()} threads: a fork would take along only one of them")
    gc.collect()
    gc.freeze()
    control.send(json.dumps({"ready": True}).encode())
    _Zygote(control, partial(live, shell, wire)).serve()


class _Zygote:
    def __init__(self, control: socket.socket, live: Callable[..., NoReturn]) -> None:
        self._control, self._live = control, live
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        #: pidfd -> pid and most bytes of memory of each living child
        self._children: dict[int, tuple[int, int]] = {}
        self._ends: dict[int, str] = {}
        self._larder = Larder(GIVEN)
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def serve(self) -> None:
        """Follow orders until there are no more."""
        looked = time.monotonic()
        while True:
            wait = _LOOK * 1000 if self._children else None
            for descriptor, _event in self._poll.poll(wait):
                if descriptor == self._control.fileno():
                    if not self._follow():
                        return
                elif descriptor in self._children:
                    self._bury(descriptor)
            if self._children and time.monotonic() - looked > _LOOK:
                self._weigh()
                looked = time.monotonic()

    def _follow(self) -> bool:
        """Read one packet and answer it; return whether there may be more."""
        packet, descriptors, _flags, _address = socket.recv_fds(self._control, MOST_BYTES, MOST_DESCRIPTORS)
        if not packet:
            return False
        order = json.loads(packet)
        if "ended" in order:
            for pidfd in [p for p, (pid, _most) in self._children.items() if pid == order["ended"]]:
                self._bury(pidfd)
            self._control.send(json.dumps({"end": self._ends.pop(order["ended"], "")}).encode())
            return True
        try:
            self._give_birth(order, descriptors)
        except OSError as error:
            self._control.send(json.dumps({"error": str(error)}).encode())
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def _give_birth(self, order: dict[str, Any], descriptors: list[int]) -> None:
        """Fork a child into a process namespace of its own, whose first process it is."""
        inputs = list(zip(order["inputs"], descriptors[1:], strict=True))
        shelf = self._larder.shelf([i for i in inputs if _is_given(i[0])], order["ahead"])
        unshare(Namespace.PID)
        try:
            pid = os.fork()
            if pid == 0:
                self._become_child(order, shelf, descriptors[0], inputs)
        finally:
            # Without this, the next child would be born into the namespace of this one.
            enter(self._own)
        pidfd = os.pidfd_open(pid)
        self._children[pidfd] = (pid, int(order["limits"]["resident_bytes"]))
        self._poll.register(pidfd, select.POLLIN)
        socket.send_fds(self._control, [json.dumps({"child": pid}).encode()], [pidfd])

    def _become_child(
        self, order: dict[str, Any], shelf: Shelf, channel: int, inputs: list[tuple[str, int]]
    ) -> None:
        try:
            # Objects of the zygote must close no descriptor that the child has by then for something else.
            self._control.close()
            os.close(self._own)
            for pidfd in self._children:
                os.close(pidfd)
            own = []
            for path, descriptor in inputs:
                if _is_given(path):
                    os.close(descriptor)
                else:
                    own.append((path, descriptor))
            self._live(socket.socket(fileno=channel), order, shelf.folder, own)
        finally:
            os._exit(1)

    def _bury(self, pidfd: int) -> None:
        """Take note of a child's end; all that it had started has ended with it."""
        pid, _most = self._children[pidfd]
        waited, status = os.waitpid(pid, os.WNOHANG)
        if not waited:
            return
        code = os.waitstatus_to_exitcode(status)
        said = f"signal {-code}" if code < 0 else f"exit status {code}"
        self._ends.setdefault(pid, said)
        while len(self._ends) > _REMEMBERED:
            del self._ends[next(iter(self._ends))]
        self._poll.unregister(pidfd)
        del self._children[pidfd]
        os.close(pidfd)

    def _weigh(self) -> None:
        """End children whose processes together have more memory than they may."""
        for pidfd, (pid, most) in self._children.items():
            if resident(pid, most) > most:
                self._ends[pid] = "memory"
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)


def _is_given(path: str) -> bool:
    """Tell whether a file is there to be read; all others are its child's own."""
    return path.startswith(f"{GIVEN}/")


if __name__ == "__main__":
    main()
