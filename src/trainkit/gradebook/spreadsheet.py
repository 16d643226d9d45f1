"""Cells that a spreadsheet shows and never computes: what trainees wrote stays text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["csv_bytes", "is_formula", "safe"]

#: A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

#: A formula within a text: where the semicolon separates cells, as in most of Europe, a spreadsheet splits
#: the text there, for a quote means something only where a cell begins.
_WITHIN = re.compile(r"(?<=[;\t\r\n])([ \"]*)(?=[=+\-@＝＋－＠])")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet might compute a text when it opens it.

    >>> is_formula("=1+1"), is_formula("林悦")
    (True, False)
    """
    return text.lstrip(" ").startswith(_FORMULA)


def safe(cell: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula, nor a part of it; numbers stay numbers.

    >>> safe("=1+1"), safe("a;=1+1"), safe(-3.5)
    ("'=1+1", "a;'=1+1", -3.5)
    """
    if not isinstance(cell, str):
        return cell
    return _WITHIN.sub(r"\1'", f"'{cell}" if is_formula(cell) else cell)


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
