"""MyST Markdown in two languages: cells with their options and lines, paired, and their text made ready.

The course writes a small part of MyST, as Jupytext reads it, and every slip in it is told by its line: cells
of prose begin with `+++ {"lang": "en"}`, cells of code with a fence and, below it, options `:name: value`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from trainkit.authoring.faults import Faults
from trainkit.course.model import Text
from trainkit.errors import SourceError, UnknownName
from trainkit.i18n import LANGUAGES, _

__all__ = ["ZH_LINE", "Cell", "cells_of", "flow", "pairs", "paragraph", "split", "spoken_lines"]

_ALLOWED = {
    "markdown": {"lang", "mistake", "answer", "hint", "quiz", "after"},
    "code": {"mistake", "answer", "tags"},
}
_BREAK = re.compile(r"\+\+\+\s*(.*)$")
_FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})\s*(.*)$")
#: Lines that are no Python: a cell of code that goes on to one was never closed.
_BEGINS = re.compile(r"```\{|\+\+\+ \{")
_OPTION = re.compile(r":([A-Za-z_-]+):(?:\s+(.*))?$")
_LIST = re.compile(r"\[\s*[\w-]+(\s*,\s*[\w-]+)*\s*\]$")
#: A line of running Chinese text, no heading and no row of a table; and one that may go on from it.
_ENDS_CHINESE = re.compile(r"^[^#|].*[\u2e80-\u9fff\uff00-\uffef”’]$")
_GOES_ON = re.compile(r"(?!\*\*|\d+\. )[\u2e80-\u9fff\uff00-\uffef“‘`$*0-9A-Za-z]")
ZH_LINE = re.compile(r"^(\s*)# zh: ?(.*)$")


@dataclass(frozen=True)
class Cell:
    """A cell as it was written: `line` is that of its `+++` or fence, `first` that of its text."""

    type: Literal["markdown", "code"]
    source: str
    metadata: Mapping[str, Any]
    line: int
    first: int


def split(text: str, path: Path) -> tuple[str, int]:
    """Return the front matter of a source, and the number of lines that it takes with its marks.

    Raises:
        SourceError: there is none.
    """
    match = re.match(r"---\n(.*?\n)??---(?:\n|$)", text, flags=re.DOTALL)
    if match is None:
        raise SourceError(_("The front matter is missing: a block between two lines `---`."), path)
    return match[1] or "", match[0].count("\n")


def cells_of(text: str, skip: int, path: Path, faults: Faults) -> list[Cell]:
    """Return the cells of a source.

    Args:
        text: the whole source.
        skip: how many of its lines the front matter takes.
        path: its file.
        faults: takes what is wrong; cells that can't be read are left out.
    """
    lines = text.split("\n")
    cells: list[Cell] = []
    opened = _Opened("markdown", {}, skip + 1, skip)  # what stands before the first cell has no language
    fence, where = "", 0
    for number, line in enumerate(lines[skip:], skip + 1):
        marked = _FENCE.match(line)
        if fence and opened.type == "code" and _BEGINS.match(line):
            faults.add(_never_closed(path, where))
            fence, opened = "", _Opened("markdown", None, number, number - 1)
        if fence:
            if marked and marked[2].startswith(fence) and not marked[3]:
                fence = ""
                if opened.type == "code":
                    cells += opened.closed(lines, number - 1, path, faults)
                    opened = _Opened("markdown", {}, number + 1, number)
        elif marked:
            fence, where = marked[2], number
            if marked[3].startswith("{"):
                cells += opened.closed(lines, number - 1, path, faults)
                opened = _Opened("code", None, number, number)
                with faults.kept():
                    _check_directive(marked, path, number)
                    opened = replace(opened, metadata={})
        elif broken := _BREAK.match(line):
            cells += opened.closed(lines, number - 1, path, faults)
            opened = _Opened("markdown", _block_options(broken[1], path, number, faults), number, number)
    if fence:
        faults.add(_never_closed(path, where))
    else:
        cells += opened.closed(lines, len(lines), path, faults)
    return cells


def _never_closed(path: Path, line: int) -> SourceError:
    return SourceError(_("The fence that opens here is never closed."), path, line)


@dataclass(frozen=True)
class _Opened:
    """A cell whose end hasn't come yet: `after` is the number of lines above its text."""

    type: Literal["markdown", "code"]
    #: `None` if the cell's first line couldn't be read.
    metadata: Mapping[str, str] | None
    line: int
    after: int

    def closed(self, lines: list[str], end: int, path: Path, faults: Faults) -> Iterator[Cell]:
        """Yield the cell, if there is one, that ends with line number `end`."""
        metadata: Mapping[str, Any] | None = self.metadata
        first = self.after + 1
        if self.type == "code" and metadata is not None:
            options = [(n, lines[n - 1]) for n in range(first, end + 1)]
            options = options[: next((i for i, (_n, t) in enumerate(options) if t[:1] != ":"), len(options))]
            metadata = _code_options(options, path, faults)
            first += len(options)
        while first <= end and not lines[first - 1].strip():
            first += 1
        source = "\n".join(lines[first - 1 : end]).rstrip()
        if metadata is None:
            return
        if source:
            yield Cell(self.type, source, metadata, self.line, first)
        elif metadata or self.type == "code":
            faults.add(SourceError(_("This cell is empty. Fill it or delete it."), path, self.line))


