"""How a published number, and a number that identifies a mistake, is written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from backends import column

__all__ = [
    "ANCHORS",
    "DATA",
    "MISTAKES",
    "Anchor",
    "Mistake",
    "anchor",
    "expand",
    "glossary",
    "mistake",
    "public",
]

#: Public data sets lie beside the checkout; without them their tests skip.
DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


@dataclass(frozen=True)
class Anchor:
    """One number that is known from elsewhere."""

    metric: str
    """The metric that it tests."""
    source: str
    """Where the number was printed or checked."""
    input: str
    """The input in a few words."""
    expected: float
    """The number as printed."""
    tolerance: float
    """Half a unit of its last digit, or the tolerance of its source."""
    compute: Callable[[str], Any]
    """Compute it with the library of that name."""
    frames: bool = True
    """Whether data go in, so that it is tried with every library."""
    needs: str = ""
    """The public data file that it reads, if any."""


@dataclass(frozen=True)
class Mistake:
    """A wrong number that identifies a mistake, and the mistake."""

    code: str
    metric: str
    expected: float
    tolerance: float
    wrong: Callable[[], float]


def expand(counts: dict[int, int]) -> list[int]:
    """Return answers from their counts: `{5: 2, 4: 1}` is 5, 5, 4."""
    return [score for score, count in counts.items() for _ in range(count)]


ANCHORS: list[Anchor] = []
MISTAKES: list[Mistake] = []


def glossary(metric: str, case: str, given: str, expected: float, tolerance: float, compute: Any) -> None:
    """Enter a checked number of the glossary; `compute` takes a column builder, or nothing."""
    frames = compute.__code__.co_argcount == 1

    def run(backend: str) -> Any:
        return compute(lambda values: column(backend, values)) if frames else compute()

    ANCHORS.append(Anchor(metric, f"Glossary {case}", given, expected, tolerance, run, frames))


def mistake(code: str, metric: str, expected: float, tolerance: float, wrong: Callable[[], float]) -> None:
    MISTAKES.append(Mistake(code, metric, expected, tolerance, wrong))


@cache
def _read(file: str) -> pd.DataFrame:
    return pd.read_parquet(DATA / file)


def public(
    metric: str, source: str, given: str, expected: float, tolerance: float, file: str, compute: Any
) -> None:
    """Enter a number of a public data set; `compute` takes its pandas frame and the library's name."""

    def run(backend: str) -> Any:
        return compute(_read(file), backend)

    ANCHORS.append(Anchor(metric, source, given, expected, tolerance, run, needs=file))


def anchor(
    metric: str, source: str, given: str, expected: float, tolerance: float, compute: Callable[[], Any]
) -> None:
    """Enter a published number that follows from numbers alone."""
    ANCHORS.append(
        Anchor(metric, source, given, expected, tolerance, lambda _backend: compute(), frames=False)
    )
