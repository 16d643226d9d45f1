"""What metrics accept, and how they get at it: columns and frames of any supported library.

A column is a list, a NumPy array, a pandas, Polars or PyArrow series, or a frame with exactly one column; the
last is how a Polars LazyFrame or a DuckDB relation gives one: `nps(relation.select("nps"))`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, InputError, MissingColumn, OutOfRange
from trainkit.i18n import _

__all__ = [
    "IntoColumn",
    "IntoFrame",
    "collect",
    "days",
    "eager",
    "extend",
    "keys",
    "lazy",
    "like",
    "native",
    "numbers",
    "present",
    "settle",
    "tally",
    "times",
]

IntoColumn: TypeAlias = Any
"""A column: list, array, series, or a frame with exactly one column."""
IntoFrame: TypeAlias = Any
"""A pandas, Polars (eager or lazy), PyArrow or DuckDB frame."""


def lazy(frame: IntoFrame, *columns: str) -> nw.LazyFrame[Any]:
    """Return `frame` for lazy work, after checking that it has `columns`.

    Raises:
        MissingColumn: some of them aren't there; all are named.
        InputError: it isn't a frame of a supported library.
    """
    try:
        wrapped = nw.from_native(frame)
    except TypeError:
        kind = type(frame).__name__
        message = _("A frame is needed (pandas, Polars, PyArrow or DuckDB). Got {kind}.").format(kind=kind)
        raise InputError(message) from None
    names = wrapped.collect_schema().names()
    if absent := [c for c in columns if c not in names]:
        message = _("The frame has no column {absent}. Its columns: {names}.")
        raise MissingColumn(message.format(absent=_quoted(absent), names=", ".join(names)))
    return wrapped.lazy()


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def collect(frame: nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
    """Compute a lazy frame; the rest of a metric works on the small result."""
    return frame.collect()


def settle(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Compute a step that several others start from, where the engine would do it again for each of them.

    Polars would. DuckDB and Spark keep theirs: what comes to this process must stay small.
    """
    return frame.collect().lazy() if frame.implementation.is_polars() else frame


def eager(frame: IntoFrame, *columns: str) -> nw.DataFrame[Any]:
    """Return `columns` of `frame`, computed: for small tables, and for what no lazy engine can do.

    Raises:
        MissingColumn: some of them aren't there.
        EmptyInput: the frame has no rows.
    """
    table = lazy(frame, *columns).select(list(dict.fromkeys(columns))).collect()
    if table.is_empty():
        raise EmptyInput(_("The frame has no rows."))
    return table


def times(series: nw.Series[Any]) -> np.ndarray:
    """Return a column of dates or times as NumPy microseconds; missing ones are NaT, zoned times in UTC.

    Raises:
        InputError: the column holds no times.
    """
    if isinstance(series.dtype, nw.Datetime) and series.dtype.time_zone:
        series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    try:
        array = series.cast(nw.Datetime("us")).to_numpy()
    except (TypeError, ValueError, nw.exceptions.NarwhalsError):
        raise InputError(_("`{name}` must hold times.").format(name=series.name)) from None
    if array.dtype.kind == "M":
        return array.astype("datetime64[us]")
    # pandas' Arrow columns come as objects, with its own mark for missing.
    return np.array(
        [None if missing else v for v, missing in zip(array, series.is_null().to_list(), strict=True)],
        "M8[us]",
    )


def days(series: nw.Series[Any]) -> np.ndarray:
    """Return a column of dates or times as NumPy days; missing ones are NaT."""
    return times(series).astype("datetime64[D]")


def native(frame: nw.DataFrame[Any]) -> Any:
    """Return the frame as the caller's library has it (Polars for lazy Polars, PyArrow for DuckDB)."""
    return frame.to_native()


def like(data: Mapping[str, Sequence[Any]], frame: nw.DataFrame[Any]) -> Any:
    """Build a result frame from `data` in the library of `frame`."""
    return nw.from_dict(dict(data), backend=frame.implementation).to_native()


def extend(rows: nw.DataFrame[Any], **columns: Sequence[Any] | np.ndarray) -> Any:
    """Return `rows` with more columns, in the caller's library and with all that its own columns are."""
    added = [nw.new_series(name, values, backend=rows.implementation) for name, values in columns.items()]
    return rows.with_columns(*added).to_native()


