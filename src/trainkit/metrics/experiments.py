"""Experiments: how many customers a test needs, what it found, and whether it may be believed."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from trainkit.errors import EmptyInput, InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import IntoColumn, IntoFrame, complete, like, numbers
from trainkit.metrics.registry import metric
from trainkit.metrics.results import Difference, Test, chi_square_p, normal_quantile, recovered_ends
from trainkit.metrics.rounding import steady
from trainkit.metrics.surveys import proportion_interval

__all__ = [
    "experiment_size",
    "mean_test",
    "peeking_error",
    "proportion_test",
    "proportions_test",
    "sample_ratio_mismatch",
    "uplift",
    "uplift_by_decile",
]

_KOHAVI = "Kohavi, Tang & Xu, Trustworthy Online Controlled Experiments, 2020"
_AB = {"successes_a": 200, "n_a": 2000, "successes_b": 246, "n_b": 2000}


def _rate(successes: float, n: float) -> float:
    if n <= 0:
        raise EmptyInput(_("A group without customers has no rate."))
    if not 0 <= successes <= n:
        raise OutOfRange(_("Of {n:g} customers {k:g} can't have succeeded.").format(n=n, k=successes))
    return successes / n


@metric(
    unit="percentage points",
    better="neither",
    zh="两比例检验（A/B）",
    en="Two-proportion test (A/B)",
    source="Kohavi, Tang & Xu, Trustworthy Online Controlled Experiments, 2020; "
    "Newcombe, Statistics in Medicine 17, 1998 (interval, method 10)",
    range=(None, None),
    example=_AB,
)
def proportion_test(
    successes_a: float, n_a: float, successes_b: float, n_b: float, level: float = 0.95
) -> Difference:
    """Difference of two shares, B minus A, in percentage points, with z, p-value and confidence interval.

    z uses the pooled share, as the hypothesis of no difference says, and `se` each group's own. The interval
    is Newcombe's, from the two groups' Wilson intervals: it holds for small counts, and where nobody or
    everybody of a group succeeded. Not significant doesn't mean no effect.

    Args:
        successes_a: successes in group A.
        n_a: customers in group A.
        successes_b: successes in group B.
        n_b: customers in group B.
        level: confidence level of the interval, between 0 and 1.

    Raises:
        EmptyInput: a group is empty.
        OutOfRange: more succeeded than there are.
        InputError: nobody, or everybody, succeeded.

    >>> found = proportion_test(200, 2000, 246, 2000)
    >>> round(found.value, 2), round(found.z, 3), round(found.p, 4), round(found.low, 2), round(found.high, 2)
    (2.3, 2.311, 0.0208, 0.35, 4.25)
    >>> round(proportion_test(0, 5, 5, 5).low, 1)
    38.6
    """
    a, b = _rate(successes_a, n_a), _rate(successes_b, n_b)
    pooled = (successes_a + successes_b) / (n_a + n_b)
    if pooled in (0, 1):
        raise InputError(_("Where nobody or everybody succeeds there is nothing to test."))
    z = (b - a) / sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    se = 100 * sqrt(a * (1 - a) / n_a + b * (1 - b) / n_b)
    first = proportion_interval(successes_a, n_a, level)
    second = proportion_interval(successes_b, n_b, level)
    low, high = recovered_ends(100 * a, first, 100 * b, second)
    return Difference(100 * (b - a), se, z, 2 * (1 - NormalDist().cdf(abs(z))), low, high)


@metric(
    unit="score",
    better="neither",
    zh="多比例检验",
    en="Test of several proportions",
    source="Pearson, Philosophical Magazine 50, 1900",
    range=(0, None),
    example={"successes": [83, 90, 129, 70], "sizes": [86, 93, 136, 82]},
)
def proportions_test(successes: Sequence[float], sizes: Sequence[float]) -> Test:
    """Chi-square test, 0 or more, of whether several groups share one success rate (uncorrected).

    Args:
        successes: successes of each group.
        sizes: customers of each group.

    Raises:
        EmptyInput: a group is empty.
        InputError: the lists differ in length, hold fewer than two groups, or nobody (or everybody)
            succeeded.

    >>> found = proportions_test([83, 90, 129, 70], [86, 93, 136, 82])
    >>> round(found.statistic, 3), round(found.p, 6)
    (12.6, 0.005585)
    """
    if len(successes) != len(sizes) or len(sizes) < 2:
        raise InputError(_("Give successes and sizes of the same two groups or more."))
    rates = np.array([_rate(k, n) for k, n in zip(successes, sizes, strict=True)])
    n = np.asarray(sizes, dtype=float)
    pooled = sum(successes) / n.sum()
    if pooled in (0, 1):
        raise InputError(_("Where nobody or everybody succeeds there is nothing to test."))
    statistic = float((n * (rates - pooled) ** 2).sum() / (pooled * (1 - pooled)))
    return Test(statistic, chi_square_p(statistic, n.size - 1), n.size - 1)


@metric(
    unit="score",
    better="neither",
    zh="两均值检验",
    en="Two-mean test (Welch)",
    source="Welch, Biometrika 34, 1947",
    range=(None, None),
    example={"a": [10.0, 12.0, 9.0, None, 11.0], "b": [14.0, 13.0, 15.0, 12.0]},
)
def mean_test(a: IntoColumn, b: IntoColumn, level: float = 0.95) -> Difference:
    """Difference of two means, B minus A, in the values' unit, by Welch's t-test; `z` holds t.

    Args:
        a: values of group A, one a customer, shape (n,).
        b: values of group B, one a customer, shape (m,).
        level: confidence level of the interval, between 0 and 1.

    Raises:
        EmptyInput: a group has fewer than two values.
        InputError: no value differs from another in either group.
        OutOfRange: `level` isn't between 0 and 1.

    >>> found = mean_test([10, 12, 9, 11], [14, 13, 15, 12])
    >>> round(found.value, 2), round(found.z, 2), round(found.p, 3)
    (3.0, 3.29, 0.017)
    """
    from scipy.special import stdtr, stdtrit

    normal_quantile(level)
    first, second = np.sort(numbers(a, "a")), np.sort(numbers(b, "b"))
    if min(first.size, second.size) < 2:
        raise EmptyInput(_("Each group needs at least two values."))
    parts = [first.var(ddof=1) / first.size, second.var(ddof=1) / second.size]
    if not (variance := sum(parts)):
        raise InputError(_("Where no value differs there is nothing to test."))
    se, value = sqrt(variance), float(second.mean() - first.mean())
    freedom = variance**2 / (parts[0] ** 2 / (first.size - 1) + parts[1] ** 2 / (second.size - 1))
    t = value / se
    margin = float(stdtrit(freedom, (1 + level) / 2)) * se
    return Difference(value, se, t, float(2 * stdtr(freedom, -abs(t))), value - margin, value + margin)


@metric(
    unit="customers",
    better="lower",
    zh="A/B 测试样本量（每组）",
    en="A/B test size (a group)",
    source="Fleiss, Levin & Paik, Statistical Methods for Rates and Proportions, 3rd ed. 2003",
    range=(2, None),
    example={"baseline": 0.10, "effect": 0.02},
)
def experiment_size(baseline: float, effect: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Customers needed in each of two groups to find an effect on a share, rounded up.

    The rule of thumb 16·p(1 − p)/δ² gives a little less.

    Args:
        baseline: share without the treatment as a fraction, between 0 and 1.
        effect: smallest difference worth finding as a fraction; 2 points are 0.02.
        alpha: chance of a false alarm, two-sided, between 0 and 1.
        power: chance of finding the effect if it is there, between 0 and 1.

    Raises:
        OutOfRange: a share isn't within 0 and 1, or `effect` is 0.

    >>> experiment_size(0.10, effect=0.02)
    3841
    """
    p, q = baseline, baseline + effect
    if not 0 < p < 1 or not 0 < q < 1 or not effect:
        raise OutOfRange(_("Shares lie between 0 and 1, and the effect isn't 0. 2 points are 0.02."))
    if not 0 < power < 1:
        raise OutOfRange(
            _("`power` must lie between 0 and 1. Got {power:g}. 80 % is 0.8.").format(power=power)
        )
    z_alpha, z_power = normal_quantile(1 - alpha), NormalDist().inv_cdf(power)
    mean = (p + q) / 2
    root = z_alpha * sqrt(2 * mean * (1 - mean)) + z_power * sqrt(p * (1 - p) + q * (1 - q))
    return ceil(steady((root / effect) ** 2))


