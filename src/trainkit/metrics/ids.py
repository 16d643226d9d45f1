"""Ids: how customers and records of two inputs are told to be the same.

A number is the same id as the equal number, whatever its type: 101, 101.0 (as pandas turns a column of whole
numbers with a gap) and Decimal("101"). A number and a text never are: 101 and "101" meet nowhere, and where
ids of two inputs meet, that is an error and not a share of 0%.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from numbers import Number
from typing import Any

from trainkit.errors import InputError
from trainkit.i18n import _

__all__ = ["check_kinds", "spelled"]

#: Up to here a float holds every whole number.
_LARGEST = 2**53


def spelled(value: Any) -> str:
    """Return an id or another value as text; a whole number without the point that a gap has given it.

    >>> spelled(13800000001.0), spelled("01"), spelled(1.5)
    ('13800000001', '01', '1.5')
    """
    if isinstance(value, (float, Decimal)) and abs(float(value)) < _LARGEST and value == int(value):
        return str(int(value))
    return str(value)


def check_kinds(left: Iterable[Any], right: Iterable[Any], names: tuple[str, str]) -> None:
    """Check that two inputs don't have numbers in one and text in the other.

    Args:
        left: values of one input, without missing ones.
        right: values of the other.
        names: what the two are called in an error.

    Raises:
        InputError: they have.
    """
    (left_text, left_number), (right_text, right_number) = _examples(left), _examples(right)
    for text, number, both, order in (
        (left_text, right_number, left_number is not None or right_text is not None, names),
        (right_text, left_number, right_number is not None or left_text is not None, names[::-1]),
    ):
        if text is not None and number is not None and not both:
            message = _(
                "`{left}` holds text ({text!r}) and `{right}` numbers ({number}): they can never be equal. "
                "Give both the same type."
            )
            raise InputError(message.format(left=order[0], right=order[1], text=text, number=number))


def _examples(values: Iterable[Any]) -> tuple[str | None, Any]:
    """Return a text and a number among some values, always the smallest."""
    plain = list(values)
    texts = [value for value in plain if isinstance(value, str)]
    numbers: list[Any] = [value for value in plain if isinstance(value, Number)]
    return min(texts, default=None), min(numbers, default=None)
