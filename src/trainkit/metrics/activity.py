"""Activity: in which months each customer bought, the ground for cohorts and churn without contracts."""

from __future__ import annotations

from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput
from trainkit.i18n import _
from trainkit.metrics.amounts import orders
from trainkit.metrics.days import months
from trainkit.metrics.frames import IntoFrame, collect, free
from trainkit.metrics.missing import known

__all__ = ["Activity", "activity", "customer_months"]

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


def customer_months(frame: IntoFrame, customer: str, when: str, amount: str | None) -> nw.LazyFrame[Any]:
    """Return the months in which each customer bought, counted in column `month`.

    A month is counted as `year · 12 + month − 1`. They are distinct, unless `when` counts months already, as
    the result of `retention.active_months` does: that needn't be done twice.
    """
    rows = known(orders(frame, amount, customer, when), customer, when)
    counted = rows.collect_schema()[when].is_numeric()
    pairs = months(rows, when).select(customer, month=nw.col(when))
    return pairs if counted else pairs.unique([customer, "month"])


def activity(frame: IntoFrame, customer: str, when: str, amount: str | None) -> Activity:
    """Return who bought in which month.

    Every customer's months come from the caller's engine as bits of one integer, or of several for longer
    spans.

    Raises:
        EmptyInput: there is no purchase.
    """
    free([customer], "month")
    # Computed once here, at one row a customer and month: a lazy engine would do it again for each step.
    pairs = collect(customer_months(frame, customer, when, amount))
    if pairs.is_empty():
        raise EmptyInput(_("There is no purchase."))
    found = _bits(pairs, customer)
    # A month that a customer has twice carries its bit over to the next: then, and only then, bits get fewer.
    return found if found.active.sum() == len(pairs) else _bits(pairs.unique([customer, "month"]), customer)


def _bits(pairs: nw.DataFrame[Any], customer: str) -> Activity:
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
