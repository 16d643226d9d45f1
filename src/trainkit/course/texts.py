"""Texts from outside: made fit to be stored, shortened, and folded for comparison."""

from __future__ import annotations

import reprlib
import unicodedata
from typing import Any

__all__ = ["fold", "one_line", "shorten", "storable", "text_of"]

#: Writes whatever it's given with bounds on depth and length: a nested list must not exhaust the stack.
_WRITER = reprlib.Repr()
_WRITER.maxlevel = 3
_WRITER.maxlist = _WRITER.maxtuple = _WRITER.maxset = _WRITER.maxfrozenset = _WRITER.maxdict = 50
_WRITER.maxstring = _WRITER.maxother = _WRITER.maxlong = 200


def storable(text: str) -> str:
    """Replace lone surrogates: Python and JSON hold them, no file or database does."""
    return text.encode(errors="replace").decode()


def shorten(text: str, most: int = 200) -> str:
    """Return a text of at most `most` characters that can be stored.

    >>> shorten("promoters", 5)
    'prom…'
    """
    return storable(text if len(text) <= most else text[: most - 1] + "…")


def one_line(text: str, most: int) -> str:
    r"""Return a text on one line, without characters that a terminal or a page obeys.

    >>> one_line("first\n\x1b[31msecond", 20)
    'first [31msecond'
    """
    clean = "".join(c if c.isprintable() else " " for c in storable(text[: 4 * most]))
    return shorten(" ".join(clean.split()), most)


def text_of(value: Any, most: int = 200) -> str:
    """Return a value as a short text: a text as it is, containers as Python writes them, to some depth."""
    nested = isinstance(value, list | tuple | set | frozenset | dict)
    return shorten(_WRITER.repr(value) if nested else str(value), most)


def fold(text: str) -> str:
    """Fold what doesn't matter when texts are compared: case, white space, full-width forms.

    >>> fold(" Ｂ２Ｂ ") == fold("b2b")
    True
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "".join(text.casefold().split())
