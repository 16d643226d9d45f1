"""A hundred submissions of the real exercises: fifty kinds, each in both languages, and what they earn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from trainkit.authoring.compose import compose
from trainkit.authoring.key import compute_key, solution
from trainkit.authoring.opening import opened
from trainkit.authoring.source import MistakeCell, Source
from trainkit.course.model import Answer, Key

#: Outcome on the visible data, mistake codes, share of the points, flag.
Expected = tuple[str, str, float, str]
RIGHT: Expected = ("right", "", 1.0, "")


@dataclass(frozen=True)
class Kind:
    """One kind of submission.

    Args:
        name: of the trainees who hand it in, before the language.
        exercise: the exercise's id.
        raw: the file in a language.
        state: of the row.
        expected: by answer; all are right otherwise.
    """

    name: str
    exercise: str
    raw: Callable[[str], bytes]
    state: str = "graded"
    expected: dict[str, Expected] = field(default_factory=dict)


def kinds(solutions: Path, exercises: tuple[str, ...]) -> list[Kind]:
    """Return all fifty."""
    sources = [solution(id, solutions) for id in exercises]
    ordinary = [kind for source in sources for kind in _ordinary(source)]
    return [*ordinary, *_damaged(sources[0]), *_hostile(sources[0])]


def _ordinary(source: Source) -> Iterator[Kind]:
    id, answers = source.info.id, source.info.answers
    key = compute_key(source, opened(source).info.variant)
    yield Kind(f"right-{id}", id, lambda lang: _solved(source, lang))
    none: Expected = ("not attempted", "", 0.0, "")
    yield Kind(
        f"starter-{id}",
        id,
        lambda lang: _text(compose(source, lang)),
        expected={a.name: none for a in answers},
    )
    numbers = [a for a in answers if a.type == "number"]
    typed = {a.name: none for a in answers} | {a.name: ("right", "", 0.0, "hard-coded") for a in numbers}
    yield Kind(f"typed-{id}", id, lambda lang: _typed(source, lang, numbers, key), expected=typed)
    off = [a for a in answers if a.type in ("number", "table")]
    wrong: dict[str, Expected] = {a.name: ("wrong", "", 0.0, "") for a in off}
    yield Kind(f"wrong-{id}", id, lambda lang: _solved(source, lang, *map(_spoil, off)), expected=wrong)
    for number, cells in enumerate(_one_mistake_an_answer(source)):
        made: dict[str, Expected] = {cell.answer: ("mistake", cell.code, 0.0, "") for cell in cells}
        cells_code = [_mistake(cell) for cell in cells]
        yield Kind(
            f"mistakes-{number}-{id}",
            id,
            lambda lang, code=cells_code: _solved(source, lang, *code),
            expected=made,
        )


def _one_mistake_an_answer(source: Source) -> Iterator[list[MistakeCell]]:
    """Yield sets of mistakes, one an answer, until all have been made."""
    by_answer = [[m for m in source.mistakes if m.answer == a.name] for a in source.info.answers]
    for together in zip_longest(*by_answer):
        yield [cell for cell in together if cell is not None]


def _damaged(source: Source) -> Iterator[Kind]:
    files: dict[str, Callable[[str], bytes]] = {
        "torn": lambda lang: _solved(source, lang)[:800],
        "empty": lambda _lang: b"",
        "zeros": lambda _lang: bytes(5000),
        "page": lambda _lang: b"<!DOCTYPE html><p>Sign in to see this file.",
        "binary": lambda _lang: b"PK\x03\x04\xff\xfe" + bytes(range(256)),
        "listed": lambda lang: b"[" + _solved(source, lang) + b"]",
        "deep": lambda _lang: b"[" * 200_000,
        "prose": lambda lang: _without_code(source, lang),
    }
    earned: dict[str, Expected] = {a.name: ("", "", 0.0, "") for a in source.info.answers}
    for name, raw in files.items():
        yield Kind(name, source.info.id, raw, state="damaged", expected=earned)


def _hostile(source: Source) -> Iterator[Kind]:
    numbers = [a.name for a in source.info.answers if a.type == "number"]
    invalid: dict[str, Expected] = dict.fromkeys(numbers, ("invalid", "", 0.0, ""))
    last: dict[str, tuple[str, dict[str, Expected]]] = {
        "leaves": ("import os; os._exit(1)", {}),
        "quits": ("import sys; sys.exit(3)", {}),
        "kills": ("import os, signal; os.kill(os.getppid(), signal.SIGKILL); os.kill(0, signal.SIGKILL)", {}),
        "sleeps": (
            "import time\nwhile True:\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass",
            {},
        ),
        "hoards": ("hoard = [bytearray(2**30) for _ in range(64)]", {}),
        "floods": ("for _ in range(20_000): print('x' * 1_000)", {}),
        "resets": ("get_ipython().run_line_magic('reset', '-f')", {}),
        "calls": ("import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)", {}),
        "nan": (_answers(numbers, "float('nan')"), invalid),
        "words": (_answers(numbers, "'many'"), invalid),
        "huge": (
            "import pandas as pd\n"
            "ex.answer(csat_by_type=pd.DataFrame({'type': range(200_000), 'csat': 1.0}))",
            {"csat_by_type": ("invalid", "", 0.0, "")},
        ),
        "unknown": ("ex.answer(nonsense=1)", {}),
        "shadows": ("sum = list = dict = print = None", {}),
        "late": ("import atexit, os; atexit.register(lambda: os._exit(7)); nps = 'changed'", {}),
    }
    for name, (cell, expected) in last.items():
        yield Kind(
            name, source.info.id, lambda lang, cell=cell: _solved(source, lang, cell), expected=expected
        )
    first = {
        "breaks": "def (",
        "raises": "1 / 0",
        "deserts": "import os; os._exit(1)",
    }
    for name, cell in first.items():
        yield Kind(name, source.info.id, lambda lang, cell=cell: _solved(source, lang, first=cell))
    yield Kind("forgets", source.info.id, lambda lang: _solved(source, lang).replace(b"ex.answer(", b"dict("))


def _solved(source: Source, lang: str, *more: str, first: str = "") -> bytes:
    """Return the exercise's notebook with the model answers in it, and cells before and after them."""
    nb = compose(source, lang, solved=True)
    if first:
        nb.cells.insert(1, nbformat.v4.new_code_cell(first, id="first"))
    nb.cells += [nbformat.v4.new_code_cell(cell, id=f"more-{n}") for n, cell in enumerate(more)]
    return _text(nb)


