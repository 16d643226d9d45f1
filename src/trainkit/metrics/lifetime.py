"""Lifetime value models: what to expect of each customer when nobody says that they leave.

BG/NBD for purchases, gamma–gamma for spending, shifted-beta-geometric for contracts, all by maximum
likelihood. `recency` means the time from the first purchase to the last here; in `segments.rfm_table` it is
the silence since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.amounts import is_purchase, with_amounts
from trainkit.metrics.days import as_day, days, until, whole_days, with_days
from trainkit.metrics.frames import IntoFrame, collect, complete, extend, free, lazy, numbers, ordered, settle
from trainkit.metrics.missing import known
from trainkit.metrics.registry import metric

__all__ = [
    "BgNbd",
    "GammaGamma",
    "Sbg",
    "bg_nbd",
    "clv_summary",
    "expected_purchases",
    "expected_spend",
    "gamma_gamma",
    "sbg",
    "sbg_retention",
]

DAYS_PER_WEEK = 7

#: Parameters beyond this, or below one part in it, aren't fitted: only a ratio of them is determined.
#: Published fits lie between 0.1 and 20, in time and money scaled to a mean of 1.
_FAR = 1e4
_NEAR = 1e-6

_BG = "Fader, Hardie & Lee, Marketing Science 24(2), 2005"
_GG = "Fader, Hardie & Lee, Journal of Marketing Research 42(4), 2005"
_SBG = "Fader & Hardie, Journal of Interactive Marketing 21(1), 2007"


class BgNbd(NamedTuple):
    """A fitted BG/NBD model: purchase rates are Gamma(r, alpha), drop-out probabilities Beta(a, b)."""

    r: float
    alpha: float
    """In the unit of time of the summary."""
    a: float
    b: float
    log_likelihood: float = float("nan")


class GammaGamma(NamedTuple):
    """A fitted gamma–gamma model of the mean spend per purchase."""

    p: float
    q: float
    v: float
    log_likelihood: float = float("nan")


class Sbg(NamedTuple):
    """A fitted shifted-beta-geometric model: churn probabilities are Beta(alpha, beta)."""

    alpha: float
    beta: float
    log_likelihood: float = float("nan")


_SUMMARY = {
    "customer_id": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    "frequency": [2, 1, 0, 0, 7, 3, 0, 1, 0, 0, 12, 4],
    "recency": [3.0, 1.71, 0.0, 0.0, 29.43, 2.0, 0.0, 20.0, 0.0, 0.0, 38.0, 30.0],
    "T": [38.86, 38.86, 38.86, 38.0, 38.0, 30.0, 30.0, 31.0, 35.0, 36.0, 39.0, 33.0],
    "monetary_value": [22.35, 11.77, 0.0, 0.0, 73.74, 30.0, 0.0, 12.0, 0.0, 0.0, 25.0, 18.0],
}
_PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)


@metric(
    unit="table",
    better="neither",
    zh="客户购买汇总表（BG/NBD 输入）",
    en="Purchase summary for lifetime models",
    source=_BG,
    range=(None, None),
    example={
        "frame": {
            "customer_id": ["a", "a", "a", "b", None],
            "ordered_at": [datetime(2025, 1, d) for d in (1, 15, 15, 8, 9)],
            "amount": [10.0, 30.0, 20.0, 5.0, 9.0],
        },
        "as_of": date(2025, 2, 5),
    },
)
def clv_summary(
    frame: IntoFrame,
    as_of: date | str,
    customer: str = "customer_id",
    when: str = "ordered_at",
    amount: str | None = "amount",
    days_per_period: float = DAYS_PER_WEEK,
) -> Any:
    """Repeat purchases, their span and the age of each customer: what BG/NBD and gamma–gamma are fitted to.

    Purchases of one customer on one day count as one. Later purchases than `as_of` are left out, and so are
    returns (rows with an amount below 0): they are no purchases, and which one they undo can't be known.
    Without `amount` take them out first.

    Args:
        frame: one row an order or an order line.
        as_of: last day of the observation, a date or ISO text.
        customer: column with the customer's id.
        when: column with the time of the purchase.
        amount: column with the amount; `None` leaves `monetary_value` out.
        days_per_period: days in the unit of time: 7 for weeks.

    Returns:
        Columns `customer`, `frequency` (days with a purchase after the first), `recency` (time from the first
        to the last), `T` (time from the first to `as_of`), `monetary_value` (mean amount of a repeat day, 0
        without one), sorted by customer.

    Raises:
        EmptyInput: there is no purchase until `as_of`.
        InputError: dates, times or amounts are none (see the day rule).

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-15"])
    >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "ordered_at": days, "amount": [10, 30]})
    >>> clv_summary(orders, as_of=pd.Timestamp("2025-02-05").date()).to_dict("records")[0]
    {'customer_id': 'a', 'frequency': 1, 'recency': 2.0, 'T': 5.0, 'monetary_value': 30.0}
    """
    end = as_day(as_of, "as_of")
    free([customer], "frequency", "recency", "T", "monetary_value")
    rows = with_days(lazy(frame, customer, when, *([amount] if amount else [])), when)
    if amount:
        rows = with_amounts(rows, amount)
        rows = rows.filter(is_purchase(amount))
    bought = known(rows, customer, when).filter(until(rows, when, end))
    dated = bought.select(
        customer, __day=whole_days(rows, when), __spent=nw.col(amount) if amount else nw.lit(0.0)
    )
    daily = settle(dated.group_by(customer, "__day").agg(nw.col("__spent").sum()))
    both = daily.group_by(customer).agg(
        __first=nw.col("__day").min(),
        __last=nw.col("__day").max(),
        __bought=nw.len(),
        __total=nw.col("__spent").sum(),
    )
    firsts = daily.join(both.select(customer, __day="__first"), on=[customer, "__day"], how="semi").select(
        customer, __initial="__spent"
    )
    table = ordered(collect(both.join(firsts, on=customer) if amount else both), customer)
    if table.is_empty():
        raise EmptyInput(_("There is no purchase until {day}.").format(day=end))
    first, last = days(table["__first"]), days(table["__last"])
    frequency = table["__bought"].to_numpy().astype(np.int64) - 1
    result = {
        "frequency": frequency,
        "recency": (last - first).astype(float) / days_per_period,
        "T": (np.datetime64(end, "D") - first).astype(float) / days_per_period,
    }
    if amount:
        repeat = table["__total"].to_numpy() - table["__initial"].to_numpy()
        result["monetary_value"] = repeat / np.maximum(frequency, 1)
    return extend(table.select(customer), **result)


def _maximise(likelihood: Callable[[np.ndarray], tuple[float, np.ndarray]], start: np.ndarray) -> np.ndarray:
    """Maximise over positive parameters; `likelihood` returns the value and its gradient."""
    from scipy.optimize import minimize

    def negative(log_parameters: np.ndarray) -> tuple[float, np.ndarray]:
        parameters = np.exp(log_parameters)
        value, gradient = likelihood(parameters)
        return -value, -gradient * parameters

    found = minimize(negative, np.log(start), jac=True, method="BFGS", options={"gtol": 1e-6})
    # BFGS reports lost precision where it can't improve any more; the gradient says whether that is the top.
    if not np.isfinite(found.fun) or np.abs(found.jac).max() > 1e-3:
        raise InputError(
            _("The model can't be fitted to these customers: {reason}").format(reason=found.message)
        )
    return _settled(np.exp(found.x))


def _settled(fitted: np.ndarray) -> np.ndarray:
    """Return parameters that were found, unless they only show that there is no best fit."""
    # On a slope without end the gradient falls to nothing, too: the search then stops far out.
    if fitted.max() > _FAR or fitted.min() < 1 / _FAR:
        raise InputError(
            _(
                "The model has no best fit to these customers: the likelihood rises without end, because "
                "they are too few or too much alike. Take more customers, or a longer time."
            )
        )
    return fitted


def _purchases(summary: IntoFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, nw.DataFrame[Any]]:
    """Return frequency, recency and age of the complete rows, and those rows."""
    rows = complete(summary, "frequency", "recency", "T")
    x, t_x, age = (numbers(rows[c], c, low=0) for c in ("frequency", "recency", "T"))
    if (t_x > age).any() or ((x > 0) & (t_x == 0)).any():
        message = _(
            "`recency` is the time from first to last purchase, above 0 after a repeat, never above `T`."
        )
        raise OutOfRange(message)
    return x, t_x, age, rows


@metric(
    unit="table",
    better="neither",
    zh="BG/NBD 购买模型",
    en="BG/NBD model",
    source=_BG,
    range=(None, None),
    example={"summary": _SUMMARY},
)
def bg_nbd(summary: IntoFrame) -> BgNbd:
    """Fit the BG/NBD model of repeat purchases by maximum likelihood.

    Args:
        summary: one row a customer, as `clv_summary` gives it; rows with a missing value are left out.

    Returns:
        `r`, `alpha`, `a`, `b` (all above 0) and the log-likelihood.

    Raises:
        EmptyInput: there is no complete row.
        OutOfRange: `recency` isn't the time from the first to the last purchase.
        InputError: nobody bought twice, or the likelihood has no top.

    >>> import pandas as pd
    >>> frequency, recency = [2, 1, 0, 0, 7, 3, 0, 1, 0, 0, 12, 4], [3, 2, 0, 0, 29, 2, 0, 20, 0, 0, 38, 30]
    >>> model = bg_nbd(pd.DataFrame({"frequency": frequency, "recency": recency, "T": [39] * 12}))
    >>> 0 < model.r < 5
    True
    """
    x, t_x, age, _rows = _purchases(summary)
    if not x.any():
        raise InputError(_("Nobody bought twice: a model of repeat purchases needs some."))
    # Equal customers are counted, not repeated; a time scale near 1 keeps the steps of the search alike.
    scale = age.mean()
    x, t_x, age, weight = _counted(x, t_x / scale, age / scale)

    def likelihood(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        values, gradient = _bg_nbd_likelihood(parameters, x, t_x, age)
        return float(values @ weight) / weight.sum(), gradient @ weight / weight.sum()

    r, alpha, a, b = _maximise(likelihood, np.array([0.5, 0.5, 1.0, 1.0]))
    fitted = np.array([r, alpha * scale, a, b])
    total = float(_bg_nbd_likelihood(fitted, x, t_x * scale, age * scale)[0] @ weight)
    return BgNbd(float(r), float(alpha * scale), float(a), float(b), log_likelihood=total)


def _counted(*columns: np.ndarray) -> list[np.ndarray]:
    """Return the different rows of some columns, sorted, and behind them how often each occurs."""
    order = np.lexsort(columns[::-1])
    ordered = [column[order] for column in columns]
    starts = np.flatnonzero(np.r_[True, np.any([np.diff(c) != 0 for c in ordered], axis=0)])
    counts = np.diff(np.r_[starts, order.size])
    return [*(column[starts] for column in ordered), counts]


def _bg_nbd_likelihood(
    parameters: np.ndarray, x: np.ndarray, t_x: np.ndarray, age: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return each customer's log-likelihood, shape (n,), and its gradient, shape (4, n)."""
    from scipy.special import digamma, gammaln

    r, alpha, a, b = parameters
    # Special functions are slow, and few numbers of purchases occur: once for each is enough.
    levels, place = np.unique(x, return_inverse=True)
    repeat = np.maximum(x, 1)  # only where x > 0 does it matter
    alive = -(r + x) * np.log(alpha + age)
    gone = np.where(x > 0, np.log(a) - np.log(b + repeat - 1) - (r + x) * np.log(alpha + t_x), -np.inf)
    either = np.logaddexp(alive, gone)
    rate = gammaln(r + levels) - gammaln(r) + r * np.log(alpha)
    dropout = gammaln(a + b) + gammaln(b + levels) - gammaln(b) - gammaln(a + b + levels)
    dead = np.exp(gone - either)
    living = 1 - dead
    both = (digamma(a + b) - digamma(a + b + levels))[place]
    rates = (digamma(r + levels) - digamma(r) + np.log(alpha))[place]
    stays = (digamma(b + levels) - digamma(b))[place]
    gradient = np.array(
        [
            rates - living * np.log(alpha + age) - dead * np.log(alpha + t_x),
            r / alpha - (r + x) * (living / (alpha + age) + dead / (alpha + t_x)),
            both + dead / a,
            both + stays - dead / (b + repeat - 1),
        ]
    )
    return (rate + dropout)[place] + either, gradient


