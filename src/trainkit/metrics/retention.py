"""Retention and churn: who stays and who leaves. All rates are in % and belong to one stated period."""

from __future__ import annotations

from datetime import date, datetime
from math import log
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.activity import activity, customer_months
from trainkit.metrics.amounts import AMOUNT
from trainkit.metrics.days import month_name, with_days
from trainkit.metrics.frames import (
    IntoColumn,
    IntoFrame,
    collect,
    free,
    keys,
    lazy,
    like,
    native,
    ordered,
)
from trainkit.metrics.ids import check_kinds
from trainkit.metrics.missing import known
from trainkit.metrics.rates import fraction
from trainkit.metrics.registry import metric

__all__ = [
    "active_months",
    "churn_by_quarter",
    "churn_from_counts",
    "churn_rate",
    "convert_churn_rate",
    "expected_lifetime",
    "gross_revenue_retention",
    "half_life",
    "monthly_churn",
    "net_revenue_retention",
    "retention_from_counts",
    "retention_rate",
    "revenue_churn",
]

MONTHS_PER_QUARTER = 3

_FARRIS = "Farris et al., Marketing Metrics"
_SKOK = "Skok, SaaS Metrics 2.0"
_IDS = {"start": ["a", "b", "c", "d"], "end": ["a", "b", "x", "y", None]}
_COUNTS = {"start": 1000, "end": 1050, "won": 180}
_ORDERS = {
    "frame": {
        "customer_id": ["a", "a", "b", "c", "c", "c"],
        "ordered_at": [datetime(2025, 1, d) for d in (1, 11, 5, 1, 1, 31)],
    }
}


@metric(unit="percent", better="higher", zh="客户留存率", source=_FARRIS, range=(0, 100), example=_IDS)
def retention_rate(start: IntoColumn, end: IntoColumn) -> float:
    """Share of the customers at the start who are still customers at the end in %, from 0 to 100.

    Customers won in the period are in neither numerator nor denominator. Repeated and missing ids count once
    and not at all.

    Args:
        start: ids of the customers at the start of the period, shape (n,).
        end: ids of the customers at its end, shape (m,).

    Raises:
        EmptyInput: there was no customer at the start.
        InputError: ids are numbers in one and text in the other.

    >>> retention_rate(["a", "b", "c", "d"], ["a", "b", "c", "new"])
    75.0
    """
    at_start, at_end = keys(start, "start"), keys(end, "end")
    if not at_start:
        raise EmptyInput(_("There is no customer at the start of the period."))
    check_kinds(at_start, at_end, ("start", "end"))
    return 100 * len(at_start & at_end) / len(at_start)


@metric(unit="percent", better="lower", zh="客户流失率", source=_FARRIS, range=(0, 100), example=_IDS)
def churn_rate(start: IntoColumn, end: IntoColumn) -> float:
    """Share of the customers at the start who are gone at the end in % (logo churn), from 0 to 100.

    The complement of `retention_rate`. Customers both won and lost in the period count nowhere.

    Args:
        start: ids of the customers at the start of the period, shape (n,).
        end: ids of the customers at its end, shape (m,).

    Raises:
        EmptyInput: there was no customer at the start.
        InputError: ids are numbers in one and text in the other.

    >>> churn_rate(["a", "b", "c", "d"], ["a", "b", "c", "new"])
    25.0
    """
    return 100 - retention_rate(start, end)


@metric(
    unit="percent",
    better="higher",
    zh="客户留存率（按人数）",
    en="Retention rate from counts",
    source=_FARRIS,
    range=(0, 100),
    example=_COUNTS,
)
def retention_from_counts(start: float, end: float, won: float) -> float:
    """Retention rate in % from three counts: (end − won) / start, from 0 to 100.

    Args:
        start: customers at the start of the period.
        end: customers at its end, those won in it included.
        won: customers won in the period who are still there at its end.

    Raises:
        EmptyInput: there was no customer at the start.
        OutOfRange: the counts contradict each other.

    >>> retention_from_counts(start=1000, end=1050, won=180)
    87.0
    """
    if start <= 0:
        raise EmptyInput(_("There is no customer at the start of the period."))
    if not 0 <= end - won <= start or won < 0:
        message = _("Of {start:g} customers at the start, {kept:g} can't have stayed. Check `end` and `won`.")
        raise OutOfRange(message.format(start=start, kept=end - won))
    return 100 * (end - won) / start


@metric(
    unit="percent",
    better="lower",
    zh="客户流失率（按人数）",
    en="Churn rate from counts",
    source=_FARRIS,
    range=(0, 100),
    example=_COUNTS,
)
def churn_from_counts(start: float, end: float, won: float) -> float:
    """Churn rate in % from three counts: 100 − `retention_from_counts`, from 0 to 100.

    Args:
        start: customers at the start of the period.
        end: customers at its end, those won in it included.
        won: customers won in the period who are still there at its end.

    Raises:
        EmptyInput: there was no customer at the start.
        OutOfRange: the counts contradict each other.

    >>> churn_from_counts(start=1000, end=1050, won=180)
    13.0
    """
    return 100 - retention_from_counts(start, end, won)


