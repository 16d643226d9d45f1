"""Activity: in which months each customer bought, the ground for cohorts and churn without contracts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame, collect, lazy

__all__ = ["Activity", "activity", "before", "customer_months", "month_name", "whole_days"]

MONTHS_PER_YEAR = 12
#: Months that share one integer as its bits.
_BITS = 60


class Activity(NamedTuple):
    """Which customers bought in which months."""

    active: np.ndarray
    """Whether a customer bought in a month, shape (customers, months)."""
    start: int
    """The first month, counted as `year · 12 + month − 1`."""
    table: nw.DataFrame[Any]
    """A computed table in the caller's library."""


def customer_months(frame: IntoFrame, customer: str, when: str) -> nw.LazyFrame[Any]:
    """Return the distinct months in which each customer bought, counted in column `month`.

    A month is counted as `year · 12 + month − 1`. A column `when` of integers holds counted, distinct months
    already: the result of `retention.active_months`.
    """
    bought = lazy(frame, customer, when).filter(~nw.col(customer).is_null(), ~nw.col(when).is_null())
    if bought.collect_schema()[when].is_integer():
        return bought.select(customer, month=nw.col(when).cast(nw.Int64))
    month = nw.col(when).dt.year().cast(nw.Int64) * MONTHS_PER_YEAR + nw.col(when).dt.month() - 1
    return bought.select(customer, month=month).unique([customer, "month"])


def activity(frame: IntoFrame, customer: str, when: str) -> Activity:
    """Return who bought in which month.

    Every customer's months come from the caller's engine as bits of one integer, or of several for longer
    spans.

    Raises:
        EmptyInput: there is no purchase.
    """
    months = customer_months(frame, customer, when)
    # Computed once here, at one row a customer and month: a lazy engine would do it again for each step.
    pairs = collect(months)
    if pairs.is_empty():
        raise EmptyInput(_("There is no purchase."))
    start, last = int(pairs["month"].min()), int(pairs["month"].max())
    columns = {}
    for block in range((last - start) // _BITS + 1):
        place = pairs["month"].to_numpy().astype(np.int64) - start - block * _BITS
        inside = (place >= 0) & (place < _BITS)
        bits = np.where(inside, np.left_shift(1, np.clip(place, 0, _BITS - 1)), 0)
        columns[f"_bits_{block}"] = nw.new_series(
            f"_bits_{block}", bits, nw.Int64, backend=pairs.implementation
        )
    grouped = pairs.select(customer).with_columns(*columns.values()).group_by(customer)
    masks = grouped.agg(*(nw.col(name).sum() for name in columns))
    active = np.empty((len(masks), last - start + 1), dtype=bool)
    for month in range(last - start + 1):
        bits = masks[f"_bits_{month // _BITS}"].to_numpy().astype(np.int64)
        active[:, month] = bits >> (month % _BITS) & 1
    return Activity(active, start, pairs)


def month_name(month: int) -> str:
    """Return a counted month as text.

    >>> month_name(2025 * 12)
    '2025-01'
    """
    return f"{month // MONTHS_PER_YEAR}-{month % MONTHS_PER_YEAR + 1:02d}"


def before(frame: nw.LazyFrame[Any], when: str, day: date) -> nw.Expr:
    """Return whether `when`, a date or a time, lies before the start of `day`."""
    dtype = frame.collect_schema()[when]
    if dtype == nw.Date:
        return nw.col(when) < day
    midnight = nw.lit(datetime(day.year, day.month, day.day))
    if isinstance(dtype, nw.Datetime) and dtype.time_zone:
        return nw.col(when).dt.convert_time_zone("UTC").dt.replace_time_zone(None) < midnight
    return nw.col(when) < midnight


def whole_days(frame: nw.LazyFrame[Any], when: str) -> nw.Expr:
    """Return the day of `when`, a date or a time; a time keeps its type: that is quicker than a date."""
    column = nw.col(when)
    return column if frame.collect_schema()[when] == nw.Date else column.dt.truncate("1d")
