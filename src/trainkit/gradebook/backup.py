"""Backups of a gradebook: one file that can be restored into SQLite and into PostgreSQL.

A backup is a zip archive with a manifest and one file of JSON lines a table. It holds personal data and is
written so that only its owner may read it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, LargeBinary, MetaData, Table, func, insert, select, text
from sqlalchemy.orm import Session

from trainkit import __version__
from trainkit.errors import GradingError
from trainkit.gradebook import records
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.database import Database
from trainkit.gradebook.marking import reason_of
from trainkit.gradebook.migrations import revision, upgrade
from trainkit.gradebook.trail import whoami
from trainkit.i18n import _

__all__ = ["back_up", "restore"]

_FORMAT = "trainkit gradebook 1"
_MANIFEST = "manifest.json"

#: What reading a damaged archive may raise.
_DAMAGE = (EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)

#: Rows that are read and written at a time.
_CHUNK = 200


def back_up(book: Gradebook, target: Path, *, force: bool = False, who: str = "") -> int:
    """Write all of a gradebook into one file, as it is at one moment; graders may go on.

    Args:
        book: the gradebook.
        target: the file.
        force: replace a file that is there.
        who: does it; the user of this process by default.

    Returns:
        How many rows it holds.

    Raises:
        GradingError: the file is there, or can't be written.
    """
    if target.exists() and not force:
        raise GradingError(_("{path} exists. Replace it with --force.").format(path=target))
    try:
        rows = _save(book, target)
    except OSError as error:
        raise GradingError(
            _("{path} can't be written: {error}").format(path=target, error=error.strerror)
        ) from error
    book.note("backup", f"{rows} rows", who=who)
    return rows


def restore(where: Path | str, source: Path, *, force: bool = False, why: str = "", who: str = "") -> int:
    """Put a backup in the place of a gradebook, in one transaction.

    Args:
        where: the gradebook's file or URL.
        source: the backup.
        force: replace what is in the gradebook.
        why: for the audit trail; with `force` there must be one.
        who: does it; the user of this process by default.

    Returns:
        How many rows it held.

    Raises:
        GradingError: the file is no backup, is damaged, or comes from a newer trainkit; or something is in
            the gradebook and `force` isn't set.
        InputError: what is in the gradebook is replaced without a reason.
    """
    why = reason_of(why) if force else why.strip()
    try:
        with zipfile.ZipFile(source) as archive, tempfile.TemporaryDirectory() as folder:
            manifest = _checked(archive, source)
            if manifest["schema"] == records.SCHEMA:
                return _replace(where, archive, manifest, force=force, why=why, who=who)
            renewed = Path(folder) / "renewed.zip"
            _renew(archive, manifest, Path(folder) / "staged.db", renewed)
            with zipfile.ZipFile(renewed) as fresh:
                return _replace(where, fresh, _checked(fresh, source), force=force, why=why, who=who)
    except (OSError, zipfile.BadZipFile) as error:
        raise GradingError(
            _("{path} can't be read as a backup: {error}").format(path=source, error=error)
        ) from error


def _save(book: Gradebook, target: Path) -> int:
    """Write a backup beside its place, private, and move it there when it's complete."""
    handle, part = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "w+b") as file, book.database.connecting() as connection:
            rows = _write(connection, file)
        Path(part).replace(target)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    return rows


def _write(connection: Connection, file: Any) -> int:
    tables: dict[str, Any] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in _tables(connection):
            digest, count = hashlib.sha256(), 0
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as out:
                for row in connection.execution_options(yield_per=_CHUNK).execute(
                    select(table).order_by(table.c.id)
                ):
                    line = json.dumps({k: _encoded(v) for k, v in row._mapping.items()}).encode() + b"\n"
                    out.write(line)
                    digest.update(line)
                    count += 1
            tables[table.name] = {"rows": count, "sha256": digest.hexdigest()}
        manifest = {
            "format": _FORMAT,
            "schema": revision(connection),
            "made_by": f"trainkit {__version__}",
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "tables": tables,
        }
        archive.writestr(_MANIFEST, json.dumps(manifest, indent=2))
    return sum(entry["rows"] for entry in tables.values())


