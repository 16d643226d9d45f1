"""A block of customers with all that happens to them.

Lantai is simulated in blocks of at most `CAPACITY` customers. Every block is a small Lantai of its own in
which the planted facts hold, so they hold in the whole, and memory doesn't grow with the number of customers.
The base data set is one block. The parts of a block are computed when they are first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from trainkit.company.simulation import levels as _levels
from trainkit.company.simulation.streams import stream

if TYPE_CHECKING:
    from trainkit.company.simulation.baskets import Baskets
    from trainkit.company.simulation.people import People

__all__ = ["CAPACITY", "Block", "blocks"]

#: Most customers in one block.
CAPACITY = 10_000


@dataclass(frozen=True)
class Block:
    """Where a block lies in the company, and access to its parts."""

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

    @cached_property
    def people(self) -> People:
        """The customers, their contracts and their fates."""
        from trainkit.company.simulation.people import simulate

        return simulate(self)

    @cached_property
    def register(self) -> dict[str, np.ndarray]:
        """The columns of `customers`."""
        from trainkit.company.simulation.customers import simulate

        return simulate(self)

    @cached_property
    def records(self) -> dict[str, np.ndarray]:
        """The sales system's records, and how the service system stands to each."""
        from trainkit.company.simulation.systems import simulate

        return simulate(self)

    @cached_property
    def baskets(self) -> Baskets:
        """All orders with their lines."""
        from trainkit.company.simulation.baskets import simulate

        return simulate(self)

    @cached_property
    def tickets(self) -> dict[str, np.ndarray]:
        """The columns of `tickets`."""
        from trainkit.company.simulation.tickets import simulate

        return simulate(self)

    @cached_property
    def interactions(self) -> dict[str, np.ndarray]:
        """The columns of `interactions`."""
        from trainkit.company.simulation.interactions import simulate

        return simulate(self)

    @cached_property
    def unit_cost(self) -> np.ndarray:
        """Cost of one piece in each order line, in CNY."""
        from trainkit.company.simulation.lines import unit_cost

        return unit_cost(self)


def blocks(seed: int, variant: int, customers: int) -> Iterator[Block]:
    """Cut the company into blocks of nearly equal size, one after another: no one holds them all."""
    total = -(-customers // CAPACITY)
    edges = [customers * index // total for index in range(total + 1)]
    for index, (first, end) in enumerate(pairwise(edges)):
        yield Block(seed, variant, index, total, first, end - first, customers)
