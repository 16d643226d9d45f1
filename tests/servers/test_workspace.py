"""What a trainee has changed is never lost, and what wasn't changed stays up to date."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.course import notebook
from trainkit.errors import ServerError
from trainkit.servers.workspace import _work, lay, new_editions, open_workspace, resolve

LESSON = "lessons/en/1-06.ipynb"


def publish(course: Path, text: str, name: str = "notebooks/en/1-06.ipynb") -> None:
    """Put another edition of a notebook into the course."""
    (course / name).write_text(notebook(("markdown", text)), encoding="utf-8")


def edit(path: Path, change: Callable[[dict], None]) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def write_something(data: dict) -> None:
    data["cells"][0]["source"] = "my own words"


def run_it(data: dict) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["42"]}
    data["cells"].append({"cell_type": "code", "source": "", "metadata": {}, "outputs": []})
    data["cells"].pop()
    data["cells"][0]["metadata"]["collapsed"] = True
    data["metadata"]["kernelspec"]["display_name"] = "Another"
    for cell in data["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"execution_count": 7, "outputs": [output], "source": cell["source"].splitlines(True)}


def test_the_first_start_lays_every_notebook_in_a_folder_named_by_its_language(course, workspace):
    laid = open_workspace(workspace)
    assert sorted(laid.new) == [
        *(f"exercises/{lang}/{id}.ipynb" for lang in ("en", "zh") for id in ("1-06", "3-01")),
        "lessons/en/1-06.ipynb",
        "lessons/zh/1-06.ipynb",
    ]
    copy = (workspace / LESSON).read_bytes()
    assert copy == (course / "notebooks/en/1-06.ipynb").read_bytes()


def test_a_second_start_does_nothing(course, workspace):
    open_workspace(workspace)
    before = {p: p.stat().st_mtime_ns for p in workspace.rglob("*.ipynb")}
    assert list(open_workspace(workspace)) == []
    assert {p: p.stat().st_mtime_ns for p in workspace.rglob("*.ipynb")} == before


def test_an_untouched_copy_becomes_the_new_edition(course, workspace):
    open_workspace(workspace)
    publish(course, "second edition")
    assert open_workspace(workspace).updated == [LESSON]
    assert "second edition" in (workspace / LESSON).read_text(encoding="utf-8")


def test_a_copy_that_was_only_run_becomes_the_new_edition(course, workspace):
    open_workspace(workspace)
    edit(workspace / LESSON, run_it)
    publish(course, "second edition")
    assert open_workspace(workspace).updated == [LESSON]


def test_a_copy_that_was_only_run_keeps_its_outputs_while_the_edition_stays(course, workspace):
    open_workspace(workspace)
    edit(workspace / LESSON, run_it)
    own = (workspace / LESSON).read_bytes()
    assert list(open_workspace(workspace)) == []
    assert list(open_workspace(workspace)) == []
    assert (workspace / LESSON).read_bytes() == own


def test_a_changed_copy_stays_and_the_new_edition_is_laid_beside_it_once(course, workspace):
    open_workspace(workspace)
    edit(workspace / LESSON, write_something)
    own = (workspace / LESSON).read_bytes()
    assert list(open_workspace(workspace)) == []

    publish(course, "second edition")
    assert open_workspace(workspace).beside == ["lessons/en/1-06.new-edition.ipynb"]
    assert (workspace / LESSON).read_bytes() == own
    assert "second edition" in (workspace / "lessons/en/1-06.new-edition.ipynb").read_text(encoding="utf-8")
    assert list(open_workspace(workspace)) == []


def test_a_changed_new_edition_is_kept_as_well(course, workspace):
    open_workspace(workspace)
    edit(workspace / LESSON, write_something)
    publish(course, "second edition")
    open_workspace(workspace)
    edit(workspace / "lessons/en/1-06.new-edition.ipynb", write_something)
    publish(course, "third edition")
    assert open_workspace(workspace).beside == ["lessons/en/1-06.new-edition-2.ipynb"]
    assert new_editions(workspace, LESSON) == [
        "lessons/en/1-06.new-edition.ipynb",
        "lessons/en/1-06.new-edition-2.ipynb",
    ]


def test_an_untouched_new_edition_is_replaced_by_a_newer_one(course, workspace):
    open_workspace(workspace)
    edit(workspace / LESSON, write_something)
    for edition in ("second edition", "third edition"):
        publish(course, edition)
        assert open_workspace(workspace).beside == ["lessons/en/1-06.new-edition.ipynb"]
    assert "third" in (workspace / "lessons/en/1-06.new-edition.ipynb").read_text(encoding="utf-8")


def test_a_new_edition_that_was_thrown_away_does_not_come_back(course, workspace):
    open_workspace(workspace)
    edit(workspace / LESSON, write_something)
    publish(course, "second edition")
    open_workspace(workspace)
    (workspace / "lessons/en/1-06.new-edition.ipynb").unlink()
    assert list(open_workspace(workspace)) == []


def test_a_deleted_copy_is_laid_again(course, workspace):
    open_workspace(workspace)
    (workspace / LESSON).unlink()
    assert open_workspace(workspace).new == [LESSON]


@pytest.mark.parametrize("register", ["", "{", "[]", None])
def test_without_its_register_a_workspace_loses_nothing(course, workspace, register):
    open_workspace(workspace)
    edit(workspace / LESSON, write_something)
    own = (workspace / LESSON).read_bytes()
    path = workspace / ".trainkit" / "editions.json"
    path.unlink() if register is None else path.write_text(register)
    laid = open_workspace(workspace)
    assert (workspace / LESSON).read_bytes() == own
    assert list(laid) == ["lessons/en/1-06.new-edition.ipynb"]


def test_a_copy_that_is_no_notebook_any_more_counts_as_changed(course, workspace):
    open_workspace(workspace)
    (workspace / LESSON).write_text("<<<<<<< a merge gone wrong")
    publish(course, "second edition")
    assert open_workspace(workspace).beside == ["lessons/en/1-06.new-edition.ipynb"]


def test_a_folder_that_cannot_be_written_says_which_option_chooses_another(course, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ServerError, match="--dir"):
        open_workspace(blocked / "workspace")


def test_the_workspace_is_in_the_home_folder_unless_named(monkeypatch, tmp_path):
    home = "USERPROFILE" if sys.platform == "win32" else "HOME"
    monkeypatch.setenv(home, str(tmp_path))
    assert resolve(None) == tmp_path / "trainkit-workspace"
    assert resolve("~/crm") == tmp_path / "crm"
    assert resolve("crm").is_absolute()


def test_no_half_written_file_is_left(course, workspace):
    open_workspace(workspace)
    assert list(workspace.rglob(".*.ipynb.*")) == []


CELLS = st.lists(st.tuples(st.sampled_from(["code", "markdown"]), st.text()), max_size=5)


@given(cells=CELLS, other=CELLS)
def test_work_is_what_a_person_wrote_and_nothing_else(cells, other):
    """Two notebooks hold the same work exactly if their cells' kinds and sources are the same."""
    assert (_work(notebook(*cells).encode()) == _work(notebook(*other).encode())) == (cells == other)


@given(cells=CELLS)
def test_running_a_notebook_is_no_change(cells):
    data = json.loads(notebook(("markdown", "first"), *cells))
    before = _work(json.dumps(data).encode())
    run_it(data)
    assert _work(json.dumps(data).encode()) == before


def test_lay_can_be_called_on_a_folder_that_is_there(course, tmp_path):
    assert len(lay(tmp_path / "there").new) == 6
