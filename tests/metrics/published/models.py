"""Clusters, funnel, forecasting, anomalies, risk, experiments, decisions."""

from __future__ import annotations

from backends import column, frame, plain

from published.case import ANCHORS, Anchor, anchor, glossary, mistake, public
from trainkit import metrics as m

# --- experiments ---
_ab = "A 200 of 2,000, B 246 of 2,000"
for _name, _value, _tolerance in (
    ("value", 2.3, 1e-9),
    ("z", 2.311, 0.0005),
    ("p", 0.0208, 0.00005),
    ("low", 0.35, 0.005),
    ("high", 4.25, 0.005),
):
    anchor(
        "proportion_test",
        f"Glossary G20 ({_name})",
        _ab,
        _value,
        _tolerance,
        lambda name=_name: getattr(m.proportion_test(200, 2000, 246, 2000), name),
    )
mistake("AB-2", "proportion_test", 23, 1e-9, lambda: 100 * (246 - 200) / 200)
glossary("experiment_size", "G21", "10 %, + 2 points", 3841, 0, lambda: m.experiment_size(0.10, 0.02))
anchor(
    "experiment_size",
    "R manual, power.prop.test(.5, .75, power .9)",
    "n 76.7 before rounding up",
    77,
    0,
    lambda: m.experiment_size(0.5, 0.25, power=0.9),
)
for _name, _value, _tolerance in (("statistic", 12.600, 0.001), ("p", 0.005585, 5e-7)):
    anchor(
        "proportions_test",
        "R manual, prop.test (smokers)",
        _name,
        _value,
        _tolerance,
        lambda name=_name: getattr(m.proportions_test([83, 90, 129, 70], [86, 93, 136, 82]), name),
    )
for _name, _value, _tolerance in (("statistic", 5.08, 0.005), ("p", 0.024, 0.0005)):
    anchor(
        "sample_ratio_mismatch",
        f"Glossary G23 ({_name})",
        "2,000 and 1,860",
        _value,
        _tolerance,
        lambda name=_name: getattr(m.sample_ratio_mismatch([2000, 1860]), name),
    )
# Chances of a false alarm with five looks at a nominal 5 %: Armitage, McPherson & Rowe 1969, table 2.
anchor("peeking_error", "Armitage, McPherson & Rowe 1969", "5 looks", 14.2, 0.6, lambda: m.peeking_error(5))
anchor("peeking_error", "Armitage, McPherson & Rowe 1969", "10 looks", 19.3, 0.7, lambda: m.peeking_error(10))

# --- risk ---
_confusion = "TP 60, FP 140, FN 40, TN 760"
for _name, _value in (("precision", 30.0), ("recall", 60.0), ("f1", 40.0), ("lift", 3.0)):
    anchor(
        "classification",
        f"Glossary G22 ({_name})",
        _confusion,
        _value,
        1e-9,
        lambda name=_name: getattr(m.classification(60, 140, 40, 760), name),
    )
mistake("EW-3", "classification", 82.0, 1e-9, lambda: m.classification(60, 140, 40, 760).accuracy)

# --- decisions ---
_VENDORS = {
    "vendor": ["X", "Y", "Z"],
    "a": [4, 3, 5],
    "b": [3, 5, 2],
    "c": [5, 3, 3],
    "d": [2, 4, 3],
}
_WEIGHTS = {"a": 0.35, "b": 0.25, "c": 0.20, "d": 0.20}


def _total(backend: str, vendor: str, weights: dict[str, float]) -> float:
    table = plain(m.weighted_scores(frame(backend, _VENDORS), "vendor", weights))
    return float(table["total"][table["vendor"].index(vendor)])


for _vendor, _value, _unweighted in (("X", 3.55, 3.50), ("Y", 3.70, 3.75), ("Z", 3.45, 3.25)):
    ANCHORS.append(
        Anchor(
            "weighted_scores",
            "Glossary G25",
            _vendor,
            _value,
            1e-9,
            lambda b, vendor=_vendor: _total(b, vendor, _WEIGHTS),
        )
    )
    mistake(
        "WS-1",
        "weighted_scores",
        _unweighted,
        1e-9,
        lambda vendor=_vendor: _total("pandas", vendor, dict.fromkeys("abcd", 0.25)),
    )

# --- forecasting: annual oil production of Saudi Arabia, 1996 to 2013, in million tonnes ---
_OIL = [445.3641, 453.1950, 454.4096, 422.3789, 456.0371, 440.3866, 425.1944, 486.2052, 500.4291]
_OIL += [521.2759, 508.9476, 488.8889, 509.8706, 456.7229, 473.8166, 525.9509, 549.8338, 542.3405]
for _name, _value, _tolerance in (
    ("alpha", 0.834, 0.001),
    ("start", 446.6, 0.05),
    ("forecast", 542.68, 0.02),
):
    ANCHORS.append(
        Anchor(
            "simple_smoothing",
            "Hyndman & Athanasopoulos, 2nd ed., section 7.1 (oil)",
            _name,
            _value,
            _tolerance,
            lambda b, name=_name: getattr(m.simple_smoothing(column(b, _OIL)), name),
        )
    )

# --- anomalies ---
_MASS = [199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57]
for _name, _value in (("statistic", 2.4687), ("critical", 2.032)):
    ANCHORS.append(
        Anchor(
            "grubbs",
            "NIST/SEMATECH e-Handbook",
            _name,
            _value,
            0.001,
            lambda b, name=_name: getattr(m.grubbs(column(b, _MASS)), name),
        )
    )

# --- funnel ---
public(
    "conversion_rate",
    "Online Shoppers (UCI 468)",
    "sessions that bought",
    100 * 1908 / 12330,
    1e-9,
    "online_shoppers_intention.parquet",
    lambda d, _b: m.conversion_rate(int(d["Revenue"].sum()), len(d)),
)

# --- loyalty: the share of a phone company's customers who left ---
public(
    "churn_rate",
    "IBM Telco churn",
    "1,869 of 7,043",
    26.5370,
    5e-5,
    "telco_churn.parquet",
    lambda d, b: m.churn_rate(
        column(b, d["customerID"].tolist()), column(b, d.loc[d["Churn"] == "No", "customerID"].tolist())
    ),
)
