"""Backups: everything comes back, in either database, or nothing changes."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import postgres
import pytest
from graded import graded
from sqlalchemy import MetaData, select, text
from submitted import INFO

from trainkit.classes.roster import Entry
from trainkit.errors import GradingError, InputError
from trainkit.gradebook import database, records
from trainkit.gradebook.backup import back_up, restore
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.database import Database
from trainkit.gradebook.enrolment import enroll
from trainkit.gradebook.marking import set_mark
from trainkit.gradebook.migrations import upgrade

Content = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where a backup is restored to."""
    if request.param == "sqlite":
        yield tmp_path / "elsewhere" / "gradebook.db"
        return
    with postgres.database(request.getfixturevalue("postgres_server")) as url:
        yield url


def fill(where: Path | str) -> None:
    with Gradebook(where) as book:
        enroll(book, [Entry("lin-yue", "林悦", "lin@example.org", "2026001", "甲班", "zh")], who="zhou-min")
        book.record("lin-yue", INFO, graded(), plan="p", received=b"\x00\xff", files=[("own.py", b"x = 1")])
        book.record("chen-bo", INFO, graded("c2", earned=1.0), plan="p", received=b"y")
        set_mark(book, "chen-bo", "9-01", "double", 1.5, why="well argued", comment="好")


def content(where: Path | str) -> Content:
    """Return all rows of all tables, by the records' own types."""
    with Gradebook(where) as book, book.database.connecting() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(table.c.id))]
            for table in records.Base.metadata.sorted_tables
        }


def without_trail(found: Content) -> Content:
    return {name: rows for name, rows in found.items() if name != "audit"}


def test_a_backup_holds_everything_and_fits_both_databases(
    where: Path | str, elsewhere: Path | str, tmp_path: Path
):
    fill(where)
    before = content(where)
    with Gradebook(where) as book:
        rows = back_up(book, tmp_path / "spring.zip")
    assert restore(elsewhere, tmp_path / "spring.zip", why="moved") == rows
    after = content(elsewhere)
    assert without_trail(after) == without_trail(before)
    assert after["audit"][: len(before["audit"])] == before["audit"]
    assert after["audit"][-1][3:] == (
        "restore", after["audit"][-1][4], "moved", None
    )  # fmt: skip
    assert f"{rows} rows, backup of 20" in after["audit"][-1][4]


def test_what_is_replaced_is_replaced_for_a_reason(where: Path | str, tmp_path: Path):
    with pytest.raises(InputError, match="Say why"):
        restore(where, tmp_path / "spring.zip", force=True, why=" ")


def test_a_restored_gradebook_goes_on(where: Path | str, elsewhere: Path | str, tmp_path: Path):
    """New rows get numbers of their own."""
    fill(where)
    with Gradebook(where) as book:
        back_up(book, tmp_path / "spring.zip")
    restore(elsewhere, tmp_path / "spring.zip")
    with Gradebook(elsewhere) as book:
        book.record("zhou-min", INFO, graded("c9"), plan="p", received=b"z")
        assert [s.trainee.name for s in book.latest()] == ["chen-bo", "lin-yue", "zhou-min"]
        assert book.received("lin-yue", "9-01") == b"\x00\xff"
        assert [r.files for r in book.handed_in(trainee="lin-yue")] == [(("own.py", b"x = 1"),)]


def test_nothing_is_overwritten_unless_it_is_said(where: Path | str, tmp_path: Path):
    fill(where)
    with Gradebook(where) as book:
        back_up(book, tmp_path / "spring.zip")
        with pytest.raises(GradingError, match=r"exists\. Replace it with --force"):
            back_up(book, tmp_path / "spring.zip")
        book.record("zhou-min", INFO, graded("c9"), plan="p", received=b"z")
    before = content(where)
    with pytest.raises(GradingError, match=r"isn't empty.*--force"):
        restore(where, tmp_path / "spring.zip")
    assert content(where) == before
    restore(where, tmp_path / "spring.zip", force=True, why="disk failure")
    with Gradebook(where) as book:
        assert [s.trainee.name for s in book.latest()] == ["chen-bo", "lin-yue"]
        assert book.audit()[-1].action == "restore"


def test_other_tables_in_the_same_database_are_none_of_a_backup_s_business(where: Path | str, tmp_path: Path):
    fill(where)
    with Gradebook(where) as book:
        with book.database.alone() as connection:
            connection.execute(text("create table journal (line text)"))
            connection.execute(text("insert into journal values ('not ours')"))
        back_up(book, tmp_path / "spring.zip")
    with zipfile.ZipFile(tmp_path / "spring.zip") as archive:
        assert "journal.jsonl" not in archive.namelist()
    restore(where, tmp_path / "spring.zip", force=True, why="disk failure")
    with Gradebook(where) as book, book.database.connecting() as connection:
        assert connection.scalars(text("select line from journal")).all() == ["not ours"]


