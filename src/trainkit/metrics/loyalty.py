"""Loyalty: who buys again, how often, and who would recommend. All shares are in %, of one stated period."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.amounts import AMOUNT, orders
from trainkit.metrics.days import days, whole_days, with_days
from trainkit.metrics.frames import (
    IntoColumn,
    IntoFrame,
    collect,
    complete,
    free,
    keys,
    like,
    numbers,
    ordered,
    tally,
)
from trainkit.metrics.ids import check_kinds
from trainkit.metrics.missing import known
from trainkit.metrics.registry import metric

__all__ = [
    "points_liability",
    "points_redemption",
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


def _purchase_days(frame: IntoFrame, customer: str, when: str, amount: str | None) -> nw.LazyFrame[Any]:
    """Return the distinct days on which each customer bought: two orders on one day are one purchase."""
    rows = with_days(orders(frame, amount, customer, when), when)
    dated = known(rows, customer, when).select(customer, __day=whole_days(rows, when))
    return dated.unique([customer, "__day"])


def _purchases(frame: IntoFrame, customer: str, when: str, amount: str | None) -> np.ndarray:
    """Return the number of purchase days of each buying customer, shape (customers,)."""
    counted = _purchase_days(frame, customer, when, amount).group_by(customer).agg(__n=nw.len())
    counts = collect(counted)["__n"].to_numpy()
    if counts.size == 0:
        raise EmptyInput(_("There is no purchase."))
    return counts


@metric(unit="percent", better="higher", zh="复购率", source=_RETAIL, range=(0, 100), example=_ORDERS)
def repurchase_rate(
    frame: IntoFrame, customer: str = "customer_id", when: str = "ordered_at", amount: str | None = AMOUNT
) -> float:
    """Share of the buying customers who bought at least twice in the period in %, from 0 to 100 (复购率).

    Orders of one customer on one day count as one purchase. For last period's buyers who came back, see
    `rebuy_rate`.

    Args:
        frame: one row an order or an order line, of one period.
        customer: column with the customer's id.
        when: column with the time of the order.
        amount: column by which returns are known (below 0) and left out; `None` if there are none. Without a
            column `amount` every row is a purchase.

    Raises:
        EmptyInput: nobody bought.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-09", "2025-01-03"])
    >>> repurchase_rate(pd.DataFrame({"customer_id": ["a", "a", "b"], "ordered_at": days}))
    50.0
    """
    counts = _purchases(frame, customer, when, amount)
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
        InputError: ids are numbers in one and text in the other.

    >>> rebuy_rate(["a", "b", "c", "d"], ["a", "x"])
    25.0
    """
    buyers, again = keys(last, "last"), keys(this, "this")
    if not buyers:
        raise EmptyInput(_("Nobody bought in the last period."))
    check_kinds(buyers, again, ("last", "this"))
    return 100 * len(buyers & again) / len(buyers)


@metric(unit="orders", better="higher", zh="购买频次", source=_FARRIS, range=(1, None), example=_ORDERS)
def purchase_frequency(
    frame: IntoFrame, customer: str = "customer_id", when: str = "ordered_at", amount: str | None = AMOUNT
) -> float:
    """Mean number of purchases of a buying customer in the period, 1 or more.

    Orders of one customer on one day count as one purchase.

    Args:
        frame: one row an order or an order line, of one period.
        customer: column with the customer's id.
        when: column with the time of the order.
        amount: column by which returns are known (below 0) and left out; `None` if there are none. Without a
            column `amount` every row is a purchase.

    Raises:
        EmptyInput: nobody bought.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-09", "2025-01-03"])
    >>> purchase_frequency(pd.DataFrame({"customer_id": ["a", "a", "b"], "ordered_at": days}))
    1.5
    """
    return float(_purchases(frame, customer, when, amount).mean())


