"""The command line: a few lines a command over the library.

Each module of this package adds its commands to `app`, except for `options`, which they share; adding a
command touches one file.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated

import typer

from trainkit.cli.options import Lang
from trainkit.errors import TrainkitError
from trainkit.files import is_full
from trainkit.i18n import _, joined, use_language, use_system_language
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
def _trainkit(
    lang: Annotated[
        Lang | None,
        typer.Option(
            help="Language of what commands say; that of the system if left out.", show_default=False
        ),
    ] = None,
) -> None:
    """The training workbook for customer-relationship analytics."""
    if lang is not None:
        use_language(lang)


for _module in sorted({m.name for m in iter_modules(__path__)} - {"options"}):
    import_module(f"{__name__}.{_module}").register(app)


def main() -> None:
    """Run the command line; an expected error is one clear message, not a traceback."""
    block_slow_grammars()
    _replace_unknown_signs()
    use_system_language()
    try:
        app()
    except (TrainkitError, OSError) as error:
        said = _of_file(error) if isinstance(error, OSError) else str(error)
        if not said or os.environ.get("TRAINKIT_DEBUG"):
            raise
        typer.secho(said, err=True, fg=typer.colors.RED)
        sys.exit(1)


def _replace_unknown_signs() -> None:
    """Write `?` for a sign that the terminal's encoding lacks, instead of failing after the work is done.

    Where output goes to a file, Windows uses the old code page of the language: GBK has no ✓, cp1252 no −.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _of_file(error: OSError) -> str:
    """Say which file can't be used, and what may help; nothing if the error isn't about a file."""
    file = error.filename2 or error.filename
    if not isinstance(file, str):
        return _("The disk is full. Make room, then run the command again.") if is_full(error) else ""
    said = _("{file} can't be read or written: {reason}.").format(file=file, reason=error.strerror)
    if isinstance(error, PermissionError):
        said = joined(said, _("Close the program that has it open, or choose another place."))
    return said