@metric(
    unit="score",
    better="lower",
    zh="样本比例失配检验",
    en="Sample ratio mismatch",
    source="Fabijan et al., KDD 2019",
    range=(0, None),
    example={"counts": [2000, 1860]},
)
def sample_ratio_mismatch(counts: Sequence[float], plan: Sequence[float] | None = None) -> Test:
    """Chi-square test, 0 or more, of group sizes against the plan; below p = 0.01 don't read the result.

    Args:
        counts: customers in each group.
        plan: planned shares, adding up to 1; equal groups by default.

    Raises:
        EmptyInput: there is no customer.
        InputError: counts and plan don't fit together.

    >>> found = sample_ratio_mismatch([2000, 1860])
    >>> round(found.statistic, 2), round(found.p, 3)
    (5.08, 0.024)
    """
    shares = np.full(len(counts), 1 / max(len(counts), 1)) if plan is None else np.asarray(plan, dtype=float)
    if len(counts) < 2 or shares.size != len(counts) or abs(shares.sum() - 1) > 1e-9 or (shares <= 0).any():
        raise InputError(_("Give two groups or more, and planned shares above 0 that add up to 1."))
    observed = np.asarray(counts, dtype=float)
    if not observed.sum():
        raise EmptyInput(_("There is no customer in any group."))
    expected = shares * observed.sum()
    statistic = float(((observed - expected) ** 2 / expected).sum())
    return Test(statistic, chi_square_p(statistic, observed.size - 1), observed.size - 1)


