"""The sales funnel: opportunities and the days on which they reached each stage."""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.block import Block
from trainkit.company.simulation.calendar import DAYS, NEVER, at
from trainkit.company.simulation.levels import CHANNELS
from trainkit.company.simulation.names import MANAGERS
from trainkit.company.simulation.people import B2C, people_of
from trainkit.company.simulation.streams import choose

__all__ = ["columns"]

#: Opportunities for each business customer or public body.
_PER_CUSTOMER = 1.1
#: Share that goes on from lead, qualified, proposal and negotiation, and median days in each stage.
_GOES_ON = np.array([0.58, 0.66, 0.62, 0.55])
_DAYS = np.array([9.0, 21.0, 30.0, 24.0])
#: How much better or worse a channel's leads go on, in the order of `CHANNELS`.
_CHANNEL = np.array([1.18, 1.02, 0.96, 0.80, 0.85, 1.04, 1.06])
_REASONS = ("price", "competitor", "timing", "features", "no_answer")
_REASON = np.array([
    [0.08, 0.10, 0.30, 0.12, 0.40],
    [0.14, 0.16, 0.32, 0.16, 0.22],
    [0.40, 0.26, 0.14, 0.14, 0.06],
    [0.46, 0.38, 0.08, 0.06, 0.02],
])  # fmt: skip


def columns(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `opportunities` in the order of leads."""
    rng, people = block.rng("opportunities"), people_of(block)
    business = np.flatnonzero(people.kind != B2C)
    n = round(_PER_CUSTOMER * business.size)
    lead = np.sort(rng.integers(0, DAYS, n))
    # Some are with those who are no customer yet and may never be one.
    customer = np.where(rng.random(n) < 0.34, -1, business[rng.integers(business.size, size=n)])
    channel = np.where(
        customer >= 0, people.channel[customer], choose(rng, np.array([2, 3, 3, 2, 0.4, 2, 2]), n)
    )
    owner = rng.integers(len(MANAGERS), size=n)
    # Managers differ, and so do their funnels.
    skill = np.exp(np.linspace(-0.12, 0.12, len(MANAGERS)))[rng.permutation(len(MANAGERS))][owner]
    days = np.rint(_DAYS * np.exp(rng.normal(0, 0.55, (n, 4)))).astype(np.int64) + 1
    on = rng.random((n, 4)) < np.minimum(_GOES_ON * (_CHANNEL[channel] * skill)[:, None], 0.97)
    reached = np.column_stack([np.ones(n, dtype=bool), np.cumprod(on, axis=1).astype(bool)])
    when = lead[:, None] + np.column_stack([np.zeros(n, dtype=np.int64), np.cumsum(days, axis=1)])
    # The last stage that was reached decides when the opportunity was closed, and whether it was won.
    stage = reached.sum(axis=1) - 1
    closed = when[np.arange(n), np.minimum(stage + 1, 4)]
    over = closed < DAYS
    won = (stage == 4) & over
    lost = (stage < 4) & over
    reason = np.full(n, None, dtype=object)
    for position in range(4):
        rows = np.flatnonzero(lost & (stage == position))
        reason[rows] = np.array(_REASONS, dtype=object)[choose(rng, _REASON[position], rows.size)]
    stages = np.where(reached & (when < DAYS), when, NEVER)
    base = np.where(customer >= 0, people.scale[customer], np.exp(rng.normal(0, 0.75, n)))
    ids = block.customer_ids[customer]
    ids[customer < 0] = None
    return {
        "customer_id": ids,
        "owner": np.array(MANAGERS, dtype=object)[owner],
        "channel": np.array(CHANNELS, dtype=object)[channel],
        "lead_on": at(lead),
        "qualified_on": at(stages[:, 1]),
        "proposal_on": at(stages[:, 2]),
        "negotiation_on": at(stages[:, 3]),
        "closed_on": at(np.where(over, closed, NEVER)),
        "won": won,
        "amount": np.round(16_000 * base * np.exp(rng.normal(0, 0.5, n)), -2) + 500,
        "lost_reason": reason,
    }
