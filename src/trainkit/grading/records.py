"""The gradebook's tables.

A submission belongs to a trainee and to one edition of an exercise; it was executed on several variants;
each execution has one result an answer; each answer has one mark. What an assessor adds by hand will stand
beside these, never in their place.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = ["Base", "Execution", "Exercise", "Mark", "Result", "Submission", "Trainee"]


def _now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """The base of all records."""


class Trainee(Base):
    """Someone who hands in work; `name` is the folder's or the account's."""

    __tablename__ = "trainee"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    lang: Mapped[str] = mapped_column(String(8), default="en")


class Exercise(Base):
    """One edition of an exercise, with what it asked (`info`, as plain data)."""

    __tablename__ = "exercise"
    __table_args__ = (UniqueConstraint("code", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(40))
    points: Mapped[float]
    info: Mapped[dict[str, Any]] = mapped_column(JSON)


class Submission(Base):
    """Something that was handed in, known by its content.

    `plan` is the hash of everything else that decided about the grade; a grade with another plan is stale.
    `received` is the file as it came, compressed with zlib.
    """

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("trainee_id", "exercise_id", "source", "content"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), index=True)
    exercise_id: Mapped[int] = mapped_column(ForeignKey("exercise.id"), index=True)
    source: Mapped[str] = mapped_column(String(8))  # "file" or "page"
    content: Mapped[str] = mapped_column(String(64))
    plan: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    earned: Mapped[float] = mapped_column(default=0.0)
    points: Mapped[float] = mapped_column(default=0.0)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=_now)
    graded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=_now)
    received: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    trainee: Mapped[Trainee] = relationship()
    exercise: Mapped[Exercise] = relationship()
    executions: Mapped[list[Execution]] = relationship(
        cascade="all, delete-orphan", order_by="Execution.id", passive_deletes=True
    )
    marks: Mapped[list[Mark]] = relationship(
        cascade="all, delete-orphan", order_by="Mark.id", passive_deletes=True
    )


class Execution(Base):
    """One run of a submission on one variant; `failures` are the cells that failed."""

    __tablename__ = "execution"
    __table_args__ = (UniqueConstraint("submission_id", "variant"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    variant: Mapped[int]
    hidden: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(Text, default="")
    isolation: Mapped[str] = mapped_column(String(16))
    seconds: Mapped[float]
    failures: Mapped[list[Any]] = mapped_column(JSON, default=list)

    results: Mapped[list[Result]] = relationship(
        cascade="all, delete-orphan", order_by="Result.id", passive_deletes=True
    )


class Result(Base):
    """The verdict on one answer in one execution, with the answer as plain data."""

    __tablename__ = "result"
    __table_args__ = (UniqueConstraint("execution_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    execution_id: Mapped[int] = mapped_column(ForeignKey("execution.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    outcome: Mapped[str] = mapped_column(String(16))
    codes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    value: Mapped[Any] = mapped_column(JSON, nullable=True)
    reason: Mapped[str] = mapped_column(Text, default="")


class Mark(Base):
    """What one answer of a submission earned."""

    __tablename__ = "mark"
    __table_args__ = (UniqueConstraint("submission_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    points: Mapped[float]
    earned: Mapped[float]
    flag: Mapped[str] = mapped_column(String(16), default="")
