"""Grades as an Excel workbook: a sheet with a line a trainee, a sheet with a line an answer.

The file is a function of the grades: the same ones give the same bytes on any day.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from trainkit.errors import GradingError
from trainkit.gradebook.exports.tables import Others, long_table, wide_table
from trainkit.gradebook.records import Submission
from trainkit.gradebook.spreadsheet import is_formula
from trainkit.i18n import _

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["workbook"]

#: Characters that no Excel file may hold.
_UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: The most characters of a cell, as UTF-16 counts them, and rows of a sheet; Excel refuses a file with more.
_LONGEST = 32_767
_MOST_ROWS = 1_048_576

#: The largest number of a cell.
_LARGEST = 9.99999999999999e307

#: Width of a column in characters: enough for a name, not a screen for a comment.
_WIDTHS = (8, 40)

#: The earliest moment that a zip file knows, which an Excel file is.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def workbook(submissions: Sequence[Submission], others: Others) -> bytes:
    """Return the sheets `Grades` and `Answers`, titled in the language in use.

    Raises:
        GradingError: there are more answers than a sheet has rows.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    words = _words()
    for title, table in (
        (_("Grades"), wide_table(submissions, others)),
        (_("Answers"), long_table(submissions, others)),
    ):
        names, lines = table
        titles = [words.get(name, name) for name in names]
        _fill(book.create_sheet(title), titles, lines, {i for i, n in enumerate(names) if n == "percent"})
    return _timeless(book)


def _timeless(book: Workbook) -> bytes:
    """Return a workbook as a file that doesn't tell the moment at which it was made."""
    from openpyxl.packaging.core import DocumentProperties
    from openpyxl.xml.constants import ARC_CORE
    from openpyxl.xml.functions import tostring

    dated, made = io.BytesIO(), io.BytesIO()
    book.save(dated)
    moment = datetime(*_MOMENT)
    about = DocumentProperties(creator="trainkit", created=moment, modified=moment)
    with zipfile.ZipFile(dated) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, _MOMENT)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.create_system = 3  # Unix, whatever it's written on
            target.writestr(part, tostring(about.to_tree()) if name == ARC_CORE else source.read(name))
    return made.getvalue()


def _fill(
    sheet: Worksheet, titles: Sequence[str], lines: Sequence[Sequence[Any]], percents: set[int]
) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    if len(lines) >= _MOST_ROWS:
        raise GradingError(
            _("A sheet of Excel holds at most {most:,} rows, and here are {n:,}. Use --format long.").format(
                most=_MOST_ROWS, n=len(lines) + 1
            )
        )
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
    if _is_number(value):
        cell.value = value / 100 if share else value
        cell.number_format = "0.0%" if share else "General" if float(value).is_integer() else "0.00##"
        return
    text = _fitting(_UNUSABLE.sub("�", str(value)))
    cell.value = text
    # openpyxl takes a text with "=" for a formula; the mark keeps Excel from doing so when it is edited.
    cell.data_type = "s"
    cell.quotePrefix = is_formula(text)


def _is_number(value: Any) -> bool:
    """Tell whether Excel can hold a value as a number: it has no infinity and no NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _fitting(text: str) -> str:
    """Return as much of a text as a cell holds; a character that takes two units isn't halved."""
    return text.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", "ignore")


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
        "way": _("Given in"),
        "outcome": _("Verdict"),
        "mistakes": _("Mistakes"),
        "hidden": _("Verdicts on hidden data"),
        "value": _("Answered"),
        "comment": _("Comment"),
        "assessor": _("Assessor"),
        "open": _("Open"),
    }
