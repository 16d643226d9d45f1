"""`trainkit join`: a class's card into the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.i18n import _, ngettext

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(join)


def join(
    card: Annotated[Path, typer.Argument(metavar="CARD", help="The card that you got from your class.")],
    dir: Annotated[Path | None, typer.Option(help="Your workspace folder.")] = None,  # noqa: A002
) -> None:
    """Join a class: what you hand in then bears your name, and exercises open on your own data.

    A card that lies in the workspace folder is found by `trainkit start`, too.

    Example: `trainkit join lin-yue.trainkit`
    """
    from trainkit.course.handing_in import card as cards
    from trainkit.servers.workspace import open_workspace, resolve

    workspace = resolve(dir)
    joined = cards.join(workspace, card)
    laid = open_workspace(workspace)
    name = joined.name or joined.trainee
    typer.echo(_("{name} has joined {title}.").format(name=name, title=joined.title))
    if n := len(joined.variants):
        typer.echo(
            ngettext(
                "{n} exercise opens on your own data.", "{n} exercises open on your own data.", n
            ).format(n=n)
        )
    for path in laid.beside:
        typer.echo(_("You changed your copy, so the new edition lies beside it: {path}").format(path=path))
