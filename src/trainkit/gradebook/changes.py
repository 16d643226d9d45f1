"""What grading again has changed, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from trainkit.gradebook import records
from trainkit.i18n import _, joined

__all__ = ["Because", "Change", "Grade", "changes", "describe"]

#: Why a grade differs from the one before: other work was handed in, the exercise has another edition, other
#: variants decide, another version of trainkit graded, the class has other settings; or nothing of it, and
#: the same work behaved otherwise (`run`).
Because = Literal["submission", "exercise", "variants", "grader", "settings", "run"]


@dataclass(frozen=True)
class Change:
    """One answer whose points changed.

    Args:
        trainee: who.
        exercise: the exercise's id.
        answer: its name.
        before: points earned automatically before; `None` if the answer didn't exist.
        after: points earned automatically now; `None` if the answer doesn't exist any more.
        because: all reasons that apply.
        manual: points given by hand, which count whatever was earned.
        dropped: points given by hand to other work, which don't count for this one.
    """

    trainee: str
    exercise: str
    answer: str
    before: float | None
    after: float | None
    because: tuple[Because, ...]
    manual: float | None = None
    dropped: float | None = None


@dataclass(frozen=True)
class Grade:
    """What a submission's grade consisted of at one time.

    Args:
        content: hash of the work.
        edition: of the exercise.
        variants: on which it ran.
        grader: version of trainkit.
        plan: hash of everything besides the work that decides.
        earned: automatic points by answer.
        manual: points given by hand, by answer.
    """

    content: str
    edition: str
    variants: frozenset[int]
    grader: str
    plan: str
    earned: Mapping[str, float]
    manual: Mapping[str, float]

    @classmethod
    def of(cls, submission: records.Submission) -> Grade:
        """Return the grade that a submission has now."""
        return cls(
            submission.content,
            submission.exercise.edition,
            frozenset(e.variant for e in submission.executions),
            submission.grader,
            submission.plan,
            {m.name: m.earned for m in submission.marks},
            {h.name: h.points for h in submission.by_hand if h.points is not None},
        )


def changes(trainee: str, exercise: str, before: Grade, after: Grade) -> list[Change]:
    """Return the answers whose points differ between two grades of a trainee for an exercise."""
    why = _reasons(before, after)
    found = []
    for name in dict.fromkeys([*before.earned, *after.earned]):
        was, now = before.earned.get(name), after.earned.get(name)
        hand_was, hand_now = before.manual.get(name), after.manual.get(name)
        if was != now or hand_was != hand_now:
            dropped = hand_was if hand_now is None else None
            found.append(Change(trainee, exercise, name, was, now, why, hand_now, dropped))
    return found


def _reasons(before: Grade, after: Grade) -> tuple[Because, ...]:
    found: list[Because] = []
    if before.content != after.content:
        found.append("submission")
    if before.edition != after.edition:
        found.append("exercise")
    if before.variants and after.variants and before.variants != after.variants:
        found.append("variants")
    if before.grader != after.grader:
        found.append("grader")
    if not found and before.plan and after.plan and before.plan != after.plan:
        found.append("settings")
    return tuple(found) or ("run",)


def describe(change: Change) -> str:
    """Return a change and its reasons as a sentence in the language in use.

    >>> describe(Change("lin-yue", "1-06", "nps", 2.0, 0.5, ("variants",)))
    'lin-yue, 1-06, nps, points: 2 → 0.5. Other hidden or personal variants decide.'
    """
    reasons = {
        "submission": _("Other work was handed in."),
        "exercise": _("The exercise was edited."),
        "variants": _("Other hidden or personal variants decide."),
        "grader": _("Another version of trainkit graded."),
        "settings": _("The class has other settings."),
        "run": _("The same work ran otherwise."),
    }
    parts = [
        _("{trainee}, {exercise}, {answer}, points: {before} → {after}.").format(
            trainee=change.trainee,
            exercise=change.exercise,
            answer=change.answer,
            before=_points(change.before),
            after=_points(change.after),
        ),
        *(reasons[because] for because in change.because),
    ]
    if change.manual is not None:
        parts.append(_("The {points:g} given by hand stay.").format(points=change.manual))
    if change.dropped is not None:
        parts.append(
            _("The {points:g} given by hand were for the earlier work.").format(points=change.dropped)
        )
    return joined(*parts)


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
