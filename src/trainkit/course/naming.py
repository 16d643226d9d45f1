"""What an answer, a column and a value are called: as code in a notebook, in plain words on a page.

Who answers on a page has written no code: there no variable is named and no type, and no backquote stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from trainkit.course.model import Answer, Column
from trainkit.i18n import _, get_language, pick

__all__ = ["about", "choice_called", "column_called", "in_plain_words", "kind_of"]

_plain: ContextVar[bool] = ContextVar("_plain", default=False)


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Speak as on a page inside of the block; elsewhere it's as in a notebook."""
    token = _plain.set(True)
    try:
        yield
    finally:
        _plain.reset(token)


def about(answer: Answer, message: str, **values: Any) -> str:
    """Return a message about an answer; its `{name}` is what the answer is called in these surroundings.

    >>> nps = Answer("nps", "number", {})
    >>> about(nps, "{name} should be a number.")
    '`nps` should be a number.'
    >>> with in_plain_words():
    ...     about(nps, "{name} should be a number.")
    'Your answer should be a number.'
    """
    if not _plain.get():
        return message.format(name=f"`{answer.name}`", **values)
    # On a page the answer stands right above.
    if answer.type == "table":
        message = message.replace("{name} = {value}，", "{name}").replace("{name} = {value}", "{name}")
    quoted = "{value}" if answer.type == "number" else "“{value}”"
    message = message.replace("{name} = {value}", quoted)
    # Between code and Chinese there's a space; between Chinese and Chinese there is none.
    close = re.sub(r"\{name\} (?=[\u4e00-\u9fff])", "{name}", message) if get_language() == "zh" else message
    return close.format(name=_("Your answer"), **values)


def column_called(column: Column) -> str:
    """Return what a column is called: its name as code, or in the language of the page."""
    if not _plain.get():
        return f"`{column.name}`"
    name = column.zh if column.zh and get_language() == "zh" else column.name
    return _("“{column}”").format(column=name)


def choice_called(answer: Answer, id: str) -> str:
    """Return what a choice is called: what to write in code, or what can be read on the page."""
    if not _plain.get():
        return f'`"{id}"`'
    return next((pick(c.label) for c in answer.choices if c.id == id), id)


def kind_of(value: Any) -> str:
    """Say what a value is, for people who needn't know the types of Python.

    >>> kind_of([1, 2]), kind_of("35"), kind_of(len)
    ('a list', 'a text', 'a function')
    """
    kinds = (
        (type(value).__name__ in {"NAType", "NaTType"}, _("a missing value")),
        (isinstance(value, bool), _("true or false")),
        (hasattr(value, "isoformat"), _("a date")),
        (isinstance(value, str), _("a text")),
        (isinstance(value, dict), _("a dictionary")),
        (isinstance(value, list | tuple | set | frozenset), _("a list")),
        (isinstance(value, complex), _("a number with an imaginary part")),
        (isinstance(value, int | float), _("a number")),
        (hasattr(value, "to_frame"), _("a column")),
        (hasattr(value, "columns"), _("a table")),
        (hasattr(value, "tolist"), _("an array")),
        (callable(value), _("a function")),
    )
    return next((name for fits, name in kinds if fits), _("something else"))
