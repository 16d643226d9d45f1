"""The one judge: it compares plain data, and it is the same on the spot and in grading.

It sees an answer's description, the right value and the known mistakes of one variant, and a payload.
It never sees a notebook, an object or a language: labels are folded, columns are found by either name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from trainkit.course.answers import GIVEN, INVALID, fold, validate
from trainkit.course.model import Answer, Expected, Text
from trainkit.i18n import _

__all__ = ["Outcome", "Verdict", "judge", "matches"]

Outcome = Literal["right", "mistake", "convention", "wrong", "not attempted", "invalid"]

#: Slack for floating-point noise, relative to the size of the numbers.
_NOISE = 1e-9


@dataclass(frozen=True)
class Verdict:
    """What the judge says of one answer on one variant.

    Args:
        name: the answer.
        outcome: right, a known mistake, another convention, wrong, not attempted or invalid.
        codes: the codes of the mistakes that match.
        messages: what to say about them, in both languages; `{value}` stands for the trainee's value.
        detail: where a table differs, or why the answer is invalid, in the language in use.
        value: the answer as plain data.
    """

    name: str
    outcome: Outcome
    codes: tuple[str, ...] = ()
    messages: tuple[Text, ...] = ()
    detail: str = ""
    value: Any = None

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.outcome == "right"


def judge(answer: Answer, expected: Expected, payload: Any) -> Verdict:
    """Judge a payload against the right value and the typical mistakes.

    A mistake is named only if the right value isn't met; if several match, all are named.
    """
    checked = validate(payload, answer)
    if checked["state"] == INVALID:
        return Verdict(answer.name, "invalid", detail=checked["reason"])
    if checked["state"] != GIVEN:
        return Verdict(answer.name, "not attempted")
    value = checked["value"]
    if matches(answer, expected.value, value):
        return Verdict(answer.name, "right", value=value)
    known = [m for m in expected.mistakes if matches(answer, m.value, value)]
    if known:
        codes = tuple(dict.fromkeys(m.code for m in known))
        return Verdict(answer.name, "mistake", codes, tuple(m.message for m in known), value=value)
    if answer.type == "number" and (detail := _other_convention(answer, expected.value, value)):
        return Verdict(answer.name, "convention", detail=detail, value=value)
    detail = _table_difference(answer, expected.value, value) if answer.type == "table" else ""
    return Verdict(answer.name, "wrong", detail=detail, value=value)


def matches(answer: Answer, expected: Any, value: Any) -> bool:
    """Whether a plain value equals the expected one, within the answer's tolerance."""
    match answer.type:
        case "number":
            return _close(value, expected, answer.tolerance)
        case "text":
            return fold(value) in {fold(expected), *(fold(a) for a in answer.accept)}
        case "choices":
            return set(value) == set(expected)
        case "table":
            return not _table_difference(answer, expected, value)
        case _:
            return bool(value == expected)


def _close(value: Any, expected: Any, tolerance: float) -> bool:
    return math.isclose(value, expected, rel_tol=_NOISE, abs_tol=tolerance + _NOISE)


def _other_convention(answer: Answer, expected: float, value: float) -> str:
    """Say so if the value is right in another unit: a share for per cent, or per cent for a share."""
    # Half a per cent more, because shares are often rounded to two digits; next to zero that says nothing.
    near = max(answer.tolerance, min(0.5, abs(expected) / 2))
    if answer.unit in {"%", "points", "percentage points"} and _close(value * 100, expected, near):
        return {
            "%": _("That is a share between 0 and 1. The question asks for per cent: multiply by 100."),
            "points": _("That is between −1 and 1. The question asks for points: multiply by 100."),
            "percentage points": _(
                "That is a difference of shares. The question asks for percentage points: multiply by 100."
            ),
        }[answer.unit]
    if answer.unit == "share" and _close(value / 100, expected, answer.tolerance):
        return _("That is in per cent. The question asks for a share between 0 and 1: divide by 100.")
    return ""


def _table_difference(answer: Answer, expected: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    """Say in one sentence how two tables differ; an empty text means that they don't."""
    order = _find_columns(answer, value["columns"])
    if isinstance(order, str):
        return order
    right = {_row_key(answer, row): row for row in expected["rows"]}
    given: dict[tuple[str, ...], list[Any]] = {}
    for row in value["rows"]:
        key = _row_key(answer, picked := [row[i] for i in order])
        if key in given:
            return _("The row {key} is there more than once.").format(key=_show(key))
        given[key] = picked
    if missing := [k for k in right if k not in given]:
        return _("{n} of {all} rows are missing; the first: {key}.").format(
            n=len(missing), all=len(right), key=_show(_original(answer, right[missing[0]]))
        )
    if extra := [k for k in given if k not in right]:
        return _("{n} rows don't belong; the first: {key}.").format(
            n=len(extra), key=_show(_original(answer, given[extra[0]]))
        )
    wrong = [(k, c) for k in right for c in _wrong_cells(answer, right[k], given[k])]
    if not wrong:
        return ""
    key, position = wrong[0]
    return _("{n} of {all} rows differ; the first: {key}, where `{column}` is {value}.").format(
        n=len({k for k, _c in wrong}),
        all=len(right),
        key=_show(_original(answer, right[key])),
        column=answer.columns[position].name,
        value=given[key][position],
    )


def _find_columns(answer: Answer, names: Sequence[str]) -> list[int] | str:
    """Find the answer's columns by name in either language; when the number fits, the rest by their order."""
    folded = [fold(n) for n in names]
    found = [
        next((i for i, n in enumerate(folded) if n and n in {fold(c.name), fold(c.zh)}), None)
        for c in answer.columns
    ]
    if None not in found:
        return [i for i in found if i is not None]
    if len(names) == len(answer.columns):
        rest = (i for i in range(len(names)) if i not in found)
        return [next(rest) if i is None else i for i in found]
    return _("Expected the columns {expected}; found {found}.").format(
        expected=", ".join(c.name for c in answer.columns), found=", ".join(names)
    )


def _row_key(answer: Answer, row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(
        _canonical(row[i], column.labels)
        for i, column in enumerate(answer.columns)
        if column.name in answer.key
    )


def _canonical(value: Any, labels: Mapping[str, Sequence[str]]) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = fold(str(value))
    for code, others in labels.items():
        if text == fold(code) or text in {fold(o) for o in others}:
            return fold(code)
    return text


def _original(answer: Answer, row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(row[i]) for i, column in enumerate(answer.columns) if column.name in answer.key)


def _wrong_cells(answer: Answer, right: Sequence[Any], given: Sequence[Any]) -> list[int]:
    return [
        i
        for i, column in enumerate(answer.columns)
        if column.name not in answer.key and not _cell_matches(right[i], given[i], column.tolerance)
    ]


def _cell_matches(right: Any, given: Any, tolerance: float | None) -> bool:
    if right is None or given is None:
        return right is given
    numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (right, given))
    if tolerance is not None and numeric:
        return _close(given, right, tolerance)
    return _canonical(right, {}) == _canonical(given, {})


def _show(key: Sequence[str]) -> str:
    return " / ".join(key)
