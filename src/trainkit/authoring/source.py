"""Reading a written source: one MyST-Markdown file, both languages, into cells and what they declare.

Code is language-neutral. Where a line needs a text of its own in Chinese, the line after it says so::

    title = "Loyal customers praise after-sales; active ones don't"
    # zh: title = "忠诚客户夸售后，活跃客户不夸"

Every fault is reported with file and line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from trainkit.authoring.frontmatter import read_info
from trainkit.authoring.myst import ZH_LINE, Cell, cells_of, flow, pairs, paragraph, speak
from trainkit.course.model import Info, Kind, Quiz, QuizChoice, Text
from trainkit.errors import SourceError
from trainkit.i18n import LANGUAGES, _

__all__ = ["BEGIN", "END", "Block", "MistakeCell", "Source", "read", "read_all"]

Role = Literal["prose", "code", "quiz"]

#: What stands between these lines is the model solution; trainees get `name = ...` in its place.
BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"


@dataclass(frozen=True)
class Block:
    """A part that becomes one cell in each language.

    Args:
        role: prose, code, or a quiz question.
        texts: its source in each language.
        line: where its text starts.
        name: of the quiz question.
        tags: cell tags of a code block that survive building, for example `hide-input`.
    """

    role: Role
    texts: Text
    line: int
    name: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class MistakeCell:
    """Code that computes what someone who makes a typical mistake would get, and what to say about it."""

    code: str
    answer: str
    source: str
    line: int
    message: dict[str, str] = field(default_factory=dict)


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
        SourceError: something in it is wrong; the message begins with file and line.
    """
    text = path.read_text(encoding="utf-8")
    front, cells = cells_of(text, path)
    info = read_info(front, kind, path, edition=hashlib.sha256(text.encode()).hexdigest()[:12])
    names = {a.name for a in info.answers}
    blocks: list[Block] = []
    mistakes: list[MistakeCell] = []
    hints: dict[str, list[Text]] = {}
    quizzes: list[Quiz] = []
    for first, second in pairs(cells, path):
        meta, texts = first.metadata, {"en": first.source, "zh": flow((second or first).source)}
        if first.type == "code" and "mistake" in meta:
            mistakes.append(_mistake(first, names, path))
        elif first.type == "code":
            blocks.append(_code_block(first, path))
        elif "mistake" in meta:
            _say(mistakes, first, paragraph(texts), path)
        elif "hint" in meta:
            name = _known(str(meta["hint"]), names, first.line, path)
            hints.setdefault(name, []).append(paragraph(texts))
        elif "quiz" in meta:
            quizzes.append(_quiz(str(meta["quiz"]), first, texts, path))
            if quizzes[-1].name in {q.name for q in quizzes[:-1]}:
                message = _("There are two questions `{name}`.").format(name=quizzes[-1].name)
                raise SourceError(message, path, first.line)
            blocks.append(Block("quiz", texts, first.line, name=str(meta["quiz"])))
        else:
            blocks.append(Block("prose", texts, first.line))
    for mistake in mistakes:
        if not mistake.message:
            raise SourceError(
                _("The mistake `{code}` has no message. Add one in each language below it.").format(
                    code=mistake.code
                ),
                path,
                mistake.line,
            )
    info = _complete(info, hints, quizzes)
    return Source(path, info, tuple(blocks), tuple(mistakes))


def read_all(folder: Path, kind: Kind) -> list[Source]:
    """Read all sources of a folder in order of their ids; an id may be used once."""
    sources = [read(path, kind) for path in sorted(folder.glob("*.md"))]
    seen: dict[str, Path] = {}
    for source in sources:
        id = source.info.id
        if id in seen:
            raise SourceError(
                _("The id `{id}` is taken by {path}.").format(id=id, path=seen[id]), source.path
            )
        seen[id] = source.path
    return sources


def _code_block(cell: Cell, path: Path) -> Block:
    _check_marks(cell, path)
    return Block("code", _spoken(cell, path), cell.first, tags=tuple(cell.metadata.get("tags", ())))


def _check_marks(cell: Cell, path: Path) -> None:
    """Hold the solution marks to their pairs: a mark without its twin would give a solution away."""
    marks = [(n, line.strip()) for n, line in enumerate(cell.source.splitlines()) if "SOLUTION" in line]
    for place, (number, mark) in enumerate(marks):
        if mark != (BEGIN, END)[place % 2] or (mark == BEGIN and place + 1 == len(marks)):
            raise SourceError(
                _("A solution stands between a line `{begin}` and a line `{end}`.").format(
                    begin=BEGIN, end=END
                ),
                path,
                cell.first + number,
            )


