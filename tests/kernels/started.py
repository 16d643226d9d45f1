"""A kernel for tests, forked or started the ordinary way, and what it says."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from trainkit.kernels import COMMAND, WorkbookKernelManager, client

#: Seconds that a busy machine gets for anything.
PATIENCE = 60.0


class OrdinaryKernelManager(AsyncKernelManager):
    """Starts the same kernel as any Jupyter client would without a provisioner of ours."""

    @property
    def kernel_spec(self) -> Any:
        return KernelSpec(argv=list(COMMAND), display_name="Python 3 (ipykernel)", language="python")


MANAGERS = {"forked": WorkbookKernelManager, "ordinary": OrdinaryKernelManager}


@dataclass
class Said:
    """What one execution gave."""

    reply: dict[str, Any]
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What was printed."""
        return "".join(content["text"] for kind, content in self.messages if kind == "stream")


@dataclass
class Kernel:
    """A running kernel."""

    manager: AsyncKernelManager
    client: AsyncKernelClient

    @property
    def process(self) -> Any:
        return self.manager.provisioner.process

    async def run(self, code: str, told: Callable[[], object] = int, **options: Any) -> Said:
        """Execute `code`; `told` is called when it prints."""
        messages: list[tuple[str, dict[str, Any]]] = []

        def hear(message: dict[str, Any]) -> None:
            messages.append((message["msg_type"], message["content"]))
            if message["msg_type"] == "stream":
                told()

        reply = await self.client.execute_interactive(
            code, output_hook=hear, timeout=PATIENCE, allow_stdin="stdin_hook" in options, **options
        )
        return Said(reply["content"], messages)


@contextlib.asynccontextmanager
async def kernel(how: str = "forked", folder: Path | None = None, **env: str) -> AsyncIterator[Kernel]:
    """Run a kernel; a forked one really is."""
    manager = MANAGERS[how]()
    await manager.start_kernel(env={**os.environ, **env}, **({"cwd": str(folder)} if folder else {}))
    talk = manager.client()
    try:
        assert isinstance(manager.provisioner.process, client.ForkedKernel) == (how == "forked")
        talk.start_channels()
        await talk.wait_for_ready(timeout=PATIENCE)
        yield Kernel(manager, talk)
    finally:
        talk.stop_channels()
        await manager.shutdown_kernel(now=True)
        manager.context.destroy(linger=0)


async def eventually(true: Callable[[], object]) -> None:
    """Return as soon as `true()` is, and fail if it never is."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"not true after {PATIENCE} s"
        await asyncio.sleep(0.02)


async def child_of(pid: int) -> psutil.Process:
    """Return the first process that `pid` starts."""
    await eventually(psutil.Process(pid).children)
    return psutil.Process(pid).children()[0]
