"""Customer value: what customers bring, what winning them costs, and how unequally the value is spread.

The formulas of customer lifetime value take retention and discount rate as fractions of one and the same
period.
"""

from __future__ import annotations

from math import ceil
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.amounts import with_amounts
from trainkit.metrics.frames import (
    IntoColumn,
    IntoFrame,
    collect,
    complete,
    free,
    lazy,
    like,
    numbers,
    ordered,
)
from trainkit.metrics.missing import known
from trainkit.metrics.rates import fraction
from trainkit.metrics.registry import metric
from trainkit.metrics.rounding import cents, steady

__all__ = [
    "arpu",
    "average_order_value",
    "cac",
    "cac_payback",
    "clv",
    "clv_cac_ratio",
    "clv_finite",
    "clv_growing",
    "customer_profit",
    "gini",
    "perceived_value",
    "share_of_wallet",
    "spend_per_customer",
    "top_share",
]

_FARRIS = "Farris et al., Marketing Metrics"
_GUPTA = "Gupta & Lehmann, Journal of Interactive Marketing 17(1), 2003"
_SKOK = "Skok, SaaS Metrics 2.0"
_FADER = "Fader & Hardie, Reconciling and Clarifying CLV Formulas, note 024, 2012"
_SPEND = {"values": [1, 1, 2, 2, 3, 4, 6, 11, 20, 50]}
_CLV = {"margin": 1000.0, "retention": 0.8, "discount_rate": 0.10}


def _positive(value: float, name: str) -> float:
    if value <= 0:
        raise EmptyInput(_("`{name}` must be above 0. Got {value:g}.").format(name=name, value=value))
    return value


@metric(
    unit="yuan",
    better="higher",
    zh="客户终身价值（公式）",
    en="CLV (formula)",
    source=f"{_GUPTA}; {_FADER}",
    range=(None, None),
    example=_CLV,
)
def clv(margin: float, retention: float, discount_rate: float, timing: Literal["A", "B", "C"] = "A") -> float:
    """Customer lifetime value in yuan: present value of all future margins, at constant retention.

    Three timings are published; say which applies. A: the first margin comes one period from now, if the
    customer stays, m·r/(1 + i − r). B: it comes now and is certain, m·(1 + i)/(1 + i − r). C: it is certain
    and comes at the end of the first period, m/(1 + i − r). Acquisition cost isn't subtracted.

    Args:
        margin: margin, not revenue, a customer and period in yuan.
        retention: retention rate of a period as a fraction, 0 up to below 1.
        discount_rate: discount rate of a period as a fraction, 0 up to below 1.
        timing: `A`, `B` or `C`.

    Raises:
        OutOfRange: a rate isn't a fraction, or there is no such timing.

    >>> [round(clv(1000, retention=0.8, discount_rate=0.10, timing=t), 2) for t in "ABC"]
    [2666.67, 3666.67, 3333.33]
    """
    r, i = fraction(retention, "retention", one=False), fraction(discount_rate, "discount_rate", one=False)
    first = {"A": r, "B": 1 + i, "C": 1.0}
    if timing not in first:
        raise OutOfRange(_("`timing` must be A, B or C. Got {timing}.").format(timing=timing))
    return margin * first[timing] / (1 + i - r)


@metric(
    unit="yuan",
    better="higher",
    zh="客户终身价值（毛利增长）",
    en="CLV with growing margin",
    source="Gupta & Lehmann, Managing Customers as Investments, 2005",
    range=(None, None),
    example={**_CLV, "growth": 0.05},
)
def clv_growing(margin: float, retention: float, discount_rate: float, growth: float) -> float:
    """Customer lifetime value in yuan where the margin grows each period: m·r/(1 + i − r·(1 + g)), timing A.

    Args:
        margin: margin a customer and period in yuan.
        retention: retention rate of a period as a fraction.
        discount_rate: discount rate of a period as a fraction.
        growth: growth of the margin a period as a fraction.

    Raises:
        OutOfRange: a rate isn't a fraction, or r·(1 + g) reaches 1 + i, where the value has no end.

    >>> round(clv_growing(1000, retention=0.8, discount_rate=0.10, growth=0.05), 2)
    3076.92
    """
    r, i = fraction(retention, "retention", one=False), fraction(discount_rate, "discount_rate", one=False)
    if r * (1 + growth) >= 1 + i:
        raise OutOfRange(
            _("With this growth the value has no end: retention × (1 + growth) reaches 1 + discount.")
        )
    return margin * r / (1 + i - r * (1 + growth))


