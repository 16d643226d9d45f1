"""`trainkit grade`: submitted notebooks in, grades and feedback out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trainkit.i18n import _

if TYPE_CHECKING:
    from trainkit.grading.job import Job

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(grade)


def grade(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A class, or a folder or zip archive of what was handed in."),
    ],
    exercise: Annotated[
        list[str] | None, typer.Option(help="Grade this exercise only; can be repeated.", metavar="ID")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Notebooks that run at a time.")] = 2,
    scheduler: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Of a Dask cluster that grades instead, as tcp://host:8786."),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would be graded and why, and do nothing.")
    ] = False,
    layout: Annotated[
        str, typer.Option(help="Of the submissions: folders, moodle or nbgrader; found out by default.")
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
    """Grade submitted notebooks in a sandbox, on data that nobody has seen.

    Takes `submissions/<trainee>/<exercise>.ipynb`, a zip archive of it, Moodle's download of all submissions,
    and nbgrader's `submitted/`. Writes a gradebook, `grades.csv`, `answers.csv` and a feedback page for each
    trainee. What was graded before and hasn't changed keeps its grade, so the command can be stopped and
    started again.

    Example: `trainkit grade spring-class --workers 4`
    """
    from trainkit.grading.job import Job

    with Job.of(
        folder,
        exercises=exercise,
        solutions=solutions,
        unsafe=unsafe_no_sandbox,
        layout=layout,
        database=database,
    ) as job:
        if dry_run:
            _list(job)
            return
        tally = job.run(workers=workers, scheduler=scheduler)
    if tally.left:
        typer.echo(_("Stopped. {n} are left; the same command continues.").format(n=tally.left), err=True)
        raise typer.Exit(130)


def _list(job: Job) -> None:
    """List what would be done."""
    from trainkit.grading.results import printable, screen, show_ignored

    planned = job.plan()
    for one in planned:
        sign = "+" if one.grades else "="
        typer.echo(printable(f"{sign} {one.item.name}: {one.why}"))
    show_ignored(screen(), job.ignored)
    would = sum(one.grades for one in planned)
    typer.echo(
        _("{n} would be graded (+), {kept} keep their grade (=).").format(n=would, kept=len(planned) - would)
    )
