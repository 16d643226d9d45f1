"""Reading a written source: one MyST-Markdown file, both languages, into cells and what they declare.

Code is language-neutral. Where a line needs a text of its own in Chinese, the line after it says so::

    title = "Loyal customers praise after-sales; active ones don't"
    # zh: title = "忠诚客户夸售后，活跃客户不夸"

Every fault is reported with file and line, all of them in one run.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

from trainkit.authoring.faults import Faults
from trainkit.authoring.frontmatter import declared, read_info
from trainkit.authoring.mistakes import check_code
from trainkit.authoring.myst import ZH_LINE, Cell, cells_of, flow, pairs, paragraph, split, spoken_lines
from trainkit.authoring.questions import read_quiz
from trainkit.authoring.text_files import text_of
from trainkit.course.model import Info, Kind, Quiz, Text
from trainkit.errors import SourceError, UnknownName
from trainkit.i18n import LANGUAGES, _

__all__ = ["BEGIN", "END", "Block", "MistakeCell", "Source", "read", "read_all", "readable"]

Role = Literal["prose", "code", "quiz", "after"]

#: What stands between these lines is the model solution; trainees get `name = ...` in its place.
BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"


@dataclass(frozen=True)
class Block:
    """A part that becomes one cell in each language.

    Args:
        role: prose, code, a quiz question, or prose that is shown after answers were given.
        texts: its source in each language.
        lines: the numbers of the file's lines that the lines of a text come from, in each language.
        name: of the quiz question, or of the answers, with spaces between.
        tags: cell tags of a code block that survive building, for example `hide-input`.
    """

    role: Role
    texts: Text
    lines: Mapping[str, tuple[int, ...]]
    name: str = ""
    tags: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        """The file's line on which its English text starts."""
        return self.lines["en"][0]

    def at(self, lang: str, number: int) -> int:
        """Return the file's line of line `number` of a text, counted from 1."""
        lines = self.lines[lang]
        return lines[max(0, min(number, len(lines)) - 1)]


@dataclass(frozen=True)
class MistakeCell:
    """Code that computes what someone who makes a typical mistake would get, and what to say about it."""

    code: str
    answer: str
    block: Block
    message: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Its code."""
        return self.block.texts["en"]


@dataclass(frozen=True)
class Source:
    """A lesson or exercise as it was written.

    Args:
        path: the file.
        info: front matter, hints and quizzes.
        blocks: what becomes cells, in order.
        mistakes: of all answers, in order.
    """

    path: Path
    info: Info
    blocks: tuple[Block, ...]
    mistakes: tuple[MistakeCell, ...]

    @property
    def code(self) -> list[Block]:
        """The code blocks: run in order, they are the model solution."""
        return [b for b in self.blocks if b.role == "code"]


def read(path: Path, kind: Kind) -> Source:
    """Read one source.

    Raises:
        SourceError: something in it is wrong; the message has a line for each fault, with file and line.
    """
    faults = Faults()
    text = text_of(path)
    front, skip = split(text, path)
    edition = hashlib.sha256(text.encode()).hexdigest()[:12]
    info = None
    with faults.kept():
        info = read_info(front, kind, path, edition)
    names = {a.name for a in info.answers} if info else declared(front, path)
    reading = _Reading(path, kind, names, faults)
    for first, second in pairs(cells_of(text, skip, path, faults), path, faults):
        with faults.kept():
            reading.take(first, second)
    reading.finish()
    faults.settle()
    assert info is not None  # otherwise there was a fault to settle
    info = replace(
        info,
        hints={name: tuple(ladder) for name, ladder in reading.hints.items()},
        quizzes=tuple(reading.quizzes.values()),
    )
    return Source(path, info, tuple(reading.blocks), tuple(reading.mistakes))


def read_all(folder: Path, kind: Kind) -> list[Source]:
    """Read all sources of a folder in order of their ids; an id may be used once.

    Raises:
        SourceError: something in some of them is wrong.
    """
    faults = Faults()
    sources = readable(folder, kind, faults)
    faults.settle()
    return sources


def readable(folder: Path, kind: Kind, faults: Faults) -> list[Source]:
    """Return the sources of a folder that can be read, in order of their ids; `faults` takes the rest."""
    sources: dict[str, Source] = {}
    for path in sorted(folder.glob("*.md")):
        with faults.kept():
            source = read(path, kind)
            if (id := source.info.id) in sources:
                raise SourceError(
                    _("The id `{id}` is taken by {path}.").format(id=id, path=sources[id].path), path
                )
            sources[id] = source
    return list(sources.values())


class _Reading:
    """A source that is being read, cell by cell.

    Args:
        path: its file.
        kind: lesson or exercise.
        names: of its answers; if they can't be read, `None`: any will do, one fault isn't told as many.
        faults: takes what is wrong.
    """

    def __init__(self, path: Path, kind: Kind, names: set[str] | None, faults: Faults) -> None:
        self.path, self.kind, self.names, self.faults = path, kind, names, faults
        self.blocks: list[Block] = []
        self.mistakes: list[MistakeCell] = []
        self.hints: dict[str, list[Text]] = {}
        self.quizzes: dict[str, Quiz] = {}
        #: The mistake above has a fault of its own, so nothing can be said of its message.
        self._broken = False

    def take(self, first: Cell, second: Cell | None) -> None:
        """Read a cell, or a pair of prose.

        Raises:
            SourceError: it is wrong.
        """
        if second is None:
            self._code(first)
            return
        meta = first.metadata
        texts = {"en": first.source, "zh": flow(second.source)}
        if "mistake" in meta:
            self._say(first, paragraph(texts))
        elif "hint" in meta:
            name = _known(meta["hint"], self.names, first.line, self.path)
            self.hints.setdefault(name, []).append(paragraph(texts))
        elif "quiz" in meta:
            if (name := meta["quiz"]) in self.quizzes:
                raise self._fault(_("There are two questions `{name}`.").format(name=name), first.line)
            self.quizzes[name] = read_quiz(name, first, second, self.path)
            self.blocks.append(_block("quiz", texts, first, second, name=name))
        elif "after" in meta:
            self.blocks.append(_block("after", texts, first, second, name=self._after(first)))
        else:
            self.blocks.append(_block("prose", texts, first, second))

    def finish(self) -> None:
        """Note mistakes that nothing is said about."""
        for mistake in self.mistakes:
            if not mistake.message:
                self.faults.add(
                    self._fault(
                        _("The mistake `{code}` has no message. Add one in each language below it.").format(
                            code=mistake.code
                        ),
                        mistake.block.line,
                    )
                )

    def _after(self, cell: Cell) -> str:
        """Return the answers after which prose is shown, with spaces between."""
        if self.kind != "lesson":
            raise self._fault(_("Only a lesson has prose that is shown after an answer."), cell.line)
        names = re.findall(r"[^\s,]+", cell.metadata["after"])
        name = " ".join(_known(n, self.names, cell.line, self.path) for n in dict.fromkeys(names))
        if name in {block.name for block in self.blocks if block.role == "after"}:
            raise self._fault(
                _("There is prose after `{name}` already. Put both together.").format(name=name),
                cell.line,
            )
        return name

    def _code(self, cell: Cell) -> None:
        meta = cell.metadata
        if "mistake" in meta:
            self._broken = True  # until it has been read
            self.mistakes.append(_mistake(cell, self.names, self.path))
            self._broken = False
        else:
            _check_marks(cell, self.path)
            self.blocks.append(_code_block(cell, self.path))

    def _say(self, cell: Cell, texts: Text) -> None:
        """Give the message to the mistake cell above it."""
        code = cell.metadata["mistake"]
        if self._broken:
            return
        if not self.mistakes or self.mistakes[-1].code != code or self.mistakes[-1].message:
            raise self._fault(
                _("This message belongs below the code of the mistake `{code}`.").format(code=code),
                cell.line,
            )
        self.mistakes[-1].message.update(texts)

    def _fault(self, message: str, line: int) -> SourceError:
        return SourceError(message, self.path, line)


def _block(role: Role, texts: Text, first: Cell, second: Cell, name: str = "") -> Block:
    numbers = tuple(range(first.first, first.first + texts["en"].count("\n") + 1))
    return Block(role, texts, {"en": numbers, "zh": (second.first,)}, name=name)


def _code_block(cell: Cell, path: Path) -> Block:
    """Return a cell's code in each language."""
    lines = cell.source.split("\n")
    for number, (before, line) in enumerate(pairwise(["# zh:", *lines])):
        if ZH_LINE.match(before) and ZH_LINE.match(line):
            raise SourceError(
                _("A line `# zh:` follows the English line that it translates."), path, cell.first + number
            )
    spoken = {lang: spoken_lines(cell.source, lang) for lang in LANGUAGES}
    block = Block(
        "code",
        {lang: "\n".join(line for _n, line in numbered) for lang, numbered in spoken.items()},
        {lang: tuple(cell.first + n for n, _line in numbered) for lang, numbered in spoken.items()},
        tags=tuple(cell.metadata.get("tags", ())),
    )
    for lang in LANGUAGES:
        _check_python(block, lang, path)
    return block


