"""The command line: a few lines a command over the library.

Each module of this package adds its commands to `app`, except for `options`, which they share; adding a
command touches one file.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pkgutil import iter_modules

import typer

from trainkit.errors import TrainkitError
from trainkit.startup import block_slow_grammars

__all__ = ["app", "main"]

app = typer.Typer(
    name="trainkit",
    help="The training workbook for customer-relationship analytics.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@app.callback()
def _trainkit() -> None:
    """The training workbook for customer-relationship analytics."""


for _module in sorted({m.name for m in iter_modules(__path__)} - {"options"}):
    import_module(f"{__name__}.{_module}").register(app)


def main() -> None:
    """Run the command line; an expected error is one clear message, not a traceback."""
    block_slow_grammars()
    try:
        app()
    except TrainkitError as error:
        if os.environ.get("TRAINKIT_DEBUG"):
            raise
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        sys.exit(1)