@metric(
    unit="table",
    better="higher",
    zh="预期购买次数与存活概率",
    en="Expected purchases and P(alive)",
    source=_BG,
    range=(0, None),
    example={"summary": _SUMMARY, "model": _PUBLISHED, "horizon": 39.0},
)
def expected_purchases(summary: IntoFrame, model: BgNbd, horizon: float) -> Any:
    """Purchases to expect of each customer in the time to come, and the probability to be still there.

    P(alive) is 1 for whoever bought once only: the model lets customers leave after a repeat purchase at the
    earliest. That is no loyalty.

    Args:
        summary: one row a customer, as `clv_summary` gives it; rows with a missing value are left out.
        model: the fitted model.
        horizon: the time to come, in the summary's unit, 0 or more.

    Returns:
        The rows of `summary` with `p_alive` (probability) and `expected_purchases` (number, 0 or more).

    Raises:
        EmptyInput: there is no complete row.
        OutOfRange: `horizon` is negative.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]})
    >>> model = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> expected_purchases(table, model, horizon=39).round(3).iloc[0, -2:].tolist()
    [0.727, 1.226]
    """
    from scipy.special import expit, hyp2f1

    if horizon < 0:
        raise OutOfRange(_("`horizon` must be 0 or more. Got {t:g}.").format(t=horizon))
    x, t_x, age, rows = _purchases(summary)
    r, alpha, a, b = model[:4]
    # In logarithms, and with the series turned by Euler's transformation: as published, both overflow for
    # whoever bought often and has been silent for long.
    odds = np.log(a) - np.log(b + np.maximum(x, 1) - 1) + (r + x) * np.log((alpha + age) / (alpha + t_x))
    p_alive = np.where(x > 0, expit(-odds), 1.0)
    a = a if abs(a - 1) > _NEAR else 1 + _NEAR  # the formula is continuous at 1, and can't be computed there
    ahead = alpha + age + horizon
    series = hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, horizon / ahead)
    growth = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / ahead) ** (a - 1) * series)
    return extend(rows, p_alive=p_alive, expected_purchases=growth * p_alive)


