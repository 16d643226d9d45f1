"""The grid on which numbers lie: what is accepted for one number lies in one of its cells or in two.

A cell is a little wider than the accepted interval. Of numbers so large that the noise of floating point is
wider than the tolerance, cells grow with the number, in powers of two; where they begin to, it may be three.
"""

from __future__ import annotations

import math
import sys

from trainkit.course.conventions import NOISE

__all__ = ["cell", "touched"]

#: The width of a cell in tolerances. Two would do, but for the noise.
_WIDTH = 2.5

#: The narrowest cell, for exact numbers.
_NARROWEST = 1e-6

#: The width of a cell is at least so many times the noise of its numbers.
_NOISES = 32

_LARGEST = sys.float_info.max


def cell(value: float, tolerance: float) -> str:
    """Return the name of the cell in which a number lies."""
    level, width = _width(value, tolerance)
    return f"{level} {math.floor(value / width + 0.5)}"


def touched(value: float, slack: float, tolerance: float) -> list[str]:
    """Return the cells in which everything lies that `close` takes for a value.

    Args:
        value: the number.
        slack: how far another one may be off, at most the tolerance.
        tolerance: of the answer, which gives the grid.

    >>> len(touched(35.1, 0.05, 0.05)), touched(35.0, 0.0, 0.05)
    (2, ['0 280'])
    """
    reach = slack + 2 * NOISE * (1 + abs(value))
    low, high = max(value - reach, -_LARGEST), min(value + reach, _LARGEST)
    levels = sorted(_width(point, tolerance)[0] for point in (low, value, high))
    ends = [end for level in range(levels[0], levels[-1] + 1) for end in _ends(level, tolerance)]
    return sorted({cell(point, tolerance) for point in (low, value, high, *ends) if low <= point <= high})


def _width(value: float, tolerance: float) -> tuple[int, float]:
    """Return the level of a number's cell, and its width."""
    base = max(_WIDTH * tolerance, _NARROWEST)
    level = max(0, math.frexp(abs(value) * (_NOISES * NOISE / base))[1])
    return level, math.ldexp(base, level)


def _ends(level: int, tolerance: float) -> list[float]:
    """Return the numbers on both sides of where cells begin to be those of a level."""
    base = max(_WIDTH * tolerance, _NARROWEST)
    end = math.ldexp(base, level - 1) / (_NOISES * NOISE)
    around = [math.nextafter(end, 0), end, math.nextafter(end, math.inf)]
    return [*around, *(-number for number in around)]