def _check_python(block: Block, lang: str, path: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python finds odd in an author's code is a slip, too
            compile(block.texts[lang], str(path), "exec")
    except SyntaxError as error:
        raise SourceError(
            _("The code is not Python ({lang}): {error}").format(lang=lang, error=error.msg),
            path,
            block.at(lang, error.lineno or 1),
        ) from error
    except (
        ValueError,
        RecursionError,
        MemoryError,
        OverflowError,
    ) as error:  # nested too deeply, for example
        raise SourceError(
            _("The code is not Python ({lang}): {error}").format(lang=lang, error=type(error).__name__),
            path,
            block.line,
        ) from error


def _check_marks(cell: Cell, path: Path) -> None:
    """Hold the solution marks to their pairs: a mark without its twin would give a solution away."""
    marks = [(n, line.strip()) for n, line in enumerate(cell.source.split("\n")) if "SOLUTION" in line]
    for place, (number, mark) in enumerate(marks):
        if mark != (BEGIN, END)[place % 2] or (mark == BEGIN and place + 1 == len(marks)):
            raise SourceError(
                _("A solution stands between a line `{begin}` and a line `{end}`.").format(
                    begin=BEGIN, end=END
                ),
                path,
                cell.first + number,
            )


def _mistake(cell: Cell, names: set[str] | None, path: Path) -> MistakeCell:
    try:
        code = check_code(cell.metadata["mistake"])
    except UnknownName as error:
        raise SourceError(str(error), path, cell.line) from error
    if "answer" not in cell.metadata:
        raise SourceError(
            _("Say which answer the mistake `{code}` concerns.").format(code=code), path, cell.line
        )
    answer = _known(cell.metadata["answer"], names, cell.line, path)
    return MistakeCell(code, answer, _code_block(cell, path))


def _known(name: str, names: set[str] | None, line: int, path: Path) -> str:
    if names is not None and name not in names:
        unknown = UnknownName(_("There is no answer `{name}`.").format(name=name), name, names)
        raise SourceError(str(unknown), path, line)
    return name
