"""Missing values: what counts as one, said once for every function.

The rule: null, NaN, NaT, `None` and `pandas.NA` are missing, however a library writes it. Rows are dropped as
a whole, so that paired columns stay paired, and a missing key is no customer, channel or basket.
"""

from __future__ import annotations

from typing import Any, TypeVar

import narwhals.stable.v2 as nw

__all__ = ["is_missing", "known", "listed", "nulled"]

_Frame = TypeVar("_Frame", nw.LazyFrame[Any], nw.DataFrame[Any])


def is_missing(value: Any) -> bool:
    """Return whether a plain value stands for nothing.

    >>> [is_missing(v) for v in (None, float("nan"), 0, "")]
    [True, True, False, False]
    """
    if value is None:
        return True
    try:
        # Only NaN and NaT differ from themselves.
        return bool(value != value)
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"  # pandas.NA is neither true nor false


def known(frame: _Frame, *columns: str) -> _Frame:
    """Return the rows in which none of `columns` is missing."""
    schema = frame.collect_schema()
    for column in dict.fromkeys(columns):
        there = ~nw.col(column).is_null()
        # Most libraries have NaN beside null, and take it for a number.
        frame = (
            frame.filter(there, ~nw.col(column).is_nan())
            if schema[column].is_float()
            else frame.filter(there)
        )
    return frame


def nulled(frame: nw.LazyFrame[Any], column: str) -> nw.Expr:
    """Return a column in which every missing value is null, so that a sum leaves it out."""
    if not frame.collect_schema()[column].is_float():
        return nw.col(column)
    return nw.when(~nw.col(column).is_nan()).then(nw.col(column))


def listed(series: nw.Series[Any]) -> list[Any]:
    """Return a column as a list, with `None` for everything missing."""
    return [None if is_missing(value) else value for value in series.to_list()]
