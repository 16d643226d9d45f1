"""Pages that are complete in themselves: one template engine, one look, nothing loaded from anywhere."""

from __future__ import annotations

from functools import lru_cache
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainkit.i18n import _, get_language, percent
from trainkit.legible import visible
from trainkit.reports.harmless import code_html

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["LANGUAGE_TAGS", "render", "share"]

#: What a page calls its language.
LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}


def render(template: str, **values: Any) -> str:
    """Return a page in the language in use.

    Every text is escaped, and characters that can't be seen are shown.

    Args:
        template: its file's name in `templates/`.
        values: what it shows.

    Raises:
        MissingExtra: nh3 isn't installed.
    """
    language = LANGUAGE_TAGS.get(get_language(), get_language())
    # `_` is handed over anew each time: the catalogue is that of the language in use.
    return _environment().get_template(template).render(_=_, language=language, **values)


def share(part: float, whole: float) -> int:
    """Return a share in whole per cent, halves up as in the charts; 0 where there is nothing to share.

    >>> share(1, 3), share(1, 8), share(0, 0)
    (33, 13, 0)
    """
    return floor(100 * part / whole + 0.5) if whole else 0


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"address": _address, "code": code_html, "percent": _percent}
    return environment


def _seen(value: Any) -> Any:
    # Exactly `str`: markup that is safe already is a class of its own.
    return visible(value) if type(value) is str else value


def _address(text: str) -> Any:
    """Return an address for an attribute, whole: a picture's is longer than any text."""
    from markupsafe import escape

    return escape(text)


def _percent(number: str | float) -> str:
    """Return a number with its sign, which never begins a line."""
    return percent(number).replace(" ", "\N{NO-BREAK SPACE}")
