"""MyST Markdown in two languages: cells with their options and lines, paired, and their text made ready."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from trainkit.course.model import Text
from trainkit.errors import SourceError
from trainkit.i18n import _

__all__ = ["ZH_LINE", "Cell", "cells_of", "flow", "pairs", "paragraph", "speak"]

_ALLOWED = {
    "markdown": {"lang", "mistake", "answer", "hint", "quiz"},
    "code": {"mistake", "answer", "tags"},
}
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


def cells_of(text: str, path: Path) -> tuple[dict[str, Any], list[Cell]]:
    """Return the front matter of a source and its cells.

    Raises:
        SourceError: the text isn't MyST Markdown as the course writes it.
    """
    from jupytext.myst import MystMetadataParsingError, myst_to_notebook

    front, body = _split(text, path)
    _lint(body, path)
    try:
        nb = myst_to_notebook(body, add_source_map=True)
    except MystMetadataParsingError as error:
        at = re.search(r"at line (\d+)", str(error))
        raise SourceError(
            _("The cell options can't be read: {error}").format(error=error), path, int(at[1]) if at else 1
        ) from error
    lines = body.splitlines()
    starts = nb.metadata.pop("source_map")
    cells = [
        Cell(
            cell.cell_type,
            cell.source.strip("\n"),
            cell.metadata,
            start,
            _first(lines, start, cell.cell_type),
        )
        for cell, start in zip(nb.cells, starts, strict=True)
    ]
    for cell in cells:
        unknown = set(cell.metadata) - _ALLOWED.get(cell.type, set())
        if unknown:
            raise SourceError(
                _("Unknown cell option `{name}`. Known: {known}.").format(
                    name=min(unknown), known=", ".join(sorted(_ALLOWED[cell.type]))
                ),
                path,
                cell.line,
            )
    return front, [c for c in cells if c.source]


def _first(lines: list[str], start: int, kind: str) -> int:
    """Return the line on which a cell's text begins; options and blank lines come before it."""
    while start < len(lines) and (not lines[start].strip() or (kind == "code" and lines[start][0] == ":")):
        start += 1
    return start + 1


def _split(text: str, path: Path) -> tuple[dict[str, Any], str]:
    """Return the front matter, and the rest with its line numbers kept."""
    import yaml

    match = re.match(r"---\n(.*?)\n---\n", text, flags=re.DOTALL)
    if match is None:
        raise SourceError(_("The front matter is missing: a block between two lines `---`."), path)
    try:
        front = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise SourceError(
            _("The front matter is not YAML: {error}").format(error=reason),
            path,
            mark.line + 2 if mark else 1,
        ) from error
    return front, "\n" * match[0].count("\n") + text[match.end() :]


def _lint(text: str, path: Path) -> None:
    """Refuse what MyST would silently split: a bare `+++` ends a cell without saying its language."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.rstrip() == "+++":
            raise SourceError(_('A bare `+++`. Say the language: `+++ {"lang": "en"}`.'), path, number)


def pairs(cells: list[Cell], path: Path) -> Iterator[tuple[Cell, Cell | None]]:
    """Yield code cells alone and prose cells with their twin: English first, Chinese right after it."""
    rest = iter(cells)
    for cell in rest:
        if cell.type == "code":
            yield cell, None
            continue
        if cell.metadata.get("lang") != "en":
            raise SourceError(
                _("Prose comes in pairs, English first, then its Chinese twin. The English half is missing."),
                path,
                cell.line if cell.metadata else cell.first,
            )
        twin = next(rest, None)
        options = {k: v for k, v in cell.metadata.items() if k != "lang"}
        if twin is None or twin.type != "markdown" or twin.metadata.get("lang") != "zh":
            raise SourceError(_("The Chinese half of this cell is missing."), path, cell.line)
        if {k: v for k, v in twin.metadata.items() if k != "lang"} != options:
            raise SourceError(
                _("The options of the Chinese half differ from the English ones."), path, twin.line
            )
        yield cell, twin


def speak(code: str, lang: str) -> str:
    r"""Return code in a language: a line `# zh: …` takes the place of the line before it, or goes.

    >>> speak('t = "Churn"\n# zh: t = "流失"', "zh")
    't = "流失"'
    >>> speak('t = "Churn"\n# zh: t = "流失"', "en")
    't = "Churn"'
    """
    lines: list[str] = []
    for line in code.splitlines():
        if translated := ZH_LINE.match(line):
            if lang == "zh":
                lines[-1] = translated[1] + translated[2]
        else:
            lines.append(line)
    return "\n".join(lines)


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
