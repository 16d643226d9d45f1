"""The parts of a trainee's feedback: plain data in the language in use, for whatever form it gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["AnswerView", "ExerciseView", "FeedbackView", "Lesson", "StandingView", "TableView"]


@dataclass(frozen=True)
class TableView:
    """The beginning of a table answer, ready to be read.

    Args:
        caption: how much of it is shown.
        columns: their names.
        numeric: for each column, whether it holds numbers.
        rows: the cells as text; a missing value is empty.
    """

    caption: str
    columns: Sequence[str]
    numeric: Sequence[bool]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class AnswerView:
    """One answer.

    Args:
        ask: the question.
        tone: `good`, `look` or `info`.
        verdict: what the judge says, in a few words; backticks mark code, as in `text`.
        text: the rest of it.
        table: a table answer, if it is one and was given.
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
    table: TableView | None
    awarded: float
    points: float
    remark: str
    comment: str
    assessor: str


@dataclass(frozen=True)
class ExerciseView:
    """One exercise.

    Args:
        heading: its id and title.
        level: in words.
        counts: its points are shown: it's released, and it could be run.
        awarded: the points that count.
        points: that could be earned.
        note: why there is nothing more to show, if so; `text` is the rest of it.
        text: the reason, and what to do.
        wrong: the note is about something that went wrong.
        rerun: a notebook was handed in, and was run on other data, too.
        answers: in the exercise's order.
        failures: what failed on the trainee's own data, a sentence each.
    """

    heading: str
    level: str
    counts: bool
    awarded: float = 0.0
    points: float = 0.0
    note: str = ""
    text: str = ""
    wrong: bool = False
    rerun: bool = False
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
    """A trainee's feedback; `awarded` and `points` are those of the exercises whose points are shown."""

    trainee: str
    awarded: float
    points: float
    exercises: Sequence[ExerciseView]
    lessons: Sequence[Lesson]
    standings: Sequence[StandingView]

    @property
    def scored(self) -> bool:
        """Whether there are points to show."""
        return any(exercise.counts for exercise in self.exercises)

    @property
    def rerun(self) -> bool:
        """Whether any notebook was run on other data, and may be spoken of."""
        return any(exercise.rerun for exercise in self.exercises)
