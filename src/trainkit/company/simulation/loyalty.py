"""The loyalty programme (F18): some members collect thousands of points and buy nothing."""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.baskets import baskets_of, orders_in_2025
from trainkit.company.simulation.block import Block
from trainkit.company.simulation.calendar import DAYS, at
from trainkit.company.simulation.people import B2C, people_of
from trainkit.company.simulation.streams import chosen

__all__ = ["columns"]

#: Points earned from which a member is silver, gold.
_SILVER, _GOLD = 2000, 6000
_MEMBERS = (0.18, 0.55, 0.0)


def columns(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `loyalty`.

    An exact share of the members (12 % in the base data) holds a balance of 5,000 points and more without an
    order in 2025. Nobody else without an order holds that many.
    """
    rng, people = block.rng("loyalty"), people_of(block)
    members = np.flatnonzero(rng.random(block.size) < np.array(_MEMBERS)[people.kind])
    n = members.size
    spent = np.bincount(baskets_of(block).customer, baskets_of(block).amount, minlength=block.size)[members]
    bought = np.rint(spent / np.where(people.kind[members] == B2C, 2, 12)).astype(np.int64)
    silent = orders_in_2025(block)[members] == 0
    idle = np.zeros(n, dtype=bool)
    idle[chosen(rng, silent * 1.0, round(block.level("F18", 0.08, 0.16, 0.12, 0.01) * n))] = True
    activity = np.rint(rng.gamma(1.3, 260, n)).astype(np.int64)
    activity[idle] = rng.integers(5200, 14_000, int(idle.sum()))
    earned = bought + activity
    share = np.where(idle, rng.uniform(0, 0.03, n), rng.beta(1.2, 2.2, n))
    redeemed = np.floor(share * earned / 100).astype(np.int64) * 100
    # Who is silent but not idle has redeemed down to a small balance.
    floor = np.where(idle, 5000, 0)
    redeemed = np.minimum(redeemed, np.maximum(earned - floor, 0))
    quiet = silent & ~idle & (earned - redeemed >= 4500)
    redeemed[quiet] = earned[quiet] - rng.integers(100, 4500, int(quiet.sum()))
    joined = np.maximum(people.signup[members], -365) + rng.integers(0, 90, n)
    return {
        "customer": members,
        "joined_on": at(np.minimum(joined, DAYS - 1)),
        "tier": np.array(["bronze", "silver", "gold"], dtype=object)[
            (earned >= _SILVER).astype(int) + (earned >= _GOLD)
        ],
        "points_purchase": bought,
        "points_activity": activity,
        "points_redeemed": redeemed,
        "redemptions": np.where(redeemed > 0, 1 + rng.poisson(redeemed / 2500), 0),
    }
