"""An answer as plain data: what leaves a notebook, a page or the sandbox is bounded JSON, never an object.

`pack` turns what a trainee's variable holds into a payload; `validate` checks a payload that comes
from outside before anything compares it.
"""

from __future__ import annotations

import datetime as dt
import math
import numbers
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from trainkit.course.frames import MAX_COLUMNS, MAX_ROWS, Unfit, columns_and_rows
from trainkit.course.model import Answer
from trainkit.course.naming import about, choice_called, kind_of
from trainkit.course.texts import fold, one_line, shorten, storable, text_of
from trainkit.course.typed import misread, number_for
from trainkit.i18n import _, joined, listed, ngettext

__all__ = [
    "ANSWER_MIME",
    "GIVEN",
    "INVALID",
    "MAX_COLUMNS",
    "MAX_REASON",
    "MAX_ROWS",
    "MAX_TEXT",
    "NOT_ATTEMPTED",
    "pack",
    "validate",
]

#: The MIME type under which an answer leaves a notebook.
ANSWER_MIME = "application/vnd.trainkit.answer+json"

MAX_TEXT = 2_000
#: Characters of the reason why an answer is invalid.
MAX_REASON = 500

GIVEN, NOT_ATTEMPTED, INVALID = "given", "not attempted", "invalid"

Payload = dict[str, Any]


def pack(value: Any, answer: Answer) -> Payload:
    """Return the payload of a trainee's value: its state, and the value as plain JSON.

    `...` is not attempted. A value of the wrong kind is invalid, with the reason in the language in use;
    nothing raises, because one bad answer must not stop the others.

    >>> pack(35, Answer("nps", "number", {"en": "NPS"}))
    {'name': 'nps', 'type': 'number', 'state': 'given', 'value': 35.0}
    """
    payload: Payload = {"name": answer.name, "type": answer.type}
    if value is ...:
        return {**payload, "state": NOT_ATTEMPTED}
    try:
        if value is None:
            raise Unfit(about(answer, _("{name} holds nothing. Did a function end without `return`?")))
        return {**payload, "state": GIVEN, "value": _PACKERS[answer.type](value, answer)}
    except Unfit as unfit:
        return {**payload, "state": INVALID, "reason": one_line(str(unfit), MAX_REASON)}
    except Exception as error:  # an object of the trainee's may raise anything while it's looked at
        reason = about(answer, _("{name} could not be read as an answer: {error}"), error=error)
        return {**payload, "state": INVALID, "reason": one_line(reason, MAX_REASON)}


def validate(payload: Any, answer: Answer) -> Payload:
    """Return a payload from outside with only what is expected in it, or an invalid one with the reason.

    What comes out of a sandbox may have been forged: types, sizes and lengths are checked again.
    """
    if not isinstance(payload, Mapping) or payload.get("state") not in (GIVEN, NOT_ATTEMPTED, INVALID):
        reason = about(answer, _("{name} could not be read as an answer."))
        return {"name": answer.name, "type": answer.type, "state": INVALID, "reason": reason}
    base = {"name": answer.name, "type": answer.type, "state": payload["state"]}
    if payload["state"] == INVALID:
        return {**base, "reason": _reason(payload.get("reason"), answer)}
    if payload["state"] == NOT_ATTEMPTED:
        return base
    value = payload.get("value")
    if answer.type == "table" and not _is_table(value):
        reason = about(answer, _("{name} should be a table."))
        return {**base, "state": INVALID, "reason": reason}
    return pack(value, answer)


def _reason(given: Any, answer: Answer) -> str:
    """Return a reason that came from outside, or one of ours if there is none."""
    text = one_line(given, MAX_REASON) if isinstance(given, str) else ""
    return text or about(answer, _("{name} could not be read as an answer."))


