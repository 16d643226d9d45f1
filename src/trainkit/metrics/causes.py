"""Causes: what a change of a rate is made of, and which few causes make most of a trouble.

A split says where a change lies, not why it came about.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trainkit.errors import EmptyInput
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame, complete, free, like, numbers
from trainkit.metrics.ids import check_kinds
from trainkit.metrics.registry import metric
from trainkit.metrics.rounding import steady

__all__ = ["change_parts", "pareto_causes"]

_PARTS = ("n_before", "n_after", "rate_before", "rate_after", "rate", "mix", "rest", "change")


def _rates(frame: IntoFrame, by: str, outcome: str) -> tuple[dict[Any, tuple[int, float]], Any]:
    """Return customers and events of every group, and the rows."""
    rows = complete(frame, by, outcome, only=True)
    counts: dict[Any, tuple[int, float]] = {}
    for group, event in zip(rows[by].to_list(), numbers(rows[outcome], outcome, low=0, high=1), strict=True):
        n, events = counts.get(group, (0, 0.0))
        counts[group] = n + 1, events + float(event)
    return counts, rows


@metric(
    unit="table",
    better="neither",
    zh="变化拆解（率、结构与余项）",
    en="Change split into rate, mix and rest",
    source="Kitagawa, JASA 50, 1955",
    range=(None, None),
    example={
        "before": {"region": ["E", "E", "E", "E", "W", "W", None], "churned": [1, 0, 0, 0, 1, 0, 1]},
        "after": {"region": ["E", "E", "W", "W", "W", "N"], "churned": [1, 0, 1, 1, 0, 0]},
        "by": "region",
        "outcome": "churned",
    },
)
def change_parts(before: IntoFrame, after: IntoFrame, by: str, outcome: str) -> Any:
    """Split the change of a rate into each group's own rate, the mix of groups, and a rest, as a table.

    Rate: the group's change at its old share. Mix: the change of its share, at how far its old rate lay from
    that of all. Rest: the part of its change of share times change of rate. All parts of all rows add up to
    the change of the rate of all. A group that is there in one period only has no change of rate: its
    part is all mix. Rows without group or outcome are left out.

    Args:
        before: one row a customer of the first period.
        after: one row a customer of the second period.
        by: column with the group, in both.
        outcome: column that is true or 1 where it happened, in both.

    Returns:
        Columns `by`, `n_before`, `n_after` (customers), `rate_before`, `rate_after` (%, missing without
        customers), `rate`, `mix`, `rest`, `change` (percentage points, the sum of the three), sorted
        by group.

    Raises:
        EmptyInput: a period has no complete row.
        InputError: groups are numbers in one period and text in the other.
        OutOfRange: an outcome isn't within 0 and 1.

    >>> import pandas as pd
    >>> before = pd.DataFrame({"type": ["B", "B", "C", "C"], "left": [0, 0, 1, 0]})
    >>> after = pd.DataFrame({"type": ["B", "C", "C", "C"], "left": [0, 1, 1, 0]})
    >>> change_parts(before, after, "type", "left")[["rate", "mix", "rest"]].sum().round(2).tolist()
    [8.33, 12.5, 4.17]
    """
    free([by], *_PARTS)
    (first, rows), (second, _later) = _rates(before, by, outcome), _rates(after, by, outcome)
    check_kinds(first, second, ("before", "after"))
    groups = sorted({**first, **second}, key=lambda group: (str(type(group)), group))
    n0, k0 = np.array([first.get(g, (0, 0.0)) for g in groups]).T
    n1, k1 = np.array([second.get(g, (0, 0.0)) for g in groups]).T
    old, new = 100 * k0 / np.maximum(n0, 1), 100 * k1 / np.maximum(n1, 1)
    # Who is there in one period only has that period's rate in both: nothing of it is a change of rate.
    r0, r1 = np.where(n0 == 0, new, old), np.where(n1 == 0, old, new)
    w0, w1 = n0 / n0.sum(), n1 / n1.sum()
    rate, rest = w0 * (r1 - r0), (w1 - w0) * (r1 - r0)
    mix = (w1 - w0) * (r0 - 100 * k0.sum() / n0.sum())
    table = {
        by: groups,
        "n_before": n0.astype(int).tolist(),
        "n_after": n1.astype(int).tolist(),
        "rate_before": [float(r) if n else None for r, n in zip(old, n0, strict=True)],
        "rate_after": [float(r) if n else None for r, n in zip(new, n1, strict=True)],
        "rate": rate.tolist(),
        "mix": mix.tolist(),
        "rest": rest.tolist(),
        "change": (rate + mix + rest).tolist(),
    }
    return like(table, rows)


@metric(
    unit="table",
    better="neither",
    zh="原因帕累托分析",
    en="Pareto of causes",
    source="Juran, Quality Control Handbook, 1951; Ishikawa, Guide to Quality Control, 1976",
    range=(None, None),
    example={
        "frame": {
            "cause": ["late", "late", "broken", "late", "rude", None],
            "cost": [10.0, 20.0, 90.0, 10.0, 20.0, 5.0],
        },
        "cost": "cost",
    },
)
def pareto_causes(frame: IntoFrame, cause: str = "cause", cost: str | None = None) -> Any:
    """Causes from the largest down with their cumulative share, the table behind a Pareto chart.

    Ranked by number of cases, or by cost where cases differ in weight: the most frequent cause need not
    be the dearest. Rows without a cause (or cost, if it is asked for) are left out.

    Args:
        frame: one row a case.
        cause: column with the cause.
        cost: column with what the case cost, 0 or more; `None` to rank by number.

    Returns:
        Columns `cause`, `cases`, with `cost` also `total` (in its unit), `share` and `cumulative` (%, of the
        cost or else of the cases), from the largest down; equal ones by name.

    Raises:
        EmptyInput: no case has a cause, or nothing cost anything.
        OutOfRange: a cost is below 0.

    >>> import pandas as pd
    >>> pareto_causes(pd.DataFrame({"cause": ["late", "late", "late", "rude"]}))["cumulative"].tolist()
    [75.0, 100.0]
    """
    free([cause], "cases", "total", "share", "cumulative")
    rows = complete(frame, cause, *([cost] if cost else []), only=True)
    names = rows[cause].to_list()
    costs = numbers(rows[cost], cost, low=0) if cost else np.ones(len(names))
    groups = list(dict.fromkeys(names))
    place = {group: i for i, group in enumerate(groups)}
    places = np.array([place[name] for name in names])
    cases, totals = np.bincount(places), steady(np.bincount(places, weights=costs))
    if not totals.sum():
        raise EmptyInput(_("No case has a cost above 0."))
    order = sorted(range(len(groups)), key=lambda i: (-totals[i], str(groups[i])))
    share = 100 * totals[order] / totals.sum()
    table = {cause: [groups[i] for i in order], "cases": cases[order].tolist()}
    table |= {"total": totals[order].tolist()} if cost else {}
    return like({**table, "share": share.tolist(), "cumulative": steady(share.cumsum()).tolist()}, rows)
