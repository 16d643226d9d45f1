"""`trainkit grade`: submitted notebooks in, grades and feedback out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trainkit.cli.options import Database, Exercises, Scheduler, Solutions, UnsafeNoSandbox, Workers
from trainkit.i18n import _, ngettext

if TYPE_CHECKING:
    from trainkit.grading.batch import Tally
    from trainkit.grading.job import Job

__all__ = ["leave", "register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(grade)


def grade(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="The folder of a class, or a folder or zip archive of what was handed in.",
            default_factory=Path.cwd,
            show_default="the current folder",
        ),
    ],
    exercise: Exercises = None,
    workers: Workers = 2,
    scheduler: Scheduler = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would be graded and why, and do nothing.")
    ] = False,
    layout: Annotated[
        str, typer.Option(help="Of the submissions: folders, moodle or nbgrader; found out by default.")
    ] = "",
    database: Database = "",
    solutions: Solutions = None,
    unsafe_no_sandbox: UnsafeNoSandbox = False,
) -> None:
    """Grade submitted notebooks in a sandbox, on data that nobody has seen.

    Takes `submissions/<trainee>/<exercise>.ipynb`, a zip archive of it, Moodle's and Canvas's downloads of
    all submissions, and nbgrader's `submitted/`. Writes a gradebook, `grades.csv`, `answers.csv` and a
    feedback page for each trainee. What was graded before and hasn't changed keeps its grade, so the command
    can be stopped and started again.

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
    leave(tally)


def leave(tally: Tally) -> None:
    """End a command that Ctrl-C stopped with the status that says so, and tell how it goes on."""
    if tally.left:
        typer.echo(
            ngettext(
                "Stopped. {n} submission is left; the same command continues.",
                "Stopped. {n} submissions are left; the same command continues.",
                tally.left,
            ).format(n=tally.left),
            err=True,
        )
        raise typer.Exit(130)


def _list(job: Job) -> None:
    """List what would be done."""
    from trainkit.reports.results import printable, screen, show_ignored

    planned = job.plan()
    for one in planned:
        sign = "+" if one.grades else "="
        typer.echo(printable(f"{sign} {one.item.name}: {one.why}"))
    for name in job.absent():
        typer.echo(printable(_("– {trainee}: nothing was handed in.").format(trainee=name)))
    show_ignored(screen(), job.ignored)
    would = sum(one.grades for one in planned)
    typer.echo(
        _("{n} would be graded (+), {kept} keep their grade (=).").format(n=would, kept=len(planned) - would)
    )
