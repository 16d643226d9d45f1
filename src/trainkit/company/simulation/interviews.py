"""Notes of visits (F6): in one quarter, four fifths can't be matched to a customer as they stand.

Most of them can by a rule: customer numbers in sloppy writing, names, order numbers in the text. Some can't:
a shortened name that fits several customers, or nothing at all.
"""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.baskets import baskets_of
from trainkit.company.simulation.block import Block
from trainkit.company.simulation.calendar import DAYS, QUARTERS, at
from trainkit.company.simulation.customers import register_of
from trainkit.company.simulation.frames import numbered
from trainkit.company.simulation.names import MANAGERS
from trainkit.company.simulation.notes import NEXT, OPENINGS, ORDER_MENTIONS, TOPICS
from trainkit.company.simulation.people import B2C, people_of
from trainkit.company.simulation.streams import split, stream

__all__ = ["columns"]

#: Notes in a quarter.
_NOTES = 140
_NUMBER, _SLOPPY, _NAME, _ORDER, _SHORT, _NOTHING = range(6)
#: Shares of the ways to refer to a customer besides the plain number.
_WAYS = np.array([0.28, 0.30, 0.14, 0.16, 0.12])
#: Share that can't be matched as it stands in the other quarters.
_USUAL = 0.3
_CHINESE = 0.8


def columns(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `interviews` in the order of visits."""
    rng, people = block.rng("interviews"), people_of(block)
    bad = _bad_quarter(block)
    share = block.level("F6", 0.74, 0.86, 0.80, 0.012)
    clear = _clear(block)
    parts = [
        _quarter(rng, quarter, share if quarter == bad else _USUAL, clear, people.last)
        for quarter in range(8)
    ]
    day, customer, way = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(day, kind="stable")
    day, customer, way = day[order], customer[order], way[order]
    last_order = _last_orders(block, customer, day)
    # Without an order there is no number to quote.
    way[(way == _ORDER) & (last_order < 0)] = _NOTHING
    language = np.where(rng.random(day.size) < _CHINESE, "zh", "en")
    draws = rng.random((day.size, 8))
    references = [
        _reference(block, *row) for row in zip(customer.tolist(), way.tolist(), draws.tolist(), strict=True)
    ]
    orders = numbered("SO", last_order + 1, 6)
    texts = [
        _text(str(lang), code if kind == _ORDER else "", row)
        for lang, code, kind, row in zip(language, orders, way.tolist(), draws.tolist(), strict=True)
    ]
    visitor = np.array(MANAGERS, dtype=object)[rng.integers(len(MANAGERS), size=day.size)]
    return {
        "visited_on": at(day),
        "visitor": visitor,
        "customer_ref": np.array(references, dtype=object),
        "text": np.array(texts, dtype=object),
        "customer": customer,
    }


def _bad_quarter(block: Block) -> int:
    """The quarter of F6: 2025-Q3 in the base data, one of the last five quarters elsewhere."""
    if block.variant == 0:
        return 6
    return int(stream(block.seed, block.variant, "level", "F6 quarter").integers(3, 8))


def _clear(block: Block) -> np.ndarray:
    """Core customers whose names, in both writings, are theirs alone."""
    people, register = people_of(block), register_of(block)
    unique = np.ones(block.size, dtype=bool)
    for name in ("name", "name_zh"):
        _values, inverse, count = np.unique(
            register[name].astype(str), return_inverse=True, return_counts=True
        )
        unique &= count[inverse] == 1
    return np.flatnonzero(people.core & (people.kind != B2C) & unique & (people.signup < 0))


def _quarter(
    rng: np.random.Generator, quarter: int, share: float, clear: np.ndarray, last: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw the days, customers and ways of referring of one quarter's notes; the shares are exact."""
    unclear = round(share * _NOTES)
    way = rng.permutation(np.repeat(np.arange(6), [_NOTES - unclear, *split(unclear, _WAYS)]))
    there = clear[last[clear] >= QUARTERS[quarter]]
    customer = there[rng.integers(there.size, size=_NOTES)]
    until = np.minimum(last[customer] + 1, QUARTERS[quarter + 1])
    return rng.integers(QUARTERS[quarter], np.minimum(until, DAYS)), customer, way


def _last_orders(block: Block, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Position of the latest order of each customer before a day, -1 if there's none."""
    baskets = baskets_of(block)
    code = np.sort(baskets.customer * (2 * DAYS) + baskets.day)
    by_customer = np.lexsort((np.arange(baskets.day.size), baskets.day, baskets.customer))
    place = np.searchsorted(code, customer * (2 * DAYS) + day) - 1
    found = by_customer[np.maximum(place, 0)]
    return np.where((place >= 0) & (baskets.customer[found] == customer), found, -1)


def _reference(block: Block, customer: int, way: int, draws: list[float]) -> str | None:
    """Write the customer as the visitor did."""
    number, name = str(block.customer_ids[customer]), str(register_of(block)["name_zh"][customer])
    choices: dict[int, tuple[str | None, ...]] = {
        _NUMBER: (number,),
        _SLOPPY: (
            number.lower(),
            f"{number[0]} {number[1:]}",
            f"客户{number}",
            f"{number[0]}-{number[1:]}",
            f"{number} ",
            number.translate({ord(sign): ord(sign) + 0xFEE0 for sign in number}),
        ),
        _NAME: (name, str(register_of(block)["name"][customer]), f" {name}", f"{name}（老客户）"),
        _SHORT: (name[:2], f"{name[:2]}公司", f"{name[:2]}那边"),
        _ORDER: (None,),
        _NOTHING: (None, "老客户", "同上"),
    }
    ways = choices[way]
    return ways[int(draws[0] * len(ways))]


def _text(lang: str, order: str, draws: list[float]) -> str:
    """Put a note together: opening, two topics, perhaps an order, what comes next."""

    def one(choices: tuple[str, ...], draw: float) -> str:
        return choices[int(draw * len(choices))]

    topics = TOPICS[lang]
    first = int(draws[1] * len(topics))
    second = (first + 1 + int(draws[2] * (len(topics) - 1))) % len(topics)
    who = {"zh": "客户", "en": "the customer"}[lang]
    opening = one(OPENINGS[lang], draws[3]).format(who=who)
    parts = [opening[0].upper() + opening[1:], one(topics[first], draws[4]), one(topics[second], draws[5])]
    if order:
        parts.append(one(ORDER_MENTIONS[lang], draws[6]).format(order=order))
    parts.append(one(NEXT[lang], draws[7]))
    return ("" if lang == "zh" else " ").join(parts)
