"""Holding a frame against the schema: every rule that is broken, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trainkit.company.schema import TABLES, Column, find
from trainkit.company.store import read_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check", "check_folder"]

_COLUMNS = ["table", "column", "rule", "rows", "first"]


def check(name: str, frame: pd.DataFrame, others: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    """Hold a frame against the rules of a table.

    Args:
        name: name of the table.
        frame: the rows to check.
        others: other tables by name, for values that point to their keys; without a table, values that point
            to it aren't checked.

    Returns:
        One row a broken rule, in the order of the columns: `table`, `column`, `rule` (`missing column`,
        `type`, `missing value`, `code`, `range`, `key`, `reference`), `rows` with the number of rows that
        break it, and `first` with the first offending value. Empty if all is well.

    Raises:
        UnknownName: a table of that name doesn't exist.
    """
    import pandas as pd

    table = find(name)
    broken: list[tuple[str, str, int, object]] = []
    for column in table.columns:
        if column.name not in frame:
            broken.append((column.name, "missing column", len(frame), None))
            continue
        values = frame[column.name]
        if str(values.dtype) != column.dtype:
            broken.append((column.name, "type", len(frame), str(values.dtype)))
            continue
        for rule, wrong in _rules(column, values, others or {}):
            if wrong.any():
                broken.append((column.name, rule, int(wrong.sum()), values[wrong].iloc[0]))
    keys = list(table.keys)
    if keys and set(keys) <= set(frame.columns):
        twice = frame.duplicated(keys)
        if twice.any():
            first = frame.loc[twice, keys].iloc[0].tolist()
            broken.append((", ".join(keys), "key", int(twice.sum()), first))
    return pd.DataFrame([(name, *row) for row in broken], columns=_COLUMNS)


def check_folder(folder: Path) -> pd.DataFrame:
    """Hold all tables of a folder against the schema and the folder's manifest.

    Args:
        folder: files with their manifest, as `generate` writes them, in any of its formats.

    Returns:
        What `check` returns, for all tables; the rule `content` means that the values aren't those of the
        manifest.

    Raises:
        DataError: the manifest or a file can't be read.
    """
    import pandas as pd

    from trainkit.company import manifest
    from trainkit.company.hashing import content_hash

    entries = manifest.read(folder)
    frames = {name: read_table(TABLES[name], folder / entry.path) for name, entry in entries.items()}
    parts = [check(name, frame, frames) for name, frame in frames.items()]
    changed = [
        (name, "", "content", len(frame), None)
        for name, frame in frames.items()
        if content_hash(TABLES[name], frame) != entries[name].content
    ]
    parts.append(pd.DataFrame(changed, columns=_COLUMNS))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _rules(
    column: Column, values: pd.Series, others: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, pd.Series]]:
    """Yield each rule of a column with the rows that break it; a missing value breaks only its own rule."""
    there = values.notna()
    if not column.nullable:
        yield "missing value", ~there
    if column.codes:
        yield "code", there & ~values.isin(list(column.codes))
    if column.minimum is not None or column.maximum is not None:
        low = values < column.minimum if column.minimum is not None else ~there
        high = values > column.maximum if column.maximum is not None else ~there
        yield "range", there & (low.fillna(False).astype(bool) | high.fillna(False).astype(bool))
    if column.references:
        table, key = column.references.split(".")
        if table in others:
            yield "reference", there & ~values.isin(others[table][key])
