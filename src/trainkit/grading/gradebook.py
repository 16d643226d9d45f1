"""The gradebook: every submission with how it ran, what was answered and what it earned.

One transaction writes one submission, so a reader never sees half of one; several processes may write.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from trainkit.course.judge import Verdict
from trainkit.course.model import Info
from trainkit.grading import changes, records
from trainkit.grading.competencies import Standing, standings
from trainkit.grading.database import Database
from trainkit.grading.execution import Execution
from trainkit.grading.grader import Graded, Judged
from trainkit.grading.migrations import bring_up
from trainkit.grading.scoring import mark, total
from trainkit.grading.storing import File, Work, counting, store, verdicts

__all__ = ["Gradebook", "Received", "whoami"]


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


class Gradebook:
    """A gradebook in a SQLite file, or in another database by its URL; older ones are brought up to date.

    Args:
        where: a path, or a URL as SQLAlchemy knows them.

    Raises:
        GradingError: a newer trainkit made it, or it can't be opened.
        MissingExtra: the driver of this database isn't installed.
    """

    def __init__(self, where: Path | str) -> None:
        self.database = Database(where)
        try:
            bring_up(self.database)
        except BaseException:
            self.database.close()
            raise

    @classmethod
    def of(cls, workspace: Path) -> Gradebook:
        """Return the gradebook of a trainee's workspace."""
        return cls(workspace / ".trainkit" / "gradebook.db")

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def is_graded(self, trainee: str, info: Info, content: str, plan: str) -> bool:
        """Tell whether this submission has its grade already, and note that it was handed in again."""

        def work(session: Session) -> bool:
            found = session.scalars(
                counting(trainee, info.id).where(
                    records.Exercise.edition == info.edition,
                    records.Submission.source == "file",
                    records.Submission.content == content,
                    records.Submission.plan == plan,
                )
            ).first()
            if found is not None:
                found.seen_at = datetime.now(UTC)
            return found is not None

        return self.database.write(work)

    def record(
        self,
        trainee: str,
        info: Info,
        graded: Graded,
        *,
        plan: str,
        received: bytes,
        files: Sequence[File] = (),
        again: bool = False,
        who: str = "",
    ) -> list[changes.Change]:
        """Write a graded submission; the grade that the same submission had before is replaced.

        Marks by hand stay with the work that they were given to, whatever the edition of the exercise.

        Args:
            trainee: who handed it in.
            info: the exercise.
            graded: what the grader says.
            plan: the assignment's plan.
            received: the file as it came.
            files: those that came beside it.
            again: it is graded once more, and wasn't handed in again.
            who: grades it; the user of this process by default.

        Returns:
            The answers whose points differ from the trainee's last grade for this exercise; nothing for a
            first grade.
        """
        handed = Work("file", plan, received, files, again)

        def work(session: Session) -> list[changes.Change]:
            before, submission = store(session, trainee, info, graded, handed)
            after = changes.Grade.of(submission)
            found = changes.changes(trainee, info.id, before, after) if before is not None else []
            if before is None or found or before.content != after.content:
                session.add(_graded_line(submission, before, found, who or whoami()))
            return found

        return self.database.write(work)

    def record_page_submission(
        self, info: Info, variant: int, verdicts: Mapping[str, Verdict], *, who: str, lang: str = "en"
    ) -> tuple[float, float]:
        """Write what was submitted on an exercise page, judged on the page's variant.

        Args:
            info: the exercise.
            variant: of the data on the page.
            verdicts: by answer; an answer that isn't there keeps what was submitted before.
            who: the trainee.
            lang: the page's language.

        Returns:
            Points earned, and points that could be earned.
        """

        def work(session: Session) -> tuple[float, float]:
            full = {a.name: Verdict(a.name, "not attempted") for a in info.answers}
            full |= _submitted_before(session, who, info, variant)
            full |= {name: verdict for name, verdict in verdicts.items() if name in full}
            marks = tuple(mark(a, full[a.name], []) for a in info.answers)
            values = json.dumps({n: [v.outcome, v.value] for n, v in full.items()}, sort_keys=True)
            content = hashlib.sha256(f"{variant}\n{values}".encode()).hexdigest()
            judged = Judged(Execution(variant, "complete", isolation="page"), full, hidden=False)
            graded = Graded(content, "graded", lang, judged=(judged,), marks=marks)
            store(session, who, info, graded, Work("page"))
            return total(marks)

        return self.database.write(work)

    def latest(self, *, trainee: str = "", exercise: str = "") -> list[records.Submission]:
        """Return the last submission of each trainee for each exercise, by trainee and exercise.

        The records are complete (trainee, exercise, executions with results, marks with what was given by
        hand, evidence) and detached; the files as received are left where they are.

        Args:
            trainee: only this one's.
            exercise: only those for this exercise.
        """
        complete = (
            joinedload(records.Submission.trainee),
            joinedload(records.Submission.exercise),
            selectinload(records.Submission.marks),
            selectinload(records.Submission.by_hand),
            selectinload(records.Submission.evidence),
            selectinload(records.Submission.executions).selectinload(records.Execution.results),
        )
        with self.database.reading() as session:
            last = _last(trainee, exercise).subquery()
            found = session.scalars(
                select(records.Submission).join(last, records.Submission.id == last.c.id).options(*complete)
            ).all()
            session.expunge_all()
        # Sorted here: each database orders texts by rules of its own.
        return sorted(found, key=lambda s: (s.trainee.name, s.exercise.code))

    def standings(self) -> list[Standing]:
        """Return where each trainee stands in each competency, by trainee, competency and level."""
        return standings(self.latest())

    def trainees(self) -> list[records.Trainee]:
        """Return everybody on the roster or with a submission, by name; detached."""
        with self.database.reading() as session:
            found = session.scalars(select(records.Trainee)).all()
            session.expunge_all()
        return sorted(found, key=lambda t: t.name)

    def received(self, trainee: str, exercise: str) -> bytes | None:
        """Return the file that a trainee handed in last for an exercise, as it came; `None` for a page's."""
        with self.database.reading() as session:
            last = session.scalars(counting(trainee, exercise)).first()
            return zlib.decompress(last.received) if last is not None and last.received is not None else None

    def handed_in(self, *, trainee: str = "", exercise: str = "") -> Iterator[Received]:
        """Yield the files that were handed in last, one after another, by trainee and exercise.

        Args:
            trainee: only this one's.
            exercise: only those for this exercise.
        """
        with self.database.reading() as session:
            rows = session.execute(_last(trainee, exercise)).all()
        for id, _name, _code in sorted(rows, key=lambda row: row[1:]):
            with self.database.reading() as session:
                submission = session.get(
                    records.Submission, id, options=[undefer(records.Submission.received)]
                )
                if submission is None or submission.received is None:
                    continue
                found = Received(
                    submission.trainee.name,
                    submission.exercise.code,
                    zlib.decompress(submission.received),
                    tuple((f.name, zlib.decompress(f.received)) for f in submission.files),
                    submission.seen_at,
                )
            yield found

    def note(self, action: str, what: str, *, why: str = "", who: str = "") -> None:
        """Add a line to the audit trail that is about no one trainee.

        Args:
            action: one word, such as `export`.
            what: was done; no names.
            why: in the words of who did it.
            who: did it; the user of this process by default.
        """
        line = {"who": who or whoami(), "action": action, "what": what, "why": why}
        self.database.write(lambda session: session.add(records.Audit(**line)))

    def audit(self) -> list[records.Audit]:
        """Return the audit trail, oldest line first; detached, with the trainees that lines are about."""
        with self.database.reading() as session:
            lines = session.scalars(
                select(records.Audit)
                .options(joinedload(records.Audit.trainee))
                .order_by(records.Audit.at, records.Audit.id)
            ).all()
            session.expunge_all()
        return list(lines)


