"""Baskets: what is bought together, counted in whole baskets so that no rule is lost to rounding."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np

from trainkit.errors import OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame, complete, like
from trainkit.metrics.ids import spelled
from trainkit.metrics.registry import metric

__all__ = ["association_rules", "itemsets"]

_AGRAWAL = "Agrawal, Imieliński & Swami, SIGMOD 1993"
_BASKETS = {
    "frame": {
        "basket": [1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, None],
        "item": [
            *("bread", "milk", "bread", "diaper", "beer", "eggs", "milk", "diaper", "beer", "cola"),
            *("bread", "milk", "diaper", "beer", "bread", "milk", "diaper", "cola", "cola"),
        ],
    },
    "basket": "basket",
    "item": "item",
}


def _columns(frame: IntoFrame, basket: str, item: str) -> tuple[dict[Any, frozenset[int]], int, Any]:
    """Return the baskets of every item, how many baskets there are, and the complete rows."""
    rows = complete(frame, basket, item, only=True)
    numbered: dict[Any, int] = {}
    holders: dict[Any, set[int]] = {}
    for key, name in zip(rows[basket].to_list(), rows[item].to_list(), strict=True):
        holders.setdefault(name, set()).add(numbered.setdefault(key, len(numbered)))
    return {name: frozenset(found) for name, found in holders.items()}, len(numbered), rows


def _threshold(share: float, baskets: int) -> int:
    """Return the smallest number of baskets that reaches a share, exactly."""
    if not 0 < share <= 1:
        raise OutOfRange(
            _("`min_support` must lie above 0 and up to 1. Got {share:g}. 1 % is 0.01.").format(share=share)
        )
    return max(1, ceil(_exact(share) * baskets))


def _exact(share: float) -> Fraction:
    """Return the fraction that was meant: 0.8 is 4/5, not the nearest float."""
    return Fraction(str(share))


def _frequent(
    holders: dict[Any, frozenset[int]], least: int, longest: int
) -> dict[tuple[Any, ...], frozenset[int]]:
    """Return all item sets in at least `least` baskets, with their baskets (Eclat, breadth first)."""
    level = {
        (name,): found
        for name, found in sorted(holders.items(), key=lambda p: str(p[0]))
        if len(found) >= least
    }
    frequent = dict(level)
    while level and len(next(iter(level))) < longest:
        longer: dict[tuple[Any, ...], frozenset[int]] = {}
        families: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
        for items in level:
            families.setdefault(items[:-1], []).append(items)
        for siblings in families.values():
            for left, right in combinations(siblings, 2):
                both = level[left] & level[right]
                if len(both) >= least:
                    longer[(*left, right[-1])] = both
        frequent.update(longer)
        level = longer
    return frequent


@metric(
    unit="table",
    better="neither",
    zh="频繁项集",
    en="Frequent item sets",
    source=_AGRAWAL,
    range=(None, None),
    example={**_BASKETS, "min_support": 0.6},
)
def itemsets(frame: IntoFrame, basket: str, item: str, min_support: float = 0.01, longest: int = 3) -> Any:
    """Sets of items that are bought together often enough, with their support as a share of all baskets.

    An item twice in a basket counts once. Take returns out first: what was sent back wasn't bought.

    Args:
        frame: one row an item in a basket; rows with a missing value are left out.
        basket: column with the basket, for example the order's number.
        item: column with the item.
        min_support: smallest share of the baskets as a fraction, above 0.
        longest: largest number of items in a set.

    Returns:
        Columns `items` (joined with " + "), `size`, `n` (baskets), `support` (fraction), most frequent first.

    Raises:
        EmptyInput: there is no basket.
        OutOfRange: `min_support` isn't a fraction above 0.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"order": [1, 1, 2, 2, 3], "item": ["tea", "milk", "tea", "milk", "tea"]})
    >>> itemsets(table, "order", "item", min_support=0.5)["items"].tolist()
    ['tea', 'milk', 'milk + tea']
    """
    holders, baskets, rows = _columns(frame, basket, item)
    found = _frequent(holders, _threshold(min_support, baskets), longest)
    ranked = sorted(found, key=lambda items: (-len(found[items]), len(items), [str(i) for i in items]))
    counts = [len(found[items]) for items in ranked]
    return like(
        {
            "items": [" + ".join(map(spelled, items)) for items in ranked],
            "size": [len(items) for items in ranked],
            "n": counts,
            "support": [n / baskets for n in counts],
        },
        rows,
    )


@metric(
    unit="table",
    better="higher",
    zh="关联规则",
    source=_AGRAWAL,
    range=(None, None),
    example={**_BASKETS, "min_support": 0.4, "min_confidence": 0.6},
)
def association_rules(
    frame: IntoFrame,
    basket: str,
    item: str,
    min_support: float = 0.01,
    min_confidence: float = 0.5,
    longest: int = 3,
) -> Any:
    """Rules "who buys these also buys that", with support, confidence, lift and leverage.

    All thresholds are compared in whole numbers: a rule with a confidence of exactly 0.8 isn't lost. A lift
    of 1 means that the two have nothing to do with each other; a popular item has a high confidence with
    everything. Take returns out first. Rules of more items than `longest` aren't looked for: by default most
    of those that there are may be missing.

    Args:
        frame: one row an item in a basket; rows with a missing value are left out.
        basket: column with the basket.
        item: column with the item.
        min_support: smallest share of the baskets with all items of the rule, as a fraction.
        min_confidence: smallest share of the baskets with the left side that also have the right side, as a
            fraction.
        longest: largest number of items in a rule, both sides together.

    Returns:
        Columns `if_bought` (joined with " + "), `then_bought` (one item), `n` (baskets with both), `support`,
        `confidence`, `lift` (0 or more), `leverage` (-0.25 to 0.25), largest lift first.

    Raises:
        EmptyInput: there is no basket.
        OutOfRange: a threshold isn't a fraction.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"order": [1, 1, 2, 2, 3], "item": ["tea", "milk", "tea", "milk", "tea"]})
    >>> rules = association_rules(table, "order", "item", min_confidence=0.9)
    >>> rules[["if_bought", "then_bought", "confidence"]].values.tolist()
    [['milk', 'tea', 1.0]]
    """
    if not 0 <= min_confidence <= 1:
        message = _("`min_confidence` must lie from 0 to 1. Got {share:g}. 80 % is 0.8.")
        raise OutOfRange(message.format(share=min_confidence))
    holders, baskets, rows = _columns(frame, basket, item)
    found = _frequent(holders, _threshold(min_support, baskets), longest)
    enough = _exact(min_confidence)
    rules = []
    for items, both in found.items():
        for then in items if len(items) > 1 else ():
            left = tuple(i for i in items if i != then)
            if len(both) >= enough * len(found[left]):
                rules.append((left, then, len(both), len(found[left]), len(holders[then])))
    rules.sort(key=lambda rule: (-Fraction(rule[2], rule[3] * rule[4]), -rule[2], str(rule[0]), str(rule[1])))
    n, n_left, n_right = (np.array([rule[k] for rule in rules], dtype=float) for k in (2, 3, 4))
    return like(
        {
            "if_bought": [" + ".join(map(spelled, rule[0])) for rule in rules],
            "then_bought": [spelled(rule[1]) for rule in rules],
            "n": [rule[2] for rule in rules],
            "support": (n / baskets).tolist(),
            "confidence": (n / n_left).tolist(),
            "lift": (n * baskets / (n_left * n_right)).tolist(),
            "leverage": (n / baskets - n_left * n_right / baskets**2).tolist(),
        },
        rows,
    )
