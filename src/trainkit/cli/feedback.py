"""`trainkit feedback`: what trainees are told, written anew from the gradebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.i18n import _

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(feedback)


def feedback(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a class.")] = Path(),
    trainee: Annotated[str, typer.Option(metavar="ID", help="This trainee's only.")] = "",
    form: Annotated[str, typer.Option("--format", help="html or md.")] = "html",
    workbook: Annotated[
        str,
        typer.Option(metavar="URL", help="Where the trainees' workbook runs; links to lessons lead there."),
    ] = "",
    database: Annotated[
        str, typer.Option(metavar="URL", help="Of the gradebook, in the place of the class's own.")
    ] = "",
    solutions: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the exercises' sources.")
    ] = None,
) -> None:
    """Write each trainee's feedback anew into `grades/feedback`; nothing is graded again.

    It is in the trainee's language. An examination's feedback is held back until its day of release.

    Example: `trainkit feedback spring-class --trainee lin-yue --format md`
    """
    from trainkit.grading.feedback import WORKBOOK
    from trainkit.grading.publishing import a_class, write_feedback

    written = write_feedback(
        a_class(folder, database),
        trainee=trainee,
        form=form,
        solutions=solutions,
        workbook=(workbook or WORKBOOK).rstrip("/"),
    )
    where = written[0].parent if written else folder
    typer.echo(_("{n} files of feedback in {folder}.").format(n=len(written), folder=where))