@metric(
    unit="days",
    better="lower",
    zh="购买间隔（中位数）",
    en="Purchase interval (median)",
    source=_FARRIS,
    range=(1, None),
    example=_ORDERS,
)
def purchase_intervals(
    frame: IntoFrame, customer: str = "customer_id", when: str = "ordered_at", amount: str | None = AMOUNT
) -> Any:
    """Days between one purchase and the next of every customer who bought twice or more, as a table.

    Its median says how long a silence is normal: the ground for an inactivity window.

    Args:
        frame: one row an order or an order line.
        customer: column with the customer's id.
        when: column with the time of the order.
        amount: column by which returns are known (below 0) and left out; `None` if there are none. Without a
            column `amount` every row is a purchase.

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
    free([customer], "intervals", "median_days")
    table = ordered(collect(_purchase_days(frame, customer, when, amount)), customer, "__day")
    ids = np.array(table[customer].to_list(), dtype=object)
    gaps = np.diff(days(table["__day"]).astype(np.int64))
    same = ids[1:] == ids[:-1]
    if not same.any():
        raise EmptyInput(_("Nobody bought on two different days: there is no interval."))
    owners, waits = ids[1:][same], gaps[same]
    starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
    counts = np.diff(np.r_[starts, owners.size])
    # Medians by hand: those of a collected Arrow table's groups are estimates.
    waits = waits[np.lexsort((waits, np.repeat(np.arange(starts.size), counts)))]
    medians = (waits[starts + (counts - 1) // 2] + waits[starts + counts // 2]) / 2
    return like(
        {customer: owners[starts].tolist(), "intervals": counts.tolist(), "median_days": medians.tolist()},
        table,
    )


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


@metric(
    unit="percent",
    better="neither",
    zh="积分兑换率",
    source="Breugelmans et al., Marketing Letters 26(2), 2015",
    range=(0, 100),
    example={"frame": {"earned": [500, 300, 200, None], "redeemed": [250, 0, 150, 10]}},
)
def points_redemption(frame: IntoFrame, earned: str = "earned", redeemed: str = "redeemed") -> float:
    """Share of the points earned that were redeemed in %, from 0 to 100, over all members.

    Of all points together, not the mean of the members' shares: most members hold few points. Recent points
    had less time: compare points of one age. Members with a missing number are left out.

    Args:
        frame: one row a member, or one row a member and year of earning.
        earned: column with the points earned, 0 or more.
        redeemed: column with those redeemed of them, 0 or more.

    Raises:
        EmptyInput: no member has both numbers, or no point was earned.
        OutOfRange: a number is below 0, or more was redeemed than earned.

    >>> import pandas as pd
    >>> points_redemption(pd.DataFrame({"earned": [900, 100], "redeemed": [300, 100]}))
    40.0
    """
    rows = complete(frame, earned, redeemed, only=True)
    got, spent = (float(numbers(rows[c], c, low=0).sum()) for c in (earned, redeemed))
    if not got:
        raise EmptyInput(_("No point was earned."))
    if spent > got:
        message = _("More points were redeemed ({spent:g}) than earned ({got:g}).")
        raise OutOfRange(message.format(spent=spent, got=got))
    return 100 * spent / got


@metric(
    unit="yuan",
    better="neither",
    zh="积分负债（合同负债）",
    en="Points liability (contract liability)",
    source="IFRS 15, B39–B43 and Example 52; 企业会计准则第 14 号（2017）",
    range=(0, None),
    example={
        "sales": 100_000.0,
        "points": 10_000.0,
        "value": 1.0,
        "expected": 9_500.0,
        "redeemed": 8_500.0,
        "expected_now": 9_700.0,
    },
)
def points_liability(
    sales: float,
    points: float,
    value: float,
    expected: float,
    redeemed: float = 0,
    expected_now: float | None = None,
) -> float:
    """Revenue in yuan, 0 or more, that is still owed for points: the part of sales not yet earned.

    Sales are shared between goods and points by their prices when sold alone; a point's price is its value
    times the chance that it is redeemed. That share stays; it becomes revenue as points are redeemed, by the
    estimate of today. Points times value, as if all were redeemed, overstates it.

    Args:
        sales: yuan for which the points were given, at the prices of the goods alone.
        points: points given for them, above 0.
        value: yuan that a redeemed point is worth.
        expected: how many of them were expected to be redeemed, when they were given.
        redeemed: how many have been redeemed so far.
        expected_now: how many are expected in all today; `None` if the estimate hasn't changed.

    Raises:
        EmptyInput: there are no sales or no points.
        OutOfRange: a number is below 0, more are expected than were given, or more are redeemed than are
            expected today: estimate anew.

    >>> round(points_liability(100_000, 10_000, 1, 9_500))
    8676
    >>> round(points_liability(100_000, 10_000, 1, 9_500, redeemed=8_500, expected_now=9_700))
    1073
    """
    if sales <= 0 or points <= 0:
        raise EmptyInput(_("Without sales and points there is no liability."))
    now = expected if expected_now is None else expected_now
    if value < 0 or not 0 <= redeemed <= now <= points or not 0 <= expected <= points:
        message = _(
            "Redeemed points ({redeemed:g}) must not exceed those expected ({expected:g}), nor these the "
            "points given ({points:g}); none is below 0."
        )
        raise OutOfRange(message.format(redeemed=redeemed, expected=now, points=points))
    if not now:
        return 0.0
    worth = value * expected
    return sales * worth / (sales + worth) * (1 - redeemed / now)