def _quarters(first: str, last: str) -> list[tuple[str, date, date]]:
    """Return name, first day and first day after, of every quarter from `2024-Q1` to `2025-Q4`."""
    numbered = []
    for name in (first, last):
        year, _dash, quarter = name.partition("-Q")
        if not (year.isdigit() and quarter in ("1", "2", "3", "4")):
            raise OutOfRange(_("A quarter is written like 2025-Q4. Got {name}.").format(name=name))
        numbered.append(int(year) * 4 + int(quarter) - 1)
    if numbered[0] > numbered[1]:
        raise OutOfRange(_("{first} lies after {last}.").format(first=first, last=last))

    def day(number: int) -> date:
        return date(number // 4, number % 4 * MONTHS_PER_QUARTER + 1, 1)

    return [(f"{q // 4}-Q{q % 4 + 1}", day(q), day(q + 1)) for q in range(numbered[0], numbered[1] + 1)]


@metric(
    unit="percent",
    better="lower",
    zh="季度客户流失率",
    en="Churn rate by quarter",
    source=_FARRIS,
    range=(0, 100),
    missing="counted",
    example={
        "contracts": {
            "contract_start": [datetime(2024, 1, 1)] * 4 + [None, datetime(2025, 2, 1)],
            "contract_end": [None, None, datetime(2025, 2, 28), datetime(2025, 6, 30), None, None],
        },
        "first": "2025-Q1",
        "last": "2025-Q2",
    },
)
def churn_by_quarter(
    contracts: IntoFrame,
    first: str,
    last: str,
    start: str = "contract_start",
    end: str = "contract_end",
    by: str | None = None,
) -> Any:
    """Churn rate of customers with a contract, quarter by quarter, in %.

    A contract runs on the first day of a quarter if it began before that day and has not ended before it. It
    is lost in the quarter in which its last day lies. A missing start means no contract, a missing end that
    it runs on.

    Args:
        contracts: one row a customer.
        first: first quarter, as `2024-Q1`.
        last: last quarter, included.
        start: column with the first day of the contract.
        end: column with its last day.
        by: column with a group, for a table by quarter and group.

    Returns:
        Columns `quarter`, `by` if given, `at_start`, `lost` (customers), `churn_rate` (%). Quarters in which
        no contract ran at the start are left out.

    Raises:
        EmptyInput: no contract ran at the start of any of the quarters.
        OutOfRange: a quarter isn't written like `2025-Q4`.

    >>> import pandas as pd
    >>> contracts = pd.DataFrame({"contract_start": ["2024-01-01"] * 4,
    ...                           "contract_end": [None, None, None, "2025-11-30"]}, dtype="datetime64[us]")
    >>> churn_by_quarter(contracts, "2025-Q4", "2025-Q4")["churn_rate"].tolist()
    [25.0]
    """
    group = [] if by is None else [by]
    free(group, "quarter", "at_start", "lost", "churn_rate")
    frame = known(with_days(lazy(contracts, start, end, *group), start, end), start, *group)
    # A group may be one of the dates: what is compared stands beside it.
    frame = frame.select(*group, __start=nw.col(start).cast(nw.Date), __end=nw.col(end).cast(nw.Date))
    tables = []
    for name, opens, closes in _quarters(first, last):
        ended = nw.col("__end")
        at_start = frame.filter(nw.col("__start") < opens, ended.is_null() | (ended >= opens))
        lost = nw.when(ended < closes).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)
        counts = at_start.with_columns(lost=lost, quarter=nw.lit(name)).group_by("quarter", *group)
        tables.append(collect(counts.agg(at_start=nw.len(), lost=nw.col("lost").sum())))
    # DuckDB adds integers up in a wider type.
    table = nw.concat(tables).with_columns(nw.col("at_start", "lost").cast(nw.Int64))
    table = ordered(table, "quarter", *group)
    if table.is_empty():
        raise EmptyInput(_("No contract ran from {first} to {last}.").format(first=first, last=last))
    return native(table.with_columns(churn_rate=100 * nw.col("lost") / nw.col("at_start")))


