"""Marks by hand: what an assessor gives an answer beside what it earned, with a reason."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainkit.errors import GradingError, InputError, OutOfRange, UnknownName
from trainkit.gradebook import records
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.queries import counting
from trainkit.gradebook.storing import prove
from trainkit.gradebook.trail import signature, whoami
from trainkit.i18n import _

__all__ = ["reason_of", "remove_mark", "set_mark"]


def set_mark(
    book: Gradebook,
    trainee: str,
    exercise: str,
    answer: str,
    points: float | None,
    *,
    why: str,
    comment: str = "",
    who: str = "",
    assessor: str = "",
) -> None:
    """Give an answer of the work that counts points by hand; they count instead of what it earned.

    The mark belongs to this work: it stays when the work is graded again, under another edition of the
    exercise as well, and other work that is handed in later gets a grade of its own. Points without a comment
    leave an earlier comment, a comment without points leaves earlier points.

    Args:
        book: the gradebook.
        trainee: whose.
        exercise: its id.
        answer: its name.
        points: from 0 to what the answer can earn; `None` for no other than before.
        why: for the audit trail.
        comment: for the trainee, who reads it in the feedback; nothing for no other than before.
        who: gives it; the user of this process by default.
        assessor: the name under a comment; see `trail.signature`.

    Raises:
        GradingError: the trainee has handed in nothing for this exercise.
        InputError: there is neither a mark nor a comment, or no reason.
        OutOfRange: the answer can't earn as much, or less than nothing was given.
        UnknownName: there is no such trainee or answer.
    """
    if points is None and not comment.strip():
        raise InputError(_("A mark by hand needs points or a comment."))
    reason = reason_of(why)
    signed = signature(assessor or who)
    who = who or whoami()

    def work(session: Session) -> None:
        submission, mark = _find(session, trainee, exercise, answer)
        if points is not None and not (math.isfinite(points) and 0 <= points <= mark.points):
            raise OutOfRange(
                _("`{answer}` can earn from 0 to {most:g} points. Got {points:g} instead.").format(
                    answer=answer, most=mark.points, points=points
                )
            )
        given = next((h for h in submission.by_hand if h.name == answer), None)
        if given is None:
            given = records.ByHand(name=answer)
            submission.by_hand.append(given)
        given.points = given.points if points is None else points
        given.comment = comment.strip() or given.comment or ""
        given.assessor, given.at = signed, datetime.now(UTC)
        session.flush()
        prove(session, submission)
        what = f"{exercise} {answer}: {mark.earned:g} → {'comment' if points is None else f'{points:g}'}"
        session.add(_line(submission, "mark", what, who, reason))

    book.database.write(work)


def remove_mark(
    book: Gradebook, trainee: str, exercise: str, answer: str, *, why: str, who: str = ""
) -> None:
    """Take back what was given by hand, so that what the answer earned counts again.

    Args:
        book: the gradebook.
        trainee: whose.
        exercise: its id.
        answer: its name.
        why: for the audit trail.
        who: takes it back; the user of this process by default.

    Raises:
        GradingError: nothing was given by hand, or nothing was handed in.
        InputError: there is no reason.
        UnknownName: there is no such trainee or answer.
    """
    reason = reason_of(why)
    who = who or whoami()

    def work(session: Session) -> None:
        submission, mark = _find(session, trainee, exercise, answer)
        given = next((h for h in submission.by_hand if h.name == answer), None)
        if given is None:
            raise GradingError(_("Nothing was given by hand for `{answer}`.").format(answer=answer))
        was = "comment" if given.points is None else f"{given.points:g}"
        submission.by_hand.remove(given)
        session.flush()
        prove(session, submission)
        line = _line(submission, "unmark", f"{exercise} {answer}: {was} → {mark.earned:g}", who, reason)
        session.add(line)

    book.database.write(work)


def reason_of(why: str) -> str:
    """Return a reason, which must be given.

    Raises:
        InputError: there is none.
    """
    if not why.strip():
        raise InputError(_("Say why: the reason stands in the audit trail."))
    return why.strip()


def _find(
    session: Session, trainee: str, exercise: str, answer: str
) -> tuple[records.Submission, records.Mark]:
    submission = session.scalars(counting(trainee, exercise)).first()
    if submission is None:
        known = session.scalars(select(records.Trainee.name)).all()
        if trainee not in known:
            raise UnknownName(_("There is no trainee `{name}`.").format(name=trainee), trainee, known)
        raise GradingError(
            _("{trainee} has handed in nothing for {exercise}.").format(trainee=trainee, exercise=exercise)
        )
    mark = next((m for m in submission.marks if m.name == answer), None)
    if mark is None:
        raise UnknownName(
            _("{exercise} has no answer `{name}`.").format(exercise=exercise, name=answer),
            answer,
            [m.name for m in submission.marks],
        )
    return submission, mark


def _line(submission: records.Submission, action: str, what: str, who: str, why: str) -> records.Audit:
    return records.Audit(who=who, action=action, what=what, why=why, trainee_id=submission.trainee_id)
