"""Answer keys are computed: the model solution runs on a variant, and so do the typical mistakes.

Nothing here is a trainee's: the code comes from our own sources and runs in this process.
"""

from __future__ import annotations

import io
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainkit.authoring.faults import Faults
from trainkit.authoring.prose import fill, has_fields
from trainkit.authoring.source import Block, MistakeCell, Source, read
from trainkit.course.activity import staged
from trainkit.course.answers import GIVEN, pack
from trainkit.course.judge import matches
from trainkit.course.lives import Given, Life
from trainkit.course.model import Answer, Expected, Info, Key, Mistake
from trainkit.errors import GradingError, SourceError, UnknownName
from trainkit.i18n import _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["UnusableVariant", "compute_key", "filled", "solution"]


class UnusableVariant(GradingError):
    """On this variant a typical mistake can't be told from the right answer.

    Args:
        message: which one.
        line: of the source, on which the mistake is computed.
    """

    def __init__(self, message: str, line: int = 1) -> None:
        self.line = line
        super().__init__(message)


class _Record(Life):
    """The life of a model solution: it keeps what is answered and shows nothing."""

    def __init__(self, info: Info, variant: int) -> None:
        super().__init__(info, variant)
        self.given: dict[str, Any] = {}
        self.read: set[str] = set()

    def table(self, name: str) -> pd.DataFrame:
        self.read.add(name)
        return super().table(name)

    def answer(self, values: Given) -> None:
        self.given |= {answer.name: _copy(value) for answer, value in values}


def solution(id: str, folder: Path) -> Source:
    """Read the source of an exercise from a folder of solutions.

    Raises:
        UnknownName: the folder has no such exercise.
    """
    path = folder / f"{id}.md"
    if not path.is_file():
        message = _("There is no solution of `{id}` in {folder}.").format(id=id, folder=folder)
        raise UnknownName(message, id, [p.stem for p in folder.glob("*.md")])
    return read(path, "exercise")


def compute_key(source: Source, variant: int) -> Key:
    """Run a model solution and its typical mistakes on a variant.

    Raises:
        SourceError: the code fails, or leaves an answer without a value.
        UnusableVariant: a mistake's value falls within the tolerance of the right one.
    """
    life = _Record(source.info, variant)
    faults = Faults()
    with staged(life):
        namespace, _blocks = _solve(source, variant)
        right: dict[str, Any] = {}
        for answer in source.info.answers:
            with faults.kept():
                right[answer.name] = _plain(answer, life.given, source)
        mistakes: dict[str, list[Mistake]] = {a.name: [] for a in source.info.answers}
        for cell in source.mistakes:
            with faults.kept():
                value = _mistaken(source, cell, namespace)
                answer = next(a for a in source.info.answers if a.name == cell.answer)
                if answer.name in right and matches(answer, right[answer.name], value):
                    raise UnusableVariant(
                        _("{id}, variant {variant}: the mistake `{code}` gives the right `{name}`.").format(
                            id=source.info.id, variant=variant, code=cell.code, name=answer.name
                        ),
                        cell.block.line,
                    )
                mistakes[answer.name].append(Mistake(cell.code, value, cell.message))
    faults.settle()
    answers = {name: Expected(value, tuple(mistakes[name])) for name, value in right.items()}
    return Key(variant, answers, tuple(sorted(life.read)))


def _mistaken(source: Source, cell: MistakeCell, namespace: Mapping[str, Any]) -> Any:
    """Return the plain value of a typical mistake; the variables of the model solution stay what they are."""
    own = {name: _copy(value) for name, value in namespace.items()}
    own.pop(cell.answer, None)
    _run(cell.block, own, source.path)
    answer = next(a for a in source.info.answers if a.name == cell.answer)
    return _plain(answer, own, source, cell.block.line)


def filled(source: Source) -> Source:
    """Return the source with the figures in its prose computed on the data on which it opens.

    Raises:
        SourceError: the code or a figure fails.
    """
    if not any(has_fields(block) for block in source.blocks):
        return source
    variant = source.info.variant
    with staged(_Record(source.info, variant)):
        return replace(source, blocks=tuple(_solve(source, variant)[1]))


def _solve(source: Source, variant: int) -> tuple[dict[str, Any], list[Block]]:
    """Run the model solution; return its variables, and the blocks with the figures of their prose."""
    namespace: dict[str, Any] = {"__name__": "__main__", "variant": variant}
    blocks = []
    faults = Faults()
    for block in source.blocks:
        if block.role == "code":
            _run(block, namespace, source.path)
        with faults.kept():
            blocks.append(fill(block, namespace, source.path) if has_fields(block) else block)
    faults.settle()
    return namespace, blocks


def _run(block: Block, namespace: dict[str, Any], path: Path) -> None:
    """Run a block's English code; what fails is told at the source's own line."""
    try:
        # What a solution prints is for its notebook's readers.
        with redirect_stdout(io.StringIO()):
            exec(compile(block.texts["en"], str(path), "exec"), namespace)
    except UnusableVariant:
        raise
    except (Exception, SystemExit) as error:
        # The innermost line of this block; a function of a block above it counts where it's called.
        inside = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == str(path) and frame.name == "<module>"
        ]
        raise SourceError(
            f"{type(error).__name__}: {error}", path, block.at("en", (inside or [1])[-1] or 1)
        ) from error


def _plain(answer: Answer, namespace: Mapping[str, Any], source: Source, line: int = 1) -> Any:
    """Return the plain value of an answer; a model solution must give one, and so must a mistake."""
    payload = pack(namespace.get(answer.name, ...), answer)
    if payload["state"] != GIVEN:
        reason = payload.get("reason") or _("it is never given.")
        raise SourceError(
            _("The answer `{name}` has no value: {reason}").format(name=answer.name, reason=reason),
            source.path,
            line,
        )
    return payload["value"]


def _copy(value: Any) -> Any:
    """Copy a frame or series, so that a mistake may change it without touching the next one's."""
    return value.copy() if hasattr(value, "copy") and hasattr(value, "iloc") else value
