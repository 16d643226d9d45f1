"""`trainkit doctor`: whether this machine has what the workbook needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.i18n import _

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    dir: Annotated[Path | None, typer.Option(help="Your workspace folder.")] = None,  # noqa: A002
) -> None:
    """Check versions, fonts, ports, workspace and sandbox, and say what to do about what's missing.

    Example: `trainkit doctor`
    """
    from trainkit.servers.doctor import examine
    from trainkit.servers.workspace import resolve

    marks = {"ok": "[ ok ]", "warning": "[warn]", "failure": "[fail]"}
    colors = {"ok": typer.colors.GREEN, "warning": typer.colors.YELLOW, "failure": typer.colors.RED}
    failed = False
    for finding in examine(resolve(dir)):
        failed |= finding.state == "failure"
        typer.secho(marks[finding.state], fg=colors[finding.state], nl=False)
        typer.echo(f" {finding.what}")
        if finding.advice:
            typer.echo(f"       {finding.advice}")
    if failed:
        typer.echo(_("The workbook can't run yet."))
        raise typer.Exit(1)
