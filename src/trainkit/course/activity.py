"""What a notebook talks to: `Exercise` and `Lesson`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar

from trainkit.course.lives import Graded, Life, begin, emit
from trainkit.course.model import Answer, Info, Kind, Quiz
from trainkit.errors import InputError, UnknownName
from trainkit.i18n import _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Activity", "Exercise", "Lesson", "harvest", "staged"]

_stage: ContextVar[Life | None] = ContextVar("_stage", default=None)


class Activity:
    """What lessons and exercises have in common: data, answers, hints and progress.

    Args:
        id: for example `1-06`.
        variant: of the data; where the activity opens by default. 0 is the data of the lessons.

    Raises:
        UnknownName: there is no such lesson or exercise.
    """

    kind: ClassVar[Kind]

    def __init__(self, id: str, *, variant: int | None = None) -> None:
        if variant is not None and (isinstance(variant, bool) or not isinstance(variant, int) or variant < 0):
            raise InputError(
                _("A variant is a whole number from 0 up. Got {variant!r}.").format(variant=variant)
            )
        _prepare()
        self._life = _stage.get() or begin(self.kind, str(id), variant)
        self._info: Info = self._life.info
        self._answers: Mapping[str, Answer] = {a.name: a for a in self._info.answers}
        self._rungs: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._info.heading}>"

    @property
    def tables(self) -> list[str]:
        """The names of all tables."""
        from trainkit.company import TABLES

        return sorted(TABLES)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the company's data as a pandas DataFrame; it's yours to change.

        Args:
            name: for example `surveys`; `tables` lists all.

        Raises:
            UnknownName: there is no such table; a close name is suggested.
        """
        return self._life.table(name)

    def answer(self, **values: Any) -> None:
        """Give answers by name: `ex.answer(nps=nps)`. `...` is not attempted; the last value counts.

        Raises:
            UnknownName: the activity doesn't ask for that name.
        """
        self._life.answer([(self._answer(name), value) for name, value in values.items()])

    def hint(self, name: str, step: int | None = None) -> None:
        """Show the next hint for an answer, or the one at `step` (from 1).

        Raises:
            UnknownName: the activity doesn't ask for that name.
        """
        answer = self._answer(name)
        self._rungs[name] = step if step is not None else self._rungs.get(name, 0) + 1
        self._life.hint(answer, max(1, self._rungs[name]))

    def progress(self) -> None:
        """Show which answers are right, which aren't yet, and which are still to come."""
        self._life.progress()

    def _answer(self, name: str) -> Answer:
        if name not in self._answers:
            raise UnknownName(_("There is no answer `{name}`.").format(name=name), name, self._answers)
        return self._answers[name]


class Exercise(Activity):
    """A graded exercise: `ex = Exercise("1-06", variant=variant)`."""

    kind = "exercise"

    def hand_in(self) -> None:
        """Show what would be handed in of the whole workbook, and a button that makes the file."""
        self._life.hand_in()


class Lesson(Activity):
    """A lesson: practice with checks and hints, a quiz, and demos. Nothing in it is graded."""

    kind = "lesson"

    def quiz(self, name: str) -> None:
        """Ask a quiz question.

        Raises:
            UnknownName: the lesson has no such question.
        """
        quizzes: dict[str, Quiz] = {q.name: q for q in self._info.quizzes}
        if name not in quizzes:
            raise UnknownName(_("There is no question `{name}`.").format(name=name), name, quizzes)
        self._life.quiz(quizzes[name])

    def after(self, *names: str) -> None:
        """Show the prose that follows on answers: once each is right, or all of its hints were seen.

        Raises:
            UnknownName: the lesson doesn't ask for that name, or has no such prose.
        """
        place = " ".join(self._answer(name).name for name in names)
        if place not in self._info.passages:
            raise UnknownName(
                _("Nothing is shown after `{name}`.").format(name=place), place, self._info.passages
            )
        self._life.after(place)

    def demo(
        self, draw: Callable[..., Any], *, labels: Mapping[str, str] | None = None, **controls: Any
    ) -> None:
        """Show what `draw` returns, and again whenever a control moves.

        Args:
            draw: returns an Altair chart, or a list of charts and texts.
            labels: what the controls are called on the page; their names otherwise.
            controls: by parameter of `draw`: a list or mapping of choices, or a tuple `(low, high)` or
                `(low, high, step)` for a slider; with `(low, high, step, start)` it starts there.
        """
        self._life.demo(draw, controls, labels or {})


@contextmanager
def staged(life: Life) -> Iterator[Life]:
    """Let every activity that begins inside of this context live `life`: to compute keys, and in tests."""
    token = _stage.set(life)
    try:
        yield life
    finally:
        _stage.reset(token)


def harvest(namespace: Mapping[str, Any], *, skip: frozenset[str] = frozenset()) -> None:
    """Emit the variables that bear the names of answers, whatever became of the cells around them.

    The grader runs it after a submission's last cell, so that a deleted or damaged `ex.answer` costs nothing.

    Args:
        namespace: the notebook's variables.
        skip: names that were answered already.
    """
    life = _stage.get() or begin("exercise", "", 0)
    if not isinstance(life, Graded):
        raise InputError(_("Only the grading sandbox harvests answers."))
    for answer in life.info.answers:
        if answer.name in namespace and answer.name not in skip:
            # One by one: looking at a value may run the trainee's code, and what it ends is not lost for all.
            emit([life.payload(answer, namespace[answer.name])])


def _prepare() -> None:
    from trainkit.startup import prepare

    prepare()
