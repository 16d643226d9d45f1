"""Forecasting: simple forecasts that others must beat, how to test them, and what they mean for stock."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from trainkit.errors import EmptyInput, InputError, OutOfRange
from trainkit.i18n import _, ngettext
from trainkit.metrics.frames import IntoColumn, numbers
from trainkit.metrics.registry import metric
from trainkit.metrics.results import Interval

__all__ = [
    "Smoothing",
    "backtest",
    "holt_winters",
    "mape",
    "mase",
    "reorder_point",
    "seasonal_naive",
    "simple_smoothing",
    "simulate_total",
]

_FPP = "Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 2nd ed."
_HYNDMAN = "Hyndman & Koehler, International Journal of Forecasting 22(4), 2006"
_SALES = [20.0, 30.0, 40.0, 10.0, 22.0, 33.0, 41.0, 12.0, 25.0, 36.0, 45.0, 13.0, 26.0, 38.0, 47.0, 15.0]


class Smoothing(NamedTuple):
    """Simple exponential smoothing, fitted."""

    alpha: float
    """Weight of the newest value, 0 to 1."""
    start: float
    """Level before the first value."""
    forecast: float
    """The forecast for every period to come."""


def _series(values: IntoColumn, at_least: int, name: str = "values") -> np.ndarray:
    """Return a time series without gaps."""
    series = numbers(values, name, keep_missing=True)
    if np.isnan(series).any():
        raise InputError(_("A time series with gaps can't be forecast: fill or explain them first."))
    if series.size < at_least:
        message = ngettext(
            "At least {needed} period is needed. Got {count}.",
            "At least {needed} periods are needed. Got {count}.",
            at_least,
        )
        raise EmptyInput(message.format(needed=at_least, count=series.size))
    return series


@metric(
    unit="table",
    better="neither",
    zh="季节性朴素预测",
    en="Seasonal naive forecast",
    source=_FPP,
    range=(None, None),
    missing="refused",
    ordered=True,
    example={"values": _SALES, "season": 4, "horizon": 4},
)
def seasonal_naive(values: IntoColumn, season: int, horizon: int) -> np.ndarray:
    """Forecast each period by the same period of the last season: what every other forecast must beat.

    Args:
        values: one value a period, in the order of time, shape (n,).
        season: periods in a season: 4 quarters, 12 months, 7 days; 1 repeats the last value.
        horizon: periods to forecast.

    Returns:
        The forecasts, shape (horizon,).

    Raises:
        EmptyInput: there is less than one season.
        InputError: a period is missing.

    >>> seasonal_naive([20, 30, 40, 10, 22, 33, 41, 12], season=4, horizon=5).tolist()
    [22.0, 33.0, 41.0, 12.0, 22.0]
    """
    last = _series(values, season)[-season:]
    return last[np.arange(horizon) % season]


@metric(
    unit="table",
    better="neither",
    zh="简单指数平滑",
    en="Simple exponential smoothing",
    source=_FPP,
    range=(None, None),
    missing="refused",
    ordered=True,
    example={"values": [445.4, 453.2, 454.4, 422.4, 456.0, 440.4, 425.2, 486.2, 500.4, 521.3]},
)
def simple_smoothing(values: IntoColumn) -> Smoothing:
    """Fit simple exponential smoothing, without trend or season, by least squares.

    Args:
        values: one value a period, in the order of time, shape (n,).

    Raises:
        EmptyInput: there are fewer than three periods.
        InputError: a period is missing.

    >>> round(simple_smoothing([10.0, 12.0, 11.0, 13.0, 12.0]).forecast, 1)
    11.6
    """
    from scipy.optimize import minimize

    series = _series(values, 3)

    def level_and_error(alpha: float, level: float) -> tuple[float, float]:
        error = 0.0
        for value in series:
            error += (value - level) ** 2
            level += alpha * (value - level)
        return level, error

    def loss(parameters: np.ndarray) -> float:
        return level_and_error(parameters[0], parameters[1])[1]

    bounds = [(0.0001, 0.9999), (None, None)]
    starts = [(alpha, series[0]) for alpha in (0.1, 0.5, 0.9)]
    found = min(
        (minimize(loss, start, bounds=bounds, method="L-BFGS-B") for start in starts), key=lambda f: f.fun
    )
    alpha, start = (float(v) for v in found.x)
    return Smoothing(alpha, start, float(level_and_error(alpha, start)[0]))


@metric(
    unit="table",
    better="neither",
    zh="霍尔特–温特斯预测",
    en="Holt–Winters forecast",
    source="Winters, Management Science 6(3), 1960; " + _FPP,
    range=(None, None),
    missing="refused",
    ordered=True,
    example={"values": _SALES, "season": 4, "horizon": 4},
)
def holt_winters(values: IntoColumn, season: int, horizon: int) -> np.ndarray:
    """Forecast with level, trend and additive season (Holt–Winters), fitted by least squares.

    Args:
        values: one value a period, in the order of time, shape (n,).
        season: periods in a season, 2 or more.
        horizon: periods to forecast.

    Returns:
        The forecasts, shape (horizon,).

    Raises:
        EmptyInput: there are fewer than two seasons.
        InputError: a period is missing.
        OutOfRange: `season` is below 2.

    >>> holt_winters([10, 20, 12, 22, 14, 24, 16, 26], season=2, horizon=2).round(1).tolist()
    [18.0, 28.0]
    """
    from scipy.optimize import minimize

    if season < 2:
        raise OutOfRange(_("`season` must be 2 or more. Got {n}.").format(n=season))
    series = _series(values, 2 * season)
    first, second = series[:season], series[season : 2 * season]
    slope = (second.mean() - first.mean()) / season
    # The level at the first period, and each period's distance from the line through the first season.
    middle = first.mean() - slope * (season - 1) / 2
    seasonal = first - (middle + slope * np.arange(season))

    def run(weights: np.ndarray) -> tuple[float, float, np.ndarray, float]:
        level, trend, offsets, error = middle - slope, slope, seasonal.copy(), 0.0
        for i, value in enumerate(series):
            expected = level + trend + offsets[i % season]
            error += (value - expected) ** 2
            before = level
            level = weights[0] * (value - offsets[i % season]) + (1 - weights[0]) * (level + trend)
            trend = weights[1] * (level - before) + (1 - weights[1]) * trend
            offsets[i % season] = weights[2] * (value - level) + (1 - weights[2]) * offsets[i % season]
        return level, trend, offsets, error

    bounds = [(0.0, 1.0)] * 3
    found = minimize(lambda w: run(w)[3], [0.3, 0.1, 0.1], bounds=bounds, method="L-BFGS-B")
    level, trend, offsets, _error = run(found.x)
    steps = np.arange(1, horizon + 1)
    return level + trend * steps + offsets[(series.size + steps - 1) % season]


@metric(
    unit="percent",
    better="lower",
    zh="平均绝对百分比误差（MAPE）",
    en="MAPE",
    source=_HYNDMAN,
    range=(0, None),
    missing="refused",
    ordered=True,
    example={"actual": [100.0, 200.0, 50.0], "forecast": [110.0, 180.0, 50.0]},
)
def mape(actual: IntoColumn, forecast: IntoColumn) -> float:
    """Mean absolute error in % of the actual values, 0 or more; useless where these come near 0.

    Args:
        actual: what came, in the order of time, shape (n,).
        forecast: what was forecast, in the same order, shape (n,).

    Raises:
        EmptyInput: there is no period.
        OutOfRange: an actual value is 0.
        InputError: the two differ in length, or have gaps.

    >>> mape([100, 200, 50], [110, 180, 50])
    6.666666666666667
    """
    real, error = _errors(actual, forecast)
    if not real.all():
        raise OutOfRange(_("An actual value of 0 has no percentage error: use `mase`."))
    return float(100 * np.abs(error / real).mean())


def _errors(actual: IntoColumn, forecast: IntoColumn) -> tuple[np.ndarray, np.ndarray]:
    real, predicted = _series(actual, 1, "actual"), _series(forecast, 1, "forecast")
    if real.size != predicted.size:
        message = _("Actual values and forecasts differ in length: {actual} and {forecast}.")
        raise InputError(message.format(actual=real.size, forecast=predicted.size))
    return real, real - predicted


@metric(
    unit="ratio",
    better="lower",
    zh="平均绝对标度误差（MASE）",
    en="MASE",
    source=_HYNDMAN,
    range=(0, None),
    missing="refused",
    ordered=True,
    example={"actual": [26.0, 38.0], "forecast": [25.0, 36.0], "history": _SALES, "season": 4},
)
def mase(actual: IntoColumn, forecast: IntoColumn, history: IntoColumn, season: int = 1) -> float:
    """Mean absolute error against the seasonal naive forecast's in the past, 0 or more; below 1 beats it.

    Args:
        actual: what came, in the order of time, shape (n,).
        forecast: what was forecast, in the same order, shape (n,).
        history: the values before, in the order of time, shape (m,).
        season: periods in a season.

    Raises:
        EmptyInput: `history` isn't longer than a season.
        InputError: the lengths differ, there are gaps, or the history repeats itself exactly.

    >>> mase([26, 38], [25, 36], history=[20, 30, 24, 34], season=2)
    0.375
    """
    past = _series(history, season + 1, "history")
    scale = np.abs(past[season:] - past[:-season]).mean()
    if not scale:
        raise InputError(_("The history repeats itself exactly: there is no error to compare with."))
    return float(np.abs(_errors(actual, forecast)[1]).mean() / scale)


@metric(
    unit="ratio",
    better="lower",
    zh="滚动回测（MASE）",
    en="Back-test (MASE)",
    source=_FPP,
    range=(0, None),
    missing="refused",
    ordered=True,
    example={
        "values": _SALES,
        "method": lambda past, steps: seasonal_naive(past, 4, steps),
        "season": 4,
        "folds": 4,
    },
)
def backtest(
    values: IntoColumn,
    method: Callable[[np.ndarray, int], Any],
    season: int,
    folds: int = 4,
    horizon: int = 1,
) -> float:
    """Forecast the last periods from what was known before each, and give the mean MASE, 0 or more.

    Args:
        values: one value a period, in the order of time, shape (n,).
        method: takes the past and a number of steps, returns the forecasts.
        season: periods in a season.
        folds: how often to forecast; each time one period later.
        horizon: periods to forecast each time.

    Raises:
        EmptyInput: the past before the first forecast isn't longer than a season.
        InputError: a period is missing.

    >>> sales = [20, 30, 40, 10, 22, 33, 41, 12, 25, 36, 45, 13]
    >>> backtest(sales, lambda past, steps: seasonal_naive(past, 4, steps), season=4, folds=3) < 2
    True
    """
    series = _series(values, season + folds + horizon)
    first = series.size - folds - horizon + 1
    scores = []
    for end in range(first, first + folds):
        past, future = series[:end], series[end : end + horizon]
        scores.append(mase(future, np.asarray(method(past, horizon), dtype=float), past, season))
    return float(np.mean(scores))


@metric(
    unit="table",
    better="neither",
    zh="情景模拟（合计区间）",
    en="Scenario simulation (interval of the total)",
    source="Bootstrap of residuals; " + _FPP,
    range=(None, None),
    missing="refused",
    ordered=True,
    example={"forecast": [25.0, 36.0, 45.0], "errors": [-2.0, 1.0, 0.5, 3.0, -1.0], "change": 0.1},
)
def simulate_total(
    forecast: IntoColumn,
    errors: IntoColumn,
    change: float = 0.0,
    level: float = 0.8,
    runs: int = 10_000,
    seed: int = 0,
) -> Interval:
    """Range of the total over the forecast periods in a scenario, by drawing past errors at random.

    Errors of different periods are taken as independent, which is kind to long horizons.

    Args:
        forecast: the forecast of each period, shape (n,).
        errors: past errors (actual − forecast), in the same unit, shape (m,).
        change: change of demand in the scenario as a fraction, -1 to 1: 0.1 is 10% more.
        level: share of the simulated totals within the range, between 0 and 1.
        runs: number of simulations.
        seed: start of the random choices.

    Raises:
        EmptyInput: there is no forecast or no error.
        OutOfRange: `level` isn't between 0 and 1, or `change` not within -1 and 1.

    >>> low, high = simulate_total([100, 100], errors=[-10, 10], level=0.5)
    >>> 180 <= low <= high <= 220
    True
    """
    if not 0 < level < 1:
        raise OutOfRange(
            _("`level` must lie between 0 and 1. Got {level:g}. 80 % is 0.8.").format(level=level)
        )
    if not -1 <= change <= 1:
        message = _("`change` is a fraction from -1 to 1. Got {value:g}. 10% is 0.1.")
        raise OutOfRange(message.format(value=change))
    expected = _series(forecast, 1, "forecast") * (1 + change)
    drawn = np.random.default_rng(seed).choice(_series(errors, 1, "errors"), size=(runs, expected.size))
    totals = (expected + drawn).sum(axis=1)
    low, high = np.quantile(totals, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


@metric(
    unit="orders",
    better="neither",
    zh="再订货点",
    source="Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains, 4th ed. 2017",
    range=(0, None),
    example={"mean_demand": 40.0, "sd_demand": 10.0, "lead_time": 9.0, "service": 0.95},
)
def reorder_point(mean_demand: float, sd_demand: float, lead_time: float, service: float = 0.95) -> float:
    """Stock at which to order again, 0 or more: demand in the lead time plus a reserve of z·sd·√lead time.

    Args:
        mean_demand: mean demand a period, 0 or more.
        sd_demand: standard deviation of the demand a period, or of the forecast's errors, 0 or more.
        lead_time: periods from order to delivery, 0 or more.
        service: share of cycles without running out as a fraction, from 0.5 to below 1.

    Raises:
        OutOfRange: an argument lies outside of its range.

    >>> round(reorder_point(40, 10, lead_time=9, service=0.95), 1)
    409.3
    """
    if not 0.5 <= service < 1:
        raise OutOfRange(
            _("`service` must lie in [0.5, 1). Got {value:g}. 95 % is 0.95.").format(value=service)
        )
    if min(mean_demand, sd_demand, lead_time) < 0:
        raise OutOfRange(_("Demand, its spread and the lead time must be 0 or more."))
    return mean_demand * lead_time + NormalDist().inv_cdf(service) * sd_demand * sqrt(lead_time)
