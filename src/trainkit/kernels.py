"""Starting the workbook's kernel from a program, as `trainkit build` and `trainkit run` do."""

from __future__ import annotations

import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

__all__ = ["COMMAND", "WorkbookKernelManager"]

#: The command line of the workbook's kernel. `-P`: a file of the trainee's that is named like a module
#: mustn't be imported in its place.
COMMAND = (sys.executable, "-P", "-m", "trainkit.kernel", "-f", "{connection_file}")


class WorkbookKernelManager(AsyncKernelManager):
    """Starts the workbook's kernel, whatever kernels are installed on the machine."""

    @property
    def kernel_spec(self) -> Any:
        """The workbook's kernel."""
        return KernelSpec(argv=list(COMMAND), display_name="Python 3 (ipykernel)", language="python")
