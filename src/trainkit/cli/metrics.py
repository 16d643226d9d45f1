"""`trainkit metrics` and `trainkit gallery`: the reference on the terminal, the charts as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.cli.options import Lang

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("metrics")(_metrics)
    app.command()(gallery)


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


def gallery(
    out: Annotated[Path, typer.Option(help="Where to write the page.")] = Path("gallery.html"),
    lang: Annotated[
        Lang | None, typer.Option(help="The page's language; the one in use if left out.")
    ] = None,
) -> None:
    """Write a page that shows every chart of the workbook on small invented data.

    Example: `trainkit gallery --lang zh --out charts.html`
    """
    from trainkit.charts.gallery import page
    from trainkit.files import write_atomic
    from trainkit.i18n import use_language

    if lang is not None:
        use_language(lang)
    write_atomic(out, page())
    typer.echo(out)
