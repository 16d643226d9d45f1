"""The commands themselves, on an exercise of the course, over a class folder filled by somebody hostile."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

import nbformat
import pytest
from cases import SECRET
from submitted import needs_sandbox
from typer.testing import CliRunner
from world import canary

from trainkit import content
from trainkit.authoring.compose import compose
from trainkit.authoring.key import solution
from trainkit.classes.classroom import Classroom
from trainkit.cli import app

CHECKOUT = content.checkout()
pytestmark = [
    *needs_sandbox,
    pytest.mark.slow,
    pytest.mark.skipif(CHECKOUT is None, reason="solutions are in the checkout only"),
]

#: What a terminal would obey, in a name.
ESCAPES = "evil\x1b]0;owned\x07\x1b[2J\rname"
MARKUP = "[red]x[bold] <b>=1+1"

#: A cell that a hostile notebook begins with, and what it says of itself afterwards.
STEAL = """
import os, re
assert os.path.isfile("/given/activity.json"), "This runs in the box of trainkit only."
found = []
for folder, below, names in os.walk("/"):
    below[:] = [b for b in below if b not in ("proc", "sys", "dev", "usr", "site-packages", "lib")]
    found += [name for name in names if name.endswith((".secret", ".db", "1-06.md"))]
found += re.findall("canary-[a-z]+-[0-9a-f]{8}", str(os.environ))
if found:
    raise SystemExit(" ".join(found))
"""


def written(source, *before: str, after: tuple[str, ...] = ()) -> str:
    """Return the exercise's notebook with the model answers in it, and cells before and after them."""
    nb = compose(source, "en")
    code = ["variant = 0", *before, *(b.texts["en"] for b in source.code), *after]
    nb.cells = [nbformat.v4.new_code_cell(c) for c in code]
    return nbformat.writes(nb)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A class folder after `trainkit grade`, and what the command printed."""
    folder = tmp_path_factory.mktemp("spring")
    source = solution("1-06", CHECKOUT / "solutions")
    texts = {
        "good": written(source),
        "thief": written(source, STEAL),
        "killer": written(source, after=("import os\nos._exit(0)",)),
        "forger": written(source, after=("ex.answer = None\n1 / 0",)),
        ESCAPES: "{",
        MARKUP: "{",
    }
    for trainee, text in texts.items():
        path = folder / "submissions" / trainee / "1-06.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    with zipfile.ZipFile(folder / "submissions" / "more.zip", "w") as archive:
        archive.writestr("../../slipped/1-06.ipynb", texts["good"])
        archive.writestr("packed/1-06.ipynb", texts["good"])
        archive.writestr(f"{ESCAPES}/1-06.ipynb", texts["good"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_PASSWORD", canary("environment"))
        result = CliRunner().invoke(app, ["grade", str(folder)])
    assert result.exit_code == 0, result.output
    return folder, result.output


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "grades" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_honest_answers_earn_their_points_whatever_stands_around_them(hostile: tuple[Path, str]):
    percent = {r["trainee"]: float(r["percent"]) for r in rows(hostile[0], "grades.csv")}
    assert {percent[name] for name in ("good", "thief", "killer", "forger", "packed")} == {100}
    assert len(percent) == 7
    assert "slipped" not in percent


def test_nothing_was_stolen(hostile: tuple[Path, str]):
    folder, output = hostile
    [row] = [r for r in rows(folder, "grades.csv") if r["trainee"] == "thief"]
    assert row["remarks"] == ""
    secret = (Classroom.load(folder).grades / "private" / "class.secret").read_text().strip()
    for page in [*(folder / "grades").rglob("*.html"), *(folder / "grades").rglob("*.csv")]:
        text = page.read_text("utf-8")
        assert secret not in text
        assert not re.findall(SECRET, text)
    assert secret not in output
    assert not re.findall(SECRET, output)


@pytest.mark.parametrize("command", [["grades", "show"], ["grade", "--dry-run"]])
def test_nothing_that_is_printed_can_be_obeyed_by_a_terminal(hostile: tuple[Path, str], command: list[str]):
    folder, output = hostile
    result = CliRunner().invoke(app, [*command, str(folder)])
    assert result.exit_code == 0, result.output
    for text in (output, result.output):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text.replace("\r\n", "\n"))
    assert "[red]x[bold]" in output.replace("\n", "")


@pytest.mark.parametrize("form", ["html", "md"])
def test_feedback_is_written_for_everybody_and_nowhere_else(hostile: tuple[Path, str], form: str):
    folder, _output = hostile
    before = {p for p in folder.rglob("*") if not p.is_relative_to(folder / "grades")}
    result = CliRunner().invoke(app, ["feedback", str(folder), "--format", form])
    assert result.exit_code == 0, result.output
    assert {p for p in folder.rglob("*") if not p.is_relative_to(folder / "grades")} == before
    assert len(list((folder / "grades" / "feedback").glob(f"*.{form}"))) == 7


@pytest.mark.parametrize("form", ["long", "wide", "moodle", "canvas", "xapi"])
def test_exports_go_through(hostile: tuple[Path, str], form: str, tmp_path: Path):
    folder, _output = hostile
    file = tmp_path / "grades.out"
    result = CliRunner().invoke(app, ["grades", "export", str(file), str(folder), "--format", form])
    assert result.exit_code == 0, result.output
    assert sum("packed" in line for line in file.read_text("utf-8-sig").splitlines()) >= 1
