"""Cells of tables, read so that different ways to write one thing are the same.

What the two languages, a spreadsheet or a data frame write differently is one here: a label and its other
spellings, 3 and 3.0, a number written as text, a date with slashes or at midnight, an empty text and a
missing value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from trainkit.course.conventions import close
from trainkit.course.model import Column, Sealed
from trainkit.course.texts import fold, shorten
from trainkit.i18n import _

__all__ = ["number", "reader", "same", "shown"]

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?(e[+-]?\d{1,3})?")
_DECIMAL = re.compile(r"(-?(?:0|[1-9]\d*))(?:(\.\d*[1-9])0*|\.0+)")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:t?(\d\d):(\d\d)(?::(\d\d)(?:\.0+)?)?)?")
_QUARTER = re.compile(r"(\d{4})-?q([1-4])")
_TRUTH = {"true": "1", "false": "0"}

#: What a cell that holds nothing is compared as; no text folds to it.
_MISSING = " "


def reader(column: Column) -> Callable[[Any], str]:
    """Return a function that reads a cell of a column as the text by which it's compared."""
    labels = {
        _canonical(other): _canonical(code) for code, others in column.labels.items() for other in others
    }

    def read(value: Any) -> str:
        text = _canonical(value)
        return labels.get(text, text)

    return read


def _canonical(value: Any) -> str:
    """Fold a cell: 3.0 is 3, 0.30 is 0.3, 2025/1/2 is 2025-01-02, 2025Q4 is 2025-Q4, an empty text missing.

    >>> _canonical("2025年1月2日"), _canonical(" Ｇ "), _canonical("07"), _canonical(0.1 + 0.2)
    ('2025-01-02', 'g', '07', '0.3')
    """
    if value is None:
        return _MISSING
    if isinstance(value, Sealed):
        return value.text
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.12g}"  # without the noise of computing
    text = fold(str(value))
    if decimal := _DECIMAL.fullmatch(text):
        return decimal[1] + (decimal[2] or "")
    if date := _DATE.fullmatch(text):
        year, month, day, hours, minutes, seconds = (int(part or 0) for part in date.groups())
        time = f" {hours:02}:{minutes:02}:{seconds:02}" if hours or minutes or seconds else ""
        return f"{year}-{month:02}-{day:02}{time}"
    if quarter := _QUARTER.fullmatch(text):
        return f"{quarter[1]}-q{quarter[2]}"
    return _TRUTH.get(text, text) or _MISSING


def same(read: Callable[[Any], str], right: Any, given: Any, tolerance: float | None) -> bool:
    """Tell whether two cells hold the same.

    Args:
        read: the column's reader.
        right: the right cell.
        given: the trainee's.
        tolerance: of the column; `None` compares texts, and numbers up to the noise of floating point.
    """
    one, other = number(right), number(given)
    if tolerance is not None and one is not None and other is not None:
        return close(other, one, tolerance)
    if not isinstance(right, str) and not isinstance(given, str) and one is not None and other is not None:
        return close(other, one, 0)
    return read(right) == read(given)


def number(value: Any) -> float | None:
    """Return a cell's number, if it holds one.

    A text that is nothing but a number counts: the type of a column is easily lost on the way.
    """
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and _NUMBER.fullmatch(text := fold(value).replace("−", "-")):
        number = float(text)
        return number if math.isfinite(number) else None
    return None


def shown(value: Any) -> str:
    """Return a cell as one would say it."""
    if value is None:
        return _("missing")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    return shorten(str(value), 60)
