"""Life of a child: it closes itself in, runs the cells that the host sends, and never comes back."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from ipykernel.ipkernel import IPythonKernel
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult

from trainkit.sandbox.bubblewrap import JOB
from trainkit.sandbox.fork import seccomp
from trainkit.sandbox.fork.enclosure import close_in
from trainkit.sandbox.fork.linux import filter_calls
from trainkit.sandbox.fork.shell import Wire, connect
from trainkit.sandbox.fork.wire import encode_message

__all__ = ["live"]


def live(
    shell: Any,
    wire: Wire,
    channel: socket.socket,
    order: Mapping[str, Any],
    given: str,
    files: Sequence[tuple[str, int]],
) -> NoReturn:
    """Run a notebook's cells until the host has no more; ends this process.

    Args:
        shell: runs the cells.
        wire: of the shell.
        channel: to the host.
        order: `limits` and `environment`.
        given: the folder to read from.
        files: what to copy into the folder to work in, and where to.
    """
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        close_in(order["limits"], given, files)
        os.environ.update(order["environment"])
        # Last, so that none of the trainee's files is taken for a library.
        sys.path.append(JOB)
        _seed()
        connect(wire, channel, order["limits"]["output_bytes"])
        # From here on the rest of the kernel is out of reach, also for what made this box.
        filter_calls(seccomp.program())
    except BaseException as error:
        channel.sendall(encode_message("broken", {"reason": f"{type(error).__name__}: {error}"}))
        os._exit(1)
    _Cells(shell, wire, channel).run()
    os._exit(0)


def _seed() -> None:
    """Give each child the same numbers: a notebook gives the same answers whenever it is graded."""
    random.seed(0)
    np.random.seed(0)


class _Cells:
    """Takes cells from the host and runs them inside of a loop, as a kernel does."""

    def __init__(self, shell: Any, wire: Wire, channel: socket.socket) -> None:
        self._shell, self._wire, self._channel = shell, wire, channel
        self._rest = b""

    def run(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        self._wire.tell("ready", {"language_info": IPythonKernel.language_info})
        task = loop.create_task(self._serve(loop))
        while not task.done():
            try:
                loop.run_until_complete(task)
            except KeyboardInterrupt:
                continue  # a signal of the notebook's own, between two cells

    async def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        while (line := await self._next_line(loop)) is not None:
            self._wire.tell("execute_input", {"execution_count": self._shell.execution_count})
            content = await self._execute(json.loads(line)["run"])
            sys.stdout.flush()
            sys.stderr.flush()
            self._wire.tell("done", content)
            if content["leaving"]:
                return

    async def _next_line(self, loop: asyncio.AbstractEventLoop) -> bytes | None:
        """Return the host's next line, or `None` at the end, while the notebook's own tasks go on."""
        number = self._channel.fileno()
        while b"\n" not in self._rest:
            ready = loop.create_future()
            loop.add_reader(number, ready.set_result, None)
            try:
                await ready
            finally:
                loop.remove_reader(number)
            data = self._channel.recv(65536)
            if not data:
                return None
            self._rest += data
        line, self._rest = self._rest.split(b"\n", 1)
        return line

    async def _execute(self, source: str) -> dict[str, Any]:
        """Run a cell as ipykernel's `do_execute` does, and return what its reply would say."""
        shell = self._shell
        shell.exit_now = False
        shell._last_traceback, shell._last_traceback_during_displayhook = None, False
        try:
            transformed, trouble = shell.transform_cell(source), None
        except Exception:
            transformed, trouble = source, sys.exc_info()
        result = None
        try:
            # Also where nothing is awaited; `run_cell` would transform the cell once more.
            result = await shell.run_cell_async(
                source, store_history=True, transformed_cell=transformed, preprocessing_exc_tuple=trouble
            )
        except BaseException as error:
            result = ExecutionResult(ExecutionInfo(source, True, False, True, None))
            result.error_in_exec = error
            shell.showtraceback(running_compiled_code=True)
        finally:
            shell.events.trigger("post_execute")
            shell.events.trigger("post_run_cell", result)
        return self._reply(result)

    def _reply(self, result: Any) -> dict[str, Any]:
        shell = self._shell
        shell.payload_manager.clear_payload()
        error = result.error_before_exec if result.error_before_exec is not None else result.error_in_exec
        failed = not result.success or getattr(shell, "_last_traceback_during_displayhook", False)
        return {
            "status": "error" if failed else "ok",
            "execution_count": shell.execution_count - 1,
            "ename": type(error).__name__ if failed else "",
            "evalue": str(error) if failed else "",
            "traceback": (shell._last_traceback or []) if failed else [],
            "leaving": bool(shell.exit_now),
        }
