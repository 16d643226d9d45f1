"""Who talks with whom, and what about (F2, F3).

Customers that are looked after get a personalised follow-up every two to four months. The neglected ones get
none after September 2024: half of them had some before, the others never. To everyone go follow-ups from a
template, technical updates and advertising, some of the latter personalised, so neither the purpose nor the
personal touch alone tells who is looked after. Hengyuan Precision gets no technical update in 2025.
"""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.block import Block, part
from trainkit.company.simulation.calendar import DAYS, YEAR_2025, at
from trainkit.company.simulation.people import B2C, people_of
from trainkit.company.simulation.streams import choose_by
from trainkit.company.simulation.tickets import DAY, tickets_of

__all__ = ["PURPOSES", "columns", "cost_to_serve", "interactions_of"]

PURPOSES = ("follow_up", "technical_update", "campaign", "support")
_FOLLOW_UP, _UPDATE, _CAMPAIGN, _SUPPORT = range(4)
_CHANNELS = ("phone", "email", "wechat", "app", "visit")
#: Share of each channel, by purpose; personalised follow-ups have a row of their own, the last.
_CHANNEL = np.array([
    [0.20, 0.45, 0.33, 0.02, 0.00],
    [0.03, 0.62, 0.25, 0.10, 0.00],
    [0.04, 0.38, 0.33, 0.25, 0.00],
    [0.42, 0.24, 0.22, 0.12, 0.00],
    [0.46, 0.12, 0.22, 0.00, 0.20],
])  # fmt: skip
_COST = np.array([18.0, 1.5, 2.5, 0.8, 260.0])
#: Last day with personalised follow-ups of customers that were neglected later: 2024-09-26.
_CARE_ENDED = 269
#: Share without an answer, by row of `_CHANNEL`.
_SILENT = np.array([0.62, 0.80, 0.93, 0.0, 0.22])


def _regular(
    rng: np.random.Generator, first: np.ndarray, last: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Contacts every 70 to 110 days within [first, last]; the first of a new customer comes at once."""
    gap = rng.integers(70, 111, first.size)
    begin = first + np.where(known, rng.integers(0, 70, first.size), rng.integers(3, 16, first.size))
    count = np.maximum((last - begin) // gap + 1, 0)
    who = np.repeat(np.arange(first.size), count)
    step = np.arange(who.size) - np.repeat(np.cumsum(count) - count, count)
    day = begin[who] + step * gap[who] + rng.integers(-6, 7, who.size) * (step > 0)
    return who, np.minimum(day, last[who])


def _scattered(
    rng: np.random.Generator, per_year: np.ndarray, first: np.ndarray, last: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Contacts at any time within [first, last]."""
    span = np.maximum(last + 1 - first, 0)
    who = np.repeat(np.arange(first.size), rng.poisson(per_year * span / 365.25))
    return who, first[who] + np.floor(rng.random(who.size) * span[who]).astype(np.int64)


def _outbound(rng: np.random.Generator, block: Block) -> tuple[np.ndarray, ...]:
    """Draw customer, day, purpose and personal touch of all contacts that Lantai begins."""
    people = people_of(block)
    known = np.where(people.core, people.start, people.signup) < 0
    first = np.maximum(np.where(people.core, people.start, people.signup), 0)
    last = np.where(people.core, np.minimum(people.end, DAYS - 1), DAYS - 1)
    once = people.neglected & (rng.random(people.kind.size) < 0.5)
    cared = np.where(people.core & ~people.neglected, last, np.where(once, np.minimum(last, _CARE_ENDED), -1))
    business = people.core & (people.kind != B2C)
    updates = np.where(business, 1.6, 0.25) * np.where(people.key, 2.6, 1)
    updates = updates * np.where(people.neglected, 0.6, 1)
    parts = [
        (_FOLLOW_UP, 1.0, _regular(rng, first, cared, known)),
        (_FOLLOW_UP, 0.0, _scattered(rng, np.where(people.core, 1.3, 0.15), first, last)),
        (_UPDATE, 0.15, _scattered(rng, updates, first, last)),
        (_CAMPAIGN, 0.25, _scattered(rng, np.full(people.kind.size, 2.2), first, last)),
    ]
    customer = np.concatenate([who for *_, (who, _day) in parts])
    day = np.concatenate([days for *_, (_who, days) in parts])
    sizes = [who.size for *_, (who, _day) in parts]
    purpose = np.repeat([part[0] for part in parts], sizes)
    personal = rng.random(customer.size) < np.repeat([part[1] for part in parts], sizes)
    kept = (customer != people.hengyuan) | (purpose != _UPDATE) | (day < YEAR_2025)
    return customer[kept], day[kept], purpose[kept], personal[kept]


def cost_to_serve(block: Block) -> np.ndarray:
    """Cost of all contacts with each customer in CNY, shape (n,)."""
    talks = interactions_of(block)
    return np.bincount(talks["customer"], talks["cost"], minlength=block.size)


def columns(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `interactions`."""
    return dict(interactions_of(block))


@part
def interactions_of(block: Block) -> dict[str, np.ndarray]:
    """Draw all contacts of a block in the order of time."""
    rng, tickets = block.rng("interactions"), tickets_of(block)
    customer, day, purpose, personal = _outbound(rng, block)
    ours = customer.size
    second = day * DAY + np.floor((8.5 + 9.5 * rng.random(ours)) * 3600).astype(np.int64)
    asked = tickets["customer"].size
    customer = np.concatenate([customer, tickets["customer"]])
    second = np.concatenate([second, tickets["opened"]])
    purpose = np.concatenate([purpose, np.full(asked, _SUPPORT)])
    personal = np.concatenate([personal, rng.random(asked) < 0.35])
    inbound = np.arange(customer.size) >= ours
    row = np.where((purpose == _FOLLOW_UP) & personal, 4, purpose)
    channel = choose_by(rng, _CHANNEL, row)
    minutes = np.rint(240 * np.exp(rng.normal(0, 1.1, customer.size))) + 1
    minutes[rng.random(customer.size) < _SILENT[row]] = np.nan
    wait = np.rint((tickets["responded"] - tickets["opened"]) / 60)
    minutes[ours:] = np.where(tickets["responded"] < DAYS * DAY, wait, np.nan)
    quality = np.clip(np.rint(rng.normal(3.0 + 0.8 * personal, 0.9)), 1, 5)
    quality[rng.random(customer.size) > 0.3] = np.nan
    cost = np.round(_COST[channel] * rng.uniform(0.7, 1.3, customer.size) + 9.0 * (purpose == _SUPPORT), 1)
    order = np.lexsort((purpose, customer, second))
    return {
        "customer": customer[order],
        "at": at(second[order] // DAY, second[order] % DAY),
        "channel": np.array(_CHANNELS, dtype=object)[channel[order]],
        "direction": np.where(inbound, "inbound", "outbound").astype(object)[order],
        "purpose": np.array(PURPOSES, dtype=object)[purpose[order]],
        "personalised": personal[order],
        "response_minutes": minutes[order],
        "content_quality": quality[order],
        "cost": cost[order],
    }
