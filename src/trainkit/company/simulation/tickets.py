"""What goes wrong and how it's handled (F3 and the complaints before leaving).

Two in five of the core customers that leave complain in their last months, and that complaint stays
unresolved for three weeks and more, often until they're gone. Others wait for two or three days.
"""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.block import Block, part
from trainkit.company.simulation.calendar import DAYS, NEVER, QUARTERS, YEAR_2025, at
from trainkit.company.simulation.people import people_of
from trainkit.company.simulation.streams import choose, choose_by

__all__ = ["CATEGORIES", "COMPLAINT", "DAY", "KINDS", "SEVERITIES", "columns", "tickets_of"]

KINDS = ("complaint", "request", "inquiry")
COMPLAINT = 0
CATEGORIES = ("product", "delivery", "billing", "installation", "after_sales", "information")
SEVERITIES = ("low", "medium", "high")
#: Seconds of a day.
DAY = 86_400

_PER_YEAR = np.array([1.0, 0.42, 0.9])
_KIND = np.array([0.27, 0.40, 0.33])
_CATEGORY = np.array([
    [0.30, 0.22, 0.12, 0.06, 0.28, 0.02],
    [0.28, 0.10, 0.10, 0.22, 0.28, 0.02],
    [0.10, 0.18, 0.22, 0.10, 0.08, 0.32],
])  # fmt: skip
_SEVERITY = np.array([[0.30, 0.48, 0.22], [0.55, 0.37, 0.08], [0.82, 0.16, 0.02]])
#: Median hours to the first response and to the resolution.
_RESPONSE_HOURS = np.array([4.0, 5.5, 2.5])
_RESOLUTION_HOURS = np.array([46.0, 30.0, 7.0])
_LEAVING = 0.42


@part
def tickets_of(block: Block) -> dict[str, np.ndarray]:
    """Draw the tickets of a block in the order of time; times are seconds since 2024-01-01."""
    rng = block.rng("tickets")
    customer, day, kind, grave = _openings(rng, block)
    n = customer.size
    opened = day * DAY + np.floor((8 + 12 * rng.beta(2, 2.3, n)) * 3600).astype(np.int64)
    order = np.lexsort((customer, opened))
    customer, opened, kind, grave = customer[order], opened[order], kind[order], grave[order]
    category, severity = choose_by(rng, _CATEGORY, kind), choose_by(rng, _SEVERITY, kind)
    severity[grave] = 1 + (rng.random(int(grave.sum())) < 0.6)
    departments = 1 + rng.poisson(np.array([0.8, 0.45, 0.15])[kind] + 0.3 * (severity == 2) + 1.1 * grave)
    departments = np.minimum(departments, 8)
    quick = np.array([1.15, 1.0, 0.6])[severity]
    response = _RESPONSE_HOURS[kind] * quick * np.exp(rng.normal(0, 0.9, n)) * 3600
    work = _RESOLUTION_HOURS[kind] * departments**0.8 * np.exp(rng.normal(0, 0.8, n)) * 3600
    work = np.where(grave, rng.uniform(22, 75, n) * DAY, work)
    return {
        "customer": customer,
        "opened": opened,
        "responded": opened + np.rint(response).astype(np.int64),
        "resolved": opened + np.rint(response + work).astype(np.int64),
        "reopened": rng.random(n) < 0.04 + 0.05 * (departments - 1),
        "kind": kind,
        "category": category,
        "severity": severity,
        "departments": departments,
    }


def _openings(
    rng: np.random.Generator, block: Block
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw who opens a ticket of which kind on which day, and which are the grave ones."""
    people = people_of(block)
    first = np.maximum(people.signup, 0)
    span = np.maximum(people.last + 1 - first, 0)
    count = rng.poisson(_PER_YEAR[people.kind] * rng.gamma(2, 0.5, people.kind.size) * span / 365.25)
    customer = np.repeat(np.arange(people.kind.size), count)
    day = first[customer] + np.floor(rng.random(customer.size) * span[customer]).astype(np.int64)
    kind = choose(rng, _KIND, customer.size)
    if people.hengyuan >= 0:
        kept = (customer != people.hengyuan) | (kind != COMPLAINT) | (day < YEAR_2025)
        customer, day, kind = customer[kept], day[kept], kind[kept]
    grave = np.zeros(customer.size, dtype=bool)
    leaving = np.flatnonzero(people.lost & (rng.random(people.kind.size) < _LEAVING))
    leaving = leaving[leaving != people.hengyuan]
    before = np.maximum(people.end[leaving] - rng.integers(18, 95, leaving.size), first[leaving])
    parts = [(leaving, before), *_hengyuan(rng, block)]
    for who, when in parts:
        customer, day = np.append(customer, who), np.append(day, when)
        kind = np.append(kind, np.full(who.size, COMPLAINT))
        grave = np.append(grave, np.full(who.size, True))
    return customer, day, kind, grave


def _hengyuan(rng: np.random.Generator, block: Block) -> list[tuple[np.ndarray, np.ndarray]]:
    """F3: the complaints of Hengyuan Precision in 2025-Q1, in Q2, and five more before it left."""
    who = people_of(block).hengyuan
    if who < 0:
        return []
    first, second, end = block.levels.hengyuan
    spans = [(first, QUARTERS[4], QUARTERS[5]), (second, QUARTERS[5], QUARTERS[6]), (5, QUARTERS[6], end)]
    return [(np.full(count, who), rng.integers(begin, after, count)) for count, begin, after in spans]


def columns(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `tickets`; what lies after the end of 2025 hasn't happened yet."""
    drawn = tickets_of(block)

    def code(values: tuple[str, ...], positions: np.ndarray) -> np.ndarray:
        return np.array(values, dtype=object)[positions]

    def time(seconds: np.ndarray) -> np.ndarray:
        days = np.where(seconds < DAYS * DAY, seconds // DAY, NEVER)
        return at(days, np.where(days < NEVER, seconds % DAY, 0))

    return {
        "customer": drawn["customer"],
        "opened_at": time(drawn["opened"]),
        "first_response_at": time(drawn["responded"]),
        "resolved_at": time(drawn["resolved"]),
        "reopened": drawn["reopened"] & (drawn["resolved"] < DAYS * DAY),
        "kind": code(KINDS, drawn["kind"]),
        "category": code(CATEGORIES, drawn["category"]),
        "severity": code(SEVERITIES, drawn["severity"]),
        "departments": drawn["departments"],
    }
