from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainkit.errors import GradingError, UnknownName
from trainkit.submissions import alongside
from trainkit.submissions.intake import collect, submissions_folder
from trainkit.submissions.notebooks import Damaged

EXERCISES = ["1-06", "2-01", "3-01"]


def lay(folder: Path, *paths: str) -> None:
    for at, path in enumerate(paths):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
        os.utime(file, (1_000_000 + at, 1_000_000 + at))


@pytest.mark.parametrize(
    ("name", "exercise"),
    [
        ("1-06", "1-06"),
        ("1-06 (2)", "1-06"),
        ("1-06_lin-yue", "1-06"),
        ("1-06.new-edition", "1-06"),
        ("1-06 满意度", "1-06"),
        ("1-060", None),
        ("1-06-2", None),
        ("11-06", None),
        ("notes", None),
    ],
)
def test_a_name_that_begins_with_an_exercise_is_that_exercise(
    tmp_path: Path, name: str, exercise: str | None
):
    lay(tmp_path, f"lin-yue/{name}.ipynb")
    handed, ignored = collect(tmp_path, EXERCISES)
    assert [h.exercise for h in handed] == ([exercise] if exercise else [])
    assert len(ignored) == (0 if exercise else 1)


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        (["1-06", "1-06 (2)"], "1-06"),
        (["1-06 (2)", "1-06"], "1-06"),
        (["1-06 (1)", "1-06 (2)"], "1-06 (2)"),
        (["1-06 (2)", "1-06 (1)"], "1-06 (1)"),
    ],
)
def test_of_several_files_the_exact_name_counts_else_the_last_change(
    tmp_path: Path, names: list[str], counts: str
):
    lay(tmp_path, *(f"lin-yue/{n}.ipynb" for n in names))
    [handed], [other] = collect(tmp_path, EXERCISES)
    assert handed.path.stem == counts
    assert counts in other.reason


def test_files_come_by_trainee_and_exercise(tmp_path: Path):
    lay(
        tmp_path,
        "zhou/1-06.ipynb",
        "chen/2-01.ipynb",
        "chen/1-06.ipynb",
        "chen/.ipynb_checkpoints/1-06.ipynb",
    )
    lay(tmp_path, ".hidden/1-06.ipynb", "readme.ipynb", "chen/older/1-06.ipynb", "wei/1-99.ipynb")
    handed, ignored = collect(tmp_path, EXERCISES)
    assert [(h.trainee, h.exercise) for h in handed] == [("chen", "1-06"), ("chen", "2-01"), ("zhou", "1-06")]
    assert {str(i.path.relative_to(tmp_path)) for i in ignored} == {
        "readme.ipynb",
        "chen/older/1-06.ipynb",
        "wei/1-99.ipynb",
    }
    assert all(i.reason for i in ignored)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(
            {"metadata": {"trainkit": {"edition": "x", "id": "2-01", "kind": "exercise"}}, "cells": []}
        ),
        json.dumps({"cells": [{"cell_type": "code", "source": ['ex = Exercise("2-01", variant=variant)']}]}),
        json.dumps({"cells": [{"cell_type": "code", "source": "ex = Exercise('2-01')"}]}),
    ],
)
def test_a_renamed_notebook_is_what_it_says_of_itself(tmp_path: Path, text: str):
    lay(tmp_path, "lin-yue/final final.ipynb")
    (tmp_path / "lin-yue" / "final final.ipynb").write_text(text)
    [handed], _ignored = collect(tmp_path, EXERCISES)
    assert handed.exercise == "2-01"


def test_a_notebook_that_names_two_exercises_is_none(tmp_path: Path):
    lay(tmp_path, "lin-yue/notes.ipynb")
    (tmp_path / "lin-yue" / "notes.ipynb").write_text("Exercise('2-01'); Exercise('1-06')")
    assert collect(tmp_path, EXERCISES)[0] == []


