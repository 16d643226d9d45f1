"""Cohorts and survival: how long customers stay, by the month in which they came and by their age."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from trainkit.errors import EmptyInput, InputError
from trainkit.i18n import _
from trainkit.metrics.activity import activity
from trainkit.metrics.amounts import AMOUNT
from trainkit.metrics.days import month_name
from trainkit.metrics.frames import IntoFrame, complete, like, numbers
from trainkit.metrics.ids import spelled
from trainkit.metrics.registry import metric
from trainkit.metrics.results import Test, chi_square_p, normal_quantile
from trainkit.metrics.rounding import steady

__all__ = ["cohort_retention", "kaplan_meier", "log_rank", "median_lifetime"]

_KM = "Kaplan & Meier, JASA 53, 1958"
_DURATIONS = {
    "months": [6, 6, 6, 7, 10, 13, 16, 22, 23, 1, 1, 2, 4, 8, 11],
    "left": [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0],
    "plan": ["a"] * 9 + ["b"] * 6,
}
_SPELLS = {"frame": _DURATIONS, "duration": "months", "event": "left"}


@metric(
    unit="table",
    better="higher",
    zh="同期群留存表",
    source="Fader & Toms, The Customer Centricity Playbook, 2018",
    range=(0, 100),
    example={
        "frame": {
            "customer_id": ["a", "a", "b", "b", "c", "c", "a"],
            "ordered_at": [
                *(datetime(2025, 1, 5), datetime(2025, 2, 7), datetime(2025, 1, 9), datetime(2025, 3, 1)),
                *(datetime(2025, 2, 2), datetime(2025, 3, 3), datetime(2025, 2, 9)),
            ],
        }
    },
)
def cohort_retention(
    frame: IntoFrame, customer: str = "customer_id", when: str = "ordered_at", amount: str | None = AMOUNT
) -> Any:
    """Share of each month's new customers who buy again, month by month of their age, in %.

    The denominator is the whole cohort at every age. Compare cohorts at one age only: a young cohort has no
    late months.

    Args:
        frame: one row a purchase or an order line.
        customer: column with the customer's id.
        when: column with the time of the purchase, or `month` of `retention.active_months`.
        amount: column by which returns are known (below 0) and left out; `None` if there are none. Without a
            column `amount` every row is a purchase.

    Returns:
        Columns `cohort` (month of the first purchase, as 2025-01), `age` (months since, from 0), `customers`
        (size of the cohort), `active` (of it, buyers at that age), `retention` (%), sorted by cohort and age.
        Ages without a buyer are left out.

    Raises:
        EmptyInput: there is no purchase.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-05", "2025-01-09", "2025-02-07"])
    >>> orders = pd.DataFrame({"customer_id": ["a", "b", "a"], "ordered_at": days})
    >>> cohort_retention(orders)["retention"].tolist()
    [100.0, 50.0]
    """
    active, start, table = activity(frame, customer, when, amount)
    first = active.argmax(axis=1)
    rows = []
    for cohort in np.unique(first).tolist():
        counts = active[first == cohort].sum(axis=0)[cohort:].tolist()
        rows += [(month_name(start + cohort), age, counts[0], n) for age, n in enumerate(counts) if n]
    names = ("cohort", "age", "customers", "active")
    columns = dict(zip(names, (list(c) for c in zip(*rows, strict=True)), strict=True))
    return like({**columns, "retention": [100 * n / size for _cohort, _age, size, n in rows]}, table)


def _spells(frame: IntoFrame, duration: str, event: str, *more: str) -> tuple[np.ndarray, np.ndarray, Any]:
    """Return durations, whether each ended in the event, and the complete rows."""
    rows = complete(frame, duration, event, *more, only=True)
    lasted = numbers(rows[duration], duration, low=0)
    ended = numbers(rows[event], event, low=0, high=1).astype(bool)
    return lasted, ended, rows


@metric(
    unit="table",
    better="higher",
    zh="客户生存曲线（Kaplan–Meier）",
    source=_KM,
    range=(0, 1),
    example=_SPELLS,
)
def kaplan_meier(frame: IntoFrame, duration: str, event: str, level: float = 0.95) -> Any:
    """Share of customers still there after each duration, from 1 down to 0 (Kaplan–Meier).

    Customers who are still active are censored: they count among those at risk as long as they have been
    seen, and are neither lost nor dropped. The interval is Greenwood's on the log scale, cut at 0 and 1.
    Where nobody is left it has no value: it then reaches from 0 to the upper end of the time before.

    Args:
        frame: one row a customer; rows with a missing value are left out.
        duration: column with the time from the start to leaving or to today, 0 or more.
        event: column that is true or 1 if the customer left, false or 0 if still active.
        level: confidence level of the interval, between 0 and 1.

    Returns:
        Columns `time`, `at_risk`, `events`, `survival`, `low`, `high` (probabilities), one row a time at
        which someone left.

    Raises:
        EmptyInput: there is no complete row, or nobody left.

    >>> import pandas as pd
    >>> customers = pd.DataFrame({"months": [1, 2, 3, 4], "left": [1, 0, 1, 0]})
    >>> kaplan_meier(customers, "months", "left")["survival"].tolist()
    [0.75, 0.375]
    """
    lasted, ended, rows = _spells(frame, duration, event)
    time, events, at_risk = _life_table(lasted, ended)
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events))))
        half = normal_quantile(level) * spread
        low, high = survival * np.exp(-half), np.minimum(1, survival * np.exp(half))
    # Only the last time can be one at which nobody is left; the share is 0 there, and not known to be.
    before = np.r_[1.0, high[:-1]]
    low, high = np.where(survival > 0, low, 0.0), np.where(survival > 0, high, before)
    columns = {
        "time": time,
        "at_risk": at_risk,
        "events": events,
        "survival": survival,
        "low": low,
        "high": high,
    }
    return like({name: values.tolist() for name, values in columns.items()}, rows)


def _life_table(lasted: np.ndarray, ended: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the times at which someone left, how many left then, and how many were at risk."""
    time, events = np.unique(lasted[ended], return_counts=True)
    if time.size == 0:
        raise EmptyInput(_("Nobody left: there is nothing to estimate a survival curve from."))
    at_risk = lasted.size - np.searchsorted(np.sort(lasted), time, side="left")
    return time, events, at_risk


