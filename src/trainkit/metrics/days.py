"""Days: which day a date or a time is, whoever wrote it and wherever the computer stands.

The day rule, for every function that takes a date or a column of dates:

- dates, times, pandas' Timestamps and Periods, and ISO text (2025-01-31, 2025-01-31T10:00, with or without an
  offset) are understood and mean the same day;
- the day is the day in the value's own time zone, never in the computer's or the session's. DuckDB's
  `TIMESTAMP WITH TIME ZONE` and Spark's `TIMESTAMP` keep no zone of their own, so that their day can't be
  known: they are refused;
- whole numbers count months where a function works by months (year · 12 + month − 1: 24300 is 2025-01); any
  other number is refused.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import InputError
from trainkit.i18n import _
from trainkit.metrics.missing import is_missing, known

__all__ = [
    "as_day",
    "before",
    "days",
    "is_remote",
    "month_name",
    "months",
    "own_zone",
    "read",
    "refuse",
    "until",
    "whole_days",
    "with_days",
]

MONTHS_PER_YEAR = 12
#: Counted months lie in these years; 202501, a day of the epoch or a plain year don't.
_YEARS = range(1900, 2200)

_DAY = (
    r"[1-9]\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    r"|02-(?:0[1-9]|1\d|2[0-8]))"
    # 29 February, in leap years only.
    r"|(?:[1-9]\d(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29"
)
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?"
#: ISO text, as every engine's regular expressions understand it.
_ISO = rf"^(?:{_DAY})(?:[T ]{_TIME}(?: ?(?:Z|[+-]\d\d(?::?\d\d)?))?)?$"


def read(value: Any, *, by_month: bool = False) -> date | None:
    """Return a plain value as a date or a time, `None` if it is missing.

    Args:
        value: a date, a time, a Timestamp, a Period, ISO text.
        by_month: whether the month is enough, so that a Period may be as long.

    Raises:
        ValueError: it is nothing of these.
    """
    if is_missing(value) or (isinstance(value, np.datetime64) and np.isnat(value)):
        return None
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.match(_ISO, value):
        return datetime.fromisoformat(value.replace(",", ".").replace(" +", "+").replace(" -", "-"))
    if hasattr(value, "start_time") and hasattr(value, "end_time"):
        first, last = value.start_time.date(), value.end_time.date()
        if first == last or (by_month and (first.year, first.month) == (last.year, last.month)):
            return first
    raise ValueError


def as_day(value: Any, name: str) -> date:
    """Return an argument as a day, by the day rule.

    Args:
        value: the argument.
        name: what it is called in an error.

    Raises:
        InputError: it is no day.

    >>> as_day("2025-01-31T23:30:00+08:00", "as_of")
    datetime.date(2025, 1, 31)
    """
    try:
        found = read(value)
    except ValueError:
        found = None
    if found is None:
        message = _("`{name}` must be a day: a date, a time or ISO text such as 2025-01-31. Got {value!r}.")
        raise InputError(message.format(name=name, value=value))
    return found.date() if isinstance(found, datetime) else found


def is_remote(frame: nw.LazyFrame[Any] | nw.DataFrame[Any]) -> bool:
    """Return whether the rows lie in an engine that speaks SQL: DuckDB, Spark."""
    engine = frame.implementation
    return not (engine.is_pandas_like() or engine.is_polars() or engine.is_pyarrow())


def own_zone(series: nw.Series[Any]) -> Any:
    """Return the time zone of a column, as its library has it; `None` without one."""
    if isinstance(series.dtype, nw.Datetime):
        return series.dtype.time_zone
    # narwhals doesn't know pandas' zones with an underscore or a hyphen in their name: America/New_York.
    return getattr(series.to_native().dtype, "tz", None) if series.implementation.is_pandas_like() else None


def with_days(frame: nw.LazyFrame[Any], *columns: str, by_month: bool = False) -> nw.LazyFrame[Any]:
    """Return a frame with dates, or times without a zone, in `columns`: what they say on the wall.

    Args:
        frame: the frame.
        columns: its columns of dates.
        by_month: whether the month is enough.

    Raises:
        InputError: a column holds no dates, or moments whose zone can't be known.
    """
    for column in dict.fromkeys(columns):
        frame = _with_days(frame, column, by_month)
    return frame


def _with_days(frame: nw.LazyFrame[Any], column: str, by_month: bool) -> nw.LazyFrame[Any]:
    dtype = frame.collect_schema()[column]
    if dtype == nw.Date or (isinstance(dtype, nw.Datetime) and dtype.time_zone is None):
        return frame
    if is_remote(frame):
        if isinstance(dtype, nw.Datetime):
            raise InputError(
                _(
                    "`{name}` holds moments without a time zone of their own: on which day they lie depends "
                    "on the session. Give local times: in DuckDB {duckdb}, in Spark {spark}."
                ).format(
                    name=column,
                    duckdb=f"`{column} AT TIME ZONE 'Asia/Shanghai'`",
                    spark=f'`col("{column}").cast("timestamp_ntz")`',
                )
            )
    elif isinstance(dtype, nw.Datetime):
        return frame.with_columns(nw.col(column).dt.replace_time_zone(None))
    elif dtype in (nw.Object, nw.Unknown):
        return _from_objects(frame, column, by_month)
    if dtype in (nw.Categorical, nw.Enum):
        frame, dtype = frame.with_columns(nw.col(column).cast(nw.String)), nw.String()
    if dtype == nw.String:
        return _from_text(frame, column)
    refuse(frame, column)
    return frame.with_columns(nw.lit(None, dtype=nw.Date).alias(column))


def refuse(frame: nw.LazyFrame[Any], column: str) -> None:
    """Refuse a column that holds no dates, unless all of it is missing.

    Raises:
        InputError: it holds a value.
    """
    found = known(frame, column).select(column).head(1).collect()
    if len(found):
        raise _no_date(column, found[column].to_list()[0])


def _no_date(column: str, value: Any) -> InputError:
    message = _(
        "`{name}` must hold dates, times or ISO text such as 2025-01-31. Got {value!r}: convert the column "
        "first."
    )
    return InputError(message.format(name=column, value=value))


def _from_text(frame: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
    """Read ISO text in the frame's own engine; the day is the one that is written."""
    odd = frame.filter(~nw.col(column).is_null()).filter(~nw.col(column).str.contains(_ISO))
    found = odd.select(column).head(1).collect()
    if len(found):
        raise _no_date(column, found[column].to_list()[0])
    text = nw.col(column).str.slice(0, 10)
    # Spark would read a time in the session's zone.
    return frame.with_columns(
        text.cast(nw.Date) if is_remote(frame) else text.str.to_datetime(format="%Y-%m-%d")
    )


