"""`trainkit hand-in`: one file of everything, for the assessor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.cli.options import Exercises
from trainkit.i18n import _, listed

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("hand-in")(hand_in)


def hand_in(
    exercise: Exercises = None,
    name: Annotated[str, typer.Option(help="Your name or number, where no class tells it; remembered.")] = "",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to write; `hand-ins` in the workspace by default."),
    ] = None,
    dir: Annotated[Path | None, typer.Option(help="Your workspace folder.")] = None,  # noqa: A002
) -> None:
    """Make one file of your work to hand in: what you submitted on pages, and your notebooks as they are.

    Send the file to your assessor. You can hand in as often as you like: the last file counts.

    Example: `trainkit hand-in --name "Lin Yue"`
    """
    from trainkit.course import handing_in
    from trainkit.course.handing_in.widget import forgotten_words, unsaved_words
    from trainkit.servers.workspace import resolve

    workspace = resolve(dir)
    found = handing_in.ready(workspace)
    for part in found.there:
        if exercise and part.info.id not in exercise:
            continue
        given = sum(bool(s.given) for s in part.standings)
        line = _("{done} of {total} submitted").format(done=given, total=len(part.standings))
        notebook = f" · {part.notebook.path.relative_to(workspace)}" if part.notebook else ""
        typer.echo(f"  {part.info.heading}: {line}{notebook}")
        if part.unsaved:
            typer.echo(f"  {unsaved_words()}")
    for line in filter(None, map(forgotten_words, found.parts)):
        typer.echo(line)
    made = handing_in.hand_in(workspace, exercises=exercise or None, name=name, out=out)
    said = _("Number {number}, with {ids}: {path}").format(
        number=made.number, ids=listed(made.exercises), path=made.path
    )
    typer.echo(said)
    typer.echo(_("Send it to your assessor: upload it where your class hands in, or mail it."))