def whoami() -> str:
    """Return the name of the user who runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "?"


def _last(trainee: str, exercise: str) -> Select[Any]:
    """Return the query for the ids, trainees and exercises of the submissions that count."""
    order = (
        records.Submission.seen_at.desc(),
        records.Submission.graded_at.desc(),
        records.Submission.id.desc(),
    )
    key = (records.Submission.trainee_id, records.Exercise.code)
    rank = func.row_number().over(partition_by=key, order_by=order).label("rank")
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


def _graded_line(
    submission: records.Submission, before: changes.Grade | None, found: list[changes.Change], who: str
) -> records.Audit:
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


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _submitted_before(session: Session, who: str, info: Info, variant: int) -> dict[str, Verdict]:
    """Return the answers that were submitted on the page before: a page that is loaded anew forgets them."""
    last = session.scalars(
        select(records.Execution)
        .join(records.Submission)
        .join(records.Trainee)
        .join(records.Exercise)
        .where(
            records.Trainee.name == who,
            records.Exercise.code == info.id,
            records.Exercise.edition == info.edition,
            records.Submission.source == "page",
            records.Execution.variant == variant,
        )
        .order_by(records.Submission.seen_at.desc(), records.Submission.id.desc())
    ).first()
    return verdicts(last.results) if last is not None else {}
