"""What is ordered and when (F12, F14, F15 and the buying part of F11).

Orders come at a rate of the customer's own, spread over the days by a calendar: working days and weekends,
a yearly wave with its peak in November, the Spring Festival, the National Day week and the sales festivals of
June and November. Planted on top: a day with three times the orders, a day with hardly any, a sales partner
that stops in August 2025 (a level shift in channel `partner`), and one batch that was loaded twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainkit.company.simulation.block import Block, part
from trainkit.company.simulation.calendar import DAYS, PILOT, YEAR_2025, at, weekday
from trainkit.company.simulation.catalogue import CATALOGUE, companions
from trainkit.company.simulation.people import B2C, People, people_of
from trainkit.company.simulation.streams import choose_by

__all__ = ["PARTNER", "SALES_CHANNELS", "Baskets", "baskets_of", "orders", "orders_in_2025"]

SALES_CHANNELS = ("direct", "online", "marketplace", "partner")
PARTNER = 3

_PER_YEAR = np.array([8.5, 2.9, 6.0])
_CHANNEL = np.array([[0.62, 0.12, 0.04, 0.22], [0.02, 0.36, 0.55, 0.07], [0.72, 0.05, 0.01, 0.22]])
_WEEK = np.array([
    [1.30, 1.32, 1.30, 1.28, 1.15, 0.40, 0.25],
    [0.90, 0.88, 0.90, 0.92, 1.00, 1.22, 1.18],
    [1.35, 1.38, 1.38, 1.32, 1.20, 0.22, 0.15],
])  # fmt: skip
_SPRING = (np.arange(38, 49), np.arange(391, 402))
_NATIONAL = (np.arange(274, 281), np.arange(639, 646))
_FESTIVALS = (np.arange(166, 170), np.arange(312, 316), np.arange(531, 535), np.arange(677, 681))
_MOST_LINES = 12
#: Growth of what each customer orders, over the two years: more than what those who leave take away.
_TREND = 0.34


@dataclass(frozen=True)
class Baskets:
    """Orders in the order of time, and their lines in the order of orders."""

    customer: np.ndarray
    day: np.ndarray
    second: np.ndarray
    channel: np.ndarray
    discount: np.ndarray
    #: Net revenue of the order in CNY.
    amount: np.ndarray
    #: For each line: position of its order and product, quantity, net revenue.
    line_order: np.ndarray
    line_product: np.ndarray
    line_quantity: np.ndarray
    line_amount: np.ndarray


@part
def baskets_of(block: Block) -> Baskets:
    """Draw all orders of a block, each once: what was loaded twice is added by `orders`."""
    rng, people = block.rng("orders"), people_of(block)
    customer, day = _times(rng, block)
    channel = choose_by(rng, _CHANNEL, people.kind[customer])
    gone = (channel == PARTNER) & (day >= block.levels.shift) & (rng.random(day.size) < 0.55)
    customer, day, channel = customer[~gone], day[~gone], channel[~gone]
    consumer = people.kind[customer] == B2C
    hour = np.where(consumer, 8 + 15 * rng.beta(2.2, 1.8, day.size), 8.5 + 9.5 * rng.beta(2, 2.2, day.size))
    second = np.floor(hour * 3600).astype(np.int64)
    order = np.lexsort((customer, second, day))
    customer, day, second, channel = customer[order], day[order], second[order], channel[order]
    discount = _discounts(rng, people, customer)
    lines = _lines(rng, block, people.kind[customer])
    quantity = _quantities(rng, people, customer[lines[0]], lines[1])
    net = np.round(CATALOGUE["price"][lines[1]] * quantity * (1 - discount[lines[0]]), 2)
    amount = np.round(np.bincount(lines[0], net, minlength=customer.size), 2)
    return Baskets(customer, day, second, channel, discount, amount, *lines, quantity, net)


def _calendar(block: Block) -> np.ndarray:
    """Relative number of orders a day, shape (3 types, days)."""
    days = np.arange(DAYS)
    weights = _WEEK[:, weekday(days)] * (1 + 0.17 * np.cos(2 * np.pi * (days - 320) / 365.25))
    weights *= 1 + _TREND * days / DAYS
    for week in _SPRING:
        weights[:, week] *= np.array([[0.25], [0.55], [0.12]])
    for week in _NATIONAL:
        weights[:, week] *= np.array([[0.35], [1.10], [0.12]])
    for days_on in _FESTIVALS:
        weights[B2C, days_on] *= 2.3
    weights[:, block.levels.spike] *= 3.0
    weights[:, block.levels.drop] *= 0.12
    return weights


def _times(rng: np.random.Generator, block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Draw who orders on which day."""
    people, calendar = people_of(block), _calendar(block)
    passed = np.concatenate([np.zeros((3, 1)), np.cumsum(calendar, axis=1)], axis=1)
    passed /= passed[:, -1:] / (DAYS / 365.25)
    own = rng.gamma(3.0, 1 / 3.0, people.kind.size)
    rate = _PER_YEAR[people.kind] * own * np.where(people.devoted, 1.4, 0.85)
    from_day = np.maximum(people.signup, 0)
    until = np.maximum(people.last + 1, from_day)
    in_pilot = np.maximum(from_day, PILOT), np.maximum(until, PILOT)
    customer, day = _drawn(rng, people.kind, rate, from_day, until, passed)
    # F11: in the half-year of the pilot its fond members buy more often.
    more = np.where(people.pilot & people.devoted, 1.1 * rate, 0)
    customer_more, day_more = _drawn(rng, people.kind, more, *in_pilot, passed)
    return np.concatenate([customer, customer_more]), np.concatenate([day, day_more])


