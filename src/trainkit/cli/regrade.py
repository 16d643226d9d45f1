"""`trainkit regrade`: what was received once, graded again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.i18n import _

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(regrade)


def regrade(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a class.")],
    exercise: Annotated[
        list[str] | None, typer.Option(help="This exercise only; can be repeated.", metavar="ID")
    ] = None,
    trainee: Annotated[
        list[str] | None, typer.Option(help="This trainee's only; can be repeated.", metavar="ID")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Notebooks that run at a time.")] = 2,
    scheduler: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Of a Dask cluster that grades instead, as tcp://host:8786."),
    ] = "",
    database: Annotated[
        str, typer.Option(metavar="URL", help="Of the gradebook, in the place of the class's own.")
    ] = "",
    solutions: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the exercises' sources.")
    ] = None,
    unsafe_no_sandbox: Annotated[
        bool, typer.Option("--unsafe-no-sandbox", help="Run submitted code with your own rights.")
    ] = False,
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
    tally = job.run(workers=workers, scheduler=scheduler)
    if tally.left:
        typer.echo(_("Stopped. {n} are left; the same command continues.").format(n=tally.left), err=True)
        raise typer.Exit(130)
