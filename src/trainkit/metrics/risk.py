"""Risk: who is likely to leave, how far such a score can be trusted, and when to act on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from trainkit.errors import EmptyInput, InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame, complete, eager, extend, floats, lazy, like, numbers
from trainkit.metrics.rates import fraction
from trainkit.metrics.registry import metric

__all__ = [
    "ChurnModel",
    "Classification",
    "alert_rules",
    "auc",
    "calibration",
    "churn_model",
    "churn_score",
    "classification",
    "cost_threshold",
    "credit_score",
]

MAX_STEPS = 100

_LOGIT = "Cox, JRSS B 20, 1958; Neslin et al., Journal of Marketing Research 43(2), 2006"
_STANDARD = "Standard; Neslin et al., Journal of Marketing Research 43(2), 2006"
_SCORED = {
    "frame": {
        "left": [1, 0, 1, 0, 0, 1, 0, 0, None, 1],
        "score": [0.9, 0.8, 0.7, 0.4, 0.3, 0.35, 0.2, 0.1, 0.5, 0.6],
        "complaints": [3, 1, 2, 0, 1, 1, 0, 0, 2, 0],
        "silence": [90.0, 80.0, 20.0, 30.0, 10.0, 70.0, 60.0, 5.0, 9.0, 40.0],
    }
}


class ChurnModel(NamedTuple):
    """A fitted logistic regression."""

    intercept: float
    weights: dict[str, float]
    """Change of the log odds for one unit more of each feature."""


class Classification(NamedTuple):
    """How good yes-or-no warnings are."""

    precision: float
    """Share of the warned who left, in %."""
    recall: float
    """Share of those who left that had been warned of, in %."""
    f1: float
    """Harmonic mean of the two, in %."""
    accuracy: float
    """Share of right answers, in %; where few leave, saying "nobody" has a high one."""
    lift: float
    """Precision over the base rate."""


def _outcome(rows: Any, column: str) -> np.ndarray:
    outcome = numbers(rows[column], column, low=0, high=1)
    if not set(np.unique(outcome)) <= {0.0, 1.0}:
        raise OutOfRange(_("`{column}` must hold 0 or 1.").format(column=column))
    return outcome


@metric(
    unit="table",
    better="neither",
    zh="流失预警模型（逻辑回归）",
    en="Churn model (logistic)",
    source=_LOGIT,
    range=(None, None),
    example={**_SCORED, "outcome": "left", "features": ["complaints", "silence"]},
)
def churn_model(frame: IntoFrame, outcome: str, features: Sequence[str], ridge: float = 1.0) -> ChurnModel:
    """Fit a logistic regression of leaving on features known before it.

    Features must come from before the outcome's period: a "cancellation call" tells nothing that isn't known.
    The ridge penalty acts on standardised features and keeps weights finite where a feature separates the
    customers perfectly.

    Args:
        frame: one row a customer; rows with a missing value are left out.
        outcome: column with 1 for who left, 0 for who stayed.
        features: columns with numbers.
        ridge: strength of the penalty, 0 or more.

    Returns:
        The intercept and a weight for each feature, in its own unit.

    Raises:
        EmptyInput: there is no complete row.
        InputError: nobody left, or everybody did, or a feature has one value only.
        OutOfRange: the outcome isn't 0 or 1, or `ridge` is negative.

    >>> import pandas as pd
    >>> customers = pd.DataFrame({"left": [0, 0, 1, 1], "complaints": [0, 1, 1, 3]})
    >>> churn_model(customers, "left", ["complaints"]).weights["complaints"] > 0
    True
    """
    if ridge < 0:
        raise OutOfRange(_("`ridge` must be 0 or more. Got {value:g}.").format(value=ridge))
    rows = complete(frame, outcome, *features)
    y, x = _outcome(rows, outcome), np.column_stack([numbers(rows[c], c) for c in features])
    if y.min() == y.max():
        raise InputError(_("Where nobody or everybody left there is nothing to learn."))
    centre, spread = x.mean(axis=0), x.std(axis=0)
    if not spread.all():
        raise InputError(_("A feature in which all customers are equal explains nothing: leave it out."))
    design = np.column_stack([np.ones(len(y)), (x - centre) / spread])
    weights = _newton(design, y, ridge)
    own = weights[1:] / spread
    return ChurnModel(float(weights[0] - own @ centre), dict(zip(features, own.tolist(), strict=True)))


def _newton(design: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Maximise the penalised likelihood; the intercept isn't penalised."""
    penalty = ridge * np.eye(design.shape[1])
    penalty[0, 0] = 0
    weights = np.zeros(design.shape[1])
    for _step in range(MAX_STEPS):
        p = _sigmoid(design @ weights)
        gradient = design.T @ (y - p) - penalty @ weights
        hessian = (design.T * (p * (1 - p))) @ design + penalty
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        weights = weights + step * min(1.0, 5.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-10:
            return weights
    raise InputError(
        _("The model doesn't settle: a feature separates the customers perfectly. Raise `ridge`.")
    )


def _sigmoid(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(log_odds, -500, 500)))