def _text(nb: NotebookNode) -> bytes:
    return nbformat.writes(nb).encode()


def _typed(source: Source, lang: str, numbers: list[Answer], key: Key) -> bytes:
    """Return a notebook with the right numbers of the visible data, typed in."""
    values = ", ".join(f"{a.name}={key.answers[a.name].value!r}" for a in numbers)
    cells = [f"from trainkit import Exercise\nex = Exercise('{source.info.id}')", f"ex.answer({values})"]
    metadata = {"trainkit": {"lang": lang, "id": source.info.id}}
    return _text(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells], metadata=metadata)
    )


def _spoil(answer: Answer) -> str:
    """Return a cell that answers with a value that nobody would compute."""
    if answer.type == "number":
        return f"ex.answer({answer.name}={answer.name} * 3.77 + 1234.5)"
    column = next(c.name for c in reversed(answer.columns) if c.tolerance is not None)
    return (
        f"off = {answer.name}.copy()\n"
        f"off['{column}'] = off['{column}'] + 1234.5\n"
        f"ex.answer({answer.name}=off)"
    )


def _answers(names: list[str], value: str) -> str:
    """Return a cell that answers all with the same."""
    return f"ex.answer({', '.join(f'{name}={value}' for name in names)})"


def _mistake(cell: MistakeCell) -> str:
    """Return a cell that makes a mistake with the notebook's variables and leaves them as they are."""
    return (
        "own = {n: v.copy() if hasattr(v, 'iloc') else v for n, v in globals().items()}\n"
        f"own.pop('{cell.answer}', None)\n"
        f"exec({cell.source!r}, own)\n"
        f"ex.answer({cell.answer}=own['{cell.answer}'])"
    )


def _without_code(source: Source, lang: str) -> bytes:
    document: dict[str, Any] = json.loads(_solved(source, lang))
    document["cells"] = [c for c in document["cells"] if c["cell_type"] != "code"]
    return json.dumps(document).encode()