class TestLayouts:
    @pytest.mark.parametrize(
        ("paths", "found"),
        [
            (
                ["Lin Yue_123_assignsubmission_file_/1-06.ipynb", "Bo Li_7_assignsubmission_file/1-06.ipynb"],
                [("Bo Li", "1-06"), ("Lin Yue", "1-06")],
            ),
            (
                [
                    "Lin Yue_123_assignsubmission_file_1-06.ipynb",
                    "林悦_9_assignsubmission_file_2-01 (1).ipynb",
                ],
                [("Lin Yue", "1-06"), ("林悦", "2-01")],
            ),
            (
                ["Wei_1_assignsubmission_file_1-06.ipynb", "Wei_2_assignsubmission_file_1-06.ipynb"],
                [("Wei (1)", "1-06"), ("Wei (2)", "1-06")],
            ),
            (
                ["Participant_4711_assignsubmission_file_/1-06.ipynb"],
                [("Participant (4711)", "1-06")],
            ),
            (
                ["submitted/lin-yue/1-06/1-06.ipynb", "submitted/bo/week 1/2-01.ipynb"],
                [("bo", "2-01"), ("lin-yue", "1-06")],
            ),
            (
                ["lin-yue/1-06/answers.ipynb", "bo/1-06/answers.ipynb", "bo/1-06/timestamp.txt"],
                [("bo", "1-06"), ("lin-yue", "1-06")],
            ),
            (["submissions/bo/1-06.ipynb", "grades/feedback.ipynb"], [("bo", "1-06")]),
        ],
    )
    def test_each_is_told_by_its_names(self, tmp_path: Path, paths: list[str], found: list[tuple[str, str]]):
        lay(tmp_path, *paths)
        handed, _ignored = collect(tmp_path, EXERCISES)
        assert [(h.trainee, h.exercise) for h in handed] == found
        assert [f for h in handed for f in h.files] == []

    def test_one_can_be_forced(self, tmp_path: Path):
        lay(tmp_path, "a_1_assignsubmission_file_/1-06.ipynb")
        [handed], _ignored = collect(tmp_path, EXERCISES, layout="folders")
        assert handed.trainee == "a_1_assignsubmission_file_"

    def test_an_unknown_one_is_named_with_those_that_there_are(self, tmp_path: Path):
        with pytest.raises(UnknownName, match="moodle"):
            collect(tmp_path, EXERCISES, layout="mooodle")

    def test_what_was_typed_into_moodle_is_listed(self, tmp_path: Path):
        lay(tmp_path, "Bo_1_assignsubmission_onlinetext_/onlinetext.html")
        handed, [ignored] = collect(tmp_path, EXERCISES)
        assert handed == []
        assert "typed" in ignored.reason

    def test_files_of_a_flat_download_have_their_own_names_again(self, tmp_path: Path):
        lay(tmp_path, "Bo_1_assignsubmission_file_1-06.ipynb", "Bo_1_assignsubmission_file_bins.py", "Bo.txt")
        [handed], [loose] = collect(tmp_path, EXERCISES)
        assert [name for name, _path in handed.files] == ["bins.py"]
        assert loose.path.name == "Bo.txt"

    @pytest.mark.parametrize(
        "paths",
        [
            ["bo/1-06.ipynb", "closed/1-06.ipynb"],
            ["bo_1_assignsubmission_file_/1-06.ipynb", "closed_2_assignsubmission_file_/1-06.ipynb"],
            ["bo/1-06/1-06.ipynb", "closed/1-06/1-06.ipynb"],
            ["bo/1-06/1-06.ipynb", "wei/closed/1-06.ipynb"],
        ],
    )
    @pytest.mark.parametrize("what", ["iterdir", "lstat"])
    def test_a_folder_that_cannot_be_read_costs_only_itself(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paths: list[str], what: str
    ):
        """Root may read everything, so the refusal is played."""
        lay(tmp_path, *paths)
        real = getattr(Path, what)

        def refusing(path: Path):
            if any(part.startswith("closed") for part in (path if what == "iterdir" else path.parent).parts):
                raise PermissionError(13, "Permission denied", str(path))
            return real(path)

        monkeypatch.setattr(Path, what, refusing)
        [handed], [ignored] = collect(tmp_path, EXERCISES)
        assert (handed.trainee, handed.exercise) == ("bo", "1-06")
        assert ignored.path.name.startswith("closed")
        assert "Permission denied" in ignored.reason

    def test_links_to_folders_are_not_followed(self, tmp_path: Path):
        lay(tmp_path / "else", "1-06.ipynb")
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "mallory").symlink_to(tmp_path / "else")
        handed, [ignored] = collect(tmp_path / "in", EXERCISES)
        assert handed == []
        assert "link" in ignored.reason


@dataclass(frozen=True)
class Listed:
    name: str
    display_name: str = ""
    email: str = ""
    number: str = ""
    platform: str = ""


ROSTER = [
    Listed("ly", "Lin Yue", "lin.yue@example.org", "2026001"),
    Listed("w1", "Wei Li"),
    Listed("w2", "Wei Li"),
    Listed("2026001x", "Lena Wu"),
]


