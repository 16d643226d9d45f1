"""The notebook client of trainkit's engines: papermill's, with cells that run in a kernel of a runner.

By itself it behaves as papermill's own: it stops at the first error. A grader lets it go on: a cell that
raises is followed by the next one, and after a cell that has ended its kernel, or has run too long, the
notebook runs again from the top in a fresh kernel, without that cell. A cell that imports a library
which isn't there goes on without it.
"""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

from trainkit.course.answers import ANSWER_MIME
from trainkit.sandbox.lacking import lacked
from trainkit.sandbox.messages import DISPLAYS, Died, Ended, Flood, Message, Stopped, TooLong
from trainkit.sandbox.running import Kernel, Observer, Order

__all__ = ["Client"]

#: Run after a cell that lacks a library; the names below it are of the box, not of the notebook.
_RESUME = 'await __import__("trainkit.sandbox.lacking", fromlist=["resume"]).resume({source!r})'


class Client(PapermillNotebookClient):
    """Runs the cells of one notebook.

    Args:
        manager: papermill's execution manager.
        order: where and how to run.
        options: of `nbclient.NotebookClient`.
    """

    def __init__(self, manager: Any, order: Order, **options: Any) -> None:
        super().__init__(manager, **options)
        limits = order.runner.limits
        self._order, self._limits, self._observer = order, limits, order.observer
        self._deadline = time.monotonic() + limits.notebook_seconds
        self._left_out: set[int] = set()
        self._kernel: Kernel | None = None

    def execute(self, **_options: Any) -> Any:
        """Run the notebook and return it.

        Raises:
            Ended: with an observer: the notebook's end couldn't be reached.
            CellTimeoutError, DeadKernelError: without one.
            SandboxError: a kernel can't be shut in on this machine.
        """
        self.reset_execution_trackers()
        while not self._run_through():
            pass
        return self.nb

    def _run_through(self) -> bool:
        """Run all cells in one kernel and return whether the end was reached."""
        order, self._gone = self._order, ""
        self._room, self._answers_room = self._limits.output_bytes, self._limits.answers_bytes
        start = min(self._deadline, time.monotonic() + self.startup_timeout)
        made = order.runner.kernel(order.inputs, order.environment, start, order.stop, order.ahead)
        with closing(made) as kernel:
            self._kernel = kernel
            self.nb.metadata["language_info"] = kernel.language_info
            if self._observer is None:
                self.papermill_execute_cells()
                return True
            return all(
                self._run_observed(cell, index, self._observer)
                for index, cell in enumerate(self.nb.cells)
                if index not in self._left_out
            )

    def _run_observed(self, cell: Any, index: int, observer: Observer) -> bool:
        """Run a cell and return whether the next one can run in the same kernel.

        papermill isn't told: it would note in a notebook that nobody reads when each cell began and ended.
        """
        try:
            self.execute_cell(cell, index)
        except Ended as ended:
            out_of_time = time.monotonic() >= self._deadline
            if isinstance(ended, Stopped) or out_of_time or not position(cell):
                raise
            observer.lost(position(cell), ended)
            self._left_out.add(index)
            if len(self._left_out) > self._limits.restarts:
                raise
            return False
        else:
            observer.ran(position(cell))
            return True

    def execute_cell(self, cell: Any, cell_index: int, **_options: Any) -> Any:
        """Run one cell.

        Raises:
            CellExecutionError: it raised, and errors aren't allowed.
            Ended: with an observer: it has ended the kernel.
            CellTimeoutError, DeadKernelError: without one.
        """
        tags = cell.metadata.get("tags", ())
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        cell.outputs = []
        self.clear_before_next_output = False
        self.code_cells_executed += 1
        if self._observer is not None:
            reply = self._converse(cell, cell_index)
            if lacked(reply["ename"], reply["evalue"]):
                reply = self._converse(cell, cell_index, _RESUME.format(source=cell.source))
            if reply["leaving"]:
                raise Died("exit")
            return cell
        try:
            reply = self._converse(cell, cell_index)
        except TooLong as error:
            raise CellTimeoutError.error_from_timeout_and_cell(
                "Cell execution timed out", self._get_timeout(cell), cell
            ) from error
        except Ended as error:
            raise DeadKernelError("Kernel died") from error
        if reply["status"] == "error":
            run_sync(self._check_raise_for_error)(cell, cell_index, {"content": reply})
        return cell

    def _converse(self, cell: Any, index: int, source: str = "") -> dict[str, Any]:
        """Send a cell, or something else in its place, take what comes of it, and return the reply."""
        if self._gone:
            raise Died(self._gone)
        assert self._kernel is not None
        seconds = self._get_timeout(cell) or self._limits.cell_seconds
        deadline = min(self._deadline, time.monotonic() + seconds)
        times = cell.metadata["execution"] = {}
        reply: dict[str, Any] = {}
        for message in self._kernel.run(source or cell.source, deadline, self._order.stop):
            if message.kind == "execute_input":
                times["iopub.execute_input"] = _now()
                cell.execution_count = message.content["execution_count"]
            elif message.kind == "done":
                times["shell.execute_reply"] = _now()
                reply = message.content
            elif self._has_room(message):
                self._take(message, cell, index)
        self._gone = "exit" if reply["leaving"] else ""
        return reply

    def _has_room(self, message: Message) -> bool:
        """Count what a message takes, and return whether there was room for it."""
        if ANSWER_MIME in message.content.get("data", ()):
            self._answers_room -= message.size
            if self._answers_room < 0:
                raise Flood("answers")
            return True
        if message.kind in DISPLAYS:
            self._room -= message.size
        return self._room >= 0

    def _take(self, message: Message, cell: Any, index: int) -> None:
        """Put a display into the notebook; or tell an observer of answers and errors, who wants no more."""
        content = message.content
        if self._observer is not None:
            if message.kind == "error":
                self._observer.raised(position(cell), content["ename"], content["evalue"])
            elif ANSWER_MIME in content.get("data", ()):
                self._observer.answered(position(cell), content["data"][ANSWER_MIME])
        elif message.kind in DISPLAYS or message.kind == "clear_output":
            joined = message.kind == "stream" and self._continues(message, cell)
            self.process_message(
                {
                    "msg_type": message.kind,
                    "content": content,
                    "parent_header": {},
                    "header": {"msg_type": message.kind},
                },
                cell,
                index,
            )
            if joined:
                rest = cell.outputs.pop()
                cell.outputs[-1].text += rest.text

    def _continues(self, message: Message, cell: Any) -> bool:
        """Return whether a text belongs to the output before it: the kernel cuts long ones into pieces."""
        last = cell.outputs[-1] if cell.outputs and not self.clear_before_next_output else None
        return last is not None and last.output_type == "stream" and last.name == message.content["name"]


def position(cell: Any) -> int:
    """Return the cell's number in the notebook as it was submitted, from 1; 0 for a cell that was added."""
    return int(cell.metadata.get("trainkit", {}).get("position", 0))


def _now() -> str:
    return datetime.now(UTC).isoformat()
