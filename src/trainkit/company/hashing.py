"""A fingerprint of a table's values: equal on every machine, whatever file format holds them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from trainkit.company.schema import Column, Table
from trainkit.company.schema.model import BOOL, DATE, FLOAT, INT, TEXT, TIME

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["Fingerprint", "content_hash", "file_hash"]


class Fingerprint:
    """Collects the rows of a table, part by part, into one hash.

    Each column is hashed on its own, so the parts' borders leave no trace.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns = {column.name: hashlib.sha256() for column in table.columns}
        self._rows = 0

    def add(self, part: pd.DataFrame) -> None:
        """Add the next rows."""
        self._rows += len(part)
        for column in self._table.columns:
            self._columns[column.name].update(_bytes(column, part[column.name]))

    def hexdigest(self) -> str:
        """Return the hash of all rows so far, 64 hexadecimal digits."""
        total = hashlib.sha256(f"{self._table.name}:{self._rows}".encode())
        for name, digest in self._columns.items():
            total.update(name.encode() + digest.digest())
        return total.hexdigest()


def content_hash(table: Table, frame: pd.DataFrame) -> str:
    """Return the hash of a frame's values in the table's columns, 64 hexadecimal digits."""
    fingerprint = Fingerprint(table)
    fingerprint.add(frame)
    return fingerprint.hexdigest()


def file_hash(data: bytes) -> str:
    """Return the hash of a file's bytes as Frictionless writes it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


_NUMPY = {INT: "<i8", FLOAT: "<f8", BOOL: "|b1", TIME: "<M8[us]", DATE: "<M8[us]"}


def _bytes(column: Column, values: pd.Series) -> bytes:
    """Write values so that equal ones give equal bytes; a missing value is marked as such."""
    if column.kind == TEXT:
        # Control characters don't occur in the texts: one ends a value, the other stands for a missing one.
        return "".join(f"{text}\x1f" for text in values.fillna("\x1e").tolist()).encode()
    if column.dtype == "Int64":
        gaps = values.isna().to_numpy(dtype=bool)
        return _pairs(values.fillna(0).to_numpy(dtype="<i8"), gaps)
    array = values.to_numpy(dtype=_NUMPY[column.kind])
    if column.kind == FLOAT:
        gaps = array != array
        array = array + 0.0  # -0.0 and 0.0 are one value
        array[gaps] = 0
        return _pairs(array, gaps)
    return array.tobytes()


def _pairs(values: np.ndarray, gaps: np.ndarray) -> bytes:
    """Write each value with its own mark, so that parts can be hashed one after another."""
    import numpy as np

    pairs = np.empty(values.size, dtype=[("value", values.dtype), ("missing", "u1")])
    pairs["value"], pairs["missing"] = values, gaps
    return pairs.tobytes()