@pytest.mark.parametrize(
    ("name", "trainee"),
    [
        ("ly", "ly"),
        ("LY", "ly"),
        ("lin  yue", "ly"),
        ("Lin.Yue@Example.org", "ly"),
        ("2026001", "ly"),
        ("Wei Li", "Wei Li"),
        ("Lena Wu", "2026001x"),
        ("Anna-Lena Wu", "Anna-Lena Wu"),
        ("nobody", "nobody"),
    ],
)
def test_a_folder_is_whom_the_roster_knows_by_this_name_if_it_is_one_only(
    tmp_path: Path, name: str, trainee: str
):
    lay(tmp_path, f"{name}/1-06.ipynb")
    [handed], _ignored = collect(tmp_path, EXERCISES, people=ROSTER)
    assert handed.trainee == trainee


def test_a_group_of_moodle_stands_before_the_names_and_is_no_part_of_them(tmp_path: Path):
    lay(
        tmp_path,
        *(f"Group A-{n}_{i}_assignsubmission_file_/1-06.ipynb" for i, n in enumerate(["Lin Yue", "Bo"])),
    )
    handed, _ignored = collect(tmp_path, EXERCISES, people=ROSTER)
    assert [h.trainee for h in handed] == ["Group A-Bo", "ly"]


def test_two_participants_of_one_name_are_two_trainees_even_if_the_roster_knows_one(tmp_path: Path):
    lay(tmp_path, *(f"Lin Yue_{n}_assignsubmission_file_/1-06.ipynb" for n in (7, 8)))
    handed, _ignored = collect(tmp_path, EXERCISES, people=ROSTER)
    assert [h.trainee for h in handed] == ["Lin Yue (7)", "Lin Yue (8)"]


class TestFilesBesideANotebook:
    def test_small_files_come_along_and_others_are_listed(self, tmp_path: Path):
        lay(tmp_path, "bo/1-06.ipynb", "bo/2-01.ipynb", "bo/bins.py", "bo/words.TXT", "bo/photo.png")
        (tmp_path / "bo" / "link.csv").symlink_to("/etc/passwd")
        handed, ignored = collect(tmp_path, EXERCISES)
        assert [[name for name, _path in h.files] for h in handed] == [["bins.py", "words.TXT"]] * 2
        assert {i.path.name for i in ignored} == {"photo.png", "link.csv"}

    def test_twenty_files_and_a_megabyte_are_the_most(self, tmp_path: Path):
        lay(tmp_path, "bo/1-06.ipynb", *(f"bo/{n:02}.csv" for n in range(22)))
        (tmp_path / "bo" / "03.csv").write_bytes(b"x" * 2**20)
        [handed], ignored = collect(tmp_path, EXERCISES)
        assert len(handed.files) == alongside.MOST_FILES
        assert {i.path.name for i in ignored} == {"03.csv", "21.csv"}
        assert sum(len(raw) for _name, raw in alongside.read_helpers(handed.files)) <= alongside.MOST_BYTES

    def test_a_file_that_grew_since_is_refused(self, tmp_path: Path):
        lay(tmp_path, "bo/1-06.ipynb", "bo/a.csv", "bo/b.csv")
        [handed], _ignored = collect(tmp_path, EXERCISES)
        for name in "ab":
            (tmp_path / "bo" / f"{name}.csv").write_bytes(b"x" * (2**19 + 1))
        with pytest.raises(Damaged):
            alongside.read_helpers(handed.files)

    @given(st.text(max_size=120))
    def test_the_name_of_a_helper_is_a_plain_name(self, name: str):
        if alongside.is_helper(name):
            assert Path(name).name == name
            assert name.isprintable()
            assert name[0] not in ".-"


def test_a_name_is_the_same_however_it_is_encoded(tmp_path: Path):
    """macOS takes é apart, Linux doesn't; it's one trainee."""
    lay(tmp_path, "Rene\u0301/1-06.ipynb")
    [handed], _ignored = collect(tmp_path, EXERCISES)
    assert handed.trainee == "Ren\u00e9"


def test_a_name_that_is_no_text_can_be_kept_all_the_same(tmp_path: Path):
    """Linux allows any bytes in a name; databases don't."""
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    Path(os.fsdecode(folder)).mkdir()
    lay(Path(os.fsdecode(folder)), "1-06.ipynb")
    [handed], _ignored = collect(tmp_path, EXERCISES)
    assert handed.trainee.encode() == b"caf\\udce9"


def test_a_class_folder_and_its_submissions_are_the_same(tmp_path: Path):
    (tmp_path / "submissions").mkdir()
    assert submissions_folder(tmp_path) == submissions_folder(tmp_path / "submissions")


def test_a_missing_folder_says_so(tmp_path: Path):
    with pytest.raises(GradingError, match="no folder"):
        submissions_folder(tmp_path / "gone")
