"""The language of interface text: English in the source, Chinese from the catalogue.

`use_language` sets the language of the running process, `speaking` that of a block; `_` translates at the
moment of the call, so a page can switch without being loaded again.
"""

from __future__ import annotations

import ctypes
import gettext
import locale
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from string import Formatter

__all__ = [
    "LANGUAGES",
    "_",
    "get_language",
    "joined",
    "listed",
    "ngettext",
    "percent",
    "pick",
    "retold",
    "speaking",
    "use_language",
    "use_system_language",
]

#: Languages of the workbook and what each calls itself.
LANGUAGES = {"en": "English", "zh": "中文"}

_LOCALE = Path(__file__).parent / "locale"
_chosen: str | None = None
_system = "en"
_spoken: ContextVar[str | None] = ContextVar("_spoken", default=None)


def use_language(lang: str | None) -> None:
    """Speak `lang` (`en` or `zh`) from now on; `None` returns to the surroundings' language."""
    global _chosen
    _chosen = _known(lang)


def use_system_language() -> None:
    """Speak the language of the user's system where nothing else says one: for commands."""
    global _system
    _system = _language_of_system()


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
    Commands speak the language of the system instead of English.
    """
    if chosen := _spoken.get() or _chosen:
        return chosen
    if lang := _of_locale(os.environ.get("TRAINKIT_LANG", "")):
        return lang
    folder = Path.cwd().name
    return folder if folder in LANGUAGES else _system


def _language_of_system() -> str:
    """Return the language that the user's system speaks, or English if the workbook doesn't."""
    # The order of gettext and of POSIX: the first that is set decides.
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    told = next((value for name in names if (value := os.environ.get(name))), "")
    return _of_locale(told or _locale_of_windows()) or "en"


def _locale_of_windows() -> str:
    """Return the language of Windows' own menus as `zh_CN`; elsewhere nothing."""
    windows = getattr(ctypes, "windll", None)
    if windows is None:
        return ""
    return locale.windows_locale.get(windows.kernel32.GetUserDefaultUILanguage(), "")


def _of_locale(name: str) -> str:
    """Return the language of a locale such as `zh_CN.UTF-8`; nothing if the workbook doesn't speak it."""
    lang = re.split(r"[-_.:@]", name, maxsplit=1)[0].lower()
    return lang if lang in LANGUAGES else ""


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


def retold(text: str) -> str:
    """Return a sentence of the workbook's in the language in use, in whichever it was made and stored.

    What isn't one of its sentences stays as it is.

    >>> with speaking("zh"):
    ...     made = _("The file is empty.")
    >>> retold(made)
    'The file is empty.'
    """
    for message, parts, form in _sentences():
        # To look for its parts first is far quicker than a thousand patterns.
        if all(part in text for part in parts) and (found := re.fullmatch(form, text)):
            return _(message).format(**found.groupdict())
    return text


@cache
def _sentences() -> list[tuple[str, list[str], str]]:
    """Return each message with its parts and its pattern in each language, those with the most text first."""
    found = []
    for lang in LANGUAGES:
        # gettext has no other way to list what a catalogue holds; the English one is the source itself.
        for message, said in getattr(_catalogue(lang), "_catalog", {}).items():
            if message and isinstance(message, str):
                found += [(message, *_form(text)) for text in (message, said)]
    known = [(message, parts, form) for message, parts, form in found if parts]
    return sorted(known, key=lambda entry: -sum(map(len, entry[1])))


def _form(text: str) -> tuple[list[str], str]:
    """Return a message's own parts and the pattern of what is made of it; nothing if that can't be told."""
    parts, form, names = [], "", []
    for part, name, spec, _conversion in Formatter().parse(text):
        parts.append(part)
        form += re.escape(part)
        if name is not None:
            names.append(name)
            if not name.isidentifier() or spec:
                return [], ""
            form += f"(?P<{name}>.{{1,200}}?)"
    # With little text of its own, it would take anything for what was made of it.
    clear = len(set(names)) == len(names) and sum(map(len, parts)) > 2 * len(names)
    return (parts, form) if clear else ([], "")


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
