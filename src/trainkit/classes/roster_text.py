"""A roster's file as lines of text, whatever program wrote it: CSV in any of several encodings, or Excel."""

from __future__ import annotations

import codecs
import csv
import io
import re
from contextlib import suppress
from pathlib import Path

from trainkit.errors import GradingError
from trainkit.i18n import _

__all__ = ["EXCEL", "plain_cell", "read_text", "without_row"]

#: What `read_text` calls the encoding of an Excel file.
EXCEL = "xlsx"

#: How zip archives begin, and Excel files are some.
_ZIP = b"PK\x03\x04"

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",  # what Excel calls Unicode text
    codecs.BOM_UTF16_BE: "utf-16",
}

#: A cell as Excel writes one that is to stay text: `="20250001"`, or with an apostrophe in front.
_AS_TEXT = re.compile(r'="(?P<quoted>.*)"|\'(?P<marked>[\d=+@-].*)', re.S)


def read_text(path: Path) -> tuple[str, str]:
    """Return a roster's text and its encoding; an Excel file's first sheet becomes CSV.

    Raises:
        GradingError: it can't be read, or nothing says for sure which letters its bytes are.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise GradingError(
            _("The roster {path} can't be read: {error}").format(path=path, error=error.strerror)
        ) from error
    if raw.startswith(_ZIP):
        return _sheet(path, raw), EXCEL
    for encoding in _encodings(raw):
        with suppress(UnicodeDecodeError):
            text = raw.decode(encoding)
            if encoding != "gb18030" or _is_chinese(text):
                return text, encoding
    raise GradingError(
        _("The roster {path} is neither UTF-8 nor GB18030 text. Save it as “CSV UTF-8”.").format(path=path)
    )


def without_row(path: Path, number: int) -> bytes:
    """Return an Excel file without a row of its first sheet; the rest stays as it is.

    Args:
        path: of the file.
        number: of the row, from 1.
    """
    from openpyxl import load_workbook

    book = load_workbook(path)
    book.worksheets[0].delete_rows(number)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def plain_cell(cell: str) -> str:
    """Return what a cell says, without what keeps a spreadsheet from computing it.

    >>> plain_cell('="20250001"'), plain_cell("'0012"), plain_cell(" Lin Yue ")
    ('20250001', '0012', 'Lin Yue')
    """
    cell = cell.strip()
    found = _AS_TEXT.fullmatch(cell)
    return cell if found is None else (found["quoted"] or found["marked"] or "").strip()


def _encodings(raw: bytes) -> list[str]:
    """Return which encodings may be tried: a mark decides, and text has no zeros in it but UTF-16's."""
    for mark, encoding in _MARKS.items():
        if raw.startswith(mark):
            return [encoding]
    if b"\0" in raw:
        little = raw[1::2].count(0) >= raw[0::2].count(0)  # the upper half of a Western letter is 0
        return ["utf-16-le" if little else "utf-16-be"]
    return ["utf-8", "gb18030"]


def _is_chinese(text: str) -> bool:
    """Tell whether what decodes as GB18030 is Chinese, and not Western letters in another code page.

    There, é or ü makes a pair with the plain letter behind it. Such pairs are
    rare characters in Chinese, and stand beside common ones.
    """
    pairs = [pair for c in text if not c.isascii() and len(pair := c.encode("gb18030")) == 2]
    western = sum(pair[1] < 0x80 for pair in pairs)
    common = sum(0xB0 <= pair[0] <= 0xF7 and pair[1] >= 0xA1 for pair in pairs)
    return western == 0 or common > 2 * western


def _sheet(path: Path, raw: bytes) -> str:
    """Return the first sheet of an Excel file as CSV, one line a row."""
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise GradingError(
            _("The roster {path} isn't an Excel file that can be read. Save it as “CSV UTF-8”.").format(
                path=path
            )
        ) from error
    text = io.StringIO()
    csv.writer(text).writerows([_said(value) for value in row] for row in rows)
    return text.getvalue()


def _said(value: object) -> str:
    """Return a cell of Excel as one line of text; a number without a fraction has no point."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else " ".join(str(value).split())
