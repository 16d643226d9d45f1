"""The runner of levels `bubblewrap` and `none`: an ordinary IPython kernel for each notebook.

It is slower than a forked child, and needs less of the machine. Jupyter's messages become those of
`fork.wire`, so that whoever runs a notebook needn't know where.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainkit.passing import PassingFolder
from trainkit.sandbox.bubblewrap import GIVEN, JOB
from trainkit.sandbox.fork.wire import LONGEST, Lines, encode_message
from trainkit.sandbox.limits import Level, Limits
from trainkit.sandbox.memory import resident
from trainkit.sandbox.messages import DISPLAYS, Died, Garbled, Message, Stopped, TooLong
from trainkit.sandbox.running import Inputs
from trainkit.sandbox.visible import python

__all__ = ["OrdinaryRunner"]

#: Seconds between two looks at the deadline and at the kernel; seconds that sending may take, and after which
#: a kernel that starts is asked again.
_LOOK, _PATIENCE, _AGAIN = 0.2, 5, 2

#: What goes wrong when something is read as a message that is none.
_UNREADABLE = (AttributeError, KeyError, RecursionError, TypeError, ValueError)


class OrdinaryRunner:
    """Runs each notebook in a kernel of its own, started for it.

    Args:
        limits: of each kernel.
        hidden: folders that nothing inside may see.
        isolated: in bubblewrap; without, as a plain process of this user.
    """

    def __init__(self, limits: Limits, hidden: Sequence[Path], *, isolated: bool) -> None:
        self.limits = limits
        self.hidden = tuple(hidden)
        self.level: Level = "bubblewrap" if isolated else "none"

    def kernel(
        self,
        inputs: Inputs,
        environment: Mapping[str, str],
        deadline: float,
        stop: threading.Event,
        ahead: Sequence[str] = (),  # noqa: ARG002 - no kernel lives long enough
    ) -> _Kernel:
        """Return a kernel that is ready."""
        if self.level == "none":
            return _Kernel(_Bare(self.limits, inputs, environment), self.limits, deadline, stop)
        return _Kernel(_Boxed(self.limits, inputs, environment, self.hidden), self.limits, deadline, stop)

    def close(self) -> None:
        """End what the runner holds: nothing, for each kernel ends by itself."""

    def __enter__(self) -> OrdinaryRunner:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


class _Boxed:
    """Starts a kernel in bubblewrap."""

    def __init__(
        self, limits: Limits, inputs: Inputs, environment: Mapping[str, str], hidden: Sequence[Path]
    ) -> None:
        from trainkit.sandbox.provisioner import BoxedKernelManager

        self.manager: Any = BoxedKernelManager(limits, inputs, environment, hidden)
        self.start_options: dict[str, Any] = {}

    def close(self) -> None:
        """Nothing is left."""


class _Bare:
    """Starts a kernel as a process of this user, in a temporary folder that stands for the box."""

    def __init__(self, limits: Limits, inputs: Inputs, environment: Mapping[str, str]) -> None:
        from jupyter_client.kernelspec import KernelSpec
        from jupyter_client.manager import AsyncKernelManager

        from trainkit.sandbox.environment import whole_environment

        self._folder = PassingFolder()
        home = self._place(JOB)
        home.mkdir()
        for path, source in inputs.items():
            self._place(path).parent.mkdir(parents=True, exist_ok=True)
            self._place(path).write_bytes(source if isinstance(source, bytes) else source.read_bytes())
        words = {k: str(v) for k, v in asdict(limits).items()}
        argv = [*python(), "-m", "trainkit.sandbox.bare", "{connection_file}"]
        argv += [f"{name}={value}" for name, value in words.items()]

        class Manager(AsyncKernelManager):
            @property
            def kernel_spec(self) -> KernelSpec:
                return KernelSpec(argv=argv, display_name="Python 3", language="python")

        self.manager = Manager(connection_file=str(self._place("/connection.json")))
        if sys.platform != "win32":
            self.manager.transport, self.manager.ip = "ipc", str(self._place("/k"))
        given = {name: self._translated(value) for name, value in environment.items()}
        self.start_options = {"cwd": str(home), "env": {**whole_environment(str(home)), **given}}

    def _place(self, path: str) -> Path:
        return Path(self._folder.name, path.removeprefix("/"))

    def _translated(self, value: str) -> str:
        return str(self._place(value)) if value.startswith((f"{GIVEN}/", f"{JOB}/")) else value

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()


class _Kernel:
    """One kernel: see `running.Kernel`."""

    def __init__(self, start: Any, limits: Limits, deadline: float, stop: threading.Event) -> None:
        import zmq
        from jupyter_client.blocking.client import BlockingKernelClient

        self._start, self._manager, self._stop = start, start.manager, stop
        self._most, self._weighed = limits.resident_bytes, 0.0
        self._context: Any = None
        self._client: Any = None
        try:
            _run(self._manager.start_kernel(**start.start_options))
            self._context = zmq.Context()
            self._context.maxmsgsize = limits.output_bytes + limits.answers_bytes
            # A kernel can spoil the sockets' protocol; then sending would wait for ever.
            self._context.sndtimeo = int(1000 * _PATIENCE)
            self._client = BlockingKernelClient(context=self._context)
            self._client.load_connection_info(self._manager.get_connection_info())
            self._client.start_channels(hb=False)
            self.language_info: dict[str, Any] = self._information(deadline)
        except BaseException:
            self.close()
            raise

    def run(self, source: str, deadline: float, stop: threading.Event) -> Iterator[Message]:
        """Run a cell and yield what comes of it."""
        self._stop = stop
        try:
            yield from self._messages(source, deadline)
        except _UNREADABLE as error:
            raise Garbled(f"{type(error).__name__}: {str(error)[:100]}") from error

    def _messages(self, source: str, deadline: float) -> Iterator[Message]:
        import zmq

        try:
            asked = self._client.execute(source, allow_stdin=False, stop_on_error=False)
        except zmq.Again as error:
            raise Died("it can't be reached") from error
        while True:
            found = self._receive(self._client.get_iopub_msg, asked, deadline)
            kind, content = found["msg_type"], found["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind == "execute_input":
                yield self._message(kind, {"execution_count": content["execution_count"]})
            elif kind in DISPLAYS or kind == "clear_output":
                yield self._message(kind, content)
        reply = self._receive(self._client.get_shell_msg, asked, deadline)["content"]
        leaving = any(p.get("source") == "ask_exit" for p in reply.get("payload") or ())
        known = {
            "ename": "",
            "evalue": "",
            "traceback": [],
            "execution_count": 0,
            **reply,
            "leaving": leaving,
        }
        known["status"] = "ok" if reply["status"] == "ok" else "error"
        yield self._message("done", known)

    def close(self) -> None:
        """End the kernel, and all that it has started."""
        if self._client is not None:
            self._client.stop_channels()
        if self._context is not None:
            self._context.destroy(linger=0)
        if self._manager.has_kernel:
            _run(_end(self._manager))
        self._start.close()

    def _information(self, deadline: float) -> dict[str, Any]:
        """Ask until both channels answer: what is sent before one of them listens gets lost."""
        while True:
            asked = self._client.kernel_info()
            with suppress(queue.Empty):
                found = self._receive(self._client.get_shell_msg, asked, deadline, _AGAIN)
                # The end of a cell is told here; missing it would cost the first cell its whole time.
                self._receive(self._client.get_iopub_msg, asked, deadline, _AGAIN)
                return dict(found["content"]["language_info"])

    def _receive(
        self, get: Any, asked: str, deadline: float, patience: float = float("inf")
    ) -> dict[str, Any]:
        """Return the next message that answers `asked`.

        Raises:
            Died: the kernel has ended.
            TooLong: the deadline has passed.
            Stopped: the assessor doesn't want to wait.
            queue.Empty: nothing came for `patience` seconds.
        """
        impatient = time.monotonic() + patience
        while True:
            if self._stop.is_set():
                raise Stopped
            now = time.monotonic()
            if now >= deadline:
                raise TooLong
            self._weigh(now)
            try:
                found: dict[str, Any] = get(timeout=_LOOK)
            except queue.Empty:
                if not _run(self._manager.is_alive()):
                    raise Died("") from None
                if now >= impatient:
                    raise
                continue
            if found["parent_header"].get("msg_id") == asked:
                return found

    def _weigh(self, now: float) -> None:
        """End a kernel that holds more memory, its own and the system's, than it may.

        Raises:
            Died: it did.
        """
        pid = getattr(getattr(self._manager, "provisioner", None), "pid", None)
        if not pid or now < self._weighed + _LOOK:
            return
        self._weighed = now
        if resident(pid, self._most) > self._most:
            raise Died("memory")

    def _message(self, kind: str, content: Mapping[str, Any]) -> Message:
        """Check a message as if it had come over the wire."""
        line = encode_message(kind, content)
        if len(line) > LONGEST:
            return Message("flood", {}, len(line))
        (message,) = Lines().feed(line)
        return message


async def _end(manager: Any) -> None:
    """End a kernel without a word: telling it could take for ever."""
    await manager.provisioner.kill()
    await manager.provisioner.wait()
    await manager.cleanup_resources()


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Wait for a coroutine, also where this thread has a loop that runs, as in a notebook."""
    from jupyter_core.utils import run_sync

    async def wait() -> Any:
        return await work

    return run_sync(wait)()
