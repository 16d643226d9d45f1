"""Cells that a spreadsheet shows and never computes: what trainees wrote stays text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["csv_bytes", "is_formula", "safe"]

#: A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet might compute a text when it opens it.

    >>> is_formula("=1+1"), is_formula("林悦")
    (True, False)
    """
    return text.lstrip(" ").startswith(_FORMULA)


def safe(cell: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula; numbers stay numbers.

    >>> safe("=1+1"), safe(-3.5)
    ("'=1+1", -3.5)
    """
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell


def csv_bytes(names: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as CSV: UTF-8 with a byte order mark, which Excel needs, and without formulas.

    Args:
        names: the columns; a title that a trainee could have written is made safe, too.
        lines: one sequence a row, in the order of `names`; `None` becomes an empty cell.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([safe(cell) for cell in line] for line in [names, *lines])
    return text.getvalue().encode("utf-8-sig")