@metric(
    unit="percent",
    better="lower",
    zh="偷看造成的误报率",
    en="False alarms by peeking",
    source="Armitage, McPherson & Rowe, JRSS A 132, 1969",
    range=(0, 100),
    example={"looks": 5, "runs": 2000},
)
def peeking_error(looks: int, alpha: float = 0.05, runs: int = 20_000, seed: int = 0) -> float:
    """Chance in % of stopping a test without effect at one of several looks, from 0 to 100, by simulation.

    One look keeps to `alpha`; every further look adds to it.

    Args:
        looks: equally spaced looks at the data, 1 or more.
        alpha: chance of a false alarm at a single look, between 0 and 1.
        runs: simulated tests.
        seed: start of the random choices.

    Raises:
        OutOfRange: `looks` is below 1.

    >>> 12 < peeking_error(looks=5) < 16
    True
    """
    if looks < 1:
        raise OutOfRange(_("`looks` must be 1 or more. Got {n}.").format(n=looks))
    steps = np.random.default_rng(seed).standard_normal((runs, looks))
    z = steps.cumsum(axis=1) / np.sqrt(np.arange(1, looks + 1))
    return float(100 * (np.abs(z) > normal_quantile(1 - alpha)).any(axis=1).mean())


@metric(
    unit="percentage points",
    better="higher",
    zh="增益（干预净效果）",
    en="Uplift",
    source="Ascarza, Journal of Marketing Research 55(1), 2018",
    range=(-100, 100),
    example={"treated_stayed": 460, "treated": 500, "control_stayed": 430, "control": 500},
)
def uplift(treated_stayed: float, treated: float, control_stayed: float, control: float) -> float:
    """Share that stayed because of the treatment, in percentage points, -100 to 100: treated minus control.

    The share of the treated who stayed isn't the effect: most would have stayed anyway.

    Args:
        treated_stayed: customers who were treated and stayed.
        treated: customers who were treated.
        control_stayed: customers who weren't treated and stayed.
        control: customers who weren't treated, chosen at random.

    Raises:
        EmptyInput: a group is empty.
        OutOfRange: more stayed than there are.

    >>> round(uplift(460, 500, 430, 500), 1)
    6.0
    """
    return 100 * (_rate(treated_stayed, treated) - _rate(control_stayed, control))


