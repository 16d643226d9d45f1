"""`trainkit data`: generate, check and describe the company's tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainkit.cli.options import Lang
from trainkit.i18n import _

__all__ = ["register"]

data = typer.Typer(help="Lantai's tables: generate, check, describe.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `data` to the command line."""
    app.add_typer(data, name="data")


@data.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    customers: Annotated[int, typer.Option(help="Number of customers, 2,000 and more.")] = 5000,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Another seed: other people, the same facts.")
    ] = None,
    variant: Annotated[int, typer.Option(min=0, help="0 is the company of the lessons.")] = 0,
    form: Annotated[str, typer.Option("--format", help="parquet, csv or xlsx.")] = "parquet",
    tables: Annotated[list[str] | None, typer.Option("--table", help="Only this table; repeatable.")] = None,
) -> None:
    """Simulate the company into files, with a manifest.

    The same arguments give the same values on every machine.

    Example: `trainkit data generate --customers 20000 --format csv --out lantai`
    """
    from trainkit.company.export import generate as write
    from trainkit.company.simulation import SEED

    with typer.progressbar(length=customers, label=_("customers")) as bar:
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
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder that `data generate` wrote; the base data if left out."),
    ] = None,
) -> None:
    """Hold tables against the schema and list every rule that is broken.

    Example: `trainkit data check lantai`
    """
    from trainkit import content
    from trainkit.company.checks import check_folder

    broken = check_folder(folder or content.root() / "datasets")
    if broken.empty:
        typer.echo(_("All tables keep the rules."))
        return
    typer.echo(broken.to_string(index=False))
    raise typer.Exit(1)


@data.command()
def dictionary(
    lang: Annotated[Lang | None, typer.Option(help="Its language; the one in use if left out.")] = None,
) -> None:
    """Print the data dictionary as Markdown.

    Example: `trainkit data dictionary --lang zh > data-dictionary.zh-CN.md`
    """
    from trainkit.company.dictionary import dictionary as write
    from trainkit.i18n import get_language

    typer.echo(write(lang or get_language()), nl=False)


@data.command()
def base() -> None:
    """Write the base data set of the checkout again.

    Example: `trainkit data base`
    """
    from trainkit.company.base import write

    typer.echo(write())
