"""Satisfaction and surveys."""

from __future__ import annotations

from typing import Any

import numpy as np
from backends import column, frame

from published.case import anchor, expand, glossary, mistake, public
from trainkit import metrics as m

G1 = expand({10: 60, 9: 50, 8: 20, 7: 30, 6: 15, 0: 25})
G2 = expand({9: 75, 7: 30, 3: 45})
G3 = expand({1: 8, 2: 12, 3: 30, 4: 90, 5: 60})
G4 = expand({1: 5, 2: 10, 3: 15, 4: 20, 5: 40, 6: 60, 7: 50})

_nps = "110 promoters, 50 passives, 40 detractors"
glossary("nps", "G1", _nps, 35.0, 1e-9, lambda c: m.nps(c(G1)))
glossary("nps_margin", "G1", _nps, 10.98, 0.005, lambda c: m.nps_margin(c(G1)))
glossary("nps_margin", "G1 (standard error)", _nps, 5.601, 0.0005, lambda c: m.nps_margin(c(G1)) / 1.959964)
glossary(
    "nps_margin",
    "G1 (adjusted Wald)",
    _nps,
    10.90,
    0.005,
    lambda c: m.nps_margin(c(G1), method="adjusted-wald"),
)
glossary(
    "nps_interval", "G1 (adjusted Wald, centre)", _nps, 34.48, 0.005, lambda c: sum(m.nps_interval(c(G1))) / 2
)
glossary(
    "nps_difference",
    "G2",
    "NPS 35 (n 200), 20 (n 150)",
    15.0,
    1e-9,
    lambda c: m.nps_difference(c(G2), c(G1)).value,
)
glossary("nps_difference", "G2 (SE)", "as above", 9.058, 0.0005, lambda c: m.nps_difference(c(G2), c(G1)).se)
glossary("nps_difference", "G2 (z)", "as above", 1.656, 0.0005, lambda c: m.nps_difference(c(G2), c(G1)).z)
glossary("nps", "G2 (pooled)", "both surveys together", 28.57, 0.005, lambda c: m.nps(c(G1 + G2)))
_csat = "8, 12, 30, 90, 60 answers of 1 to 5"
glossary("csat", "G3", _csat, 75.0, 1e-9, lambda c: m.csat(c(G3)))
glossary("csat_interval", "G3 (Wilson, low)", _csat, 68.57, 0.005, lambda c: m.csat_interval(c(G3)).low)
glossary("csat_interval", "G3 (Wilson, high)", _csat, 80.49, 0.005, lambda c: m.csat_interval(c(G3)).high)
glossary(
    "proportion_interval",
    "G3 (Wald, low)",
    "150 of 200",
    69.0,
    0.005,
    lambda: m.proportion_interval(150, 200, method="wald").low,
)
glossary(
    "proportion_interval",
    "G3 (Wald, high)",
    "150 of 200",
    81.0,
    0.005,
    lambda: m.proportion_interval(150, 200, method="wald").high,
)
_ces = "5, 10, 15, 20, 40, 60, 50 answers of 1 to 7"
glossary("ces", "G4", _ces, 5.30, 0.005, lambda c: m.ces(c(G4)))
glossary("ces_easy_share", "G4", _ces, 75.0, 1e-9, lambda c: m.ces_easy_share(c(G4)))
glossary("sample_size", "G24", "± 5 points, p 0.5", 385, 0, lambda: m.sample_size(5))
glossary("sample_size", "G24 (finite)", "as above, N 800", 260, 0, lambda: m.sample_size(5, population=800))
glossary(
    "nps_sample_size",
    "G24",
    "± 5 points, variance as in G1",
    965,
    0,
    lambda: m.nps_sample_size(5, 0.55, 0.20),
)
glossary("nps_sample_size", "G24 (worst case)", "± 5 points", 1537, 0, lambda: m.nps_sample_size(5))

