"""The papermill engine `trainkit`: runs every cell, whatever happened before it, within limits.

papermill loads engines while it is itself being imported, so this module imports papermill only when
a notebook runs.
"""

from __future__ import annotations

from typing import Any

__all__ = ["TrainkitEngine"]


class TrainkitEngine:
    """Runs a notebook as papermill's own engine does, but a failed cell doesn't cost the cells after it."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **options: Any,
    ) -> Any:
        """Run `nb` and return it with its outputs.

        Args:
            nb: the notebook, with its parameters.
            kernel_name: of the kernel specification.
            output_path: where to save it; `None` saves nothing.
            progress_bar: show papermill's progress bar.
            log_output: write what cells display into papermill's log.
            autosave_cell_every: seconds between saves while a cell runs; 0 for none.
            options: passed on to `grading.client.Client`; papermill's names of time-outs are known.
        """
        from papermill.engines import NotebookExecutionManager

        from trainkit.grading.client import Client

        manager = NotebookExecutionManager(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        options.pop("input_path", None)
        options["startup_timeout"] = options.pop("start_timeout", 60)
        options["timeout"] = options.pop("execution_timeout", None)
        manager.notebook_start()
        try:
            Client(manager, kernel_name=kernel_name, log_output=log_output, **options).execute()
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb

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
