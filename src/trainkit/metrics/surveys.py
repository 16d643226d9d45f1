"""Surveys: who answered, how many answers are needed, how sure a share is, what drives satisfaction."""

from __future__ import annotations

from math import ceil, sqrt
from typing import Any, Literal

import numpy as np

from trainkit.errors import EmptyInput, InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import IntoColumn, IntoFrame, floats, lazy, like, present
from trainkit.metrics.registry import metric
from trainkit.metrics.results import Interval, normal_quantile
from trainkit.metrics.rounding import steady

__all__ = [
    "cronbach_alpha",
    "importance_performance",
    "nps_sample_size",
    "proportion_interval",
    "proportion_margin",
    "response_rate",
    "sample_size",
]

_COCHRAN = "Cochran, Sampling Techniques, 3rd ed. 1977"
_ITEMS = {"quality": [7, 8, 5, 9, 6, None], "price": [6, 8, 4, 9, 5, 7], "service": [8, 7, 5, 8, 6, 6]}


@metric(
    unit="percent",
    better="higher",
    zh="回收率",
    source="AAPOR, Standard Definitions",
    range=(0, 100),
    missing="counted",
    example={"answers": [9, None, 7, None, None, 10]},
)
def response_rate(answers: IntoColumn) -> float:
    """Share of delivered invitations that came back with an answer in %, from 0 to 100.

    A high rate doesn't rule out that those who are silent think otherwise; a large number of answers doesn't,
    either.

    Args:
        answers: one value a delivered invitation, missing where nobody answered, shape (n,).

    Raises:
        EmptyInput: there was no invitation.

    >>> response_rate([9, None, 7, None])
    50.0
    """
    there, rows = present(answers, "answers")
    return 100 * there / rows


def _share(successes: float, n: float) -> float:
    if n <= 0:
        raise EmptyInput(_("A share needs at least one case: `n` is {n:g}.").format(n=n))
    if not 0 <= successes <= n:
        message = _("`successes` must lie from 0 to `n`. Got {successes:g} of {n:g}.")
        raise OutOfRange(message.format(successes=successes, n=n))
    return successes / n


@metric(
    unit="percent",
    better="neither",
    zh="比例的置信区间",
    en="Confidence interval of a share",
    source="Wilson, JASA 22, 1927; Newcombe, Statistics in Medicine 17, 1998",
    range=(None, None),
    example={"successes": 150, "n": 200},
)
def proportion_interval(
    successes: float, n: float, level: float = 0.95, method: Literal["wilson", "wald"] = "wilson"
) -> Interval:
    """Confidence interval of a share, in %.

    Wilson's interval stays within 0 and 100. The Wald interval (share ± margin) is for comparison: near 0 and
    100 it leaves the scale.

    Args:
        successes: cases that count, 0 to `n`.
        n: all valid cases.
        level: confidence level, between 0 and 1.
        method: `wilson` or `wald`.

    Raises:
        EmptyInput: `n` is 0.
        OutOfRange: `successes` isn't within 0 and `n`.

    >>> low, high = proportion_interval(81, 263)
    >>> round(low, 2), round(high, 2)
    (25.53, 36.62)
    """
    p, z = _share(successes, n), normal_quantile(level)
    if method == "wald":
        half = z * sqrt(p * (1 - p) / n)
        return Interval(100 * (p - half), 100 * (p + half))
    if method != "wilson":
        raise OutOfRange(_("`method` must be wilson or wald. Got {method}.").format(method=method))
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    # Exact ends, against rounding: no successes start at 0, only successes end at 100.
    return Interval(0.0 if p == 0 else 100 * (centre - half), 100.0 if p == 1 else 100 * (centre + half))


@metric(
    unit="percentage points",
    better="lower",
    zh="比例的误差范围",
    en="Margin of error of a share",
    source=_COCHRAN,
    range=(0, None),
    example={"n": 400},
)
def proportion_margin(n: float, p: float = 0.5, level: float = 0.95) -> float:
    """Margin of error of a share in percentage points, at worst (p = 0.5) unless `p` is known.

    Args:
        n: answers.
        p: the share as a fraction, 0 to 1.
        level: confidence level, between 0 and 1.

    Raises:
        EmptyInput: `n` is 0.
        OutOfRange: `p` isn't within 0 and 1.

    >>> round(proportion_margin(400), 1)
    4.9
    """
    _share(p, 1)
    _share(0, n)
    return 100 * normal_quantile(level) * sqrt(p * (1 - p) / n)


def _finite(n: float, population: float | None) -> int:
    """Correct a sample size for a small population and round up to whole answers."""
    if population is not None:
        if population < 1:
            raise OutOfRange(_("`population` must be at least 1. Got {n:g}.").format(n=population))
        n = n / (1 + (n - 1) / population)
    # Guard against 384.00000000001, which is 384.
    return ceil(steady(n))


def _margin(margin: float) -> float:
    if margin <= 0:
        raise OutOfRange(_("`margin` must be above 0. Got {margin:g}.").format(margin=margin))
    return margin


@metric(
    unit="answers",
    better="lower",
    zh="样本量",
    source=_COCHRAN,
    range=(1, None),
    example={"margin": 5.0, "population": 800},
)
def sample_size(margin: float, p: float = 0.5, level: float = 0.95, population: float | None = None) -> int:
    """Answers needed to know a share to ± `margin` percentage points, rounded up.

    Answers, not invitations: divide by the response rate that you expect. For an NPS use `nps_sample_size`.

    Args:
        margin: margin of error in percentage points, above 0.
        p: the share that you expect as a fraction; 0.5 is the worst case.
        level: confidence level, between 0 and 1.
        population: number of customers, if it is small; `None` for a large one.

    Raises:
        OutOfRange: `margin` isn't above 0, or `p` isn't within 0 and 1.

    >>> sample_size(5), sample_size(5, population=800)
    (385, 260)
    """
    _share(p, 1)
    return _finite(normal_quantile(level) ** 2 * p * (1 - p) / (_margin(margin) / 100) ** 2, population)


