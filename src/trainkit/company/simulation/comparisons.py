"""Lantai beside others: the CRM products it could buy, and its industry and rivals."""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.block import Block
from trainkit.company.simulation.streams import stream

__all__ = ["benchmarks", "vendors"]

_VENDORS = ("aster", "bowline", "cedar", "delta")
_COST = (3.4, 2.6, 5.1, 1.9)
#: Criterion, weight, scores of the four products. Delta has the best total and fails a knock-out.
_CRITERIA = (
    ("integration", 0.24, (4, 3, 5, 4)),
    ("service_desk", 0.20, (4, 4, 4, 4)),
    ("analytics", 0.16, (3, 3, 5, 4)),
    ("usability", 0.14, (5, 4, 2, 5)),
    ("cost", 0.16, (3, 4, 1, 5)),
    ("support", 0.10, (4, 4, 3, 4)),
    ("security", 0.0, (4, 4, 5, 3)),
    ("data_location", 0.0, (5, 4, 5, 2)),
)
_KNOCK_OUT = ("security", "data_location")
_WEIGHTED = 6

#: Indicator, unit, higher is better, source and samples (industry, rival) of the others' values, and the
#: values of Lantai, the industry and three rivals. Lantai's value is left out where the other tables give it.
_INDICATORS: tuple[tuple[str, str, bool, str, int | None, int | None, tuple[float | None, ...]], ...] = (
    ("quarterly_churn", "%", False, "published", None, None, (None, 7.0, 6.1, 8.4, 7.3)),
    ("nps", "points", True, "published", 2400, 480, (None, 22.0, 31.0, 18.0, 25.0)),
    ("csat", "%", True, "published", 2400, 480, (None, 74.0, 79.0, 70.0, 76.0)),
    ("first_response_hours", "hours", False, "mystery_shopping", 120, 30, (None, 4.2, 2.8, 6.5, 3.9)),
    ("complaint_rate", "per 100 orders", False, "published", None, None, (3.6, 3.1, 2.4, 4.2, None)),
    ("delivery_days", "days", False, "mystery_shopping", 120, 30, (6.5, 5.8, 4.9, 7.2, 5.1)),
    ("repair_days", "days", False, "third_party_test", 40, 12, (9.8, 7.4, 5.6, 8.9, 7.0)),
    ("price_index", "index", False, "third_party_test", 12, 12, (103.0, 100.0, 109.0, 94.0, 98.0)),
)
_PARTIES = ("lantai", "industry", "rival_a", "rival_b", "rival_c")


def vendors(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `vendors`: the base data's scores, or those of another project team."""
    weights = np.array([weight for _name, weight, _scores in _CRITERIA])
    scores = np.array([row for _name, _weight, row in _CRITERIA])
    if block.variant:
        weights, scores = _another_team(block, weights, scores)
    criterion, vendor = np.indices(scores.shape).reshape(2, -1)
    names = np.array([name for name, *_rest in _CRITERIA], dtype=object)
    return {
        "vendor": np.array(_VENDORS, dtype=object)[vendor],
        "criterion": names[criterion],
        "knock_out": np.isin(names[criterion], _KNOCK_OUT),
        "weight": weights[criterion],
        "score": scores.ravel(),
        "cost_million": np.array(_COST)[vendor],
    }


def _another_team(block: Block, weights: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Change weights and scores until one product leads clearly and the best of all fails a knock-out."""
    rng = stream(block.seed, block.variant, "level", "vendors")
    while True:
        shifted = weights.copy()
        shifted[:_WEIGHTED] = (
            np.round((weights[:_WEIGHTED] + rng.uniform(-0.05, 0.05, _WEIGHTED)) / 0.02) * 0.02
        )
        shifted[_WEIGHTED - 1] += 1 - shifted.sum()
        changed = scores.copy()
        changed[:_WEIGHTED] = np.clip(scores[:_WEIGHTED] + rng.integers(-1, 2, (_WEIGHTED, 4)), 1, 5)
        total = shifted @ changed
        allowed = np.all(changed[_WEIGHTED:] >= 3, axis=0)
        best = np.sort(total[allowed])[::-1]
        plain = np.unique(changed[:_WEIGHTED].sum(axis=0))
        if (
            shifted[:_WEIGHTED].min() > 0.03
            and 0.04 <= best[0] - best[1] <= 0.4
            and not allowed[int(np.argmax(total))]
            and plain.size == 4
        ):
            return np.round(shifted, 2), changed


def benchmarks(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `benchmarks`; the industry's churn is 5 points below Lantai's (F1)."""
    rng = stream(block.seed, block.variant, "level", "benchmarks")
    rows: list[tuple[str, str, float, str, bool, str, float]] = []
    for indicator, unit, higher, source, many, few, values in _INDICATORS:
        for party, value in zip(_PARTIES, values, strict=True):
            own = party == "lantai"
            if own and value is None:
                continue
            moved = np.nan if value is None else value * (rng.uniform(0.92, 1.08) if block.variant else 1)
            sample = None if own else many if party == "industry" else few
            rows.append(
                (indicator, party, moved, unit, higher, "own_data" if own else source, sample or np.nan)
            )
    names, parties, values_, units, higher_, sources, samples = (
        np.array(column, dtype=object) for column in zip(*rows, strict=True)
    )
    numbers = np.round(values_.astype(float), 1)
    churn = 100 * block.levels.churn[7] - (5 if block.variant == 0 else rng.uniform(3, 6))
    numbers[(names == "quarterly_churn") & (parties == "industry")] = round(churn, 1)
    return {
        "indicator": names,
        "party": parties,
        "value": numbers,
        "unit": units,
        "higher_is_better": higher_.astype(bool),
        "source": sources,
        "sample": samples.astype(float),
    }
