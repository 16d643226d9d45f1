"""Which core customers leave, and when (F1, F2, and the pilot of F11).

In each quarter an exact share of those under contract on its first day leaves. How likely each one is depends
on type, region and channel; how many of them are neglected or in the pilot is exact.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from trainkit.company.simulation.block import Block
from trainkit.company.simulation.calendar import NEVER, PILOT, QUARTERS
from trainkit.company.simulation.streams import chosen

__all__ = ["fates"]

#: Days that a contract lasts at least.
_SHORTEST = 20
_LAST_QUARTER = 7
#: F2: the raw difference between neglected and others exceeds the one within groups by this at least.
_OVERSTATED = 0.02
_PILOT_SHARE = 0.15


def fates(
    block: Block,
    kind: np.ndarray,
    key: np.ndarray,
    start: np.ndarray,
    neglected: np.ndarray,
    region: np.ndarray,
    channel: np.ndarray,
    hengyuan: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Enrol the pilot's members, then let an exact number leave in each quarter.

    Args:
        block: the block.
        kind: position of the customer type, shape (n,); so are the following.
        key: whether the customer is a key account.
        start: first day of the contract, `NEVER` if there is none.
        neglected: whether the customer gets no personalised follow-up.
        region: position of the region.
        channel: position of the acquisition channel.
        hengyuan: position of Hengyuan Precision, -1 if it isn't in this block.

    Returns:
        Who takes part in the pilot, and the last day of each contract.
    """
    rng, levels = block.rng("contracts"), block.levels
    end = np.full(kind.size, NEVER)
    pilot = np.zeros(kind.size, dtype=bool)
    others = np.arange(kind.size) != hengyuan
    hazard = np.array([1.0, 1.6, 0.35])[kind] * np.where(key, 0.25, 1) * others
    hazard = hazard * np.where(channel == levels.weak_channel, 2.3, 1)
    # In 2025-Q4 all leave more, the weak region's customers far more; those of the weak channel as often as
    # before: lesson 2-01 tells a rate that jumps (the region) from a share that grows (the channel).
    jump = np.where(region == levels.weak_region, 6.0, 1) * np.where(channel == levels.weak_channel, 0.4, 1)
    for quarter, (first, after) in enumerate(pairwise(QUARTERS)):
        running = (start < first) & (end >= first)
        if first == PILOT:
            pilot[chosen(rng, (running & others) * 1.0, round(_PILOT_SHARE * running.sum()))] = True
        count = round(levels.churn[quarter] * running.sum())
        if first <= levels.hengyuan[2] < after and hengyuan >= 0:
            end[hengyuan] = levels.hengyuan[2]
            count -= 1
        if quarter < _LAST_QUARTER:
            # Neglect bites only once it has lasted: the share grows to its level in 2025-Q4.
            share = 0.40 + 0.04 * quarter
            leaving = _leaving(rng, running * hazard, neglected, pilot, count, share, levels.pilot)
        else:
            leaving = _last(rng, block, running, hazard * jump, neglected, pilot, count, 2 * kind + key)
        end[leaving] = rng.integers(np.maximum(first, start[leaving] + _SHORTEST), after)
        # Won and lost inside of one quarter: they belong to no quarter's rate.
        fresh = (start >= first) & (start < after - 2 * _SHORTEST)
        brief = chosen(rng, fresh * 1.0, max(3, round(0.09 * fresh.sum())))
        end[brief] = rng.integers(start[brief] + _SHORTEST, after)
    return pilot, end


def _last(
    rng: np.random.Generator,
    block: Block,
    running: np.ndarray,
    weights: np.ndarray,
    neglected: np.ndarray,
    pilot: np.ndarray,
    count: int,
    group: np.ndarray,
) -> np.ndarray:
    """Choose who leaves in 2025-Q4, again and again until the confounding of F2 can be seen."""
    while True:
        leaving = _leaving(
            rng, running * weights, neglected, pilot, count, block.levels.neglect, block.levels.pilot
        )
        lost = np.zeros(running.size)
        lost[leaving] = 1
        inside, members = 0.0, 0
        for position in np.unique(group):
            part = running & (group == position)
            if (part & neglected).any() and (part & ~neglected).any():
                inside += part.sum() * (lost[part & neglected].mean() - lost[part & ~neglected].mean())
                members += int(part.sum())
        raw = lost[running & neglected].mean() - lost[running & ~neglected].mean()
        if raw - inside / members >= _OVERSTATED:
            return leaving


def _leaving(
    rng: np.random.Generator,
    weights: np.ndarray,
    neglected: np.ndarray,
    pilot: np.ndarray,
    count: int,
    share: float,
    factor: float,
) -> np.ndarray:
    """Choose who leaves: exactly `count`, of them exactly a `share` neglected; pilot members less often."""
    at_risk = weights > 0
    members = round(count * factor * (at_risk & pilot).sum() / at_risk.sum())
    forsaken = round(share * count)
    in_pilot = round(share * members)
    parts = (
        (pilot & neglected, in_pilot),
        (pilot & ~neglected, members - in_pilot),
        (~pilot & neglected, forsaken - in_pilot),
        (~pilot & ~neglected, count - forsaken - members + in_pilot),
    )
    return np.sort(np.concatenate([chosen(rng, weights * group, size) for group, size in parts]))
