"""The audit trail: who did it, and the lines about grading."""

from __future__ import annotations

import getpass
import os

from trainkit.gradebook import records
from trainkit.gradebook.changes import Change, Grade
from trainkit.gradebook.grades import Graded

__all__ = ["failed_line", "graded_line", "signature", "whoami"]


def whoami() -> str:
    """Return the name of the user who runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        return "?"


def signature(named: str = "") -> str:
    """Return the name that an assessor signs comments with: as told, or `TRAINKIT_ASSESSOR`.

    Nothing if nobody has told it: a trainee can't do anything with the name of an account.
    """
    return " ".join((named or os.environ.get("TRAINKIT_ASSESSOR", "")).split())


def graded_line(
    submission: records.Submission, before: Grade | None, found: list[Change], who: str
) -> records.Audit:
    """Return the line about a grade that is new or differs from the one before."""
    points = f"{submission.exercise.code}: {submission.earned:g}/{submission.points:g}"
    if submission.state != "graded":
        points += f", {submission.state}"
    again = before is not None and before.content == submission.content
    differs = "; ".join(f"{c.answer} {_points(c.before)} → {_points(c.after)}" for c in found)
    return records.Audit(
        who=who,
        action="regrade" if again else "grade",
        what=f"{points} ({differs})" if differs else points,
        why=", ".join(found[0].because) if found else "",
        trainee_id=submission.trainee_id,
    )


def failed_line(kept: records.Submission, graded: Graded, who: str) -> records.Audit:
    """Return the line about work that kept its grade because grading it again failed."""
    what = f"{kept.exercise.code}: failed, {kept.earned:g}/{kept.points:g} stay"
    return records.Audit(who=who, action="regrade", what=what, why=graded.note, trainee_id=kept.trainee_id)


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
