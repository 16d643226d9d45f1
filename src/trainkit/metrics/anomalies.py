"""Anomalies: values, days and batches that don't fit, found by rules that one wild value can't bend."""

from __future__ import annotations

from datetime import datetime
from math import sqrt
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import IntoColumn, IntoFrame, collect, free, lazy, numbers, ordered
from trainkit.metrics.missing import known
from trainkit.metrics.rates import fraction
from trainkit.metrics.registry import metric
from trainkit.metrics.results import Interval

__all__ = [
    "AlertBurden",
    "ChangePoint",
    "Grubbs",
    "alert_burden",
    "change_point",
    "duplicated_batches",
    "grubbs",
    "robust_z",
    "seasonal_residuals",
    "tukey_fences",
]

#: Makes the median absolute deviation of a normal variable its standard deviation.
MAD_TO_SD = 1.4826

_IGLEWICZ = "Iglewicz & Hoaglin, How to Detect and Handle Outliers, 1993"
_SHIFT = [10.0, 11.0, 9.0, 10.0, 10.5, 9.5, 20.0, 21.0, 19.0, 20.5, 19.5, 20.0]


class AlertBurden(NamedTuple):
    """What a detector asks of the people who answer it."""

    alerts: float
    """Alerts to expect."""
    precision: float
    """Share of them that are real, in %; 0 without any alert."""


class ChangePoint(NamedTuple):
    """Where a series changes its level."""

    position: int
    """Index of the first value of the new level, from 0."""
    before: float
    """Mean before it."""
    after: float
    """Mean from it on."""
    p: float
    """Share of shuffled series with a change as strong, 0 to 1."""


class Grubbs(NamedTuple):
    """Grubbs' test for one outlier."""

    statistic: float
    """Largest distance from the mean in standard deviations."""
    critical: float
    """Above it the value is an outlier."""
    value: float
    """The value farthest from the mean."""


@metric(
    unit="table",
    better="neither",
    zh="稳健 z 分数",
    en="Robust z-scores",
    source=_IGLEWICZ,
    range=(None, None),
    missing="counted",
    ordered=True,
    example={"values": [10.0, 11.0, 9.0, None, 10.5, 60.0]},
)
def robust_z(values: IntoColumn) -> np.ndarray:
    """Distance of each value from the median, in standard deviations that no wild value can stretch.

    Beyond ± 3.5 is worth a look. A wild value moves neither median nor scale, as it would move mean and
    standard deviation.

    Args:
        values: the values, shape (n,).

    Returns:
        The scores in the order of `values`, NaN for a missing value, shape (n,).

    Raises:
        EmptyInput: there is no value.
        InputError: more than half of the values are equal: there is no scale.

    >>> robust_z([10, 11, 9, 10.5, 60]).round(1).tolist()
    [-0.7, 0.7, -2.0, 0.0, 66.8]
    """
    series = numbers(values, "values", keep_missing=True)
    centre = np.nanmedian(series)
    scale = MAD_TO_SD * np.nanmedian(np.abs(series - centre))
    if not scale:
        raise InputError(_("More than half of the values are equal: distances have no scale."))
    return (series - centre) / scale


@metric(
    unit="table",
    better="neither",
    zh="箱线图边界",
    en="Tukey's fences",
    source="Tukey, Exploratory Data Analysis, 1977",
    range=(None, None),
    example={"values": [10.0, 11.0, 9.0, None, 10.5, 60.0]},
)
def tukey_fences(values: IntoColumn, k: float = 1.5) -> Interval:
    """Bounds beyond which a value is unusual, in its unit: k times the quartiles' distance outside of them.

    Investigate what lies beyond, don't delete it: the best customers lie there.

    Args:
        values: the values, shape (n,).
        k: 1.5 for unusual, 3 for extreme.

    Raises:
        EmptyInput: there is no value.
        OutOfRange: `k` is negative.

    >>> tukey_fences([1, 2, 3, 4, 5])
    Interval(low=-1.0, high=7.0)
    """
    if k < 0:
        raise OutOfRange(_("`k` must be 0 or more. Got {k:g}.").format(k=k))
    low, high = np.percentile(numbers(values, "values"), [25, 75])
    return Interval(float(low - k * (high - low)), float(high + k * (high - low)))


