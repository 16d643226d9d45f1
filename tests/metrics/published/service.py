"""Interaction and service."""

from __future__ import annotations

from published.case import glossary, mistake
from trainkit import metrics as m

_issues = "800 issues, 620 solved at once, 50 out of scope"
glossary("first_contact_resolution", "G18", _issues, 77.5, 1e-9, lambda: m.first_contact_resolution(620, 800))
glossary(
    "first_contact_resolution",
    "G18 (net)",
    _issues,
    82.67,
    0.005,
    lambda: m.first_contact_resolution(620, 800, 50),
)
_calls = "1,000 offered, 840 within 20 s, 30 abandoned within 20 s"
glossary("service_level", "G19", _calls, 84.0, 1e-9, lambda: m.service_level(840, 1000))
glossary(
    "service_level",
    "G19 (short abandons left out)",
    _calls,
    86.6,
    0.05,
    lambda: m.service_level(840, 1000, 30),
)
mistake("SL-1", "service_level", 90.3, 0.05, lambda: 100 * 840 / 930)
