"""The trainee's journal: every check and every submission, kept outside of the kernel at once.

A reload of a page is a new kernel, so what a trainee entered lives here: one small SQLite file in the
workspace, safe for several kernels writing at the same time.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from trainkit.course.judge import Verdict
from trainkit.course.model import Info, Kind, Way
from trainkit.errors import InputError
from trainkit.i18n import _

__all__ = ["Action", "Entry", "HandIn", "Journal", "now", "trainee"]

Action = Literal["check", "submit"]

#: What each version of the file adds to the one before; `pragma user_version` says how many are in it.
#: A change is a new step at the end: the journals of all trainees that there are go through it.
_STEPS: tuple[tuple[str, ...], ...] = (
    (
        """create table if not exists entry (
            id integer primary key,
            at text not null,
            trainee text not null,
            kind text not null,
            activity text not null,
            edition text not null,
            variant integer not null,
            name text not null,
            action text not null,
            outcome text not null,
            codes text not null,
            value text not null
        )""",
        "create index if not exists entry_of on entry (trainee, kind, activity, name, id)",
    ),
    (
        "alter table entry add column way text not null default ''",
        "update entry set way = 'page' where action = 'submit'",  # there was no other way
        """create table handed_in (
            number integer primary key,
            at text not null,
            trainee text not null,
            exercises text not null,
            last_entry integer not null,
            content text not null,
            file text not null
        )""",
        "create table workspace (id text not null)",
        "insert into workspace values (lower(hex(randomblob(8))))",
    ),
    (
        """create table draft (
            trainee text not null,
            kind text not null,
            activity text not null,
            variant integer not null,
            name text not null,
            value text not null,
            primary key (trainee, kind, activity, variant, name)
        )""",
        """create table begun (
            trainee text not null,
            kind text not null,
            activity text not null,
            at text not null,
            primary key (trainee, kind, activity)
        )""",
    ),
)

_COLUMNS = "id, at, trainee, kind, activity, edition, variant, name, action, way, outcome, codes, value"


@dataclass(frozen=True)
class Entry:
    """One check or submission of one answer.

    Args:
        id: grows with each entry.
        at: when, ISO 8601 in UTC.
        trainee: who.
        kind: lesson or exercise.
        activity: its id.
        edition: of the activity.
        variant: of the data.
        name: the answer.
        action: check or submit.
        way: on the page, or in the notebook.
        outcome: what the judge said; `recorded` where it says nothing yet.
        codes: mistakes that matched.
        value: the answer as plain data.
    """

    id: int
    at: str
    trainee: str
    kind: Kind
    activity: str
    edition: str
    variant: int
    name: str
    action: Action
    way: Way
    outcome: str
    codes: tuple[str, ...]
    value: Any


@dataclass(frozen=True)
class HandIn:
    """One time that work was handed in.

    Args:
        number: counts the workspace's, from 1.
        at: when, ISO 8601 in UTC.
        trainee: who.
        exercises: the ids of what went in.
        last_entry: the id of the journal's last entry at that time; later ones aren't in it.
        content: hash of what went in.
        file: its name.
    """

    number: int
    at: str
    trainee: str
    exercises: tuple[str, ...]
    last_entry: int
    content: str
    file: str


def trainee() -> str:
    """The name of the trainee at work, from `TRAINKIT_TRAINEE`; `me` on one's own machine."""
    return os.environ.get("TRAINKIT_TRAINEE") or "me"


