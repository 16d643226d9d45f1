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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from trainkit.course.judge import Verdict
from trainkit.course.model import Info, Kind

__all__ = ["Entry", "Journal", "Progress", "trainee"]

Action = Literal["check", "submit"]

_SCHEMA = """
create table if not exists entry (
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
);
create index if not exists entry_of on entry (trainee, kind, activity, name, id);
"""


@dataclass(frozen=True)
class Entry:
    """One check or submission of one answer.

    Args:
        at: when, ISO 8601 in UTC.
        trainee: who.
        kind: lesson or exercise.
        activity: its id.
        variant: of the data.
        name: the answer.
        action: check or submit.
        outcome: what the judge said; `recorded` where it says nothing yet.
        codes: mistakes that matched.
        value: the answer as plain data.
    """

    at: str
    trainee: str
    kind: Kind
    activity: str
    variant: int
    name: str
    action: Action
    outcome: str
    codes: tuple[str, ...]
    value: Any


@dataclass(frozen=True)
class Progress:
    """How far a trainee is in one activity: answers attempted and right, of all that are asked."""

    attempted: int = 0
    right: int = 0
    submitted: int = 0


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
        outcome: str | None = None,
        who: str | None = None,
    ) -> None:
        """Add an entry; `outcome` replaces the verdict's where the trainee isn't told yet."""
        row = (
            datetime.now(UTC).isoformat(timespec="seconds"),
            who or trainee(),
            info.kind,
            info.id,
            info.edition,
            variant,
            verdict.name,
            action,
            outcome or verdict.outcome,
            json.dumps(verdict.codes),
            json.dumps(verdict.value, ensure_ascii=False),
        )
        with self._connection() as db:
            db.execute(
                "insert into entry"
                " (at, trainee, kind, activity, edition, variant, name, action, outcome, codes, value)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )

    def latest(
        self, info: Info, variant: int | None = None, *, action: Action | None = None, who: str | None = None
    ) -> dict[str, Entry]:
        """Return the last entry of each answer of an activity, by the answer's name."""
        return {
            e.name: e
            for e in self._entries(info, who or trainee())
            if (variant is None or e.variant == variant) and (action is None or e.action == action)
        }

    def progress(self, info: Info, *, who: str | None = None) -> Progress:
        """Return how far a trainee is in an activity; a right answer stays right."""
        names = {a.name for a in info.answers}
        attempted, right, submitted = set(), set(), set()
        for entry in self._entries(info, who or trainee()):
            if entry.name in names and entry.outcome != "not attempted":
                attempted.add(entry.name)
                right.update([entry.name] if entry.outcome == "right" else [])
                submitted.update([entry.name] if entry.action == "submit" else [])
        return Progress(len(attempted), len(right), len(submitted))

    def _entries(self, info: Info, who: str) -> list[Entry]:
        if not self.path.is_file():
            return []
        with self._connection() as db:
            rows = db.execute(
                "select at, trainee, kind, activity, variant, name, action, outcome, codes, value from entry"
                " where trainee = ? and kind = ? and activity = ? order by id",
                (who, info.kind, info.id),
            ).fetchall()
        return [_entry(*row) for row in rows]

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=10)
        try:
            db.executescript(_SCHEMA)
            with db:  # one transaction
                yield db
        finally:
            db.close()


def _entry(*row: Any) -> Entry:
    *fields, codes, value = row
    return Entry(*fields, codes=tuple(json.loads(codes)), value=json.loads(value))  # type: ignore[misc]
