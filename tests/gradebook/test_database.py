"""The database below the gradebook: private, patient, and with the same values everywhere."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from graded import graded
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from submitted import INFO

from trainkit.course.judge import Verdict
from trainkit.errors import GradingError, InputError, MissingExtra
from trainkit.gradebook import database, records
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Failure, Graded
from trainkit.rights import make_private

posix = pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")


@pytest.fixture
def book(where: Path | str) -> Iterator[Gradebook]:
    with Gradebook(where) as book:
        yield book


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_a_new_gradebook_and_its_folder_are_their_owner_s_alone(tmp_path: Path):
    path = tmp_path / "class" / "grades" / "gradebook.db"
    with Gradebook(path) as book:
        book.record("lin-yue", INFO, graded(), plan="p", received=b"x")
        beside = [p for p in path.parent.iterdir() if p != path]
        assert beside  # SQLite's own, while it is open
        assert {mode(p) for p in [path, *beside]} == {0o600}
    assert mode(path.parent) == 0o700


@posix
def test_an_older_gradebook_is_made_private(tmp_path: Path):
    """Only a folder with a class's secret in it is closed: a gradebook may lie in any other."""
    for name, expected in {"grades": 0o700, "elsewhere": 0o755}.items():
        folder = tmp_path / name
        folder.mkdir(mode=0o755)
        Gradebook(folder / "gradebook.db").close()
        (folder / "gradebook.db").chmod(0o644)
        if name == "grades":
            (folder / "private").mkdir()
        Gradebook(folder / "gradebook.db").close()
        assert (mode(folder / "gradebook.db"), mode(folder)) == (0o600, expected)


@posix
def test_opening_a_gradebook_again_leaves_the_locks_of_this_process(tmp_path: Path):
    """A file that a process opens and closes loses all locks of that process, SQLite's too."""
    path = tmp_path / "gradebook.db"
    code = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)\n"
        "try: db.execute('pragma locking_mode = exclusive'); db.execute('begin exclusive')\n"
        "except sqlite3.OperationalError as error: print(error)"
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as held:
        held.execute("create table t (x)")
        held.execute("begin immediate")
        make_private(path)
        other = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
        assert other.stdout.strip() == "database is locked"


def test_moments_come_back_in_utc_whatever_the_server_s_zone(book: Gradebook):
    before = datetime.now(UTC)
    book.record("lin-yue", INFO, graded(), plan="p", received=b"x")
    with book.database.connecting() as connection, Session(connection) as session:
        if book.database.dialect == "postgresql":
            connection.execute(text("set time zone 'Asia/Shanghai'"))
        [found] = session.scalars(select(records.Submission))
        assert found.seen_at.utcoffset() == timedelta(0)
        assert before <= found.seen_at <= datetime.now(UTC)


VALUES = [20.0, 20, -0.0, 1e300, "20.0", "1", "", True, None, [1.0, "a"], {"columns": ["n"], "rows": [[1.0]]}]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_an_answer_comes_back_as_it_was_given(book: Gradebook, value: object):
    """In SQLite a column of type JSON would turn 20.0 into 20."""
    book.record("lin-yue", INFO, answering(value), plan="p", received=b"x")
    [submission] = book.latest()
    assert repr(submission.executions[0].results[0].value) == repr(value)


def answering(value: object) -> Graded:
    [first, second] = graded().judged
    verdicts = {**first.verdicts, "double": Verdict("double", "wrong", value=value)}
    return replace(graded(), judged=(replace(first, verdicts=verdicts), second))


NASTY = "nul \x00, half a pair \ud83d, 名"


def test_no_text_of_a_trainee_s_program_can_be_too_odd_to_store(book: Gradebook):
    [first, _second] = graded().judged
    failed = replace(first.execution, detail=NASTY, failures=(Failure(1, NASTY, NASTY),), not_run=(2, 3))
    verdicts = {
        "double": Verdict("double", "not run", detail=NASTY),
        "size": Verdict("size", "wrong", value=NASTY),
    }
    odd = replace(graded(), note=NASTY, judged=(replace(first, execution=failed, verdicts=verdicts),))
    book.record(NASTY, INFO, odd, plan="p", received=b"\x00", files=[(NASTY, b"")])
    assert book.record(NASTY, INFO, odd, plan="p", received=b"\x00") == []
    [submission] = book.latest()
    assert submission.trainee.name == "nul �, half a pair �, 名"
    assert submission.executions[0].not_run == [2, 3]
    assert submission.executions[0].results[0].reason == "nul �, half a pair �, 名"


