"""The workbook's kernel: IPython's, prepared. Jupyter runs it as `python -m trainkit.kernel -f FILE`."""

from __future__ import annotations

import os

from trainkit import startup

__all__ = ["main"]


def main() -> None:
    """Run one kernel until it is shut down."""
    startup.prepare()
    if os.environ.get("TRAINKIT_LIFE") == "voila":
        # The room of pages lies above that of the course, so the course can't know it by itself.
        from trainkit.apps.exercise import Page
        from trainkit.course.lives import FACTORIES

        FACTORIES["voila"] = Page
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


if __name__ == "__main__":
    main()
