"""What is asked of the gradebook's tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from trainkit.gradebook import records

__all__ = [
    "COMPLETE",
    "File",
    "Received",
    "counting",
    "graded_before",
    "handed_in",
    "last",
    "next_in_sequence",
    "whose",
]

#: A file beside a notebook: its name and its content.
File = tuple[str, bytes]


@dataclass(frozen=True)
class Received:
    """What a trainee handed in last for an exercise, as it came.

    Args:
        trainee: who.
        exercise: the exercise's id.
        raw: the notebook's file.
        files: those beside it.
        at: when it came last.
    """

    trainee: str
    exercise: str
    raw: bytes
    files: tuple[File, ...]
    at: datetime


def whose(submissions: Iterable[records.Submission]) -> Iterator[tuple[str, str, int | None]]:
    """Yield each submission's trainee, exercise, and the variant of its visible run, if it ran."""
    for submission in submissions:
        seen = (e.variant for e in submission.executions if not e.hidden)
        yield submission.trainee.name, submission.exercise.code, next(seen, None)


#: How a submission is loaded with all that belongs to it but the files.
COMPLETE = (
    joinedload(records.Submission.trainee),
    joinedload(records.Submission.exercise),
    selectinload(records.Submission.marks),
    selectinload(records.Submission.by_hand),
    selectinload(records.Submission.evidence),
    selectinload(records.Submission.executions).selectinload(records.Execution.results),
)

#: The submission that counts comes first.
_ORDER = (records.Submission.sequence.desc(), records.Submission.id.desc())


def counting(trainee: str, exercise: str) -> Select[records.Submission]:
    """Return the query for a trainee's submissions for an exercise; the first of them counts."""
    return (
        select(records.Submission)
        .join(records.Trainee)
        .join(records.Exercise)
        .where(records.Trainee.name == trainee, records.Exercise.code == exercise)
        .order_by(*_ORDER)
    )


def last(trainee: str, exercise: str) -> Select[Any]:
    """Return the query for the ids, trainees and exercises of the submissions that count."""
    key = (records.Submission.trainee_id, records.Exercise.code)
    rank = func.row_number().over(partition_by=key, order_by=_ORDER).label("rank")
    query = (
        select(records.Submission.id, records.Trainee.name, records.Exercise.code, rank)
        .join(records.Trainee)
        .join(records.Exercise)
    )
    if trainee:
        query = query.where(records.Trainee.name == trainee)
    if exercise:
        query = query.where(records.Exercise.code == exercise)
    ranked = query.subquery()
    return select(ranked.c.id, ranked.c.name, ranked.c.code).where(ranked.c.rank == 1)


def next_in_sequence(session: Session) -> int:
    """Return the number of what is handed in now; writers wait for each other, so no two get the same."""
    return (session.scalar(select(func.max(records.Submission.sequence))) or 0) + 1


def handed_in(session: Session) -> set[tuple[str, str]]:
    """Return who has handed in for which exercise."""
    return {(name, code) for _id, name, code in session.execute(last("", ""))}


def graded_before(session: Session, trainee: str, exercise: str, content: str) -> records.Submission | None:
    """Return the submission of the same work that has a grade, under whatever edition.

    Where nothing is known of the work (`content` is empty), it's the last one with a grade.
    """
    query = counting(trainee, exercise).where(
        records.Submission.source == "file", records.Submission.state == "graded"
    )
    if content:
        query = query.where(records.Submission.content == content)
    return session.scalars(query).first()
