"""The one judge: it compares plain data, and it is the same on the spot and in grading.

It sees an answer's description, the right value and the known mistakes of one variant, and a payload.
It never sees a notebook, an object or a language: labels are folded, columns are found by either name.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Literal

from trainkit.course.answers import GIVEN, INVALID, validate
from trainkit.course.conventions import CONVENTIONS, Slip, close, derived, explain, find
from trainkit.course.model import Answer, Expected, Sealed, Text
from trainkit.course.tables import compare
from trainkit.course.texts import fold

__all__ = ["Outcome", "Verdict", "credit", "judge", "matches", "slips"]

Outcome = Literal["right", "mistake", "convention", "wrong", "not attempted", "invalid", "failed", "not run"]


@dataclass(frozen=True)
class Verdict:
    """What the judge says of one answer on one variant.

    Args:
        name: the answer.
        outcome: right, a known mistake, another convention, wrong, not attempted, invalid, failed (its cell
            raised an error) or not run.
        codes: the codes of the mistakes that match.
        messages: what to say about them, in both languages; `{value}` stands for the trainee's value.
        detail: where a table differs, which convention or slip it is, why the answer is invalid, failed or
            wasn't             run; in the language in use.
        value: the answer as plain data.
        slip: the kind of convention or slip that a wrong number is.
    """

    name: str
    outcome: Outcome
    codes: tuple[str, ...] = ()
    messages: tuple[Text, ...] = ()
    detail: str = ""
    value: Any = None
    slip: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.outcome == "right"


def judge(answer: Answer, expected: Expected, payload: Any, *, examination: bool = False) -> Verdict:
    """Judge a payload against the right value and the typical mistakes.

    A mistake is named only if the right value isn't met, a convention or slip only if no mistake is; if
    several mistakes match, all are named.

    Args:
        answer: what is asked.
        expected: the right value and the mistakes of the variant.
        payload: what was given, from whatever source.
        examination: say nothing that is part of the key, such as which rows of a table are missing.
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
    if answer.type == "table":
        return _table_verdict(answer, expected.value, value, examination=examination)
    if answer.type == "number" and (slip := find(slips(answer, expected), value)):
        said = explain(slip.kind, answer.tolerance)
        return Verdict(answer.name, _outcome({slip.kind}), detail=said, value=value, slip=slip.kind)
    return Verdict(answer.name, "wrong", value=value)


def slips(answer: Answer, expected: Expected) -> tuple[Slip, ...]:
    """Return the numbers that follow from an answer's right one, and can be told from its mistakes."""
    if expected.slips is not None:
        return expected.slips
    mistakes = [mistake.value for mistake in expected.mistakes]
    return derived(expected.value, answer.tolerance, answer.unit, mistakes=mistakes)


def _outcome(kinds: Set[str]) -> Outcome:
    """Return what a number is that is wrong in these ways: a convention if it is nothing else."""
    return "convention" if kinds <= CONVENTIONS else "wrong"


def matches(answer: Answer, expected: Any, value: Any) -> bool:
    """Whether a plain value equals the expected one, within the answer's tolerance."""
    if isinstance(expected, Sealed):
        return False
    match answer.type:
        case "number":
            return close(value, expected, answer.tolerance)
        case "text":
            return fold(value) in {fold(expected), *(fold(a) for a in answer.accept)}
        case "choices":
            return set(value) == set(expected)
        case "table":
            return not compare(answer, expected, value)
        case _:
            return bool(value == expected)


def credit(answer: Answer, verdict: Verdict | None) -> float:
    """Return the share of its points that an answer earns on one variant, from 0 to 1.

    >>> half = Answer("nps", "number", {}, credit={"convention": 0.5})
    >>> credit(half, Verdict("nps", "convention"))
    0.5
    """
    if verdict is None:
        return 0.0
    match verdict.outcome:
        case "right":
            return 1.0
        case "convention":
            return answer.credit.get("convention", 0.0)
        case "mistake":
            # Several mistakes may give the same value; which one it was is open, so the best counts.
            return max((answer.credit.get(code, 0.0) for code in verdict.codes), default=0.0)
        case "wrong":
            return answer.credit.get(verdict.slip, 0.0)
        case _:
            return 0.0


def _table_verdict(
    answer: Answer, expected: Mapping[str, Any], value: Mapping[str, Any], *, examination: bool
) -> Verdict:
    found = compare(answer, expected, value)
    if found.shape:
        return Verdict(answer.name, "invalid", detail=found.shape, value=value)
    if kinds := found.slips():
        slip = next(iter(kinds)) if len(kinds) == 1 else ""
        return Verdict(answer.name, _outcome(kinds), detail=found.explain(), value=value, slip=slip)
    detail = found.describe(tell_missing=not examination)
    return Verdict(answer.name, "wrong", detail=detail, value=value)