def _spending(summary: IntoFrame) -> tuple[np.ndarray, np.ndarray, nw.DataFrame[Any]]:
    rows = complete(summary, "frequency", "monetary_value")
    return (
        numbers(rows["frequency"], "frequency", low=0),
        numbers(rows["monetary_value"], "monetary_value"),
        rows,
    )


@metric(
    unit="table",
    better="neither",
    zh="Gamma-Gamma 客单金额模型",
    en="Gamma–gamma model of spending",
    source=_GG,
    range=(None, None),
    example={"summary": _SUMMARY},
)
def gamma_gamma(summary: IntoFrame) -> GammaGamma:
    """Fit the gamma–gamma model of the mean spend per purchase by maximum likelihood.

    It assumes that spend and frequency are unrelated: look at their correlation first. Customers without a
    repeat purchase, or without a positive amount, are left out.

    Args:
        summary: one row a customer, as `clv_summary` gives it.

    Returns:
        `p`, `q`, `v` (all above 0) and the log-likelihood.

    Raises:
        EmptyInput: nobody has a repeat purchase with a positive amount.
        InputError: the likelihood has no top.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"frequency": [2, 1, 7, 3, 5], "monetary_value": [22.0, 11.8, 73.7, 30.0, 18.0]})
    >>> gamma_gamma(table).v > 0
    True
    """
    x, m, _rows = _spending(summary)
    x, m = x[(x > 0) & (m > 0)], m[(x > 0) & (m > 0)]
    if x.size == 0:
        raise EmptyInput(_("Nobody has a repeat purchase with a positive amount."))
    # Sorted: a sum of floats depends on the order of the customers, the fit must not.
    order = np.lexsort((m, x))
    x, m = x[order], m[order]
    scale = m.mean()
    m = m / scale
    p, q, v = _maximise(
        lambda parameters: _gamma_gamma_likelihood(parameters, x, m), np.array([1.0, 2.0, 1.0])
    )
    fitted = np.array([p, q, v * scale])
    total = _gamma_gamma_likelihood(fitted, x, m * scale)[0] * x.size
    return GammaGamma(float(p), float(q), float(v * scale), log_likelihood=total)


