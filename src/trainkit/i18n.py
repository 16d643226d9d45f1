"""The language of interface text: English in the source, Chinese from the catalogue.

`use_language` sets the language of the running process, `speaking` that of a block; `_` translates at the
moment of the call, so a page can switch without being loaded again.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

__all__ = [
    "LANGUAGES",
    "_",
    "get_language",
    "joined",
    "listed",
    "ngettext",
    "percent",
    "pick",
    "speaking",
    "use_language",
]

#: Languages of the workbook and what each calls itself.
LANGUAGES = {"en": "English", "zh": "中文"}

_LOCALE = Path(__file__).parent / "locale"
_chosen: str | None = None
_spoken: ContextVar[str | None] = ContextVar("_spoken", default=None)


def use_language(lang: str | None) -> None:
    """Speak `lang` (`en` or `zh`) from now on; `None` returns to the surroundings' language."""
    global _chosen
    _chosen = _known(lang)


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak `lang` inside of the block, in this thread or task only, whatever the process speaks."""
    token = _spoken.set(_known(lang))
    try:
        yield
    finally:
        _spoken.reset(token)


def get_language() -> str:
    """Return the language in use: chosen, or `TRAINKIT_LANG`, or that of the notebook's folder, or English.

    Built notebooks lie in folders named by their language, and a kernel starts in its notebook's folder.
    """
    if chosen := _spoken.get() or _chosen:
        return chosen
    if (lang := os.environ.get("TRAINKIT_LANG", "")) in LANGUAGES:
        return lang
    folder = Path.cwd().name
    return folder if folder in LANGUAGES else "en"


def _known(lang: str | None) -> str | None:
    if lang is not None and lang not in LANGUAGES:
        raise ValueError(f"There is no language {lang!r}. Languages: {', '.join(LANGUAGES)}.")
    return lang


def pick(texts: Mapping[str, str]) -> str:
    """Return the text of the language in use from `{"en": …, "zh": …}`.

    >>> pick({"en": "points", "zh": "分"})
    'points'
    """
    return texts[get_language()]


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    # English is the source: a missing catalogue is then no error.
    return gettext.translation("trainkit", _LOCALE, [lang], fallback=lang == "en")


def _(message: str) -> str:
    """Translate `message` into the language in use."""
    return _catalogue(get_language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Translate with the plural form for `n`."""
    return _catalogue(get_language()).ngettext(singular, plural, n)


def joined(*sentences: str) -> str:
    """Put sentences one after the other; Chinese ones stand without a space between them.

    >>> joined("Right.", "", "Go on.")
    'Right. Go on.'
    """
    return ("" if get_language() == "zh" else " ").join(s for s in sentences if s)


def listed(items: Iterable[object]) -> str:
    """Put the items of a list one after the other, with the mark that the language sets between them.

    >>> listed(["NPS", "CSAT"])
    'NPS, CSAT'
    """
    return ("、" if get_language() == "zh" else ", ").join(str(item) for item in items)


def percent(number: str | float) -> str:
    """Return a number with the per-cent sign, set as the language sets it.

    >>> percent("46.7")
    '46.7 %'
    """
    return f"{number}%" if get_language() == "zh" else f"{number} %"
