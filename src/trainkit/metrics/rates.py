"""Rates: how a share is given and how it comes back, said once for every function.

A rate that is given is a fraction, as formulas have it: a churn rate of 20% is 0.2. A share that comes back
is in % where the reference says so, as reports have it: divide it by 100 before you give it on. A rate above
1 is taken for a number in % and refused.
"""

from __future__ import annotations

from trainkit.errors import OutOfRange
from trainkit.i18n import _

__all__ = ["fraction"]


def fraction(value: float, name: str, *, zero: bool = True, one: bool = True) -> float:
    """Return a rate, after checking that it is a fraction.

    Args:
        value: the rate.
        name: what the argument is called in an error.
        zero: whether 0 has a meaning.
        one: whether 1 has one.

    Raises:
        OutOfRange: it doesn't lie from 0 to 1; what looks like a number in % is told as a fraction.

    >>> fraction(0.2, "churn")
    0.2
    """
    if 0 < value < 1 or (zero and value == 0) or (one and value == 1):
        return value
    if 1 < value <= 100:
        message = _("`{name}` is given as a fraction. Got {value:g}: {value:g}% is {fraction:g}.")
        raise OutOfRange(message.format(name=name, value=value, fraction=value / 100))
    low, high = "[" if zero else "(", "]" if one else ")"
    message = _("`{name}` must lie in {interval}. Got {value:g}.")
    raise OutOfRange(message.format(name=name, interval=f"{low}0, 1{high}", value=value))