@metric(
    unit="periods",
    better="higher",
    zh="客户生存时间中位数",
    en="Median customer lifetime",
    source=_KM,
    range=(0, None),
    example=_SPELLS,
)
def median_lifetime(frame: IntoFrame, duration: str, event: str) -> float:
    """Time after which half of the customers have left (Kaplan–Meier); infinite if it isn't reached.

    In the unit of `duration`: the first time at which the curve is at 0.5 or below, as lifelines has it; R's
    survfit takes the middle of the step where the curve is exactly 0.5. The mean age of today's customers is
    another quantity, and a smaller one.

    Args:
        frame: one row a customer; rows with a missing value are left out.
        duration: column with the time from the start to leaving or to today, 0 or more.
        event: column that is true or 1 if the customer left, false or 0 if still active.

    Raises:
        EmptyInput: there is no complete row, or nobody left.

    >>> import pandas as pd
    >>> median_lifetime(pd.DataFrame({"months": [1, 2, 3, 4], "left": [1, 0, 1, 0]}), "months", "left")
    3.0
    >>> median_lifetime(pd.DataFrame({"months": range(1, 25), "left": [1] * 24}), "months", "left")
    12.0
    """
    lasted, ended, _rows = _spells(frame, duration, event)
    time, events, at_risk = _life_table(lasted, ended)
    reached = time[steady(np.cumprod(1 - events / at_risk)) <= 0.5]
    return float(reached[0]) if reached.size else float("inf")


@metric(
    unit="score",
    better="neither",
    zh="对数秩检验",
    en="Log-rank test",
    source="Mantel, Cancer Chemotherapy Reports 50, 1966",
    range=(0, None),
    example={**_SPELLS, "by": "plan"},
)
def log_rank(frame: IntoFrame, duration: str, event: str, by: str) -> Test:
    """Test whether groups of customers leave at the same pace: chi-square, 0 or more, and its p-value.

    Args:
        frame: one row a customer; rows with a missing value are left out.
        duration: column with the time from the start to leaving or to today, 0 or more.
        event: column that is true or 1 if the customer left, false or 0 if still active.
        by: column with the group; two groups or more.

    Raises:
        EmptyInput: there is no complete row, or nobody left.
        InputError: there are fewer than two groups.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"months": [1, 2, 3, 7, 8, 9], "left": [1] * 6, "plan": list("aaabbb")})
    >>> round(log_rank(table, "months", "left", by="plan").statistic, 2)
    5.05
    """
    lasted, ended, rows = _spells(frame, duration, event, by)
    names, group = np.unique(np.array([spelled(group) for group in rows[by].to_list()]), return_inverse=True)
    if names.size < 2:
        raise InputError(
            _("A comparison needs two groups or more. `{by}` has {count}.").format(by=by, count=names.size)
        )
    observed, expected = np.zeros(names.size), np.zeros(names.size)
    variance = np.zeros((names.size, names.size))
    for moment in np.unique(lasted[ended]):
        at_risk = np.bincount(group[lasted >= moment], minlength=names.size)
        left = np.bincount(group[(lasted == moment) & ended], minlength=names.size)
        n, d, share = at_risk.sum(), left.sum(), at_risk / at_risk.sum()
        observed, expected = observed + left, expected + d * share
        if n > 1:
            variance += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    gap = (observed - expected)[:-1]
    statistic = float(gap @ np.linalg.pinv(variance[:-1, :-1]) @ gap)
    return Test(statistic, chi_square_p(statistic, names.size - 1), names.size - 1)
