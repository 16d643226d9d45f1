"""`trainkit run`: every lesson and model solution, from first cell to last."""

from __future__ import annotations

from typing import Annotated

import typer

from trainkit.cli.options import Lang, Workers
from trainkit.i18n import LANGUAGES, _, ngettext

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(run)


def run(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Ids, for example 1-06; all if none is given.")
    ] = None,
    lang: Annotated[Lang | None, typer.Option(help="Only this language.")] = None,
    workers: Workers = 2,
) -> None:
    """Execute all lessons and model solutions with papermill, in both languages.

    Example: `trainkit run 1-06 2-01 --lang zh`
    """
    from trainkit.authoring import build, rehearsal

    langs = [lang] if lang else list(LANGUAGES)
    todo = rehearsal.jobs(build.course_root(), ids or (), langs)
    faults = []
    for number, outcome in enumerate(rehearsal.rehearse(todo, workers), 1):
        mark = _("failed") if outcome.fault else _("ok")
        typer.echo(f"[{number}/{len(todo)}] {outcome.job}: {mark}, {outcome.seconds:.1f} s")
        if outcome.fault:
            faults.append(outcome)
    for outcome in faults:
        typer.secho(f"\n{outcome.job}\n{outcome.fault}", err=True, fg=typer.colors.RED)
    if faults:
        raise typer.Exit(1)
    n = len(todo)
    typer.echo(
        ngettext(
            "{n} notebook runs, and all model answers are right.",
            "All {n} notebooks run, and all model answers are right.",
            n,
        ).format(n=n)
    )
