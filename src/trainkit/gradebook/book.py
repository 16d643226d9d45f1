"""The gradebook: every submission with how it ran, what was answered and what it earned.

One transaction writes one submission, so a reader never sees half of one; several processes may write.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from trainkit.course.model import Info
from trainkit.gradebook import changes, records
from trainkit.gradebook.competencies import Standing, standings
from trainkit.gradebook.database import Database
from trainkit.gradebook.grades import Graded
from trainkit.gradebook.migrations import bring_up
from trainkit.gradebook.queries import (
    COMPLETE,
    File,
    Received,
    counting,
    graded_before,
    last,
    next_in_sequence,
)
from trainkit.gradebook.storing import Work, store
from trainkit.gradebook.trail import failed_line, graded_line, whoami

__all__ = ["Gradebook", "Received"]


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

    def is_graded(
        self, trainee: str, info: Info, content: str, plan: str, *, note: str | None = None
    ) -> bool:
        """Tell whether this submission has its grade already, and note that it was handed in again.

        Args:
            trainee: who handed it in.
            info: the exercise.
            content: hash of what was handed in.
            plan: of the assignment.
            note: what the grade must say, of files that couldn't be read and so have the same content.
        """

        def work(session: Session) -> bool:
            found = session.scalars(
                counting(trainee, info.id).where(
                    records.Exercise.edition == info.edition,
                    records.Submission.source == "file",
                    records.Submission.content == content,
                    records.Submission.plan == plan,
                    *([records.Submission.note == note] if note is not None else []),
                )
            ).first()
            if found is not None:
                _came_again(session, found)
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

        Marks by hand stay with the work that they were given to, whatever the edition of the exercise. Work
        that has a grade keeps it when grading it again fails; it will be tried once more.

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
            kept = graded_before(session, trainee, info.id, graded.content if received else "")
            if graded.state == "failed" and kept is not None:
                kept.plan = ""
                if not again:
                    _came_again(session, kept)
                session.add(failed_line(kept, graded, who or whoami()))
                return []
            before, submission = store(session, trainee, info, graded, handed)
            after = changes.Grade.of(submission)
            found = changes.changes(trainee, info.id, before, after) if before is not None else []
            if before is None or found or before.content != after.content:
                session.add(graded_line(submission, before, found, who or whoami()))
            return found

        return self.database.write(work)

    def latest(self, *, trainee: str = "", exercise: str = "") -> list[records.Submission]:
        """Return the last submission of each trainee for each exercise, by trainee and exercise.

        The records are complete (trainee, exercise, executions with results, marks with what was given by
        hand, evidence) and detached; the files as received are left where they are.

        Args:
            trainee: only this one's.
            exercise: only those for this exercise.
        """
        with self.database.reading() as session:
            ids = last(trainee, exercise).subquery()
            found = session.scalars(
                select(records.Submission).join(ids, records.Submission.id == ids.c.id).options(*COMPLETE)
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
            newest = session.scalars(counting(trainee, exercise)).first()
            raw = newest.received if newest is not None else None
            return zlib.decompress(raw) if raw is not None else None

    def handed_in(self, *, trainee: str = "", exercise: str = "") -> Iterator[Received]:
        """Yield the files that were handed in last, one after another, by trainee and exercise.

        Args:
            trainee: only this one's.
            exercise: only those for this exercise.
        """
        with self.database.reading() as session:
            rows = session.execute(last(trainee, exercise)).all()
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


def _came_again(session: Session, submission: records.Submission) -> None:
    """Note that work was handed in once more, so that it counts from now on."""
    submission.seen_at, submission.sequence = datetime.now(UTC), next_in_sequence(session)
