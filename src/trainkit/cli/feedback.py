"""`trainkit feedback`: what trainees are told, written anew from the gradebook."""

from __future__ import annotations

from typing import Annotated

import typer

from trainkit.cli.options import ClassFolder, Database, Solutions, Trainee
from trainkit.i18n import ngettext

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(feedback)


def feedback(
    folder: ClassFolder,
    trainee: Trainee = "",
    form: Annotated[str, typer.Option("--format", help="html or md.")] = "html",
    workbook: Annotated[
        str,
        typer.Option(metavar="URL", help="Where the trainees' workbook runs; links to lessons lead there."),
    ] = "",
    database: Database = "",
    solutions: Solutions = None,
) -> None:
    """Write each trainee's feedback anew into `grades/feedback`; nothing is graded again.

    It is in the trainee's language. An examination's feedback is held back until its day of release.

    Example: `trainkit feedback spring-class --trainee lin-yue --format md`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.reports.feedback import WORKBOOK
    from trainkit.reports.publishing import write_feedback

    written = write_feedback(
        Classroom.load(folder, database=database),
        trainee=trainee,
        form=form,
        solutions=solutions,
        workbook=(workbook or WORKBOOK).rstrip("/"),
    )
    n, where = len(written), written[0].parent if written else folder
    typer.echo(
        ngettext("{n} file of feedback in {folder}.", "{n} files of feedback in {folder}.", n).format(
            n=n, folder=where
        )
    )
