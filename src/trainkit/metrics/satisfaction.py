"""Satisfaction: what customers answer when asked, as NPS, CSAT and CES, and how sure the figure is.

Shares are in per cent, NPS in points. Missing answers count in no share; `surveys.response_rate` counts them.
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import IntoColumn, IntoFrame, complete, free, lazy, like, numbers, ordered, tally
from trainkit.metrics.missing import known
from trainkit.metrics.registry import metric
from trainkit.metrics.results import (
    Difference,
    Interval,
    Shares,
    WeightedShare,
    normal_quantile,
    recovered_ends,
)
from trainkit.metrics.surveys import proportion_interval

__all__ = [
    "ces",
    "ces_easy_share",
    "csat",
    "csat_by_group",
    "csat_index",
    "csat_interval",
    "nps",
    "nps_by_group",
    "nps_difference",
    "nps_interval",
    "nps_margin",
    "nps_shares",
    "weighted_csat",
    "weighted_nps",
]

PROMOTER = 9
"""Answers from here up are promoters."""
DETRACTOR = 6
"""Answers up to here are detractors; between the two are passives."""
SATISFIED = 4
"""Top two boxes of a 1–5 scale."""
EASY = 5
"""Answers from here up agree, on the 1–7 scale of CES 2.0, that it was easy."""

_HBR = "Reichheld, Harvard Business Review 81(12), 2003"
_ROCKS = "Rocks, The American Statistician 70(4), 2016"
_ISO = "ISO 10004:2018 (GB/T 19014-2019)"
_EFFORT = "Dixon, Toman & DeLisi, The Effortless Experience, 2013"
_SCORES = {"scores": [10, 9, 8, 3, 7, None, 9, 0, 10, 6]}
_RATINGS = {"ratings": [5, 4, 4, 2, None, 3, 5, 1]}
_GROUPED = {"region": ["N", "N", "N", "S", "S", "S", "S"]}


def _nps_counts(scores: IntoColumn) -> tuple[float, float, float]:
    """Return how many promoters and detractors there are, and how many answered."""
    levels, counts = tally(scores, "scores", low=0, high=10)
    promoters = counts[levels >= PROMOTER].sum()
    detractors = counts[levels <= DETRACTOR].sum()
    return float(promoters), float(detractors), float(counts.sum())


@metric(
    unit="points", better="higher", zh="净推荐值", en="NPS", source=_HBR, range=(-100, 100), example=_SCORES
)
def nps(scores: IntoColumn) -> float:
    """Net promoter score: % of 9–10 minus % of 0–6, from -100 to 100 points.

    Passives (7–8) stay in the denominator. Missing answers count nowhere.

    Args:
        scores: answers 0–10, one a survey, shape (n,).

    Raises:
        EmptyInput: nothing is left after missing answers are dropped.
        OutOfRange: an answer is off the scale, such as a code 11 for "blank".

    >>> nps([10, 9, 8, 3])
    25.0
    """
    promoters, detractors, n = _nps_counts(scores)
    return 100 * (promoters - detractors) / n


@metric(
    unit="percent",
    better="neither",
    zh="推荐者、被动者与贬损者占比",
    en="Promoters, passives and detractors",
    source=_HBR,
    range=(0, 100),
    example=_SCORES,
)
def nps_shares(scores: IntoColumn) -> Shares:
    """Shares of promoters (9–10), passives (7–8) and detractors (0–6) in %; they add up to 100.

    Args:
        scores: answers 0–10, one a survey, shape (n,).

    Raises:
        EmptyInput: nothing is left after missing answers are dropped.

    >>> nps_shares([10, 9, 8, 3])
    Shares(promoters=50.0, passives=25.0, detractors=25.0)
    """
    promoters, detractors, n = _nps_counts(scores)
    return Shares(100 * promoters / n, 100 * (n - promoters - detractors) / n, 100 * detractors / n)


def _nps_estimate(scores: IntoColumn, method: str) -> tuple[float, float]:
    """Return centre and standard error of an NPS, both in points."""
    promoters, detractors, n = _nps_counts(scores)
    if method == "adjusted-wald":
        # Rocks 2016: three more answers, three quarters of one each to promoters and detractors.
        promoters, detractors, n = promoters + 0.75, detractors + 0.75, n + 3
    elif method != "wald":
        message = _("`method` must be wald or adjusted-wald. Got {method}.")
        raise OutOfRange(message.format(method=method))
    p, d = promoters / n, detractors / n
    return 100 * (p - d), 100 * sqrt((p + d - (p - d) ** 2) / n)


@metric(
    unit="points",
    better="lower",
    zh="净推荐值误差范围",
    en="NPS margin of error",
    source=_ROCKS,
    range=(0, 200),
    example=_SCORES,
)
def nps_margin(
    scores: IntoColumn, level: float = 0.95, method: Literal["wald", "adjusted-wald"] = "wald"
) -> float:
    """Margin of error of an NPS in points: half the width of its confidence interval, 0 or more.

    Uses the multinomial variance of the score, with `n` and not `n − 1`. The adjusted Wald form covers
    better in small samples, and isn't 0 where all answers are of one kind. An NPS varies more than a share:
    the binomial formula understates its error.

    Args:
        scores: answers 0–10, one a survey, shape (n,).
        level: confidence level, between 0 and 1.
        method: `wald` or `adjusted-wald`.

    Raises:
        EmptyInput: nothing is left after missing answers are dropped.

    >>> round(nps_margin([10] * 110 + [8] * 50 + [3] * 40), 2)
    10.98
    """
    return normal_quantile(level) * _nps_estimate(scores, method)[1]


@metric(
    unit="points",
    better="neither",
    zh="净推荐值置信区间",
    en="NPS confidence interval",
    source=_ROCKS,
    range=(-100, 100),
    example=_SCORES,
)
def nps_interval(
    scores: IntoColumn, level: float = 0.95, method: Literal["wald", "adjusted-wald"] = "adjusted-wald"
) -> Interval:
    """Confidence interval of an NPS in points, cut at -100 and 100.

    The adjusted Wald interval is centred a little nearer to zero than the NPS itself.

    Args:
        scores: answers 0–10, one a survey, shape (n,).
        level: confidence level, between 0 and 1.
        method: `adjusted-wald` or `wald`.

    Raises:
        EmptyInput: nothing is left after missing answers are dropped.

    >>> low, high = nps_interval([10] * 110 + [8] * 50 + [3] * 40)
    >>> round(low, 2), round(high, 2)
    (23.59, 45.38)
    """
    centre, se = _nps_estimate(scores, method)
    margin = normal_quantile(level) * se
    return Interval(max(-100.0, centre - margin), min(100.0, centre + margin))


@metric(
    unit="points",
    better="neither",
    zh="净推荐值之差",
    en="NPS difference",
    source="Difference of two independent multinomial means",
    range=(None, None),
    example={"before": [10, 9, 8, 3, 7, 2], "after": [9, 9, 10, 8, 6, None]},
)
def nps_difference(before: IntoColumn, after: IntoColumn, level: float = 0.95) -> Difference:
    """Change of NPS between two independent surveys, in points, with its standard error, z and p-value.

    The standard errors add as squares: two margins that overlap may still differ significantly. In a survey
    in which all answers are of one kind the margin would be 0: there the ends of the adjusted Wald interval
    take its place. Where nobody varies in either survey, z is infinite, or 0 without a difference.

    Args:
        before: answers 0–10 of the first survey, shape (n,).
        after: answers 0–10 of the second survey, shape (m,).
        level: confidence level of the interval, between 0 and 1.

    Raises:
        EmptyInput: one of the surveys has no answer.

    >>> change = nps_difference([10] * 75 + [8] * 30 + [3] * 45, [10] * 110 + [8] * 50 + [3] * 40)
    >>> round(change.value, 1), round(change.se, 3), round(change.z, 3)
    (15.0, 9.058, 1.656)
    """
    (first, se_first), (second, se_second) = _nps_estimate(before, "wald"), _nps_estimate(after, "wald")
    value, se = second - first, sqrt(se_first**2 + se_second**2)
    z = value / se if se else (np.inf * np.sign(value) if value else 0.0)
    p = 2 * (1 - NormalDist().cdf(abs(z)))
    low, high = recovered_ends(first, _ends(before, level), second, _ends(after, level))
    return Difference(value, se, float(z), p, low, high)


def _ends(scores: IntoColumn, level: float) -> Interval:
    """Return the ends of an NPS that belong to its margin; where that is 0, the adjusted Wald interval's."""
    centre, se = _nps_estimate(scores, "wald")
    margin = normal_quantile(level) * se
    return Interval(centre - margin, centre + margin) if se else nps_interval(scores, level)