@metric(
    unit="yuan",
    better="higher",
    zh="有限期客户价值",
    en="Truncated customer value",
    source="Fader & Hardie, What's Wrong With This CLV Formula?, note 033, 2014",
    range=(None, None),
    example={**_CLV, "periods": 5},
)
def clv_finite(margin: float, retention: float, discount_rate: float, periods: int) -> float:
    """Present value in yuan of the margins of the next `periods` periods only, timing A: no lifetime value.

    Args:
        margin: margin a customer and period in yuan.
        retention: retention rate of a period as a fraction.
        discount_rate: discount rate of a period as a fraction.
        periods: number of periods, 0 or more.

    Raises:
        OutOfRange: a rate isn't a fraction, or `periods` is negative.

    >>> round(clv_finite(1000, retention=0.8, discount_rate=0.10, periods=5), 2)
    2124.1
    """
    if periods < 0:
        raise OutOfRange(_("`periods` must be 0 or more. Got {n}.").format(n=periods))
    q = fraction(retention, "retention", one=False) / (
        1 + fraction(discount_rate, "discount_rate", one=False)
    )
    return margin * q * (1 - q**periods) / (1 - q)


@metric(
    unit="yuan",
    better="lower",
    zh="获客成本",
    en="Customer acquisition cost (CAC)",
    source=f"{_FARRIS}; {_SKOK}",
    range=(0, None),
    example={"cost": 500_000, "customers_won": 400},
)
def cac(cost: float, customers_won: float) -> float:
    """Acquisition cost of a new customer in yuan, 0 or more.

    All sales and marketing cost of acquisition belongs in: media, pay, tools, commission; what is spent on
    keeping customers doesn't.

    Args:
        cost: cost of acquisition in the period in yuan, 0 or more.
        customers_won: customers won in the period, not leads.

    Raises:
        EmptyInput: nobody was won.
        OutOfRange: `cost` is negative.

    >>> cac(300_000 + 150_000 + 50_000, customers_won=400)
    1250.0
    """
    if cost < 0:
        raise OutOfRange(_("`cost` must be 0 or more. Got {cost:g}.").format(cost=cost))
    return cost / _positive(customers_won, "customers_won")


@metric(
    unit="ratio",
    better="higher",
    zh="客户价值与获客成本之比",
    en="CLV : CAC",
    source=_SKOK,
    range=(None, None),
    example={"value": 2666.67, "cost": 900.0},
)
def clv_cac_ratio(value: float, cost: float) -> float:
    """Lifetime value for each yuan of acquisition cost; 3 is a rule of thumb of subscription firms, no law.

    On margin, and before acquisition cost is subtracted.

    Args:
        value: customer lifetime value in yuan.
        cost: acquisition cost a customer in yuan, above 0.

    Raises:
        EmptyInput: `cost` isn't above 0.

    >>> round(clv_cac_ratio(clv(1000, 0.8, 0.10), cost=900), 3)
    2.963
    """
    return value / _positive(cost, "cost")


