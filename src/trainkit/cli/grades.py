"""`trainkit grades`: the gradebook on the terminal, as files for other systems, as a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.cli.options import ClassFolder, Database, Solutions, Trainee
from trainkit.i18n import _, ngettext

__all__ = ["register"]

grades = typer.Typer(no_args_is_help=True)

Exercise = Annotated[str, typer.Option(metavar="ID", help="This exercise only.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(grades, name="grades", help="Show grades, export them, report on a class.")


@grades.command()
def show(
    folder: ClassFolder,
    exercise: Exercise = "",
    trainee: Trainee = "",
    database: Database = "",
) -> None:
    """Show the last grade of each trainee and exercise, with what an assessor should know of it.

    Example: `trainkit grades show spring-class --exercise 1-06`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.reports.publishing import latest_of, open_of
    from trainkit.reports.results import screen, show_rows

    classroom = Classroom.load(folder, database=database)
    found = latest_of(classroom, trainee=trainee, exercise=exercise)
    show_rows(screen(), found, open_of(classroom, trainee=trainee, exercise=exercise))


@grades.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="To write.")],
    folder: ClassFolder,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="long, wide, moodle, canvas, xlsx, xapi or xapi-array; by default what FILE ends with: "
            ".csv (long), .xlsx, .jsonl (xapi), .json (xapi-array).",
        ),
    ] = "",
    exercise: Exercise = "",
    everybody: Annotated[
        bool | None,
        typer.Option(
            "--everybody/--handed-in",
            help="With or without people who handed nothing in; by default with, but for moodle, where an "
            "empty cell removes a grade.",
        ),
    ] = None,
    database: Database = "",
) -> None:
    """Write grades for a spreadsheet, a learning platform or a record store.

    Points given by hand count; no cell is ever a formula. The export is noted in the audit trail.

    Example: `trainkit grades export moodle.csv spring-class --format moodle`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.reports.publishing import export_grades

    n = export_grades(
        Classroom.load(folder, database=database), file, form, exercise=exercise, everybody=everybody
    )
    typer.echo(
        ngettext("{n} submission written to {file}.", "{n} submissions written to {file}.", n).format(
            n=n, file=file
        )
    )


@grades.command()
def report(
    folder: ClassFolder,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="To write; `grades/report.html` by default.")
    ] = None,
    database: Database = "",
    solutions: Solutions = None,
) -> None:
    """Write the assessor's report: scores, questions, reliability, mistakes, data, likeness, flags.

    One page that needs nothing else, in the class's language. What fewer than ten trainees would decide isn't
    shown.

    Example: `trainkit grades report spring-class`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.reports.publishing import write_report

    path = write_report(Classroom.load(folder, database=database), out=out, solutions=solutions)
    typer.echo(_("Report: {file}").format(file=path))