def _series(values: IntoColumn, name: str) -> nw.Series[Any] | None:
    """Return a column as a series; `None` for plain Python and NumPy values."""
    if isinstance(values, (list, tuple, range, np.ndarray)):
        return None
    try:
        wrapped = nw.from_native(values, allow_series=True)
    except TypeError:
        kind = type(values).__name__
        message = _("`{name}` must be a column: a list, an array or a series. Got {kind}.")
        raise InputError(message.format(name=name, kind=kind)) from None
    if isinstance(wrapped, nw.Series):
        return wrapped
    columns = wrapped.collect_schema().names()
    if len(columns) != 1:
        message = _("`{name}` must be one column. Got a frame with {count}: {columns}.")
        raise InputError(message.format(name=name, count=len(columns), columns=", ".join(columns)))
    return wrapped.lazy().collect()[columns[0]]


def numbers(
    values: IntoColumn,
    name: str,
    *,
    low: float | None = None,
    high: float | None = None,
    keep_missing: bool = False,
) -> np.ndarray:
    """Return a column as floats without its missing values.

    Args:
        values: the column, shape (n,).
        name: what the column is called in an error.
        low: the smallest value that has a meaning.
        high: the largest value that has a meaning.
        keep_missing: keep missing values, as NaN.

    Raises:
        EmptyInput: no value is left.
        OutOfRange: a value lies outside of `low` and `high`, for example a code for "no answer".
        InputError: the values are no numbers.
    """
    series = _series(values, name)
    try:
        if series is None:
            array = np.array([np.nan if v is None else v for v in values], dtype=float)
        else:
            array = series.cast(nw.Float64).to_numpy().astype(float)
    except (TypeError, ValueError, nw.exceptions.NarwhalsError):
        raise InputError(_("`{name}` must hold numbers.").format(name=name)) from None
    valid = array[~np.isnan(array)]
    if valid.size == 0:
        raise EmptyInput(_("`{name}` has no value to compute on.").format(name=name))
    _check_range(valid, name, low, high)
    return array if keep_missing else valid


def _check_range(valid: np.ndarray, name: str, low: float | None, high: float | None) -> None:
    bad = valid[(valid < (-np.inf if low is None else low)) | (valid > (np.inf if high is None else high))]
    if bad.size == 0:
        return
    if low is not None and high is not None:
        message = _(
            "`{name}` must lie from {low:g} to {high:g}. Got {value:g} ({count}×): a code for no answer?"
        )
    elif low is not None:
        message = _("`{name}` must be at least {low:g}. Got {value:g} ({count}×).")
    else:
        message = _("`{name}` must be at most {high:g}. Got {value:g} ({count}×).")
    value = bad[0]
    raise OutOfRange(
        message.format(name=name, low=low, high=high, value=value, count=int((bad == value).sum()))
    )


def tally(values: IntoColumn, name: str, *, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the levels of a rating scale that occur, ascending, and how often each does.

    Counting is left to the caller's engine, so that a lazy frame of any length stays there.

    Raises:
        EmptyInput: there is no answer.
        OutOfRange: an answer is off the scale.
    """
    wrapped = None
    if not isinstance(values, (list, tuple, range, np.ndarray)):
        wrapped = nw.from_native(values, allow_series=True, pass_through=True)
    if isinstance(wrapped, nw.LazyFrame) and len(columns := wrapped.collect_schema().names()) == 1:
        counted = wrapped.group_by(columns[0]).agg(n=nw.len()).collect()
        levels = counted[columns[0]].cast(nw.Float64).to_numpy().astype(float)
        counts = counted["n"].to_numpy()
        levels, counts = levels[~np.isnan(levels)], counts[~np.isnan(levels)]
        numbers(levels, name, low=low, high=high)
        order = np.argsort(levels)
        return levels[order], counts[order].astype(np.int64)
    return np.unique(numbers(values, name, low=low, high=high), return_counts=True)


def _there(values: IntoColumn, name: str) -> tuple[list[Any], int]:
    """Return the values of a column that aren't missing, and the number of its rows."""
    series = _series(values, name)
    plain = list(values) if series is None else series.drop_nulls().to_list()
    # Only NaN differs from itself; it is a missing value in a library that has null beside it.
    return [v for v in plain if v is not None and v == v], len(plain if series is None else series)


def keys(values: IntoColumn, name: str) -> set[Any]:
    """Return the distinct keys in a column, for example customer ids, without missing ones."""
    return set(_there(values, name)[0])


def present(values: IntoColumn, name: str) -> tuple[int, int]:
    """Return how many values of a column are there, and how many rows it has.

    Raises:
        EmptyInput: the column has no rows.
    """
    there, rows = _there(values, name)
    if not rows:
        raise EmptyInput(_("`{name}` has no rows.").format(name=name))
    return len(there), rows
