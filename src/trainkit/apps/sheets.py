"""Tables from files, as people have them: CSV in any dress, Excel's workbooks, OpenDocument's sheets.

All become rows of what can be seen in the file; `table_of` makes a table of them, the first row its names.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import category

from trainkit.course.answers import MAX_ROWS
from trainkit.course.texts import storable
from trainkit.course.typed import readings
from trainkit.i18n import _, ngettext

__all__ = ["EXTENSIONS", "cells_read", "read_csv", "table_of"]

#: What can be chosen.
EXTENSIONS = ".csv,.txt,.tsv,.xlsx,.ods"

#: A file larger than this isn't read, packed or unpacked.
_MAX_BYTES = 2_000_000
_MAX_UNPACKED = 50_000_000

_MAX_COLUMNS = 200

_DELIMITERS = ",;\t，；"
_HINT = re.compile(r"sep=(.)\s*", re.IGNORECASE)
#: Control characters, and those that nobody can write.
_NO_TEXT = {"Cc", "Cn", "Co", "Cs"}

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"

#: `71,5` or `1.234,5`, and `71.5` or `1,234.5`: what shows which sign is the decimal one.
_COMMA = re.compile(r"[+-]?(\d+,(\d{1,2}|\d{4,})|0,\d+|\d{1,3}(\.\d{3})+,\d+)\s*%?")
_POINT = re.compile(r"[+-]?(\d+\.(\d{1,2}|\d{4,})|0\.\d+|\d{1,3}(,\d{3})+\.\d+)\s*%?")

Rows = list[tuple[int, list[Any]]]


def read_csv(content: bytes) -> dict[str, list[Any]]:
    """Read a file with a table, as Excel, LibreOffice or pandas saves it, into a plain table.

    Args:
        content: text (UTF-8, UTF-16 or GB 18030, separated by comma, semicolon or tab), `.xlsx` or `.ods`.

    Raises:
        ValueError: it's no such file; the message says why.
    """
    if len(content) > _MAX_BYTES:
        raise ValueError(_("The file has {size:,} bytes. At most {most:,} are read.").format(
            size=len(content), most=_MAX_BYTES
        ))  # fmt: skip
    if content.startswith(_OLD_EXCEL):
        raise ValueError(_("It is in Excel's old format. Save it as .xlsx or as CSV."))
    if content.startswith(b"PK\x03\x04"):
        return table_of(_packed(content))
    text = _decoded(content)
    rows, comma = _text_rows(text)
    return table_of(rows, comma=comma)


def table_of(rows: Rows, *, comma: bool | None = None) -> dict[str, list[Any]]:
    """Make a plain table of numbered rows, the first of which holds the names.

    Args:
        rows: the lines' numbers and cells; empty ones are left out.
        comma: the comma is the decimal sign; `None` where the cells have to show it.

    Raises:
        ValueError: it's no table; the message says why.
    """
    rows = [(line, row) for line, row in rows if any(cell not in ("", None) for cell in row)]
    if len(rows) < 2:
        raise ValueError(_("It needs a line with the column names and at least one row."))
    (_line, names), *body = rows
    if len(body) > MAX_ROWS:
        raise ValueError(
            _("It has {rows:,} rows. At most {most:,} are read.").format(rows=len(body), most=MAX_ROWS)
        )
    for line, row in body:
        if len(row) != len(names):
            message = ngettext(
                "Line {line} has {found} value, the first line has {expected}.",
                "Line {line} has {found} values, the first line has {expected}.",
                len(row),
            )
            raise ValueError(message.format(line=line, found=len(row), expected=len(names)))
    head = ["" if name is None else storable(str(name)).strip() for name in names]
    return {"columns": head, "rows": cells_read([row for _line, row in body], comma=comma)}


def cells_read(rows: Iterable[Sequence[Any]], *, comma: bool | None = None) -> list[list[Any]]:
    """Read cells as people write them: numbers, texts, nothing; what is no text stays as it is."""
    kept = [list(row) for row in rows]
    texts = [cell.strip() for row in kept for cell in row if isinstance(cell, str)]
    if any(_POINT.fullmatch(text) for text in texts):
        comma = False
    elif any(_COMMA.fullmatch(text) for text in texts):
        comma = True
    return [[_cell(cell, comma=comma) for cell in row] for row in kept]


def _cell(value: Any, *, comma: bool | None) -> Any:
    if not isinstance(value, str):
        return value
    text = storable(value).strip()
    if not text:
        return None
    found = readings(text)
    if len(found) == 2:  # 19,717
        return found[1] if comma else found[0]
    if comma and re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", text):
        return float(text.replace(".", ""))
    return found[0] if found else text


def _decoded(content: bytes) -> str:
    """Return the text of a file in whatever encoding Windows, a Mac or Linux saves it."""
    encodings = ["utf-8-sig", "gb18030"]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif 0 in content:  # in which half of a character says which half comes first
        encodings = ["utf-16-le" if content[1::2].count(0) >= content[::2].count(0) else "utf-16-be"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(character in "\r\n\t" or category(character) not in _NO_TEXT for character in text):
            return text
    raise ValueError(_("It is no text file. Save it as CSV (UTF-8)."))


def _text_rows(text: str) -> tuple[Rows, bool | None]:
    """Return the rows of a text, and whether its separator says that the comma is the decimal sign."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    skipped = 0
    first, _newline, rest = lines.partition("\n")
    if hint := _HINT.fullmatch(first):
        delimiter, lines, skipped = hint[1], rest, 1
    else:
        delimiter = max(_DELIMITERS, key=first.count)
    try:
        reader = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter, strict=True)
        rows = [(reader.line_num + skipped, list[Any](row)) for row in reader]
    except csv.Error as error:
        raise ValueError(_("It is no CSV file: {error}.").format(error=error)) from error
    if delimiter in ",，" and any(len(row) > 1 for _line, row in rows):
        return rows, False
    return rows, True if delimiter in ";；" else None


