"""Submissions as platforms, browsers and people leave them: names in any order, files under any name."""

from __future__ import annotations

import codecs
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from shared_cases import case

from trainkit.sandbox.limits import Limits
from trainkit.submissions.intake import Ignored, Known, collect
from trainkit.submissions.notebooks import Damaged, repair

EXERCISES = ["1-06", "2-01"]


@dataclass(frozen=True)
class Someone:
    name: str
    display_name: str = ""
    email: str = ""
    number: str = ""
    platform: str = ""


def notebook(answer: str = "1", exercise: str = "1-06") -> str:
    cells = [f'ex = Exercise("{exercise}")', f"nps = {answer}\nex.answer(nps=nps)"]
    return json.dumps({"cells": [{"cell_type": "code", "source": c} for c in cells], "nbformat": 4})


def lay(folder: Path, files: dict[str, str | bytes]) -> Path:
    for at, (name, content) in enumerate(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (1_000_000 + at,) * 2)
    return folder


def packed(path: Path, files: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "submissions"
    made.mkdir()
    return made


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    made = tmp_path / "unpacked"
    made.mkdir()
    return made


def who(folder: Path, inside: Path | None = None, **known) -> tuple[list[str], dict[str, list[Ignored]]]:
    handed, ignored = collect(folder, EXERCISES, known=Known(**known), unpacked=inside)
    kinds: dict[str, list[Ignored]] = {}
    for item in ignored:
        kinds.setdefault(item.kind, []).append(item)
    return [h.trainee for h in handed], kinds


class TestNames:
    PEOPLE = (
        Someone("zw", "张伟", number="20230001"),
        Someone("wn", "王娜"),
        Someone("oyf", "欧阳菲"),
        Someone("ly", "Lin Yue", platform="101"),
        Someone("aw", "Wu, Anna"),
    )

    @pytest.mark.parametrize(
        ("name", "trainee"),
        [
            ("张 伟", "zw"), ("伟 张", "zw"), ("张伟", "zw"), ("娜 王", "wn"),
            ("欧阳 菲", "oyf"), ("菲 欧阳", "oyf"),
            ("Yue Lin", "ly"), ("LIN, Yue", "ly"), ("linyue", "ly"), ("Anna Wu", "aw"), ("wu anna", "aw"),
        ],
    )  # fmt: skip
    def test_a_name_means_one_person_in_whatever_order(self, folder: Path, name: str, trainee: str):
        lay(folder, {f"{name}/1-06.ipynb": notebook()})
        assert who(folder, people=self.PEOPLE) == ([trainee], {})

    @pytest.mark.parametrize(
        ("name", "trainee"),
        [
            ("20230001-张伟-1-06.ipynb", "zw"),
            ("张伟_20230001_1-06 (1).ipynb", "zw"),
            ("20230001+1-06.ipynb", "zw"),
            ("1-06-王娜.ipynb", "wn"),
            ("linyue_101_9001_1-06.ipynb", "ly"),
            ("wuanna_LATE_102_9002_1-06-1.ipynb", "aw"),
        ],
    )
    def test_a_loose_file_says_whose_it_is_beside_the_exercise(self, folder: Path, name: str, trainee: str):
        lay(folder, {name: notebook()})
        handed, kinds = who(folder, people=self.PEOPLE)
        assert handed == [trainee]
        assert set(kinds) == ({"late"} if "LATE" in name else set())

    def test_a_loose_file_of_nobody_known_keeps_its_name(self, folder: Path):
        lay(folder, {"20239999-李四-1-06.ipynb": notebook(), "1-06.ipynb": notebook()})
        handed, kinds = who(folder)
        assert handed == ["20239999-李四"]
        assert [i.path.name for i in kinds[""]] == ["1-06.ipynb"]

    @pytest.mark.parametrize(
        "name",
        [
            "张 伟_4801_assignsubmission_file",
            "张 伟_4801_assignsubmission_file_",
            "张 伟_assignsubmission_file",
            "张 伟_assignsubmission_file_",
        ],
    )
    def test_moodle_folders_end_in_several_ways(self, folder: Path, name: str):
        lay(folder, {f"{name}/1-06.ipynb": notebook()})
        assert who(folder, people=self.PEOPLE) == (["zw"], {})

    def test_people_without_a_group_are_found(self, folder: Path):
        lay(folder, {"Default group_assignsubmission_file/1-06.ipynb": notebook()})
        handed, kinds = who(folder, people=self.PEOPLE)
        assert handed == ["Default group"]
        assert [i.trainee for i in kinds["unknown"]] == ["Default group"]

    def test_a_stranger_is_told_with_the_nearest_name(self, folder: Path):
        lay(folder, {"张炜/1-06.ipynb": notebook()})
        handed, kinds = who(folder, people=self.PEOPLE)
        assert handed == ["张炜"]
        [told] = kinds["unknown"]
        assert "张伟 (zw)" in told.reason
        assert 'trainkit trainee match "张炜" zw' in told.reason

    def test_two_people_of_one_name_are_nobodys_choice(self, folder: Path):
        twins = (Someone("w1", "Wei Li"), Someone("w2", "Wei Li"))
        lay(folder, {"Wei Li/1-06.ipynb": notebook()})
        _handed, kinds = who(folder, people=(*twins, Someone("w3", "Li Wei Wei")))
        assert "w1" in kinds["unknown"][0].reason

    def test_what_an_assessor_said_comes_before_the_roster(self, folder: Path):
        lay(folder, {"张 伟/1-06.ipynb": notebook()})
        assert who(folder, people=self.PEOPLE, matched={"张 伟": "wn"})[0] == ["wn"]


class TestFiles:
    @pytest.mark.parametrize(
        "name",
        [
            "1-06.ipynb.txt",
            "1-06.ipynb.json",
            "1-06",
            "homework/1-06.ipynb",
            "1-06.IPYNB",
            "a/b/c/1-06.ipynb",
        ],
    )
    @pytest.mark.parametrize("zipped", [False, True])
    def test_a_notebook_is_one_under_any_name(self, folder: Path, inside: Path, name: str, zipped: bool):
        if zipped:
            packed(folder / "week1.zip", {f"fan/{name}": notebook(), "bo/1-06.ipynb": notebook()})
        else:
            lay(folder, {f"fan/{name}": notebook(), "bo/1-06.ipynb": notebook()})
        assert who(folder, inside) == (["bo", "fan"], {})

    def test_an_archive_in_a_folder_is_that_persons(self, folder: Path, inside: Path):
        packed(folder / "chen" / "1-06.zip", {"bo/1-06.ipynb": notebook()})
        assert who(folder, inside) == (["chen"], {})

    @pytest.mark.parametrize("content", [b"", b"<html></html>"])
    def test_a_folder_without_a_notebook_is_told_with_what_is_in_it(self, folder: Path, content: bytes):
        lay(folder, {"dai/1-06.html": content, "e/1-06.ipynb": notebook()})
        (folder / "bo").mkdir()
        handed, kinds = who(folder)
        assert handed == ["e"]
        assert {(i.trainee, i.exercise) for i in kinds["no notebook"]} == {("bo", ""), ("dai", "1-06")}

    def test_a_script_is_read_as_a_notebook_where_there_is_none(self, folder: Path):
        script = '# %% [markdown]\n# NPS\n# %%\nex = Exercise("1-06")\n# %%\nnps = 1\nex.answer(nps=nps)\n'
        lay(folder, {"ana/1-06.py": script, "bo/1-06.ipynb": notebook(), "bo/1-06.py": script})
        handed, _ignored = collect(folder, EXERCISES)
        assert [h.path.name for h in handed] == ["1-06.py", "1-06.ipynb"]
        assert [source for _n, source in repair(handed[0].path.read_bytes()).cells] == [
            'ex = Exercise("1-06")',
            "nps = 1\nex.answer(nps=nps)",
        ]

    def test_a_copy_that_was_worked_on_counts_before_the_one_handed_out(self, folder: Path):
        lay(folder, {"mei/1-06.ipynb": notebook("..."), "mei/1-06 (1).ipynb": notebook("3")})
        handed, ignored = collect(folder, EXERCISES)
        assert [h.path.name for h in handed] == ["1-06 (1).ipynb"]
        assert [(i.kind, i.path.name) for i in ignored] == [("several", "1-06.ipynb")]

    @pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
    def test_a_byte_order_mark_is_nothing(self, mark: bytes):
        assert len(repair(mark + notebook().encode()).cells) == 2

    def test_utf_16_is_read(self):
        assert len(repair(notebook().encode("utf-16")).cells) == 2

    def test_what_is_not_graded_is_named_within_its_archive(self, folder: Path, inside: Path):
        packed(
            folder / "week1.zip",
            {"bo/1-06.ipynb": notebook(), "bo/notes.ipynb": "{}", "wei/2-01.ipynb": notebook()},
        )
        _handed, ignored = collect(folder, EXERCISES, unpacked=inside)
        assert [i.path for i in ignored] == [folder / "week1.zip" / "bo" / "notes.ipynb"]


class TestRetyped:
    @pytest.mark.parametrize("kind", ["markdown", "raw", None, "heading", "no such type"])
    def test_an_answers_cell_is_code_whatever_its_type(self, kind: str | None):
        document = json.loads(notebook())
        document["cells"][1]["cell_type"] = kind
        if kind is None:
            del document["cells"][1]["cell_type"]
        found = repair(json.dumps(document).encode())
        assert [n for n, _source in found.cells] == [1, 2]
        assert found.retyped == (2,)

    @pytest.mark.parametrize(
        "text",
        [
            "Then call `ex.answer(nps=nps)`.",
            "```python\nex.answer(nps=1)\n```",
            "# ex.answer(nps=1)",
            "> ex.answer(nps=1)",
            "Answer: ex.answer(nps=1) is right",
        ],
    )
    def test_prose_about_code_stays_prose(self, text: str):
        document = json.loads(notebook())
        document["cells"].append({"cell_type": "markdown", "source": text})
        assert repair(json.dumps(document).encode()).retyped == ()


class TestTwoSources:
    def test_work_from_two_places_is_told_and_neither_is_chosen(self, folder: Path, inside: Path):
        lay(folder, {"lin-yue/1-06.ipynb": notebook("1"), "bo/1-06.ipynb": notebook("1")})
        packed(folder / "week2.zip", {"lin-yue/1-06.ipynb": notebook("2"), "wei/1-06.ipynb": notebook("2")})
        handed, kinds = who(folder, inside)
        assert handed == ["bo", "wei"]
        assert [(i.trainee, i.exercise) for i in kinds["conflict"]] == [("lin-yue", "1-06")] * 2
        assert "lin-yue, week2.zip/lin-yue" in kinds["conflict"][0].reason

    @pytest.mark.parametrize(
        ("said", "content"), [("week2.zip", "2"), ("week2.zip/lin-yue", "2"), ("lin-yue", "1")]
    )
    def test_an_assessor_says_which_counts(self, folder: Path, inside: Path, said: str, content: str):
        lay(folder, {"lin-yue/1-06.ipynb": notebook("1")})
        packed(folder / "week2.zip", {"lin-yue/1-06.ipynb": notebook("2"), "wei/1-06.ipynb": notebook()})
        handed, ignored = collect(
            folder, EXERCISES, known=Known(chosen={("lin-yue", "1-06"): said}), unpacked=inside
        )
        [mine] = [h for h in handed if h.trainee == "lin-yue"]
        assert mine.path.read_text() == notebook(content)
        assert [i.kind for i in ignored] == [""]

    def test_the_same_work_in_two_places_is_no_question(self, folder: Path, inside: Path):
        lay(folder, {"lin-yue/1-06.ipynb": notebook()})
        packed(folder / "week2.zip", {"lin-yue/1-06.ipynb": notebook(), "wei/1-06.ipynb": notebook()})
        assert who(folder, inside)[0] == ["lin-yue", "wei"]

    @pytest.mark.parametrize("roster", [True, False])
    def test_a_persons_archive_brings_that_persons_work_only(self, folder: Path, inside: Path, roster: bool):
        lay(folder, {"lin-yue/1-06.ipynb": notebook("1")})
        packed(
            folder / "x.zip",
            {
                "lin-yue/1-06.ipynb": notebook("2"),
                "bo/1-06.ipynb": notebook("2"),
                "x/2-01.ipynb": notebook("3", "2-01"),
            },
        )
        people = tuple(Someone(n) for n in ("lin-yue", "bo", "x")) if roster else ()
        handed, ignored = collect(folder, EXERCISES, known=Known(people, names=("x", "bo")), unpacked=inside)
        assert [(h.trainee, h.exercise) for h in handed] == [("lin-yue", "1-06"), ("x", "2-01")]
        assert handed[0].path == folder / "lin-yue" / "1-06.ipynb"
        assert {i.path for i in ignored} == {folder / "x.zip" / "lin-yue", folder / "x.zip" / "bo"}

    def test_an_archive_named_for_a_person_may_hold_the_files_alone(self, folder: Path, inside: Path):
        packed(folder / "lin-yue.zip", {"1-06.ipynb": notebook(), "words.txt": "a"})
        assert who(folder, inside, people=(Someone("lin-yue"),)) == (["lin-yue"], {})


class TestCases:
    """The cases' own files, made by their own programs."""

    def make(self, name: str, *arguments: Path) -> bytes:
        script = case(name) / "make_case.py"
        return subprocess.run([sys.executable, script, *arguments], check=True, capture_output=True).stdout

    @pytest.fixture
    def solved(self, tmp_path: Path) -> Path:
        path = tmp_path / "solved.ipynb"
        path.write_text(notebook("3"))
        return path

    def people(self, tmp_path: Path) -> tuple:
        from trainkit.classes.roster import read_roster

        return tuple(read_roster(tmp_path / "roster.csv"))

    def test_canvas_download(self, tmp_path: Path, folder: Path, inside: Path, solved: Path):
        self.make("canvas-download", solved, tmp_path)
        handed, kinds = who(folder, inside, people=self.people(tmp_path))
        assert handed == ["anna.wu", "yue.lin"]
        assert [(i.trainee, i.exercise) for i in kinds.pop("late")] == [("anna.wu", "1-06")]
        assert kinds == {}

    def test_moodle_name_order(self, tmp_path: Path, folder: Path, solved: Path):
        self.make("moodle-name-order", solved, tmp_path)
        assert who(folder, people=self.people(tmp_path)) == (["oyf", "wn", "zw"], {})

    def test_notebook_under_another_name(self, folder: Path, solved: Path):
        self.make("notebook-under-another-name", solved, folder)
        assert who(folder) == (["dong", "eva", "fan", "gu", "hai"], {})

    def test_starter_beats_solved_copy(self, tmp_path: Path, folder: Path, solved: Path):
        out = tmp_path / "out.ipynb"
        out.write_text(notebook("..."))
        self.make("starter-beats-solved-copy", out, solved, folder)
        handed, _ignored = collect(folder, EXERCISES)
        assert handed[0].path.name == "1-06 (1).ipynb"

    def test_retyped_answer_cell(self, tmp_path: Path):
        path = tmp_path / "solved.ipynb"
        path.write_text(notebook().replace("nps", "margin"))
        assert len(repair(self.make("retyped-answer-cell", path)).cells) == 2

    def test_folder_without_notebook(self, folder: Path, inside: Path):
        case("folder-without-notebook")
        script = '# %%\nex = Exercise("1-06")\n# %%\nnps = 1\nex.answer(nps=nps)\n'
        bom = codecs.BOM_UTF8 + notebook().encode()
        lay(folder, {"ana/1-06.py": script, "dai/1-06.html": "<html>", "e/1-06.ipynb": bom})
        (folder / "bo").mkdir()
        packed(folder / "chen" / "1-06.zip", {"1-06.ipynb": notebook()})
        handed, kinds = who(folder, inside)
        assert handed == ["ana", "chen", "e"]
        assert sorted(i.trainee for i in kinds["no notebook"]) == ["bo", "dai"]


def test_a_file_that_is_too_large_is_told_where_it_lies(folder: Path):
    lay(folder, {"bo/1-06.ipynb": b"x" * 2000})
    [handed], _ignored = collect(folder, EXERCISES)
    with pytest.raises(Damaged):
        handed.read(Limits(notebook_bytes=1000))
