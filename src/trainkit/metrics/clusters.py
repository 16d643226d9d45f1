"""Clusters: groups of customers that are alike, and how clearly they stand apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from trainkit.errors import InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame, complete, extend, like, numbers
from trainkit.metrics.registry import metric

__all__ = ["cluster_quality", "k_means"]

RESTARTS = 10
MAX_STEPS = 300
#: Rows compared with all others at once, which bounds the memory of the silhouette.
_CHUNK = 512
#: Of more customers, a sample chooses the start, and a sample is compared for the silhouette: its cost grows
#: with the square of their number, and its mean hardly changes.
_SAMPLE = 5_000

_LLOYD = "MacQueen, 1967; Arthur & Vassilvitskii, SODA 2007 (start)"
_ROUSSEEUW = "Rousseeuw, Journal of Computational and Applied Mathematics 20, 1987"
_SPREAD = {
    "frame": {
        "orders": [1, 2, 1, 2, 9, 10, 9, 11, None],
        "amount": [10.0, 12.0, 11.0, 9.0, 90.0, 95.0, 99.0, 91.0, 5.0],
    },
    "features": ["orders", "amount"],
}


class _Clustering(NamedTuple):
    labels: np.ndarray
    inertia: float
    centres: np.ndarray


def _features(frame: IntoFrame, features: Sequence[str], scale: bool) -> tuple[np.ndarray, Any]:
    """Return the complete rows' features, standardised if asked for, shape (n, k), and the rows."""
    rows = complete(frame, *features)
    points = np.column_stack([numbers(rows[name], name) for name in features])
    if not scale:
        return points, rows
    spread = points.std(axis=0)
    if not spread.all():
        raise InputError(_("A feature in which all customers are equal can't be scaled."))
    return (points - points.mean(axis=0)) / spread, rows