@metric(
    unit="answers",
    better="lower",
    zh="净推荐值所需样本量",
    en="NPS sample size",
    source=_COCHRAN,
    range=(1, None),
    example={"margin": 5.0, "promoters": 0.55, "detractors": 0.2},
)
def nps_sample_size(
    margin: float,
    promoters: float = 0.5,
    detractors: float = 0.5,
    level: float = 0.95,
    population: float | None = None,
) -> int:
    """Answers needed to know an NPS to ± `margin` points, rounded up.

    An NPS varies up to four times as much as a share: half promoters and half detractors is the worst case.

    Args:
        margin: margin of error in points, above 0.
        promoters: expected share of promoters as a fraction.
        detractors: expected share of detractors as a fraction.
        level: confidence level, between 0 and 1.
        population: number of customers, if it is small; `None` for a large one.

    Raises:
        OutOfRange: a share isn't within 0 and 1, or the two exceed 1 together.

    >>> nps_sample_size(5, promoters=0.55, detractors=0.2), nps_sample_size(5)
    (965, 1537)
    """
    _share(promoters + detractors, 1)
    _share(promoters, 1)
    variance = promoters + detractors - (promoters - detractors) ** 2
    return _finite(normal_quantile(level) ** 2 * variance / (_margin(margin) / 100) ** 2, population)


def _items(frame: IntoFrame, columns: list[str]) -> tuple[np.ndarray, Any]:
    """Return the rows that have all of the columns, shape (n, k), and the collected frame."""
    rows = lazy(frame, *columns).select(columns).collect()
    array = np.column_stack([floats(rows[c], c) for c in columns])
    array = array[~np.isnan(array).any(axis=1)]
    if len(array) < 2:
        raise EmptyInput(_("At least two complete rows are needed. Got {count}.").format(count=len(array)))
    return array, rows


@metric(
    unit="score",
    better="higher",
    zh="克朗巴赫 α 系数",
    en="Cronbach's α",
    source="Cronbach, Psychometrika 16, 1951; Tenenhaus et al., CSDA 48, 2005",
    range=(None, 1),
    example={"frame": _ITEMS, "items": ["quality", "price", "service"]},
)
def cronbach_alpha(frame: IntoFrame, items: list[str], standardized: bool = False) -> float:
    """Cronbach's α: how well several items measure one thing; at most 1, usually 0.7 or more is wanted.

    Negative values mean that items run in opposite directions. Rows with a missing item are left out.

    Args:
        frame: one row a respondent.
        items: two columns or more, all in the same direction.
        standardized: from the correlations (items on different scales) in place of the covariances.

    Raises:
        InputError: fewer than two items, or an item in which all answers are equal.
        EmptyInput: fewer than two complete rows.

    >>> import pandas as pd
    >>> round(cronbach_alpha(pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 3, 2, 4]}), ["a", "b"]), 3)
    0.889
    """
    if len(items) < 2:
        raise InputError(_("Cronbach's α needs at least two items. Got {count}.").format(count=len(items)))
    array, _rows = _items(frame, items)
    if (array.std(axis=0) == 0).any():
        raise InputError(_("An item in which all answers are equal can't be judged."))
    matrix = np.corrcoef(array, rowvar=False) if standardized else np.cov(array, rowvar=False)
    k = len(items)
    return float(k / (k - 1) * (1 - np.trace(matrix) / matrix.sum()))


@metric(
    unit="table",
    better="neither",
    zh="重要性—绩效矩阵",
    en="Importance–performance matrix",
    source="Martilla & James, Journal of Marketing 41(1), 1977",
    range=(None, None),
    example={
        "frame": {**_ITEMS, "overall": [8, 8, 5, 9, 6, 7]},
        "overall": "overall",
        "items": ["quality", "price", "service"],
    },
)
def importance_performance(frame: IntoFrame, overall: str, items: list[str]) -> Any:
    """Importance of each item against how well it is done, as a table.

    Importance is the correlation with the overall score (-1 to 1), performance the mean answer. The cut
    points are the means over the items. A correlation is no proof of a cause, and items that move together
    share theirs.

    Args:
        frame: one row a respondent.
        overall: column with the overall satisfaction.
        items: columns with satisfaction with each item, on one scale.

    Returns:
        Columns `item`, `importance`, `performance`, `quadrant` (`concentrate here`, `keep up`,
        `low priority`, `possible overkill`), in the order of `items`.

    Raises:
        EmptyInput: fewer than two rows have all answers.

    >>> import pandas as pd
    >>> answers = pd.DataFrame({"all": [1, 2, 3], "speed": [1, 2, 3], "price": [5, 4, 5]})
    >>> importance_performance(answers, "all", ["speed", "price"])["quadrant"].tolist()
    ['concentrate here', 'possible overkill']
    """
    array, rows = _items(frame, [overall, *items])
    if (array.std(axis=0) == 0).any():
        raise InputError(_("An item in which all answers are equal can't be judged."))
    importance = np.corrcoef(array, rowvar=False)[0, 1:]
    performance = array[:, 1:].mean(axis=0)
    names = {(True, False): "concentrate here", (True, True): "keep up", (False, False): "low priority"}
    above = zip(importance >= importance.mean(), performance >= performance.mean(), strict=True)
    quadrant = [names.get((bool(i), bool(p)), "possible overkill") for i, p in above]
    columns = {"item": list(items), "importance": importance.tolist(), "performance": performance.tolist()}
    return like({**columns, "quadrant": quadrant}, rows)
