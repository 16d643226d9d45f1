"""The notebook client of the `trainkit` engine: goes on after a failure, counts bytes, reports as it goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

__all__ = ["Client", "Stopped"]

#: Seconds that an interrupted cell has to end.
_GRACE = 5

#: Messages that carry what a cell displays.
_DISPLAYS = {"stream", "display_data", "execute_result", "update_display_data", "error"}


class Stopped(Exception):
    """The kernel died or doesn't listen to interrupts; it has been reported."""


class Client(PapermillNotebookClient):
    """Runs all cells of a notebook.

    A cell that raises or runs too long is interrupted and reported, and the next one runs.

    Args:
        manager: papermill's execution manager.
        report: called with one small dictionary for each thing that happens; see `grading.inside`.
        output_bytes: of all that cells display; more is dropped.
        options: of `nbclient.NotebookClient`.
    """

    def __init__(
        self,
        manager: Any,
        report: Callable[[dict[str, Any]], None] = lambda _event: None,
        output_bytes: int = 10 * 2**20,
        **options: Any,
    ) -> None:
        self._report = report
        self._room = output_bytes
        self._late = -1
        super().__init__(
            manager,
            allow_errors=True,
            interrupt_on_timeout=True,
            error_on_timeout={"ename": "CellTimeoutError", "evalue": "", "traceback": []},
            iopub_timeout=_GRACE,
            shutdown_kernel="immediate",
            **options,
        )

    def papermill_execute_cells(self) -> None:
        """Run the cells in order.

        Raises:
            Stopped: the cells after this one can't be run.
        """
        for index, cell in enumerate(self.nb.cells):
            self.nb_man.cell_start(cell, index)
            try:
                self.execute_cell(cell, index)
            except (DeadKernelError, CellTimeoutError) as error:
                why = "died" if isinstance(error, DeadKernelError) else "deaf"
                self._report({"event": "stopped", "cell": _position(cell), "why": why})
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                raise Stopped from error
            else:
                if _position(cell) != self._late:
                    self._report({"event": "ran", "cell": _position(cell)})
            finally:
                self.nb_man.cell_complete(cell, cell_index=index)

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Take one message of the kernel; what exceeds the room for outputs is dropped and said once."""
        if msg["msg_type"] in _DISPLAYS:
            content = msg["content"]
            self._report_output(msg["msg_type"], content, _position(cell))
            size = len(json.dumps(content, default=str))
            if size > self._room:
                if self._room >= 0:
                    self._report({"event": "flood", "cell": _position(cell)})
                self._room = -1
                return None
            self._room -= size
        return super().process_message(msg, cell, cell_index)

    async def _async_handle_timeout(self, timeout: int, cell: Any = None) -> Any:
        # nbclient calls it when a cell's time is over, and interrupts the kernel.
        self._late = _position(cell)
        self._report({"event": "timeout", "cell": self._late})
        return await super()._async_handle_timeout(timeout, cell)

    def _report_output(self, kind: str, content: dict[str, Any], position: int) -> None:
        if kind == "error" and position != self._late:
            self._report(
                {
                    "event": "failure",
                    "cell": position,
                    "error": str(content.get("ename", ""))[:100],
                    "message": str(content.get("evalue", ""))[:500],
                }
            )
        elif kind in ("display_data", "execute_result"):
            for mime, data in (content.get("data") or {}).items():
                self._report({"event": "display", "cell": position, "mime": mime, "data": data})


def _position(cell: Any) -> int:
    """Return the cell's number in the notebook as it was submitted, from 1; 0 for a cell that was added."""
    return int(cell.metadata.get("trainkit", {}).get("position", 0))
