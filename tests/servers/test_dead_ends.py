"""Nobody ends up where there is no way on: without a token, in JupyterLab, after a change."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from servers.course import notebook
from trainkit.course.catalogue import catalogue, find
from trainkit.course.lives import Notebook
from trainkit.i18n import use_language
from trainkit.servers.copies import find_copies
from trainkit.servers.lab import lab_config
from trainkit.servers.overview import overview
from trainkit.servers.plan import Plan
from trainkit.servers.settings import write_settings
from trainkit.servers.texts import speaking
from trainkit.servers.workspace import is_changed, open_workspace, restore

NAME = "exercises/en/1-06.ipynb"


@pytest.fixture
def plan(course: Path, workspace: Path) -> Plan:
    """A laid workspace whose notebooks say what they are, as the built ones do."""
    for folder, kind in (("exercises", "exercise"), ("notebooks", "lesson")):
        for path in course.glob(f"{folder}/*/*.ipynb"):
            document = json.loads(path.read_text())
            document["metadata"]["trainkit"] = {"kind": kind, "id": path.stem, "lang": path.parent.name}
            path.write_text(json.dumps(document))
    open_workspace(workspace)
    return Plan(workspace, "en", "me", 8888, 8889, "lab token", "page token", 1)


def change(path: Path) -> None:
    document = json.loads(path.read_text())
    document["cells"][0]["source"] = "# Mine"
    path.write_text(json.dumps(document))


def shown(plan: Plan):
    with speaking("en"):
        return overview(plan).cards[0].exercise


def test_a_renamed_notebook_is_found_again_and_not_laid_anew(plan: Plan) -> None:
    own = plan.workspace / "my work.ipynb"
    (plan.workspace / NAME).rename(own)
    change(own)
    open_workspace(plan.workspace)
    assert not (plan.workspace / NAME).exists()
    assert "# Mine" in own.read_text()
    assert shown(plan).lab == "/lab/tree/my%20work.ipynb"
    assert shown(plan).others == ()


def test_of_two_copies_the_newest_opens_and_both_are_listed(plan: Plan) -> None:
    copy = plan.workspace / "exercises/en/1-06-Copy1.ipynb"
    copy.write_bytes((plan.workspace / NAME).read_bytes())
    os.utime(plan.workspace / NAME, (1, 1))
    assert shown(plan).lab == "/lab/tree/exercises/en/1-06-Copy1.ipynb"
    assert [name for name, _address in shown(plan).others] == [NAME]
    os.utime(copy, (0, 0))
    assert shown(plan).lab == f"/lab/tree/{NAME}"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"metadata": []}', notebook(("markdown", "# other"))])
def test_what_is_no_copy_is_left_alone(plan: Plan, text: str) -> None:
    (plan.workspace / "other.ipynb").write_text(text)
    assert all("other.ipynb" not in names for names in find_copies(plan.workspace).values())


def test_a_changed_notebook_is_started_over_and_the_changed_copy_stays(plan: Plan) -> None:
    assert shown(plan).restore == ""
    assert restore(plan.workspace, NAME) == ""
    before = (plan.workspace / NAME).read_bytes()
    change(plan.workspace / NAME)
    assert is_changed(plan.workspace, NAME)
    assert shown(plan).restore == "/trainkit/restore/exercise/en/1-06"
    kept = restore(plan.workspace, NAME)
    assert "# Mine" in (plan.workspace / kept).read_text()
    assert (plan.workspace / NAME).read_bytes() == before
    assert shown(plan).lab == f"/lab/tree/{NAME}"
    open_workspace(plan.workspace)
    assert (plan.workspace / NAME).read_bytes() == before
    change(plan.workspace / NAME)
    assert restore(plan.workspace, NAME) != kept


def test_the_button_that_leads_nowhere_is_not_there(plan: Plan) -> None:
    write_settings(plan)
    config = json.loads((plan.jupyter / "config" / "labconfig" / "page_config.json").read_text())
    assert config["disabledExtensions"]["@voila-dashboards/jupyterlab-preview"] is True


def test_the_page_without_a_token_speaks_both_languages(plan: Plan) -> None:
    said = lab_config(plan)["ServerApp"]["jinja_template_vars"]["trainkit_login"]
    assert [text["tag"] for text in said] == ["en", "zh-CN"]
    assert len({text["title"] for text in said}) == 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_last_hint_leads_to_the_worked_example_of_its_lesson(lang: str, monkeypatch) -> None:
    monkeypatch.setenv("TRAINKIT_LAB", "http://127.0.0.1:1")
    use_language(lang)
    lessons = {info.id for info in catalogue("lesson")}
    for info in catalogue("exercise"):
        if not info.hints:
            continue
        label, address = Notebook(info, 0).worked_example()
        id = address.rpartition("/")[2].removesuffix(".ipynb")
        assert id in lessons
        assert id in label
        assert address.startswith(f"http://127.0.0.1:1/lab/tree/lessons/{lang}/")
    assert Notebook(find("lesson", "1-06"), 0).worked_example() is None  # it stands further up in it
