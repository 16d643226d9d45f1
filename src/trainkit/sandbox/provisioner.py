"""The kernel provisioner `trainkit-bubblewrap`: IPython's kernel in a box, for any Jupyter client.

The client stays outside and talks to the kernel over sockets of this machine's file system. They are made
outside and handed in as open descriptors, so the box needs neither a network nor a folder that it shares
with anyone. Who uses it must still bound what comes out, and how long it takes: that is the client's part.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict, List, default

from trainkit.errors import SandboxError
from trainkit.i18n import _
from trainkit.passing import PassingFolder
from trainkit.sandbox import bubblewrap
from trainkit.sandbox.environment import whole_environment
from trainkit.sandbox.limits import Limits
from trainkit.sandbox.running import Inputs
from trainkit.sandbox.visible import python

__all__ = ["BoxedKernelManager", "BubblewrapProvisioner"]

#: Jupyter's channels, in the order of the ports that they get.
_CHANNELS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")

#: Bytes of what is kept of a box's complaints.
_SAID_BYTES = 2_000

#: Bytes of a Jupyter message beside what it displays.
_FRAME_BYTES = 2**16


class BubblewrapProvisioner(LocalProvisioner):
    """Starts ipykernel in bubblewrap, whatever command the kernel's specification gives.

    The specification must say `"interrupt_mode": "message"`, because signals don't reach into the box.

    Raises:
        SandboxError: bubblewrap can't be run. Where it refuses, the kernel ends at once and `said` tells why.
    """

    limits = Dict(help="Of `sandbox.limits.Limits`, by name; those not given have their defaults.").tag(
        config=True
    )
    inputs = Dict(
        help="Files that the kernel gets copies of: where each lies inside, below `/given` to read or below "
        "`/job` to work with, and its path outside or its content as bytes."
    ).tag(config=True)
    environment = Dict(help="Variables, besides those of every box.").tag(config=True)
    hidden: Any = List(help="Folders below Python's own of which nothing is seen inside.").tag(config=True)

    _box: _Box | None = None
    _folder: Path | None = None
    _passing: PassingFolder | None = None
    _listeners: Sequence[socket.socket] = ()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Make the sockets over which client and kernel will talk."""
        if self._folder is None:
            # Short, for the name of a socket has 107 bytes at most, and nobody else may enter it.
            self._passing = PassingFolder()
            self._folder = Path(self._passing.name)
        manager: Any = self.parent
        manager.transport, manager.ip, manager.cache_ports = "ipc", str(self._folder / "k"), False
        for number, channel in enumerate(_CHANNELS, 1):
            setattr(manager, channel, number)
        self._listeners = [_listen(Path(f"{manager.ip}-{number}")) for number in range(1, len(_CHANNELS) + 1)]
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:  # noqa: ARG002 - the box has its own
        """Start the box, and return Jupyter's description of the connection."""
        limits = {**asdict(Limits()), **self.limits}
        connection = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in self.connection_info.items()
        }
        sockets = [listener.fileno() for listener in self._listeners]
        order = {"connection": connection, "sockets": sockets, "limits": limits}
        with ExitStack() as held:
            copies = {path: _open(source, held) for path, source in self.inputs.items()}
            stdin = held.enter_context(tempfile.TemporaryFile())
            stdin.write(json.dumps(order).encode())
            stdin.seek(0)
            command = bubblewrap.command(
                [*python(), "-m", "trainkit.sandbox.boxed_kernel"],
                given={},
                copies=copies,
                settings={**whole_environment(bubblewrap.JOB), **self.environment},
                scratch_bytes=int(limits["disk_bytes"]),
                hidden=[Path(folder) for folder in self.hidden],
            )
            for listener in self._listeners:
                held.enter_context(listener)
            self._box = _Box(command, stdin, [*sockets, *copies.values()])
            try:
                self.process = self._box.begin()
            except SandboxError:
                await self.cleanup()
                raise
        self.pid = self.pgid = self.process.pid
        self.cwd = Path(bubblewrap.JOB)
        return self.connection_info

    def said(self) -> str:
        """Return the end of what the box has complained of, in its own words."""
        return self._box.said.decode("utf-8", "replace").strip() if self._box else ""

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the sockets, unless the kernel starts again."""
        await super().cleanup(restart)
        for listener in self._listeners:
            listener.close()
        if self._folder and not restart:
            if self._passing is not None:
                self._passing.cleanup()
            self._folder = self._passing = None


class BoxedKernelManager(AsyncKernelManager):
    """Manages one kernel in a box, and takes no larger messages from it than there can be.

    Args:
        limits: what the kernel may use.
        inputs: see `BubblewrapProvisioner`.
        environment: variables, besides those of every box.
        hidden: folders of which nothing is seen inside.
    """

    def __init__(
        self,
        limits: Limits,
        inputs: Inputs | None = None,
        environment: Mapping[str, str] | None = None,
        hidden: Sequence[Path] = (),
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._largest = limits.output_bytes + limits.answers_bytes + _FRAME_BYTES
        self.provisioner = BubblewrapProvisioner(
            parent=self,
            kernel_spec=self.kernel_spec,
            limits=asdict(limits),
            inputs=dict(inputs or {}),
            environment=dict(environment or {}),
            hidden=[str(folder) for folder in hidden],
        )

    @default("context")
    def _limited_context(self) -> zmq.asyncio.Context:
        self._created_context = True
        context = zmq.asyncio.Context()
        context.maxmsgsize = self._largest
        return context

    @property
    def kernel_spec(self) -> Any:
        """A Python kernel; the provisioner knows its command."""
        return KernelSpec(
            argv=["{connection_file}"], display_name="Python 3", language="python", interrupt_mode="message"
        )


def _listen(place: Path) -> socket.socket:
    place.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(place))
        listener.listen(100)
    except OSError as error:
        listener.close()
        raise SandboxError(
            _("No socket can be made at {path}: {error}").format(path=place, error=error)
        ) from error
    return listener


def _open(source: Path | str | bytes, held: ExitStack) -> int:
    """Return a descriptor to read `source` from, open as long as `held` is."""
    if isinstance(source, bytes):
        descriptor = os.memfd_create("input", os.MFD_CLOEXEC)
        held.callback(os.close, descriptor)
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(source)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        held.callback(os.close, descriptor)
    return descriptor


class _Box(threading.Thread):
    """Starts a box and keeps the end of what it complains of.

    A thread of its own, because bubblewrap ends with the thread that has started it.
    """

    def __init__(self, command: Sequence[str], stdin: Any, descriptors: Sequence[int]) -> None:
        super().__init__(name="box", daemon=True)
        self.said = b""
        self._command, self._stdin, self._descriptors = command, stdin, descriptors
        self._begun = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._error: OSError | None = None

    def begin(self) -> subprocess.Popen[bytes]:
        """Start the box and return its process.

        Raises:
            SandboxError: bubblewrap can't be run.
        """
        self.start()
        self._begun.wait()
        if self._process is None:
            raise SandboxError(
                _("The box can't be started: {error}").format(error=self._error)
            ) from self._error
        return self._process

    def run(self) -> None:
        """Keep the box until it ends."""
        reader, writer = os.pipe()
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=self._stdin,
                stdout=subprocess.DEVNULL,
                stderr=writer,
                env={},
                pass_fds=self._descriptors,
                start_new_session=True,
            )
        except OSError as error:
            self._error = error
        finally:
            os.close(writer)
            self._begun.set()
        with os.fdopen(reader, "rb", buffering=0) as complaints:
            while data := complaints.read(4096):
                self.said = (self.said + data)[-_SAID_BYTES:]
