"""Evidence of competencies: what each exercise shows, and what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trainkit.gradebook import records

__all__ = ["SHOWN", "Standing", "evidence", "standings"]

#: A competency is shown at a level when this share of its points was awarded.
SHOWN = 0.7


@dataclass(frozen=True)
class Standing:
    """Where a trainee stands in one competency at one level.

    Args:
        trainee: who.
        competency: for example `C4`.
        level: junior, intermediate, senior, or all.
        awarded: points, over all exercises that were handed in.
        points: that could be awarded in them.
        exercises: their ids.
    """

    trainee: str
    competency: str
    level: str
    awarded: float
    points: float
    exercises: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of the points, from 0 to 1."""
        return self.awarded / self.points if self.points else 0.0

    @property
    def shown(self) -> bool:
        """Whether the level of the competency is shown."""
        return self.points > 0 and self.share >= SHOWN - 1e-9


def evidence(info: Mapping[str, Any], awarded: float, points: float) -> list[records.Evidence]:
    """Return what a submission shows of an exercise's competencies: all its answers support each of them.

    Args:
        info: the exercise as plain data.
        awarded: points that count; more than `points` count as many.
        points: that could be awarded.
    """
    reached = min(awarded, points)
    return [
        records.Evidence(competency=name, level=info.get("level", ""), awarded=reached, points=points)
        for name in dict.fromkeys(info.get("competencies", ()))
    ]


def standings(submissions: Iterable[records.Submission]) -> list[Standing]:
    """Add up the evidence of submissions, by trainee, competency and level.

    Args:
        submissions: complete records, one a trainee and exercise, as `Gradebook.latest` returns them; what
            trainkit failed to grade has no points yet, and shows nothing.
    """
    found: dict[tuple[str, str, str], list[tuple[records.Evidence, str]]] = {}
    for submission in submissions:
        for item in submission.evidence if submission.state != "failed" else ():
            key = (submission.trainee.name, item.competency, item.level)
            found.setdefault(key, []).append((item, submission.exercise.code))
    return [
        Standing(
            *key,
            awarded=round(sum(item.awarded for item, _code in items), 4),
            points=round(sum(item.points for item, _code in items), 4),
            exercises=tuple(code for _item, code in items),
        )
        for key, items in sorted(found.items())
    ]
