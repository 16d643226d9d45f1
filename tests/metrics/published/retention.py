"""Loyalty, retention and churn."""

from __future__ import annotations

from published.case import glossary, mistake
from trainkit import metrics as m

_START = list(range(1000))
_END = [*range(130, 1000), *range(2000, 2180)]
_base = "S 1,000, E 1,050, N 180"
glossary(
    "retention_rate", "G5", _base + " (as ids)", 87.0, 1e-9, lambda c: m.retention_rate(c(_START), c(_END))
)
glossary("churn_rate", "G5", _base + " (as ids)", 13.0, 1e-9, lambda c: m.churn_rate(c(_START), c(_END)))
glossary("retention_from_counts", "G5", _base, 87.0, 1e-9, lambda: m.retention_from_counts(1000, 1050, 180))
glossary("churn_from_counts", "G5", _base, 13.0, 1e-9, lambda: m.churn_from_counts(1000, 1050, 180))
glossary("convert_churn_rate", "G6", "2 % a month", 21.53, 0.005, lambda: m.convert_churn_rate(0.02, 12))
glossary("convert_churn_rate", "G7", "20 % a year", 1.842, 0.0005, lambda: m.convert_churn_rate(0.2, 1 / 12))
_rev = "start 500,000, churned 25,000, contraction 15,000"
glossary(
    "gross_revenue_retention", "G8", _rev, 92.0, 1e-9, lambda: m.gross_revenue_retention(500e3, 25e3, 15e3)
)
glossary(
    "net_revenue_retention",
    "G8",
    _rev + ", expansion 60,000",
    104.0,
    1e-9,
    lambda: m.net_revenue_retention(500e3, 25e3, 15e3, 60e3),
)
glossary("expected_lifetime", "G9", "churn 20 % a year", 5.0, 1e-9, lambda: m.expected_lifetime(0.2))
glossary(
    "expected_lifetime",
    "G9 (after the first)",
    "churn 20 % a year",
    4.0,
    1e-9,
    lambda: m.expected_lifetime(0.2, count_first=False),
)
glossary("half_life", "G9", "churn 20 % a year", 3.106, 0.0005, lambda: m.half_life(0.2))

mistake("RET-1", "retention_rate", 105.0, 1e-9, lambda: 100 * len(_END) / len(_START))
mistake("RET-2", "churn_rate", 12.38, 0.005, lambda: 100 * 130 / 1050)
mistake("RET-2", "churn_rate", 12.68, 0.005, lambda: 100 * 130 / ((1000 + 1050) / 2))
mistake("CHN-3", "convert_churn_rate", 24.0, 1e-9, lambda: 12 * 2.0)
mistake("CHN-4", "convert_churn_rate", 1.667, 0.0005, lambda: 20 / 12)
mistake("REV-3", "net_revenue_retention", 118.0, 1e-9, lambda: 100 * (500 - 25 - 15 + 60 + 70) / 500)
