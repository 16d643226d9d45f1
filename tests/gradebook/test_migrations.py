"""Gradebooks of other versions: older ones are brought up without loss, newer ones are left alone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from graded import graded
from sqlalchemy import inspect, text
from submitted import INFO

from trainkit.errors import GradingError
from trainkit.gradebook import records
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.database import Database
from trainkit.gradebook.migrations import bring_up, revision, upgrade

#: A gradebook as trainkit 0.1 wrote it, before schemas had numbers.
OLD = Path(__file__).parent / "data" / "gradebook-0.1.sql"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "gradebook.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(OLD.read_text(encoding="utf-8"))
    return path


def migrated(database: Database) -> None:
    with database.alone() as connection:
        upgrade(connection, records.SCHEMA)


@pytest.mark.parametrize("make", [migrated, bring_up])
def test_migrations_and_records_agree(where: Path | str, make: Callable[[Database], None]):
    """A gradebook that was migrated step by step has the tables of one that was made at once."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database = Database(where)
    make(database)
    with database.connecting() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, records.Base.metadata) == []
        assert revision(connection) == records.SCHEMA
    database.close()


def test_the_schema_is_the_last_migration():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(records.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [records.SCHEMA]


def test_an_old_gradebook_is_brought_up_without_loss(old: Path):
    with Gradebook(old) as book:
        assert [(s.trainee.name, s.trainee.lang, s.source, s.awarded, s.points) for s in book.latest()] == [
            ("lin-yue", "zh", "file", 2.0, 4.0),
            ("me", "en", "page", 2.0, 4.0),
            ("陈博", "en", "file", 0.5, 4.0),
        ]
        lin, *_others = book.latest()
        assert [(m.name, m.earned, m.flag, m.manual, m.comment) for m in lin.marks] == [
            ("double", 2.0, "", None, ""),
            ("size", 0.0, "hard-coded", None, ""),
            ("squares", 0.0, "", None, ""),
        ]
        assert [(r.outcome, r.codes, r.value, r.reason) for r in lin.executions[1].results] == [
            ("mistake", ["NPS-1"], 20.0, ""),
            ("not attempted", [], None, ""),
            ("invalid", [], None, "No table."),
        ]
        assert (lin.executions[0].failures, lin.executions[0].not_run) == ([[3, "NameError", "no x"]], [])
        assert book.received("陈博", "9-01") == b"the file of chen-bo"


def test_what_was_graded_before_is_evidence_too(old: Path):
    with Gradebook(old) as book:
        found = [(s.trainee, s.competency, s.level, s.awarded, s.points, s.shown) for s in book.standings()]
    assert found == [
        ("lin-yue", "C1", "junior", 2.0, 4.0, False),
        ("me", "C1", "junior", 2.0, 4.0, False),
        ("陈博", "C1", "junior", 0.5, 4.0, False),
    ]


def test_an_old_gradebook_goes_on(old: Path):
    with Gradebook(old) as book:
        [change] = book.record("lin-yue", INFO, graded("c1", earned=1.0), plan="q", received=b"x")[:1]
    assert (change.answer, change.before, change.after) == ("double", 2.0, 1.0)
    with Gradebook(old) as book:
        assert book.latest(trainee="lin-yue")[0].earned == 1.0


def test_an_old_gradebook_in_postgresql_is_brought_up(postgres_url: str):
    database = Database(postgres_url)
    with database.alone() as connection:
        upgrade(connection, "0001")
        connection.execute(text("drop table alembic_version"))  # trainkit 0.1 had none
        for statement in (
            "insert into trainee values (1, 'lin-yue', 'zh')",
            """insert into exercise values (1, '1-06', 'first', 2,
               '{"id": "1-06", "level": "junior", "competencies": ["C4", "C1"]}')""",
            """insert into submission values
               (1, 1, 1, 'file', 'c1', 'p', 'graded', '', 1.5, 2, now(), now(), 'x')""",
            "insert into execution values (1, 1, 0, false, 'complete', '', 'bubblewrap', 1, '[]')",
            "insert into result values (1, 1, 'nps', 'right', '[]', '20.0', '')",
            "insert into mark values (1, 1, 'nps', 2, 1.5, '')",
        ):
            connection.execute(text(statement))
    database.close()
    with Gradebook(postgres_url) as book:
        [submission] = book.latest()
        assert repr(submission.executions[0].results[0].value) == "20.0"
        assert [(e.competency, e.share) for e in submission.evidence] == [("C4", 0.75), ("C1", 0.75)]


def test_a_gradebook_of_a_newer_version_is_refused_and_left_alone(where: Path | str):
    with Gradebook(where) as book:
        book.record("lin-yue", INFO, graded(), plan="p", received=b"x")
        with book.database.alone() as connection:
            connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(GradingError, match=r"its schema is 9999.*Upgrade trainkit"):
        Gradebook(where)
    database = Database(where)
    with database.connecting() as connection:
        assert revision(connection) == "9999"
        assert connection.scalar(text("select count(*) from submission")) == 1
    database.close()


def test_a_migration_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch):
    from alembic import op

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(op, "get_bind", broken)  # the last step of the second migration asks for it
        with pytest.raises(RuntimeError, match="power cut"):
            Gradebook(old)
    with closing(sqlite3.connect(old)) as db:
        tables = {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}
        columns = [row[1] for row in db.execute("pragma table_info(trainee)")]
    assert tables == {"trainee", "exercise", "submission", "execution", "result", "mark"}
    assert columns == ["id", "name", "lang"]
    with Gradebook(old) as book:
        assert len(book.latest()) == 3


def test_several_may_bring_it_up_at_the_same_time(old: Path):
    code = (
        "import sys; from pathlib import Path; from trainkit.gradebook.book import Gradebook\n"
        "with Gradebook(Path(sys.argv[1])) as book: print(len(book.latest()))"
    )
    command = [sys.executable, "-c", code, str(old)]
    openers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = [opener.communicate(timeout=120) for opener in openers]
    assert [out.strip() for out, _errors in said] == ["3", "3", "3"], said
    database = Database(old)
    with database.connecting() as connection:
        assert "audit" in inspect(connection).get_table_names()
    database.close()


def test_alembic_is_loaded_for_nothing_but_a_migration(tmp_path: Path):
    """The exercise page opens a gradebook whenever something is submitted."""
    code = (
        "import sys; from pathlib import Path; from trainkit.gradebook.book import Gradebook\n"
        "for _ in range(2): Gradebook(Path(sys.argv[1])).close()\n"
        "print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "gradebook.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
