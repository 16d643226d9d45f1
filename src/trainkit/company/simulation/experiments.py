"""The company's A/B tests (F13).

`service_call` has a real effect. `subject_line` has none, but who looked after the first third of its
customers saw a significant one. `checkout` was meant to be split 50 : 50 and isn't, so it can't be read.
Conversions are exact counts, so that each verdict holds in every variant.
"""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.block import Block
from trainkit.company.simulation.calendar import YEAR_2025, at
from trainkit.company.simulation.streams import chosen
from trainkit.company.simulation.tickets import DAY

__all__ = ["columns"]

#: First day of each test in 2025, and its days of assignment.
_TESTS = (("service_call", 59, 28), ("subject_line", 151, 21), ("checkout", 243, 21))
#: Share of all customers in a test.
_MEMBERS = (0.80, 0.72, 0.76)
#: Part of the test after which someone peeked.
_PEEK = 1 / 3


def columns(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `experiments`, test by test in the order of assignment."""
    parts = [_test(block, position) for position in range(len(_TESTS))]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _test(block: Block, position: int) -> dict[str, np.ndarray]:
    name, first, days = _TESTS[position]
    rng = block.rng(f"experiment {name}")
    customer = rng.permutation(chosen(rng, np.ones(block.size), round(_MEMBERS[position] * block.size)))
    n = customer.size
    second = np.sort(rng.integers(0, days * DAY, n)) + (YEAR_2025 + first) * DAY
    treated = _split(block, rng, n) if name == "checkout" else _balanced(rng, n)
    converted = _effects(block, rng, name, treated)
    revenue = np.where(converted, np.round(60 + rng.gamma(2.2, 190, n), 2), 0.0)
    return {
        "experiment": np.full(n, name, dtype=object),
        "customer": customer,
        "group": np.where(treated, "B", "A").astype(object),
        "assigned_at": at(second // DAY, second % DAY),
        "converted": converted,
        "revenue": revenue,
    }


def _balanced(rng: np.random.Generator, n: int) -> np.ndarray:
    """Split nearly in halves, as an honest coin does: never so unevenly that the split itself is in doubt."""
    most = int(0.4 * np.sqrt(n))
    return rng.permutation(np.arange(n) < n // 2 + rng.integers(-most, most + 1))


def _split(block: Block, rng: np.random.Generator, n: int) -> np.ndarray:
    """Lose part of the treatment group: its page failed to load for some."""
    # The chi-squared statistic of the split is n * (2 * share - 1) ** 2: 16 to 30 is far beyond chance.
    statistic = block.level("F13 split", 16.0, 30.0, 22.0, 0.5)
    treated = np.zeros(n, dtype=bool)
    treated[rng.permutation(n)[: round(n * (1 - np.sqrt(statistic / n)) / 2)]] = True
    return treated


def _effects(block: Block, rng: np.random.Generator, name: str, treated: np.ndarray) -> np.ndarray:
    """Convert exact numbers in both groups, so that the test statistic is the planned one."""
    rate = block.level(f"F13 {name}", 0.15, 0.24, 0.19, 0.004)
    everyone = np.ones(treated.size, dtype=bool)
    converted = np.zeros(treated.size, dtype=bool)
    if name != "subject_line":
        z = block.level(f"F13 {name} z", 2.9, 4.2, 3.4, 0.05)
        _convert(rng, converted, treated, everyone, rate, z)
        return converted
    early = np.arange(treated.size) < _PEEK * treated.size
    peek = block.level("F13 peek", 2.15, 2.6, 2.3, 0.03)
    _convert(rng, converted, treated, early, rate, peek)
    # What came later takes the early lead back: over all customers hardly anything is left.
    final = block.level("F13 final", 0.2, 0.8, 0.5, 0.03)
    weight = early.sum() / treated.size
    later = (final - peek * np.sqrt(weight)) / np.sqrt(1 - weight)
    _convert(rng, converted, treated, ~early, rate, later)
    return converted


def _convert(
    rng: np.random.Generator,
    converted: np.ndarray,
    treated: np.ndarray,
    part: np.ndarray,
    rate: float,
    z: float,
) -> None:
    """Convert members of a part such that the difference of its groups is `z` standard errors."""
    sizes = int((part & ~treated).sum()), int((part & treated).sum())
    spread = np.sqrt(rate * (1 - rate) * (1 / sizes[0] + 1 / sizes[1]))
    both = sizes[0] + sizes[1]
    rates = rate - z * spread * sizes[1] / both, rate + z * spread * sizes[0] / both
    for group, size, share in zip((~treated, treated), sizes, rates, strict=True):
        converted[chosen(rng, (part & group) * 1.0, round(share * size))] = True
