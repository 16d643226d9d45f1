"""From a grade to rows: writing one submission within a transaction."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainkit import __version__
from trainkit.course.judge import Verdict
from trainkit.course.model import Info, plain
from trainkit.gradebook import records
from trainkit.gradebook.changes import Grade
from trainkit.gradebook.competencies import evidence
from trainkit.gradebook.grades import Graded, Judged, Mark
from trainkit.gradebook.queries import File, counting, next_in_sequence

__all__ = ["Work", "prove", "store"]


@dataclass(frozen=True)
class Work:
    """What is handed in.

    Args:
        source: `file` or `page`.
        plan: hash of everything besides the work that decided about the grade.
        received: the notebook's file as it came; `None` for a page.
        files: those that came beside it.
        again: it is graded once more, and wasn't handed in again.
    """

    source: str
    plan: str = ""
    received: bytes | None = None
    files: Sequence[File] = ()
    again: bool = False


def store(
    session: Session, trainee: str, info: Info, graded: Graded, work: Work
) -> tuple[Grade | None, records.Submission]:
    """Write a graded submission; the grade that the same work had before is replaced, marks by hand stay.

    Returns:
        The grade that counted before, if there was one, and the submission.
    """
    last = session.scalars(counting(trainee, info.id)).first()
    before = Grade.of(last) if last is not None else None
    person = _find_or_add(session, records.Trainee, {"name": trainee}, lambda: {"lang": _spoken(session)})
    if graded.judged:
        person.lang = graded.lang
    exercise = _find_or_add(
        session,
        records.Exercise,
        {"code": info.id, "edition": info.edition},
        lambda: {"points": info.points, "info": plain(info)},
    )
    same = session.scalars(
        counting(trainee, info.id).where(
            records.Submission.source == work.source, records.Submission.content == graded.content
        )
    ).first()
    if same is not None and same.exercise_id == exercise.id:
        submission = same
    else:
        key = {
            "trainee_id": person.id,
            "exercise_id": exercise.id,
            "source": work.source,
            "content": graded.content,
        }
        submission = _find_or_add(session, records.Submission, key, lambda: {"state": graded.state})
        if same is not None:
            _take_over(session, same, submission)
    _fill(session, submission, graded, work)
    return before, submission


def _spoken(session: Session) -> str:
    """Return the class's language, which is that of people of whom nothing else is known."""
    return session.scalars(select(records.ClassInfo.lang)).first() or "en"


def prove(session: Session, submission: records.Submission) -> None:
    """Write the evidence of competencies anew, from the marks and what was given by hand."""
    by_hand = {h.name: h.points for h in submission.by_hand if h.points is not None}
    awarded = round(sum(min(by_hand.get(m.name, m.earned), m.points) for m in submission.marks), 4)
    submission.evidence.clear()
    session.flush()  # the old rows go before the new ones come: their keys are the same
    submission.evidence.extend(evidence(submission.exercise.info, awarded, submission.points))


def _take_over(session: Session, older: records.Submission, newer: records.Submission) -> None:
    """Bring what an assessor gave and when the work came to the same work under another edition."""
    newer.by_hand.clear()
    session.flush()
    newer.by_hand.extend(
        records.ByHand(name=h.name, points=h.points, comment=h.comment, assessor=h.assessor, at=h.at)
        for h in older.by_hand
    )
    newer.received_at, newer.seen_at = older.received_at, older.seen_at
    newer.sequence, older.sequence = older.sequence, 0


def _fill(session: Session, submission: records.Submission, graded: Graded, work: Work) -> None:
    submission.executions.clear()
    submission.marks.clear()
    submission.files.clear()
    session.flush()  # the old rows go before the new ones come: their keys are the same
    now = datetime.now(UTC)
    submission.plan, submission.state, submission.note = work.plan, graded.state, graded.note
    submission.earned, submission.points = graded.score
    submission.lang = graded.lang if graded.judged else ""
    submission.grader, submission.graded_at = __version__, now
    if not work.again:
        submission.seen_at, submission.sequence = now, next_in_sequence(session)
    submission.received = zlib.compress(work.received) if work.received is not None else None
    submission.files.extend(
        records.HandedFile(name=name, received=zlib.compress(content)) for name, content in work.files
    )
    submission.executions.extend(_execution(j, _counting(j, graded)) for j in graded.judged)
    submission.marks.extend(_marks(graded.marks))
    session.flush()
    prove(session, submission)


def _find_or_add(
    session: Session, kind: type, by: dict[str, Any], more: Callable[[], dict[str, Any]] = dict
) -> Any:
    found = session.scalars(select(kind).filter_by(**by)).first()
    if found is None:
        found = kind(**by, **more())
        session.add(found)
        session.flush()
    return found


def _counting(judged: Judged, graded: Graded) -> Iterable[Verdict]:
    """Return the verdicts to keep: on the trainee's own data, those on what counts, notebook or page."""
    page = {m.name for m in graded.marks if m.way == "page"} if not judged.hidden else set()
    return [graded.typed[name] if name in page else verdict for name, verdict in judged.verdicts.items()]


def _execution(judged: Judged, verdicts: Iterable[Verdict]) -> records.Execution:
    execution = judged.execution
    return records.Execution(
        variant=execution.variant,
        hidden=judged.hidden,
        state=execution.state,
        detail=execution.detail,
        isolation=execution.isolation,
        seconds=execution.seconds,
        failures=[[f.cell, f.error, f.message] for f in execution.failures],
        not_run=list(execution.not_run),
        results=[
            records.Result(
                name=v.name,
                outcome=v.outcome,
                codes=list(v.codes),
                value=v.value,
                reason=v.detail if v.outcome in ("invalid", "failed", "not run") else "",
            )
            for v in verdicts
        ],
    )


def _marks(marks: Iterable[Mark]) -> list[records.Mark]:
    return [
        records.Mark(name=m.name, points=m.points, earned=m.earned, flag=m.flag, way=m.way) for m in marks
    ]
