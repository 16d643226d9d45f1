"""The kernel provisioner `trainkit-fork`: the workbook's kernel, forked by a zygote instead of started.

It is for notebooks of one's own: nothing is isolated. Where a fork can't be had – on another system, for
another kernel, with settings that Python reads at its start only – the kernel starts as any other does.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from trainkit.kernels import COMMAND, client

__all__ = ["ForkProvisioner"]

#: All that a fork can take into account; anything else is for `subprocess.Popen`.
_KNOWN = {"cwd", "env", "extra_arguments", "kernel_id", "stderr", "stdout"}


class ForkProvisioner(LocalProvisioner):
    """Has kernels forked, and manages them as its base class does."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Have the kernel forked, or start it.

        Args:
            cmd: the kernel's command line.
            kwargs: of `subprocess.Popen`.

        Returns:
            Jupyter's description of the connection.
        """
        try:
            # In a thread: the server must go on answering while a zygote warms up.
            kernel = await asyncio.to_thread(_fork, cmd, kwargs)
        except client.CannotFork as why:
            self.log.info("This kernel is started, not forked: %s", why)
            return await super().launch_kernel(cmd, **kwargs)
        self.log.debug("Forked kernel %s", kernel.pid)
        self.process: Any = kernel
        # Signals to the group go by the zygote, which knows whether it still is that kernel's.
        self.pid, self.pgid, self.cwd = kernel.pid, None, kwargs.get("cwd") or Path.cwd()
        return self.connection_info


def _fork(cmd: list[str], settings: dict[str, Any]) -> client.ForkedKernel:
    known = COMMAND.index("trainkit.kernel") + 1
    if cmd[:known] != list(COMMAND[:known]):
        raise client.CannotFork("it isn't the workbook's kernel")
    if unknown := sorted(name for name in settings.keys() - _KNOWN if settings[name]):
        raise client.CannotFork(f"it has settings of its own: {', '.join(unknown)}")
    outputs = [_descriptor(settings.get(name), own) for name, own in (("stdout", 1), ("stderr", 2))]
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        streams = (outputs[0] if outputs[0] >= 0 else nothing, outputs[1] if outputs[1] >= 0 else nothing)
        folder = str(Path(settings.get("cwd") or "").absolute())
        return client.fork(client.address(), cmd[known:], settings["env"], folder, streams)
    finally:
        os.close(nothing)


def _descriptor(stream: Any, own: int) -> int:
    """Return the descriptor for an argument of `Popen`; -1 is nowhere."""
    if stream is None:
        return own
    if stream == subprocess.DEVNULL:
        return -1
    if stream == subprocess.STDOUT or stream == subprocess.PIPE:
        raise client.CannotFork("its output is read through a pipe")
    return stream if isinstance(stream, int) else int(stream.fileno())
