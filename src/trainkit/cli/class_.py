"""`trainkit class`: make a class, and pack the workbook for its trainees."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.cli.options import ClassFolder, Lang
from trainkit.i18n import _, ngettext

__all__ = ["register"]

classes = typer.Typer(
    help="A class: its folder and settings, the archive for its trainees.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add `class` to the command line."""
    app.add_typer(classes, name="class")


@classes.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    title: Annotated[str, typer.Option(help="What it's called; the folder's name if left out.")] = "",
    lang: Annotated[Lang | None, typer.Option(help="Its language; the one in use if left out.")] = None,
    exercises: Annotated[
        str, typer.Option(metavar="IDS", help="What is graded, with commas between; all if left out.")
    ] = "",
) -> None:
    """Make a class: settings, a roster to fill in, a folder for submissions, and a secret.

    Example: `trainkit class new spring-class --exercises 1-06,2-01`
    """
    from trainkit.classes.classfolder import new_class

    ids = [id.strip() for id in exercises.split(",") if id.strip()]
    classroom = new_class(folder, title=title, lang=lang or "", exercises=ids)
    typer.echo(_("The class “{title}” is in {folder}.").format(title=classroom.title, folder=folder))
    typer.echo(
        _("Look at class.toml, fill in roster.csv, then: trainkit class pack {folder}").format(folder=folder)
    )


@classes.command()
def pack(
    folder: ClassFolder,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; `DIR/packs` by default.")
    ] = None,
) -> None:
    """Pack the workbook for the trainees: everything but solutions, keys and secrets.

    Writes `workbook.zip` for all; for each trainee on the roster a card with which the workbook joins the
    class, and for exercises on personal data a notebook. For checks on the spot the archive
    holds a lock of each practice, which can be tried and not read.

    Example: `trainkit class pack spring-class`
    """
    from trainkit.classes.classroom import Classroom
    from trainkit.classes.pack import write_packs

    packed = write_packs(
        Classroom.load(folder), out or folder / "packs", report=lambda step: typer.echo(f"  {step}", err=True)
    )
    typer.echo(
        ngettext(
            "{path}: {files} file, {size} MB. Hand it to all trainees.",
            "{path}: {files} files, {size} MB. Hand it to all trainees.",
            packed.files,
        ).format(path=packed.archive, files=packed.files, size=f"{packed.archive.stat().st_size / 1e6:.1f}")
    )
    if n := len(packed.notebooks):
        typer.echo(
            ngettext(
                "{n} notebook on personal data. Hand each folder to its trainee.",
                "{n} notebooks on personal data. Hand each folder to its trainee.",
                n,
            ).format(n=n)
        )
    if n := len(packed.cards):
        typer.echo(
            ngettext(
                "{n} card, in its trainee's folder: it joins the class with `trainkit join`.",
                "{n} cards, each in its trainee's folder: they join the class with `trainkit join`.",
                n,
            ).format(n=n)
        )
