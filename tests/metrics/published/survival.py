"""Cohorts and survival."""

from __future__ import annotations

from typing import Any

from backends import frame, plain

from published.case import ANCHORS, Anchor, public
from trainkit import metrics as m

# Remission of 21 + 21 leukaemia patients, in weeks; 0 is censored (Freireich et al. 1963).
_TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
_PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
_MP6 = {"weeks": _TREATED, "event": [1] * 9 + [0] * 12}
_BOTH = {
    "weeks": _TREATED + _PLACEBO,
    "event": [1] * 9 + [0] * 12 + [1] * 21,
    "group": ["6-MP"] * 21 + ["placebo"] * 21,
}


def _survival(backend: str, row: int) -> float:
    return plain(m.kaplan_meier(frame(backend, _MP6), "weeks", "event"))["survival"][row]


_TIMES = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
for _row, (_time, _value) in enumerate(_TIMES.items()):
    ANCHORS.append(
        Anchor(
            "kaplan_meier",
            "Kleinbaum & Klein, Survival Analysis (6-MP remission)",
            f"S({_time})",
            _value,
            0.001,
            lambda b, row=_row: _survival(b, row),
        )
    )
ANCHORS.append(
    Anchor(
        "median_lifetime",
        "Kleinbaum & Klein, Survival Analysis (6-MP remission)",
        "median",
        23,
        0,
        lambda b: m.median_lifetime(frame(b, _MP6), "weeks", "event"),
    )
)
ANCHORS.append(
    Anchor(
        "log_rank",
        "Kleinbaum & Klein, Survival Analysis (6-MP remission)",
        "6-MP against placebo",
        16.79,
        0.005,
        lambda b: m.log_rank(frame(b, _BOTH), "weeks", "event", "group").statistic,
    )
)


def _telco(data: Any, backend: str) -> Any:
    return frame(backend, {"tenure": data["tenure"].tolist(), "left": (data["Churn"] == "Yes").tolist()})


public(
    "median_lifetime",
    "IBM Telco churn",
    "not reached in 72 months",
    float("inf"),
    0,
    "telco_churn.parquet",
    lambda d, b: m.median_lifetime(_telco(d, b), "tenure", "left"),
)

_COHORT = [948, 362, 317, 367, 341, 376, 360, 336, 336, 374, 354, 474, 260]
_retail: dict[str, Any] = {}


def _online_retail(data: Any, backend: str, age: int) -> int:
    if backend not in _retail:
        known = data[data["CustomerID"].notna()]
        built = frame(backend, {c: known[c].tolist() for c in ("CustomerID", "InvoiceDate")})
        _retail[backend] = plain(m.cohort_retention(built, "CustomerID", "InvoiceDate"))
    return _retail[backend]["active"][age]


for _age, _count in enumerate(_COHORT):
    public(
        "cohort_retention",
        "Online Retail (UCI 352)",
        f"cohort 2010-12, age {_age}",
        _count,
        0,
        "online_retail.parquet",
        lambda d, b, age=_age: _online_retail(d, b, age),
    )
