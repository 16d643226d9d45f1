"""Rosters: who is in the class, from a table as offices and learning platforms write it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainkit.classes.roster_text import EXCEL, plain_cell, read_text, without_row
from trainkit.errors import GradingError
from trainkit.i18n import LANGUAGES, _
from trainkit.rights import rewrite

__all__ = ["Entry", "read_roster", "strike", "unused_columns"]

#: What a column holds, by the names that it may have, the better ones first (a learning platform's own id is
#: of little use outside of it); letters, case and spaces are folded.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "trainee", "trainee id", "username", "user name", "sis login id", "login id", "login", "account",
        "user", "id", "用户名", "账号", "帐号", "登录名", "标识",
    ),
    "number": (
        "number", "id number", "student number", "student no", "student id", "employee number", "employee id",
        "staff id", "sis user id", "学号", "工号", "学员编号", "学生编号", "编号",
        "id号码", "id号", "学生id", "学工号",
    ),
    "display_name": ("display name", "full name", "name", "student name", "student", "姓名", "名字", "学员"),
    "given": ("first name", "given name", "given names", "firstname", "名"),
    "family": ("last name", "surname", "family name", "lastname", "姓", "姓氏"),
    "email": (
        "email", "e mail", "email address", "e mail address", "mail", "邮箱", "电子邮箱", "电子邮件", "邮件",
        "邮箱地址", "电子邮箱地址", "电子邮件地址", "邮件地址", "e mail adresse",
    ),
    "section": ("section", "class", "group", "team", "department", "班级", "班", "小组", "组别", "部门"),
    "lang": ("lang", "language", "语言", "语种"),
    "platform": ("id",),
}  # fmt: skip

_LANGUAGES = {
    "en": "en", "english": "en", "英文": "en", "英语": "en",
    "zh": "zh", "zh cn": "zh", "chinese": "zh", "中文": "zh", "汉语": "zh", "简体中文": "zh",
}  # fmt: skip

_DELIMITERS = ",;\t，；"

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

#: What people write where there is nothing.
_NOTHING = frozenset({"-", "–", "—", "--", "/", "n/a", "无"})

#: A number that a spreadsheet has rounded: `2.02301E+11`.
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.I)

#: What Canvas's gradebook has in the column of names beside trainees: points, and a test student.
_NOBODY = frozenset({"points possible", "student test", "test student"})

#: Characters of an identifier: it's a folder's name, too.
_LONGEST = 200


@dataclass(frozen=True)
class Entry:
    """One line of a roster.

    Args:
        name: the identifier, which is the folder's name of what is handed in.
        display_name: the full name.
        email: the e-mail address.
        number: the student's or employee's number.
        section: group or class.
        lang: `en`, `zh`, or nothing if the roster doesn't say.
        line: in the file, counted from 1.
        platform: the number under which a learning platform knows the person, if that isn't the identifier.
    """

    name: str
    display_name: str = ""
    email: str = ""
    number: str = ""
    section: str = ""
    lang: str = ""
    line: int = 0
    platform: str = ""


def read_roster(path: Path) -> list[Entry]:
    """Read a roster from a CSV file or the first sheet of an Excel file.

    UTF-8, UTF-16 and GB18030 are told apart, and so are commas, semicolons and tabs. The first
    line names the columns, in English or in Chinese. Where no column holds identifiers, the number is one,
    else the address, else the platform's own, else the name. Rows of a gradebook that are no person,
    as Canvas's points and its test student, are left out. A file with nothing but that line is the roster of
    nobody.

    Raises:
        GradingError: it can't be read, or something in it is wrong; all faults are named with their lines.
    """
    faults: list[str] = []
    rows = _rows(_lines(read_text(path)[0]), path, faults)
    entries = [e for line, _last, row in rows if (e := _entry(row, line, faults)) is not None]
    faults += _twice(entries)
    if faults:
        raise GradingError("\n".join([_("The roster {path} can't be used.").format(path=path), *faults]))
    return entries


def unused_columns(path: Path) -> list[str]:
    """Return the titles of a roster's columns from which nothing is taken, in their order.

    Raises:
        GradingError: it can't be read.
    """
    _start, _delimiter, header = _header(_lines(read_text(path)[0]), path)
    used = set(_fields(header).values())
    return [cell.strip() for n, cell in enumerate(header) if n not in used and cell.strip()]


def strike(path: Path, name: str) -> bool:
    """Take somebody off a roster; everything else in the file stays as it is.

    Returns:
        Whether there was such an entry.

    Raises:
        GradingError: the roster can't be read.
    """
    text, encoding = read_text(path)
    lines = _lines(text)
    for first, last, row in reversed(_rows(lines, path, [])):
        entry = _entry(row, first, [])
        if entry is not None and entry.name == name:
            del lines[first - 1 : last]
            left = without_row(path, first) if encoding == EXCEL else "".join(lines).encode(encoding)
            rewrite(path, left)
            return True
    return False


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _rows(lines: Sequence[str], path: Path, faults: list[str]) -> list[tuple[int, int, dict[str, str]]]:
    """Return the first line, the last line and the fields of each row that isn't empty."""
    try:
        return list(_parsed(lines, path, faults))
    except csv.Error as error:
        raise GradingError(
            _("The roster {path} can't be read: {error}").format(path=path, error=error)
        ) from error


def _header(lines: Sequence[str], path: Path) -> tuple[int, str, list[str]]:
    """Return the index of the line that names the columns, the delimiter, and the columns' titles."""
    start = next((n for n, line in enumerate(lines) if line.strip() and not _is_hint(line)), None)
    if start is None:
        raise GradingError(_("The roster {path} is empty.").format(path=path))
    delimiter = max(_DELIMITERS, key=lambda d: len(_fields(next(csv.reader([lines[start]], delimiter=d)))))
    return start, delimiter, next(csv.reader(lines[start:], delimiter=delimiter))


