"""What the files in an archive are called: as it was meant, as it can be shown, and whose they are."""

from __future__ import annotations

import unicodedata
import zipfile
from contextlib import suppress

__all__ = ["folded", "member_name", "own_name", "place_of", "showable"]

#: The bit of a member's flags that says that its name is UTF-8.
_UTF8 = 0x800


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name as it was meant.

    Old tools write names in the code page of their machine and don't say which; zipfile then reads them as
    cp437. Windows also writes backslashes between folders.
    """
    name = member.filename
    if not member.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")
        for decode in (_utf8, _chinese):
            with suppress(UnicodeDecodeError):
                name = decode(raw)
                break
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _utf8(raw: bytes) -> str:
    return raw.decode("utf-8")


def _chinese(raw: bytes) -> str:
    """Decode the code page of a Chinese Windows, if it is that one.

    A pair with a letter in it may be another country's ü or é before that letter. But names have rare
    characters of such pairs, too, beside common ones, which no other country's letters look like.
    """
    text = raw.decode("gb18030")
    pairs = [character.encode("gb18030") for character in text if not character.isascii()]
    common = any(0xB0 <= pair[0] <= 0xF7 and pair[1] >= 0xA1 for pair in pairs)
    if not common and any(pair[1] < 0x80 for pair in pairs):
        raise UnicodeDecodeError("gb18030", raw, 0, len(raw), "not Chinese")
    return text


def place_of(name: str) -> str:
    """Return where a file was handed in: its folder, and in a flat download of Moodle whose it is."""
    folder, _slash, own = name.rpartition("/")
    return f"{folder}/{own.rpartition('_assignsubmission_')[0]}"


def own_name(name: str) -> str:
    """Return a file's name without what a flat download of Moodle puts before it, which may be long."""
    return name.rpartition("_assignsubmission_file_")[2]


def folded(name: str) -> str:
    """Return what two names have in common that are one file on Windows or macOS."""
    return name.casefold()


def showable(name: str) -> str:
    """Return a name for a message: no control characters, nothing absolute, not too long."""
    return "".join(c if c.isprintable() else "�" for c in name).lstrip("/")[:200]