@metric(
    unit="months",
    better="lower",
    zh="获客成本回收期",
    en="CAC payback",
    source=_SKOK,
    range=(0, None),
    example={"cost": 1250.0, "monthly_revenue": 150.0, "gross_margin": 0.7},
)
def cac_payback(cost: float, monthly_revenue: float, gross_margin: float) -> float:
    """Months until a new customer's margin has paid for winning it, 0 or more.

    Args:
        cost: acquisition cost a customer in yuan, 0 or more.
        monthly_revenue: revenue of a new customer a month in yuan, above 0.
        gross_margin: margin as a fraction of revenue, above 0 up to 1.

    Raises:
        EmptyInput: `monthly_revenue` or `gross_margin` isn't above 0.
        OutOfRange: `gross_margin` is above 1 (70 % is 0.7), or `cost` is negative.

    >>> round(cac_payback(1250, monthly_revenue=150, gross_margin=0.7), 2)
    11.9
    """
    if gross_margin > 1 or cost < 0:
        raise OutOfRange(_("`gross_margin` is a fraction up to 1, `cost` 0 or more. 70 % is 0.7."))
    return cost / (_positive(monthly_revenue, "monthly_revenue") * _positive(gross_margin, "gross_margin"))


@metric(
    unit="yuan",
    better="higher",
    zh="笔单价（平均订单金额）",
    en="Average order value",
    source=_FARRIS,
    range=(None, None),
    example={"amounts": [120.0, 80.0, None, 400.0]},
)
def average_order_value(amounts: IntoColumn) -> float:
    """Net revenue per order in yuan (笔单价). Add order lines up to orders first.

    An amount below 0 is a return: it lowers the revenue and is no order.

    Args:
        amounts: net revenue of each order in yuan, shape (n,).

    Raises:
        EmptyInput: there is no order.

    >>> average_order_value([120, 80, 400])
    200.0
    """
    values = numbers(amounts, "amounts")
    count = int((values >= 0).sum())
    if not count:
        raise EmptyInput(_("Nobody bought: all amounts are returns."))
    return float(values.sum() / count)


@metric(
    unit="yuan",
    better="higher",
    zh="客单价",
    source=_FARRIS,
    range=(None, None),
    example={"frame": {"customer_id": ["a", "a", "b", None], "amount": [120.0, 80.0, 400.0, 5.0]}},
)
def spend_per_customer(frame: IntoFrame, customer: str = "customer_id", amount: str = "amount") -> float:
    """Net revenue per buying customer in yuan (客单价); rows without a customer or an amount are left out.

    An amount below 0 is a return: it lowers the revenue, and who only sent back is no buyer.

    Args:
        frame: one row an order or an order line.
        customer: column with the customer's id.
        amount: column with the net revenue in yuan.

    Raises:
        EmptyInput: nobody bought.

    >>> import pandas as pd
    >>> spend_per_customer(pd.DataFrame({"customer_id": ["a", "a", "b"], "amount": [120, 80, 400]}))
    300.0
    """
    rows = known(with_amounts(lazy(frame, customer, amount), amount), customer, amount)
    spent = collect(rows.group_by(customer).agg(__spent=nw.col(amount).sum(), __best=nw.col(amount).max()))
    buyers = int((spent["__best"].to_numpy() >= 0).sum())
    if not buyers:
        raise EmptyInput(_("Nobody bought."))
    return float(spent["__spent"].to_numpy().sum() / buyers)


@metric(
    unit="yuan",
    better="higher",
    zh="每用户平均收入",
    en="Average revenue per user (ARPU)",
    source=_FARRIS,
    range=(None, None),
    example={"revenue": 90_000.0, "users": 1200},
)
def arpu(revenue: float, users: float) -> float:
    """Revenue of the period per user in yuan, whether the user paid or not.

    Args:
        revenue: revenue in the period in yuan.
        users: average number of users in the period, above 0.

    Raises:
        EmptyInput: there is no user.

    >>> arpu(90_000, users=1200)
    75.0
    """
    return revenue / _positive(users, "users")


