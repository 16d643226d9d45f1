"""No answer stands where trainees read before they gave it: not in a lesson, an exercise, or a key file.

What is searched for: each number of an answer as it would be printed with the decimals that are asked for, or
with fewer or more, up to two. What is searched: all that is stored in a file and read by people: sources and
outputs of cells, the words in charts, all that a key file says.

The rule about false alarms: a number needs two significant digits (three, for data that differ from those of
the text) and a decimal point or a sign for per cent, as 5 and 60 stand everywhere; of a table, half of the
numbers have to be there. A single number of other data that is there is a hit, even by chance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import real
from real import EXERCISES, LESSONS, ROOT

from trainkit.authoring.key import compute_key, filled
from trainkit.authoring.source import Source
from trainkit.course.catalogue import find
from trainkit.course.model import Answer, Key
from trainkit.i18n import LANGUAGES

EXAMINATIONS = [source for source in EXERCISES if not source.info.instant]

#: A printed number; one that goes on (a date, a version, a variable) isn't one.
_PRINTED = re.compile(r"(?<![\w.#-])[-−+]?(\d[\d,]*\.\d+)(?![\w.]*\d)|(?<![\w.#-])(\d{2,}) ?%")
_SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)
_WORDS = re.compile(r">([^<>]+)<|aria-label=\"([^\"]*)\"")


def strings(data: Any) -> Iterator[str]:
    """Yield the texts of a file, the lines of a text joined."""
    if isinstance(data, dict):
        # An id is no text.
        for name, value in data.items():
            if name not in {"id", "edition"}:
                yield from strings(value)
    elif isinstance(data, list) and data and all(isinstance(v, str) for v in data):
        yield "".join(data)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)
    elif isinstance(data, str):
        yield data


def printed(text: str) -> set[str]:
    """Return the numbers with a decimal point that a text shows, without their signs.

    >>> sorted(printed("NPS 19.7, z = −1.38, on 2025-01-02; 1,234.5 of v1.2.3, 60 % of 75"))
    ['1.38', '1234.5', '19.7', '60']
    """
    shown = _SVG.sub(lambda svg: " ".join(a or b for a, b in _WORDS.findall(svg[0])), text)
    return {(m[1] or m[2]).replace(",", "") for m in _PRINTED.finditer(shown)}


@cache
def numbers_in(path: Path) -> frozenset[str]:
    """Return the numbers that a built file shows."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return frozenset(number for text in strings(data) for number in printed(text))


def files(*names: str) -> list[Path]:
    found = [ROOT / name for name in names]
    assert all(path.is_file() for path in found)
    return found


def of(kind: str, id: str) -> list[Path]:
    folder = {"lesson": "notebooks", "exercise": "exercises"}[kind]
    return files(*(f"{folder}/{lang}/{id}.ipynb" for lang in LANGUAGES), f"{folder}/keys/{id}.json")


EVERYWHERE = [path for kind in ("lesson", "exercise") for s in LESSONS for path in of(kind, s.info.id)]


_keys: dict[Path, Key] = {}


def key_of(source: Source) -> Key:
    """Return what is right on the data on which a source opens."""
    if source.path not in _keys:
        variant = find(source.info.kind, source.info.id).variant
        _keys[source.path] = compute_key(source, variant)
    return _keys[source.path]


def values(answer: Answer, key: Key) -> list[tuple[float, float]]:
    """Return an answer's numbers, each with its tolerance; a table has many."""
    value = key.answers[answer.name].value
    if answer.type == "number":
        return [(value, answer.tolerance)]
    if answer.type != "table":
        return []
    return [
        (cell, column.tolerance)
        for row in value["rows"]
        for column, cell in zip(answer.columns, row, strict=True)
        if column.tolerance is not None and isinstance(cell, int | float)
    ]


def gives(number: str, value: float, tolerance: float, digits: int) -> bool:
    """Tell whether a printed number gives a value: it is the value rounded, or within its tolerance."""
    decimals = len(number.partition(".")[2])
    if len(number.replace(".", "").lstrip("0")) < digits or decimals > 2:
        return False
    return abs(float(number) - abs(value)) <= 1e-9 + (tolerance or 0.5 * 10**-decimals)


def found(source: Source, paths: list[Path], digits: int) -> list[str]:
    """Return the answers that stand in files."""
    hits = []
    for answer in source.info.answers:
        wanted = values(answer, key_of(source))
        for path in paths:
            shown = numbers_in(path)
            there = [[n for n in shown if gives(n, value, tol, digits)] for value, tol in wanted]
            if wanted and 2 * sum(map(bool, there)) >= len(wanted):
                hits.append(f"{source.info.kind} {source.info.id}, {answer.name}: {path.name} {there}")
    return hits


@pytest.mark.parametrize("source", LESSONS, ids=real.name)
def test_a_lesson_does_not_print_the_answers_of_its_practice(source: Source) -> None:
    assert found(source, of("lesson", source.info.id), digits=2) == []


@pytest.mark.parametrize("source", EXERCISES, ids=real.name)
def test_neither_a_lesson_nor_an_exercise_prints_its_answers(source: Source) -> None:
    id = source.info.id
    assert found(source, of("lesson", id) + of("exercise", id), digits=3) == []


@pytest.mark.parametrize("source", EXAMINATIONS, ids=real.name)
def test_no_file_prints_the_answers_of_an_examination(source: Source) -> None:
    assert found(source, EVERYWHERE, digits=3) == []


@pytest.mark.parametrize("source", LESSONS, ids=real.name)
def test_what_is_shown_after_an_answer_is_not_in_the_notebook(source: Source) -> None:
    passages = [b for b in filled(source).blocks if b.role == "after"]
    for lang in LANGUAGES:
        text = (ROOT / "notebooks" / lang / f"{source.info.id}.ipynb").read_text(encoding="utf-8")
        for block in passages:
            assert [line for line in block.texts[lang].splitlines() if line and line in text] == []


def test_the_search_would_find_what_it_looks_for(tmp_path: Path) -> None:
    """On the data of the lessons, lesson 1-06 prints the NPS and the CSAT of each type."""
    source = next(s for s in EXERCISES if s.info.id == "1-06")
    key, shown = compute_key(source, 0), numbers_in(ROOT / "notebooks" / "zh" / "1-06.ipynb")
    answers = {a.name: a for a in source.info.answers}
    for name in ("nps", "csat_by_type"):
        for value, tolerance in values(answers[name], key):
            assert any(gives(number, value, tolerance, 3) for number in shown)


@pytest.mark.parametrize(
    ("number", "value", "tolerance", "there"),
    [
        ("19.7", 19.717, 0.05, True),
        ("19.72", 19.717, 0.05, True),
        ("19.8", 19.717, 0.05, False),
        ("1.38", -1.379, 0.01, True),
        ("19.717", 19.717, 0.05, False),
        ("7.1", 7.097, 0.05, True),
        ("0.7", 0.7, 0.05, False),
        ("60.0", 60.0, 0, True),
        ("60", 60.2, 0.5, True),
    ],
)
def test_a_number_gives_a_value_if_it_is_as_near_as_is_asked(
    number: str, value: float, tolerance: float, there: bool
) -> None:
    assert gives(number, value, tolerance, 2) == there