@metric(
    unit="score",
    better="neither",
    zh="格拉布斯检验",
    en="Grubbs' test",
    source="Grubbs, Technometrics 11(1), 1969; NIST/SEMATECH e-Handbook",
    range=(None, None),
    example={"values": [199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57]},
)
def grubbs(values: IntoColumn, alpha: float = 0.05, two_sided: bool = False) -> Grubbs:
    """Test whether the value farthest from the mean is an outlier, for one outlier among normal values.

    Args:
        values: the values, shape (n,), at least three.
        alpha: chance of a false alarm, between 0 and 1.
        two_sided: whether the side of the outlier was open before looking.

    Raises:
        EmptyInput: there are fewer than three values.
        InputError: all values are equal.
        OutOfRange: `alpha` isn't between 0 and 1.

    >>> result = grubbs([199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57])
    >>> round(result.statistic, 4), round(result.critical, 3)
    (2.4688, 2.032)
    """
    from scipy.special import stdtrit

    if not 0 < alpha < 1:
        raise OutOfRange(_("`alpha` must lie between 0 and 1. Got {alpha:g}.").format(alpha=alpha))
    series = np.sort(numbers(values, "values"))
    n = series.size
    if n < 3:
        raise EmptyInput(_("Grubbs' test needs at least three values. Got {count}.").format(count=n))
    if not (spread := series.std(ddof=1)):
        raise InputError(_("All values are equal: none can be an outlier."))
    farthest = int(np.abs(series - series.mean()).argmax())
    t = stdtrit(n - 2, 1 - alpha / (2 * n if two_sided else n))
    critical = (n - 1) / sqrt(n) * sqrt(t**2 / (n - 2 + t**2))
    statistic = abs(series[farthest] - series.mean()) / spread
    return Grubbs(float(statistic), float(critical), float(series[farthest]))


@metric(
    unit="table",
    better="neither",
    zh="季节残差",
    source=_IGLEWICZ,
    range=(None, None),
    missing="counted",
    ordered=True,
    example={"values": [10.0, 20.0, 30.0, 11.0, 21.0, 31.0, 9.0, 50.0, 29.0, 10.0, 20.0, 30.0], "season": 3},
)
def seasonal_residuals(values: IntoColumn, season: int) -> np.ndarray:
    """What is left of each value after the median of its season's place is taken away, in the values' unit.

    A Sunday is compared with Sundays. Feed the result to `robust_z`.

    Args:
        values: one value a period, in the order of time, shape (n,).
        season: periods in a season: 7 for days.

    Returns:
        The residuals in the same order, NaN for a missing value, shape (n,).

    Raises:
        EmptyInput: there are fewer than two seasons.
        OutOfRange: `season` is below 1.

    >>> seasonal_residuals([10, 20, 12, 20, 11, 50], season=2).tolist()
    [-1.0, 0.0, 1.0, 0.0, 0.0, 30.0]
    """
    if season < 1:
        raise OutOfRange(_("`season` must be 1 or more. Got {n}.").format(n=season))
    series = numbers(values, "values", keep_missing=True)
    if series.size < 2 * season:
        raise EmptyInput(_("At least two seasons are needed: {n} periods.").format(n=2 * season))
    left = series.copy()
    for place in range(season):
        same = series[place::season]
        if not np.isnan(same).all():
            left[place::season] = same - np.nanmedian(same)
    return left


@metric(
    unit="table",
    better="neither",
    zh="变点检测",
    source="Taylor, Change-Point Analysis, 2000 (CUSUM with shuffling)",
    range=(None, None),
    missing="refused",
    ordered=True,
    example={"values": _SHIFT},
)
def change_point(values: IntoColumn, shuffles: int = 1000, seed: int = 0) -> ChangePoint:
    """Find the one place at which a series most clearly changes its level, and how sure that is.

    The place is where the two means explain most of the spread; the p-value compares it with shuffled series.
    Take out season and trend first.

    Args:
        values: one value a period, in the order of time, shape (n,).
        shuffles: how many shuffled series to compare with.
        seed: start of the random choices.

    Raises:
        EmptyInput: there are fewer than four values.
        InputError: a value is missing.

    >>> change_point([10, 11, 9, 10, 20, 21, 19, 20])[:3]
    (4, 10.0, 20.0)
    """
    series = numbers(values, "values", keep_missing=True)
    if np.isnan(series).any():
        raise InputError(_("A series with gaps has no clear change of level: fill or explain them first."))
    if series.size < 4:
        raise EmptyInput(_("At least four values are needed. Got {count}.").format(count=series.size))
    position, strength = _split(series)
    random = np.random.default_rng(seed)
    stronger = sum(_split(random.permutation(series))[1] >= strength for _shuffle in range(shuffles))
    before, after = series[:position].mean(), series[position:].mean()
    return ChangePoint(position, float(before), float(after), (stronger + 1) / (shuffles + 1))