@metric(
    unit="table",
    better="higher",
    zh="客户利润贡献",
    source="Kaplan & Narayanan, Journal of Cost Management 15(5), 2001",
    range=(None, None),
    example={
        "frame": {
            "customer_id": ["a", "b", "c", "d"],
            "revenue": [900.0, 500.0, 300.0, 800.0],
            "cost": [500.0, 200.0, 200.0, 600.0],
            "cost_to_serve": [50.0, 40.0, 250.0, 100.0],
        }
    },
)
def customer_profit(
    frame: IntoFrame,
    customer: str = "customer_id",
    revenue: str = "revenue",
    cost: str = "cost",
    cost_to_serve: str = "cost_to_serve",
) -> Any:
    """Profit of each customer after goods and service, from the best down, with the whale curve.

    Missing amounts count as 0: no purchase, no cost. The cumulative share can pass 100 % before loss-makers
    pull it back.

    Args:
        frame: one row a customer, or several that are added up.
        customer: column with the customer's id.
        revenue: column with the net revenue in yuan.
        cost: column with the cost of the goods in yuan.
        cost_to_serve: column with the cost of contacts and service in yuan.

    Returns:
        Columns `customer`, `profit` (yuan, rounded to cents), `customers_share` and `cumulative_share` (%),
        equal profits sorted by customer. `cumulative_share` is missing if the profits add up to 0.

    Raises:
        EmptyInput: there is no customer.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"customer_id": ["a", "b"], "revenue": [900, 300], "cost": [500, 200]})
    >>> table["cost_to_serve"] = [0, 300]
    >>> customer_profit(table)["cumulative_share"].tolist()
    [200.0, 100.0]
    """
    free([customer], "profit", "customers_share", "cumulative_share")
    columns = (revenue, cost, cost_to_serve)
    rows = known(with_amounts(lazy(frame, customer, *columns), *columns), customer)
    amounts = [nw.col(c).fill_null(0.0) for c in columns]
    profits = rows.select(customer, profit=amounts[0] - amounts[1] - amounts[2])
    table = collect(profits.group_by(customer).agg(profit=nw.col("profit").sum()))
    if table.is_empty():
        raise EmptyInput(_("There is no customer."))
    table = ordered(table, customer)
    # Cents: sums of floats depend on the order of the rows, and ranks with them.
    profit = cents(table["profit"].to_numpy())
    best = np.argsort(-profit, kind="stable")
    profit, names = profit[best], table[customer].to_list()
    share = 100 * np.arange(1, profit.size + 1) / profit.size
    total = profit.sum()
    cumulative = (100 * profit.cumsum() / total).tolist() if total else [None] * profit.size
    ranked = {customer: [names[i] for i in best.tolist()], "profit": profit.tolist()}
    return like({**ranked, "customers_share": share.tolist(), "cumulative_share": cumulative}, table)


def _ranked(values: IntoColumn) -> np.ndarray:
    """Return amounts of 0 or more, ascending, of which one is above 0."""
    amounts = np.sort(numbers(values, "values", low=0))
    if not amounts.sum():
        raise EmptyInput(_("All values are 0: there is nothing to share out."))
    return amounts


@metric(
    unit="percent",
    better="neither",
    zh="头部客户占比（帕累托）",
    en="Share of the top customers (Pareto)",
    source="Schmittlein, Cooper & Morrison, Marketing Science 12(2), 1993",
    range=(0, 100),
    example=_SPEND,
)
def top_share(values: IntoColumn, top: float = 0.2) -> float:
    """Share of the value that the best customers bring in %, from 0 to 100; 80 is a saying, not a law.

    The best are the first ⌈top · n⌉ customers. Customers without a purchase count if they are in `values`:
    say so.

    Args:
        values: revenue or profit of each customer, 0 or more, shape (n,).
        top: share of the customers as a fraction, above 0 up to 1.

    Raises:
        EmptyInput: there is no value above 0.
        OutOfRange: a value is negative, or `top` isn't within 0 and 1.

    >>> top_share([1, 1, 2, 2, 3, 4, 6, 11, 20, 50])
    70.0
    """
    if not 0 < top <= 1:
        raise OutOfRange(_("`top` must lie above 0 and up to 1. Got {top:g}. 20 % is 0.2.").format(top=top))
    amounts = _ranked(values)
    # Rounded first, so that 0.2 × 15 = 3.0000000000000004 stays 3.
    best = ceil(steady(top * amounts.size))
    return float(100 * amounts[-best:].sum() / amounts.sum())