def _check_directive(marked: re.Match[str], path: Path, line: int) -> None:
    if not re.match(r"\{code-cell\}(\s+\w+)?\s*$", marked[3]):
        raise SourceError(
            _("There is no cell `{name}`. Cells of code are written {code}.").format(
                name=marked[3].split()[0], code="```{code-cell}"
            ),
            path,
            line,
        )
    if marked[1]:
        raise SourceError(_("A cell of code begins at the start of its line."), path, line)


def _block_options(text: str, path: Path, line: int, faults: Faults) -> dict[str, str] | None:
    """Return the options behind `+++`, or `None` if something in them is wrong."""
    faulty = Faults()
    options: dict[str, str] = {}
    with faulty.kept():
        if not text.strip():
            raise SourceError(_('A bare `+++`. Say the language: `+++ {"lang": "en"}`.'), path, line)
        for name, value in _json_pairs(text, path, line):
            with faulty.kept():
                _add_option(options, "markdown", name, value, path, line)
        if (lang := options.get("lang")) is not None and lang not in LANGUAGES:
            unknown = UnknownName(
                _("There is no language `{lang}`.").format(lang=lang),
                lang,
                [str(known) for known in LANGUAGES],
            )
            raise SourceError(str(unknown), path, line)
    return options if _none(faulty, faults) else None


def _json_pairs(text: str, path: Path, line: int) -> list[tuple[str, Any]]:
    """Return the entries of a JSON object, one that is there twice included."""
    try:
        read: Any = json.loads(text, object_pairs_hook=lambda pairs: tuple(pairs))
    except (ValueError, RecursionError) as error:
        raise SourceError(
            _("The cell options can't be read: {error}").format(error=error), path, line
        ) from error
    if not isinstance(read, tuple):
        raise SourceError(
            _("The cell options can't be read: {error}").format(error=_('write `{"lang": "en"}`.')),
            path,
            line,
        )
    return list(read)


def _code_options(lines: list[tuple[int, str]], path: Path, faults: Faults) -> dict[str, Any] | None:
    """Return the options of a cell of code, or `None` if something in them is wrong."""
    faulty = Faults()
    options: dict[str, Any] = {}
    for number, line in lines:
        with faulty.kept():
            option = _OPTION.match(line.rstrip())
            if option is None or not option[2]:
                raise SourceError(
                    _("The cell option `{line}` can't be read. Write `:name: value`.").format(
                        line=line.strip()
                    ),
                    path,
                    number,
                )
            _add_option(options, "code", option[1], option[2].strip(), path, number)
    if tags := options.get("tags"):
        options["tags"] = re.findall(r"[\w-]+", tags)
    return options if _none(faulty, faults) else None