def _split(series: np.ndarray) -> tuple[int, float]:
    """Return the first index of the new level and the spread between the levels that it explains."""
    n = np.arange(1, series.size)
    sums = series.cumsum()
    gap = sums[:-1] / n - (sums[-1] - sums[:-1]) / (series.size - n)
    explained = gap**2 * n * (series.size - n) / series.size
    best = int(explained.argmax())
    return best + 1, float(explained[best])


@metric(
    unit="table",
    better="lower",
    zh="重复加载的批次",
    source="ISO/IEC 25024:2015",
    range=(None, None),
    example={
        "frame": {
            "batch": ["w1", "w1", "w1", "w2", "w2", "w2", None],
            "order_no": ["a", "b", "c", "d", "d", "e", "f"],
            "loaded_at": [datetime(2025, 1, d) for d in (1, 1, 1, 8, 9, 8, 9)],
        }
    },
)
def duplicated_batches(
    frame: IntoFrame, batch: str = "batch", key: str = "order_no", min_share: float = 0.5
) -> Any:
    """Batches in which so many records occur twice that they must have been loaded twice.

    Args:
        frame: one row a loaded record; rows without batch or key are left out.
        batch: column with the batch.
        key: column that should identify a record.
        min_share: smallest share of keys that occur more than once, as a fraction above 0.

    Returns:
        Columns `batch`, `records` (different keys), `repeated` (keys that occur more than once), `share` (%),
        largest share first. Empty if there is no such batch.

    Raises:
        EmptyInput: no row has batch and key.
        OutOfRange: `min_share` isn't above 0 and up to 1.

    >>> import pandas as pd
    >>> loaded = pd.DataFrame({"batch": ["w1", "w1", "w2", "w2"], "order_no": ["a", "b", "c", "c"]})
    >>> duplicated_batches(loaded)["batch"].tolist()
    ['w2']
    """
    least = 100 * fraction(min_share, "min_share", zero=False)
    free([batch], "records", "repeated", "share")
    counted = known(lazy(frame, batch, key), batch, key).group_by(batch, key).agg(__n=nw.len())
    twice = nw.when(nw.col("__n") > 1).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)
    again = counted.with_columns(__again=twice).group_by(batch)
    table = collect(again.agg(records=nw.len(), repeated=nw.col("__again").sum()))
    if table.is_empty():
        raise EmptyInput(_("No row has both a batch and a key."))
    table = table.with_columns(nw.col("records", "repeated").cast(nw.Int64))
    table = table.with_columns(share=100 * nw.col("repeated") / nw.col("records"))
    found = table.filter(nw.col("share") >= least)
    return ordered(found, "share", batch, descending=[True, False]).to_native()


@metric(
    unit="table",
    better="lower",
    zh="误报负担",
    source="Axelsson, ACM TISSEC 3(3), 2000 (base-rate fallacy)",
    range=(0, None),
    example={"cases": 1000.0, "base_rate": 0.01, "recall": 0.9, "false_alarm_rate": 0.05},
)
def alert_burden(cases: float, base_rate: float, recall: float, false_alarm_rate: float) -> AlertBurden:
    """Alerts to expect and the share of real ones in %: why a good detector of rare events tires people.

    Args:
        cases: cases that are checked, 0 or more.
        base_rate: share of them that are real, as a fraction.
        recall: share of the real ones that raise an alert, as a fraction.
        false_alarm_rate: share of the others that raise one, too, as a fraction.

    Raises:
        OutOfRange: a rate isn't a fraction, or `cases` is negative.

    >>> alerts, real = alert_burden(1000, base_rate=0.01, recall=0.9, false_alarm_rate=0.05)
    >>> round(alerts, 1), round(real, 1)
    (58.5, 15.4)
    """
    if cases < 0:
        raise OutOfRange(_("`cases` must be 0 or more. Got {n:g}.").format(n=cases))
    real = cases * fraction(base_rate, "base_rate")
    hits = real * fraction(recall, "recall")
    alerts = hits + (cases - real) * fraction(false_alarm_rate, "false_alarm_rate")
    return AlertBurden(alerts, 100 * hits / alerts if alerts else 0.0)
