"""What was handed in last counts, whatever the clocks of the machines said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from graded import graded
from submitted import INFO

from trainkit.gradebook import book as book_module
from trainkit.gradebook import storing
from trainkit.gradebook.book import Gradebook

#: A gradebook as trainkit 0.1 wrote it.
OLD = Path(__file__).parent / "data" / "gradebook-0.1.sql"


class Ahead(datetime):
    """The clock of a machine that is a year ahead."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz or UTC) + timedelta(days=365)


def record(book: Gradebook, content: str, earned: float, edition: str = INFO.edition, **more) -> None:
    info = replace(INFO, edition=edition)
    book.record("lin-yue", info, graded(content, earned=earned), plan=f"p{edition}", received=b"x", **more)


def run_ahead(monkeypatch: pytest.MonkeyPatch, work) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(storing, "datetime", Ahead)
        patched.setattr(book_module, "datetime", Ahead)
        work()


def test_work_that_came_after_a_run_with_the_clock_ahead_counts(where, monkeypatch):
    with Gradebook(where) as book:
        run_ahead(monkeypatch, lambda: record(book, "c1", 1.0))
        record(book, "c2", 2.0)
        assert [s.content for s in book.latest()] == ["c2"]
        assert book.received("lin-yue", INFO.id) == b"x"


def test_work_that_was_seen_again_counts_although_a_clock_was_ahead(where, monkeypatch):
    with Gradebook(where) as book:
        record(book, "c1", 1.0)
        run_ahead(monkeypatch, lambda: record(book, "c2", 2.0))
        assert book.is_graded("lin-yue", INFO, "c1", f"p{INFO.edition}")
        assert [s.content for s in book.latest()] == ["c1"]


def test_a_new_edition_counts_although_the_old_one_was_graded_with_the_clock_ahead(where, monkeypatch):
    with Gradebook(where) as book:
        run_ahead(monkeypatch, lambda: record(book, "c1", 1.0))
        record(book, "c1", 2.0, edition="second", again=True)
        assert [(s.exercise.edition, s.earned) for s in book.latest()] == [("second", 2.0)]
        record(book, "c1", 1.0, again=True)
        assert [(s.exercise.edition, s.earned) for s in book.latest()] == [(INFO.edition, 1.0)]


def test_grading_older_work_again_does_not_put_it_in_front(where):
    with Gradebook(where) as book:
        record(book, "c1", 1.0)
        record(book, "c2", 2.0)
        record(book, "c1", 1.5, again=True)
        assert [s.content for s in book.latest()] == ["c2"]


def test_an_old_gradebook_keeps_its_order(tmp_path: Path):
    path = tmp_path / "gradebook.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(OLD.read_text(encoding="utf-8"))
        before = [row[0] for row in db.execute("select id from submission order by seen_at, graded_at, id")]
    with Gradebook(path) as book:
        latest = {s.id: s.sequence for s in book.latest()}
    with closing(sqlite3.connect(path)) as db:
        after = [row[0] for row in db.execute("select id from submission order by sequence")]
        assert sorted(row[0] for row in db.execute("select sequence from submission")) == list(
            range(1, len(before) + 1)
        )
    assert after == before
    assert set(latest) <= set(before)
