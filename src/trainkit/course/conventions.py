"""Numbers that follow from the right one: the same by another convention, or by a slip of the hand.

All of them are derived from the key alone. A *convention* answers the question and is written otherwise than
asked: per cent against share, other units of money, rounding. A plain *slip* is a number beside it: the wrong
sign, the rest of the whole, a ratio turned round, a decimal point in another place. Each kind has a name and
a sentence of its own, so that the feedback can say what to change.

What can't be known from a key is an author's mistake cell: last year's number or that of all rows needs the
data. Of tables the key knows more, see `beside`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from trainkit.i18n import _

__all__ = ["CONVENTIONS", "NOISE", "SLIPS", "Kind", "Slip", "close", "decimals", "derived", "explain", "find"]

#: `share`: 0.35 for 35 %; `percent`: 35 for a share of 0.35; `thousands`, `ten thousands`, `millions`: of a
#: sum of money; `fewer decimals` than asked for; `cut off`: the digits after the last one were dropped;
#: `sign`: the wrong one; `complement`: 65 % for 35 %; `reciprocal`: of a ratio; `tenth` … `thousandfold`: the
#: decimal point; `beside`: in a table, the number of the row above or below.
Kind = Literal[
    "share",
    "percent",
    "thousands",
    "ten thousands",
    "millions",
    "fewer decimals",
    "cut off",
    "sign",
    "complement",
    "reciprocal",
    "tenth",
    "tenfold",
    "hundredth",
    "hundredfold",
    "thousandth",
    "thousandfold",
    "beside",
]

#: Kinds that are the right number written otherwise: `credit` may name them all as `convention`.
CONVENTIONS: frozenset[Kind] = frozenset(
    {"share", "percent", "thousands", "ten thousands", "millions", "fewer decimals", "cut off"}
)

#: Kinds that are another number; each earns nothing unless `credit` names it.
SLIPS: tuple[Kind, ...] = (
    "sign",
    "complement",
    "reciprocal",
    "tenth",
    "tenfold",
    "hundredth",
    "hundredfold",
    "thousandth",
    "thousandfold",
    "beside",
)

#: Slack for floating-point noise, relative to the size of the numbers.
NOISE = 1e-9

#: In another unit a number is often rounded to three digits.
_ROUNDED = 0.005

#: Beyond this a float has no decimals to speak of.
_LARGE = 1e12

_PER_CENT = frozenset({"%", "points", "percentage points"})
_MONEY = frozenset({"CNY", "yuan", "元"})
_RATIO = frozenset({"", "ratio", "times"})

_POWERS: tuple[tuple[Kind, float], ...] = (
    ("tenth", 0.1),
    ("tenfold", 10.0),
    ("hundredth", 0.01),
    ("hundredfold", 100.0),
    ("thousandth", 0.001),
    ("thousandfold", 1000.0),
)


@dataclass(frozen=True)
class Slip:
    """A number that follows from the right one.

    Args:
        kind: how.
        value: the number.
        slack: how far a trainee's number may be off.
    """

    kind: Kind
    value: float
    slack: float = 0.0


def close(value: float, expected: float, tolerance: float) -> bool:
    """Tell whether two numbers are equal within a tolerance and the noise of floating point."""
    return math.isclose(value, expected, rel_tol=NOISE, abs_tol=tolerance + NOISE)


def decimals(tolerance: float) -> int:
    """Return the decimals that a tolerance of half a unit of the last digit stands for.

    >>> decimals(0.05), decimals(0.5), decimals(0.01)
    (1, 0, 2)
    """
    return max(0, round(-math.log10(2 * tolerance)))


def derived(
    expected: float,
    tolerance: float,
    unit: str,
    *,
    mistakes: Sequence[float] = (),
    beside: Sequence[float] = (),
) -> tuple[Slip, ...]:
    """Return the numbers that follow from the right one and can be told from all else that is known.

    Left out is what lies within the tolerance of the right number or of an author's mistake, and a plain slip
    that may as well be another kind.

    Args:
        expected: the right number, finite.
        tolerance: of the answer, in its unit.
        unit: of the answer; empty for a bare number.
        mistakes: the numbers of the author's mistakes.
        beside: in a table, the numbers of the rows above and below.

    >>> [kind in {slip.kind for slip in derived(35.0, 0.05, "%")} for kind in ("share", "sign", "reciprocal")]
    [True, True, False]
    """
    known = (expected, *mistakes)
    conventions = [s for s in _conventions(expected, tolerance, unit) if _apart(s, known, tolerance)]
    slips = [s for s in _slips(expected, tolerance, unit, beside) if _apart(s, known, tolerance)]
    told = [s for s in slips if not any(_may_be(s, o) for o in (*conventions, *slips) if o.kind != s.kind)]
    return (*conventions, *told)


def find(slips: Sequence[Slip], value: float) -> Slip | None:
    """Return the first of the slips that a number may be."""
    return next((s for s in slips if close(value, s.value, s.slack)), None)


def _apart(slip: Slip, known: Sequence[float], tolerance: float) -> bool:
    """Tell whether no number can be both the slip and one that is known, and whether it's a number at all."""
    if slip.value == 0 or not math.isfinite(slip.value):
        return False
    reach = slip.slack + tolerance
    return not any(abs(slip.value - n) <= reach + 3 * NOISE * (1 + abs(n) + reach) for n in known)


def _may_be(one: Slip, other: Slip) -> bool:
    return close(one.value, other.value, one.slack + other.slack)


