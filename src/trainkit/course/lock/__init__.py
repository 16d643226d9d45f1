"""The lock that travels in the place of a key: it judges what is given and can't be read.

For each answer on a practice variant it holds boxes (`boxes`): one for what is right, for each typical
mistake and for each slip, addressed by a slow hash of the value, on a grid as fine as the tolerance
(`grid`). A trainee's value opens the box that it belongs to, and the one judge compares with what lies in
it; nothing opens for a value that nothing is known of. So a check on the spot says what grading would, and
reading the file says nothing.

What remains possible is trying: a choice is found at once, a number by a program that tries thousands of
values for minutes. A lock is there so that nobody stumbles over an answer; what counts is judged on data
whose keys never leave the assessor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trainkit.course.answers import GIVEN, validate
from trainkit.course.lock import boxes, quizzes, single, tables
from trainkit.course.model import Answer, Expected, Info, Key, Sealed

__all__ = ["FORM", "Lock", "public", "seal"]

#: Raised when locks are made otherwise than before.
FORM = 1


class Lock:
    """What a check on the spot knows of one variant.

    Args:
        info: the activity.
        variant: of the data.
        chests: of its answers, by name, as `seal` made them.
    """

    def __init__(self, info: Info, variant: int, chests: Mapping[str, boxes.Chest]) -> None:
        self.variant = variant
        self._info = info
        self._chests = chests

    def expected_for(self, answer: Answer, payload: Any) -> Expected:
        """Return what is right and what is known to be wrong, as far as a payload opens it."""
        checked = validate(payload, answer)
        if checked["state"] != GIVEN:
            return Expected(Sealed())
        salt = _salt(self._info, self.variant, answer)
        room = tables if answer.type == "table" else single
        return room.expected_of(answer, self._chests[answer.name], salt, checked["value"])


def seal(info: Info, key: Key) -> dict[str, Any]:
    """Lock a key: the same one gives the same bytes."""
    return {
        answer.name: (tables if answer.type == "table" else single).seal(
            answer, key.answers[answer.name], _salt(info, key.variant, answer)
        )
        for answer in info.answers
    }


def public(info: Info) -> Info:
    """Return an activity without what gives an answer away: spellings of a text, replies of a quiz."""
    return replace(
        info,
        answers=tuple(replace(answer, accept=()) for answer in info.answers),
        quizzes=tuple(quiz if quiz.lock else quizzes.seal(info, quiz) for quiz in info.quizzes),
    )


def _salt(info: Info, variant: int, answer: Answer) -> bytes:
    return boxes.salt(FORM, info.kind, info.id, info.edition, variant, answer.name)