def _spoken(cell: Cell, path: Path) -> dict[str, str]:
    """Return a cell's code in each language."""
    if ZH_LINE.match(cell.source.splitlines()[0]):
        raise SourceError(_("A line `# zh:` follows the English line that it translates."), path, cell.first)
    texts = {lang: speak(cell.source, lang) for lang in LANGUAGES}
    for lang, code in texts.items():
        try:
            compile(code, str(path), "exec")
        except SyntaxError as error:
            line = cell.first - 1 + (error.lineno or 1)
            raise SourceError(
                _("The code is not Python ({lang}): {error}").format(lang=lang, error=error.msg), path, line
            ) from error
    return texts


def _mistake(cell: Cell, names: set[str], path: Path) -> MistakeCell:
    from trainkit.authoring.mistakes import check_code
    from trainkit.errors import UnknownName

    try:
        code = check_code(str(cell.metadata["mistake"]))
    except UnknownName as error:
        raise SourceError(str(error), path, cell.line) from error
    if "answer" not in cell.metadata:
        raise SourceError(
            _("Say which answer the mistake `{code}` concerns.").format(code=code), path, cell.line
        )
    answer = _known(str(cell.metadata["answer"]), names, cell.line, path)
    return MistakeCell(code, answer, _spoken(cell, path)["en"], cell.first)


def _say(mistakes: list[MistakeCell], cell: Cell, texts: Text, path: Path) -> None:
    """Give the message to the mistake cell above it."""
    if not mistakes or mistakes[-1].code != cell.metadata["mistake"] or mistakes[-1].message:
        raise SourceError(
            _("This message belongs below the code of the mistake `{code}`.").format(
                code=cell.metadata["mistake"]
            ),
            path,
            cell.line,
        )
    mistakes[-1].message.update(texts)


def _known(name: str, names: set[str], line: int, path: Path) -> str:
    from trainkit.errors import UnknownName

    if name not in names:
        unknown = UnknownName(_("There is no answer `{name}`.").format(name=name), name, names)
        raise SourceError(str(unknown), path, line)
    return name


def _quiz(name: str, cell: Cell, texts: Text, path: Path) -> Quiz:
    """Read a question with its choices: `- [x] choice` and, indented below, the sentence that answers it."""
    halves = {lang: _quiz_half(texts[lang], cell.line, path) for lang in LANGUAGES}
    (question_en, choices_en), (question_zh, choices_zh) = halves["en"], halves["zh"]
    if [c[0] for c in choices_en] != [c[0] for c in choices_zh]:
        raise SourceError(_("The two halves mark different choices as right."), path, cell.line)
    choices = tuple(
        QuizChoice(right, {"en": label, "zh": label_zh}, {"en": because, "zh": because_zh})
        for (right, label, because), (_right, label_zh, because_zh) in zip(
            choices_en, choices_zh, strict=True
        )
    )
    if not any(c.right for c in choices):
        raise SourceError(_("No choice of this question is right. Mark one with [x]."), path, cell.line)
    return Quiz(name, {"en": question_en, "zh": question_zh}, choices)


def _quiz_half(text: str, line: int, path: Path) -> tuple[str, list[tuple[bool, str, str]]]:
    question, *parts = re.split(r"^- \[([ x])\] ", text, flags=re.MULTILINE)
    choices = []
    for mark, body in zip(parts[::2], parts[1::2], strict=True):
        label, _newline, because = body.partition("\n")
        if not because.strip():
            raise SourceError(
                _("The choice “{label}” has no sentence that answers it. Indent one below.").format(
                    label=label
                ),
                path,
                line,
            )
        choices.append((mark == "x", label.strip(), " ".join(because.split())))
    if len(choices) < 2:
        raise SourceError(_("A question needs at least two choices, each starting with `- [ ]`."), path, line)
    return question.strip(), choices


def _complete(info: Info, hints: Mapping[str, list[Text]], quizzes: list[Quiz]) -> Info:
    from dataclasses import replace

    return replace(info, hints={k: tuple(v) for k, v in hints.items()}, quizzes=tuple(quizzes))
