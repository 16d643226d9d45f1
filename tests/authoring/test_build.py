"""What trainees open is built from what authors write: clean, stable and the same each time."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from written import EXERCISE, LESSON, NUMBER, OPENS, write_course

from trainkit.authoring import build
from trainkit.authoring.compose import compose, starter
from trainkit.authoring.source import read
from trainkit.course.answers import ANSWER_MIME
from trainkit.course.catalogue import find, info_from_plain, load_key
from trainkit.course.judge import judge
from trainkit.course.model import Answer, plain
from trainkit.course.passages import unseal
from trainkit.errors import DataError, SourceError
from trainkit.kernels import WorkbookKernelManager

FILES = sorted(
    f"{folder}/{part}"
    for folder in ("exercises", "notebooks")
    for part in ("en/1-01.ipynb", "zh/1-01.ipynb", "keys/1-01.json")
)


def cells(text: str) -> list[Any]:
    return list(nbformat.reads(text, 4).cells)


def sources(text: str) -> str:
    return "\n\n".join(c.source for c in cells(text))


@pytest.mark.slow
def test_the_same_sources_give_the_same_bytes(built: dict[str, str], tmp_path: Path) -> None:
    again = build.build(write_course(tmp_path / "another place"), workers=1)
    assert again == built
    assert list(again) == FILES


def test_every_notebook_is_valid_in_both_languages(built: dict[str, str]) -> None:
    for path, text in built.items():
        if path.endswith(".ipynb"):
            nb = nbformat.reads(text, 4)
            nbformat.validate(nb)
            assert nb.metadata.trainkit.lang == path.split("/")[1]


def test_no_metadata_survives_but_a_short_list(built: dict[str, str]) -> None:
    for path, text in built.items():
        if not path.endswith(".ipynb"):
            continue
        nb = json.loads(text)
        assert set(nb["metadata"]) == {"kernelspec", "language_info", "title", "trainkit"}
        assert "version" not in nb["metadata"]["language_info"], "it would differ from machine to machine"
        for cell in nb["cells"]:
            assert set(cell["metadata"]) <= {"tags"}
            for output in cell.get("outputs", ()):
                assert not any("widget" in mime for mime in output.get("data", {}))
                assert not output.get("metadata")


def test_an_exercise_has_starters_and_neither_outputs_nor_solutions(built: dict[str, str]) -> None:
    for lang in ("en", "zh"):
        text = built[f"exercises/{lang}/1-01.ipynb"]
        code = [c for c in cells(text) if c.cell_type == "code"]
        assert all(not c.outputs and c.execution_count is None for c in code)
        assert "double = ...\nex.answer(double=double)" in [c.source for c in code]
        assert "size = ...\nex.answer(size=size)" in [c.source for c in code]
        for hidden in (
            "number * 2",
            "number * 3",
            "SOLUTION",
            "three times it",
            "Two of it",
            "两个它",
            "GEN-1",
        ):
            assert hidden not in text


def test_an_exercise_starts_with_the_variant_that_papermill_replaces(built: dict[str, str]) -> None:
    heading, variant, *_rest = cells(built["exercises/en/1-01.ipynb"])
    assert heading.source.startswith("# 1-01 Counting\n")
    assert (variant.source, variant.metadata.tags) == (f"variant = {OPENS}", ["parameters"])


def test_choices_are_listed_above_their_cell_with_labels_in_the_language(built: dict[str, str]) -> None:
    (listed,) = [c for c in cells(built["exercises/zh/1-01.ipynb"]) if c.metadata.get("tags") == ["choices"]]
    assert '- `"big"` 大\n- `"small"` 小' in listed.source


def test_a_lesson_is_executed_in_its_language(built: dict[str, str]) -> None:
    printed = {
        lang: [
            o.text
            for c in cells(built[f"notebooks/{lang}/1-01.ipynb"])
            for o in c.get("outputs", [])
            if "text" in o
        ]
        for lang in ("en", "zh")
    }
    assert printed == {"en": ["twice: 14\n"], "zh": ["两倍： 14\n"]}


def test_the_answers_of_a_lesson_travel_as_plain_data_and_are_not_attempted(built: dict[str, str]) -> None:
    outputs = [o for c in cells(built["notebooks/en/1-01.ipynb"]) for o in c.get("outputs", [])]
    (payloads,) = [o.data[ANSWER_MIME] for o in outputs if ANSWER_MIME in o.get("data", {})]
    assert [(p["name"], p["state"]) for p in payloads] == [("triple", "not attempted")]


def test_prose_after_an_answer_is_a_cell_that_shows_it_and_is_nowhere_in_plain_text(
    built: dict[str, str], course: Path
) -> None:
    for lang, waits in (
        ("en", "Answer the question above to read on."),
        ("zh", "先回答上面的问题，再往下读。"),
    ):
        (cell,) = [c for c in cells(built[f"notebooks/{lang}/1-01.ipynb"]) if "lesson.after" in c.source]
        assert (cell.source, cell.metadata.tags) == ('lesson.after("triple")', ["hide-input"])
        assert [output.data["text/markdown"] for output in cell.outputs] == [f"*{waits}*"]
    assert not any(told in text for text in built.values() for told in ("is 21", "That is odd", "这是奇数"))
    lesson = find("lesson", "1-01")
    assert unseal(lesson, "triple")["en"] == "Three times 7 is 21.\nThat is odd."
    with pytest.raises(DataError, match="is damaged"):
        unseal(replace(lesson, edition="another"), "triple")


@pytest.mark.slow
def test_in_a_kernel_the_prose_takes_the_place_of_the_line_that_waits(course: Path) -> None:
    code = [
        'lesson = __import__("trainkit").Lesson("1-01")',
        'lesson.after("triple")',
        "lesson.answer(triple=21)",
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(line) for line in [*code, "lesson.answer(triple=21)"]]
    )
    client = NotebookClient(notebook, kernel_manager_class=WorkbookKernelManager)
    asyncio.run(client.async_execute(env={**os.environ, "TRAINKIT_LANG": "en", "TRAINKIT_LIFE": "lab"}))
    (shown,) = notebook.cells[1].outputs
    assert shown.data["text/markdown"] == "Three times 7 is 21.\nThat is odd."


def test_cells_have_the_same_ids_in_both_languages(built: dict[str, str]) -> None:
    for folder in ("notebooks", "exercises"):
        en, zh = ([c.id for c in cells(built[f"{folder}/{lang}/1-01.ipynb"])] for lang in ("en", "zh"))
        assert en == zh
        assert len(set(en)) == len(en)


def test_ids_stay_when_a_cell_is_inserted_before_them(tmp_path: Path) -> None:
    path = tmp_path / "1-01.md"
    ids = []
    for text in (
        EXERCISE,
        EXERCISE.replace(
            "```{code-cell}\n# BEGIN", "```{code-cell}\nprint(number)\n```\n\n```{code-cell}\n# BEGIN", 1
        ),
    ):
        path.write_text(text, encoding="utf-8")
        ids.append([c.id for c in compose(read(path, "exercise"), "en").cells])
    before, after = ids
    assert len(after) == len(before) + 1
    assert [i for i in after if i in before] == before


def test_cells_of_the_same_text_have_ids_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "1-01.md"
    twice = "```{code-cell}\nprint(number)\n```\n\n" * 2
    path.write_text(EXERCISE + "\n" + twice, encoding="utf-8")
    ids = [c.id for c in compose(read(path, "exercise"), "en").cells]
    assert len(set(ids)) == len(ids)


def test_differences_are_stale_missing_and_left_over_files(built: dict[str, str], tmp_path: Path) -> None:
    build.write(tmp_path, built)
    assert build.differences(tmp_path, built) == []
    stale, missing, left_over = tmp_path / FILES[0], tmp_path / FILES[1], tmp_path / "exercises/en/9-99.ipynb"
    stale.write_text(stale.read_text(encoding="utf-8") + " ", encoding="utf-8")
    missing.unlink()
    left_over.write_text("{}")
    expected = sorted([FILES[0], FILES[1], "exercises/en/9-99.ipynb"])
    assert build.differences(tmp_path, built) == expected
    assert build.write(tmp_path, built) == expected
    assert build.differences(tmp_path, built) == []
    assert not left_over.exists()


def test_checkpoints_of_jupyter_are_no_difference(built: dict[str, str], tmp_path: Path) -> None:
    build.write(tmp_path, built)
    checkpoint = tmp_path / "exercises/en/.ipynb_checkpoints/1-01-checkpoint.ipynb"
    checkpoint.parent.mkdir()
    checkpoint.write_text("{}")
    assert build.differences(tmp_path, built) == []


def test_what_is_written_is_what_was_built_byte_for_byte(built: dict[str, str], tmp_path: Path) -> None:
    build.write(tmp_path, built)
    assert {p: (tmp_path / p).read_bytes() for p in built} == {p: t.encode() for p, t in built.items()}


@pytest.mark.slow
def test_a_lesson_that_fails_is_told_with_its_file_and_the_broken_cell(tmp_path: Path) -> None:
    broken = LESSON.replace('lesson.demo(lambda n: f"{n} times"', "lesson.demo(lambda n: n / (n - n)")
    with pytest.raises(SourceError, match="ZeroDivisionError") as caught:
        build.build(write_course(tmp_path, lesson=broken))
    assert caught.value.path == tmp_path / "lessons" / "1-01.md"
    assert "lesson.demo" in str(caught.value)


def test_the_key_file_says_what_is_asked_and_what_is_right_where_the_exercise_opens(course: Path) -> None:
    info = find("exercise", "1-01")
    assert [a.name for a in info.answers] == ["double", "size"]
    key = load_key("exercise", "1-01", info.variant)
    assert key is not None
    said = [
        judge(info.answers[0], key.expected_for(info.answers[0], payload), payload).outcome
        for payload in ({"state": "given", "value": n * NUMBER} for n in (2, 3, 4))
    ]
    assert said == ["right", "mistake", "wrong"]
    assert load_key("exercise", "1-01", 0) is None


def test_what_is_asked_survives_the_way_through_a_file(tmp_path: Path) -> None:
    for kind, text in (("exercise", EXERCISE), ("lesson", LESSON)):
        path = tmp_path / f"{kind}.md"
        path.write_text(text, encoding="utf-8")
        info = read(path, kind).info
        assert info_from_plain(json.loads(json.dumps(plain(info)))) == info


def test_before_an_examination_neither_key_nor_hints_travel(tmp_path: Path) -> None:
    exam = EXERCISE.replace("minutes: 5\n", "minutes: 5\ninstant: false\n")
    root = write_course(tmp_path, exercise=exam)
    (root / "lessons" / "1-01.md").unlink()
    files = build.build(root)
    data = json.loads(files["exercises/keys/1-01.json"])
    assert data["practice"] == {}
    assert "hints" not in data["info"]
    assert not any(
        hidden in text
        for text in files.values()
        for hidden in ("两个它", "three times it", str(2.0 * NUMBER))
    )


NUMBERS = [Answer("n", "number", {}), Answer("m", "number", {})]


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("# BEGIN SOLUTION\nn = 1\n# END SOLUTION\nex.answer(n=n)", "n = ...\nex.answer(n=n)"),
        ("# BEGIN SOLUTION\nx = 1\nn, m = x, 2\n# END SOLUTION", "n = ...\nm = ..."),
        ("# BEGIN SOLUTION\nn = 1\nn = n + 1\n# END SOLUTION", "n = ..."),
        ("a = 1\n# BEGIN SOLUTION\nx = a\n# END SOLUTION\nb = 2", "a = 1\nb = 2"),
        (
            "# BEGIN SOLUTION\nn = 1\n# END SOLUTION\nk = 0\n# BEGIN SOLUTION\nm = k\n# END SOLUTION",
            "n = ...\nk = 0\nm = ...",
        ),
        ("a = 1", "a = 1"),
        ("", ""),
    ],
)
def test_a_starter_keeps_what_is_given_and_leaves_a_place_for_each_answer(code: str, left: str) -> None:
    assert starter(code, NUMBERS) == left


@pytest.mark.parametrize(
    "code", ["# BEGIN SOLUTION\nn = 1", "n = 1\n# END SOLUTION", "# Begin SOLUTION\nn = 1\n# END SOLUTION"]
)
def test_a_solution_mark_without_its_twin_is_a_fault(tmp_path: Path, code: str) -> None:
    path = tmp_path / "1-01.md"
    text = EXERCISE.replace("number = 10 + variant", code)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="SOLUTION") as caught:
        read(path, "exercise")
    assert caught.value.line > 1