def _drawn(
    rng: np.random.Generator,
    kind: np.ndarray,
    rate: np.ndarray,
    first: np.ndarray,
    after: np.ndarray,
    passed: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a Poisson number of days in [first, after) for each customer, by the calendar of its type."""
    low, high = passed[kind, first], passed[kind, after]
    customer = np.repeat(np.arange(kind.size), rng.poisson(rate * (high - low)))
    at_which = low[customer] + rng.random(customer.size) * (high - low)[customer]
    day = np.empty(customer.size, dtype=np.int64)
    for position in range(len(passed)):
        rows = kind[customer] == position
        day[rows] = np.searchsorted(passed[position], at_which[rows], side="right") - 1
    return customer, np.minimum(day, after[customer] - 1)


def _discounts(rng: np.random.Generator, people: People, customer: np.ndarray) -> np.ndarray:
    """Discounts in whole per cent: agreed with each customer, a little different from order to order."""
    agreed = np.array([0.06, 0.03, 0.08])[people.kind] + np.where(people.key, 0.09, 0)
    agreed = agreed + rng.uniform(-0.03, 0.04, agreed.size)
    return np.clip(np.round(agreed[customer] + rng.normal(0, 0.02, customer.size), 2), 0, 0.4)


def _lines(rng: np.random.Generator, block: Block, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw the products of each order; a product occurs once in an order."""
    count = np.minimum(1 + rng.poisson(np.array([1.3, 0.7, 1.4])[kind]), _MOST_LINES - 4)
    order = np.repeat(np.arange(kind.size), count)
    product = choose_by(rng, CATALOGUE["taken"], kind[order])
    pairing = companions(block.variant, block.seed)
    one, other = pairing.apart
    width = len(CATALOGUE["price"])
    pairs = [order * width + product]
    for first, second, probability in pairing.together:
        along = order[(product == first) & (rng.random(order.size) < probability)]
        pairs.append(along * width + second)
    order, product = np.divmod(np.unique(np.concatenate(pairs)), width)
    has_one = np.zeros(kind.size, dtype=bool)
    has_one[order[product == one]] = True
    spared = (product == other) & has_one[order] & (rng.random(order.size) < pairing.spared)
    return order[~spared], product[~spared]


def _quantities(
    rng: np.random.Generator, people: People, customer: np.ndarray, product: np.ndarray
) -> np.ndarray:
    """Businesses take the usual quantity times their size; consumers one or two."""
    usual = CATALOGUE["quantity"][product]
    consumer = people.kind[customer] == B2C
    usual = np.where(consumer, 1.1, 0.3 * usual)
    wanted = usual * people.scale[customer] * np.exp(rng.normal(0, 0.35, customer.size))
    return np.maximum(np.rint(wanted), 1).astype(np.int64)


def orders_in_2025(block: Block) -> np.ndarray:
    """Number of orders of each customer in 2025, shape (n,)."""
    baskets = baskets_of(block)
    return np.bincount(baskets.customer[baskets.day >= YEAR_2025], minlength=block.size)


def orders(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `orders`, one batch loaded twice (F14)."""
    baskets, rng = baskets_of(block), block.rng("orders loaded")
    week = baskets.day // 7
    code = week * len(SALES_CHANNELS) + baskets.channel
    # A batch is loaded in the night to Monday; the last one, still open, at the end of 2025.
    night = np.minimum((week + 1) * 7, DAYS - 1)
    second = 7200 + 600 * baskets.channel + rng.integers(0, 540, week.size)
    second = np.where(night == DAYS - 1, 84_600 + second - 7200, second)
    loaded = at(night, second)
    double = np.flatnonzero((week == block.levels.twice[0]) & (baskets.channel == block.levels.twice[1]))
    rows = np.concatenate([np.arange(week.size), double])
    loaded = np.concatenate([loaded, loaded[double] + np.timedelta64(1, "D")])
    order = np.lexsort((loaded, rows))
    rows, loaded = rows[order], loaded[order]
    labels = np.array(
        [f"{_week_name(index // 4)}-{SALES_CHANNELS[index % 4]}" for index in range((DAYS // 7 + 1) * 4)],
        dtype=object,
    )
    lines = np.bincount(baskets.line_order, minlength=week.size)
    return {
        "order": rows,
        "customer": baskets.customer[rows],
        "ordered_at": at(baskets.day, baskets.second)[rows],
        "sales_channel": np.array(SALES_CHANNELS, dtype=object)[baskets.channel[rows]],
        "lines": lines[rows],
        "discount": baskets.discount[rows],
        "amount": baskets.amount[rows],
        "batch": labels[code[rows]],
        "loaded_at": loaded,
    }


def _week_name(week: int) -> str:
    """Name a week by its ISO year and number; week 0 begins on Monday 2024-01-01.

    >>> _week_name(51), _week_name(52), _week_name(104)
    ('2024-W52', '2025-W01', '2026-W01')
    """
    year, number = divmod(week, 52)
    return f"{2024 + year}-W{number + 1:02d}"
