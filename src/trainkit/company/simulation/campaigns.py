"""What winning customers costs, by channel and month (F10).

Spending is set against what the channel's customers are worth: in two channels a customer costs more than a
third of the lifetime value, in the others much less, and over all channels CLV : CAC is above 3 : 1.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from trainkit.company.simulation.baskets import baskets_of
from trainkit.company.simulation.block import Block, blocks
from trainkit.company.simulation.calendar import YEAR_2025, at
from trainkit.company.simulation.interactions import interactions_of
from trainkit.company.simulation.levels import CHANNELS
from trainkit.company.simulation.lines import line_profit
from trainkit.company.simulation.people import people_of
from trainkit.company.simulation.streams import stream

__all__ = ["columns", "lifetime_value"]

#: First days of the 24 months, and the day after.
_MONTHS = np.array([(date(2024 + m // 12, m % 12 + 1, 1) - date(2024, 1, 1)).days for m in range(25)])
#: Yearly discount rate of the lifetime value.
_DISCOUNT = 0.10
_MEDIA, _STAFF = 0.58, 0.31


def columns(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `campaigns` for the whole company."""
    rng = block.rng("campaigns")
    parts = [_won(part) for part in blocks(block.seed, block.variant, block.customers)]
    won = np.sum(parts, axis=0)
    cost = _cost(block, won.sum(axis=0))
    # Part of the month's spending follows its customers, part of it is fixed.
    monthly = 0.6 * won / np.maximum(won.sum(axis=0), 1) + 0.4 / len(won)
    monthly = monthly * rng.uniform(0.85, 1.15, won.shape)
    spend = cost * monthly / monthly.sum(axis=0)
    media = np.round(spend * (_MEDIA + rng.uniform(-0.04, 0.04, won.shape)), 2)
    staff = np.round(spend * _STAFF, 2)
    month, channel = np.indices(won.shape).reshape(2, -1)
    return {
        "month": at(_MONTHS[month]),
        "channel": np.array(CHANNELS, dtype=object)[channel],
        "media_spend": media.ravel(),
        "staff_spend": staff.ravel(),
        "tool_spend": np.round(spend - media - staff, 2).ravel(),
        "retention_spend": np.round(spend * rng.uniform(0.1, 0.4, won.shape), 2).ravel(),
        "leads": (won * rng.uniform(3.5, 9, won.shape) + rng.integers(0, 6, won.shape)).astype(int).ravel(),
        "new_customers": won.ravel(),
    }


def _won(block: Block) -> np.ndarray:
    """New customers by month and channel, shape (24, 7)."""
    people = people_of(block)
    new = people.signup >= 0
    month = np.searchsorted(_MONTHS, people.signup[new], side="right") - 1
    code = month * len(CHANNELS) + people.channel[new]
    return np.bincount(code, minlength=24 * len(CHANNELS)).reshape(24, len(CHANNELS))


def lifetime_value(block: Block) -> tuple[np.ndarray, float]:
    """Lifetime value of a customer by channel, and over all, in CNY.

    The margin of 2025 of the customers who were there at its start, less their contacts, for ever with the
    retention of the core customers: timing A, margin after a year, if retained (Gupta & Lehmann, 2003).

    Returns:
        The values, shape (7,), and the overall one.
    """
    people, baskets, talks = people_of(block), baskets_of(block), interactions_of(block)
    late = baskets.day[baskets.line_order] >= YEAR_2025
    customer = baskets.customer[baskets.line_order]
    margin = np.bincount(customer, line_profit(block) * late, minlength=block.size)
    recent = talks["at"] >= np.datetime64("2025-01-01")
    margin -= np.bincount(talks["customer"], talks["cost"] * recent, minlength=block.size)
    there = people.signup < YEAR_2025
    retention = float(np.prod(1 - block.levels.churn[4:]))
    multiple = retention / (1 + _DISCOUNT - retention)
    members = np.bincount(people.channel[there], minlength=len(CHANNELS))
    by_channel = np.bincount(people.channel[there], margin[there], minlength=len(CHANNELS)) / members
    return multiple * by_channel, multiple * float(margin[there].mean())


def _cost(block: Block, won: np.ndarray) -> np.ndarray:
    """Cost of acquisition by channel, in CNY."""
    value, overall = lifetime_value(block)
    rng = stream(block.seed, block.variant, "level", "F10")
    dear = np.array([3, 4]) if block.variant == 0 else np.sort(rng.permutation([1, 2, 3, 4])[:2])
    ratio = rng.uniform(4.5, 7.5, len(CHANNELS))
    ratio[dear] = rng.uniform(1.4, 1.9, 2)
    cost = value * won / ratio
    # Scale the cheap channels so that the overall ratio is what it should be.
    target = block.level("F10 overall", 3.7, 4.8, 4.1, 0.1)
    cheap = np.ones(len(CHANNELS), dtype=bool)
    cheap[dear] = False
    left = overall * won.sum() / target - cost[dear].sum()
    cost[cheap] *= np.clip(left / cost[cheap].sum(), 0.25, 1.25)
    return cost