def _conventions(x: float, tolerance: float, unit: str) -> Iterator[Slip]:
    if x == 0:
        return
    if unit in _PER_CENT:
        # Shares are often rounded to two digits, half a per cent; next to zero that would say nothing.
        most = max(tolerance, min(0.5, abs(x) / 2)) / 100
        yield from _written("share", x / 100, tolerance / 100, most, first=2)
    elif unit == "share":
        yield from _written("percent", x * 100, tolerance, max(tolerance * 100, 0.5))
    elif unit in _MONEY:
        for kind, size in (("thousands", 1e3), ("ten thousands", 1e4), ("millions", 1e6)):
            c = x / size
            yield from _written(kind, c, min(tolerance, _ROUNDED * abs(c)), _ROUNDED * abs(c))  # type: ignore[arg-type]
    yield from _rounded(x, tolerance)


def _written(kind: Kind, value: float, slack: float, most: float, *, first: int = 0) -> Iterator[Slip]:
    """Yield a number in another unit, as computed and rounded to so many decimals and more.

    Args:
        kind: the convention.
        value: the number.
        slack: how far it may be off as computed.
        most: how far rounding may take it.
        first: the fewest decimals that anybody rounds it to.
    """
    yield Slip(kind, value, slack)
    if abs(value) < _LARGE:
        for digits in range(first, first + 4):
            for rounded in _roundings(value, digits):
                if abs(rounded - value) <= most:
                    yield Slip(kind, rounded)


def _rounded(x: float, tolerance: float) -> Iterator[Slip]:
    """Yield what comes of rounding too much, or of cutting off."""
    if not 0 < tolerance < 1 or abs(x) > _LARGE:
        return
    asked = decimals(tolerance)
    for digits in range(asked, -1, -1):
        if digits < asked:
            yield from (Slip("fewer decimals", rounded) for rounded in _roundings(x, digits))
        if not close(x, round(x, digits), 0):
            yield Slip("cut off", math.trunc(x * 10**digits) / 10**digits)


def _roundings(x: float, digits: int) -> set[float]:
    """Return a number rounded; a half in decimals may go either way, and a bit of noise decides nothing.

    >>> sorted(_roundings(2.5, 0)), _roundings(35.47, 1)
    ([2.0, 3.0], {35.5})
    """
    unit = 10.0**-digits
    return {round(x - NOISE * unit, digits), round(x + NOISE * unit, digits)}


def _slips(x: float, tolerance: float, unit: str, beside: Sequence[float]) -> Iterator[Slip]:
    yield Slip("sign", -x, tolerance)
    whole = 1.0 if unit == "share" else 100.0
    if unit in {"%", "share"} and 0 < x < whole:
        yield Slip("complement", whole - x, tolerance)
    if unit in _RATIO and x:
        yield Slip("reciprocal", 1 / x, min(tolerance, _ROUNDED / abs(x)))
    if x != float(f"{x:.0e}"):  # of a number with one digit, ten times it may be anything
        yield from _moved(x, tolerance, unit)
    yield from (Slip("beside", number, tolerance) for number in beside)


def _moved(x: float, tolerance: float, unit: str) -> Iterator[Slip]:
    """Yield the number with its decimal point in another place, where that is no convention."""
    taken = (
        {"share": "hundredfold"} | dict.fromkeys(_PER_CENT, "hundredth") | dict.fromkeys(_MONEY, "thousandth")
    )
    for kind, factor in _POWERS:
        if kind == taken.get(unit):
            continue
        yield Slip(kind, x * factor, min(tolerance, _ROUNDED * abs(x * factor)))
        if factor > 1 and 0 < tolerance < 1 and abs(x) < _LARGE:  # of what was rounded before
            yield from (Slip(kind, factor * rounded) for rounded in _roundings(x, decimals(tolerance)))


def explain(kind: Kind, tolerance: float) -> str:
    """Return the sentence that says what a number is, in the language in use; never what is right."""
    asked = decimals(tolerance) if tolerance else 0
    return {
        "share": _("That is a share between 0 and 1. Per cent or points are asked for: multiply by 100."),
        "percent": _("That is in per cent. A share between 0 and 1 is asked for: divide by 100."),
        "thousands": _("That is in thousands. The amount is asked for in single units."),
        "ten thousands": _("That is in ten thousands. The amount is asked for in single units."),
        "millions": _("That is in millions. The amount is asked for in single units."),
        "fewer decimals": _("That is rounded too much. Decimals asked for: {n}.").format(n=asked),
        "cut off": _("Digits are cut off where they should be rounded. Decimals asked for: {n}.").format(
            n=asked
        ),
        "sign": _(
            "That is the right size with the wrong sign. For a difference, look at which group is taken from "
            "which."
        ),
        "complement": _(
            "That is the rest of the whole: those whom the question doesn't ask for. Look at whom it counts."
        ),
        "reciprocal": _("That is the ratio the other way round. Look at what the question divides by."),
        "tenth": _("That is a tenth of what is asked for. Look at the decimal point."),
        "tenfold": _("That is ten times what is asked for. Look at the decimal point."),
        "hundredth": _("That is a hundredth of what is asked for. Look at the unit."),
        "hundredfold": _("That is a hundred times what is asked for. Was it multiplied by 100 twice?"),
        "thousandth": _("That is a thousandth of what is asked for. Look at the unit."),
        "thousandfold": _("That is a thousand times what is asked for. Look at the unit."),
        "beside": _("Those are numbers of the rows above or below. Look at what each row stands for."),
    }[kind]
