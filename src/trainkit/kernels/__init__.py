"""Starting the workbook's kernel from a program, as `trainkit build` and `trainkit run` do.

Where the system allows it, a kernel isn't started but forked, by a process that has imported everything
already: the *zygote*. Any Jupyter client gets such kernels from the provisioner `trainkit-fork`.

| module | |
|---|---|
| `provisioner` | what Jupyter asks for a kernel: it has one forked, or starts it as ever |
| `client` | a zygote and its kernels, seen from the program that they serve |
| `zygote` | the zygote's own process: forks kernels, hands on signals, tells of their ends |
| `warm` | what a zygote imports and does once |
| `forked` | what a fresh fork does to become a kernel of its own |
"""

from __future__ import annotations

import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

__all__ = ["COMMAND", "PROVISIONER", "WorkbookKernelManager"]

#: The command line of the workbook's kernel. `-P`: a file of the trainee's that is named like a module
#: mustn't be imported in its place.
COMMAND = (sys.executable, "-P", "-m", "trainkit.kernel", "-f", "{connection_file}")

#: The name under which Jupyter finds `provisioner.ForkProvisioner`.
PROVISIONER = "trainkit-fork"


class WorkbookKernelManager(AsyncKernelManager):
    """Starts the workbook's kernel, whatever kernels are installed on the machine."""

    @property
    def kernel_spec(self) -> Any:
        """The workbook's kernel, forked where that is possible."""
        return KernelSpec(
            argv=list(COMMAND),
            display_name="Python 3 (ipykernel)",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER, "config": {}}},
        )
