"""Locks of numbers, texts and choices: a box for each value that something is known of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from trainkit.course.conventions import Slip
from trainkit.course.judge import slips
from trainkit.course.lock import boxes
from trainkit.course.lock.grid import cell, touched
from trainkit.course.model import Answer, Expected, Mistake, Sealed
from trainkit.course.texts import fold

__all__ = ["expected_of", "seal"]

#: With dummies, an answer has a multiple of so many boxes; where one is chosen, each choice has one.
_LEAST = 28

#: The size of a box in bytes is a multiple of it: room for a mistake's messages, whether there is one or not.
_STEP = 640

#: A word, the field of the box that it opens, and what lies there.
Entry = tuple[str, str, Any]


def seal(answer: Answer, expected: Expected, salt: bytes) -> dict[str, Any]:
    """Lock what is right and what is known to be wrong."""
    contents: dict[str, boxes.Plain] = {}
    for word, field, said in _entries(answer, expected):
        box = contents.setdefault(word, {})
        box.setdefault(field, []).append(said)
    least = 1 if answer.type == "choice" else _LEAST
    return boxes.fill(contents, salt, cost=boxes.COST, least=least, step=_STEP)


def expected_of(answer: Answer, chest: boxes.Chest, salt: bytes, value: Any) -> Expected:
    """Return what a value opens: what is right if it is, its mistakes and slips."""
    found = boxes.look(chest, _word(answer, value), salt) or {}
    right = found.get("right")
    return Expected(
        right[0] if right else Sealed(),
        tuple(Mistake(**mistake) for mistake in found.get("mistakes", ())),
        tuple(Slip(**slip) for slip in found.get("slips", ())),
    )


def _word(answer: Answer, value: Any) -> str:
    match answer.type:
        case "number":
            return cell(value, answer.tolerance)
        case "text":
            return fold(value)
        case "choices":
            return json.dumps(sorted(set(value)))
        case _:
            return str(value)


def _entries(answer: Answer, expected: Expected) -> Iterator[Entry]:
    """Yield what lies in the boxes; a value within the reach of several things opens all of them."""
    if answer.type == "choice":
        yield from ((choice.id, "known", True) for choice in answer.choices)
    for right in (expected.value, *(answer.accept if answer.type == "text" else ())):
        for word in _words(answer, right, answer.tolerance):
            yield word, "right", right
    for mistake in expected.mistakes:
        said = {"code": mistake.code, "value": mistake.value, "message": dict(mistake.message)}
        for word in _words(answer, mistake.value, answer.tolerance):
            yield word, "mistakes", said
    if answer.type == "number":
        for slip in slips(answer, expected):
            for word in _words(answer, slip.value, slip.slack):
                yield word, "slips", {"kind": slip.kind, "value": slip.value, "slack": slip.slack}


def _words(answer: Answer, value: Any, slack: float) -> list[str]:
    if answer.type == "number":
        return touched(value, slack, answer.tolerance)
    return [_word(answer, value)]