def _parsed(lines: Sequence[str], path: Path, faults: list[str]) -> Iterator[tuple[int, int, dict[str, str]]]:
    start, delimiter, header = _header(lines, path)
    reader = csv.reader(lines[start:], delimiter=delimiter)
    next(reader)
    fields = _fields(header)
    if not {"name", "number", "email", "display_name"} & fields.keys():
        raise GradingError(
            _(
                "The roster {path} has no column that says who someone is. Its first line should name the "
                "columns, for example: {example}"
            ).format(path=path, example="id,name,email,number,section")
        )
    first = start + reader.line_num + 1
    for row in reader:
        if any(cell.strip() for cell in row[len(header) :]):
            faults.append(
                _at(first, _("It has more cells than the first line. Quote a cell with a comma in it."))
            )
        elif any(cell.strip() for cell in row):
            said = {f: plain_cell(row[n]) for f, n in fields.items() if n < len(row)}
            if not (_is_gradebook(header) and _is_nobody(said)):
                yield first, start + reader.line_num, said
        first = start + reader.line_num + 1


def _is_gradebook(header: Sequence[str]) -> bool:
    """Tell whether these are the columns of Canvas's gradebook, which has rows that are no person."""
    return {"student", "id", "section"} <= {_folded(cell) for cell in header}


def _is_nobody(row: Mapping[str, str]) -> bool:
    who = [row.get(field, "") for field in ("name", "number", "email", "display_name", "platform")]
    return not any(who) or _folded(row.get("display_name", "")) in _NOBODY


def _is_hint(line: str) -> bool:
    """Tell whether a line is the one with which Excel says what the delimiter is."""
    return bool(re.fullmatch(r"\s*\"?sep=.\"?\s*", line))


def _fields(header: Sequence[str]) -> dict[str, int]:
    """Return what the columns hold: the number of the column, by field; of several, the best one.

    Beside a family name, 名字 is the given one.
    """
    columns: dict[str, int] = {}
    for number, cell in enumerate(header):
        columns.setdefault(_folded(cell), number)
    found = {
        field: columns[best]
        for field, names in _HEADERS.items()
        if (best := next((name for name in names if name in columns), None)) is not None
    }
    if "名字" in columns and "family" in found and "given" not in found:
        found["given"] = columns["名字"]
        if found.get("display_name") == columns["名字"]:
            del found["display_name"]
    return found


def _folded(header: str) -> str:
    words = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", header)).strip().casefold()
    return words if words.isascii() else words.replace(" ", "")


def _entry(row: Mapping[str, str], line: int, faults: list[str]) -> Entry | None:
    """Return a row as an entry; what is wrong with it is added to the faults."""

    def fault(message: str) -> None:
        faults.append(_at(line, message))

    full = row.get("display_name") or _full_name(row.get("family", ""), row.get("given", ""))
    email, number, section, lang = (_stated(row.get(f, "")) for f in ("email", "number", "section", "lang"))
    platform = _stated(row.get("platform", ""))
    name = unicodedata.normalize("NFC", row.get("name") or number or email or platform or full)
    if not name:
        fault(_("Nothing says who this is."))
        return None
    for value in dict.fromkeys((name, number)):
        if _ROUNDED.fullmatch(value):
            fault(
                _(
                    "A spreadsheet has rounded this number to {value}, and what it was is lost. Format the "
                    "column as text, bring the numbers in again, and save."
                ).format(value=value)
            )
            return None
    if len(name) > _LONGEST or name.startswith(".") or not re.fullmatch(r"[^/\\\x00-\x1f\x7f]+", name):
        fault(
            _("`{name}` can't be an identifier, because it can't be the name of a folder.").format(name=name)
        )
    if email and not _EMAIL.fullmatch(email):
        fault(_("`{email}` isn't an e-mail address.").format(email=email))
    if lang and _folded(lang) not in _LANGUAGES:
        known = ", ".join(LANGUAGES)
        fault(
            _("`{lang}` is no language of the workbook. There are: {known}.").format(lang=lang, known=known)
        )
    language = _LANGUAGES.get(_folded(lang), "")
    return Entry(name, full, email, number, section, language, line, platform if platform != name else "")


def _stated(cell: str) -> str:
    return "" if cell.casefold() in _NOTHING else cell


def _at(line: int, message: str) -> str:
    return _("Line {line}: {message}").format(line=line, message=message)


def _full_name(family: str, given: str) -> str:
    """Return a full name in the order of its script."""
    if all("\u4e00" <= c <= "\u9fff" for c in family + given):
        return family + given
    return " ".join(part for part in (given, family) if part)


def _twice(entries: Sequence[Entry]) -> list[str]:
    """Return a fault for everything that should be one person's and stands on two lines."""
    faults = []
    for field in ("name", "email", "number"):
        lines: dict[str, list[int]] = {}
        spelt: dict[str, str] = {}
        for entry in entries:
            if value := getattr(entry, field):
                # Some file systems take A and a for the same, and so do mail servers.
                lines.setdefault(value.casefold(), []).append(entry.line)
                spelt.setdefault(value.casefold(), value)
        faults += [
            _("Lines {lines}: `{value}` stands on each of them.").format(
                lines=", ".join(map(str, numbers)), value=spelt[key]
            )
            for key, numbers in lines.items()
            if len(numbers) > 1
        ]
    return list(dict.fromkeys(faults))
