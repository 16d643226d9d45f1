"""The gradebook: every submission with how it ran, what was answered and what it earned.

One transaction writes one submission, so a reader never sees half of one; several processes may write.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy.orm import Session, selectinload

from trainkit.course.judge import Verdict
from trainkit.course.model import Info, plain
from trainkit.grading import records
from trainkit.grading.execution import Execution
from trainkit.grading.grader import Graded, Judged
from trainkit.grading.scoring import Mark, mark, total

__all__ = ["Gradebook"]

#: Seconds that a writer waits for another one.
_PATIENCE = 30


class Gradebook:
    """A gradebook in a SQLite file, or in another database by its URL.

    Args:
        where: a path, or a URL as SQLAlchemy knows them.
    """

    def __init__(self, where: Path | str) -> None:
        if isinstance(where, Path):
            where.parent.mkdir(parents=True, exist_ok=True)
            where = f"sqlite:///{where}"
        self._engine = _engine(where)
        with self._engine.begin() as connection:
            records.Base.metadata.create_all(connection)

    @classmethod
    def of(cls, workspace: Path) -> Gradebook:
        """Return the gradebook of a trainee's workspace."""
        return cls(workspace / ".trainkit" / "gradebook.db")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def is_graded(self, trainee: str, info: Info, content: str, plan: str) -> bool:
        """Tell whether this submission has its grade already, and note that it was handed in again."""
        with self._session() as session:
            found = session.scalars(
                select(records.Submission)
                .join(records.Trainee)
                .join(records.Exercise)
                .where(
                    records.Trainee.name == trainee,
                    records.Exercise.code == info.id,
                    records.Exercise.edition == info.edition,
                    records.Submission.source == "file",
                    records.Submission.content == content,
                    records.Submission.plan == plan,
                )
            ).first()
            if found is not None:
                found.seen_at = datetime.now(UTC)
            return found is not None

    def record(self, trainee: str, info: Info, graded: Graded, *, plan: str, received: bytes) -> None:
        """Write a graded submission; the grade that the same submission had before is replaced.

        Args:
            trainee: who handed it in.
            info: the exercise.
            graded: what the grader says.
            plan: the assignment's plan.
            received: the file as it came.
        """
        with self._session() as session:
            self._write(session, trainee, info, graded, source="file", plan=plan, received=received)

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
        with self._session() as session:
            full = {a.name: Verdict(a.name, "not attempted") for a in info.answers}
            full |= _submitted_before(session, who, info, variant)
            full |= {name: verdict for name, verdict in verdicts.items() if name in full}
            marks = tuple(mark(a, full[a.name], []) for a in info.answers)
            values = json.dumps({n: [v.outcome, v.value] for n, v in full.items()}, sort_keys=True)
            content = hashlib.sha256(f"{variant}\n{values}".encode()).hexdigest()
            judged = Judged(Execution(variant, "complete", isolation="page"), full, hidden=False)
            graded = Graded(content, "graded", lang, judged=(judged,), marks=marks)
            self._write(session, who, info, graded, source="page", plan="", received=None)
        return total(marks)

    def latest(self) -> list[records.Submission]:
        """Return the last submission of each trainee for each exercise, by trainee and exercise.

        The records are complete (trainee, exercise, executions with results, marks) and detached.
        """
        complete = (
            selectinload(records.Submission.trainee),
            selectinload(records.Submission.exercise),
            selectinload(records.Submission.marks),
            selectinload(records.Submission.executions).selectinload(records.Execution.results),
        )
        order = (records.Submission.seen_at, records.Submission.id)
        with self._session() as session:
            found = session.scalars(select(records.Submission).options(*complete).order_by(*order))
            last = {(s.trainee.name, s.exercise.code): s for s in found}
            session.expunge_all()
        return [last[key] for key in sorted(last)]

    def received(self, trainee: str, exercise: str) -> bytes | None:
        """Return the file that a trainee handed in last for an exercise, as it came; `None` for a page's."""
        newest = (
            select(records.Submission.received)
            .join(records.Trainee)
            .join(records.Exercise)
            .where(records.Trainee.name == trainee, records.Exercise.code == exercise)
            .order_by(records.Submission.seen_at.desc(), records.Submission.id.desc())
        )
        with self._session() as session:
            stored = session.scalars(newest).first()
            return zlib.decompress(stored) if stored is not None else None

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """Yield a session whose work is stored as a whole or not at all."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    def _write(
        self,
        session: Session,
        trainee: str,
        info: Info,
        graded: Graded,
        *,
        source: str,
        plan: str,
        received: bytes | None,
    ) -> None:
        person = _find_or_add(session, records.Trainee, {"name": trainee}, {})
        if graded.judged:
            person.lang = graded.lang
        exercise = _find_or_add(
            session,
            records.Exercise,
            {"code": info.id, "edition": info.edition},
            {"points": info.points, "info": plain(info)},
        )
        submission = _find_or_add(
            session,
            records.Submission,
            {
                "trainee_id": person.id,
                "exercise_id": exercise.id,
                "source": source,
                "content": graded.content,
            },
            {"state": graded.state},
        )
        submission.executions.clear()
        submission.marks.clear()
        session.flush()  # the old rows go before the new ones come: their keys are the same
        earned, points = graded.score
        submission.plan, submission.state, submission.note = plan, graded.state, graded.note
        submission.earned, submission.points = earned, points
        submission.received = zlib.compress(received) if received is not None else None
        submission.seen_at = submission.graded_at = datetime.now(UTC)
        submission.executions.extend(_execution(j) for j in graded.judged)
        submission.marks.extend(_marks(graded.marks))


def _engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _PATIENCE} if url.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _settle_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _settle_sqlite(connection: Any, _record: Any) -> None:
    """Let readers and a writer work side by side, and leave transactions to SQLAlchemy."""
    connection.isolation_level = None
    for pragma in ("journal_mode = wal", "synchronous = normal", "foreign_keys = on"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Any) -> None:
    # A transaction that only later finds out that it writes can't wait for another writer; this one can.
    connection.exec_driver_sql("begin immediate")


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
    results = last.results if last is not None else []
    return {
        r.name: Verdict(r.name, r.outcome, tuple(r.codes), detail=r.reason, value=r.value)  # type: ignore[arg-type]
        for r in results
    }


def _find_or_add(session: Session, kind: type, by: dict[str, Any], more: dict[str, Any]) -> Any:
    found = session.scalars(select(kind).filter_by(**by)).first()
    if found is None:
        found = kind(**by, **more)
        session.add(found)
        session.flush()
    return found


def _execution(judged: Judged) -> records.Execution:
    execution = judged.execution
    return records.Execution(
        variant=execution.variant,
        hidden=judged.hidden,
        state=execution.state,
        detail=execution.detail,
        isolation=execution.isolation,
        seconds=execution.seconds,
        failures=[[f.cell, f.error, f.message] for f in execution.failures],
        results=[
            records.Result(
                name=v.name,
                outcome=v.outcome,
                codes=list(v.codes),
                value=v.value,
                reason=v.detail if v.outcome == "invalid" else "",
            )
            for v in judged.verdicts.values()
        ],
    )


def _marks(marks: Iterable[Mark]) -> list[records.Mark]:
    return [records.Mark(name=m.name, points=m.points, earned=m.earned, flag=m.flag) for m in marks]
