"""The gradebook's tables: one gradebook is one class.

A submission belongs to a trainee and to one edition of an exercise; it was executed on several variants;
each execution has one result an answer; each answer has one mark. What an assessor adds by hand stands
beside these, never in their place, so that grading again can't lose it.

A change here needs a migration (`gradebook/migrations/versions`) and the new `SCHEMA`; a test compares them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Double, ForeignKey, LargeBinary, String, UniqueConstraint, and_
from sqlalchemy.orm import DeclarativeBase, Mapped, foreign, mapped_column, relationship

from trainkit.gradebook.columns import Label, Moment, Plain, Words

__all__ = [
    "SCHEMA",
    "Audit",
    "Base",
    "ByHand",
    "Choice",
    "ClassInfo",
    "Evidence",
    "Execution",
    "Exercise",
    "HandedFile",
    "Mark",
    "Match",
    "Question",
    "Result",
    "Submission",
    "Trainee",
]

#: The migration that these tables correspond to.
SCHEMA = "0005"


def _now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """The base of all records."""

    # Other versions of SQLAlchemy have other ideas of a float.
    type_annotation_map: ClassVar[dict[Any, Any]] = {float: Double}


class ClassInfo(Base):
    """The class whose gradebook this is, in one row.

    `identity` is a hash of the class secret: it tells two classes apart and says nothing about the secret.
    """

    __tablename__ = "class"

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[str] = mapped_column(String(64), default="", server_default="")
    title: Mapped[str] = mapped_column(Words, default="", server_default="")
    lang: Mapped[str] = mapped_column(String(8), default="en", server_default="en")


class Trainee(Base):
    """Someone who hands in work; `name` is the folder's or the account's, the rest comes from a roster."""

    __tablename__ = "trainee"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Label(200), unique=True)
    lang: Mapped[str] = mapped_column(String(8), default="en")
    display_name: Mapped[str] = mapped_column(Words, default="", server_default="")
    email: Mapped[str] = mapped_column(Words, default="", server_default="")
    number: Mapped[str] = mapped_column(Words, default="", server_default="")
    section: Mapped[str] = mapped_column(Words, default="", server_default="")


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
    `grader` is the version of trainkit that graded. `received` is the file as it came, compressed with zlib;
    it came first at `received_at` and last at `seen_at`; of several, the one with the highest `sequence`
    counts, whatever the clocks said. `earned` is the automatic score, `awarded` the one that counts.
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
    note: Mapped[str] = mapped_column(Words, default="")
    earned: Mapped[float] = mapped_column(default=0.0)
    points: Mapped[float] = mapped_column(default=0.0)
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    seen_at: Mapped[datetime] = mapped_column(Moment, default=_now)
    graded_at: Mapped[datetime] = mapped_column(Moment, default=_now)
    received: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    received_at: Mapped[datetime | None] = mapped_column(Moment, default=_now)
    grader: Mapped[str] = mapped_column(String(40), default="", server_default="")
    lang: Mapped[str] = mapped_column(String(8), default="", server_default="")

    trainee: Mapped[Trainee] = relationship()
    exercise: Mapped[Exercise] = relationship()
    executions: Mapped[list[Execution]] = relationship(
        cascade="all, delete-orphan", order_by="Execution.id", passive_deletes=True
    )
    marks: Mapped[list[Mark]] = relationship(
        cascade="all, delete-orphan", order_by="Mark.id", passive_deletes=True
    )
    by_hand: Mapped[list[ByHand]] = relationship(
        cascade="all, delete-orphan", order_by="ByHand.id", passive_deletes=True
    )
    files: Mapped[list[HandedFile]] = relationship(
        cascade="all, delete-orphan", order_by="HandedFile.name", passive_deletes=True
    )
    evidence: Mapped[list[Evidence]] = relationship(
        cascade="all, delete-orphan", order_by="Evidence.id", passive_deletes=True
    )

    @property
    def awarded(self) -> float:
        """The points that count: those given by hand where there are any, else those earned."""
        return round(sum(mark.awarded for mark in self.marks), 4)


class HandedFile(Base):
    """A file that was handed in beside the notebook, compressed with zlib."""

    __tablename__ = "handed_file"
    __table_args__ = (UniqueConstraint("submission_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Label(255))
    received: Mapped[bytes] = mapped_column(LargeBinary)


class Execution(Base):
    """One run of a submission on one variant.

    `failures` are the cells that failed (number, error, message), `not_run` the numbers of those that never
    came to their end.
    """

    __tablename__ = "execution"
    __table_args__ = (UniqueConstraint("submission_id", "variant"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    variant: Mapped[int]
    hidden: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(Words, default="")
    isolation: Mapped[str] = mapped_column(String(16))
    seconds: Mapped[float]
    failures: Mapped[list[Any]] = mapped_column(JSON, default=list)
    not_run: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")

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
    value: Mapped[Any] = mapped_column(Plain, nullable=True)
    reason: Mapped[str] = mapped_column(Words, default="")


class Mark(Base):
    """What one answer of a submission earned automatically, and what an assessor gave instead.

    `way` says where it was given: `notebook`, `page`, or nowhere.
    """

    __tablename__ = "mark"
    __table_args__ = (UniqueConstraint("submission_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    points: Mapped[float]
    earned: Mapped[float]
    flag: Mapped[str] = mapped_column(String(16), default="")
    way: Mapped[str] = mapped_column(String(8), default="", server_default="")

    by_hand: Mapped[ByHand | None] = relationship(
        primaryjoin=lambda: and_(
            Mark.submission_id == foreign(ByHand.submission_id), Mark.name == foreign(ByHand.name)
        ),
        viewonly=True,
        uselist=False,
        lazy="joined",
    )

    @property
    def manual(self) -> float | None:
        """The points that an assessor gave, or `None`."""
        return self.by_hand.points if self.by_hand else None

    @property
    def comment(self) -> str:
        """What an assessor wrote to the trainee, or nothing."""
        return self.by_hand.comment if self.by_hand else ""

    @property
    def assessor(self) -> str:
        """Who gave points or wrote a comment, or nothing."""
        return self.by_hand.assessor if self.by_hand else ""

    @property
    def awarded(self) -> float:
        """The points that count: those given by hand, up to what the answer is worth in this edition."""
        return self.earned if self.manual is None else min(self.manual, self.points)


class ByHand(Base):
    """Points and a comment that an assessor gave an answer; `points` is `None` for a comment alone."""

    __tablename__ = "by_hand"
    __table_args__ = (UniqueConstraint("submission_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    points: Mapped[float | None]
    comment: Mapped[str] = mapped_column(Words, default="")
    assessor: Mapped[str] = mapped_column(Words, default="")
    at: Mapped[datetime] = mapped_column(Moment, default=_now)


class Evidence(Base):
    """What a submission shows of one competency at one level: points awarded, of those that can be."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("submission_id", "competency"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    competency: Mapped[str] = mapped_column(String(8))
    level: Mapped[str] = mapped_column(String(16))
    awarded: Mapped[float]
    points: Mapped[float]

    @property
    def share(self) -> float:
        """The share of the points, from 0 to 1; 0 where there are none."""
        return self.awarded / self.points if self.points else 0.0


class Match(Base):
    """Whom a folder's name means, as an assessor said."""

    __tablename__ = "match"

    id: Mapped[int] = mapped_column(primary_key=True)
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), index=True)
    said: Mapped[str] = mapped_column(Words)


class Choice(Base):
    """Which of two sources of one person's work counts, as an assessor said."""

    __tablename__ = "choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), index=True)
    exercise: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(Words)


class Question(Base):
    """What the last look at the submissions left open about somebody; `exercise` is empty for all."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), index=True)
    exercise: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(Words)
    note: Mapped[str] = mapped_column(Words)

    trainee: Mapped[Trainee] = relationship()


class Audit(Base):
    """One line of the audit trail: who did what, when and why.

    A line about one trainee goes when the trainee is forgotten; a name never stands in `what`.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=_now, index=True)
    who: Mapped[str] = mapped_column(Words)
    action: Mapped[str] = mapped_column(String(16))
    what: Mapped[str] = mapped_column(Words, default="")
    why: Mapped[str] = mapped_column(Words, default="")
    trainee_id: Mapped[int | None] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), index=True)

    trainee: Mapped[Trainee | None] = relationship()
