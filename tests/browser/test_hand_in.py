"""The whole way of a trainee, with code and without: from the first page to a row in the gradebook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from submitted import needs_sandbox

from browser.conftest import WIDTHS, overflow
from browser.looks import too_faint, unnamed
from browser.test_lab import run_all
from servers.running import Workbook, serving
from trainkit import content
from trainkit.authoring.key import compute_key, solution
from trainkit.authoring.source import Source
from trainkit.classes.classfolder import new_class
from trainkit.classes.classroom import Classroom
from trainkit.course.catalogue import find
from trainkit.course.model import Answer, Info
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.records import Submission
from trainkit.grading.job import Job
from trainkit.i18n import speaking
from trainkit.reports import results

EXERCISE = "1-06"
CHECKOUT = content.checkout()

pytestmark = [
    *needs_sandbox,
    pytest.mark.skipif(CHECKOUT is None, reason="solutions are in the checkout only"),
]

both = pytest.mark.parametrize("lang", ["en", "zh"])

#: Buttons and sentences, as a trainee reads them.
WORDS = {
    "en": {
        "hand in": "Hand in",
        "make": "Make the file",
        "name": "Your name or number",
        "not yet": "Not handed in yet.",
        "done": "Handed in.",
        "ready": "Your file is ready",
        "earn": "As submitted, it would earn {points:g} of {points:g} points.",
    },
    "zh": {
        "hand in": "上交",
        "make": "生成文件",
        "name": "你的姓名或学号",
        "not yet": "还没有上交。",
        "done": "已上交。",
        "ready": "文件已经生成",
        "earn": "按现在提交的，可得 {points:g} / {points:g} 分。",
    },
}


@dataclass(frozen=True)
class World:
    """A trainee's workbook and an assessor's class, which know nothing of each other."""

    book: Workbook
    classroom: Classroom
    source: Source
    info: Info
    right: dict[str, Any]

    def handed_in(self, page: Page) -> Path:
        """Download the file that was made, and put it where the assessor collects work."""
        with page.expect_download() as download:
            page.locator("a[download]").first.click()
        path = self.classroom.submissions / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def graded(self) -> Submission:
        """Grade the class, and return the one row of its gradebook."""
        with Job.of(self.classroom.folder) as job:
            assert [i.reason for i in job.ignored] == []
            job.run(workers=1)
        with Gradebook(self.classroom.gradebook) as gradebook:
            (row,) = gradebook.latest()
        return row


@pytest.fixture(scope="module")
def source() -> Source:
    return solution(EXERCISE, CHECKOUT / "solutions")


@pytest.fixture
def world(tmp_path: Path, source: Source) -> Iterator[World]:
    info = find("exercise", EXERCISE)
    classroom = new_class(tmp_path / "spring", exercises=[EXERCISE])
    key = compute_key(source, classroom.variant("anybody", EXERCISE))
    right = {name: expected.value for name, expected in key.answers.items()}
    with serving(tmp_path / "trainee") as book:
        yield World(book, classroom, source, info, right)


def fill(card: Locator, answer: Answer, value: Any, lang: str) -> None:
    """Give an answer as somebody does who writes no code."""
    match answer.type:
        case "number":
            card.locator("input").fill(f"{value:.4f}")
        case "text":
            card.locator("textarea").fill(value)
        case "choice":
            (label,) = (c.label[lang] for c in answer.choices if c.id == value)
            card.get_by_label(label.replace("`", ""), exact=True).check()
        case "table":
            rows = [value["columns"], *value["rows"]]
            card.locator(".tk-paste textarea").fill("\n".join("\t".join(map(str, row)) for row in rows))
            expect(card.locator(".tk-grid input").first).to_have_value(str(value["rows"][0][0]))


def home_of(world: World, open_page: Any, lang: str, width: int = 1280) -> Page:
    page: Page = open_page(f"{world.book.plan.address}&lang={lang}", width)
    return page


def looked_at(page: Page, screenshot: Any, name: str) -> None:
    """Look at a page on a desk and on a phone."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"{name}-{width}")
        assert overflow(page) == 0
        assert too_faint(page) == []
        assert unnamed(page) == []
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


