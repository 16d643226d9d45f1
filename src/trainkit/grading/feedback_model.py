"""The parts of a trainee's feedback: plain data in the language in use, for whatever form it gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["AnswerView", "ExerciseView", "FeedbackView", "Lesson", "StandingView"]


@dataclass(frozen=True)
class AnswerView:
    """One answer.

    Args:
        ask: the question.
        tone: `good`, `look` or `info`.
        verdict: what the judge says, in a few words; backticks mark code, as in `text`.
        text: the rest of it.
        table: columns, first rows and caption of a table answer.
        awarded: the points that count.
        points: that could be earned.
        remark: how it did on other data, or that it was marked by hand.
        comment: what an assessor wrote.
        assessor: who wrote it.
    """

    ask: str
    tone: str
    verdict: str
    text: str
    table: Mapping[str, Any] | None
    awarded: float
    points: float
    remark: str
    comment: str
    assessor: str


@dataclass(frozen=True)
class ExerciseView:
    """One exercise; one that isn't released has a heading and a note, and nothing else."""

    heading: str
    level: str
    released: bool
    awarded: float = 0.0
    points: float = 0.0
    note: str = ""
    answers: Sequence[AnswerView] = ()
    failures: Sequence[str] = ()


@dataclass(frozen=True)
class Lesson:
    """A lesson to repeat, and its address in a running workbook; none if the workbook hasn't got it."""

    name: str
    address: str


@dataclass(frozen=True)
class StandingView:
    """A competency at a level: the share reached in whole per cent, and whether that shows it."""

    name: str
    level: str
    percent: int
    shown: bool


@dataclass(frozen=True)
class FeedbackView:
    """A trainee's feedback; `awarded` and `points` are those of the released exercises."""

    trainee: str
    awarded: float
    points: float
    exercises: Sequence[ExerciseView]
    lessons: Sequence[Lesson]
    standings: Sequence[StandingView]