def test_two_long_names_stay_two(book: Gradebook):
    for end in "ab":
        book.record("x" * 300 + end, INFO, graded(), plan="p", received=b"x")
    assert book.is_graded("x" * 300 + "a", INFO, "c1", "p")
    names = [t.name for t in book.trainees()]
    assert len(set(names)) == 2
    assert {len(n) for n in names} == {200}


@pytest.fixture
def locked(where: Path | str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Gradebook, ExitStack]]:
    """A gradebook that is short of patience, and another program's lock on it."""
    monkeypatch.setattr(database, "_PATIENCE", 0.05)
    with Gradebook(where) as book, closing(database.Database(where)) as other, ExitStack() as lock:
        lock.enter_context(other.alone())
        yield book, lock


def test_a_writer_that_meets_a_lock_tries_again(
    locked: tuple[Gradebook, ExitStack], monkeypatch: pytest.MonkeyPatch
):
    book, lock = locked
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            lock.close()

    monkeypatch.setattr(database.time, "sleep", wait)
    book.note("test", "after the lock")
    assert len(waits) == 2
    assert [a.what for a in book.audit()] == ["after the lock"]


def test_a_gradebook_that_stays_locked_says_so(locked: tuple[Gradebook, ExitStack]):
    book, lock = locked
    with pytest.raises(GradingError, match="Another program has kept the gradebook"):
        book.note("test", "never")
    lock.close()
    assert book.audit() == []


def test_a_new_gradebook_that_stays_locked_says_so(where: Path | str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database, "_PATIENCE", 0.05)
    refused = pytest.raises(GradingError, match="Another program has kept the gradebook")
    with closing(database.Database(where)) as other, other.alone(), refused:
        Gradebook(where)
    with Gradebook(where) as book:
        assert book.audit() == []


def test_a_reader_sees_one_state_and_doesn_t_wait_for_a_writer(book: Gradebook):
    book.note("test", "one")
    with book.database.reading() as session:
        count = select(records.Audit.id)
        assert len(session.scalars(count).all()) == 1
        writer = threading.Thread(target=book.note, args=("test", "two"))
        writer.start()
        writer.join(60)
        assert not writer.is_alive()
        assert len(session.scalars(count).all()) == 1
    assert len(book.audit()) == 2


def test_names_and_answers_stay_out_of_messages_and_logs(book: Gradebook, caplog: pytest.LogCaptureFixture):
    twice = replace(graded(), marks=graded().marks * 2)
    with caplog.at_level(logging.DEBUG), pytest.raises(IntegrityError) as caught:
        book.record("lin-yue", INFO, twice, plan="p", received=b"x")
    assert "lin-yue" not in str(caught.value)
    assert "lin-yue" not in caplog.text


@pytest.mark.parametrize(
    ("where", "error", "message"),
    [
        ("not a url", InputError, "isn't the URL of a database"),
        ("oracle+nothing://x/y", InputError, "no driver for oracle\\+nothing"),
        ("postgresql://grader:geheim@/x?host=/nowhere", GradingError, r"grader:\*\*\*@"),
    ],
)
def test_a_database_that_can_t_be_used_says_why_and_keeps_the_password(
    where: str, error: type[Exception], message: str
):
    if where.startswith("postgresql"):
        pytest.importorskip("psycopg")
    with pytest.raises(error, match=message) as caught:
        Gradebook(where)
    assert "geheim" not in str(caught.value)


def test_without_its_driver_postgresql_tells_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"needs psycopg.*\[postgres\]"):
        Gradebook("postgresql://grader@/spring")


@pytest.mark.parametrize("name", ["folder", "file/gradebook.db"])
def test_a_place_where_no_file_can_be_says_so(tmp_path: Path, name: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(GradingError, match=r"can't be opened: (unable to open|Not a dir|File exists)"):
        Gradebook(tmp_path / name)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path):
    path = tmp_path / "gradebook.db"
    path.write_bytes(b"grades of the spring class\n" * 100)
    with pytest.raises(GradingError, match=r"gradebook\.db can't be opened: file is not a database"):
        Gradebook(path)
    assert path.read_bytes().startswith(b"grades of the spring class")
