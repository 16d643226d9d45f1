"""Decisions: comparing options by weighted criteria, and the company with its industry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from trainkit.errors import EmptyInput, InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame, complete, free, like, numbers
from trainkit.metrics.rates import fraction
from trainkit.metrics.registry import metric
from trainkit.metrics.rounding import steady

__all__ = [
    "AhpWeights",
    "ahp_weights",
    "benchmark_gaps",
    "return_on_investment",
    "total_cost",
    "weight_sensitivity",
    "weighted_scores",
]

#: Saaty's random index by number of criteria.
_RANDOM_INDEX = {3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32}


class AhpWeights(NamedTuple):
    """Weights from pairwise comparisons."""

    weights: list[float]
    """Weight of each criterion, adding up to 1."""
    consistency_ratio: float
    """Contradiction among the comparisons, 0 or more; below 0.10 is acceptable."""


_BELTON = "Belton & Stewart, Multiple Criteria Decision Analysis, 2002"
_OPTIONS = {
    "frame": {
        "vendor": ["X", "Y", "Z", None],
        "function": [4, 3, 5, 1],
        "price": [3, 5, 2, 1],
        "support": [5, 3, 3, 1],
        "security": [2, 4, 3, 1],
    },
    "option": "vendor",
    "weights": {"function": 0.35, "price": 0.25, "support": 0.20, "security": 0.20},
}


def _scores(
    frame: IntoFrame, option: str, weights: Mapping[str, float]
) -> tuple[list[Any], np.ndarray, np.ndarray, Any]:
    """Return options, their scores, shape (options, criteria), the weights, and the rows."""
    share = np.array(list(weights.values()), dtype=float)
    if (share < 0).any() or abs(share.sum() - 1) > 1e-9:
        raise OutOfRange(
            _("Weights must be 0 or more and add up to 1. They add up to {sum:g}.").format(sum=share.sum())
        )
    rows = complete(frame, option, *weights, only=True)
    scores = np.column_stack([numbers(rows[c], c) for c in weights])
    return rows[option].to_list(), scores, share, rows


@metric(
    unit="table",
    better="higher",
    zh="加权评分",
    source=_BELTON,
    range=(None, None),
    example=_OPTIONS,
)
def weighted_scores(frame: IntoFrame, option: str, weights: Mapping[str, float]) -> Any:
    """Weighted total of each option, best first; scores must run the same way, high is good, cost included.

    Set the weights before anyone sees scores, and take out options that fail a knock-out criterion.

    Args:
        frame: one row an option, scores on one scale; options with a missing score are left out.
        option: column with the option's name.
        weights: weight of each criterion's column; they add up to 1.

    Returns:
        Columns `option`, `total` (in the scores' unit), `rank` (from 1, equal totals share a rank).

    Raises:
        EmptyInput: no option is complete.
        OutOfRange: the weights don't add up to 1.

    >>> import pandas as pd
    >>> vendors = pd.DataFrame({"vendor": ["X", "Y"], "function": [4, 3], "price": [3, 5]})
    >>> weighted_scores(vendors, "vendor", {"function": 0.6, "price": 0.4})["vendor"].tolist()
    ['Y', 'X']
    """
    free([option], "total", "rank")
    names, scores, share, rows = _scores(frame, option, weights)
    # Rounded, so that totals which are equal on paper share a rank.
    totals = steady(scores @ share)
    order = sorted(range(len(names)), key=lambda i: (-totals[i], str(names[i])))
    rank = [int((totals > totals[i]).sum()) + 1 for i in order]
    return like({option: [names[i] for i in order], "total": totals[order].tolist(), "rank": rank}, rows)


@metric(
    unit="table",
    better="neither",
    zh="权重敏感性",
    source=_BELTON,
    range=(None, None),
    example={**_OPTIONS, "change": 0.1},
)
def weight_sensitivity(
    frame: IntoFrame, option: str, weights: Mapping[str, float], change: float = 0.1
) -> Any:
    """Who wins when one weight at a time goes up or down, the others giving way in proportion.

    A winner that changes says that the lead is smaller than what one knows about the weights.

    Args:
        frame: one row an option; options with a missing score are left out.
        option: column with the option's name.
        weights: weight of each criterion's column; they add up to 1.
        change: how far a weight moves, as a fraction of 1; it stays within 0 and 1.

    Returns:
        Columns `criterion`, `weight` (moved), `winner`, `lead` (over the second; 0 for a tie or without a
        second), first down, then up for each criterion.

    Raises:
        EmptyInput: no option is complete.
        OutOfRange: the weights don't add up to 1, or one criterion has all the weight.

    >>> import pandas as pd
    >>> vendors = pd.DataFrame({"vendor": ["X", "Y"], "function": [4, 3], "price": [3, 5]})
    >>> weight_sensitivity(vendors, "vendor", {"function": 0.6, "price": 0.4}, change=0.2)["winner"].tolist()
    ['Y', 'X', 'X', 'Y']
    """
    names, scores, share, rows = _scores(frame, option, weights)
    if (share == 1).any():
        raise OutOfRange(_("With one criterion there is no other weight that could give way."))
    table: dict[str, list[Any]] = {"criterion": [], "weight": [], "winner": [], "lead": []}
    for j, criterion in enumerate(weights):
        for moved in (max(0.0, share[j] - change), min(1.0, share[j] + change)):
            varied = share * (1 - moved) / (1 - share[j])
            varied[j] = moved
            totals = steady(scores @ varied)
            order = sorted(range(len(names)), key=lambda i: (-totals[i], str(names[i])))
            lead = totals[order[0]] - totals[order[1]] if len(order) > 1 else 0.0
            for column, value in zip(
                table, (criterion, float(moved), names[order[0]], float(lead)), strict=True
            ):
                table[column].append(value)
    return like(table, rows)


@metric(
    unit="table",
    better="higher",
    zh="竞品对标差距表",
    source="Camp, Benchmarking, 1989",
    range=(None, None),
    example={
        "frame": {
            "indicator": ["churn", "nps", "csat", None],
            "ours": [12.0, 20.0, 75.0, 1.0],
            "industry": [7.0, 25.0, 75.0, 1.0],
            "better": ["lower", "higher", "higher", "higher"],
        }
    },
)
def benchmark_gaps(
    frame: IntoFrame,
    indicator: str = "indicator",
    ours: str = "ours",
    industry: str = "industry",
    better: str = "better",
) -> Any:
    """The company beside its industry: each indicator's gap, signed so that above 0 is ahead, as a table.

    Args:
        frame: one row an indicator; rows with a missing value are left out.
        indicator: column with the indicator's name.
        ours: column with our value.
        industry: column with the benchmark, in the same unit and by the same definition.
        better: column with `higher` or `lower`.

    Returns:
        Columns `indicator`, `ours`, `industry`, `gap` (in the indicator's unit, above 0 is ahead),
        `gap_percent` (% of the benchmark; missing where that is 0), `position` (`ahead`, `level`, `behind`),
        largest lag in % first.

    Raises:
        EmptyInput: there is no complete row.
        InputError: a direction isn't `higher` or `lower`.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"indicator": ["churn"], "ours": [12.0], "industry": [7.0], "better": ["lower"]})
    >>> benchmark_gaps(table)[["gap", "position"]].values.tolist()
    [[-5.0, 'behind']]
    """
    free([indicator, ours, industry, better], "gap", "gap_percent", "position")
    rows = complete(frame, indicator, ours, industry, better, only=True)
    directions = rows[better].to_list()
    if unknown := sorted({str(d) for d in directions} - {"higher", "lower"}):
        raise InputError(
            _("`{column}` must hold higher or lower. Got {names}.").format(
                column=better, names=", ".join(unknown)
            )
        )
    mine, theirs = numbers(rows[ours], ours), numbers(rows[industry], industry)
    gap = steady((mine - theirs) * np.array([1 if d == "higher" else -1 for d in directions]))
    percent = [100 * g / abs(t) if t else None for g, t in zip(gap.tolist(), theirs.tolist(), strict=True)]
    names = rows[indicator].to_list()
    order = sorted(
        range(len(names)), key=lambda i: (percent[i] if percent[i] is not None else 0.0, str(names[i]))
    )
    position = ["ahead" if g > 0 else "behind" if g < 0 else "level" for g in gap]
    columns = {indicator: names, ours: mine.tolist(), industry: theirs.tolist(), "gap": gap.tolist()}
    table = {**columns, "gap_percent": percent, "position": position}
    return like({name: [values[i] for i in order] for name, values in table.items()}, rows)


@metric(
    unit="table",
    better="neither",
    zh="层次分析法权重",
    en="AHP weights",
    source="Saaty, The Analytic Hierarchy Process, 1980",
    range=(0, 1),
    example={"comparisons": [[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]]},
)
def ahp_weights(comparisons: Sequence[Sequence[float]]) -> AhpWeights:
    """Weights from pairwise comparisons, 0 to 1, adding up to 1, and how consistent those are.

    Args:
        comparisons: how many times criterion i matters as much as j; shape (n, n), with reciprocals.

    Raises:
        InputError: the matrix isn't square, its reciprocals are missing, or there are more than seven
            criteria.

    >>> weights, ratio = ahp_weights([[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]])
    >>> [round(w, 3) for w in weights], round(ratio, 3)
    ([0.648, 0.23, 0.122], 0.003)
    """
    matrix = np.asarray(comparisons, dtype=float)
    n = len(matrix)
    square = matrix.ndim == 2 and matrix.shape == (n, n)
    if not square or (matrix <= 0).any() or not np.allclose(matrix * matrix.T, 1):
        raise InputError(
            _("Comparisons form a square of positive numbers, each the reciprocal of its mirror.")
        )
    if n > max(_RANDOM_INDEX):
        raise InputError(_("At most seven criteria can be compared in pairs. Got {n}.").format(n=n))
    values, vectors = np.linalg.eig(matrix)
    largest = int(values.real.argmax())
    weights = np.abs(vectors[:, largest].real)
    ratio = (values[largest].real - n) / (n - 1) / _RANDOM_INDEX[n] if n in _RANDOM_INDEX else 0.0
    return AhpWeights((weights / weights.sum()).tolist(), max(0.0, float(ratio)))


@metric(
    unit="yuan",
    better="lower",
    zh="总体拥有成本",
    en="Total cost of ownership",
    source="Gartner's concept, 1987",
    range=(0, None),
    example={"initial": 300_000.0, "yearly": [120_000.0, 130_000.0, 140_000.0], "discount_rate": 0.08},
)
def total_cost(initial: float, yearly: Sequence[float], discount_rate: float = 0.0) -> float:
    """Present value of all cost over the life of a system in yuan, 0 or more.

    Into it belong licences, implementation, migration, integration, training, operation and exit.

    Args:
        initial: cost at the start in yuan, 0 or more.
        yearly: cost at the end of each year in yuan, 0 or more.
        discount_rate: discount rate a year as a fraction, 0 up to below 1.

    Raises:
        OutOfRange: a cost is negative, or the rate isn't a fraction.

    >>> round(total_cost(300_000, [120_000, 120_000], discount_rate=0.10))
    508264
    """
    fraction(discount_rate, "discount_rate", one=False)
    if min(initial, *yearly, 0) < 0:
        raise OutOfRange(_("Costs must be 0 or more."))
    return initial + sum(cost / (1 + discount_rate) ** year for year, cost in enumerate(yearly, start=1))


@metric(
    unit="percent",
    better="higher",
    zh="投资回报率",
    source="Farris et al., Marketing Metrics",
    range=(-100, None),
    example={"gain": 150_000.0, "cost": 100_000.0},
)
def return_on_investment(gain: float, cost: float) -> float:
    """Return on an investment in %, -100 or more: (gain − cost) / cost.

    Args:
        gain: margin, not revenue, that the project brought in yuan, 0 or more.
        cost: its cost in yuan, above 0.

    Raises:
        EmptyInput: `cost` isn't above 0.
        OutOfRange: `gain` is negative.

    >>> return_on_investment(gain=150_000, cost=100_000)
    50.0
    """
    if cost <= 0:
        raise EmptyInput(_("`cost` must be above 0. Got {cost:g}.").format(cost=cost))
    if gain < 0:
        raise OutOfRange(_("`gain` must be 0 or more: put losses into `cost`."))
    return 100 * (gain - cost) / cost
