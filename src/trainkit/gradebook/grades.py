"""What a grade is: how a submission ran, what the judge said of it, and what its answers earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from trainkit.course.judge import Verdict
from trainkit.course.model import Way

__all__ = [
    "LEFT_OUT",
    "Ending",
    "Execution",
    "Failure",
    "Flag",
    "Graded",
    "Judged",
    "Mark",
    "State",
    "Way",
    "total",
]

#: How an execution ended: to its end; cut off by the deadline, or because too much came out; its kernels
#: died, more often than it may start again; nothing could be run; the assessor stopped it.
Ending = Literal["complete", "deadline", "flood", "died", "broken", "stopped"]

#: What a failure is called that isn't an exception: the cell was left out.
LEFT_OUT = frozenset({"timeout", "died", "flood", "garbled"})


@dataclass(frozen=True)
class Failure:
    """A cell that failed.

    Args:
        cell: its number in the submitted file, from 1.
        error: the exception's name; `timeout` for a cell that ran too long, `died` for one that ended its
            kernel, `flood` or `garbled` for one that sent too much or no messages.
        message: what the exception said.
    """

    cell: int
    error: str
    message: str = ""


@dataclass(frozen=True)
class Execution:
    """What one execution gave.

    Args:
        variant: of the data.
        state: how it ended.
        answers: validated payloads by name; a name that was never given isn't there.
        failures: cells that failed, in order, the first hundred.
        detail: what to tell the assessor about a state other than complete.
        isolation: the level of the box.
        seconds: wall time.
        not_run: numbers of the submitted cells that never ran to their end, or were never started.
        failed: by the name of an answer that wasn't given, the first failure of a cell that works on it.
    """

    variant: int
    state: Ending
    answers: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    detail: str = ""
    isolation: str = "none"
    seconds: float = 0.0
    not_run: tuple[int, ...] = ()
    failed: Mapping[str, Failure] = field(default_factory=dict)


#: What an assessor should look at: right on the visible data only, with the same value given everywhere
#: (`hard-coded`), or with code that doesn't carry over (`visible only`); or wrong on the trainee's own data
#: and right on a classmate's (`classmate`).
#: Typed where the exercise wants code (`typed`).
Flag = Literal["", "hard-coded", "visible only", "classmate", "typed"]


@dataclass(frozen=True)
class Mark:
    """What one answer earned.

    Args:
        name: the answer.
        points: what it can earn.
        earned: what it did earn.
        flag: see `Flag`.
        way: on which way what counts was given; empty if nothing was.
    """

    name: str
    points: float
    earned: float
    flag: Flag = ""
    way: Way = ""


def total(marks: Sequence[Mark]) -> tuple[float, float]:
    """Return points earned and points that could be earned."""
    return round(sum(m.earned for m in marks), 4), round(sum(m.points for m in marks), 4)


State = Literal["graded", "damaged", "failed"]


@dataclass(frozen=True)
class Judged:
    """A submission on one variant: what it did and what the judge says.

    Args:
        execution: how it ran.
        verdicts: by answer; every answer of the exercise has one.
        hidden: nobody has seen this variant's data.
    """

    execution: Execution
    verdicts: Mapping[str, Verdict]
    hidden: bool


@dataclass(frozen=True)
class Graded:
    """A submission, graded.

    Args:
        content: hash of the submitted bytes, helper files included.
        state: `graded`; `damaged` when the file is no notebook; `failed` when it couldn't be run as it
            should, so that it's to be tried again.
        lang: the notebook's language.
        note: why it is damaged or failed.
        judged: one entry a variant, the visible one first.
        marks: what each answer earned.
        typed: the verdict on each answer that was submitted on the page, on the trainee's own data.
    """

    content: str
    state: State
    lang: str = "en"
    note: str = ""
    judged: tuple[Judged, ...] = ()
    marks: tuple[Mark, ...] = ()
    typed: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def score(self) -> tuple[float, float]:
        """Points earned, and points that could be earned."""
        return total(self.marks)
