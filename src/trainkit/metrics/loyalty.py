"""Loyalty: who buys again, how often, and who would recommend. All shares are in %, of one stated period."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput
from trainkit.i18n import _
from trainkit.metrics.frames import (
    IntoColumn,
    IntoFrame,
    collect,
    keys,
    lazy,
    like,
    tally,
)
from trainkit.metrics.registry import metric

__all__ = [
    "purchase_frequency",
    "purchase_intervals",
    "rebuy_rate",
    "referral_intent",
    "repurchase_rate",
]

_FARRIS = "Farris et al., Marketing Metrics"
_RETAIL = "Chinese e-commerce practice"
_ORDERS = {
    "frame": {
        "customer_id": ["a", "a", "b", "c", "c", "c"],
        "ordered_at": [datetime(2025, 1, d) for d in (1, 11, 5, 1, 1, 31)],
    }
}


def _purchase_days(frame: IntoFrame, customer: str, when: str) -> nw.LazyFrame[Any]:
    """Return the distinct days on which each customer bought: two orders on one day are one purchase."""
    rows = lazy(frame, customer, when).select(customer, day=nw.col(when).cast(nw.Date))
    return rows.filter(~nw.col(customer).is_null(), ~nw.col("day").is_null()).unique([customer, "day"])


def _purchases(frame: IntoFrame, customer: str, when: str) -> np.ndarray:
    """Return the number of purchase days of each buying customer, shape (customers,)."""
    counts = collect(_purchase_days(frame, customer, when).group_by(customer).agg(n=nw.len()))["n"].to_numpy()
    if counts.size == 0:
        raise EmptyInput(_("There is no purchase."))
    return counts


@metric(unit="percent", better="higher", zh="复购率", source=_RETAIL, range=(0, 100), example=_ORDERS)
def repurchase_rate(frame: IntoFrame, customer: str = "customer_id", when: str = "ordered_at") -> float:
    """Share of the buying customers who bought at least twice in the period in %, from 0 to 100 (复购率).

    Orders of one customer on one day count as one purchase. For last period's buyers who came back, see
    `rebuy_rate`.

    Args:
        frame: one row an order or an order line, of one period.
        customer: column with the customer's id.
        when: column with the time of the order.

    Raises:
        EmptyInput: nobody bought.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-09", "2025-01-03"])
    >>> repurchase_rate(pd.DataFrame({"customer_id": ["a", "a", "b"], "ordered_at": days}))
    50.0
    """
    counts = _purchases(frame, customer, when)
    return float(100 * (counts >= 2).sum() / counts.size)


@metric(
    unit="percent",
    better="higher",
    zh="回购率",
    en="Re-buy rate",
    source=_RETAIL,
    range=(0, 100),
    example={"last": ["a", "b", "c", "c"], "this": ["a", "c", "x"]},
)
def rebuy_rate(last: IntoColumn, this: IntoColumn) -> float:
    """Share of last period's buyers who bought again in this period in %, from 0 to 100 (回购率).

    Args:
        last: ids of last period's buyers, repeated ids count once, shape (n,).
        this: ids of this period's buyers, shape (m,).

    Raises:
        EmptyInput: nobody bought in the last period.

    >>> rebuy_rate(["a", "b", "c", "d"], ["a", "x"])
    25.0
    """
    buyers = keys(last, "last")
    if not buyers:
        raise EmptyInput(_("Nobody bought in the last period."))
    return 100 * len(buyers & keys(this, "this")) / len(buyers)


@metric(unit="orders", better="higher", zh="购买频次", source=_FARRIS, range=(1, None), example=_ORDERS)
def purchase_frequency(frame: IntoFrame, customer: str = "customer_id", when: str = "ordered_at") -> float:
    """Mean number of purchases of a buying customer in the period, 1 or more.

    Orders of one customer on one day count as one purchase.

    Args:
        frame: one row an order or an order line, of one period.
        customer: column with the customer's id.
        when: column with the time of the order.

    Raises:
        EmptyInput: nobody bought.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-09", "2025-01-03"])
    >>> purchase_frequency(pd.DataFrame({"customer_id": ["a", "a", "b"], "ordered_at": days}))
    1.5
    """
    return float(_purchases(frame, customer, when).mean())


@metric(
    unit="days",
    better="lower",
    zh="购买间隔（中位数）",
    en="Purchase interval (median)",
    source=_FARRIS,
    range=(1, None),
    example=_ORDERS,
)
def purchase_intervals(frame: IntoFrame, customer: str = "customer_id", when: str = "ordered_at") -> Any:
    """Days between one purchase and the next of every customer who bought twice or more, as a table.

    Its median says how long a silence is normal: the ground for an inactivity window.

    Args:
        frame: one row an order or an order line.
        customer: column with the customer's id.
        when: column with the time of the order.

    Returns:
        Columns `customer`, `intervals` (their number), `median_days`, sorted by customer.

    Raises:
        EmptyInput: nobody bought on two days.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-09", "2025-01-03"])
    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "ordered_at": days})
    >>> purchase_intervals(orders)["median_days"].tolist()
    [8.0]
    """
    days = collect(_purchase_days(frame, customer, when)).sort(customer, "day")
    ids = np.array(days[customer].to_list(), dtype=object)
    gaps = np.diff(days["day"].to_numpy().astype("datetime64[D]").astype(np.int64))
    same = ids[1:] == ids[:-1]
    if not same.any():
        raise EmptyInput(_("Nobody bought on two different days: there is no interval."))
    table = nw.from_dict(
        {customer: ids[1:][same].tolist(), "days": gaps[same].tolist()}, backend=days.implementation
    )
    summary = (
        table.group_by(customer).agg(intervals=nw.len(), median_days=nw.col("days").median()).sort(customer)
    )
    return like({c: summary[c].to_list() for c in summary.columns}, days)


@metric(
    unit="percent",
    better="higher",
    zh="推荐意愿",
    source="Reichheld, Harvard Business Review 81(12), 2003",
    range=(0, 100),
    example={"scores": [10, 9, 8, 3, None]},
)
def referral_intent(scores: IntoColumn) -> float:
    """Share of customers who would surely recommend (9–10 on 0–10) in %, from 0 to 100.

    What they say, not what they do: an intent is no referral.

    Args:
        scores: answers 0–10, one a survey, shape (n,).

    Raises:
        EmptyInput: nothing is left after missing answers are dropped.

    >>> referral_intent([10, 9, 8, 3])
    50.0
    """
    levels, counts = tally(scores, "scores", low=0, high=10)
    return float(100 * counts[levels >= 9].sum() / counts.sum())