def test_a_backup_into_a_folder_that_isn_t_there_says_so(tmp_path: Path):
    with Gradebook(tmp_path / "gradebook.db") as book:
        with pytest.raises(GradingError, match=r"nowhere.spring\.zip can't be written: No such file"):
            back_up(book, tmp_path / "nowhere" / "spring.zip")
        assert book.audit() == []


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_a_backup_is_its_owner_s_alone(tmp_path: Path):
    with Gradebook(tmp_path / "gradebook.db") as book:
        back_up(book, tmp_path / "spring.zip")
    assert stat.S_IMODE((tmp_path / "spring.zip").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def altered(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        change(files)
        with zipfile.ZipFile(path, "w") as archive:
            for name, raw in files.items():
                archive.writestr(name, raw)

    return alter


def _more_points(files: dict[str, bytes]) -> None:
    files["mark.jsonl"] = files["mark.jsonl"].replace(b'"earned": 1.0', b'"earned": 2.0')


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _garbled(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("submission.jsonl")
    raw = bytearray(path.read_bytes())
    begin = member.header_offset + 30 + len(member.filename) + 40
    raw[begin : begin + 30] = b"\xff" * 30
    path.write_bytes(raw)


def _one_more(files: dict[str, bytes]) -> None:
    """Add a file that the manifest doesn't vouch for, in the place of one that it lists."""
    manifest = json.loads(files["manifest.json"])
    del manifest["tables"]["by_hand"]
    files["manifest.json"] = json.dumps(manifest).encode()


def _newer(files: dict[str, bytes]) -> None:
    files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | {"schema": "9999"}).encode()


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (altered(_more_points), "damaged .*mark"),
        (altered(lambda files: files.pop("trainee.jsonl")), "damaged"),
        (altered(lambda files: files.pop("manifest.json")), "no backup"),
        (altered(lambda files: files.update({"manifest.json": b"[]"})), "no backup"),
        (altered(_newer), "its schema is 9999.*Upgrade"),
        (altered(_one_more), "damaged .*by_hand"),
        (_garbled, "damaged .*submission"),
        (_cut, "can't be read as a backup"),
        (lambda path: path.write_bytes(b"grades"), "can't be read as a backup"),
        (Path.unlink, "can't be read as a backup"),
    ],
)
def test_a_backup_that_isn_t_whole_restores_nothing(
    tmp_path: Path, alter: Callable[[Path], object], message: str
):
    fill(tmp_path / "gradebook.db")
    with Gradebook(tmp_path / "gradebook.db") as book:
        back_up(book, tmp_path / "spring.zip")
    before = content(tmp_path / "gradebook.db")
    alter(tmp_path / "spring.zip")
    with pytest.raises(GradingError, match=message):
        restore(tmp_path / "gradebook.db", tmp_path / "spring.zip", force=True, why="disk failure")
    assert content(tmp_path / "gradebook.db") == before


def test_a_restore_that_breaks_off_leaves_the_gradebook_as_it_was(
    where: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from trainkit.gradebook import backup

    fill(where)
    with Gradebook(where) as book:
        back_up(book, tmp_path / "spring.zip")
    before = content(where)
    whole = backup._rows

    def broken(archive: zipfile.ZipFile, table: Any) -> Any:
        if table.name == "result":
            raise RuntimeError("power cut")
        return whole(archive, table)

    monkeypatch.setattr(backup, "_rows", broken)
    with pytest.raises(RuntimeError, match="power cut"):
        restore(where, tmp_path / "spring.zip", force=True, why="disk failure")
    assert content(where) == before


def test_a_gradebook_that_stays_locked_is_not_restored(
    where: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "_PATIENCE", 0.05)
    fill(where)
    with Gradebook(where) as book:
        back_up(book, tmp_path / "spring.zip")
    before = content(where)
    refused = pytest.raises(GradingError, match="Another program has kept the gradebook")
    with closing(Database(where)) as other, other.alone(), refused:
        restore(where, tmp_path / "spring.zip", force=True, why="disk failure")
    assert content(where) == before


def test_a_backup_of_an_older_schema_is_brought_up_on_the_way(elsewhere: Path | str, tmp_path: Path):
    from trainkit.gradebook import backup

    old = tmp_path / "old.db"
    script = Path(__file__).parent / "data" / "gradebook-0.1.sql"
    with closing(sqlite3.connect(old)) as db:
        db.executescript(script.read_text(encoding="utf-8"))
    database = Database(old)
    with database.alone() as connection:
        upgrade(connection, "0001")
    with database.connecting() as connection, (tmp_path / "old.zip").open("w+b") as file:
        backup._write(connection, file)
    database.close()
    restore(elsewhere, tmp_path / "old.zip")
    with Gradebook(elsewhere) as book:
        assert [(s.trainee.name, s.awarded) for s in book.latest()] == [
            ("lin-yue", 2.0),
            ("me", 2.0),
            ("陈博", 0.5),
        ]
        assert len(book.standings()) == 3


def test_a_backup_knows_every_table(tmp_path: Path):
    with Gradebook(tmp_path / "gradebook.db") as book:
        back_up(book, tmp_path / "spring.zip")
        with book.database.connecting() as connection:
            found = MetaData()
            found.reflect(connection)
    with zipfile.ZipFile(tmp_path / "spring.zip") as archive:
        names = {name.removesuffix(".jsonl") for name in archive.namelist()} - {"manifest.json"}
    assert names == set(found.tables) - {"alembic_version"} == set(records.Base.metadata.tables)
