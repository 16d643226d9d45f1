"""Composing a trainee's notebook from a source: what becomes of each block, and what stays behind."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from trainkit.authoring.source import BEGIN, END, Block, Source
from trainkit.course.model import COMPETENCIES, LEVELS, Answer, Info

__all__ = ["compose", "origins", "starter"]

#: What a cell's id is made of (the English text, so that ids are shared), the cell, and the source's lines.
_Part = tuple[str, Any, tuple[int, ...]]


def compose(source: Source, lang: str, *, solved: bool = False) -> Any:
    """Return the notebook in a language, without outputs.

    Model solutions become starters, mistakes and hints stay behind, and of the cells' metadata only
    what is on a short list survives.

    Args:
        source: the lesson or exercise.
        lang: `en` or `zh`.
        solved: keep the model solution, for running it.
    """
    import nbformat.v4 as v4

    info = source.info
    cells = [cell for cell, _lines in _parts(source, lang, solved=solved)]
    metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        "title": info.title[lang],
        "trainkit": {"kind": info.kind, "id": info.id, "edition": info.edition, "lang": lang},
    }
    return v4.new_notebook(cells=cells, metadata=metadata)


def origins(source: Source, lang: str) -> dict[str, tuple[int, ...]]:
    """Return where the lines of a trainee's cells of code stand in the source: by the cell's id."""
    return {cell["id"]: lines for cell, lines in _parts(source, lang, solved=False) if lines}


def _parts(source: Source, lang: str, *, solved: bool) -> list[tuple[Any, tuple[int, ...]]]:
    """Return the cells, each with the source's lines that its own lines come from."""
    info = source.info
    parts: list[_Part] = [("heading", _markdown(_heading(info, lang)), ())]
    if info.kind == "exercise":
        parts.append(("variant", _code(f"variant = {info.variant}", tags=["parameters"]), ()))
    for block in source.blocks:
        parts += _cells(block, lang, info, solved=solved)
    return list(zip(_named(parts), [lines for _seed, _cell, lines in parts], strict=True))


def starter(code: str, answers: Iterable[Answer]) -> str:
    r"""Return a cell's starter: what stands between the solution marks becomes `name = ...`.

    >>> print(starter("# BEGIN SOLUTION\nn = 3\nnps = n * 2\n# END SOLUTION\nex.answer(nps=nps)",
    ...               [Answer("nps", "number", {})]))
    nps = ...
    ex.answer(nps=nps)
    """
    return "\n".join(line for _number, line in _starter_lines(code, answers))


def _starter_lines(code: str, answers: Iterable[Answer]) -> list[tuple[int, str]]:
    """Return the lines of a starter, each with the number that it has in `code`, from 1."""
    names = [a.name for a in answers]
    kept: list[tuple[int, str]] = []
    hidden: list[str] | None = None
    for number, line in enumerate(code.split("\n"), 1):
        if line.strip() == BEGIN:
            hidden = []
        elif line.strip() == END and hidden is not None:
            kept += [(number, placeholder) for placeholder in _placeholders("\n".join(hidden), names)]
            hidden = None
        elif hidden is not None:
            hidden.append(line)
        else:
            kept.append((number, line))
    return kept


def _heading(info: Info, lang: str) -> str:
    competencies = {"en": ", ", "zh": "、"}[lang].join(
        f"{c} {COMPETENCIES[c][lang]}" for c in info.competencies
    )
    kinds = {
        "lesson": {"en": "Lesson", "zh": "课程"},
        "exercise": {"en": "Exercise", "zh": "练习"},
        "examination": {"en": "Examination", "zh": "考核"},
    }
    kind = kinds[info.kind if info.instant else "examination"][lang]
    minutes = {"en": f"{info.minutes} minutes", "zh": f"{info.minutes} 分钟"}[lang]
    points = {"en": f" · {info.points:g} points", "zh": f" · {info.points:g} 分"}[lang]
    line = f"{kind} · {LEVELS[info.level][lang]} · {minutes} · {competencies}"
    return f"# {info.id} {info.title[lang]}\n\n{line}{points if info.kind == 'exercise' else ''}"


def _cells(block: Block, lang: str, info: Info, *, solved: bool) -> Iterator[_Part]:
    """Yield a block's cells."""
    seed = block.texts["en"]
    if block.role == "quiz":
        yield seed, _code(f'lesson.quiz("{block.name}")'), (block.line,)
    elif block.role == "after":
        names = ", ".join(f'"{name}"' for name in block.name.split())
        yield seed, _code(f"lesson.after({names})", tags=["hide-input"]), (block.line,)
    elif block.role == "prose":
        yield seed, _markdown(block.texts[lang]), ()
    else:
        written = block.texts[lang]
        numbered = (
            list(enumerate(written.split("\n"), 1)) if solved else _starter_lines(written, info.answers)
        )
        code = "\n".join(line for _number, line in numbered)
        for answer in info.answers:
            if answer.choices and re.search(rf"^{answer.name} = \.\.\.$", code, flags=re.MULTILINE):
                yield f"choices {answer.name}", _choices(answer, lang), ()
        lines = tuple(block.at(lang, number) for number, _line in numbered)
        yield seed, _code(code, tags=list(block.tags)), lines


def _choices(answer: Answer, lang: str) -> Any:
    """List an answer's choices. A page shows them as input and hides this cell by its tag."""
    how = {
        "choice": {"en": "Set `{name}` to one of:", "zh": "从中选一个，赋值给 `{name}`："},
        "choices": {
            "en": "Set `{name}` to a list of those that apply:",
            "zh": "把符合的都选出来，用列表赋值给 `{name}`：",
        },
    }[answer.type][lang]
    lines = [f'- `"{c.id}"` {c.label[lang]}' for c in answer.choices]
    return _markdown("\n".join([how.format(name=answer.name), "", *lines]), tags=["choices"])


def _markdown(source: str, tags: list[str] | None = None) -> Any:
    import nbformat.v4 as v4

    return v4.new_markdown_cell(source, metadata={"tags": tags} if tags else {})


def _code(source: str, tags: list[str] | None = None) -> Any:
    import nbformat.v4 as v4

    return v4.new_code_cell(source, metadata={"tags": tags} if tags else {})


def _named(parts: Iterable[_Part]) -> list[Any]:
    """Give each cell an id from its seed: it stays when other cells come, go or move."""
    seen: dict[str, int] = {}
    cells = []
    for seed, cell, _lines in parts:
        digest = hashlib.sha256(seed.encode()).hexdigest()[:10]
        seen[digest] = seen.get(digest, 0) + 1
        cell["id"] = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        cells.append(cell)
    return cells


def _placeholders(code: str, names: list[str]) -> list[str]:
    """Return `name = ...` for every answer that the hidden code assigns, in its order."""
    assigned = [
        node.id
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return [f"{name} = ..." for name in dict.fromkeys(assigned) if name in names]