@metric(
    unit="points",
    better="higher",
    zh="加权净推荐值",
    en="Weighted NPS",
    source=_HBR,
    range=(-100, 100),
    example={"frame": {"nps": [10, 9, 8, 3, None], "weight": [1.0, 1.0, 2.0, 1.0, 3.0]}},
)
def weighted_nps(frame: IntoFrame, scores: str = "nps", weights: str = "weight") -> float:
    """NPS in points, -100 to 100, where each answer counts with its survey weight.

    Weights make up for groups that were asked or answered more often than their share of the customers.
    Rows without an answer or a weight are left out.

    Args:
        frame: one row a survey.
        scores: column with answers 0–10.
        weights: column with weights, 0 or more.

    Raises:
        EmptyInput: no row has both answer and weight.

    >>> import pandas as pd
    >>> weighted_nps(pd.DataFrame({"nps": [10, 3], "weight": [3, 1]}))
    50.0
    """
    answers, weight = _weighted(frame, scores, weights, 0, 10)
    sign = (answers >= PROMOTER).astype(float) - (answers <= DETRACTOR)
    return float(100 * (sign * weight).sum() / weight.sum())


def _weighted(
    frame: IntoFrame, answers: str, weights: str, low: float, high: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the answers that have a weight, and their weights."""
    rows = complete(frame, answers, weights, only=True)
    given, weight = (
        numbers(rows[answers], answers, low=low, high=high),
        numbers(rows[weights], weights, low=0),
    )
    if not weight.sum():
        raise EmptyInput(_("No answer has a weight above 0."))
    return given, weight


@metric(
    unit="points",
    better="higher",
    zh="分组净推荐值",
    en="NPS by group",
    source=_ROCKS,
    range=(-100, 100),
    example={"frame": {**_GROUPED, "nps": [10, 9, 3, 8, 10, None, 6]}, "by": "region"},
)
def nps_by_group(frame: IntoFrame, by: str, scores: str = "nps", level: float = 0.95) -> Any:
    """NPS of every group with its adjusted Wald interval, as a table sorted by group.

    Don't average its rows: groups differ in size. The NPS of all is `nps` of all answers.

    Args:
        frame: one row a survey.
        by: column with the group.
        scores: column with answers 0–10.
        level: confidence level of the intervals, between 0 and 1.

    Returns:
        Columns `by`, `n` (answers), `nps`, `low`, `high` (points). Groups without an answer are left out.

    Raises:
        EmptyInput: no group has an answer.

    >>> import pandas as pd
    >>> surveys = pd.DataFrame({"region": ["N", "N", "S"], "nps": [10, 8, 3]})
    >>> nps_by_group(surveys, by="region")["nps"].tolist()
    [50.0, -100.0]
    """

    def row(levels: np.ndarray, counts: np.ndarray) -> dict[str, float]:
        answers = np.repeat(levels, counts)
        low, high = nps_interval(answers, level)
        return {"nps": nps(answers), "low": low, "high": high}

    free([by], "n", "nps", "low", "high")
    return _by_group(frame, by, scores, 0, 10, row)


def _by_group(frame: IntoFrame, by: str, scores: str, low: float, high: float, row: Any) -> Any:
    """Count the answers of every group in the caller's engine, then let `row` judge each group's counts."""
    answered = known(lazy(frame, by, scores).select(by, scores), by, scores)
    counted = ordered(answered.group_by(by, scores).agg(__n=nw.len()).collect(), by, scores)
    levels = numbers(counted[scores], scores, low=low, high=high)
    groups, counts = counted[by].to_list(), counted["__n"].to_numpy()
    # The table is sorted: a group is a run of rows, looked at once.
    starts = [i for i, group in enumerate(groups) if not i or group != groups[i - 1]]
    table: dict[str, list[Any]] = {}
    for start, end in zip(starts, [*starts[1:], len(groups)], strict=True):
        mine = slice(start, end)
        found = {by: groups[start], "n": int(counts[mine].sum()), **row(levels[mine], counts[mine])}
        for column, value in found.items():
            table.setdefault(column, []).append(value)
    return like(table, counted)


@metric(
    unit="percent", better="higher", zh="客户满意度", en="CSAT", source=_ISO, range=(0, 100), example=_RATINGS
)
def csat(ratings: IntoColumn) -> float:
    """Customer satisfaction: share of 4 and 5 on a 1–5 scale in %, from 0 to 100 (top two boxes).

    Missing answers are left out of the denominator.

    Args:
        ratings: answers 1–5, one a survey, shape (n,).

    Raises:
        EmptyInput: nothing is left after missing answers are dropped.
        OutOfRange: an answer is off the scale, such as a code 6 for "not used".

    >>> csat([5, 4, 3, 1])
    50.0
    """
    satisfied, n = _satisfied(ratings)
    return 100 * satisfied / n


def _satisfied(ratings: IntoColumn) -> tuple[int, int]:
    levels, counts = tally(ratings, "ratings", low=1, high=5)
    return int(counts[levels >= SATISFIED].sum()), int(counts.sum())


@metric(
    unit="percent",
    better="neither",
    zh="客户满意度置信区间",
    en="CSAT confidence interval",
    source="Wilson, JASA 22, 1927",
    range=(0, 100),
    example=_RATINGS,
)
def csat_interval(ratings: IntoColumn, level: float = 0.95) -> Interval:
    """Wilson confidence interval of the CSAT in %, always within 0 and 100.

    Args:
        ratings: answers 1–5, one a survey, shape (n,).
        level: confidence level, between 0 and 1.

    Raises:
        EmptyInput: nothing is left after missing answers are dropped.

    >>> low, high = csat_interval([1] * 8 + [2] * 12 + [3] * 30 + [4] * 90 + [5] * 60)
    >>> round(low, 2), round(high, 2)
    (68.57, 80.49)
    """
    return proportion_interval(*_satisfied(ratings), level=level)


@metric(
    unit="percent",
    better="higher",
    zh="加权客户满意度",
    en="Weighted CSAT",
    source="Kish, Survey Sampling, 1965 (effective size); Wilson, JASA 22, 1927 (interval)",
    range=(0, None),
    example={"frame": {"csat": [5, 4, 2, 3, None], "weight": [1.0, 1.0, 2.0, 1.0, 3.0]}},
)
def weighted_csat(
    frame: IntoFrame, ratings: str = "csat", weights: str = "weight", level: float = 0.95
) -> WeightedShare:
    """CSAT in %, 0 to 100, where each answer counts with its survey weight, with its confidence interval.

    The interval is Wilson's for the effective number of answers, (sum of weights)² / sum of squared weights:
    unequal weights cost precision. Rows without an answer or a weight are left out.

    Args:
        frame: one row a survey.
        ratings: column with answers 1–5.
        weights: column with weights, 0 or more; only their proportions matter.
        level: confidence level, between 0 and 1.

    Raises:
        EmptyInput: no row has both answer and weight, or all weights are 0.
        OutOfRange: an answer is off the scale, or a weight below 0.

    >>> import pandas as pd
    >>> found = weighted_csat(pd.DataFrame({"csat": [5, 4, 2], "weight": [1, 1, 2]}))
    >>> found.value, round(found.effective_n, 2)
    (50.0, 2.67)
    """
    answers, weight = _weighted(frame, ratings, weights, 1, 5)
    n = float(weight.sum() ** 2 / (weight**2).sum())
    share = float(weight[answers >= SATISFIED].sum() / weight.sum())
    return WeightedShare(100 * share, *proportion_interval(share * n, n, level), n)


@metric(
    unit="score",
    better="higher",
    zh="满意度指数（0–100）",
    en="CSAT index (0–100)",
    source="Farris et al., Marketing Metrics",
    range=(0, 100),
    example=_RATINGS,
)
def csat_index(ratings: IntoColumn) -> float:
    """Mean satisfaction on a 1–5 scale, rescaled to 0–100: 100·(mean − 1)/4.

    Another measure than `csat`: don't compare the two. Dividing the mean by 5 gives 20 for the worst answer.

    Args:
        ratings: answers 1–5, one a survey, shape (n,).

    Raises:
        EmptyInput: nothing is left after missing answers are dropped.

    >>> csat_index([5, 4, 3, 1])
    56.25
    """
    levels, counts = tally(ratings, "ratings", low=1, high=5)
    return float(100 * ((levels * counts).sum() / counts.sum() - 1) / 4)


@metric(
    unit="percent",
    better="higher",
    zh="分组客户满意度",
    en="CSAT by group",
    source=_ISO,
    range=(0, 100),
    example={"frame": {**_GROUPED, "csat": [5, 4, 3, 2, 5, None, 4]}, "by": "region"},
)
def csat_by_group(frame: IntoFrame, by: str, ratings: str = "csat", level: float = 0.95) -> Any:
    """CSAT of every group in % with its Wilson interval, as a table sorted by group.

    Args:
        frame: one row a survey.
        by: column with the group.
        ratings: column with answers 1–5.
        level: confidence level of the intervals, between 0 and 1.

    Returns:
        Columns `by`, `n` (answers), `csat`, `low`, `high` (%). Groups without an answer are left out.

    Raises:
        EmptyInput: no group has an answer.

    >>> import pandas as pd
    >>> csat_by_group(pd.DataFrame({"type": ["B", "B", "C"], "csat": [5, 1, 4]}), by="type")["csat"].tolist()
    [50.0, 100.0]
    """

    def row(levels: np.ndarray, counts: np.ndarray) -> dict[str, float]:
        satisfied, n = int(counts[levels >= SATISFIED].sum()), int(counts.sum())
        low, high = proportion_interval(satisfied, n, level=level)
        return {"csat": 100 * satisfied / n, "low": low, "high": high}

    free([by], "n", "csat", "low", "high")
    return _by_group(frame, by, ratings, 1, 5, row)


@metric(
    unit="score",
    better="higher",
    zh="客户费力度（CES 2.0 均值）",
    en="CES 2.0 (mean, 1–7)",
    source=_EFFORT,
    range=(1, 7),
    example={"ratings": [7, 6, 5, 2, None, 4]},
)
def ces(ratings: IntoColumn) -> float:
    """Customer effort score 2.0: mean agreement, 1–7, that it was easy; high is good.

    It judges one contact, not the relationship. CES 1.0 ran the other way (1–5, low is good): don't mix them.

    Args:
        ratings: answers 1–7, one a contact, shape (n,).

    Raises:
        EmptyInput: nothing is left after missing answers are dropped.

    >>> ces([7, 6, 5, 2])
    5.0
    """
    levels, counts = tally(ratings, "ratings", low=1, high=7)
    return float((levels * counts).sum() / counts.sum())


@metric(
    unit="percent",
    better="higher",
    zh="轻松办理占比（CES 5–7 分）",
    en="Easy contacts (CES 5–7)",
    source=_EFFORT,
    range=(0, 100),
    example={"ratings": [7, 6, 5, 2, None, 4]},
)
def ces_easy_share(ratings: IntoColumn) -> float:
    """Share of 5, 6 and 7 on the 1–7 scale of CES 2.0 in %, from 0 to 100.

    Args:
        ratings: answers 1–7, one a contact, shape (n,).

    Raises:
        EmptyInput: nothing is left after missing answers are dropped.

    >>> ces_easy_share([7, 6, 5, 2])
    75.0
    """
    levels, counts = tally(ratings, "ratings", low=1, high=7)
    return float(100 * counts[levels >= EASY].sum() / counts.sum())