def _packed(content: bytes) -> Rows:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if sum(item.file_size for item in archive.infolist()) > _MAX_UNPACKED:
                raise ValueError(_("It is too large when it is unpacked. Save the one sheet as CSV."))
            if "xl/workbook.xml" in names:
                return _excel(content)
            if "content.xml" in names:
                return _opendocument(archive.read("content.xml"))
    except ValueError:
        raise
    except Exception as error:  # a damaged archive raises whatever its reader stumbles over
        raise ValueError(_("The file is damaged. Save it again, or as CSV.")) from error
    raise ValueError(_("It is neither a workbook of Excel (.xlsx) nor of LibreOffice (.ods)."))


def _excel(content: bytes) -> Rows:
    """Return the rows of the first sheet that has any."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            rows = [
                [_seen(cell.value, str(cell.number_format)) for cell in row]
                for row in sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=_MAX_COLUMNS)
            ]
            if found := _trimmed(rows):
                return found
    finally:
        book.close()
    return []


def _seen(value: Any, form: str) -> Any:
    """Return a cell's value as it can be seen: 83.65 where the sheet shows 83.65%."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(100 * value, 10) if "%" in form else float(value)
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("T00:00:00")
    return value


_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def _opendocument(xml: bytes) -> Rows:
    """Return the rows of the first sheet that has any; equal cells and rows are stored once."""
    from defusedxml.ElementTree import fromstring

    for sheet in fromstring(xml).iter(f"{_TABLE}table"):
        rows: list[list[Any]] = []
        for row in sheet.iter(f"{_TABLE}table-row"):
            cells: list[Any] = []
            for cell in row:
                times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
                cells += [_opendocument_cell(cell)] * min(times, _MAX_COLUMNS - len(cells))
            times = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
            rows += [cells] * min(times, MAX_ROWS + 2 - len(rows))
        if found := _trimmed(rows):
            return found
    return []


def _opendocument_cell(cell: Any) -> Any:
    match cell.get(f"{_OFFICE}value-type"):
        case "float" | "currency":
            return float(cell.get(f"{_OFFICE}value"))
        case "percentage":
            return round(100 * float(cell.get(f"{_OFFICE}value")), 10)
        case "date":
            return cell.get(f"{_OFFICE}date-value").removesuffix("T00:00:00")
        case "boolean":
            return cell.get(f"{_OFFICE}boolean-value") == "true"
        case _:
            return "\n".join("".join(p.itertext()) for p in cell.iter(f"{_TEXT}p"))


def _trimmed(rows: Sequence[Sequence[Any]]) -> Rows:
    """Leave out the empty columns around a sheet's cells, and number the rows."""
    used = {i for row in rows for i, cell in enumerate(row) if cell not in ("", None)}
    if not used:
        return []
    first, last = min(used), max(used) + 1
    padded = [[*row, *[None] * (last - len(row))][first:last] for row in rows]
    return list(enumerate(padded, start=1))
