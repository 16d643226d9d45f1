"""The grader's side: a zygote that is started when it's needed, and its children.

Several threads may use one zygote at a time: orders are given one after the other, and each child talks to
the thread that asked for it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainkit.errors import SandboxError
from trainkit.i18n import _
from trainkit.sandbox import bubblewrap
from trainkit.sandbox.fork.wire import Lines, encode
from trainkit.sandbox.fork.zygote import MOST_BYTES, MOST_DESCRIPTORS
from trainkit.sandbox.limits import Limits
from trainkit.sandbox.messages import Died, Flood, Message, Stopped, TooLong
from trainkit.sandbox.running import Inputs
from trainkit.sandbox.visible import python

__all__ = ["Child", "Zygote"]

#: Seconds that a zygote may take to warm up, and to answer an order.
_WARM, _ANSWER = 120, 30

#: Seconds between two looks whether the assessor wants to stop.
_LOOK = 0.2

#: Bytes of each folder that a zygote itself may write to; its children get their own.
_SCRATCH = 16 * 2**20

#: The end of what a zygote writes to standard error, in bytes.
_SAID = 2_000


class Zygote:
    """A warm process in bubblewrap that is forked for each notebook.

    It is started by the first order, and again if it should have died.

    Args:
        hidden: folders that nothing inside may see.
        environment: of the zygote and of all children.
        cold: don't warm up; enough to see whether it works at all.
    """

    def __init__(self, hidden: Sequence[Path], environment: Mapping[str, str], *, cold: bool = False) -> None:
        self.hidden, self._environment, self._cold = tuple(hidden), dict(environment), cold
        self._lock = threading.Lock()
        self._control: socket.socket | None = None

    def child(
        self, limits: Limits, inputs: Inputs, environment: Mapping[str, str], ahead: Sequence[str] = ()
    ) -> Child:
        """Fork a child.

        Args:
            limits: of this child.
            inputs: the files that it gets copies of.
            environment: further variables.
            ahead: inputs that are tables which it will probably load.

        Raises:
            SandboxError: the machine doesn't let it be shut in.
        """
        mine, its = socket.socketpair()
        try:
            with ExitStack() as held:
                held.callback(its.close)
                paths, descriptors = _open(inputs, held)
                order = {
                    "limits": asdict(limits),
                    "environment": dict(environment),
                    "inputs": paths,
                    "ahead": list(ahead),
                }
                answer, pidfds = self._ask(order, [its.fileno(), *descriptors])
            if not pidfds:
                raise SandboxError(
                    _("No process for a notebook: {error}").format(error=answer.get("error", ""))
                )
        except BaseException:
            mine.close()
            raise
        return Child(mine, pidfds[0], limits, lambda: self._end_of(int(answer["child"])))

    def close(self) -> None:
        """End the zygote and all of its children."""
        with self._lock:
            self._drop()

    def warm(self) -> None:
        """Start the zygote now.

        Raises:
            SandboxError: it can't be started; the message says what the system said.
        """
        with self._lock:
            self._started()

    def _end_of(self, number: int) -> str:
        return str(self._ask({"ended": number}, [])[0].get("end", ""))

    def _ask(self, order: Mapping[str, Any], descriptors: Sequence[int]) -> tuple[dict[str, Any], list[int]]:
        packet = json.dumps(order).encode()
        if len(packet) > MOST_BYTES or len(descriptors) > MOST_DESCRIPTORS:
            raise SandboxError(_("A notebook can be given at most {n} files.").format(n=MOST_DESCRIPTORS - 1))
        with self._lock:
            for last in (False, True):
                control = self._started()
                try:
                    socket.send_fds(control, [packet], descriptors)
                    answer, received, _flags, _address = socket.recv_fds(control, MOST_BYTES, 1)
                    if answer:
                        return json.loads(answer), received
                except OSError as error:
                    if last:
                        raise SandboxError(
                            _("The sandbox doesn't answer: {error}").format(error=error)
                        ) from error
                # It has died, or hangs: the next one starts from nothing.
                self._drop()
        raise SandboxError(_("The sandbox doesn't answer: {error}").format(error=_("it ended")))

    def _started(self) -> socket.socket:
        if self._control is None:
            self._control = _start(self.hidden, self._environment, self._cold)
        return self._control

    def _drop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None


def _start(hidden: Sequence[Path], environment: Mapping[str, str], cold: bool) -> socket.socket:
    """Start a zygote and return its control socket as soon as it is warm; closing that ends the zygote."""
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    argv = [*python(), "-m", "trainkit.sandbox.fork.zygote", str(its.fileno())]
    argv += ["cold"] if cold else []
    command = bubblewrap.nursery(argv, settings=environment, scratch_bytes=_SCRATCH, hidden=hidden)
    keeper = _Keeper(command, its)
    try:
        mine.settimeout(_WARM)
        ready = mine.recv(MOST_BYTES)
    except OSError:
        ready = b""
    if not ready:
        mine.close()
        keeper.join(timeout=5)
        raise SandboxError(_("The sandbox can't be started: {error}").format(error=keeper.said.strip()))
    mine.settimeout(_ANSWER)
    return mine


class _Keeper(threading.Thread):
    """Starts a zygote and stays with it: bubblewrap ends with the *thread* that has started it."""

    def __init__(self, command: Sequence[str], control: socket.socket) -> None:
        super().__init__(name="zygote", daemon=True)
        self._command, self._control = command, control
        self._begun = threading.Event()
        #: the end of what it wrote to standard error
        self.said = ""
        self.start()
        self._begun.wait()

    def run(self) -> None:
        """Live as long as the zygote."""
        with self._control:
            try:
                process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env={},
                    pass_fds=[self._control.fileno()],
                )
            except OSError as error:
                self.said = str(error)
                self._begun.set()
                return
        self._begun.set()
        with process:
            _nothing, said = process.communicate()
            self.said = said.decode("utf-8", "replace")[-_SAID:]


def _open(inputs: Inputs, held: ExitStack) -> tuple[list[str], list[int]]:
    """Open the files that a child gets, and return where each is to lie."""
    paths, descriptors = [], []
    for path, source in inputs.items():
        if isinstance(source, bytes):
            descriptor = os.memfd_create("input", os.MFD_CLOEXEC)
            os.write(descriptor, source)
        else:
            descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        held.callback(os.close, descriptor)
        paths.append(path)
        descriptors.append(descriptor)
    return paths, descriptors


class Child:
    """One execution of a notebook: takes cells, gives messages, and is ended from outside.

    Args:
        channel: to the child.
        pidfd: of the child's first process; ending it ends all that it has started.
        limits: what it may use.
        end: asks the zygote how it ended.
    """

    def __init__(self, channel: socket.socket, pidfd: int, limits: Limits, end: Callable[[], str]) -> None:
        self._channel, self._pidfd, self._end = channel, pidfd, end
        # What a child displays is cut off inside; more than that comes only from one that forges messages.
        self._room = 2 * (limits.output_bytes + limits.answers_bytes)
        self._lines = Lines()
        self._messages: Iterator[Message] = iter(())
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._channel.setblocking(False)
        self.language_info: dict[str, Any] = {}

    def start(self, deadline: float, stop: threading.Event) -> None:
        """Wait until the child is shut in.

        Raises:
            SandboxError: it couldn't be.
            Died, TooLong, Stopped, Garbled: as `run`.
        """
        message = self._next(deadline, stop)
        if message.kind != "ready":
            raise SandboxError(
                _("A notebook can't be shut in: {error}").format(error=message.content.get("reason", ""))
            )
        self.language_info = message.content["language_info"]

    def run(self, source: str, deadline: float, stop: threading.Event) -> Iterator[Message]:
        """Run a cell and yield what comes of it; the last message is `done`.

        Args:
            source: the code.
            deadline: on the monotonic clock.
            stop: set it to give up.

        Raises:
            Died: the child ended.
            Garbled: it sent something else than messages.
            Flood: it sent more than there can be.
            TooLong: the deadline has passed.
            Stopped: `stop` was set.
        """
        self._send(encode({"run": source}), deadline)
        while True:
            message = self._next(deadline, stop)
            yield message
            if message.kind == "done":
                return

    def close(self) -> None:
        """End the child, and all that it has started."""
        if self._pidfd < 0:
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        os.close(self._pidfd)
        self._pidfd = -1
        self._channel.close()

    def _how(self) -> str:
        """Return how the child ended; its channel closes a moment before."""
        ended = select.poll()
        ended.register(self._pidfd, select.POLLIN)
        return self._end() if ended.poll(_LOOK * 1000) else ""

    def _send(self, data: bytes, deadline: float) -> None:
        """Send a line; a child that doesn't read won't keep us waiting."""
        self._channel.settimeout(min(max(0.001, deadline - time.monotonic()), _WARM))
        try:
            self._channel.sendall(data)
        except TimeoutError as error:
            raise TooLong from error
        except OSError as error:
            raise Died(self._how()) from error
        finally:
            self._channel.setblocking(False)

    def _next(self, deadline: float, stop: threading.Event) -> Message:
        # Read one by one: what came before a bad line counts, however the bytes were cut up on their way.
        while (message := next(self._messages, None)) is None:
            if stop.is_set():
                raise Stopped
            left = deadline - time.monotonic()
            if left <= 0:
                raise TooLong
            if not self._poll.poll(min(left, _LOOK) * 1000):
                continue
            try:
                data = self._channel.recv(2**18)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                raise Died(self._how())
            self._room -= len(data)
            if self._room < 0:
                raise Flood
            self._messages = self._lines.feed(data)
        return message
