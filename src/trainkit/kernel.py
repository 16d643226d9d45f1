"""The workbook's kernel: IPython's, prepared. Jupyter runs it as `python -m trainkit.kernel -f FILE`."""

from __future__ import annotations

import os
import sys
from typing import Any

from trainkit import startup
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
    _explain_missing_names(app.shell)
    if "ipywidgets" in sys.modules:
        # Imported before there was a kernel, it hasn't opened its channels to the page yet.
        sys.modules["ipywidgets"].register_comm_target()
    app.start()


def _explain_missing_names(shell: Any) -> None:
    """Let the error of a notebook that was begun in the middle say what to do."""
    shell.set_custom_exc((NameError,), _explain)


def _explain(
    shell: Any, kind: type[NameError], error: NameError, trace: Any, tb_offset: int | None = None
) -> None:
    from trainkit.company import TABLES

    if error.name in _MADE_AT_THE_TOP | set(TABLES):
        error.add_note(
            _(
                "Run the notebook from the top: its first cells load the exercise and its data. "
                "In the menu: Run → Run All Above Selected Cell."
            )
        )
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


if __name__ == "__main__":
    main()
