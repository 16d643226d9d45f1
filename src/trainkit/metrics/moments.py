"""Moments: times to the second, of which the time between two is wanted.

They are read by the day rule of `days`. Times with a zone are compared as moments, times without one as they
stand; the two can't be compared with each other. An argument without a zone is meant in the column's own. A
record that is dated before its event is wrong: every function that takes the time between the two refuses it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.days import is_remote, own_zone, read, refuse
from trainkit.metrics.frames import IntoFrame, eager, lazy

__all__ = ["Moments", "as_moment", "between", "moments"]

_HOUR = np.timedelta64(1, "h")


class Moments(NamedTuple):
    """A column of times."""

    name: str
    """The column."""
    at: np.ndarray
    """NumPy microseconds, in UTC if the column has a zone; missing ones are NaT."""
    zoned: bool
    """Whether the column has a zone."""
    zone: tzinfo | None
    """The zone, if it can be known."""


def moments(frame: IntoFrame, *columns: str) -> list[Moments]:
    """Return columns of times, row by row.

    Raises:
        EmptyInput: the frame has no rows.
        MissingColumn: a column isn't there.
        InputError: a column holds no times, or some with a time zone and some without.
    """
    table = eager(frame, *columns)
    # In DuckDB and Spark a zone is the session's, and not the column's.
    remote = is_remote(lazy(frame))
    return [_read(table[column], remote) for column in columns]


def _read(series: nw.Series[Any], remote: bool) -> Moments:
    zone = own_zone(series)
    if zone is not None:
        return Moments(series.name, _microseconds(_in_utc(series)), True, None if remote else _zone(zone))
    if series.dtype == nw.Date or isinstance(series.dtype, nw.Datetime):
        return Moments(series.name, _microseconds(series), False, None)
    if series.dtype.is_numeric() or series.dtype == nw.Boolean:
        refuse(series.to_frame().lazy(), series.name)
    return _from_values(series.name, series.to_list())


def _in_utc(series: nw.Series[Any]) -> nw.Series[Any]:
    """Return a column of times with a zone in UTC, without one."""
    if isinstance(series.dtype, nw.Datetime):
        return series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    # A zone of pandas that narwhals doesn't know (see `own_zone`).
    return nw.from_native(series.to_native().dt.tz_convert(None), series_only=True)


def _microseconds(series: nw.Series[Any]) -> np.ndarray:
    array = series.cast(nw.Datetime("us")).to_numpy()
    if array.dtype.kind == "M":
        return array.astype("datetime64[us]")
    # pandas' Arrow columns come as objects, with its own mark for missing.
    return np.array([read(value) for value in array], "M8[us]")


def _zone(name: Any) -> tzinfo | None:
    """Return a zone by the name that a library gives it: `Asia/Shanghai`, `+08:00`, `UTC+08:00`."""
    if isinstance(name, tzinfo):
        return name
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):
        pass
    try:
        return datetime.strptime(name.removeprefix("UTC"), "%z").tzinfo
    except ValueError:
        return None


def _from_values(name: str, values: list[Any]) -> Moments:
    found: list[datetime | None] = []
    for value in values:
        try:
            found.append(_as_time(read(value)))
        except ValueError:
            message = _("`{name}` must hold times or ISO text such as 2025-01-31T09:30. Got {value!r}.")
            raise InputError(message.format(name=name, value=value)) from None
    offsets = {time.utcoffset() for time in found if time is not None}
    if None in offsets and len(offsets) > 1:
        message = _("`{name}` holds times with a time zone and times without one: they can't be compared.")
        raise InputError(message.format(name=name))
    zoned = bool(offsets) and None not in offsets
    at = np.array([_plain(time) for time in found], "M8[us]")
    only = next(iter(offsets)) if len(offsets) == 1 else None
    return Moments(name, at, zoned, timezone(only) if isinstance(only, timedelta) else None)


def _as_time(value: date | None) -> datetime | None:
    """Return the midnight of a date, a time as it is."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day)


def _plain(time: datetime | None) -> datetime | None:
    """Return a time as NumPy takes it: in UTC if it has a zone."""
    return time if time is None or time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)


def as_moment(value: Any, name: str, column: Moments) -> Any:
    """Return an argument as a moment to compare with a column's: a day is its midnight.

    Args:
        value: the argument.
        name: what it is called in an error.
        column: the column that it is compared with, in whose zone it is meant if it has none.

    Raises:
        InputError: it is no time, or only one of the two has a time zone that can be known.
    """
    try:
        time = _as_time(read(value))
    except ValueError:
        time = None
    if time is None:
        message = _(
            "`{name}` must be a time: a date, a time or ISO text such as 2025-01-31T09:30. Got {value!r}."
        )
        raise InputError(message.format(name=name, value=value))
    if column.zoned and time.tzinfo is None:
        if column.zone is None:
            message = _("`{column}` has a time zone that can't be known here: give `{name}` with its own.")
            raise InputError(message.format(column=column.name, name=name))
        time = time.replace(tzinfo=column.zone)
    elif time.tzinfo is not None and not column.zoned and not np.isnat(column.at).all():
        message = _("`{name}` has a time zone and `{column}` has none: they can't be compared.")
        raise InputError(message.format(name=name, column=column.name))
    return np.datetime64(_plain(time), "us")


def between(start: Moments, end: Moments) -> np.ndarray:
    """Return the hours from one column's time to the other's, 0 or more; NaN where one is missing.

    Raises:
        InputError: only one of the two has a time zone.
        OutOfRange: an end lies before its start: one rule for all functions, because such a record is wrong.
    """
    some = not (np.isnat(start.at).all() or np.isnat(end.at).all())
    if some and start.zoned != end.zoned:
        message = _("Only one of `{start}` and `{end}` has a time zone: they can't be compared.")
        raise InputError(message.format(start=start.name, end=end.name))
    hours = (end.at - start.at) / _HOUR
    if (early := hours < 0).any():
        first = int(np.argmax(early))
        message = _(
            "`{end}` lies before `{start}` ({count}×), as {last} before {first}. Correct these rows or leave "
            "them out."
        )
        times = {"first": start.at[first].item(), "last": end.at[first].item()}
        raise OutOfRange(message.format(start=start.name, end=end.name, count=int(early.sum()), **times))
    return hours
