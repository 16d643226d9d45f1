"""From verdicts to points: an answer is worth what it is on data that nobody has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from trainkit.course.judge import Verdict
from trainkit.course.model import Answer

__all__ = ["Flag", "Mark", "mark", "total"]

#: What an assessor should look at: right on the visible data only, with the same value given everywhere
#: (`hard-coded`), or with code that doesn't carry over (`visible only`).
Flag = Literal["", "hard-coded", "visible only"]


@dataclass(frozen=True)
class Mark:
    """What one answer earned.

    Args:
        name: the answer.
        points: what it can earn.
        earned: what it did earn.
        flag: see `Flag`.
    """

    name: str
    points: float
    earned: float
    flag: Flag = ""


def mark(answer: Answer, visible: Verdict | None, hidden: Sequence[Verdict | None]) -> Mark:
    """Return what an answer earns.

    The points are spread evenly over the hidden variants; the visible one earns nothing, because its right
    answer can be seen in the workbook. Where there is no hidden variant (a page that is submitted without a
    notebook), the visible one counts.

    Args:
        answer: the answer's description.
        visible: the verdict on the variant that the trainee worked on; `None` if there was no answer.
        hidden: the verdicts on the variants that nobody has seen.

    >>> right, wrong = Verdict("nps", "right", value=35.0), Verdict("nps", "wrong", value=35.0)
    >>> mark(Answer("nps", "number", {}, points=2), right, [right, right]).earned
    2.0
    >>> mark(Answer("nps", "number", {}, points=2), right, [wrong, wrong])
    Mark(name='nps', points=2, earned=0.0, flag='hard-coded')
    """
    counting = list(hidden) or [visible]
    right = sum(v is not None and v.right for v in counting)
    earned = round(answer.points * right / len(counting), 4)
    flag: Flag = ""
    if hidden and not right and visible is not None and visible.right:
        given = [v.value for v in hidden if v is not None and v.value is not None]
        flag = "hard-coded" if visible.value in given else "visible only"
    return Mark(answer.name, answer.points, earned, flag)


def total(marks: Sequence[Mark]) -> tuple[float, float]:
    """Return points earned and points that could be earned."""
    return round(sum(m.earned for m in marks), 4), round(sum(m.points for m in marks), 4)
