"""Handing in by command and from the home page, and a class's card in the workspace."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from servers.course import notebook
from servers.running import Workbook, get, workbook
from trainkit.cli import app
from trainkit.course.catalogue import find
from trainkit.course.handing_in.card import Card, key_of
from trainkit.course.journal import Journal
from trainkit.course.judge import Verdict
from trainkit.servers.overview import overview
from trainkit.servers.plan import Plan
from trainkit.servers.settings import write_pages
from trainkit.servers.texts import speaking
from trainkit.servers.workspace import open_workspace

CARD = Card("Spring", "5" * 64, "lin-yue", "林悦", key_of("secret", "lin-yue"), {"1-06": 7})


def submit(workspace: Path, variant: int = 0) -> None:
    verdict = Verdict("nps", "right", value=35.0)
    Journal.of(workspace).write(find("exercise", "1-06"), variant, verdict, "submit", way="page", who="me")


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def parameters(course: Path) -> None:
    """Give the tiny course's exercises a cell for parameters, as built ones have."""
    for lang in ("en", "zh"):
        path = course / "exercises" / lang / "1-06.ipynb"
        made = json.loads(notebook(("code", "variant = 0"), ("code", "nps = ...")))
        made["cells"][0]["metadata"] = {"tags": ["parameters"]}
        path.write_text(json.dumps(made), encoding="utf-8")


def test_the_command_makes_the_file_and_says_what_is_in_it(course, workspace, tmp_path) -> None:
    open_workspace(workspace)
    submit(workspace)
    said = run("hand-in", "--dir", workspace, "--name", "Lin Yue", "--out", tmp_path / "out")
    (made,) = (tmp_path / "out").iterdir()
    assert "1 of 3 submitted" in said
    assert made.name in re.sub(r"\s", "", said)
    with zipfile.ZipFile(made) as zipped:
        assert "manifest.json" in zipped.namelist()


def test_a_card_opens_exercises_on_ones_own_data_in_notebooks_and_on_pages(
    course, workspace, tmp_path
) -> None:
    parameters(course)
    open_workspace(workspace)
    (tmp_path / "card.trainkit").write_text(CARD.text(), encoding="utf-8")
    assert "林悦" in run("join", tmp_path / "card.trainkit", "--dir", workspace)
    plan = Plan(workspace, "en", "me", 8888, 8889, "lab token", "page token", 1)
    write_pages(plan)
    for path in (workspace / "exercises" / "en" / "1-06.ipynb", plan.pages / "en" / "1-06.ipynb"):
        assert json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"] == ["variant = 7"]
    with speaking("en"):
        page = overview(plan)
    assert (page.trainee, page.class_title) == ("林悦", "Spring")


def test_a_dropped_card_is_taken_at_the_start_and_a_changed_notebook_stays(course, workspace) -> None:
    parameters(course)
    open_workspace(workspace)
    mine = workspace / "exercises" / "en" / "1-06.ipynb"
    mine.write_text(notebook(("code", "variant = 0"), ("code", "nps = 35")), encoding="utf-8")
    before = mine.read_bytes()
    (workspace / "lin-yue.trainkit").write_text(CARD.text(), encoding="utf-8")
    laid = open_workspace(workspace)
    assert mine.read_bytes() == before
    assert laid.beside == ["exercises/en/1-06.new-edition.ipynb"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbook]:
    with workbook(tmp_path_factory.mktemp("workbook")) as running:
        yield running


@pytest.mark.slow
def test_nobody_hands_in_from_another_site_or_without_the_token(book) -> None:
    port = book.plan.lab_port
    assert get(port, "/trainkit/hand-in").status == 302
    signed = f"/trainkit/hand-in?token={book.plan.lab_token}"
    assert get(port, signed).status == 200
    # Signed in by the cookie alone, as a form of another site would be, and without the page's own mark.
    cookie = get(port, signed).headers["set-cookie"].split(";")[0]
    assert get(port, "/trainkit/hand-in", method="POST", headers={"Cookie": cookie}).status == 403
    assert not (book.plan.workspace / "hand-ins").exists()


@pytest.mark.slow
def test_a_file_that_was_never_made_is_not_found(book) -> None:
    token = f"?token={book.plan.lab_token}"
    for path in ("/trainkit/handed-in/99", "/trainkit/handed-in/99/file"):
        assert get(book.plan.lab_port, path + token).status == 404


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/trainkit/nope", "/nope", "/trainkit/exercise/en/9-99"])
def test_where_nothing_is_both_languages_say_so_and_lead_home(book, path) -> None:
    found = get(book.plan.lab_port, f"{path}?token={book.plan.lab_token}")
    assert found.status == 404
    for words in ("There is nothing at this address", "这个地址没有内容", 'href="/trainkit/"'):
        assert words in found.text