@metric(
    unit="ratio",
    better="neither",
    zh="基尼系数",
    en="Gini coefficient",
    source="Gini, 1912; Lorenz, 1905",
    range=(0, 1),
    example=_SPEND,
)
def gini(values: IntoColumn) -> float:
    """Gini coefficient, 0 (all bring the same) to 1 (one brings all): 1 − 2 · area under the Lorenz curve.

    Args:
        values: revenue or profit of each customer, 0 or more, shape (n,).

    Raises:
        EmptyInput: there is no value above 0.
        OutOfRange: a value is negative.

    >>> round(gini([1, 1, 2, 2, 3, 4, 6, 11, 20, 50]), 3)
    0.632
    """
    amounts = _ranked(values)
    lorenz = np.concatenate([[0.0], amounts.cumsum() / amounts.sum()])
    return max(0.0, float(1 - (lorenz[1:] + lorenz[:-1]).sum() / amounts.size))


@metric(
    unit="points",
    better="higher",
    zh="客户感知价值",
    en="Customer perceived value (CPV)",
    source="Zeithaml, Journal of Marketing 52(3), 1988",
    range=(None, None),
    example={"frame": {"benefits": [8, 7, None, 9], "sacrifices": [5, 6, 4, 3]}},
)
def perceived_value(frame: IntoFrame, benefits: str = "benefits", sacrifices: str = "sacrifices") -> float:
    """Mean of perceived benefits minus perceived sacrifices, in points of the scale; above 0 is worth it.

    Value to the customer, not the value of the customer (`clv`). It says little without the next best
    offer's.

    Args:
        frame: one row a respondent; rows without both answers are left out.
        benefits: column with what the customer gets.
        sacrifices: column with what it costs the customer, on the same scale.

    Raises:
        EmptyInput: no respondent answered both.

    >>> import pandas as pd
    >>> perceived_value(pd.DataFrame({"benefits": [8, 7], "sacrifices": [5, 6]}))
    2.0
    """
    rows = complete(frame, benefits, sacrifices, only=True)
    return float((numbers(rows[benefits], benefits) - numbers(rows[sacrifices], sacrifices)).mean())


@metric(
    unit="percent",
    better="higher",
    zh="钱包份额",
    source="Keiningham et al., HBR, Oct 2011",
    range=(0, 100),
    example={"frame": {"ours": [300.0, 100.0], "category": [400.0, 600.0]}},
)
def share_of_wallet(frame: IntoFrame, ours: str = "ours", category: str = "category") -> float:
    """Share of the customers' spending in the category that goes to us in %, from 0 to 100.

    Pooled: the mean of the customers' own shares is another figure.

    Args:
        frame: one row a customer; rows without both amounts are left out.
        ours: column with the spending with us.
        category: column with all spending in the category.

    Raises:
        EmptyInput: nobody spends in the category.
        OutOfRange: somebody spends more with us than in the category.

    >>> import pandas as pd
    >>> share_of_wallet(pd.DataFrame({"ours": [300, 100], "category": [400, 600]}))
    40.0
    """
    rows = complete(frame, ours, category, only=True)
    mine, all_of_it = numbers(rows[ours], ours, low=0), numbers(rows[category], category, low=0)
    if (mine > all_of_it).any():
        raise OutOfRange(
            _("`{ours}` is more than `{category}` in some rows.").format(ours=ours, category=category)
        )
    return float(100 * mine.sum() / _positive(all_of_it.sum(), category))