class Journal:
    """The journal of a workspace.

    Args:
        path: the SQLite file; it's made when the first entry is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def here(cls) -> Journal | None:
        """Return the journal of the workspace that this process serves, or `None` outside of one."""
        workspace = os.environ.get("TRAINKIT_WORKSPACE")
        return cls.of(Path(workspace)) if workspace else None

    @classmethod
    def of(cls, workspace: Path) -> Journal:
        """Return the journal of a workspace."""
        return cls(workspace / ".trainkit" / "journal.db")

    def write(
        self,
        info: Info,
        variant: int,
        verdict: Verdict,
        action: Action = "check",
        *,
        way: Way = "notebook",
        outcome: str | None = None,
        who: str | None = None,
    ) -> None:
        """Add an entry; `outcome` replaces the verdict's where the trainee isn't told yet."""
        row = (
            now(),
            who or trainee(),
            info.kind,
            info.id,
            info.edition,
            variant,
            verdict.name,
            action,
            way,
            outcome or verdict.outcome,
            json.dumps(verdict.codes),
            json.dumps(verdict.value, ensure_ascii=False),
        )
        with self._connection() as db, _transaction(db):
            db.execute(
                "insert into entry"
                " (at, trainee, kind, activity, edition, variant, name, action, way, outcome, codes, value)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )

    def entries(self, info: Info, *, who: str | None = None) -> list[Entry]:
        """Return all entries of a trainee for an activity, in order."""
        rows = self._read(
            f"select {_COLUMNS} from entry where trainee = ? and kind = ? and activity = ? order by id",
            (who or trainee(), info.kind, info.id),
        )
        return [_entry(*row) for row in rows]

    def latest(
        self, info: Info, variant: int | None = None, *, action: Action | None = None, who: str | None = None
    ) -> dict[str, Entry]:
        """Return the last entry of each answer of an activity by the answer's name, whichever way it came."""
        return {
            e.name: e
            for e in self.entries(info, who=who)
            if (variant is None or e.variant == variant) and (action is None or e.action == action)
        }

    def keep_draft(self, info: Info, variant: int, name: str, draft: Any, *, who: str | None = None) -> None:
        """Keep what stands in the input of an answer, as plain data; it takes the place of what was there."""
        place = (who or trainee(), info.kind, info.id, variant, name)
        with self._connection() as db:
            db.execute(
                "insert or replace into draft (trainee, kind, activity, variant, name, value)"
                " values (?, ?, ?, ?, ?, ?)",
                (*place, json.dumps(draft, ensure_ascii=False)),
            )

    def drafts(self, info: Info, variant: int, *, who: str | None = None) -> dict[str, Any]:
        """Return the drafts of an activity by the answer's name; of one that was emptied, too."""
        rows = self._read(
            "select name, value from draft where trainee = ? and kind = ? and activity = ? and variant = ?",
            (who or trainee(), info.kind, info.id, variant),
        )
        return {name: json.loads(value) for name, value in rows}

    def begun(self, info: Info, *, who: str | None = None) -> str:
        """Return when an activity was opened first, ISO 8601 in UTC; that is now if it never was."""
        place = (who or trainee(), info.kind, info.id)
        with self._connection() as db:
            db.execute("insert or ignore into begun values (?, ?, ?, ?)", (*place, now()))
            found = db.execute(
                "select at from begun where trainee = ? and kind = ? and activity = ?", place
            ).fetchone()
        return str(found[0])

    def hand_ins(self, *, who: str | None = None) -> list[HandIn]:
        """Return all times that a trainee handed in, in order."""
        rows = self._read(
            "select number, at, trainee, exercises, last_entry, content, file from handed_in"
            " where trainee = ? order by number",
            (who or trainee(),),
        )
        return [HandIn(n, at, t, tuple(json.loads(ids)), *rest) for n, at, t, ids, *rest in rows]

    def last_entry(self) -> int:
        """Return the id of the last entry of anybody; 0 if there is none."""
        return int(next(iter(self._read("select coalesce(max(id), 0) from entry", ())), (0,))[0])

    def last_number(self) -> int:
        """Return the number of the last hand-in of anybody; 0 if there is none."""
        return int(next(iter(self._read("select coalesce(max(number), 0) from handed_in", ())), (0,))[0])

    def workspace(self) -> str:
        """Return what tells this workspace's hand-ins from those of another one; makes the journal."""
        with self._connection() as db:
            return str(db.execute("select id from workspace").fetchone()[0])

    def note_hand_in(self, handed: HandIn) -> None:
        """Note that work was handed in.

        Raises:
            InputError: its number was taken in the meantime.
        """
        with self._connection() as db:
            try:
                db.execute("insert into handed_in values (?, ?, ?, ?, ?, ?, ?)", (*_plain(handed),))
            except sqlite3.IntegrityError as error:
                raise InputError(_("Work was handed in at the same moment. Try again.")) from error

    def _read(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        """Return rows; nothing is made by looking."""
        if not self.path.is_file():
            return []
        with self._connection() as db:
            return db.execute(query, values).fetchall()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            _bring_up_to_date(db)
            yield db
        finally:
            db.close()


def now() -> str:
    """Return this moment as the journal writes it: ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _bring_up_to_date(db: sqlite3.Connection) -> None:
    """Take the steps that a file lacks; of several processes that find it old, one does."""
    if _version(db) >= len(_STEPS):
        return
    with _transaction(db):
        for step in _STEPS[_version(db) :]:
            for statement in step:
                db.execute(statement)
        db.execute(f"pragma user_version = {len(_STEPS)}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("pragma user_version").fetchone()[0])


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("begin immediate")
    try:
        yield
    except BaseException:
        db.execute("rollback")
        raise
    db.execute("commit")


def _entry(*row: Any) -> Entry:
    values = dict(zip((spec.name for spec in fields(Entry)), row, strict=True))
    return Entry(**{**values, "codes": tuple(json.loads(row[-2])), "value": json.loads(row[-1])})


def _plain(handed: HandIn) -> Iterator[Any]:
    for spec in fields(handed):
        value = getattr(handed, spec.name)
        yield json.dumps(value) if isinstance(value, tuple) else value
