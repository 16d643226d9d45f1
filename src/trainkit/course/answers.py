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

from trainkit.course.model import Answer
from trainkit.i18n import _

__all__ = [
    "ANSWER_MIME",
    "GIVEN",
    "INVALID",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "MAX_TEXT",
    "NOT_ATTEMPTED",
    "fold",
    "pack",
    "validate",
]

#: The MIME type under which an answer leaves a notebook.
ANSWER_MIME = "application/vnd.trainkit.answer+json"

MAX_TEXT = 2_000
MAX_ROWS = 10_000
MAX_COLUMNS = 50

GIVEN, NOT_ATTEMPTED, INVALID = "given", "not attempted", "invalid"

Payload = dict[str, Any]


class _Unfit(Exception):
    """A value can't be an answer of its type; the message says why."""


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
            raise _Unfit(
                _("`{name}` is `None`. Did a function end without `return`?").format(name=answer.name)
            )
        return {**payload, "state": GIVEN, "value": _PACKERS[answer.type](value, answer)}
    except _Unfit as unfit:
        return {**payload, "state": INVALID, "reason": str(unfit)}


def validate(payload: Any, answer: Answer) -> Payload:
    """Return a payload from outside with only what is expected in it, or an invalid one with the reason.

    What comes out of a sandbox may have been forged: types, sizes and lengths are checked again.
    """
    if not isinstance(payload, Mapping) or payload.get("state") not in (GIVEN, NOT_ATTEMPTED, INVALID):
        reason = _("What `{name}` gave could not be read as an answer.").format(name=answer.name)
        return {"name": answer.name, "type": answer.type, "state": INVALID, "reason": reason}
    base = {"name": answer.name, "type": answer.type, "state": payload["state"]}
    if payload["state"] == INVALID:
        return {**base, "reason": _storable(str(payload.get("reason", "")))[:MAX_TEXT]}
    if payload["state"] == NOT_ATTEMPTED:
        return base
    value = payload.get("value")
    if answer.type == "table" and not _is_table(value):
        reason = _("`{name}` should be a table.").format(name=answer.name)
        return {**base, "state": INVALID, "reason": reason}
    return pack(value, answer)


def _number(value: Any, answer: Answer) -> float:
    if hasattr(value, "size") and hasattr(value, "item"):  # a numpy scalar, or a Series or array of one
        if value.size != 1:
            raise _Unfit(
                _("`{name}` holds {n} values. One number is asked for.").format(
                    name=answer.name, n=value.size
                )
            )
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, numbers.Real | Decimal):
        raise _Unfit(
            _("`{name}` should be a number. It is of type {type}.").format(
                name=answer.name, type=type(value).__name__
            )
        )
    number = _float(value)
    if not math.isfinite(number):
        raise _Unfit(
            _("`{name}` is {value}. Look for a division by zero or for missing values.").format(
                name=answer.name, value=number
            )
        )
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
        raise _Unfit(
            _("`{name}` should be a text in quotation marks. It is of type {type}.").format(
                name=answer.name, type=type(value).__name__
            )
        )
    if len(value) > MAX_TEXT:
        raise _Unfit(
            _("`{name}` has {n} characters. At most {most} are read.").format(
                name=answer.name, n=len(value), most=MAX_TEXT
            )
        )
    return _storable(value).strip()


def _choice(value: Any, answer: Answer) -> str:
    given = fold(_text(value, answer))
    for choice in answer.choices:
        if given in {fold(choice.id), *(fold(label) for label in choice.label.values())}:
            return choice.id
    raise _Unfit(
        _("`{name}` is “{value}”, which is none of the choices: {choices}.").format(
            name=answer.name, value=_shorten(str(value)), choices=", ".join(c.id for c in answer.choices)
        )
    )


def _choices(value: Any, answer: Answer) -> list[str]:
    if isinstance(value, str):
        value = [value]
    if hasattr(value, "tolist"):
        value = value.tolist()
    if (
        not isinstance(value, list | tuple | set | frozenset)
        or len(value) > len(answer.choices) + MAX_COLUMNS
    ):
        raise _Unfit(_("`{name}` should be a list of choices.").format(name=answer.name))
    given = {_choice(v, answer) for v in value}
    return [c.id for c in answer.choices if c.id in given]


def _table(value: Any, answer: Answer) -> dict[str, list[Any]]:
    if _is_table(value):
        columns, rows = value["columns"], value["rows"]
    else:
        columns, rows = _frame(value, answer)
    if len(rows) > MAX_ROWS or len(columns) > MAX_COLUMNS:
        raise _Unfit(
            _("`{name}` has {rows} rows and {columns} columns. At most {most_rows} × {most_columns}.").format(
                name=answer.name,
                rows=len(rows),
                columns=len(columns),
                most_rows=MAX_ROWS,
                most_columns=MAX_COLUMNS,
            )
        )
    return {"columns": [_shorten(str(c)) for c in columns], "rows": [[_cell(v) for v in row] for row in rows]}


def _frame(value: Any, answer: Answer) -> tuple[list[Any], list[list[Any]]]:
    import pandas as pd

    if isinstance(value, Mapping | list):
        try:
            value = pd.DataFrame(value)
        except (ValueError, TypeError) as error:
            raise _Unfit(
                _("`{name}` could not be read as a table: {error}").format(name=answer.name, error=error)
            ) from error
    if isinstance(value, pd.Series):
        value = value.to_frame(value.name if value.name is not None else "value")
    if not isinstance(value, pd.DataFrame):
        raise _Unfit(
            _("`{name}` should be a table (a DataFrame). It is of type {type}.").format(
                name=answer.name, type=type(value).__name__
            )
        )
    if len(value) <= MAX_ROWS and _index_is_data(value, answer):
        value = value.reset_index(allow_duplicates=True)
    columns = ["_".join(str(part) for part in c if part != "") if isinstance(c, tuple) else c for c in value]
    head = value.iloc[: MAX_ROWS + 1, : MAX_COLUMNS + 1]
    return columns, [list(row) for row in head.itertuples(index=False, name=None)] or []


def _index_is_data(frame: Any, answer: Answer) -> bool:
    """Whether the index holds a column of the answer: it is named, or a column is missing without it."""
    return any(n is not None for n in frame.index.names) or frame.shape[1] < len(answer.columns)


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
        return _shorten(value) if isinstance(value, str) else value
    if isinstance(value, dt.datetime):
        missing = value != value  # NaT is the only datetime that differs from itself
        return None if missing else value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, numbers.Real | Decimal):
        number = _float(value)
        return number if math.isfinite(number) else None
    text = str(value)
    return None if text in {"<NA>", "NaT"} else _shorten(text)


def _shorten(text: str, most: int = 200) -> str:
    return _storable(text if len(text) <= most else text[: most - 1] + "…")


def _storable(text: str) -> str:
    """Replace lone surrogates: Python and JSON hold them, no file or database does."""
    return text.encode(errors="replace").decode()


def fold(text: str) -> str:
    """Fold what doesn't matter when texts are compared: case, white space, full-width forms.

    >>> fold(" Ｂ２Ｂ ") == fold("b2b")
    True
    """
    import unicodedata

    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


_PACKERS: dict[str, Callable[[Any, Answer], Any]] = {
    "number": _number,
    "text": _text,
    "choice": _choice,
    "choices": _choices,
    "table": _table,
}
