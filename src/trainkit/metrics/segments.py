"""Segmentation: RFM scores and segments, value tiers, relationship levels and how customers move, clusters.

`recency` is the silence since the last purchase here; in `lifetime.clv_summary` it is the time from first to
last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.amounts import is_purchase, with_amounts
from trainkit.metrics.days import as_day, before, days, with_days
from trainkit.metrics.frames import (
    IntoFrame,
    collect,
    complete,
    eager,
    extend,
    floats,
    free,
    lazy,
    numbers,
    ordered,
    shares,
)
from trainkit.metrics.missing import known, nulled
from trainkit.metrics.rates import fraction
from trainkit.metrics.registry import metric
from trainkit.metrics.rounding import cents

__all__ = [
    "customer_tiers",
    "relationship_levels",
    "rfm_classes",
    "rfm_scores",
    "rfm_segments",
    "rfm_table",
    "transition_matrix",
]

QUINTILES = (20, 40, 60, 80)
LOYAL_ORDERS = 4
LOYAL_NPS = 9

_HUGHES = "Hughes, Strategic Database Marketing, 4th ed. 2012"
_RFM = {
    "customer_id": ["a", "b", "c", "d", "e", "f"],
    "recency": [3, 90, 14, 200, 30, 61],
    "frequency": [9, 2, 5, 1, 4, 2],
    "monetary": [900.0, 80.0, 400.0, 30.0, 700.0, 120.0],
}

#: The segment of every pair of R and F scores: a true partition of the 25 cells.
_GRID: dict[str, set[tuple[int, int]]] = {
    "champions": {(5, 4), (5, 5)},
    "loyal": {(r, f) for r in (3, 4) for f in (4, 5)},
    "potential loyalists": {(r, f) for r in (4, 5) for f in (2, 3)},
    "new": {(5, 1)},
    "promising": {(4, 1)},
    "need attention": {(3, 3)},
    "about to sleep": {(3, 1), (3, 2)},
    "at risk": {(r, f) for r in (1, 2) for f in (3, 4)},
    "cannot lose": {(1, 5), (2, 5)},
    "hibernating": {(r, f) for r in (1, 2) for f in (1, 2)},
}

#: The class by whether R (recent), F and M are high.
_CLASSES = {
    (True, True, True): "key value",
    (True, False, True): "key development",
    (False, True, True): "key retention",
    (False, False, True): "key win-back",
    (True, True, False): "ordinary value",
    (True, False, False): "ordinary development",
    (False, True, False): "ordinary retention",
    (False, False, False): "ordinary win-back",
}


@metric(
    unit="table",
    better="neither",
    zh="RFM 汇总表",
    en="RFM table",
    source=_HUGHES,
    range=(None, None),
    example={
        "orders": {
            "customer_id": ["a", "a", "b", "a", None],
            "ordered_at": [datetime(2025, 1, d) for d in (1, 15, 8, 15, 9)],
            "amount": [10.0, 30.0, 5.0, -5.0, 9.0],
        },
        "as_of": date(2025, 2, 1),
    },
)
def rfm_table(
    orders: IntoFrame,
    as_of: date | str,
    customer: str = "customer_id",
    when: str = "ordered_at",
    amount: str = "amount",
    order: str | None = None,
) -> Any:
    """Recency, frequency and monetary value of each customer on one day.

    Give the snapshot's day, never "today". A row with an amount below 0 is a return: it is netted in
    `monetary` and is no order: who only sent back has frequency 0 and no recency. Without `order` each row is
    an order.

    Args:
        orders: one row an order, or an order line.
        as_of: the day of the snapshot, a date or ISO text; rows from that day on are left out.
        customer: column with the customer's id.
        when: column with the time of the order.
        amount: column with the net revenue; where it is missing the order still counts.
        order: column with the order's number, if rows are order lines; lines without one are no order.

    Returns:
        Columns `customer`, `recency` (days from the last order to `as_of`), `frequency` (orders), `monetary`
        (net revenue, rounded to cents), sorted by customer.

    Raises:
        EmptyInput: there is no order before `as_of`.
        InputError: dates, times or amounts are none (see the day rule).

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-15"])
    >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "ordered_at": days, "amount": [10, 30]})
    >>> rfm_table(orders, as_of=pd.Timestamp("2025-02-01").date()).to_dict("records")[0]
    {'customer_id': 'a', 'recency': 17, 'frequency': 2, 'monetary': 40.0}
    """
    day = as_day(as_of, "as_of")
    free([customer], "recency", "frequency", "monetary")
    columns = [customer, when, amount, *([order] if order else [])]
    rows = with_amounts(with_days(lazy(orders, *columns), when), amount)
    bought = known(rows, customer, when).filter(before(rows, when, day))
    # Columns of our own: a return lowers what was spent, and is neither the last order nor one more.
    sale = is_purchase(amount)
    number = nulled(rows, order) if order else nw.lit(1).cast(nw.Int64)
    marked = bought.select(
        customer,
        __last=nw.when(sale).then(nw.col(when)),
        __order=nw.when(sale).then(number),
        __spent=nw.col(amount),
    )
    figures = {"__last": nw.col("__last").max(), "__spent": nw.col("__spent").sum()}
    if order:
        # A missing number is no order, but a value of its own where different ones are counted.
        gone = nw.when(nw.col("__order").is_null()).then(nw.lit(1)).otherwise(nw.lit(0))
        marked = marked.with_columns(__gone=gone)
        figures |= {"__count": nw.col("__order").n_unique(), "__gone": nw.col("__gone").max()}
    else:
        figures["__count"] = nw.col("__order").sum()
    table = collect(marked.group_by(customer).agg(**figures))
    if known(table, "__last").is_empty():
        raise EmptyInput(_("There is no order before {day}.").format(day=day))
    table = ordered(table, customer)
    silence = np.datetime64(day, "D") - days(table["__last"])
    frequency = table["__count"].to_numpy().astype(np.int64)
    return extend(
        table.select(customer),
        # A list can say what is missing among whole numbers, an array can't.
        recency=silence.astype(int)
        if not np.isnat(silence).any()
        else [s and s.days for s in silence.tolist()],
        frequency=frequency - table["__gone"].to_numpy().astype(np.int64) if order else frequency,
        # Cents: a sum of floats depends on the order of the rows, and a customer's rank must not.
        monetary=cents(table["__spent"].to_numpy()),
    )


def _scored(rows: nw.DataFrame[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return R, F and M scores 1–5 by the quintiles of all customers; equal values get equal scores."""
    below = {}
    for name in ("recency", "frequency", "monetary"):
        values = numbers(rows[name], name)
        cuts = np.percentile(values, QUINTILES)
        below[name] = np.searchsorted(cuts, values, side="left")
    return 5 - below["recency"], 1 + below["frequency"], 1 + below["monetary"]


