"""Each exercise opens on a variant of its own, which is no secret; those of the lessons are nobody's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
import real
from real import EXERCISES, LESSONS, ROOT
from written import EXERCISE, LESSON, NUMBER, OPENS, write_course

from trainkit.authoring import build
from trainkit.authoring.key import compute_key, solution
from trainkit.authoring.opening import alike, opened
from trainkit.authoring.source import Source
from trainkit.company import variants
from trainkit.course.catalogue import find, info_from_plain, load_key
from trainkit.errors import SourceError
from trainkit.i18n import LANGUAGES

exercises = pytest.mark.parametrize("source", EXERCISES, ids=real.name)


def exercise(folder: Path, text: str) -> Source:
    (folder / "1-01.md").write_text(text, encoding="utf-8")
    return solution("1-01", folder)


def test_an_opening_follows_from_the_id_alone_and_has_six_digits() -> None:
    ids = [f"{phase}-{number:02}" for phase in (1, 2, 3) for number in range(1, 40)]
    found = [variants.opening(id, attempt) for id in ids for attempt in range(3)]
    assert found == [variants.opening(id, attempt) for id in ids for attempt in range(3)]
    assert len(set(found)) == len(found)
    assert all(100_000 <= variant < 1_000_000 for variant in found)


def test_a_lesson_stays_where_all_lessons_are() -> None:
    assert {opened(source).info.variant for source in LESSONS} == {0}


@exercises
def test_an_exercise_opens_where_no_answer_is_that_of_the_lessons_data(source: Source) -> None:
    info = find("exercise", source.info.id)
    assert info.variant == opened(source).info.variant != 0
    assert alike(info, compute_key(source, 0), compute_key(source, info.variant)) == []


def test_no_two_exercises_open_on_the_same_data() -> None:
    found = [find("exercise", source.info.id).variant for source in EXERCISES]
    assert len(set(found)) == len(found)


@exercises
def test_the_notebook_the_key_file_and_what_is_asked_name_one_variant(source: Source) -> None:
    id = source.info.id
    info = find("exercise", id)
    data = json.loads((ROOT / "exercises" / "keys" / f"{id}.json").read_text(encoding="utf-8"))
    assert info_from_plain(data["info"]) == info
    assert load_key("exercise", id, 0) is None
    assert (load_key("exercise", id, info.variant) is not None) == info.instant
    for lang in LANGUAGES:
        cells = nbformat.read(ROOT / "exercises" / lang / f"{id}.ipynb", 4).cells
        assert cells[1].source == f"variant = {info.variant}"


def test_a_variant_of_no_use_is_passed_over(tmp_path: Path) -> None:
    first, second = variants.opening("1-01"), variants.opening("1-01", 1)
    for same in (f"30 + 10 * (variant != {first})", f"10 + variant * (variant != {first})"):
        source = exercise(tmp_path, EXERCISE.replace("10 + variant", same))
        # A mistake gives the right answer, or the answer is that of the lessons' data.
        wrong = source if "30" not in same else exercise(
            tmp_path, EXERCISE.replace("number * 3", f"number * (2 + (variant != {first}))")
        )  # fmt: skip
        assert opened(wrong).info.variant == second


def test_an_exercise_with_the_same_answers_on_all_data_is_a_fault(tmp_path: Path) -> None:
    source = exercise(tmp_path, EXERCISE.replace("10 + variant", "10"))
    with pytest.raises(SourceError, match="On all data, an answer of this exercise"):
        opened(source)


def test_the_build_tells_of_it_with_the_file(tmp_path: Path) -> None:
    root = write_course(tmp_path, exercise=EXERCISE.replace("10 + variant", "10"))
    (root / "lessons" / "1-01.md").unlink()
    with pytest.raises(SourceError, match=r"solutions/1-01\.md:1: On all data"):
        build.build(root)


def test_a_lesson_whose_mistake_is_right_is_a_fault_with_its_line(tmp_path: Path) -> None:
    mistake = EXERCISE[
        EXERCISE.index("```{code-cell}\n:mistake: GEN-1") : EXERCISE.index('+++ {"lang": "en", "hint"')
    ]
    mistake = mistake.replace("double", "triple").replace(
        "triple = number * 3", "triple = number + number * 2"
    )
    lesson = LESSON.replace('+++ {"lang": "en"}\n\n## Quiz', mistake + '+++ {"lang": "en"}\n\n## Quiz')
    root = write_course(tmp_path, lesson=lesson)
    with pytest.raises(SourceError, match="the mistake `GEN-1` gives the right `triple`") as caught:
        build.build(root)
    assert caught.value.line == lesson[: lesson.index("triple = number + ")].count("\n") + 1


def test_figures_in_an_exercise_are_those_of_its_own_data(tmp_path: Path) -> None:
    told = EXERCISE.replace(
        "```{code-cell}\n# BEGIN SOLUTION\nsize",
        '+++ {"lang": "en"}\n\nIt was {{ number }}.\n\n+++ {"lang": "zh"}\n\n它是 {{ number }}。\n\n'
        "```{code-cell}\n# BEGIN SOLUTION\nsize",
    )
    root = write_course(tmp_path, exercise=told)
    (root / "lessons" / "1-01.md").unlink()
    text = build.build(root)["exercises/en/1-01.ipynb"]
    assert f"It was {NUMBER}." in text
    assert f"variant = {OPENS}" in text


def test_what_opens_elsewhere_is_asked_the_same(tmp_path: Path) -> None:
    source = exercise(tmp_path, EXERCISE)
    assert replace(opened(source).info, variant=0) == source.info
