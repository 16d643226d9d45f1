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
    app.start()


if __name__ == "__main__":
    main()
