"""Numbers that are right by another convention: per cent against share, other units of money, rounding.

Such a number answers the question and is written otherwise than asked. Each kind has a name of its own, so
that the feedback can say what to change.
"""

from __future__ import annotations

import math
from typing import Literal

from trainkit.i18n import _

__all__ = ["Convention", "close", "decimals", "explain", "other_convention"]

#: `share`: 0.35 for 35 %; `percent`: 35 for a share of 0.35; `hundredth` and `hundredfold`: where the unit
#: doesn't tell which; `thousands`, `ten thousands`, `millions`: of a sum of money; `fewer decimals` than
#: asked for; `cut off`: the digits after the last one were dropped.
Convention = Literal[
    "share",
    "percent",
    "hundredth",
    "hundredfold",
    "thousands",
    "ten thousands",
    "millions",
    "fewer decimals",
    "cut off",
]

#: Slack for floating-point noise, relative to the size of the numbers.
_NOISE = 1e-9

#: In another unit a number is often rounded to three digits.
_ROUNDED = 0.005

#: Beyond this a float has no decimals to speak of.
_LARGE = 1e12

_PER_CENT = {"%", "points", "percentage points"}
_MONEY = {"CNY", "yuan", "元"}


def close(value: float, expected: float, tolerance: float) -> bool:
    """Tell whether two numbers are equal within a tolerance and the noise of floating point."""
    return math.isclose(value, expected, rel_tol=_NOISE, abs_tol=tolerance + _NOISE)


def decimals(tolerance: float) -> int:
    """Return the decimals that a tolerance of half a unit of the last digit stands for.

    >>> decimals(0.05), decimals(0.5), decimals(0.01)
    (1, 0, 2)
    """
    return max(0, round(-math.log10(2 * tolerance)))


def other_convention(value: float, expected: float, tolerance: float, unit: str) -> Convention | None:
    """Return the convention by which a number that isn't right would be right.

    Args:
        value: the trainee's number, finite.
        expected: the right one, finite.
        tolerance: of the answer, in its unit.
        unit: of the answer; empty for a bare number.

    Returns:
        Its name, or `None` if there is none.
    """
    if value == 0 or expected == 0:
        return None
    for kind, factor in _scales(unit):
        if close(value * factor, expected, _slack(kind, expected, tolerance)):
            return kind
    return _rounded(value, expected, tolerance)


def _scales(unit: str) -> list[tuple[Convention, float]]:
    """Return by what a number is to be multiplied to become one in the right unit."""
    if unit in _PER_CENT:
        return [("share", 100), ("hundredfold", 0.01)]
    if unit == "share":
        return [("percent", 0.01), ("hundredth", 100)]
    money: list[tuple[Convention, float]] = [("thousands", 1e3), ("ten thousands", 1e4), ("millions", 1e6)]
    return [("hundredth", 100), ("hundredfold", 0.01), *(money if unit in _MONEY else [])]


def _slack(kind: Convention, expected: float, tolerance: float) -> float:
    if kind == "share":
        # Shares are often rounded to two digits, half a per cent; next to zero that would say nothing.
        return max(tolerance, min(0.5, abs(expected) / 2))
    if kind in {"percent", "hundredfold"}:
        return tolerance
    return max(tolerance, _ROUNDED * abs(expected))


def _rounded(value: float, expected: float, tolerance: float) -> Convention | None:
    """Tell a number that was rounded too much, or cut off, from one that is wrong."""
    if not 0 < tolerance < 1 or abs(expected) > _LARGE:
        return None
    asked = decimals(tolerance)
    for digits in range(asked, -1, -1):
        if digits < asked and _has_digits(value, digits) and close(value, expected, 0.5 / 10**digits):
            return "fewer decimals"
        if _is_cut(value, expected, digits):
            return "cut off"
    return None


def _has_digits(value: float, digits: int) -> bool:
    """Whether a number has no more than so many decimals."""
    return close(value, round(value, digits), 0)


def _is_cut(value: float, expected: float, digits: int) -> bool:
    """Whether a number is the right one without what follows so many decimals."""
    if _has_digits(expected, digits):
        return False
    scaled = math.trunc(expected * 10**digits)
    return scaled != 0 and close(value * 10**digits, scaled, 0)


def explain(kind: Convention, tolerance: float) -> str:
    """Return the sentence that names a convention, in the language in use."""
    asked = decimals(tolerance) if tolerance else 0
    match kind:
        case "share":
            return _("That is a share between 0 and 1. Per cent or points are asked for: multiply by 100.")
        case "percent":
            return _("That is in per cent. A share between 0 and 1 is asked for: divide by 100.")
        case "hundredth":
            return _("That is a hundredth of what is asked for. Look at the unit.")
        case "hundredfold":
            return _("That is a hundred times what is asked for. Was it multiplied by 100 twice?")
        case "thousands":
            return _("That is in thousands. The amount is asked for in single units.")
        case "ten thousands":
            return _("That is in ten thousands. The amount is asked for in single units.")
        case "millions":
            return _("That is in millions. The amount is asked for in single units.")
        case "fewer decimals":
            return _("That is rounded too much. Decimals asked for: {n}.").format(n=asked)
        case "cut off":
            return _("Digits are cut off where they should be rounded. Decimals asked for: {n}.").format(
                n=asked
            )
