"""Quiz questions as they are written: a question, its choices, and a sentence for whoever picks one."""

from __future__ import annotations

import re
from pathlib import Path

from trainkit.authoring.myst import Cell, flow
from trainkit.course.model import Quiz, QuizChoice
from trainkit.errors import SourceError
from trainkit.i18n import _

__all__ = ["read_quiz"]


def read_quiz(name: str, cell: Cell, twin: Cell, path: Path) -> Quiz:
    """Read a question with its choices: `- [x] choice` and, indented below, the sentence that answers it.

    Args:
        name: of the question.
        cell: its English half.
        twin: its Chinese half.
        path: of the source.

    Raises:
        SourceError: a half has no question, too few choices, no reply to one, or another right one.
    """
    question_en, choices_en = _half(cell.source, cell.line, path)
    question_zh, choices_zh = _half(flow(twin.source), twin.line, path)
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
    several = sum(c.right for c in choices) > 1
    return Quiz(name, {"en": question_en, "zh": question_zh}, choices, several)


def _half(text: str, line: int, path: Path) -> tuple[str, list[tuple[bool, str, str]]]:
    question, *parts = re.split(r"^- \[([ x])\] ", text, flags=re.MULTILINE)
    if not question.strip():
        raise SourceError(_("The question is missing above its choices."), path, line)
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
