from __future__ import annotations

import os
from pathlib import Path

import pytest

from trainkit.errors import GradingError
from trainkit.grading.intake import collect, submissions_folder

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
    lay(tmp_path, ".hidden/1-06.ipynb", "readme.ipynb", "chen/data.csv")
    handed, ignored = collect(tmp_path, EXERCISES)
    assert [(h.trainee, h.exercise) for h in handed] == [("chen", "1-06"), ("chen", "2-01"), ("zhou", "1-06")]
    assert ignored == []


def test_a_name_is_the_same_however_it_is_encoded(tmp_path: Path):
    """macOS takes é apart, Linux doesn't; it's one trainee."""
    lay(tmp_path, "Rene\u0301/1-06.ipynb")
    [handed], _ignored = collect(tmp_path, EXERCISES)
    assert handed.trainee == "Ren\u00e9"


def test_a_class_folder_and_its_submissions_are_the_same(tmp_path: Path):
    (tmp_path / "submissions").mkdir()
    assert submissions_folder(tmp_path) == submissions_folder(tmp_path / "submissions")


def test_a_missing_folder_says_so(tmp_path: Path):
    with pytest.raises(GradingError, match="no folder"):
        submissions_folder(tmp_path / "gone")
