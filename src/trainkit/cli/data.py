"""`trainkit data`: generate, check and describe the company's tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

data = typer.Typer(help="Lantai's tables: generate, check, describe.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `data` to the command line."""
    app.add_typer(data, name="data")


@data.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    customers: Annotated[int, typer.Option(help="Number of customers, 2,000 and more.")] = 5000,
    seed: Annotated[int | None, typer.Option(help="Another seed: other people, the same facts.")] = None,
    variant: Annotated[int, typer.Option(help="0 is the company of the lessons.")] = 0,
    form: Annotated[str, typer.Option("--format", help="parquet, csv or xlsx.")] = "parquet",
    tables: Annotated[list[str] | None, typer.Option("--table", help="Only this table; repeatable.")] = None,
) -> None:
    """Simulate the company into files, with a manifest.

    The same arguments give the same values on every machine.

    Example: `trainkit data generate --customers 20000 --format csv --out lantai`
    """
    from trainkit.company.export import generate as write
    from trainkit.company.simulation import SEED

    with typer.progressbar(length=customers, label="customers") as bar:
        done = 0

        def progress(total: int) -> None:
            nonlocal done
            bar.update(total - done)
            done = total

        path = write(
            out,
            customers=customers,
            seed=SEED if seed is None else seed,
            variant=variant,
            form=form,
            tables=tables or None,
            progress=progress,
        )
    typer.echo(path)


@data.command()
def base() -> None:
    """Write the base data set of the checkout again.

    Example: `trainkit data base`
    """
    from trainkit.company.base import write

    typer.echo(write())
