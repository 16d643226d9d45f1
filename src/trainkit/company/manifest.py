"""The manifest of a folder of tables: `datapackage.json` in the Frictionless format.

Besides what the format asks for, each resource carries `content`, the hash of its values, and both languages'
descriptions (https://datapackage.org).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainkit.company.schema import TABLES, Column, Table
from trainkit.company.schema.model import BOOL, DATE, FLOAT, INT, TEXT, TIME
from trainkit.errors import DataError
from trainkit.files import write_atomic
from trainkit.i18n import _

__all__ = ["MANIFEST", "Entry", "read", "write"]

#: Name of the manifest's file.
MANIFEST = "datapackage.json"

_TYPES = {TEXT: "string", INT: "integer", FLOAT: "number", BOOL: "boolean", TIME: "datetime", DATE: "date"}
_MEDIA = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Entry:
    """One file of a folder of tables."""

    table: str
    path: str
    rows: int
    size: int
    #: Hash of the file's bytes, `sha256:…`.
    file: str
    #: Hash of the values, see `hashing`.
    content: str


def write(directory: Path, entries: Iterable[Entry], *, seed: int, variant: int, customers: int) -> Path:
    """Write the manifest of the files in `directory` and return its path."""
    package = {
        "name": "lantai",
        "title": "Lantai Electronics · 澜泰电子",
        "description": "An invented company. All customers are invented, too.",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "generator": {"seed": seed, "variant": variant, "customers": customers},
        "resources": [_resource(entry) for entry in entries],
    }
    path = directory / MANIFEST
    write_atomic(path, json.dumps(package, ensure_ascii=False, indent=1) + "\n")
    return path


def read(directory: Path) -> dict[str, Entry]:
    """Read the manifest of a folder.

    Returns:
        The files by table.

    Raises:
        DataError: the manifest is missing or damaged.
    """
    path = directory / MANIFEST
    try:
        package: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {
            resource["name"]: Entry(
                resource["name"],
                resource["path"],
                resource["rows"],
                resource["bytes"],
                resource["hash"],
                resource["content"],
            )
            for resource in package["resources"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            _("The manifest {path} can't be read ({error}).").format(path=path, error=error)
        ) from error


def _resource(entry: Entry) -> dict[str, Any]:
    table, form = TABLES[entry.table], entry.path.rsplit(".", 1)[-1]
    return {
        "name": table.name,
        "path": entry.path,
        "format": form,
        "mediatype": _MEDIA[form],
        "description": table.en,
        "description_zh": table.zh,
        "rows": entry.rows,
        "bytes": entry.size,
        "hash": entry.file,
        "content": entry.content,
        "schema": _schema(table),
    }


def _schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns]}
    if table.keys:
        schema["primaryKey"] = table.key or list(table.keys)
    references: list[Mapping[str, Any]] = []
    for column in table.columns:
        if column.references:
            resource, field = column.references.split(".")
            references.append({"fields": column.name, "reference": {"resource": resource, "fields": field}})
    if references:
        schema["foreignKeys"] = references
    return schema


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": not column.nullable}
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    if column.codes:
        constraints["enum"] = list(column.codes)
    field: dict[str, Any] = {"name": column.name, "type": _TYPES[column.kind]}
    if column.kind == TIME:
        field["format"] = "%Y-%m-%d %H:%M:%S"
    if column.unit:
        field["unit"] = column.unit
    return field | {
        "description": column.en,
        "description_zh": column.zh,
        "constraints": constraints,
    }