@metric(
    unit="table",
    better="neither",
    zh="客户活跃月份",
    source="Fader & Toms, The Customer Centricity Playbook, 2018",
    range=(None, None),
    example=_ORDERS,
)
def active_months(
    frame: IntoFrame, customer: str = "customer_id", when: str = "ordered_at", amount: str | None = AMOUNT
) -> Any:
    """The months in which each customer bought, one row a customer and month.

    A step that saves time with many orders: `survival.cohort_retention` and `monthly_churn` take the result
    in place of the orders, with `when="month"`.

    Args:
        frame: one row a purchase or an order line.
        customer: column with the customer's id.
        when: column with the time of the purchase.
        amount: column by which returns are known (below 0) and left out; `None` if there are none. Without a
            column `amount` every row is a purchase.

    Returns:
        Columns `customer` and `month` (counted: year · 12 + month − 1), in no particular order.

    Raises:
        EmptyInput: there is no purchase.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-05", "2025-01-09", "2025-02-07"])
    >>> months = active_months(pd.DataFrame({"customer_id": ["a", "a", "a"], "ordered_at": days}))
    >>> monthly_churn(months, when="month")["churn_rate"].tolist()
    [0.0]
    """
    free([customer], "month")
    pairs = collect(customer_months(frame, customer, when, amount))
    if pairs.is_empty():
        raise EmptyInput(_("There is no purchase."))
    return native(pairs)


@metric(
    unit="percent",
    better="lower",
    zh="月度流失率（非契约型）",
    en="Monthly churn (without contracts)",
    source="Fader & Hardie, Journal of Interactive Marketing 23(1), 2009; an activity window of one month",
    range=(0, 100),
    example={
        "frame": {
            "customer_id": ["a", "b", "c", "a", "c", "d", None],
            "ordered_at": [datetime(2025, month, 5) for month in (1, 1, 1, 2, 2, 2, 3)],
        }
    },
)
def monthly_churn(
    frame: IntoFrame, customer: str = "customer_id", when: str = "ordered_at", amount: str | None = AMOUNT
) -> Any:
    """Share of each month's buyers who don't buy in the next month, in %: churn where nobody gives notice.

    Only right where customers normally buy every month; otherwise a normal silence looks like a loss. The
    last month has no next one and is left out.

    Args:
        frame: one row a purchase or an order line.
        customer: column with the customer's id.
        when: column with the time of the purchase, or `month` of `active_months`.
        amount: column by which returns are known (below 0) and left out; `None` if there are none. Without a
            column `amount` every row is a purchase.

    Returns:
        Columns `month` (as 2025-01), `active` (buyers), `lost` (of them, not back in the next month),
        `churn_rate` (%).

    Raises:
        EmptyInput: there is no purchase before the last month.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-05", "2025-01-09", "2025-02-07"])
    >>> orders = pd.DataFrame({"customer_id": ["a", "b", "a"], "ordered_at": days})
    >>> monthly_churn(orders)["churn_rate"].tolist()
    [50.0]
    """
    active, start, table = activity(frame, customer, when, amount)
    if active.shape[1] < 2:
        raise EmptyInput(_("There is no purchase in any month before the last."))
    buyers = active[:, :-1].sum(axis=0)
    lost = (active[:, :-1] & ~active[:, 1:]).sum(axis=0)
    known = np.flatnonzero(buyers)
    return like(
        {
            "month": [month_name(start + m) for m in known.tolist()],
            "active": buyers[known].tolist(),
            "lost": lost[known].tolist(),
            "churn_rate": (100 * lost[known] / buyers[known]).tolist(),
        },
        table,
    )


@metric(
    unit="percent",
    better="lower",
    zh="流失率周期换算",
    source="Compounding",
    range=(0, 100),
    example={"rate": 0.02, "periods": 12},
)
def convert_churn_rate(rate: float, periods: float) -> float:
    """Churn rate in % over another period: 1 − (1 − c)^periods, from 0 to 100.

    Rates compound: 2 % a month isn't 24 % a year.

    Args:
        rate: churn rate of one period as a fraction.
        periods: length of the new period in old ones: 12 from month to year, 1/12 from year to month.

    Raises:
        OutOfRange: `rate` isn't a fraction, or `periods` isn't above 0.

    >>> round(convert_churn_rate(0.02, 12), 2), round(convert_churn_rate(0.20, 1 / 12), 3)
    (21.53, 1.842)
    """
    if periods <= 0:
        raise OutOfRange(_("`periods` must be above 0. Got {periods:g}.").format(periods=periods))
    return 100 * (1 - (1 - fraction(rate, "rate")) ** periods)


