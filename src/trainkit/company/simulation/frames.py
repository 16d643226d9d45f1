"""From arrays to pandas frames with the schema's columns and dtypes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from trainkit.company.schema import Column, Table
from trainkit.company.schema.model import INT, TEXT

__all__ = ["frame", "numbered"]


def numbered(prefix: str, numbers: np.ndarray, digits: int) -> np.ndarray:
    """Make identifiers like `C00001`; larger numbers just get longer.

    >>> numbered("C", np.array([1, 234567]), 5).tolist()
    ['C00001', 'C234567']
    """
    padded = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, padding="0")
    return pc.binary_join_element_wise(prefix, padded, "").to_numpy(zero_copy_only=False)


def frame(table: Table, columns: dict[str, np.ndarray]) -> pd.DataFrame:
    """Build the frame of a table; columns stand in the schema's order."""
    return pd.DataFrame({column.name: _series(column, columns[column.name]) for column in table.columns})


def _series(column: Column, values: np.ndarray) -> pd.Series:
    if column.kind == TEXT:
        return pd.Series(values, dtype="str")
    if column.kind == INT and column.nullable:
        gaps = np.isnan(values)
        return pd.Series(pd.arrays.IntegerArray(np.where(gaps, 0, values).astype(np.int64), gaps))
    return pd.Series(values.astype(column.dtype))
