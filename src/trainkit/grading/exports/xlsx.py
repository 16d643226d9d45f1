"""Grades as an Excel workbook: one sheet a trainee's line, one sheet an answer's line."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trainkit.errors import MissingExtra
from trainkit.grading import summary
from trainkit.grading.exports.tables import wide_table
from trainkit.grading.records import Submission
from trainkit.grading.spreadsheet import is_formula
from trainkit.i18n import _

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["workbook"]

#: Characters that no Excel file may hold.
_UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: The most characters of a cell; Excel refuses a file with more.
_LONGEST = 32_767

#: Width of a column in characters: enough for a name, not a screen for a comment.
_WIDTHS = (8, 40)


def workbook(submissions: Sequence[Submission]) -> bytes:
    """Return the sheets `Grades` and `Answers`, titled in the language in use.

    Raises:
        MissingExtra: openpyxl isn't installed.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtra(_("Excel files need openpyxl: pip install 'trainkit[xlsx]'")) from error
    book = Workbook()
    book.remove(book.worksheets[0])
    words = _words()
    for title, table in (
        (_("Grades"), wide_table(submissions)),
        (_("Answers"), summary.answers_table(submissions)),
    ):
        names, lines = table
        titles = [words.get(name, name) for name in names]
        _fill(book.create_sheet(title), titles, lines, {i for i, n in enumerate(names) if n == "percent"})
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(
    sheet: Worksheet, titles: Sequence[str], lines: Sequence[Sequence[Any]], percents: set[int]
) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for row, line in enumerate([titles, *lines], 1):
        for column, value in enumerate(line, 1):
            cell = sheet.cell(row, column)
            _put(cell, value, share=column - 1 in percents)
            if row == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    for column, title in enumerate(titles, 1):
        longest = max(_width(v) for v in [title, *(line[column - 1] for line in lines)])
        least, most = _WIDTHS
        sheet.column_dimensions[get_column_letter(column)].width = min(max(longest + 2, least), most)


def _put(cell: Cell, value: Any, *, share: bool) -> None:
    """Write a value as what it is: a number with its format, or a text that is never computed."""
    if value is None or value == "":
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        cell.value = value / 100 if share else value
        cell.number_format = "0.0%" if share else "General" if float(value).is_integer() else "0.00##"
        return
    text = _UNUSABLE.sub("�", str(value))[:_LONGEST]
    cell.value = text
    # openpyxl takes a text with "=" for a formula; the mark keeps Excel from doing so when it is edited.
    cell.data_type = "s"
    cell.quotePrefix = is_formula(text)


def _width(value: Any) -> int:
    """Return about how wide a value is in characters; a Chinese one takes the room of two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in str(value if value is not None else ""))


def _words() -> dict[str, str]:
    """Return the columns' titles in the language in use."""
    return {
        "trainee": _("Trainee"),
        "name": _("Name"),
        "number": _("Number"),
        "email": _("E-mail"),
        "section": _("Section"),
        "total": _("Total"),
        "points": _("Points possible"),
        "percent": _("Share reached"),
        "exercise": _("Exercise"),
        "edition": _("Edition"),
        "answer": _("Answer"),
        "earned": _("Points, automatic"),
        "manual": _("Points, by hand"),
        "awarded": _("Points"),
        "flag": _("Flag"),
        "outcome": _("Verdict"),
        "mistakes": _("Mistakes"),
        "hidden": _("Verdicts on hidden data"),
        "value": _("Answered"),
        "comment": _("Comment"),
        "assessor": _("Assessor"),
    }
