"""Bringing a gradebook's tables to the present schema, whichever version of trainkit made them.

A new gradebook gets the present tables at once, and one that is up to date is only asked for its number, so
that Alembic is loaded for nothing but a migration.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select
from sqlalchemy.orm import Session

from trainkit.errors import GradingError
from trainkit.gradebook import records
from trainkit.gradebook.database import Database
from trainkit.i18n import _

__all__ = ["bring_up", "revision", "upgrade"]

#: The schema of gradebooks from before there were numbers.
_FIRST = "0001"

#: The table in which Alembic keeps the number.
_VERSION = Table(
    "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True, nullable=False)
)


def bring_up(database: Database) -> None:
    """Make the tables, or bring them to the present schema without loss.

    Raises:
        GradingError: a newer trainkit made them, or the database can't be opened or is in use for too long.
    """
    with database.connecting() as connection:
        if revision(connection) == records.SCHEMA:
            return

    def work(session: Session) -> None:
        connection = session.connection()
        found = revision(connection)
        if found == "":
            records.Base.metadata.create_all(connection)
            _stamp(connection, records.SCHEMA)
        elif found != records.SCHEMA:  # several may be here at the same time: the others find it done
            upgrade(connection, records.SCHEMA)

    database.write(work)


def revision(connection: Connection) -> str:
    """Return the number of the schema; nothing if there are no tables."""
    tables = inspect(connection)
    if tables.has_table(_VERSION.name):
        return connection.scalars(select(_VERSION.c.version_num)).first() or ""
    return _FIRST if tables.has_table(records.Submission.__tablename__) else ""


def upgrade(connection: Connection, target: str) -> None:
    """Run the migrations up to `target`, within the connection's transaction.

    Raises:
        GradingError: the tables' number or the target is none of ours, so it's from a newer trainkit.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    found = revision(connection)
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    for number in (found, target):
        if number and number not in known:
            raise GradingError(
                _(
                    "A newer version of trainkit made this gradebook: its schema is {found}, and this "
                    "version knows {known}. Upgrade trainkit."
                ).format(found=number, known=records.SCHEMA)
            )
    if found and not inspect(connection).has_table(_VERSION.name):
        _stamp(connection, found)
    command.upgrade(config, target)


def _stamp(connection: Connection, number: str) -> None:
    _VERSION.create(connection)
    connection.execute(insert(_VERSION).values(version_num=number))