@metric(
    unit="periods",
    better="higher",
    zh="预期客户生命周期",
    en="Expected customer lifetime",
    source="Geometric distribution; " + _FARRIS,
    range=(0, None),
    example={"churn": 0.2},
)
def expected_lifetime(churn: float, count_first: bool = True) -> float:
    """Expected periods that a customer stays at a constant churn rate: 1/c, or 1/c − 1 after the first.

    In the unit of the rate's period: a yearly rate gives years.

    Args:
        churn: churn rate of one period as a fraction, above 0.
        count_first: whether the first period, in which the customer is won, counts.

    Raises:
        OutOfRange: `churn` is 0 (nobody ever leaves) or no fraction.

    >>> expected_lifetime(0.2), expected_lifetime(0.2, count_first=False)
    (5.0, 4.0)
    """
    if not (c := fraction(churn, "churn")):
        raise OutOfRange(_("At a churn rate of 0 nobody ever leaves: there is no expected lifetime."))
    return 1 / c - (0 if count_first else 1)


@metric(
    unit="periods",
    better="higher",
    zh="客户半衰期",
    en="Half-life of a customer base",
    source="Geometric distribution",
    range=(0, None),
    example={"churn": 0.2},
)
def half_life(churn: float) -> float:
    """Periods until half of the customers have left, at a constant churn rate: ln 0.5 / ln(1 − c).

    Args:
        churn: churn rate of one period as a fraction, above 0 and below 1.

    Raises:
        OutOfRange: `churn` isn't above 0 and below 1.

    >>> round(half_life(0.2), 3)
    3.106
    """
    return log(0.5) / log(1 - fraction(churn, "churn", zero=False, one=False))


def _start_revenue(start: float, churned: float, contraction: float) -> float:
    if start <= 0:
        raise EmptyInput(_("There is no revenue at the start of the period."))
    if min(churned, contraction) < 0 or churned + contraction > start:
        message = _("Of {start:g} at the start, {lost:g} can't be lost. Give losses as positive amounts.")
        raise OutOfRange(message.format(start=start, lost=churned + contraction))
    return start


@metric(
    unit="percent",
    better="higher",
    zh="总收入留存率",
    en="Gross revenue retention (GRR)",
    source=_SKOK,
    range=(0, 100),
    example={"start": 500_000, "churned": 25_000, "contraction": 15_000},
)
def gross_revenue_retention(start: float, churned: float, contraction: float) -> float:
    """Share of the starting customers' revenue that remains in %, without growth, from 0 to 100.

    100 minus it is the gross revenue churn.

    Args:
        start: revenue of the customers at the start, over one period.
        churned: of it, revenue of customers who left; 0 or more.
        contraction: of it, revenue lost with customers who stayed; 0 or more.

    Raises:
        EmptyInput: there was no revenue at the start.
        OutOfRange: the losses are negative or above `start`.

    >>> gross_revenue_retention(500_000, churned=25_000, contraction=15_000)
    92.0
    """
    return 100 * (_start_revenue(start, churned, contraction) - churned - contraction) / start


@metric(
    unit="percent",
    better="lower",
    zh="收入流失率",
    source=_SKOK,
    range=(0, 100),
    example={"start": 500_000, "churned": 25_000, "contraction": 15_000},
)
def revenue_churn(start: float, churned: float, contraction: float = 0) -> float:
    """Share of the starting customers' revenue that was lost in %, from 0 to 100: 100 − gross retention.

    It differs from the churn of customers (`churn_rate`) where those lost are larger or smaller than the
    rest. Quote both.

    Args:
        start: revenue of the customers at the start, over one period.
        churned: of it, revenue of customers who left; 0 or more.
        contraction: of it, revenue lost with customers who stayed; 0 or more.

    Raises:
        EmptyInput: there was no revenue at the start.
        OutOfRange: the losses are negative or above `start`.

    >>> revenue_churn(500_000, churned=25_000, contraction=15_000)
    8.0
    """
    return 100 - gross_revenue_retention(start, churned, contraction)


@metric(
    unit="percent",
    better="higher",
    zh="净收入留存率",
    en="Net revenue retention (NRR)",
    source=_SKOK,
    range=(0, None),
    example={"start": 500_000, "churned": 25_000, "contraction": 15_000, "expansion": 60_000},
)
def net_revenue_retention(start: float, churned: float, contraction: float, expansion: float) -> float:
    """Starting customers' revenue at the end against the start in %, 0 or more; growth lifts it above 100.

    Revenue of new customers belongs nowhere in it. Above 100 doesn't mean that nobody left.

    Args:
        start: revenue of the customers at the start, over one period.
        churned: of it, revenue of customers who left; 0 or more.
        contraction: of it, revenue lost with customers who stayed; 0 or more.
        expansion: revenue that the starting customers added; 0 or more.

    Raises:
        EmptyInput: there was no revenue at the start.
        OutOfRange: the losses are negative or above `start`.

    >>> net_revenue_retention(500_000, churned=25_000, contraction=15_000, expansion=60_000)
    104.0
    """
    if expansion < 0:
        raise OutOfRange(_("`expansion` must be 0 or more. Got {value:g}.").format(value=expansion))
    return gross_revenue_retention(start, churned, contraction) + 100 * expansion / start
