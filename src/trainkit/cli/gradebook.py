"""`trainkit gradebook`: marks by hand, the audit trail, backups."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.cli.options import ClassFolder, Database, Force, Trainee, Why
from trainkit.errors import InputError
from trainkit.i18n import _, ngettext

__all__ = ["register"]

gradebook = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(gradebook, name="gradebook", help="Marks by hand, the audit trail, backups.")


@gradebook.command()
def mark(
    trainee: Annotated[str, typer.Argument(metavar="TRAINEE", help="The trainee's identifier.")],
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="The exercise's id.")],
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help="The answer's name.")],
    folder: ClassFolder,
    points: Annotated[float | None, typer.Option(help="What counts instead of the automatic points.")] = None,
    why: Why = "",
    comment: Annotated[str, typer.Option(help="For the trainee, in the feedback.")] = "",
    assessor: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Under the comment; `assessor` in class.toml or TRAINKIT_ASSESSOR by default.",
        ),
    ] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take back what was given by hand.")] = False,
    database: Database = "",
) -> None:
    """Give an answer points or a comment by hand; they stay when the work is graded again.

    Example: `trainkit gradebook mark lin-yue 1-06 nps spring-class --points 1.5 --why "well argued"`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.gradebook.enrolment import open_class
    from trainkit.gradebook.marking import remove_mark, set_mark
    from trainkit.gradebook.trail import signature

    if remove and (points is not None or comment):
        raise InputError(_("`--remove` takes back what was given. Leave out `--points` and `--comment`."))
    classroom = Classroom.load(folder, database=database)
    assessor = signature(assessor) or classroom.assessor
    with open_class(classroom, create=False) as book:
        if remove:
            remove_mark(book, trainee, exercise, answer, why=why)
        else:
            set_mark(book, trainee, exercise, answer, points, why=why, comment=comment, assessor=assessor)
        [submission] = book.latest(trainee=trainee, exercise=exercise)
    typer.echo(
        _("{trainee}, {exercise}: {awarded:g} of {points:g} points; {earned:g} were earned.").format(
            trainee=trainee,
            exercise=exercise,
            awarded=submission.awarded,
            points=submission.points,
            earned=submission.earned,
        )
    )
    if comment and not assessor:
        typer.echo(_("The comment bears no name. Give yours with `--assessor`, or in class.toml."))


@gradebook.command()
def choose(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="The folder or archive that counts, as grading named it.")
    ],
    folder: ClassFolder,
    trainee: Trainee = "",
    exercise: Annotated[str, typer.Option(metavar="ID", help="This exercise only.")] = "",
    why: Why = "",
    database: Database = "",
) -> None:
    """Say which of two sources of one person's work counts, from the next `trainkit grade` on.

    Where work came from two places, neither replaces a grade until this is said. Without options it holds for
    every conflict that the source is part of.

    Example: `trainkit gradebook choose week2.zip spring-class --trainee lin-yue --exercise 1-06`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.gradebook import questions
    from trainkit.gradebook.enrolment import open_class

    with open_class(Classroom.load(folder, database=database), create=False) as book:
        n = questions.choose(book, source, trainee=trainee, exercise=exercise, why=why)
    typer.echo(
        ngettext(
            "{n} conflict is decided. `trainkit grade` grades it.",
            "{n} conflicts are decided. `trainkit grade` grades them.",
            n,
        ).format(n=n)
    )


@gradebook.command()
def audit(
    folder: ClassFolder,
    trainee: Trainee = "",
    database: Database = "",
) -> None:
    """Show who did what, when and why; times are in UTC.

    Example: `trainkit gradebook audit spring-class --trainee lin-yue`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.gradebook.enrolment import open_class
    from trainkit.gradebook.personal import known
    from trainkit.legible import visible

    with open_class(Classroom.load(folder, database=database), create=False) as book:
        if trainee:
            known(book, trainee)
        lines = book.audit()
    for line in lines:
        name = line.trainee.name if line.trainee else ""
        if not trainee or name == trainee:
            cells = [f"{line.at:%Y-%m-%d %H:%M:%S}", line.who, line.action, name, line.what, line.why]
            typer.echo("  ".join(visible(" ".join(cell.split())) for cell in cells if cell))


@gradebook.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write.")],
    folder: ClassFolder,
    force: Force = False,
    database: Database = "",
) -> None:
    """Write the whole gradebook into one file, while grading may go on.

    It can be restored into SQLite and into PostgreSQL. It holds personal data: keep it private, and keep a
    copy of `grades/private/class.secret` with it, without which other hidden variants would decide.

    Example: `trainkit gradebook backup spring-2026.zip spring-class`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.gradebook.backup import back_up
    from trainkit.gradebook.enrolment import open_class

    with open_class(Classroom.load(folder, database=database), create=False) as book:
        rows = back_up(book, file, force=force)
    typer.echo(
        ngettext("{rows} row is in {path}.", "{rows} rows are in {path}.", rows).format(rows=rows, path=file)
    )


@gradebook.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive that `backup` wrote.")],
    folder: ClassFolder,
    why: Why = "",
    force: Force = False,
    database: Database = "",
) -> None:
    """Put a backup in the place of the class's gradebook, whole or not at all.

    Example: `trainkit gradebook restore spring-2026.zip spring-class`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.gradebook import backup

    where = Classroom.load(folder, database=database).gradebook
    rows = backup.restore(where, file, force=force, why=why)
    typer.echo(ngettext("{rows} row was restored.", "{rows} rows were restored.", rows).format(rows=rows))


@gradebook.command()
def adopt(folder: ClassFolder, why: Why = "", database: Database = "") -> None:
    """Take a gradebook over that was made with another class secret.

    Each class has a gradebook of its own. If its secret was lost and made anew, this says that it's the
    same class; from then on other hidden variants decide.

    Example: `trainkit gradebook adopt spring-class --why "new server"`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.gradebook import enrolment

    enrolment.adopt(Classroom.load(folder, database=database), why=why)
    typer.echo(_("The gradebook is this class's now."))
