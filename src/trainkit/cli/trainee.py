"""`trainkit trainee`: the people of a class and their personal data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.cli.options import ClassFolder, Database, Force
from trainkit.i18n import _, listed, ngettext

__all__ = ["register"]

people = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="ID", help="The trainee's identifier: the folder's name.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(people, name="trainee", help="The people of a class and their personal data.")


@people.command("import")
def import_(
    roster: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or Excel file.")],
    folder: ClassFolder,
    database: Database = "",
) -> None:
    """Read a roster into the gradebook: new people are added, those known are brought up to date.

    The first line names the columns, in English or Chinese: id, name, email, number, section, lang.
    UTF-8, UTF-16 and GB18030 are told apart, and so are commas, semicolons and tabs. The gradebooks of Moodle
    and Canvas and the first sheet of an Excel file will do; columns from which nothing is taken are named.

    Example: `trainkit trainee import students.csv spring-class`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.classes.roster import read_roster, unused_columns
    from trainkit.gradebook.enrolment import enroll, open_class

    entries = read_roster(roster)
    with open_class(Classroom.load(folder, database=database), roster=False) as book:
        done = enroll(book, entries)
    typer.echo(
        _("{added} added, {changed} changed, {unchanged} unchanged.").format(
            added=len(done.added), changed=len(done.changed), unchanged=done.unchanged
        )
    )
    if unused := unused_columns(roster):
        typer.echo(_("Nothing is taken from these columns: {names}.").format(names=listed(unused)))


@people.command()
def match(
    said: Annotated[str, typer.Argument(metavar="NAME", help="The name that a folder or file has.")],
    trainee: Name,
    folder: ClassFolder,
    why: Annotated[str, typer.Option(help="The reason, for the audit trail; without names.")] = "",
    database: Database = "",
) -> None:
    """Say who somebody is whose folder's name isn't on the roster. It holds for every later run.

    What was graded under that name becomes the person's; a grade of the person's own stays in front.

    Example: `trainkit trainee match "张 伟" zhang-wei spring-class`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.gradebook import questions
    from trainkit.gradebook.enrolment import open_class

    with open_class(Classroom.load(folder, database=database)) as book:
        moved = questions.match(book, said, trainee, why=why)
    typer.echo(
        ngettext(
            "“{said}” is {trainee}. {n} grade was moved.",
            "“{said}” is {trainee}. {n} grades were moved.",
            moved,
        ).format(said=said, trainee=trainee, n=moved)
    )


@people.command()
def export(
    trainee: Name,
    folder: ClassFolder,
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="The archive; `ID.zip` by default.")] = None,
    force: Force = False,
    database: Database = "",
) -> None:
    """Write everything about one trainee into an archive: the record as JSON, and all files.

    Example: `trainkit trainee export lin-yue spring-class`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.classes.file_names import file_name
    from trainkit.gradebook import personal
    from trainkit.gradebook.enrolment import open_class

    classroom = Classroom.load(folder, database=database)
    with open_class(classroom, create=False) as book:
        personal.known(book, trainee)
        target = to or Path(file_name(trainee, ".zip"))
        personal.export(book, classroom, trainee, target, force=force)
    typer.echo(_("Everything about {trainee} is in {path}.").format(trainee=trainee, path=target))


@people.command()
def forget(
    trainee: Name,
    folder: ClassFolder,
    why: Annotated[str, typer.Option(help="The reason, for the audit trail; without names.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    database: Database = "",
) -> None:
    """Delete all personal data of one trainee, the files as received included. This can't be undone.

    Example: `trainkit trainee forget lin-yue spring-class --why "asked for it"`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.gradebook import personal
    from trainkit.gradebook.enrolment import open_class

    classroom = Classroom.load(folder, database=database)
    with open_class(classroom, create=False) as book:
        personal.known(book, trainee)
        if not yes:
            typer.confirm(
                _("Delete everything about {trainee} for good?").format(trainee=trainee), abort=True
            )
        done = personal.forget(book, classroom, trainee, why=why)
    typer.echo(_("Forgotten. Deleted or changed besides the gradebook: {n}.").format(n=len(done.erased)))
    if done.mentions:
        typer.echo(_("These still name the person; look at them:"))
        for path in done.mentions:
            typer.echo(f"  {path}")
    typer.echo(_("Backups and exports that lie elsewhere may still hold the data."))
