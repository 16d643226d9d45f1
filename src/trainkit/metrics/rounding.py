"""Rounding: one rule for every amount, whatever the engine.

Amounts are rounded to cents where they are shown or ranked, halves away from zero as on an invoice: 0.125 is
0.13 and -0.125 is -0.13. What reads as a half on paper is one, although its nearest float lies below it:
1.005 is 1.01. All other numbers are computed and given unrounded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["cents", "steady"]

#: How near to a half, in cents, an amount counts as one: far above a float's error, far below any amount.
_HALF = 1e-6
#: Digits that survive the errors of floats in a short computation.
_DIGITS = 9


def cents(amounts: Any) -> np.ndarray:
    """Return amounts rounded to cents, halves away from zero.

    >>> cents([0.125, -0.125, 1.005, 2.674]).tolist()
    [0.13, -0.13, 1.01, 2.67]
    """
    values = np.asarray(amounts, dtype=float)
    return np.sign(values) * np.floor(np.abs(values) * 100 + (0.5 + _HALF)) / 100 + 0.0


def steady(values: Any) -> Any:
    """Return numbers without a float's last digits, so that what is equal on paper compares as equal.

    >>> bool(steady(0.1 + 0.2) == steady(0.3))
    True
    """
    return np.round(values, _DIGITS)