def _tables(connection: Connection) -> list[Table]:
    """Return the tables as they are in the database, those first that others refer to.

    They are read from there because the records of this version may know more than an older database has.
    What others keep in the same database isn't touched.
    """
    ours = records.Base.metadata.tables
    found = MetaData()
    found.reflect(connection, only=lambda name, _metadata: name in ours)
    return found.sorted_tables


def _encoded(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, datetime):
        # SQLite forgets the zone: it is UTC.
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value


def _decoded(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(row)
    for column in table.columns:
        value = values.get(column.name)
        if isinstance(value, str) and isinstance(column.type, LargeBinary):
            values[column.name] = base64.b64decode(value)
        elif isinstance(value, str) and isinstance(column.type, DateTime):
            values[column.name] = datetime.fromisoformat(value)
    return values


def _checked(archive: zipfile.ZipFile, source: Path) -> dict[str, Any]:
    """Return the manifest of a backup after every file was compared with it."""
    try:
        manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
        if manifest["format"] != _FORMAT:
            raise ValueError(manifest["format"])
        tables = {f"{name}.jsonl": entry["sha256"] for name, entry in manifest["tables"].items()}
        if unlisted := set(archive.namelist()) - {*tables, _MANIFEST}:
            raise ValueError(min(unlisted))
        for name, expected in tables.items():
            if _digest(archive, name) != expected:
                raise ValueError(name)
    except (KeyError, TypeError, AttributeError, ValueError, *_DAMAGE) as error:
        raise GradingError(
            _("{path} is no backup of a gradebook, or it is damaged ({error}).").format(
                path=source, error=error
            )
        ) from error
    return manifest


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    """Return the hash of a file in an archive; nothing if it can't be unpacked."""
    digest = hashlib.sha256()
    try:
        with archive.open(name) as file:
            while block := file.read(2**20):
                digest.update(block)
    except _DAMAGE:
        return ""
    return digest.hexdigest()


def _renew(archive: zipfile.ZipFile, manifest: Mapping[str, Any], staged: Path, renewed: Path) -> None:
    """Bring a backup of an older schema to the present one, by way of a gradebook of its time."""
    database = Database(staged)
    try:
        with database.alone() as connection:
            upgrade(connection, str(manifest["schema"]))
            _fill(connection, archive, manifest)
            upgrade(connection, records.SCHEMA)
        with database.connecting() as connection, renewed.open("w+b") as file:
            _write(connection, file)
    finally:
        database.close()


def _replace(
    where: Path | str,
    archive: zipfile.ZipFile,
    manifest: Mapping[str, Any],
    *,
    force: bool,
    why: str,
    who: str,
) -> int:
    def work(session: Session) -> int:
        connection = session.connection()
        tables = _tables(connection)
        if not force and any(connection.scalar(select(func.count()).select_from(t)) for t in tables):
            raise GradingError(_("The gradebook isn't empty. Replace what is in it with --force."))
        for table in reversed(tables):
            connection.execute(table.delete())
        count = _fill(connection, archive, manifest)
        what = f"{count} rows, backup of {manifest['made_at']}"
        session.add(records.Audit(who=who or whoami(), action="restore", what=what, why=why))
        return count

    with Gradebook(where) as book:
        return book.database.write(work)


def _fill(connection: Connection, archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> int:
    """Insert the rows of a backup into empty tables and return their number."""
    tables = _tables(connection)
    unknown = manifest["tables"].keys() - {table.name for table in tables}
    if unknown:
        raise GradingError(
            _("The backup has unknown tables: {names}.").format(names=", ".join(sorted(unknown)))
        )
    for table in tables:
        rows = _rows(archive, table)
        while chunk := list(islice(rows, _CHUNK)):
            connection.execute(insert(table), chunk)
        if connection.dialect.name == "postgresql":
            # The next row that is added takes the number after the last.
            sequence = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
            last = "coalesce(max(id), 1), max(id) is not null"
            connection.execute(text(f'select setval({sequence}, {last}) from "{table.name}"'))
    return sum(entry["rows"] for entry in manifest["tables"].values())


def _rows(archive: zipfile.ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    name = f"{table.name}.jsonl"
    if name in archive.namelist():
        with archive.open(name) as file:
            for line in file:
                yield _decoded(table, json.loads(line))