@metric(
    unit="table",
    better="higher",
    zh="RFM 评分",
    en="RFM scores",
    source=_HUGHES,
    range=(None, None),
    example={"table": _RFM},
)
def rfm_scores(table: IntoFrame) -> Any:
    """Score R, F and M from 1 to 5 by quintiles; 5 is best, and few days of silence are good.

    Independent quintiles over all customers (Hughes' own are nested). Cut points are the 20th to 80th
    percentiles, linearly interpolated; F and M get 1 plus, R gets 5 minus, the number of cut points strictly
    below the value. Equal customers score alike; where many share one value some scores stay empty. Scores of
    two snapshots can't be compared.

    Args:
        table: one row a customer, as `rfm_table` gives it; rows with a missing value are left out.

    Returns:
        The rows with `r`, `f`, `m` (1–5) and `rfm` (as 555).

    Raises:
        EmptyInput: there is no complete row.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"recency": [1, 2, 3, 4, 5], "frequency": [9, 7, 5, 3, 1]})
    >>> table["monetary"] = [50, 40, 30, 20, 10]
    >>> rfm_scores(table)["rfm"].tolist()
    [555, 444, 333, 222, 111]
    """
    rows = complete(table, "recency", "frequency", "monetary")
    r, f, m = _scored(rows)
    return extend(rows, r=r, f=f, m=m, rfm=100 * r + 10 * f + m)


