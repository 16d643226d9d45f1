"""What a trainee has left in a class's folder: what is theirs alone, lines of tables, and other places."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import AnyStr

from trainkit.classes.classroom import Classroom
from trainkit.classes.file_names import file_name
from trainkit.classes.roster import strike
from trainkit.rights import rewrite

__all__ = ["Identity", "erase", "mentions", "own_files"]

#: A larger file is no list of people and isn't searched.
_LARGEST = 64 * 2**20

#: A shorter word stands for other things, too; Chinese names are short.
_SHORTEST = 3
_SHORTEST_HAN = 2
_SHORTEST_NUMBER = 4


@dataclass(frozen=True)
class Identity:
    """How somebody is called.

    Args:
        name: the identifier.
        display_name: the full name.
        email: the e-mail address.
        number: the student's or employee's number.
        unique: nobody else is called by the same full name.
    """

    name: str
    display_name: str = ""
    email: str = ""
    number: str = ""
    unique: bool = True

    @property
    def words(self) -> tuple[str, ...]:
        """What tells that a text is about this person."""
        found = [w for w in (self.name, self.display_name, self.email) if len(w) >= _shortest(w)]
        if len(self.number) >= _SHORTEST_NUMBER:
            found.append(self.number)
        return tuple(dict.fromkeys(found))

    def forgotten_in(self, text: str) -> str:
        """Return a text with `…` in the place of each of the words."""
        for word in self.words:
            text = _pattern(word).sub("…", text)
        return text


def own_files(classroom: Classroom, who: Identity) -> list[Path]:
    """Return the files and folders of the class that are one trainee's alone.

    They are what was handed in (as folders, in Moodle's or in nbgrader's way), the feedback, and a pack made
    for this trainee. What may be a namesake's isn't among them.
    """
    handed = classroom.submissions
    folders = [handed, handed / "submitted", classroom.folder / "submitted", classroom.folder / "packs"]
    found = [p for folder in folders for p in _entries(folder) if _is_of(p, who)]
    pages = {file_name(who.name, suffix) for suffix in (".html", ".md")}
    # A part is left of a page if the machine stopped while it was written.
    starts = tuple(f".{page}." for page in pages)
    told = _entries(classroom.grades / "feedback")
    return found + [p for p in told if p.name in pages or p.name.startswith(starts)]


def erase(classroom: Classroom, who: Identity) -> list[Path]:
    """Delete a trainee's own files, and the trainee's lines in the roster and in the tables of grades.

    Returns:
        What was deleted or changed.

    Raises:
        GradingError: the roster can't be read; nothing was deleted.
    """
    struck = [p for p in [classroom.roster] if p.is_file() and strike(p, who.name)]
    struck += [p for p in sorted(classroom.grades.glob("*.csv")) if _strike_rows(p, who)]
    own = own_files(classroom, who)
    for path in own:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return own + struck


def mentions(classroom: Classroom, who: Identity) -> list[Path]:
    """Return the other files of the class in which the trainee is named, archives and workbooks included.

    The gradebook and the private folder aren't searched: the one is cleaned otherwise, and the other holds
    data of the exercises.
    """
    book = classroom.gradebook
    return [
        path
        for path in sorted(classroom.folder.rglob("*"))
        if not path.is_relative_to(classroom.private)
        and not (isinstance(book, Path) and path.name.startswith(book.name) and path.parent == book.parent)
        and not path.is_symlink()
        and (_named_in(path.name, who) or (path.is_file() and _in_file(path, who)))
    ]


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []


def _is_of(path: Path, who: Identity) -> bool:
    name = unicodedata.normalize("NFC", path.name)
    if name in (who.name, f"{who.name}.zip"):
        return True
    return any(re.match(rf"{start}_assignsubmission_", name) for start in _called_by_moodle(who))


def _called_by_moodle(who: Identity) -> Iterator[str]:
    """Yield patterns of what Moodle puts in front: a full name and a number."""
    # Whom no roster knows has the full name for an identifier, with the number if others are called so.
    if numbered := re.fullmatch(r"(.+) \((\d+)\)", who.name):
        yield rf"{re.escape(numbered[1])}_{numbered[2]}"
    elif who.unique:
        yield from (rf"{re.escape(full)}_\d+" for full in (who.display_name, who.name) if full)


def _strike_rows(path: Path, who: Identity) -> bool:
    """Delete the trainee's rows of a table: by its column `trainee`, else by any cell.

    What isn't a table of ours, because it isn't UTF-8 or has longer cells, is for a person to look at.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error):
        return False
    column = rows[0].index("trainee") if rows and "trainee" in rows[0] else None
    words = set(who.words) - (set() if who.unique else {who.display_name})

    def is_theirs(row: list[str]) -> bool:
        # A cell that a spreadsheet would take for a formula stands behind an apostrophe.
        cells = [cell.removeprefix("'") for cell in row]
        if column is not None and column < len(cells):
            return cells[column] == who.name.removeprefix("'")
        return not words.isdisjoint(cells)

    kept = [row for row in rows if not is_theirs(row)]
    if len(kept) == len(rows):
        return False
    out = io.StringIO()
    csv.writer(out).writerows(kept)
    rewrite(path, out.getvalue().encode("utf-8-sig"))
    return True


def _in_file(path: Path, who: Identity) -> bool:
    try:
        if path.stat().st_size > _LARGEST:
            return False
        if zipfile.is_zipfile(path):
            return any(_named_in(name, who) or _in_bytes(raw, who) for name, raw in _members(path))
        return _in_bytes(path.read_bytes(), who)
    # What can't be read is for a person to look at: a damaged archive, or one packed in a way of its own.
    except (OSError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error):
        return True


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            small = member.file_size <= _LARGEST and not member.flag_bits & 1
            yield member.filename, archive.read(member) if small else b""


def _named_in(path: str, who: Identity) -> bool:
    """Tell whether a file's name names somebody, in small or in capital letters."""
    plain = unicodedata.normalize("NFC", path).casefold()
    # An underscore is a part of a word for `_pattern`, and in the names of files it divides words.
    spelt = (plain, plain.replace("_", " "))
    return any(_pattern(word.casefold()).search(text) for word in who.words for text in spelt)


def _in_bytes(raw: bytes, who: Identity) -> bool:
    """Tell whether a file's content names somebody, in any encoding that a file of a class has."""
    return any(
        spelt in raw and _pattern(spelt).search(raw) is not None  # the first is much quicker
        for word in who.words
        for spelt in _spellings(word)
    )


def _spellings(word: str) -> set[bytes]:
    escaped = json.dumps(word)[1:-1].encode()  # as in JSON
    return {escaped, *(word.encode(e, "replace") for e in ("utf-8", "gb18030", "utf-16-le"))}


def _pattern(word: AnyStr) -> re.Pattern[AnyStr]:
    """Return a pattern for a word: one in Latin letters isn't found as a part of a longer one."""
    escaped = re.escape(word)
    if not word.isascii():
        return re.compile(escaped)
    if isinstance(escaped, bytes):
        return re.compile(rb"(?<![\w-])" + escaped + rb"(?![\w-])")
    return re.compile(rf"(?<![\w-]){escaped}(?![\w-])")


def _shortest(word: str) -> int:
    return _SHORTEST if word.isascii() else _SHORTEST_HAN
