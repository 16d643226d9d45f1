"""`trainkit metrics`: the reference of all metrics on the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("metrics")(_metrics)


def _metrics(
    name: Annotated[str | None, typer.Argument(help="A metric; without it all are listed.")] = None,
    family: Annotated[str | None, typer.Option(help="List the metrics of one family only.")] = None,
) -> None:
    """Say what a metric is: formula, unit, range, source, arguments and an example.

    Example: `trainkit metrics nps`
    """
    from rich.console import Console
    from rich.table import Table

    from trainkit.i18n import _
    from trainkit.metrics import reference, registry

    if name is not None:
        typer.echo(reference.card(registry.get(name)))
        return
    table = Table(_("metric"), _("name"), _("unit"), _("what it says"), box=None, pad_edge=False)
    for row in reference.overview(family):
        table.add_row(*row)
    Console().print(table)