def _number(value: Any, answer: Answer) -> float:
    if isinstance(value, str):  # in quotation marks, or typed on a page
        number = number_for(value, answer)
        if number is None:
            raise Unfit(joined(about(answer, _("{name} should be a number.")), misread(value)))
        return number
    if hasattr(value, "size") and hasattr(value, "item"):  # a numpy scalar, or a Series or array of one
        if value.size != 1:
            message = ngettext(
                "{name} holds {n} value. One number is asked for.",
                "{name} holds {n} values. One number is asked for.",
                value.size,
            )
            raise Unfit(about(answer, message, n=value.size))
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, numbers.Real | Decimal):
        raise Unfit(about(answer, _("{name} should be a number, but it is {kind}."), kind=kind_of(value)))
    number = _float(value)
    if not math.isfinite(number):
        message = _("{name} is {value}. Look for a division by zero or for missing values.")
        raise Unfit(about(answer, message, value=number))
    return number


def _float(value: numbers.Real | Decimal) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
    except ValueError:  # a signalling NaN
        return math.nan


def _text(value: Any, answer: Answer) -> str:
    if not isinstance(value, str):
        message = _("{name} should be a text in quotation marks, but it is {kind}.")
        raise Unfit(about(answer, message, kind=kind_of(value)))
    if len(value) > MAX_TEXT:
        message = ngettext(
            "{name} has {n:,} character. At most {most:,} are read.",
            "{name} has {n:,} characters. At most {most:,} are read.",
            len(value),
        )
        raise Unfit(about(answer, message, n=len(value), most=MAX_TEXT))
    return storable(value).strip()


def _choice(value: Any, answer: Answer) -> str:
    given = fold(_text(value, answer))
    for choice in answer.choices:
        if given in {fold(choice.id), *(fold(label) for label in choice.label.values())}:
            return choice.id
    message = _("{name} is “{value}”, which is none of the choices: {choices}.")
    choices = listed(choice_called(answer, c.id) for c in answer.choices)
    raise Unfit(about(answer, message, value=shorten(str(value)), choices=choices))


def _choices(value: Any, answer: Answer) -> list[str]:
    if isinstance(value, str):
        value = [value]
    if hasattr(value, "tolist"):
        value = value.tolist()
    if (
        not isinstance(value, list | tuple | set | frozenset)
        or len(value) > len(answer.choices) + MAX_COLUMNS
    ):
        raise Unfit(about(answer, _("{name} should be a list of choices.")))
    given = {_choice(v, answer) for v in value}
    return [c.id for c in answer.choices if c.id in given]


def _table(value: Any, answer: Answer) -> dict[str, list[Any]]:
    if _is_table(value):
        columns, rows = value["columns"], value["rows"]
    else:
        columns, rows = columns_and_rows(value, answer)
    if len(rows) > MAX_ROWS or len(columns) > MAX_COLUMNS:
        message = _("{name} has {size}. At most {most:,} are read.")
        size, most = _too_large(len(rows), len(columns))
        raise Unfit(about(answer, message, size=size, most=most))
    return {"columns": [text_of(c) for c in columns], "rows": [[_cell(v) for v in row] for row in rows]}


def _too_large(rows: int, columns: int) -> tuple[str, int]:
    """Return the size that is too large, in words, and the most that is read."""
    if rows > MAX_ROWS:
        return ngettext("{n:,} row", "{n:,} rows", rows).format(n=rows), MAX_ROWS
    return ngettext("{n:,} column", "{n:,} columns", columns).format(n=columns), MAX_COLUMNS


def _is_table(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == {"columns", "rows"}
        and isinstance(value["columns"], list)
        and isinstance(value["rows"], list)
        and all(isinstance(r, list) and len(r) == len(value["columns"]) for r in value["rows"])
    )


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return shorten(value) if isinstance(value, str) else value
    if isinstance(value, dt.datetime):
        missing = value != value  # NaT is the only datetime that differs from itself
        return None if missing else value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, numbers.Real | Decimal):
        number = _float(value)
        return number if math.isfinite(number) else None
    text = text_of(value)
    return None if text in {"<NA>", "NaT"} else text


_PACKERS: dict[str, Callable[[Any, Answer], Any]] = {
    "number": _number,
    "text": _text,
    "choice": _choice,
    "choices": _choices,
    "table": _table,
}