@metric(
    unit="table",
    better="neither",
    zh="分档增益（十分位）",
    en="Uplift by decile",
    source="Radcliffe, Direct Marketing Analytics Journal, 2007; "
    "Newcombe, Statistics in Medicine 17, 1998 (interval, method 10)",
    range=(None, None),
    example={
        "frame": {
            "score": [0.9, 0.8, 0.8, 0.7, 0.3, 0.2, 0.2, 0.1, None],
            "treated": [1, 0, 1, 0, 1, 0, 1, 0, 1],
            "stayed": [1, 0, 1, 1, 0, 1, 1, 1, 1],
        },
        "groups": 2,
    },
)
def uplift_by_decile(
    frame: IntoFrame,
    score: str = "score",
    treated: str = "treated",
    outcome: str = "stayed",
    groups: int = 10,
    level: float = 0.95,
) -> Any:
    """Uplift within tenths of the customers, from the highest score down, as a table.

    A good score puts the customers whom the treatment changes first; a score of risk need not. Equal scores
    stay together. Rows with a missing value are left out.

    Args:
        frame: one row a customer of an experiment with treatment at random.
        score: column with the score by which customers would be chosen.
        treated: column that is true or 1 for the treated.
        outcome: column that is true or 1 if it went well (stayed, bought).
        groups: number of groups of equal size, 10 for deciles.
        level: confidence level of the intervals, between 0 and 1.

    Returns:
        Columns `decile` (from 1, the highest scores), `n_treated`, `n_control` (customers), `rate_treated`,
        `rate_control` (%), `uplift`, `low`, `high` (percentage points). A group that equal scores leave empty
        has no row.

    Raises:
        EmptyInput: no row is complete.
        InputError: a group lacks treated or untreated customers.
        OutOfRange: `groups` is below 1, or a value isn't within 0 and 1.

    >>> import pandas as pd
    >>> test = pd.DataFrame({"score": [9, 8, 2, 1], "treated": [1, 0, 1, 0], "stayed": [1, 0, 1, 1]})
    >>> uplift_by_decile(test, groups=2)["uplift"].tolist()
    [100.0, 0.0]
    """
    if groups < 1:
        raise OutOfRange(_("`groups` must be 1 or more. Got {n}.").format(n=groups))
    rows = complete(frame, score, treated, outcome, only=True)
    scores = numbers(rows[score], score)
    arm, good = (numbers(rows[c], c, low=0, high=1) > 0 for c in (treated, outcome))
    above = scores.size - np.searchsorted(np.sort(scores), scores, side="right")
    decile = 1 + groups * above // scores.size
    found: dict[str, list[Any]] = {}
    for number in np.unique(decile):
        for column, value in _decile(
            int(number), arm[decile == number], good[decile == number], level
        ).items():
            found.setdefault(column, []).append(value)
    return like(found, rows)


def _decile(number: int, arm: np.ndarray, good: np.ndarray, level: float) -> dict[str, Any]:
    """Return one group's row of `uplift_by_decile`."""
    n, n_control = int(arm.sum()), int((~arm).sum())
    if not n or not n_control:
        message = _("Group {number} lacks treated or untreated customers: take fewer groups.")
        raise InputError(message.format(number=number))
    stayed, stayed_control = int(good[arm].sum()), int(good[~arm].sum())
    rate, control = 100 * stayed / n, 100 * stayed_control / n_control
    first = proportion_interval(stayed_control, n_control, level)
    low, high = recovered_ends(control, first, rate, proportion_interval(stayed, n, level))
    return {
        "decile": number,
        "n_treated": n,
        "n_control": n_control,
        "rate_treated": rate,
        "rate_control": control,
        "uplift": rate - control,
        "low": low,
        "high": high,
    }
