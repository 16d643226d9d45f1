"""`trainkit regrade`: what was received once, graded again."""

from __future__ import annotations

from typing import Annotated

import typer

from trainkit.cli.grade import leave
from trainkit.cli.options import (
    ClassFolder,
    Database,
    Exercises,
    Scheduler,
    Solutions,
    UnsafeNoSandbox,
    Workers,
)

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(regrade)


def regrade(
    folder: ClassFolder,
    exercise: Exercises = None,
    trainee: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="This trainee only; can be repeated.")
    ] = None,
    workers: Workers = 2,
    scheduler: Scheduler = "",
    database: Database = "",
    solutions: Solutions = None,
    unsafe_no_sandbox: UnsafeNoSandbox = False,
) -> None:
    """Grade again what was received, and tell which points changed and why.

    The files come from the gradebook, as they were handed in. Points given by hand stay.

    Example: `trainkit regrade spring-class --exercise 1-06`
    """
    from trainkit.grading.regrade import Regrade

    job = Regrade.of(
        folder,
        exercises=exercise or (),
        trainees=trainee or (),
        solutions=solutions,
        unsafe=unsafe_no_sandbox,
        database=database,
    )
    leave(job.run(workers=workers, scheduler=scheduler))
