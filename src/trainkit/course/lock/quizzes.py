"""Locks of quiz questions: a box for each choice, which opens when it's picked."""

from __future__ import annotations

from dataclasses import replace

from trainkit.course.lock import boxes
from trainkit.course.model import Info, Quiz, QuizChoice

__all__ = ["reply", "seal"]

#: The size of a box in bytes is a multiple of it.
_STEP = 256


def seal(info: Info, quiz: Quiz) -> Quiz:
    """Return a question of a lesson without what is right and what is said of its choices, which it locks."""
    salt = boxes.salt("quiz", info.id, info.edition, quiz.name)
    right = sum(choice.right for choice in quiz.choices)
    contents = {
        str(n): {"right": choice.right, "because": dict(choice.because), "of": right}
        for n, choice in enumerate(quiz.choices)
    }
    chest = boxes.fill(contents, salt, cost=boxes.COST, least=1, step=_STEP)
    labels = tuple(QuizChoice(label=choice.label) for choice in quiz.choices)
    return replace(quiz, choices=labels, several=right > 1, lock={"salt": salt.hex(), **chest})


def reply(quiz: Quiz, n: int) -> tuple[QuizChoice, int]:
    """Return a choice that was picked with what is said of it, and how many choices are right."""
    choice = quiz.choices[n]
    if not quiz.lock:
        return choice, sum(c.right for c in quiz.choices)
    found = boxes.look(quiz.lock, str(n), bytes.fromhex(quiz.lock["salt"])) or {}
    return replace(choice, right=found["right"], because=found["because"]), found["of"]