def _from_objects(frame: nw.LazyFrame[Any], column: str, by_month: bool) -> nw.LazyFrame[Any]:
    """Read a column of Python objects, or of a type that narwhals doesn't know."""
    table = frame.collect()
    if own_zone(table[column]) is not None:
        return frame.with_columns(nw.col(column).dt.replace_time_zone(None))
    found: list[date | None] = []
    for value in table[column].to_list():
        try:
            found.append(read(value, by_month=by_month))
        except ValueError:
            raise _no_date(column, value) from None
    naive = [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in found]
    wall = np.array(naive, dtype="datetime64[us]")
    return table.with_columns(nw.new_series(column, wall, backend=table.implementation)).lazy()


def before(frame: nw.LazyFrame[Any], when: str, day: date) -> nw.Expr:
    """Return whether `when`, as `with_days` gives it, lies before the start of `day`."""
    if is_remote(frame) or frame.collect_schema()[when] == nw.Date:
        return nw.col(when).cast(nw.Date) < day
    return nw.col(when) < datetime(day.year, day.month, day.day)


def until(frame: nw.LazyFrame[Any], when: str, day: date) -> nw.Expr:
    """Return whether `when`, as `with_days` gives it, lies on `day` or before."""
    return before(frame, when, min(day, date.max - timedelta(days=1)) + timedelta(days=1))


def whole_days(frame: nw.LazyFrame[Any], when: str) -> nw.Expr:
    """Return the day of `when`, as `with_days` gives it; in memory a time stays one: that is quicker."""
    if is_remote(frame):
        return nw.col(when).cast(nw.Date)
    return nw.col(when) if frame.collect_schema()[when] == nw.Date else nw.col(when).dt.truncate("1d")


def days(series: nw.Series[Any]) -> np.ndarray:
    """Return a computed column, as `with_days` gives it, as NumPy days; missing ones are NaT."""
    array = series.cast(nw.Datetime("us")).to_numpy()
    if array.dtype.kind != "M":
        # pandas' Arrow columns come as objects, with its own mark for missing.
        array = np.array([None if is_missing(v) else v for v in array], "M8[us]")
    return array.astype("datetime64[D]")


def months(frame: nw.LazyFrame[Any], when: str) -> nw.LazyFrame[Any]:
    """Return a frame in which `when` counts months: year · 12 + month − 1, by the day rule.

    Raises:
        InputError: the column holds no dates, or numbers that don't count months.
    """
    frame = _numbered(frame, when)
    if not frame.collect_schema()[when].is_numeric():
        frame = with_days(frame, when, by_month=True)
        part = nw.col(when).dt
        return frame.with_columns(
            (part.year().cast(nw.Int64) * MONTHS_PER_YEAR + part.month() - 1).alias(when)
        )
    low, high = _YEARS.start * MONTHS_PER_YEAR, _YEARS.stop * MONTHS_PER_YEAR
    frame = known(frame, when)
    count = nw.col(when)
    odd = frame.filter((count < low) | (count >= high) | (count // 1 != count)).select(when).head(1).collect()
    if len(odd):
        message = _(
            "Numbers in `{name}` must count months as year · 12 + month − 1: 24300 is 2025-01. Got {value}: "
            "give dates, or the result of `active_months`."
        )
        raise InputError(message.format(name=when, value=odd[when].to_list()[0]))
    return frame.with_columns(count.cast(nw.Int64))


def _numbered(frame: nw.LazyFrame[Any], when: str) -> nw.LazyFrame[Any]:
    """Return whole numbers that stand in a column of Python objects as a column of numbers."""
    if frame.collect_schema()[when] != nw.Object:
        return frame
    table = frame.collect()
    values = [None if is_missing(v) else v for v in table[when].to_list()]
    if not all(v is None or (isinstance(v, (int, np.integer)) and not isinstance(v, bool)) for v in values):
        return frame
    array = np.array([np.nan if v is None else v for v in values], dtype=float)
    return table.with_columns(nw.new_series(when, array, backend=table.implementation)).lazy()


def month_name(month: int) -> str:
    """Return a counted month as text.

    >>> month_name(2025 * 12)
    '2025-01'
    """
    return f"{month // MONTHS_PER_YEAR}-{month % MONTHS_PER_YEAR + 1:02d}"