def _gamma_gamma_likelihood(parameters: np.ndarray, x: np.ndarray, m: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean log-likelihood and its gradient, shape (3,)."""
    from scipy.special import digamma, gammaln

    p, q, v = parameters
    shape, total = p * x, v + m * x
    each = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v)
    each += (shape - 1) * np.log(m) + shape * np.log(x) - (shape + q) * np.log(total)
    gradient = [
        (x * (digamma(shape + q) - digamma(shape) + np.log(m) + np.log(x) - np.log(total))).mean(),
        (digamma(shape + q) - digamma(q) + np.log(v) - np.log(total)).mean(),
        (q / v - (shape + q) / total).mean(),
    ]
    return float(each.mean()), np.array(gradient)


@metric(
    unit="table",
    better="higher",
    zh="预期单次消费金额",
    en="Expected spend per purchase",
    source=_GG,
    range=(0, None),
    example={"summary": _SUMMARY, "model": GammaGamma(p=6.25, q=3.74, v=15.44)},
)
def expected_spend(summary: IntoFrame, model: GammaGamma) -> Any:
    """Spend to expect of each customer's next purchase, between the customer's own mean and everybody's.

    Args:
        summary: one row a customer, as `clv_summary` gives it; rows with a missing value are left out.
        model: the fitted model, with `q` above 1.

    Returns:
        The rows of `summary` with `expected_spend`, in the unit of `monetary_value`.

    Raises:
        EmptyInput: there is no complete row.
        OutOfRange: `q` isn't above 1: the mean of all customers is infinite then.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"frequency": [0, 20], "monetary_value": [0.0, 100.0]})
    >>> model = GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> expected_spend(table, model)["expected_spend"].round(1).tolist()
    [35.2, 98.6]
    """
    p, q, v = model[:3]
    if q <= 1:
        raise OutOfRange(_("With `q` = {q:g}, not above 1, the expected spend is infinite.").format(q=q))
    x, m, rows = _spending(summary)
    spend = p * (v + m * x) / (p * x + q - 1)
    return extend(rows, expected_spend=spend)


@metric(
    unit="table",
    better="neither",
    zh="移位贝塔几何模型（sBG）",
    en="Shifted-beta-geometric model (sBG)",
    source=_SBG,
    range=(None, None),
    example={"customers": [1000, 869, 743, 653, 593, 551, 517, 491]},
)
def sbg(customers: Sequence[float]) -> Sbg:
    """Fit the shifted-beta-geometric model to one cohort with contracts, by maximum likelihood.

    Args:
        customers: customers at the start and after each renewal, never rising; at least two figures.

    Returns:
        `alpha`, `beta` (above 0) and the log-likelihood.

    Raises:
        EmptyInput: fewer than two figures, or nobody left.
        InputError: the likelihood has no top, for example at a churn rate that doesn't change.
        OutOfRange: the figures rise or are negative.

    >>> model = sbg([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> round(model.alpha, 3), round(model.beta, 3)
    (0.668, 3.806)
    """
    from scipy.optimize import minimize
    from scipy.special import betaln

    alive = np.asarray(customers, dtype=float)
    if alive.size < 2 or alive[0] == alive[-1]:
        raise EmptyInput(_("A cohort that nobody has left yet says nothing about leaving."))
    if (np.diff(alive) > 0).any() or alive[-1] < 0:
        raise OutOfRange(
            _("The customers of a cohort can't become more. Got {values}.").format(values=list(customers))
        )
    lost, age = -np.diff(alive), np.arange(1, alive.size)

    def negative(log_parameters: np.ndarray) -> float:
        alpha, beta = np.exp(log_parameters)
        left = betaln(alpha + 1, beta + age - 1) - betaln(alpha, beta)
        stayed = betaln(alpha, beta + age[-1]) - betaln(alpha, beta)
        return float(-(lost @ left + alive[-1] * stayed))

    found = minimize(negative, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-9})
    alpha, beta = _settled(np.exp(found.x))
    return Sbg(float(alpha), float(beta), -float(found.fun))


@metric(
    unit="percent",
    better="higher",
    zh="sBG 模型留存率",
    en="Retention by the sBG model",
    source=_SBG,
    range=(0, 100),
    example={"model": Sbg(alpha=0.668, beta=3.806), "age": 2},
)
def sbg_retention(model: Sbg, age: int) -> float:
    """Retention rate of a cohort at its `age`-th renewal in %, from 0 to 100: (β + t − 1)/(α + β + t − 1).

    It rises with age although nobody becomes more loyal: those who leave easily have left.

    Args:
        model: the fitted model.
        age: number of the renewal, from 1.

    Raises:
        OutOfRange: `age` is below 1.

    >>> [round(sbg_retention(sbg([1000, 869, 743, 653, 593, 551, 517, 491]), t), 1) for t in (1, 2, 3)]
    [85.1, 87.8, 89.7]
    """
    if age < 1:
        raise OutOfRange(_("`age` counts from 1. Got {age}.").format(age=age))
    return 100 * (model.beta + age - 1) / (model.alpha + model.beta + age - 1)
