"""Text of a file that an author wrote, whatever editor saved it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from trainkit.errors import SourceError
from trainkit.i18n import _

__all__ = ["text_of"]

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: What no text holds: control characters but tab and line feed.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def text_of(path: Path) -> str:
    r"""Return a file's text: UTF-8, without a byte order mark, each line ended by `\n`.

    Raises:
        SourceError: it's in another encoding, or holds characters that are no text.
    """
    data = path.read_bytes()
    # Without its mark UTF-16 shows by every other byte of the first line, which is plain.
    if data.startswith(_UTF_16) or data[:4].count(0) == 2:
        raise SourceError(_("The file is in UTF-16. Save it as UTF-8."), path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            _("The file isn't in UTF-8: byte {byte} here is none. Save it as UTF-8.").format(
                byte=f"0x{data[error.start]:02X}"
            ),
            path,
            line,
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if stray := _CONTROL.search(text):
        raise SourceError(
            _("The character {character} is no text. Delete it, or save the file as UTF-8.").format(
                character=f"U+{ord(stray[0]):04X}"
            ),
            path,
            text.count("\n", 0, stray.start()) + 1,
        )
    return text
