"""Random numbers that stay: one independent stream for each purpose.

A stream is keyed by what it is for (seed, variant, table, block), so adding a table or a fact never changes
the numbers that another one gets. Keys are hashed by CRC-32, which is the same on every machine. PCG64 gives
the same bits everywhere; numpy turns them into the same numbers as long as its streams stay, and the hash of
the committed base data shows if they don't (https://numpy.org/neps/nep-0019-rng-policy.html).
"""

from __future__ import annotations

from zlib import crc32

import numpy as np

__all__ = ["SEED", "choose", "choose_by", "chosen", "split", "stream"]

#: The seed of the committed base data.
SEED = 20260101


def stream(*key: int | str) -> np.random.Generator:
    """Return the generator of this key; equal keys give equal streams.

    >>> int(stream(1, "orders").integers(100)) == int(stream(1, "orders").integers(100))
    True
    """
    words = [crc32(part.encode()) if isinstance(part, str) else int(part) for part in key]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def chosen(rng: np.random.Generator, weights: np.ndarray, count: int) -> np.ndarray:
    """Choose exactly `count` positions without replacement, the heavier the likelier.

    Positions of weight 0 are never chosen (Efraimidis & Spirakis, Information Processing Letters 97, 2006).

    Args:
        rng: the stream.
        weights: not negative, shape (n,).
        count: how many; fewer are returned if fewer have a weight.

    Returns:
        The positions, ascending.
    """
    possible = np.flatnonzero(weights > 0)
    waiting = rng.exponential(size=possible.size) / weights[possible]
    return np.sort(possible[np.argsort(waiting, kind="stable")[:count]])


def choose(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """Draw `size` positions with replacement, with probabilities in proportion to `weights`."""
    edges = np.cumsum(weights, dtype=float)
    return np.minimum(np.searchsorted(edges, rng.random(size) * edges[-1], side="right"), len(edges) - 1)


def choose_by(rng: np.random.Generator, weights: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Draw a position for each element of `group`, with the row of `weights` of its group."""
    drawn = np.empty(group.size, dtype=np.int64)
    for position, row in enumerate(weights):
        rows = np.flatnonzero(group == position)
        drawn[rows] = choose(rng, row, rows.size)
    return drawn


def split(total: int, shares: np.ndarray) -> np.ndarray:
    """Split `total` into whole numbers in proportion to `shares`; they add up exactly.

    >>> split(10, np.array([0.5, 0.3, 0.2]))
    array([5, 3, 2])
    """
    edges = np.rint(np.cumsum(shares) / np.sum(shares) * total).astype(np.int64)
    return np.diff(edges, prepend=0)
