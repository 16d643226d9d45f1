"""Build the same column or frame in every library that the metrics promise to take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

__all__ = ["BACKENDS", "column", "frame", "plain"]


def _duckdb(data: Mapping[str, Sequence[Any]]) -> Any:
    return duckdb.from_arrow(_arrow(data))


def _arrow(data: Mapping[str, Sequence[Any]]) -> pa.Table:
    return pa.table({name: pa.array(list(values)) for name, values in data.items()})


def _nullable(data: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    return pd.DataFrame(data).convert_dtypes()


#: How to build a frame from a dictionary of lists; `None` is missing, and NaN stays NaN where there is one.
BACKENDS: dict[str, Callable[[Mapping[str, Sequence[Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "pandas-nullable": _nullable,
    "pandas-pyarrow": lambda data: _arrow(data).to_pandas(types_mapper=pd.ArrowDtype),
    "pyarrow": _arrow,
    "polars": lambda data: pl.DataFrame(dict(data), strict=False),
    "polars-lazy": lambda data: pl.LazyFrame(dict(data), strict=False),
    "duckdb": _duckdb,
}


def frame(backend: str, data: Mapping[str, Sequence[Any]]) -> Any:
    """Build a frame."""
    return BACKENDS[backend](data)


def column(backend: str, values: Sequence[Any]) -> Any:
    """Build a column: a series, or a frame with one column where the library has no series of its own."""
    built = frame(backend, {"value": values})
    return built if backend in ("polars-lazy", "duckdb") else built["value"]


def plain(result: Any) -> Any:
    """Return a metric's result as plain Python, whatever library it came from."""
    wrapped = nw.from_native(result, pass_through=True, eager_only=True)
    if isinstance(wrapped, nw.DataFrame):
        return {name: [_scalar(v) for v in wrapped[name].to_list()] for name in wrapped.columns}
    if isinstance(result, (tuple, np.ndarray)):
        return tuple(_scalar(v) for v in result)
    return _scalar(result)


def _scalar(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, float):
        return round(value, 9) + 0.0
    return value