@metric(
    unit="table",
    better="neither",
    zh="RFM 十类分群",
    en="RFM segments (ten)",
    source="Industry grid on R × F, after " + _HUGHES,
    range=(None, None),
    example={"table": _RFM},
)
def rfm_segments(table: IntoFrame) -> Any:
    """Put each customer into one of ten segments by R and F scores; every customer belongs to exactly one.

    Args:
        table: one row a customer, as `rfm_table` gives it; rows with a missing value are left out.

    Returns:
        The rows with `r`, `f` (1–5) and `segment`: `champions`, `loyal`, `potential loyalists`, `new`,
        `promising`, `need attention`, `about to sleep`, `at risk`, `cannot lose`, `hibernating`.

    Raises:
        EmptyInput: there is no complete row.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"recency": [1, 2, 3, 4, 5], "frequency": [9, 7, 5, 3, 1]})
    >>> table["monetary"] = [50, 40, 30, 20, 10]
    >>> rfm_segments(table)["segment"].tolist()
    ['champions', 'loyal', 'need attention', 'hibernating', 'hibernating']
    """
    rows = complete(table, "recency", "frequency", "monetary")
    r, f, _m = _scored(rows)
    named = {cell: name for name, cells in _GRID.items() for cell in cells}
    segment = [named[cell] for cell in zip(r.tolist(), f.tolist(), strict=True)]
    return extend(rows, r=r.tolist(), f=f.tolist(), segment=segment)


@metric(
    unit="table",
    better="neither",
    zh="RFM 八类客户",
    en="RFM classes (eight)",
    source="Chinese marketing practice, after " + _HUGHES,
    range=(None, None),
    example={"table": _RFM},
)
def rfm_classes(table: IntoFrame, threshold: Literal["mean", "median"] = "mean") -> Any:
    """Put each customer into one of eight classes by whether R, F and M are high.

    High means above the mean (or median) for F and M, and below it in days for R. Spending is skewed: by the
    mean few are high.

    Args:
        table: one row a customer, as `rfm_table` gives it; rows with a missing value are left out.
        threshold: `mean` or `median`.

    Returns:
        The rows with `class`: `key value`, `key development`, `key retention`, `key win-back`, and `ordinary
        …` likewise.

    Raises:
        EmptyInput: there is no complete row.
        OutOfRange: there is no such threshold.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"recency": [1, 90], "frequency": [9, 1], "monetary": [10, 500]})
    >>> rfm_classes(table)["class"].tolist()
    ['ordinary value', 'key win-back']
    """
    if threshold not in ("mean", "median"):
        raise OutOfRange(_("`threshold` must be mean or median. Got {name}.").format(name=threshold))
    rows = complete(table, "recency", "frequency", "monetary")
    cut = np.mean if threshold == "mean" else np.median
    r, f, m = (numbers(rows[c], c) for c in ("recency", "frequency", "monetary"))
    high = zip((r < cut(r)).tolist(), (f > cut(f)).tolist(), (m > cut(m)).tolist(), strict=True)
    return extend(rows, **{"class": [_CLASSES[cell] for cell in high]})


@metric(
    unit="table",
    better="neither",
    zh="客户分级",
    source="Dickie, Factory Management and Maintenance, 1951",
    range=(None, None),
    example={
        "table": {"customer_id": ["a", "b", "c", "d"], "profit": [700.0, 200.0, 60.0, 40.0]},
        "value": "profit",
    },
)
def customer_tiers(
    table: IntoFrame,
    value: str,
    cuts: Sequence[float] = (0.80, 0.95),
    names: Sequence[str] = ("gold", "silver", "bronze"),
) -> Any:
    """Put customers into tiers by cumulative share of the value (ABC): gold to 80 %, silver to 95 %, bronze.

    The customer who crosses a cut still belongs to the better tier; equal values share a tier.

    Args:
        table: one row a customer; rows without a value are left out.
        value: column with the value, 0 or more.
        cuts: rising shares of the value as fractions.
        names: names of the tiers, one more than there are cuts.

    Returns:
        The rows with `tier`, from the largest value down.

    Raises:
        EmptyInput: there is no value above 0.
        OutOfRange: a value is negative, or a cut is no fraction.
        InputError: names and cuts don't fit together.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"profit": [60, 700, 40, 200]})
    >>> customer_tiers(table, "profit")["tier"].tolist()
    ['gold', 'gold', 'silver', 'bronze']
    """
    if len(names) != len(cuts) + 1 or list(cuts) != sorted(cuts):
        raise InputError(_("There must be one name more than there are cuts, and cuts must rise."))
    rows = complete(table, value)
    amounts = numbers(rows[value], value, low=0)
    others = [c for c in rows.columns if c != value]
    rows = ordered(rows, value, *others, descending=[True, *(False for _c in others)])
    amounts = np.sort(amounts)[::-1]
    if not amounts.sum():
        raise EmptyInput(_("All values are 0: there is nothing to share out."))
    # What all better customers bring together decides, so that equal customers are never parted.
    richer = np.searchsorted(-amounts, -amounts, side="left")
    before = np.r_[0.0, amounts.cumsum()][richer] / amounts.sum()
    tier = np.searchsorted([fraction(cut, "cuts") for cut in cuts], before + 1e-11, side="left")
    return extend(rows, tier=[names[t] for t in tier])


