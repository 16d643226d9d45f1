"""`trainkit grade`: submitted notebooks in, grades and feedback out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.i18n import _

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(grade)


def grade(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Holds `submissions/<trainee>/<exercise>.ipynb`."),
    ],
    exercise: Annotated[
        list[str] | None, typer.Option(help="Grade this exercise only; can be repeated.", metavar="ID")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Notebooks that run at a time.")] = 2,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="For gradebook, tables and feedback; `DIR/grades` by default."),
    ] = None,
    solutions: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the exercises' sources.")
    ] = None,
    unsafe_no_sandbox: Annotated[
        bool, typer.Option("--unsafe-no-sandbox", help="Run submitted code with your own rights.")
    ] = False,
) -> None:
    """Grade submitted notebooks in a sandbox, on data that nobody has seen.

    Writes a gradebook, `grades.csv`, `answers.csv` and a feedback page for each trainee. What was graded
    before and hasn't changed keeps its grade, so the command can be stopped and started again.

    Example: `trainkit grade spring-class --workers 4`
    """
    from trainkit.grading.job import Job

    job = Job.of(folder, exercises=exercise, out=out, solutions=solutions, unsafe=unsafe_no_sandbox)
    tally = job.run(workers=workers)
    if tally.left:
        typer.echo(_("Stopped. {n} are left; the same command continues.").format(n=tally.left), err=True)
        raise typer.Exit(130)