@both
def test_without_code_from_the_first_page_to_the_gradebook(open_page, world, screenshot, lang):
    """Answers are typed, checked, submitted and handed in; the assessor's row says the same as home."""
    words, points = WORDS[lang], world.info.points
    home = home_of(world, open_page, lang)
    home.locator(f"article[aria-labelledby='card-{EXERCISE}'] .activity").last.locator(".button").click()
    home.locator(".tk-card").nth(len(world.info.answers) - 1).wait_for()
    for number, answer in enumerate(world.info.answers):
        card = home.locator(".tk-card").nth(number)
        fill(card, answer, world.right[answer.name], lang)
        card.locator(".tk-check").click()
        expect(card.locator(".tk-said .trainkit-note")).to_have_count(1)
        card.locator(".tk-submit").click()
        expect(card.locator(".tk-said")).to_contain_text(words["not yet"])

    home = home_of(world, open_page, lang)
    exercise = home.locator(f"article[aria-labelledby='card-{EXERCISE}'] .activity").last
    expect(exercise).to_contain_text(words["earn"].format(points=points))
    expect(exercise).to_contain_text(words["not yet"])
    looked_at(home, screenshot, "home")
    home.locator("a.second").click()
    expect(home.locator(".answers li")).to_have_count(len(world.info.answers))
    expect(home.locator(".answers .missing, .answers .half")).to_have_count(0)
    looked_at(home, screenshot, "hand-in")
    home.get_by_label(words["name"]).fill("Lin Yue 林悦")
    home.get_by_role("button", name=words["make"]).click()
    expect(home.get_by_role("heading", level=1)).to_have_text(words["ready"])
    looked_at(home, screenshot, "ready")
    world.handed_in(home)

    home = home_of(world, open_page, lang)
    exercise = home.locator(f"article[aria-labelledby='card-{EXERCISE}'] .activity").last
    expect(exercise).to_contain_text(words["earn"].format(points=points))
    expect(exercise).to_contain_text(words["done"])

    row = world.graded()
    assert (row.trainee.name, row.awarded, row.points) == ("Lin Yue 林悦", points, points)
    assert {m.way for m in row.marks} == {"page"}
    assert row.lang == lang
    with speaking(lang):
        told = results.summary.rows([row])[0].remarks
    assert {"en": "Typed on the page", "zh": "在页面上填写"}[lang] in told


def solve(world: World, lang: str) -> None:
    """Write the model answers into the trainee's notebook, as somebody does who writes code."""
    path = world.book.plan.workspace / "exercises" / lang / f"{EXERCISE}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    first, *_starters = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    prose = [c for c in notebook["cells"] if c["cell_type"] != "code"]
    texts = [block.texts[lang] for block in world.source.code]
    made = [
        {"id": f"mine-{n}", "cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        | {"source": text}
        for n, text in enumerate([*texts, "ex.progress()", "ex.hand_in()"])
    ]
    notebook["cells"] = [*prose[:1], first, *made]
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


@both
def test_with_code_from_the_first_page_to_the_gradebook(open_page, world, screenshot, lang):
    """Cells are run in JupyterLab and handed in by the button below the last one."""
    words, points = WORDS[lang], world.info.points
    solve(world, lang)
    page = home_of(world, open_page, lang)
    page.set_viewport_size({"width": 1280, "height": 4000})
    with page.expect_websocket(lambda socket: "/channels" in socket.url, timeout=60_000):
        page.goto(f"{world.book.plan.lab_url}/lab/tree/exercises/{lang}/{EXERCISE}.ipynb?reset")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    run_all(page, lang)
    button = page.locator(".tk-hand-in")
    button.wait_for()
    page.keyboard.press("Control+s")
    page.locator(".jp-mod-dirty").wait_for(state="detached")
    page.get_by_label(words["name"]).fill("Lin Yue")
    screenshot(page, "lab", full=False)
    button.click()
    link = page.locator(".tk-said a[download]")
    link.wait_for()
    screenshot(page, "lab-made", full=False)
    world.handed_in(page)

    home = home_of(world, open_page, lang)
    exercise = home.locator(f"article[aria-labelledby='card-{EXERCISE}'] .activity").last
    expect(exercise).to_contain_text(words["earn"].format(points=points))
    expect(exercise).to_contain_text(words["done"])

    row = world.graded()
    assert (row.trainee.name, row.awarded, row.points) == ("Lin Yue", points, points)
    assert {m.way for m in row.marks} == {"notebook"}
    assert [e.hidden for e in row.executions].count(True) == world.classroom.hidden


def test_what_is_missing_is_told_on_the_page_and_nothing_is_lost(open_page, world):
    """Nothing chosen is a sentence, with what was entered; and where there is nothing, the page says so."""
    page = home_of(world, open_page, "en")
    page.locator("a.second").click()
    expect(page.locator(".sheet")).to_contain_text("Nothing is there to hand in yet.")
    solve(world, "en")
    page.reload()
    page.get_by_label("Your name or number").fill("Lin Yue")
    page.locator("input[type=checkbox]").first.uncheck()
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_role("alert")).to_have_text("Choose at least one exercise.")
    expect(page.get_by_label("Your name or number")).to_have_value("Lin Yue")
