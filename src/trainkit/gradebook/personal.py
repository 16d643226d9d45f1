"""One trainee's data: everything about them in one file, and forgetting them."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload, undefer

from trainkit.classes.classroom import Classroom
from trainkit.errors import GradingError, UnknownName
from trainkit.files import write_atomic
from trainkit.gradebook import records
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.footprint import Identity, erase, mentions, own_files
from trainkit.gradebook.trail import whoami
from trainkit.i18n import _
from trainkit.passing import sweep

__all__ = ["Forgotten", "export", "forget", "known"]


@dataclass(frozen=True)
class Forgotten:
    """What forgetting somebody did.

    Args:
        erased: files and folders that were deleted, or that lost their lines.
        mentions: files that still name the person, for a human to look at.
    """

    erased: tuple[Path, ...]
    mentions: tuple[Path, ...]


def known(book: Gradebook, name: str) -> Identity:
    """Return how a trainee of the gradebook is called.

    Raises:
        UnknownName: there is no such trainee.
    """
    people = {t.name: t for t in book.trainees()}
    if name not in people:
        raise UnknownName(_("There is no trainee `{name}`.").format(name=name), name, people)
    person = people[name]
    full = person.display_name or person.name
    numbered = re.compile(rf"{re.escape(full)} \(\d+\)")
    others = [called for t in people.values() if t is not person for called in (t.name, t.display_name)]
    unique = not any(called == full or numbered.fullmatch(called) for called in others)
    return Identity(person.name, person.display_name, person.email, person.number, unique)


def export(
    book: Gradebook, classroom: Classroom, name: str, target: Path, *, force: bool = False, who: str = ""
) -> None:
    """Write everything about a trainee into a zip archive: a record as JSON, and the files.

    Of hidden variants it says only what the verdicts were: their numbers and values would tell data that
    nobody may see, and aren't about the trainee.

    Args:
        book: the gradebook.
        classroom: the class.
        name: the trainee's identifier.
        target: the archive.
        force: replace a file that is there.
        who: does it; the user of this process by default.

    Raises:
        GradingError: the file is there.
        UnknownName: there is no such trainee.
    """
    identity = known(book, name)
    if target.exists() and not force:
        raise GradingError(_("{path} exists. Replace it with --force.").format(path=target))
    content = io.BytesIO()
    with _archive(content) as archive, book.database.reading() as session:
        person = session.scalars(select(records.Trainee).where(records.Trainee.name == name)).one()
        submissions = _submissions(session, person)
        record = {
            "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "trainee": _columns(person, "name", "display_name", "email", "number", "section", "lang"),
            "submissions": [_submission(s) for s in submissions],
            "audit": [_columns(line, "at", "action", "what", "why") for line in _lines(session, person)],
        }
        archive.writestr("record.json", json.dumps(record, ensure_ascii=False, indent=2))
        for submission in submissions:
            for path, raw in _received(submission):
                archive.writestr(path, raw)
        for path, file in _on_disk(classroom, identity):
            archive.write(file, path)
    write_atomic(target, content.getvalue(), private=True)
    book.database.write(
        lambda s: s.add(records.Audit(who=who or whoami(), action="export", what="", trainee_id=person.id))
    )


def forget(book: Gradebook, classroom: Classroom, name: str, *, why: str = "", who: str = "") -> Forgotten:
    """Delete all personal data of a trainee, in the gradebook and in the class's folder.

    The audit trail keeps only that somebody was forgotten; the person's words vanish from what was written
    about others. Backups and exports that were taken elsewhere aren't touched.

    Args:
        book: the gradebook.
        classroom: the class.
        name: the trainee's identifier.
        why: for the audit trail; no names.
        who: does it; the user of this process by default.

    Raises:
        GradingError: another program uses the gradebook, or the roster can't be read; nothing was deleted.
        UnknownName: there is no such trainee.
    """
    identity = known(book, name)
    book.database.require_unused()
    erased = erase(classroom, identity)
    sweep()  # what a run that was killed has unpacked may be anybody's work
    line = {"who": who or whoami(), "action": "forget", "why": identity.forgotten_in(why)}

    def work(session: Session) -> None:
        session.execute(delete(records.Trainee).where(records.Trainee.name == name))
        for audit in session.scalars(select(records.Audit)):
            audit.what, audit.why = identity.forgotten_in(audit.what), identity.forgotten_in(audit.why)
        for mark in session.scalars(select(records.ByHand)):
            mark.comment = identity.forgotten_in(mark.comment)
        session.add(records.Audit(what="one trainee", **line))

    book.database.write(work)
    book.database.scrub()
    return Forgotten(tuple(erased), tuple(mentions(classroom, identity)))


def _archive(file: io.BytesIO) -> zipfile.ZipFile:
    # A file may bear a date before 1980, which zip archives don't know.
    return zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False)


def _submissions(session: Session, person: records.Trainee) -> list[records.Submission]:
    query = (
        select(records.Submission)
        .where(records.Submission.trainee_id == person.id)
        .options(
            undefer(records.Submission.received),
            selectinload(records.Submission.executions).selectinload(records.Execution.results),
        )
        .order_by(records.Submission.id)
    )
    return list(session.scalars(query))


def _lines(session: Session, person: records.Trainee) -> list[records.Audit]:
    query = select(records.Audit).where(records.Audit.trainee_id == person.id).order_by(records.Audit.id)
    return list(session.scalars(query))


def _submission(submission: records.Submission) -> dict[str, Any]:
    marks = ("name", "points", "earned", "flag", "manual", "comment", "assessor", "awarded")
    when = ("received_at", "seen_at", "graded_at")
    return {
        "exercise": submission.exercise.code,
        "edition": submission.exercise.edition,
        **_columns(
            submission, "source", "content", "state", "note", "lang", "points", "earned", "awarded", *when
        ),
        "files": [f.name for f in submission.files],
        "marks": [_columns(m, *marks) for m in submission.marks],
        "evidence": [_columns(e, "competency", "level", "awarded", "points") for e in submission.evidence],
        "executions": [_execution(e) for e in submission.executions],
    }


def _execution(execution: records.Execution) -> dict[str, Any]:
    if execution.hidden:
        results = [_columns(r, "name", "outcome", "codes") for r in execution.results]
        return {"hidden": True, "state": execution.state, "results": results}
    return {
        "hidden": False,
        **_columns(execution, "variant", "state", "detail", "isolation", "seconds", "failures", "not_run"),
        "results": [_columns(r, "name", "outcome", "codes", "value", "reason") for r in execution.results],
    }


def _columns(record: records.Base, *names: str) -> dict[str, Any]:
    found = {name: getattr(record, name) for name in names}
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in found.items()}


def _received(submission: records.Submission) -> Iterator[tuple[str, bytes]]:
    """Yield the path in the archive and the content of each file of a submission, as it came."""
    if submission.received is None:
        return
    folder = f"received/{submission.exercise.code}/{submission.content[:12]}-{submission.id}"
    yield f"{folder}/{submission.exercise.code}.ipynb", zlib.decompress(submission.received)
    for file in submission.files:
        name = "_".join(part for part in Path(file.name).parts if part not in ("..", "/"))
        yield f"{folder}/{name}", zlib.decompress(file.received)


def _on_disk(classroom: Classroom, identity: Identity) -> Iterator[tuple[str, Path]]:
    """Yield the path in the archive and the place of each file of the class that is the trainee's own."""
    for own in own_files(classroom, identity):
        inside = sorted(own.rglob("*")) if own.is_dir() and not own.is_symlink() else [own]
        for path in inside:
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(classroom.folder).as_posix(), path
