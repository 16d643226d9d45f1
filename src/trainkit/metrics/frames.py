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
from trainkit.metrics.missing import is_missing, known, listed

__all__ = [
    "IntoColumn",
    "IntoFrame",
    "collect",
    "complete",
    "eager",
    "extend",
    "floats",
    "free",
    "keys",
    "lazy",
    "like",
    "native",
    "no_numbers",
    "numbers",
    "ordered",
    "present",
    "replace",
    "settle",
    "shares",
    "tally",
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


def complete(frame: IntoFrame, *columns: str, only: bool = False) -> nw.DataFrame[Any]:
    """Return the rows that have values in all of `columns`, computed.

    Args:
        frame: the frame.
        columns: columns in which nothing may be missing.
        only: whether to return these columns only, and not all that the frame has.

    Raises:
        MissingColumn: some of them aren't there.
        EmptyInput: there is no such row.
    """
    rows = known(
        eager(frame, *(columns if only else lazy(frame, *columns).collect_schema().names())), *columns
    )
    if rows.is_empty():
        raise EmptyInput(_("No row has values in all of {columns}.").format(columns=", ".join(columns)))
    return rows


def native(frame: nw.DataFrame[Any]) -> Any:
    """Return the frame as the caller's library has it (Polars for lazy Polars, PyArrow for DuckDB)."""
    return frame.to_native()


def like(data: Mapping[str, Sequence[Any]], frame: nw.DataFrame[Any]) -> Any:
    """Build a result frame from `data` in the library of `frame`."""
    return nw.from_dict(dict(data), backend=frame.implementation).to_native()


def extend(rows: nw.DataFrame[Any], **columns: Sequence[Any] | np.ndarray) -> Any:
    """Return `rows` with more columns, in the caller's library and with all that its own columns are.

    Raises:
        InputError: a column is there already and holds something else, which would be lost.
    """
    for name, values in columns.items():
        if name in rows.columns and listed(rows[name]) != [
            None if is_missing(v) else v for v in list(values)
        ]:
            message = _("The frame has a column `{name}` already, which would be lost: rename it first.")
            raise InputError(message.format(name=name))
    return replace(rows, **columns)


def replace(rows: nw.DataFrame[Any], **columns: Sequence[Any] | np.ndarray) -> Any:
    """Return `rows` with new values in some columns, in the caller's library."""
    added = [nw.new_series(name, values, backend=rows.implementation) for name, values in columns.items()]
    return rows.with_columns(*added).to_native()


def free(given: Iterable[str], *made: str) -> None:
    """Check that a table's own columns don't have the names of those that the caller has given.

    Raises:
        InputError: one does.
    """
    if taken := [name for name in given if name in made]:
        message = _("The result has a column `{name}` of its own: rename yours first.")
        raise InputError(message.format(name=taken[0]))


def ordered(
    table: nw.DataFrame[Any], *columns: str, descending: Sequence[bool] | bool = False
) -> nw.DataFrame[Any]:
    """Return a computed table, sorted.

    Raises:
        InputError: a column holds numbers and text, which have no order.
    """
    try:
        return table.sort(*columns, descending=descending)
    except TypeError:
        message = _("{columns} must not hold numbers and text together: give all values the same type.")
        raise InputError(message.format(columns=_quoted(columns))) from None


def shares(counts: np.ndarray, groups: Sequence[Any]) -> np.ndarray:
    """Return each count's share of all counts of its group, in %.

    Computed here and not in the frame: windows over a collected Arrow table may mix up its rows.
    """
    numbered: dict[Any, int] = {}
    place = np.array([numbered.setdefault(group, len(numbered)) for group in groups])
    totals = np.bincount(place, weights=counts)
    return 100 * counts / totals[place]


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


def no_numbers(name: str, value: Any) -> InputError:
    """Return the error for a column that must hold numbers, and holds `value`."""
    if isinstance(value, str):
        message = _(
            "`{name}` must hold numbers. Got the text {value!r}: convert the column first, as "
            "`pandas.to_numeric` does."
        )
    else:
        message = _("`{name}` must hold numbers. Got {value!r}.")
    return InputError(message.format(name=name, value=value))


def floats(values: IntoColumn, name: str) -> np.ndarray:
    """Return a column as floats, NaN where missing, shape (n,).

    Decimals and truth values are numbers, text isn't.

    Raises:
        InputError: a value is no number.
    """
    series = _series(values, name)
    # Arrow's decimals lose a float's last digit where they are cast.
    exact = series is None or series.dtype.is_decimal()
    if series is not None and not exact and (series.dtype.is_numeric() or series.dtype == nw.Boolean):
        array = series.cast(nw.Float64).to_numpy()
        if array.dtype.kind == "f":
            return array.astype(float)
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return values.astype(float)
    plain = list(values) if series is None else series.to_list()
    return np.array([_float(value, name) for value in plain], dtype=float)


def _float(value: Any, name: str) -> float:
    if is_missing(value):
        return np.nan
    if isinstance(value, (str, bytes)):
        raise no_numbers(name, value)
    try:
        return float(value)
    except (TypeError, ValueError):
        raise no_numbers(name, value) from None


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
    array = floats(values, name)
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
        levels = floats(counted[columns[0]], name)
        counts = counted["n"].to_numpy()
        levels, counts = levels[~np.isnan(levels)], counts[~np.isnan(levels)]
        numbers(levels, name, low=low, high=high)
        order = np.argsort(levels)
        return levels[order], counts[order].astype(np.int64)
    return np.unique(numbers(values, name, low=low, high=high), return_counts=True)


def _there(values: IntoColumn, name: str) -> tuple[list[Any], int]:
    """Return the values of a column that aren't missing, and the number of its rows."""
    series = _series(values, name)
    plain = list(values) if series is None else series.to_list()
    return [value for value in plain if not is_missing(value)], len(plain)


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