@metric(
    unit="table",
    better="higher",
    zh="客户关系层级",
    source="After Christopher, Payne & Ballantyne, Relationship Marketing, 1991/2002",
    range=(None, None),
    missing="counted",
    example={
        "table": {
            "customer_id": ["a", "b", "c", "d", "e"],
            "contacts": [0, 3, 5, 9, 20],
            "orders": [0, 0, 2, 6, 12],
            "nps": [None, None, 9, 10, 9],
            "joint_plan": [False, False, False, False, True],
        }
    },
)
def relationship_levels(
    table: IntoFrame,
    contacts: str = "contacts",
    orders: str = "orders",
    nps: str = "nps",
    partner: str = "joint_plan",
) -> Any:
    """Put each customer on one of five levels, each with a rule that can be observed.

    prospect: no contact → first contact: a contact, no purchase → active: a purchase in the window → loyal:
    at least four purchases and an NPS answer of 9 or 10 → strategic partner: loyal, with a joint plan.
    Revenue decides nothing. Customers also move down.

    Args:
        table: one row a customer. Missing numbers count as 0, a missing NPS answer as none, a missing plan as
            none.
        contacts: column with the number of two-way contacts.
        orders: column with the number of purchases in the activity window.
        nps: column with the latest NPS answer, 0–10.
        partner: column that is true or 1 where a joint plan exists.

    Returns:
        The rows with `level`: `prospect`, `first contact`, `active`, `loyal`, `strategic partner`.

    Raises:
        EmptyInput: there is no row.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"contacts": [0, 2, 5], "orders": [0, 1, 6], "nps": [None, 3, 9]})
    >>> table["joint_plan"] = False
    >>> relationship_levels(table)["level"].tolist()
    ['prospect', 'active', 'loyal']
    """
    rows = eager(table, *lazy(table, contacts, orders, nps, partner).collect_schema().names())
    met, bought, plan = (np.nan_to_num(floats(rows[c], c)) for c in (contacts, orders, partner))
    answer = np.nan_to_num(floats(rows[nps], nps), nan=-1)
    loyal = (bought >= LOYAL_ORDERS) & (answer >= LOYAL_NPS)
    rules = [loyal & (plan > 0), loyal, bought > 0, met > 0]
    level = np.select(rules, ["strategic partner", "loyal", "active", "first contact"], default="prospect")
    return extend(rows, level=level.tolist())


@metric(
    unit="table",
    better="neither",
    zh="层级迁移矩阵",
    source="Dwyer, Schurr & Oh, Journal of Marketing 51(2), 1987",
    range=(0, 100),
    example={
        "frame": {
            "before": ["active", "active", "loyal", "loyal", None],
            "after": ["active", "loyal", "loyal", "lost", "x"],
        },
        "before": "before",
        "after": "after",
    },
)
def transition_matrix(frame: IntoFrame, before: str, after: str) -> Any:
    """How customers moved: of each level (or segment) before, the share in each level after, in %.

    Args:
        frame: one row a customer; rows without both levels are left out.
        before: column with the level before.
        after: column with the level after.

    Returns:
        Columns `before`, `after`, `n` (customers), `share` (% of the level before), sorted by both; empty
        cells left out.

    Raises:
        EmptyInput: no customer has both levels.

    >>> import pandas as pd
    >>> moves = pd.DataFrame({"q1": ["active", "active", "loyal"], "q2": ["active", "loyal", "loyal"]})
    >>> transition_matrix(moves, "q1", "q2")["share"].tolist()
    [50.0, 50.0, 100.0]
    """
    free([before, after], "n", "share")
    rows = known(lazy(frame, before, after), before, after)
    table = ordered(collect(rows.group_by(before, after).agg(n=nw.len())), before, after)
    if table.is_empty():
        raise EmptyInput(_("No customer has both a level before and a level after."))
    return extend(table, share=shares(table["n"].to_numpy(), table[before].to_list()))