@metric(
    unit="table",
    better="lower",
    zh="流失概率",
    en="Churn score",
    source=_LOGIT,
    range=(0, 1),
    example={**_SCORED, "model": ChurnModel(-3.0, {"complaints": 0.8, "silence": 0.03})},
)
def churn_score(frame: IntoFrame, model: ChurnModel) -> Any:
    """Probability that each customer leaves, 0 to 1, by a fitted model.

    Args:
        frame: one row a customer; rows with a missing feature are left out.
        model: the model, as `churn_model` gives it.

    Returns:
        The rows with `churn_score`.

    Raises:
        EmptyInput: no row has all features.

    >>> import pandas as pd
    >>> model = ChurnModel(intercept=-2.0, weights={"complaints": 1.0})
    >>> churn_score(pd.DataFrame({"complaints": [0, 2]}), model)["churn_score"].round(2).tolist()
    [0.12, 0.5]
    """
    rows = complete(frame, *model.weights)
    log_odds = model.intercept + sum(weight * numbers(rows[c], c) for c, weight in model.weights.items())
    return extend(rows, churn_score=_sigmoid(np.asarray(log_odds)))


@metric(
    unit="table",
    better="neither",
    zh="校准表",
    source="Van Calster et al., BMC Medicine 17, 2019",
    range=(None, None),
    example={**_SCORED, "outcome": "left", "score": "score", "groups": 3},
)
def calibration(frame: IntoFrame, outcome: str, score: str, groups: int = 10) -> Any:
    """Predicted against observed share of leavers, in groups of rising score, as a table.

    Equal scores share a group, so that there may be fewer groups than asked for.

    Args:
        frame: one row a customer; rows with a missing value are left out.
        outcome: column with 1 for who left, 0 for who stayed.
        score: column with the predicted probability, 0 to 1.
        groups: number of groups, 1 or more.

    Returns:
        Columns `group` (from 1), `n` (customers), `predicted` and `observed` (%), lowest scores first.

    Raises:
        EmptyInput: there is no complete row.
        OutOfRange: a probability isn't within 0 and 1, the outcome isn't 0 or 1, or `groups` is below 1.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"left": [0, 0, 1, 1], "score": [0.1, 0.2, 0.7, 0.9]})
    >>> calibration(table, "left", "score", groups=2)["observed"].tolist()
    [0.0, 100.0]
    """
    if groups < 1:
        raise OutOfRange(_("`groups` must be 1 or more. Got {n}.").format(n=groups))
    rows = complete(frame, outcome, score)
    y, p = _outcome(rows, outcome), numbers(rows[score], score, low=0, high=1)
    _levels, place, counts = np.unique(p, return_inverse=True, return_counts=True)
    before = np.concatenate([[0], counts.cumsum()[:-1]])
    group = (before * groups // p.size)[place]
    found = np.unique(group)
    return like(
        {
            "group": list(range(1, found.size + 1)),
            "n": [int((group == g).sum()) for g in found],
            "predicted": [float(100 * p[group == g].mean()) for g in found],
            "observed": [float(100 * y[group == g].mean()) for g in found],
        },
        rows,
    )


@metric(
    unit="probability",
    better="higher",
    zh="AUC（排序能力）",
    en="AUC",
    source="Hanley & McNeil, Radiology 143, 1982",
    range=(0, 1),
    example={**_SCORED, "outcome": "left", "score": "score"},
)
def auc(frame: IntoFrame, outcome: str, score: str) -> float:
    """Chance that a leaver has a higher score than someone who stayed, 0 to 1; 0.5 is guessing.

    Args:
        frame: one row a customer; rows with a missing value are left out.
        outcome: column with 1 for who left, 0 for who stayed.
        score: column with the score; higher means more likely to leave.

    Raises:
        EmptyInput: there is no complete row.
        InputError: nobody left, or everybody did.
        OutOfRange: the outcome isn't 0 or 1.

    >>> import pandas as pd
    >>> auc(pd.DataFrame({"left": [0, 1, 0, 1], "score": [0.1, 0.4, 0.35, 0.8]}), "left", "score")
    1.0
    """
    from scipy.stats import rankdata

    rows = complete(frame, outcome, score)
    y, ranks = _outcome(rows, outcome), rankdata(numbers(rows[score], score))
    left, stayed = y.sum(), (1 - y).sum()
    if not left or not stayed:
        raise InputError(_("Where nobody or everybody left there is nothing to rank."))
    return float((ranks[y == 1].sum() - left * (left + 1) / 2) / (left * stayed))


@metric(
    unit="percent",
    better="higher",
    zh="混淆矩阵指标",
    en="Confusion-matrix measures",
    source=_STANDARD,
    range=(0, None),
    example={"tp": 60, "fp": 140, "fn": 40, "tn": 760},
)
def classification(tp: float, fp: float, fn: float, tn: float) -> Classification:
    """Precision, recall, F1 and accuracy in %, from 0 to 100, and the lift over the base rate, 0 or more.

    Where nobody was warned of, precision counts 0.

    Args:
        tp: warned of and left.
        fp: warned of and stayed.
        fn: left without a warning.
        tn: stayed, without a warning.

    Raises:
        EmptyInput: there is nobody, or nobody left.
        OutOfRange: a count is negative.

    >>> found = classification(tp=60, fp=140, fn=40, tn=760)
    >>> [round(v, 6) for v in found]
    [30.0, 60.0, 40.0, 82.0, 3.0]
    """
    if min(tp, fp, fn, tn) < 0:
        raise OutOfRange(_("Counts must be 0 or more."))
    if not tp + fn:
        raise EmptyInput(_("Nobody left: warnings can't be judged."))
    total = tp + fp + fn + tn
    precision = 100 * tp / (tp + fp) if tp + fp else 0.0
    recall, f1 = 100 * tp / (tp + fn), 200 * tp / (2 * tp + fp + fn)
    return Classification(
        precision, recall, f1, 100 * (tp + tn) / total, precision / 100 / ((tp + fn) / total)
    )


@metric(
    unit="probability",
    better="neither",
    zh="成本最优阈值",
    source="Elkan, IJCAI 2001",
    range=(0, 1),
    example={"contact_cost": 200.0, "customer_value": 4000.0, "success_rate": 0.25},
)
def cost_threshold(contact_cost: float, customer_value: float, success_rate: float) -> float:
    """Churn probability from which a contact pays, 0 to 1: cost / (value · success rate), at most 1.

    0.5 is a habit, not a threshold. A value of 1 says that no contact pays.

    Args:
        contact_cost: cost of contacting one customer in yuan, 0 or more.
        customer_value: value kept when a customer stays in yuan, above 0.
        success_rate: share of leavers whom the contact keeps, as a fraction above 0 up to 1.

    Raises:
        OutOfRange: an argument lies outside of its range.

    >>> cost_threshold(contact_cost=200, customer_value=4000, success_rate=0.25)
    0.2
    """
    if contact_cost < 0 or customer_value <= 0:
        raise OutOfRange(_("Costs are 0 or more, the value is above 0."))
    return min(1.0, contact_cost / (customer_value * fraction(success_rate, "success_rate", zero=False)))


@metric(
    unit="table",
    better="lower",
    zh="预警规则",
    source="Mehta, Steinman & Murphy, Customer Success, 2016",
    range=(None, None),
    missing="counted",
    example={**_SCORED, "rules": {"complaints": (">=", 2), "silence": (">", 60)}},
)
def alert_rules(frame: IntoFrame, rules: Mapping[str, tuple[str, float]]) -> Any:
    """Check every customer against simple rules and count the alerts; a missing value breaks no rule.

    Args:
        frame: one row a customer.
        rules: for each column a comparison (`<`, `<=`, `>`, `>=`) and a limit.

    Returns:
        The rows with `alerts` (number of rules that fire) and `reasons` (their columns, joined with ", ").

    Raises:
        EmptyInput: there is no customer.
        InputError: there is no rule, or no such comparison.

    >>> import pandas as pd
    >>> customers = pd.DataFrame({"complaints": [0, 3], "silence": [10, 90]})
    >>> alert_rules(customers, {"complaints": (">=", 2), "silence": (">", 60)})["reasons"].tolist()
    ['', 'complaints, silence']
    """
    compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
    unknown = [sign for sign, _limit in rules.values() if sign not in compare]
    if not rules or unknown:
        raise InputError(
            _("Give at least one rule, each with one of {signs}.").format(signs=" ".join(compare))
        )
    rows = eager(frame, *lazy(frame, *rules).collect_schema().names())
    # A comparison with NaN is false: what isn't known raises no alert.
    fired = {c: compare[s](floats(rows[c], c), limit) for c, (s, limit) in rules.items()}
    reasons = [", ".join(c for c in rules if fired[c][i]) for i in range(len(rows))]
    return extend(rows, alerts=np.sum(list(fired.values()), axis=0).tolist(), reasons=reasons)


@metric(
    unit="points",
    better="higher",
    zh="信用评分",
    source="Siddiqi, Credit Risk Scorecards, 2006",
    range=(None, None),
    example={"default_probability": 0.02},
)
def credit_score(
    default_probability: float, base: float = 600, base_odds: float = 50, points_to_double: float = 20
) -> float:
    """Score in points for a probability of default: `base` at odds of 50 : 1, 20 more each time odds double.

    Args:
        default_probability: probability of default, between 0 and 1.
        base: score at `base_odds`.
        base_odds: good for one bad, above 0.
        points_to_double: points that double the odds, above 0.

    Raises:
        OutOfRange: an argument lies outside of its range.

    >>> round(credit_score(1 / 51)), round(credit_score(1 / 101))
    (600, 620)
    """
    if not 0 < default_probability < 1 or base_odds <= 0 or points_to_double <= 0:
        raise OutOfRange(_("A probability lies between 0 and 1, odds and points are above 0. 2 % is 0.02."))
    odds = (1 - default_probability) / default_probability
    return float(base + points_to_double * np.log2(odds / base_odds))
