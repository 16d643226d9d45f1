"""`trainkit build`: from sources to notebooks."""

from __future__ import annotations

from typing import Annotated

import typer

from trainkit.i18n import _

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(build)


def build(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a built file is stale.")
    ] = False,
) -> None:
    """Build notebooks, exercises and their keys from lessons/ and solutions/.

    Example: `trainkit build --check`
    """
    from trainkit.authoring import build as course

    root = course.course_root()
    files = course.build(root, report=lambda step: typer.echo(f"  {step}", err=True))
    if check:
        if stale := course.differences(root, files):
            typer.echo(_("Not as built from their sources:"), err=True)
            typer.echo("".join(f"  {path}\n" for path in stale), err=True, nl=False)
            typer.echo(_("Run `make build`."), err=True)
            raise typer.Exit(1)
        typer.echo(_("Built files that are up to date: {n}").format(n=len(files)))
    else:
        changed = course.write(root, files)
        typer.echo(_("Files built: {n}, changed: {changed}").format(n=len(files), changed=len(changed)))
