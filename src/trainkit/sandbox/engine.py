"""papermill's engines `fork` and `trainkit`: notebooks run in a sandbox, papermill outside of it.

papermill loads engines while it is itself being imported, so this module imports papermill only when
a notebook runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

__all__ = ["ForkEngine", "TrainkitEngine"]


class ForkEngine:
    """Runs a notebook as papermill's own engine does, in a child of a warm process, shut in.

    The notebook sees none of the machine's files but those that it is given::

        papermill.execute_notebook("in.ipynb", "out.ipynb", engine_name="fork", parameters={"year": 2025})
    """

    _prefer: ClassVar[Any] = "fork"

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,  # noqa: ARG003 - it's Python's, whatever its name
        output_path: str | None = None,
        progress_bar: bool = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **options: Any,
    ) -> Any:
        """Run `nb` and return it with its outputs.

        Args:
            nb: the notebook, with its parameters.
            kernel_name: not used: the sandbox has one kernel.
            output_path: where to save it; `None` saves nothing.
            progress_bar: show papermill's progress bar.
            log_output: write what cells display into papermill's log.
            autosave_cell_every: seconds between saves while a cell runs; 0 for none.
            options: `order`, a `sandbox.running.Order`; or `limits` and `inputs` for one made here. Others
                are papermill's (`start_timeout`, `execution_timeout`) or nbclient's.

        Raises:
            SandboxError: this machine has no sandbox.
        """
        from papermill.engines import NotebookExecutionManager

        from trainkit.sandbox.client import Client

        manager = NotebookExecutionManager(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        options.pop("input_path", None)
        options["startup_timeout"] = options.pop("start_timeout", 60)
        options["timeout"] = options.pop("execution_timeout", None) or options.get("timeout")
        limits, inputs = options.pop("limits", None), options.pop("inputs", {})
        order = options.pop("order", None) or cls._order(limits, inputs)
        manager.notebook_start()
        try:
            Client(manager, order, log_output=log_output, **options).execute()
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb

    @classmethod
    def _order(cls, limits: Any, inputs: Mapping[str, Any]) -> Any:
        from trainkit.sandbox.levels import shared_runner
        from trainkit.sandbox.limits import Limits
        from trainkit.sandbox.running import Order

        # As with papermill, nothing takes too long unless somebody says so.
        limits = limits or Limits(cell_seconds=math.inf, notebook_seconds=math.inf)
        return Order(shared_runner(limits, cls._prefer), inputs)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> str:
        """Return the kernel's name: `name`, or the notebook's."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> str:
        """Return the notebook's language: `language`, or the one in its metadata."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))


class TrainkitEngine(ForkEngine):
    """The same with an ordinary kernel in bubblewrap: slower, and nothing but bubblewrap is needed."""

    _prefer = "bubblewrap"
