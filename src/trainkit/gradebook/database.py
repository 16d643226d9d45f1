"""The database below a gradebook: SQLite or PostgreSQL, private, with one writer at a time.

Writers wait for each other, so that none of them works on what another is about to change; readers see the
state between two transactions and never wait.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from trainkit import files
from trainkit.errors import GradingError, InputError
from trainkit.extras import needed
from trainkit.gradebook import records
from trainkit.i18n import _
from trainkit.rights import make_private

__all__ = ["Database", "is_full"]

#: Seconds that a writer waits for another one before it counts as a failed try.
_PATIENCE = 10

#: How often a transaction is tried.
_TRIES = 5

#: PostgreSQL: serialization failure, deadlock, lock not available.
_TRANSIENT = {"40001", "40P01", "55P03"}

#: PostgreSQL: disk full.
_DISK_FULL = "53100"

T = TypeVar("T")


class Database:
    """A database by its file or its URL.

    Args:
        where: the path of a SQLite file, made when it isn't there, or a URL as SQLAlchemy knows them.

    Raises:
        GradingError: the file can't be made.
        InputError: the URL can't be read, or is of no database that there is a driver for.
        MissingExtra: the driver of this database isn't installed.
    """

    def __init__(self, where: Path | str) -> None:
        url = URL.create("sqlite", database=str(where)) if isinstance(where, Path) else _read_url(where)
        self.path = _file(url)
        if self.path is not None:
            try:
                make_private(self.path)
            except OSError as error:
                raise _unusable(self.path, error.strerror) from error
        self.engine = _engine(url)

    @property
    def dialect(self) -> str:
        """The kind of database: `sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that sees one state of the database, however long it reads."""
        with self.connecting() as connection, Session(connection) as session:
            yield session

    @contextmanager
    def connecting(self) -> Iterator[Connection]:
        """Yield a connection that reads, and sees one state of the database.

        Raises:
            GradingError: the database can't be reached, or isn't one.
        """
        with self._connect() as connection:
            if self.dialect == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    def write(self, work: Callable[[Session], T]) -> T:
        """Do some work in one transaction and return its result; it is stored as a whole or not at all.

        Args:
            work: gets a session; it may be called again after a conflict, so it does nothing but write.

        Raises:
            GradingError: another program has kept the database for too long, or it can't be reached.
        """
        for left in reversed(range(_TRIES)):
            try:
                with self.alone() as connection, Session(connection, expire_on_commit=False) as session:
                    result = work(session)
                    session.commit()
                    return result
            except DBAPIError as error:
                if not _is_transient(error):
                    raise
                if not left:
                    raise _in_use() from error
                time.sleep(random.uniform(0.01, 0.1))  # so that two that collided don't collide again
        raise AssertionError("unreachable: the last try returns or raises")

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Yield a connection in a transaction of the only writer; who yields back without error commits."""
        with self._connect() as connection:
            connection.execution_options(trainkit_writes=True)
            with connection.begin():
                if self.dialect == "postgresql":
                    connection.execute(text(f"set local lock_timeout = '{_PATIENCE}s'"))
                    # One lock a schema: several classes may live in one database.
                    connection.execute(
                        text("select pg_advisory_xact_lock(hashtext('trainkit ' || current_schema()))")
                    )
                yield connection

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        try:
            connection = self.engine.connect()
        except (DBAPIError, sqlite3.Error) as error:
            where = self.path or self.engine.url.render_as_string(hide_password=True)
            raise _unusable(where, getattr(error, "orig", error)) from error
        with connection:
            yield connection

    def require_unused(self) -> None:
        """See that `scrub` can be done. A server needs no check: there it waits for its turn.

        Raises:
            GradingError: another program uses the file.
        """
        if self.dialect == "sqlite":
            self._run(["pragma wal_checkpoint(truncate)"])

    def scrub(self) -> None:
        """Rewrite the files of the database, so that nothing remains in them of what was deleted.

        Raises:
            GradingError: another program uses the database.
        """
        if self.dialect == "sqlite":
            self._run(["vacuum", "pragma wal_checkpoint(truncate)"])
        elif self.dialect == "postgresql":
            tables = [f'"{table.name}"' for table in records.Base.metadata.sorted_tables]
            # The statistics hold frequent values, names among them; they are renewed, and the old ones go.
            rewrite = [f"vacuum (full, analyze) {table}" for table in tables]
            self._run([f"set lock_timeout = '{_PATIENCE}s'", *rewrite, "vacuum full pg_catalog.pg_statistic"])

    def _run(self, commands: list[str]) -> None:
        """Run commands outside of any transaction."""
        with self._outside() as connection:
            for command in commands:
                try:
                    done = connection.execute(command)
                except connection.OperationalError as error:
                    raise _in_use() from error
                if self.dialect == "sqlite" and (done.fetchone() or (0,))[0]:  # a checkpoint's "busy"
                    raise _in_use()

    @contextmanager
    def _outside(self) -> Iterator[Any]:
        """Yield the driver's connection outside of any transaction."""
        pooled = self.engine.raw_connection()
        driver: Any = pooled.driver_connection
        try:
            if self.dialect == "postgresql":
                driver.rollback()
                driver.autocommit = True
            yield driver
        finally:
            pooled.invalidate()  # its settings are no others' business
            pooled.close()


def _in_use() -> GradingError:
    return GradingError(_("Another program has kept the gradebook for too long. Try again when it's done."))


def _unusable(where: Path | str, reason: object) -> GradingError:
    return GradingError(_("The gradebook {where} can't be opened: {error}").format(where=where, error=reason))


def _read_url(where: str) -> URL:
    try:
        url = make_url(where)
    except ArgumentError as error:
        raise InputError(
            _("This isn't the URL of a database. Expected one such as {example}.").format(
                example="postgresql://grader@db.example.org/spring"
            )
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    return url


def _file(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def _engine(url: URL) -> Engine:
    sqlite = url.get_backend_name() == "sqlite"
    try:
        # Parameters hold names and answers: they stay out of messages and logs.
        with needed("postgres"):
            engine = create_engine(
                url,
                hide_parameters=True,
                connect_args={"timeout": _PATIENCE} if sqlite else {},
                pool_pre_ping=not sqlite,
            )
    except NoSuchModuleError as error:
        said = _("There is no driver for {name}. A gradebook is kept in SQLite or PostgreSQL.")
        raise InputError(said.format(name=url.drivername)) from error
    if sqlite:
        event.listen(engine, "connect", _settle_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _settle_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Let readers and a writer work side by side, leave transactions to us, and erase what is deleted."""
    connection.isolation_level = None
    for pragma in ("journal_mode = wal", "synchronous = normal", "foreign_keys = on", "secure_delete = on"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that only later finds out that it writes can't wait for another writer; this one can.
    writes = connection.get_execution_options().get("trainkit_writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def is_full(error: BaseException) -> bool:
    """Tell whether an error says that there is no room on the disk of a database, or any other."""
    origin = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(origin, sqlite3.OperationalError):
        # With a log beside the database, SQLite calls it an error of writing.
        return origin.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
    return getattr(origin, "sqlstate", None) == _DISK_FULL or files.is_full(error)


def _is_transient(error: DBAPIError) -> bool:
    if isinstance(error, OperationalError) and isinstance(error.orig, sqlite3.OperationalError):
        return error.orig.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(error.orig, "sqlstate", None) in _TRANSIENT
