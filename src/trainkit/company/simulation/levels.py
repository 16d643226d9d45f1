"""How strong each planted fact is: fixed in the base data, drawn from a band in every other variant.

The base values are those of the curriculum. A variant has other numbers of the same kind, never the same
ones, and never so weak that the fact can't be found: the bands below are the promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from trainkit.company.simulation.streams import stream

__all__ = ["CHANNELS", "REGIONS", "TYPES", "Levels", "Satisfaction", "Thin", "draw", "levels"]

#: Customer types, sales regions and acquisition channels by position.
TYPES = ("B2B", "B2C", "G")
REGIONS = ("east", "south", "north", "central", "southwest", "northeast", "northwest")
CHANNELS = ("referral", "trade_fair", "website", "paid_search", "marketplace", "partner", "tender")


@dataclass(frozen=True)
class Satisfaction:
    """F16 and the recommend question: shares by customer type and year."""

    #: Share of satisfied answers (4 or 5), shape (2 years, 3 types).
    csat: np.ndarray
    #: Share of each type in the answers, shape (2 years, 3 types).
    mix: np.ndarray
    #: Shares of promoters and detractors, shape (2 years, 2).
    nps: np.ndarray


@dataclass(frozen=True)
class Thin:
    """F17: the region with few answers, and the verdicts that it gives in 2025."""

    region: int
    #: Valid answers of 2025: 1 promoter, 0 passive, -1 detractor; in no particular order.
    verdicts: np.ndarray


@dataclass(frozen=True)
class Levels:
    """All levels of one variant."""

    #: F1: share of core customers lost, one for each of the eight quarters.
    churn: np.ndarray
    #: F2: share of those lost in 2025-Q4 without a personalised follow-up in the year before.
    neglect: float
    #: Region and channel in which more leave; the region only in 2025-Q4, the channel always.
    weak_region: int
    weak_channel: int
    #: F3: complaints of Hengyuan Precision in 2025-Q1 and Q2, and the last day of its contract.
    hengyuan: tuple[int, int, int]
    #: F11: satisfied with after-sales, loyal and active customers; churn of pilot members against all.
    after_sales: tuple[float, float]
    pilot: float
    satisfaction: Satisfaction
    thin: Thin
    #: F14: days of the spike, the drop and the level shift; week and channel of the batch loaded twice.
    spike: int
    drop: int
    shift: int
    twice: tuple[int, int]


def draw(variant: int, seed: int, fact: str, low: float, high: float, base: float, apart: float) -> float:
    """Return the level of a fact: `base` in variant 0, else from [low, high] and `apart` from the base."""
    return base if variant == 0 else _between(stream(seed, variant, "level", fact), low, high, base, apart)


def _between(rng: np.random.Generator, low: float, high: float, base: float, apart: float) -> float:
    """Draw from [low, high], at least `apart` away from the base value."""
    value = low + rng.random() * (high - low - 2 * apart)
    return round(value if value < base - apart else value + 2 * apart, 3)


def _satisfaction(variant: int, rng: np.random.Generator) -> Satisfaction:
    """Rise in every type, fall overall: the mix moves to the type that is least satisfied."""
    if variant == 0:
        csat = np.array([[0.800, 0.580, 0.750], [0.836, 0.622, 0.788]])
        mix = np.array([[0.60, 0.28, 0.12], [0.32, 0.58, 0.10]])
        return Satisfaction(csat, mix, np.array([[0.42, 0.27], [0.45, 0.25]]))
    business = rng.uniform(0.76, 0.84)
    first = np.array([business, business - rng.uniform(0.20, 0.26), business - rng.uniform(0.03, 0.07)])
    before = np.array([rng.uniform(0.55, 0.62), 0, rng.uniform(0.10, 0.14)])
    after = np.array([rng.uniform(0.28, 0.33), 0, rng.uniform(0.08, 0.11)])
    before[1], after[1] = 1 - before.sum(), 1 - after.sum()
    moved = float(((after - before) * first).sum())
    fall = rng.uniform(0.020, min(0.035, -moved - 0.022))
    rise = (-moved - fall) + rng.uniform(-0.003, 0.003, 3)
    promoters, detractors = rng.uniform(0.36, 0.43), rng.uniform(0.23, 0.31)
    nps = np.array([[promoters, detractors], [promoters + 0.03, detractors - 0.02]])
    return Satisfaction(np.array([first, first + rise]), np.array([before, after]), nps)


def _thin(variant: int, rng: np.random.Generator, nps: np.ndarray) -> Thin:
    """Few answers, and a score that is lower by 0.6 to 0.8 of what would be significant."""
    region = REGIONS.index("northwest") if variant == 0 else int(rng.integers(4, 7))
    count = 34 if variant == 0 else int(rng.choice([27, 28, 29, 30, 31, 32, 33, 35, 36, 37, 38, 39, 40, 41]))
    rest = nps[0] - nps[1]
    # The spread of the region's own scores hardly depends on its level: 0.85 is close enough to aim with.
    gap = (0.7 if variant == 0 else rng.uniform(0.62, 0.78)) * 1.96 * 0.85 / np.sqrt(count)
    promoters = round((nps[0] - 0.45 * gap) * count)
    detractors = round(promoters - (rest - gap) * count)
    verdicts = np.repeat([1, 0, -1], [promoters, count - promoters - detractors, detractors])
    return Thin(region, rng.permutation(verdicts))


def _anomalies(variant: int, rng: np.random.Generator) -> dict[str, int]:
    """Days of F14, all of them ordinary working days far from the sales festivals."""
    if variant == 0:
        return {"spike": 436, "drop": 505, "shift": 588}
    # Tuesdays to Thursdays of March, of May, and Mondays of August 2025.
    return {
        "spike": int(rng.choice([428, 429, 430, 435, 437, 442, 443, 444])),
        "drop": int(rng.choice([491, 492, 493, 498, 499, 500, 506, 507])),
        "shift": int(rng.choice([574, 581, 595, 602])),
    }


@lru_cache(maxsize=64)
def levels(variant: int, seed: int) -> Levels:
    """Return the levels of a variant; variant 0 has the curriculum's."""

    def rng(fact: str) -> np.random.Generator:
        return stream(seed, variant, "level", fact)

    base = variant == 0
    satisfaction = _satisfaction(variant, rng("F16"))
    thin = _thin(variant, rng("F17"), satisfaction.nps[1])
    churn = np.linspace(0.052, 0.066, 8) + rng("F1 before").uniform(-0.003, 0.003, 8)
    churn[7] = 0.12 if base else _between(rng("F1"), 0.09, 0.15, 0.12, 0.005)
    first = 10 if base else int(rng("F3").choice([8, 9, 11, 12, 13, 14, 15]))
    second = 14 if base else first + int(rng("F3 rise").integers(3, 6)) + (first > 12)
    weak = rng("weak")
    places = rng("places")
    return Levels(
        churn=churn,
        neglect=0.85 if base else _between(rng("F2"), 0.76, 0.92, 0.85, 0.012),
        weak_region=3 if base else int(weak.choice([place for place in (2, 3, 4) if place != thin.region])),
        weak_channel=3 if base else int(weak.choice([2, 3, 4])),
        hengyuan=(first, second, 606 if base else int(places.integers(575, 632))),
        after_sales=(0.86, 0.44)
        if base
        else (
            _between(rng("F11 loyal"), 0.80, 0.91, 0.86, 0.008),
            _between(rng("F11 active"), 0.38, 0.50, 0.44, 0.008),
        ),
        pilot=0.42 if base else float(rng("F11 pilot").uniform(0.32, 0.50)),
        satisfaction=satisfaction,
        thin=thin,
        twice=(71, 3) if base else (int(places.choice([58, 60, 62, 64, 66, 68, 70, 73, 75, 77])), 3),
        **_anomalies(variant, rng("F14")),
    )
