"""A class from its beginning to its grades: made, packed, worked on, handed in, graded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from submitted import needs_sandbox
from typer.testing import CliRunner

from trainkit import content
from trainkit.authoring.key import compute_key, solution
from trainkit.classes.classroom import Classroom
from trainkit.cli import app
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.records import Submission

ROOT = content.checkout()
pytestmark = [
    *needs_sandbox,
    pytest.mark.slow,
    pytest.mark.skipif(ROOT is None, reason="a class is packed from a checkout"),
]

EXERCISE = "1-06"


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def hand_in(folder: Path, trainee: str, code: list[str]) -> None:
    """Put code into the trainee's own notebook, in the place of all its starters, and hand it in."""
    notebook = json.loads((folder / "packs" / trainee / f"{EXERCISE}.ipynb").read_text(encoding="utf-8"))
    kept = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", ())]
    notebook["cells"] = kept + [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in code
    ]
    path = folder / "submissions" / trainee / f"{EXERCISE}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def variant_of(folder: Path, trainee: str) -> int:
    notebook = json.loads((folder / "packs" / trainee / f"{EXERCISE}.ipynb").read_text(encoding="utf-8"))
    (cell,) = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", ())]
    return int("".join(cell["source"]).removeprefix("variant = "))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A class in which three have handed in, and all are graded."""
    folder = tmp_path_factory.mktemp("class") / "spring"
    run("class", "new", folder, "--exercises", EXERCISE)
    # With this secret a copied number happens to be right on hidden data.
    (folder / "grades" / "private" / "class.secret").write_text("5a" * 32 + "\n", encoding="utf-8")
    (folder / "roster.csv").write_text("trainee\nzhou-min\nchen-bo\nlin-yue\n", encoding="utf-8")
    settings = folder / "class.toml"
    text = settings.read_text(encoding="utf-8").replace("personal = []", f'personal = ["{EXERCISE}"]')
    settings.write_text(text.replace("hidden = 2", "hidden = 1"), encoding="utf-8")
    run("class", "pack", folder)

    source = solution(EXERCISE, ROOT / "solutions")
    hand_in(folder, "zhou-min", [b.texts["en"] for b in source.blocks if b.role == "code"])
    key: dict[str, Any] = {
        name: expected.value
        for name, expected in compute_key(source, variant_of(folder, "chen-bo")).answers.items()
    }
    typed_in = [f"{name} = {value!r}" for name, value in key.items()]
    hand_in(folder, "chen-bo", typed_in)
    hand_in(folder, "lin-yue", typed_in)
    assert "3 graded, 0 unchanged" in run("grade", folder, "--workers", "1")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def graded(folder: Path) -> dict[str, Submission]:
    return latest(folder)


def latest(folder: Path) -> dict[str, Submission]:
    with Gradebook(Classroom.load(folder).gradebook) as gradebook:
        return {s.trainee.name: s for s in gradebook.latest()}


def flags(submission: Submission) -> dict[str, str]:
    return {mark.name: mark.flag for mark in submission.marks if mark.flag}


def test_honest_work_on_data_of_ones_own_earns_everything(graded: dict[str, Submission]) -> None:
    assert (graded["zhou-min"].earned, flags(graded["zhou-min"])) == (graded["zhou-min"].points, {})


def test_each_trainee_was_graded_on_their_own_data_and_on_hidden_data(graded: dict[str, Submission]) -> None:
    seen = {name: [e.variant for e in s.executions if not e.hidden] for name, s in graded.items()}
    hidden = {name: {e.variant for e in s.executions if e.hidden} for name, s in graded.items()}
    assert len({variant for (variant,) in seen.values()}) == 3
    assert all(len(variants) == 1 and variants.isdisjoint(seen[name]) for name, variants in hidden.items())


def test_numbers_typed_in_from_ones_own_data_are_named(graded: dict[str, Submission]) -> None:
    assert {name: flag for name, flag in flags(graded["chen-bo"]).items() if name != "sentence"} == {
        "nps": "hard-coded",
        "margin": "hard-coded",
        "csat_by_type": "hard-coded",
        "csat_change": "hard-coded",
        "response_gap": "hard-coded",
    }
    assert all(mark.earned == 0 for mark in graded["chen-bo"].marks if mark.flag)


def test_numbers_copied_from_a_classmate_are_named_and_earn_nothing(graded: dict[str, Submission]) -> None:
    found = flags(graded["lin-yue"])
    assert set(found.values()) == {"classmate"}
    assert set(found) >= {"nps", "margin", "csat_by_type"}
    assert all(mark.earned == 0 for mark in graded["lin-yue"].marks if mark.name in found)


def test_what_is_graded_already_is_kept(folder: Path) -> None:
    assert "0 graded, 3 unchanged" in run("grade", folder, "--workers", "1")


def test_graded_again_alone_a_copy_is_still_one(folder: Path, graded: dict[str, Submission]) -> None:
    """The one from whom it was copied isn't graded again, and is a classmate all the same."""
    assert "0 answers changed" in run("regrade", folder, "--trainee", "lin-yue", "--workers", "1")
    again = latest(folder)["lin-yue"]
    assert again.graded_at > graded["lin-yue"].graded_at
    assert flags(again) == flags(graded["lin-yue"])
