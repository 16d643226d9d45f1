"""A block of customers with all that happens to them.

Lantai is simulated in blocks of at most `CAPACITY` customers. Every block is a small Lantai of its own in
which the planted facts hold, so they hold in the whole, and memory doesn't grow with the number of customers.
The base data set is one block. Each part of a block has a function (`people_of`, `tickets_of`), in the
module that simulates it, which computes it when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, wraps
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from trainkit.company.simulation import levels as _levels
from trainkit.company.simulation.streams import stream

T = TypeVar("T")

__all__ = ["CAPACITY", "Block", "blocks", "part"]

#: Most customers in one block.
CAPACITY = 10_000


@dataclass(frozen=True)
class Block:
    """Where a block lies in the company, and what has been computed of it."""

    seed: int
    variant: int
    #: Position of the block and number of all blocks.
    index: int
    total: int
    #: Number of customers before this block, and in it.
    first: int
    size: int
    #: Number of customers of the whole company.
    customers: int
    #: What has been computed of it, by the function that did.
    parts: dict[Callable[..., Any], Any] = field(default_factory=dict, compare=False, repr=False)

    def rng(self, purpose: str) -> np.random.Generator:
        """Return this block's stream for one purpose, usually a table's name."""
        return stream(self.seed, self.variant, self.index, purpose)

    @cached_property
    def levels(self) -> _levels.Levels:
        """Strength of the planted facts."""
        return _levels.levels(self.variant, self.seed)

    def level(self, fact: str, low: float, high: float, base: float, apart: float) -> float:
        """Return the level of a fact, see `levels.draw`."""
        return _levels.draw(self.variant, self.seed, fact, low, high, base, apart)

    @cached_property
    def customer_ids(self) -> np.ndarray:
        """Identifiers of the customers, by position in the block."""
        from trainkit.company.simulation.frames import numbered

        return numbered("C", np.arange(self.first + 1, self.first + 1 + self.size), 5)


def part(simulate: Callable[[Block], T]) -> Callable[[Block], T]:
    """Let a part of a block be computed when it is first asked for, and kept with the block."""

    @wraps(simulate)
    def kept(block: Block) -> T:
        if kept not in block.parts:
            block.parts[kept] = simulate(block)
        found: T = block.parts[kept]
        return found

    return kept


def blocks(seed: int, variant: int, customers: int) -> Iterator[Block]:
    """Cut the company into blocks of nearly equal size, one after another: no one holds them all."""
    total = -(-customers // CAPACITY)
    edges = [customers * index // total for index in range(total + 1)]
    for index, (first, end) in enumerate(pairwise(edges)):
        yield Block(seed, variant, index, total, first, end - first, customers)
