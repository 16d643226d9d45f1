"""Small records that metrics return where one number would mislead."""

from __future__ import annotations

from math import hypot
from statistics import NormalDist
from typing import NamedTuple

from trainkit.errors import OutOfRange
from trainkit.i18n import _

__all__ = [
    "Difference",
    "Interval",
    "Shares",
    "Test",
    "WeightedShare",
    "chi_square_p",
    "normal_quantile",
    "recovered_ends",
]


class Interval(NamedTuple):
    """A confidence interval, in the unit of its metric."""

    low: float
    high: float


class Difference(NamedTuple):
    """A difference between two groups and how sure it is."""

    value: float
    """Second minus first, in the unit of the metric."""
    se: float
    """Its standard error, in the same unit."""
    z: float
    """`value` in standard errors."""
    p: float
    """Two-sided p-value, 0 to 1: how often chance alone would give a difference this large."""
    low: float
    """Lower end of the confidence interval."""
    high: float
    """Upper end of the confidence interval."""


class Test(NamedTuple):
    """A test of a hypothesis."""

    statistic: float
    """The test statistic, without a unit."""
    p: float
    """p-value, 0 to 1: how often chance alone would give a statistic this large."""
    freedom: float
    """Degrees of freedom."""


class Shares(NamedTuple):
    """Shares of all valid answers, in %."""

    promoters: float
    passives: float
    detractors: float


class WeightedShare(NamedTuple):
    """A share from weighted answers and how sure it is."""

    value: float
    """The share, in %."""
    low: float
    """Lower end of the confidence interval, in %."""
    high: float
    """Upper end of the confidence interval, in %."""
    effective_n: float
    """How many equally weighted answers would tell as much."""


def recovered_ends(first: float, its: Interval, second: float, other: Interval) -> Interval:
    """Return the interval of a difference, second minus first, from the intervals of both.

    Each end is as far away as the ends of the two intervals that lie in its direction, added as squares. So
    the difference has an interval wherever both values have one, also where a standard error would be 0.

    Source: Newcombe, Statistics in Medicine 17, 1998, method 10; Zou & Donner, ibid. 27, 2008.
    """
    difference = second - first
    below = hypot(second - other.low, its.high - first)
    above = hypot(other.high - second, first - its.low)
    return Interval(difference - below, difference + above)


def normal_quantile(level: float) -> float:
    """Return the two-sided normal quantile of a confidence level: 1.96 for 0.95.

    Raises:
        OutOfRange: `level` isn't between 0 and 1; 95 is meant as 0.95.
    """
    if not 0 < level < 1:
        message = _("`level` must lie between 0 and 1. Got {level:g}. 95 % is 0.95.")
        raise OutOfRange(message.format(level=level))
    return NormalDist().inv_cdf((1 + level) / 2)


def chi_square_p(statistic: float, freedom: float) -> float:
    """Return how often a chi-square variable with `freedom` degrees exceeds `statistic`, 0 to 1."""
    from scipy.special import chdtrc

    return float(chdtrc(freedom, statistic))