_p, _d = 110 / 200, 40 / 200
mistake("NPS-1", "nps", 46.67, 0.005, lambda: 100 * (110 - 40) / (110 + 40))
mistake("NPS-4", "nps", 55.0, 1e-9, lambda: 100 * _p)
mistake("NPS-8", "nps_margin", 6.61, 0.005, lambda: m.proportion_margin(200, 0.35))
mistake("NPS-6", "nps", 27.5, 1e-9, lambda: (m.nps(G1) + m.nps(G2)) / 2)
mistake("CSAT-1", "csat", 3.91, 0.005, lambda: float(np.mean(G3)))
mistake("CSAT-2", "csat", 78.2, 0.05, lambda: 100 * float(np.mean(G3)) / 5)
mistake("CSAT-3", "csat", 30.0, 1e-9, lambda: 100 * 60 / 200)
mistake("SUR-5", "nps_sample_size", 385, 0, lambda: m.sample_size(5))

for _k, _n, _low, _high in ((81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05)):
    for _end, _value in ((0, _low), (1, _high)):
        anchor(
            "proportion_interval",
            "Newcombe 1998",
            f"Wilson, {_k} of {_n}",
            _value,
            0.005,
            lambda k=_k, n=_n, end=_end: m.proportion_interval(k, n)[end],
        )
for _n, _value in ((100, 80), (500, 217), (1000, 278), (10_000, 370), (1_000_000, 384)):
    _compute = lambda n=_n: m.sample_size(5, population=n)  # noqa: E731
    anchor("sample_size", "Krejcie & Morgan 1970", f"N {_n:,}", _value, 1, _compute)
for _n, _value in ((400, 4.9), (1000, 3.1), (1067, 3.0)):
    anchor(
        "proportion_margin", "Standard tables", f"n {_n:,}", _value, 0.05, lambda n=_n: m.proportion_margin(n)
    )


def _sfo(data: Any) -> Any:
    """Answers to the recommend question with their weights; code 11 means blank."""
    return data.loc[data["NETPRO"].between(0, 10), ["NETPRO", "WEIGHT"]]


def _netpro(data: Any, backend: str) -> Any:
    return column(backend, _sfo(data)["NETPRO"].astype(float).tolist())


def _q7(data: Any, backend: str) -> Any:
    import pandas as pd

    answers = pd.to_numeric(data["Q7ALL"], errors="coerce")
    return column(backend, answers[answers.between(1, 5)].tolist())


_SFO = "San Francisco airport survey 2018"
_FILE = "sfo_survey_2018.parquet"
public("nps", _SFO, "2,650 answers", 30.98, 0.01, _FILE, lambda d, b: m.nps(_netpro(d, b)))
public(
    "nps_interval",
    _SFO,
    "Wald, low",
    28.15,
    0.01,
    _FILE,
    lambda d, b: m.nps_interval(_netpro(d, b), method="wald").low,
)
public(
    "nps_interval",
    _SFO,
    "Wald, high",
    33.81,
    0.01,
    _FILE,
    lambda d, b: m.nps_interval(_netpro(d, b), method="wald").high,
)
public(
    "nps_interval",
    _SFO,
    "adjusted Wald, low (Rocks 2016)",
    28.12,
    0.01,
    _FILE,
    lambda d, b: m.nps_interval(_netpro(d, b)).low,
)
public(
    "nps_interval",
    _SFO,
    "adjusted Wald, high (Rocks 2016)",
    33.77,
    0.01,
    _FILE,
    lambda d, b: m.nps_interval(_netpro(d, b)).high,
)
public(
    "weighted_nps",
    _SFO,
    "with survey weights",
    35.11,
    0.01,
    _FILE,
    lambda d, b: m.weighted_nps(
        frame(b, {"s": _sfo(d)["NETPRO"].astype(float).tolist(), "w": _sfo(d)["WEIGHT"].tolist()}), "s", "w"
    ),
)
public("csat", _SFO, "Q7ALL 4–5", 78.4381, 1e-3, _FILE, lambda d, b: m.csat(_q7(d, b)))
public(
    "csat_interval", _SFO, "Wilson, low", 76.8239, 1e-3, _FILE, lambda d, b: m.csat_interval(_q7(d, b)).low
)
public(
    "csat_interval", _SFO, "Wilson, high", 79.9692, 1e-3, _FILE, lambda d, b: m.csat_interval(_q7(d, b)).high
)
