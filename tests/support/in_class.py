"""Fixtures of tests that grade: a tiny exercise made ready, submissions, new gradebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import postgres
import pytest
from submitted import INFO, NUMBERS, key

from trainkit.classes.assignment import Assignment, Prepared, activity_file

#: What a test is given that runs on a database server.
SERVER = "postgresql"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests on PostgreSQL: each has a database of its own there, which takes a second."""
    for item in items:
        if isinstance(item, pytest.Function):
            given = item.callspec.params.values() if hasattr(item, "callspec") else ()
            if "postgres_server" in item.fixturenames or any(value is SERVER for value in given):
                item.add_marker(pytest.mark.slow)


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    ready = []
    for variant, number in NUMBERS.items():
        tables = tmp_path / "tables" / str(variant)
        tables.mkdir(parents=True)
        (tables / "number.txt").write_text(str(number))
        ready.append(Prepared(variant, tables, key(variant)))
    return Assignment(INFO, activity_file(INFO, tmp_path / "tables"), ready[0], tuple(ready[1:]))


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[..., Path]:
    """Lay a file into a folder of submissions, and return that folder."""
    folder = tmp_path / "class" / "submissions"

    def lay(trainee: str, raw: bytes, exercise: str = "9-01") -> Path:
        path = folder / trainee / f"{exercise}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        return folder

    return lay


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL that runs while the tests do."""
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("PostgreSQL isn't installed here: no initdb on PATH or in /usr/lib/postgresql")
    pytest.importorskip("psycopg", reason="psycopg isn't installed: pip install 'trainkit[postgres]'")
    with postgres.server(programs) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a new, empty database in PostgreSQL."""
    with postgres.database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", SERVER])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A place for a new gradebook: a file, and a database in PostgreSQL."""
    if request.param == "sqlite":
        return tmp_path / "grades" / "gradebook.db"
    url: str = request.getfixturevalue("postgres_url")
    return url
