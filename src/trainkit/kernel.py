"""The workbook's kernel: IPython's, prepared. Jupyter runs it as `python -m trainkit.kernel -f FILE`."""

from __future__ import annotations

import os
import sys

from trainkit import startup

__all__ = ["main"]


def main() -> None:
    """Run one kernel until it is shut down."""
    startup.prepare()
    from ipykernel.kernelapp import IPKernelApp

    # ipykernel reads the variable when it is imported, which in a forked kernel was long ago.
    app = IPKernelApp.instance(parent_handle=int(os.environ.get("JPY_PARENT_PID") or 0))
    app.initialize()
    if "ipywidgets" in sys.modules:
        # Imported before there was a kernel, it hasn't opened its channels to the page yet.
        sys.modules["ipywidgets"].register_comm_target()
    if os.environ.get("TRAINKIT_LIFE") == "voila":
        # Not earlier: ipywidgets opens its channels to the page only where a kernel already is.
        _use_pages()
    app.start()


def _use_pages() -> None:
    # The room of pages lies above that of the course, so the course can't know it by itself.
    from trainkit.apps.exercise import Page
    from trainkit.course.lives import FACTORIES

    FACTORIES["voila"] = Page


if __name__ == "__main__":
    main()