def _distances(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return squared distances, shape (points, centres)."""
    # By one product of matrices; rounding may leave a hair below 0.
    squares = (points**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)
    return np.maximum(squares - 2 * points @ centres.T, 0)


def _start(points: np.ndarray, k: int, random: np.random.Generator) -> np.ndarray:
    """Choose centres far apart from each other (k-means++)."""
    centres = points[[random.integers(len(points))]]
    while len(centres) < k:
        nearest = _distances(points, centres).min(axis=1)
        total = nearest.sum()
        weights = nearest / total if total else None
        centres = np.vstack([centres, points[random.choice(len(points), p=weights)]])
    return centres


def _lloyd(points: np.ndarray, centres: np.ndarray) -> _Clustering:
    """Move the centres to the means of their points until nothing moves."""
    for _step in range(MAX_STEPS):
        labels = _distances(points, centres).argmin(axis=1)
        sizes = np.bincount(labels, minlength=len(centres))
        sums = [np.bincount(labels, weights=column, minlength=len(centres)) for column in points.T]
        means = np.column_stack(sums) / np.maximum(sizes, 1)[:, None]
        moved = np.where(sizes[:, None] > 0, means, centres)
        if np.allclose(moved, centres, rtol=0, atol=1e-10):
            break
        centres = moved
    labels = _distances(points, centres).argmin(axis=1)
    return _Clustering(labels, float(((points - centres[labels]) ** 2).sum()), centres)


def _best(points: np.ndarray, k: int, seed: int) -> _Clustering:
    if not 1 <= k <= len(np.unique(points, axis=0)):
        message = _("`k` must lie from 1 to the number of different customers. Got {k}.")
        raise OutOfRange(message.format(k=k))
    # Sorted first, so that the order of the rows doesn't choose the start.
    order = np.lexsort(points.T)
    random = np.random.default_rng(seed)
    ordered = points[order]
    some = ordered if len(ordered) <= _SAMPLE else ordered[_sample(len(ordered), random)]
    runs = [_lloyd(some, _start(some, k, random)) for _run in range(RESTARTS)]
    best = min(runs, key=lambda run: run.inertia)
    if some is not ordered:
        best = _lloyd(ordered, best.centres)
    labels = np.empty(len(points), dtype=np.int64)
    labels[order] = best.labels
    return _Clustering(_numbered(labels, points), best.inertia, best.centres)


def _sample(n: int, random: np.random.Generator) -> np.ndarray:
    """Return positions of a sample, in order."""
    return np.sort(random.choice(n, _SAMPLE, replace=False))


def _numbered(labels: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Number clusters from 0 by the sum of their centres' features, so that the seed doesn't name them."""
    found = np.unique(labels)
    sums = [points[labels == j].mean(axis=0).sum() for j in found]
    rank = np.empty(found.max() + 1, dtype=np.int64)
    rank[found[np.argsort(sums, kind="stable")]] = np.arange(found.size)
    return rank[labels]


@metric(
    unit="table",
    better="neither",
    zh="K 均值聚类",
    en="k-means clusters",
    source=_LLOYD,
    range=(None, None),
    example={**_SPREAD, "k": 2},
)
def k_means(frame: IntoFrame, features: Sequence[str], k: int, scale: bool = True, seed: int = 0) -> Any:
    """Put customers into `k` clusters of small spread, on scaled features.

    The best of ten starts, which above 5,000 customers are tried on a sample of so many. Yuan and counts must
    be scaled; take logarithms of heavily skewed amounts first. A cluster's number is a name, not a rank.

    Args:
        frame: one row a customer; rows with a missing feature are left out.
        features: columns to compare by.
        k: number of clusters.
        scale: give every feature mean 0 and standard deviation 1 first.
        seed: start of the random choices; the same seed gives the same clusters.

    Returns:
        The rows with `cluster` (0 to k − 1, from small to large features).

    Raises:
        EmptyInput: no row has all features.
        InputError: a feature has one value only.
        OutOfRange: there are fewer different customers than clusters.

    >>> import pandas as pd
    >>> customers = pd.DataFrame({"orders": [1, 2, 9, 10], "amount": [10, 12, 90, 95]})
    >>> k_means(customers, ["orders", "amount"], k=2)["cluster"].tolist()
    [0, 0, 1, 1]
    """
    points, rows = _features(frame, features, scale)
    return extend(rows, cluster=_best(points, k, seed).labels)


@metric(
    unit="table",
    better="higher",
    zh="聚类数选择（轮廓系数）",
    en="Choice of k (silhouette)",
    source=_ROUSSEEUW,
    range=(None, None),
    example={**_SPREAD, "ks": [2, 3]},
)
def cluster_quality(
    frame: IntoFrame,
    features: Sequence[str],
    ks: Sequence[int] = (2, 3, 4, 5, 6),
    scale: bool = True,
    seed: int = 0,
) -> Any:
    """How well different numbers of clusters fit: spread within and mean silhouette, as a table.

    The inertia falls with every further cluster; the silhouette (-1 to 1) is largest where clusters stand
    clearest apart. Of more than 5,000 customers it is that of a sample of so many.

    Args:
        frame: one row a customer; rows with a missing feature are left out.
        features: columns to compare by.
        ks: numbers of clusters to try, 2 or more.
        scale: give every feature mean 0 and standard deviation 1 first.
        seed: start of the random choices.

    Returns:
        Columns `k`, `inertia` (sum of squared distances), `silhouette` (-1 to 1), in the order of `ks`.

    Raises:
        EmptyInput: no row has all features.
        OutOfRange: a number of clusters is below 2, or above the number of different customers.

    >>> import pandas as pd
    >>> customers = pd.DataFrame({"orders": [1, 2, 9, 10], "amount": [10, 12, 90, 95]})
    >>> cluster_quality(customers, ["orders", "amount"], ks=[2])["silhouette"].round(2).tolist()
    [0.91]
    """
    if min(ks, default=2) < 2:
        raise OutOfRange(_("A silhouette needs at least two clusters."))
    points, rows = _features(frame, features, scale)
    found = [_best(points, k, seed) for k in ks]
    # Sorted, so that the order of the rows doesn't choose the sample.
    order = np.lexsort(points.T)
    if len(order) > _SAMPLE:
        order = order[_sample(len(order), np.random.default_rng(seed))]
    silhouettes = [_silhouette(points[order], clustering.labels[order]) for clustering in found]
    return like({"k": list(ks), "inertia": [c.inertia for c in found], "silhouette": silhouettes}, rows)


def _silhouette(points: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean silhouette; a customer alone in its cluster counts 0."""
    labels = np.unique(labels, return_inverse=True)[1]  # a sample may miss a cluster
    sizes = np.bincount(labels)
    if sizes.size < 2:
        return 0.0
    member = np.eye(sizes.size)[labels]
    total = 0.0
    for begin in range(0, len(points), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        sums = np.sqrt(_distances(points[part], points)) @ member
        rows = np.arange(sums.shape[0])
        own = sizes[labels[part]]
        inside = sums[rows, labels[part]] / np.maximum(own - 1, 1)
        outside = sums / sizes
        outside[rows, labels[part]] = np.inf
        nearest = outside.min(axis=1)
        widest = np.maximum(inside, nearest)
        total += float(
            np.where(
                (own > 1) & (widest > 0), (nearest - inside) / np.where(widest > 0, widest, 1), 0.0
            ).sum()
        )
    return total / len(points)