def _add_option(options: dict[str, Any], kind: str, name: str, value: Any, path: Path, line: int) -> None:
    known = _ALLOWED[kind]
    if name not in known:
        raise SourceError(
            _("Unknown cell option `{name}`. Known: {known}.").format(
                name=name, known=", ".join(sorted(known))
            ),
            path,
            line,
        )
    if name in options:
        raise SourceError(_("The cell option `{name}` is there twice.").format(name=name), path, line)
    if name == "tags" and not _LIST.match(value):
        raise SourceError(
            _("`tags` should be a list: {example}.").format(example="`:tags: [hide-input]`"), path, line
        )
    if not isinstance(value, str) or not value.strip():
        raise SourceError(
            _("The cell option `{name}` should be a text that isn't empty.").format(name=name), path, line
        )
    options[name] = value


def _none(found: Faults, faults: Faults) -> bool:
    """Whether nothing was found; what was is handed on."""
    with faults.kept():
        found.settle()
        return True
    return False


def pairs(cells: list[Cell], path: Path, faults: Faults) -> Iterator[tuple[Cell, Cell | None]]:
    """Yield code cells alone and prose cells with their twin: English first, Chinese right after it."""
    rest = list(reversed(cells))
    while rest:
        cell = rest.pop()
        if cell.type == "code":
            yield cell, None
            continue
        if cell.metadata.get("lang") != "en":
            faults.add(
                SourceError(
                    _(
                        "Prose comes in pairs, English first, then its Chinese twin."
                        " The English half is missing."
                    ),
                    path,
                    cell.line if cell.metadata else cell.first,
                )
            )
            continue
        options = {k: v for k, v in cell.metadata.items() if k != "lang"}
        if not rest or rest[-1].type != "markdown" or rest[-1].metadata.get("lang") != "zh":
            faults.add(SourceError(_("The Chinese half of this cell is missing."), path, cell.line))
            continue
        twin = rest.pop()
        if {k: v for k, v in twin.metadata.items() if k != "lang"} != options:
            faults.add(
                SourceError(
                    _("The options of the Chinese half differ from the English ones."), path, twin.line
                )
            )
            continue
        yield cell, twin


def spoken_lines(code: str, lang: str) -> list[tuple[int, str]]:
    r"""Return code in a language: a line `# zh: …` takes the place of the line before it, or goes.

    Returns:
        The lines, each with the number that it has in `code`, from 0.

    >>> spoken_lines('t = "Churn"\n# zh: t = "流失"\nn = 1', "zh")
    [(1, 't = "流失"'), (2, 'n = 1')]
    >>> spoken_lines('t = "Churn"\n# zh: t = "流失"\nn = 1', "en")
    [(0, 't = "Churn"'), (2, 'n = 1')]
    """
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(code.split("\n")):
        if translated := ZH_LINE.match(line):
            if lang == "zh":
                lines[-1] = number, translated[1] + translated[2]
        else:
            lines.append((number, line))
    return lines


def flow(text: str) -> str:
    """Join the lines of a Chinese paragraph: a line break would show as a gap between sentences."""
    lines: list[str] = []
    for line in text.split("\n"):
        if lines and _ENDS_CHINESE.search(lines[-1]) and _GOES_ON.match(line):
            lines[-1] += line
        else:
            lines.append(line)
    return "\n".join(lines)


def paragraph(texts: Text) -> dict[str, str]:
    """Return texts that are shown as one paragraph, whatever lines they were written in."""
    return {"en": " ".join(texts["en"].split("\n")), "zh": flow(texts["zh"])}
