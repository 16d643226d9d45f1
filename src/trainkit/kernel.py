"""The workbook's kernel: IPython's, prepared. Jupyter runs it as `python -m trainkit.kernel -f FILE`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trainkit import startup
from trainkit.errors import TrainkitError
from trainkit.i18n import _

__all__ = ["main"]

#: What the first cells of each of our notebooks make; who misses one of these has begun in the middle.
_MADE_AT_THE_TOP = {"ex", "lesson", "variant", "pd", "alt"}


def main() -> None:
    """Run one kernel until it is shut down."""
    startup.prepare()
    from ipykernel.kernelapp import IPKernelApp

    # ipykernel reads the variable when it is imported, which in a forked kernel was long ago.
    app = IPKernelApp.instance(parent_handle=int(os.environ.get("JPY_PARENT_PID") or 0))
    app.initialize()
    _explain_errors(app.shell)
    if "ipywidgets" in sys.modules:
        # Imported before there was a kernel, it hasn't opened its channels to the page yet.
        sys.modules["ipywidgets"].register_comm_target()
    app.start()


def _explain_errors(shell: Any) -> None:
    """Let an error say what to do: that of a notebook begun in the middle, and one that trainkit means."""
    shell.set_custom_exc((NameError, TrainkitError), _explain)


def _explain(
    shell: Any, kind: type[Exception], error: Exception, trace: Any, tb_offset: int | None = None
) -> None:
    from trainkit.company import TABLES

    if isinstance(error, NameError) and error.name in _MADE_AT_THE_TOP | set(TABLES):
        error.add_note(
            _(
                "Run the notebook from the top: its first cells load the exercise and its data. "
                "In the menu: Run → Run All Above Selected Cell."
            )
        )
    if isinstance(error, TrainkitError):
        _end_before_our_own_lines(trace)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _end_before_our_own_lines(trace: Any) -> None:
    """Cut a traceback where the trainee's lines call trainkit's: the message says what there is to know."""
    package = str(Path(__file__).parent)
    called_from_cell = None
    for step in _steps(trace):
        file = step.tb_frame.f_code.co_filename
        if called_from_cell is not None and file.startswith(package + os.sep):
            called_from_cell.tb_next = None
            return
        called_from_cell = step if "ipykernel_" in file else None


def _steps(trace: Any) -> Iterator[Any]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


if __name__ == "__main__":
    main()
