"""Customer value, lifetime models, segments."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from backends import frame, plain

from published.case import ANCHORS, DATA, Anchor, glossary, mistake, public
from trainkit import metrics as m
from trainkit.metrics.lifetime import BgNbd, Sbg

_clv = "m 1,000, r 0.8, i 0.10"
for _timing, _value in (("A", 2666.67), ("B", 3666.67), ("C", 3333.33)):
    _entry = Anchor(
        "clv",
        f"Glossary G10 ({_timing})",
        _clv,
        _value,
        0.005,
        lambda _b, t=_timing: m.clv(1000, 0.8, 0.1, t),
        frames=False,
    )
    ANCHORS.append(_entry)
for _retention, _multiple in ((0.6, 1.15), (0.7, 1.67), (0.8, 2.50), (0.9, 4.09)):
    _entry = Anchor(
        "clv",
        "Gupta & Lehmann, margin multiple at 12 %",
        f"r {_retention}",
        _multiple,
        0.005,
        lambda _b, r=_retention: m.clv(1, r, 0.12),
        frames=False,
    )
    ANCHORS.append(_entry)
glossary("clv_growing", "G11", _clv + ", g 0.05", 3076.92, 0.005, lambda: m.clv_growing(1000, 0.8, 0.1, 0.05))
glossary("clv_finite", "G12", _clv + ", 5 years", 2124.10, 0.005, lambda: m.clv_finite(1000, 0.8, 0.1, 5))
glossary(
    "clv_cac_ratio",
    "G13",
    "CLV as in G10 A, CAC 900",
    2.963,
    0.0005,
    lambda: m.clv_cac_ratio(m.clv(1000, 0.8, 0.1), 900),
)
glossary(
    "clv_cac_ratio",
    "G13 (net value)",
    "the same, minus CAC",
    1766.67,
    0.005,
    lambda: m.clv(1000, 0.8, 0.1) - 900,
)
glossary("cac", "G16", "cost 500,000, 400 customers", 1250, 1e-9, lambda: m.cac(500e3, 400))
glossary(
    "cac_payback", "G16", "CAC 1,250, 150 a month, 70 %", 11.90, 0.005, lambda: m.cac_payback(1250, 150, 0.7)
)
_SPEND = [1, 1, 2, 2, 3, 4, 6, 11, 20, 50]
glossary("top_share", "G17", "ten customers", 70.0, 1e-9, lambda c: m.top_share(c(_SPEND)))
glossary("gini", "G17", "ten customers", 0.632, 0.0005, lambda c: m.gini(c(_SPEND)))

mistake("CLV-2", "clv", 222.22, 0.005, lambda: m.clv(1000, 1 - 0.8, 0.1))
mistake("CLV-3", "clv", 4000, 1e-6, lambda: m.clv(1000, 0.8, 0))
mistake("CLV-7", "clv", 5000, 1e-6, lambda: 1000 / (1 - 0.8))
mistake("CLV-4", "clv", 78.43, 0.005, lambda: 1000 * 0.8 / (1 + 10 - 0.8))
mistake("CLV-1", "clv", 6666.67, 0.005, lambda: m.clv(2500, 0.8, 0.1))
mistake("CLV-9", "clv_finite", 2666.67, 0.005, lambda: m.clv(1000, 0.8, 0.1))
mistake("CLV-5", "clv_cac_ratio", 4.07, 0.005, lambda: m.clv(1000, 0.8, 0.1, "B") / 900)
mistake("CAC-1", "cac", 750, 1e-9, lambda: 300e3 / 400)
mistake("CAC-8", "cac_payback", 8.33, 0.005, lambda: 1250 / 150)

_SBG = Sbg(0.668, 3.806)
for _age, _rate in ((1, 85.07), (2, 87.80), (3, 89.68)):
    _entry = Anchor(
        "sbg_retention",
        "Glossary G14",
        f"α 0.668, β 3.806, renewal {_age}",
        _rate,
        0.005,
        lambda _b, t=_age: m.sbg_retention(_SBG, t),
        frames=False,
    )
    ANCHORS.append(_entry)
_HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
for _name, _value, _tolerance in (
    ("alpha", 0.668, 0.002),
    ("beta", 3.806, 0.002),
    ("log_likelihood", -1611.16, 0.01),
):
    _entry = Anchor(
        "sbg",
        "Fader & Hardie 2007, High End",
        _name,
        _value,
        _tolerance,
        lambda _b, name=_name: getattr(m.sbg(_HIGH_END), name),
        frames=False,
    )
    ANCHORS.append(_entry)
mistake("CHN-6", "sbg_retention", 61.56, 0.01, lambda: 100 * (m.sbg_retention(_SBG, 1) / 100) ** 3)

_MODEL = BgNbd(0.243, 4.414, 0.793, 2.426)
_CASES = {"frequency": [2, 2, 10, 0], "recency": [30.43, 20, 20, 0], "T": [38.86, 39, 39, 39]}
for _row, _value in enumerate((0.7266, 0.5429, 0.0381, 1.0)):
    ANCHORS.append(
        Anchor(
            "expected_purchases",
            "Glossary G15, P(alive)",
            f"customer {_row + 1}",
            _value,
            0.00005,
            lambda b, row=_row: plain(m.expected_purchases(frame(b, _CASES), _MODEL, 39))["p_alive"][row],
        )
    )
ANCHORS.append(
    Anchor(
        "expected_purchases",
        "Fader, Hardie & Lee 2005, spreadsheet",
        "E[Y(39)], x 2, t_x 30.43, T 38.86",
        1.226,
        0.001,
        lambda b: plain(m.expected_purchases(frame(b, _CASES), _MODEL, 39))["expected_purchases"][0],
    )
)


def _cdnow(data: Any, backend: str) -> Any:
    columns = ["frequency", "recency", "T", "monetary_value"]
    return frame(backend, {c: data[c].tolist() for c in columns})


for _name, _value, _tolerance in (
    ("r", 0.243, 0.001),
    ("alpha", 4.414, 0.001),
    ("a", 0.793, 0.001),
    ("b", 2.426, 0.001),
    ("log_likelihood", -9582.4, 0.1),
):
    public(
        "bg_nbd",
        "Fader, Hardie & Lee 2005, CDNOW",
        _name,
        _value,
        _tolerance,
        "cdnow_summary.parquet",
        lambda d, b, name=_name: getattr(m.bg_nbd(_cdnow(d, b)), name),
    )
for _name, _value in (("p", 6.25), ("q", 3.74), ("v", 15.44)):
    public(
        "gamma_gamma",
        "Fader, Hardie & Lee 2005, CDNOW",
        _name,
        _value,
        0.01,
        "cdnow_summary.parquet",
        lambda d, b, name=_name: getattr(m.gamma_gamma(_cdnow(d, b)), name),
    )


def _summary_gap(data: Any, backend: str, column: str) -> float:
    """The largest difference between our summary of the 6,919 purchases and the published one."""
    bought = data[["sample_id", "date", "amount"]]
    orders = frame(backend, {c: bought[c].tolist() for c in bought.columns})
    found = plain(m.clv_summary(orders, date(1997, 9, 30), "sample_id", "date", "amount"))
    given = pd.read_parquet(DATA / "cdnow_summary.parquet").sort_values("sample_id")
    return float(np.abs(np.array(found[column]) - given[column].to_numpy()).max())


for _column in ("frequency", "recency", "T", "monetary_value"):
    public(
        "clv_summary",
        "Fader & Hardie, CDNOW",
        f"{_column} of all 2,357 customers, largest difference",
        0,
        0.006,
        "cdnow_sample.parquet",
        lambda d, b, column=_column: _summary_gap(d, b, column),
    )


def _first_scores(data: Any, backend: str, row: int) -> int:
    orders = frame(backend, {c: data[c].tolist() for c in data.columns})
    table = m.rfm_table(orders, date(2006, 12, 31), "customer_id", "order_date", "revenue")
    return plain(m.rfm_scores(table))["rfm"][row]


for _row, _rfm in enumerate((343, 412, 323, 544, 433)):
    public(
        "rfm_scores",
        "R package rfm, README",
        f"customer {_row + 1}",
        _rfm,
        0,
        "rfm_orders_simulated.parquet",
        lambda d, b, row=_row: _first_scores(d, b, row),
    )
