"""Who and whose: the gradebook of a class, and the people in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainkit.classes.classroom import Classroom
from trainkit.classes.roster import Entry, read_roster
from trainkit.classes.secret import class_identity
from trainkit.errors import GradingError
from trainkit.gradebook import records
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.trail import whoami
from trainkit.i18n import _

__all__ = ["Enrolled", "adopt", "enroll", "open_class"]


@dataclass(frozen=True)
class Enrolled:
    """What reading a roster into a gradebook did: identifiers of those who were added or changed."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int


def open_class(classroom: Classroom, *, create: bool = True, roster: bool = True) -> Gradebook:
    """Open a class's gradebook, with everybody in it who stands on the class's roster.

    Args:
        classroom: the class.
        create: make the gradebook if there is none.
        roster: read the class's roster into it.

    Raises:
        GradingError: there is none, it is another class's, it can't be opened, or the roster is wrong.
    """
    if not create:
        _require(classroom)
    entries = read_roster(classroom.roster) if roster and classroom.roster.is_file() else []
    book = Gradebook(classroom.gradebook)
    try:
        _settle(book, classroom)
        if entries:
            enroll(book, entries)
    except BaseException:
        book.close()
        raise
    return book


def adopt(classroom: Classroom, *, why: str = "", who: str = "") -> None:
    """Make a gradebook the class's own, although it was made with another class secret.

    Args:
        classroom: the class.
        why: for the audit trail.
        who: does it; the user of this process by default.

    Raises:
        GradingError: there is no gradebook.
    """
    _require(classroom)

    def work(session: Session) -> None:
        _own(session, classroom)
        session.add(records.Audit(who=who or whoami(), action="adopt", what="another class secret", why=why))

    with Gradebook(classroom.gradebook) as book:
        book.database.write(work)


def enroll(book: Gradebook, entries: Sequence[Entry], *, why: str = "", who: str = "") -> Enrolled:
    """Add the people of a roster to a gradebook, and bring those up to date who are in it.

    Nobody is removed. What the roster has no column for, or leaves empty, stays as it is, and so does the
    language of somebody whose notebook tells it. Who is new has the class's, unless the roster tells it.

    Args:
        book: the gradebook.
        entries: of the roster.
        why: for the audit trail.
        who: does it; the user of this process by default.
    """

    def work(session: Session) -> Enrolled:
        known = {t.name: t for t in session.scalars(select(records.Trainee))}
        told = set(
            session.scalars(select(records.Submission.trainee_id).where(records.Submission.lang != ""))
        )
        info = session.get(records.ClassInfo, 1)
        lang = info.lang if info is not None else "en"
        added, changed = [], []
        for entry in entries:
            given = _given(entry)
            person = known.get(entry.name)
            if person is not None and person.id in told:
                given.pop("lang", None)
            if person is None:
                session.add(records.Trainee(name=entry.name, **{"lang": lang, **given}))
                added.append(entry.name)
            elif any(getattr(person, field) != value for field, value in given.items()):
                for field, value in given.items():
                    setattr(person, field, value)
                changed.append(entry.name)
        if added or changed:
            what = f"entries {len(entries)}, added {len(added)}, changed {len(changed)}"
            session.add(records.Audit(who=who or whoami(), action="roster", what=what, why=why))
        return Enrolled(tuple(added), tuple(changed), len(entries) - len(added) - len(changed))

    return book.database.write(work)


def _require(classroom: Classroom) -> None:
    """See that a class has a gradebook, so that none is made where only a folder's name was wrong."""
    if isinstance(classroom.gradebook, Path) and not classroom.gradebook.is_file():
        raise GradingError(
            _(
                "There is no gradebook in {folder}. If that is the folder of a class, "
                "`trainkit grade` makes one."
            ).format(folder=classroom.folder.resolve())
        )


def _given(entry: Entry) -> dict[str, str]:
    fields = ("display_name", "email", "number", "section", "lang")
    return {field: value for field in fields if (value := getattr(entry, field))}


def _settle(book: Gradebook, classroom: Classroom) -> None:
    """Write into a new gradebook whose it is, and see that an older one is this class's."""
    with book.database.reading() as session:
        if _is_own(session, classroom):
            return

    def work(session: Session) -> None:
        _is_own(session, classroom)  # another class may have been quicker
        _own(session, classroom)

    book.database.write(work)


def _is_own(session: Session, classroom: Classroom) -> bool:
    """Tell whether a gradebook says that it is this class's, as the class is now.

    Raises:
        GradingError: it is another class's.
    """
    found = session.get(records.ClassInfo, 1)
    if found is None:
        return False
    # A secret that is missing isn't made here: it would be another class's from then on.
    has_secret = (classroom.private / "class.secret").is_file()
    if not has_secret or found.identity != class_identity(classroom.secret):
        raise GradingError(
            _(
                "This gradebook was made for the class “{title}”, with another secret than the one in "
                "{folder}. Each class needs a gradebook of its own. If it is this class and its secret "
                "is lost, say so with `trainkit gradebook adopt`."
            ).format(title=found.title, folder=classroom.private)
        )
    return (found.title, found.lang) == (classroom.title, classroom.lang)


def _own(session: Session, classroom: Classroom) -> None:
    session.merge(
        records.ClassInfo(
            id=1, identity=class_identity(classroom.secret), title=classroom.title, lang=classroom.lang
        )
    )
