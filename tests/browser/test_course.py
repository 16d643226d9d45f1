"""The real course in the browser: an exercise answered on its page, and a lesson run in JupyterLab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import WIDTHS, overflow
from browser.looks import too_faint, unnamed
from browser.test_lab import run_all
from servers.running import Workbook, eventually, serving
from trainkit.authoring.key import compute_key, solution
from trainkit.course.catalogue import catalogue, find

EXERCISE = "1-06"

both = pytest.mark.parametrize("lang", ["en", "zh"])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbook]:
    with serving(tmp_path_factory.mktemp("course")) as running:
        yield running


@pytest.fixture(scope="module")
def nps():
    """The right value of the first answer, and its first typical mistake."""
    source = solution(EXERCISE, Path(__file__).parents[2] / "solutions")
    expected = compute_key(source, find("exercise", EXERCISE).variant).answers["nps"]
    return expected.value, expected.mistakes[0]


def card(page: Page) -> Locator:
    """Return the card of an exercise page's first answer."""
    first = page.locator(".tk-card").first
    first.wait_for()
    return first


def enter(card: Locator, value: float, button: str) -> Locator:
    """Enter a value, press a button, and return what is said about it."""
    card.locator("input").fill(f"{value:.1f}")
    card.locator(button).click()
    return card.locator(".tk-said")


@both
def test_an_answer_on_its_page_from_mistake_to_submission(open_page, book, nps, screenshot, lang):
    """A typical mistake gets its own message, the right value its verdict, and home counts a submission."""
    right, mistake = nps
    page = open_page(book.page(EXERCISE, lang))
    # As far as its first code span: the page shows that without its marks.
    message = mistake.message[lang].replace("{value}", f"{mistake.value:.1f}").split("`")[0][:40].strip()
    said = enter(card(page), mistake.value, ".tk-check")
    expect(said).to_contain_text(message)
    screenshot(page, "mistake")

    wrong = said.inner_text()
    expect(enter(card(page), right, ".tk-check")).not_to_have_text(wrong)
    expect(said).not_to_contain_text(message)
    expect(said.locator(".trainkit-note")).to_have_count(1)
    enter(card(page), right, ".tk-submit")
    expect(said.locator(".trainkit-note")).to_have_count(2)
    screenshot(page, "submitted")

    page.reload()
    expect(card(page).locator("input")).to_have_value(f"{right:.1f}")
    home = open_page(f"{book.plan.address}&lang={lang}")
    progress = home.locator(f"[aria-labelledby='card-{EXERCISE}'] .meter").last
    assert progress.locator(".given").count() == 1
    assert progress.locator(".done").count() == 0, "it isn't handed in"


@both
@pytest.mark.parametrize("id", [info.id for info in catalogue("exercise")])
def test_real_exercise(open_page, book, screenshot, id, lang):
    """Every exercise page fits its window, is readable, can be read aloud, and has an input an answer.

    It is opened on a phone and then made wider: opening it runs the whole exercise.
    """
    info = next(i for i in catalogue("exercise") if i.id == id)
    narrow, *wider = sorted(WIDTHS)
    page = open_page(book.page(id, lang), narrow)
    card(page)
    expect(page.locator(".tk-card")).to_have_count(len(info.answers))
    expect(page.locator(".tk-error")).to_have_count(0)
    for width in (narrow, *wider):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, str(width))
        assert overflow(page) == 0
        assert too_faint(page) == []
        assert unnamed(page) == []


@both
@pytest.mark.parametrize("width", WIDTHS)
def test_real_home(open_page, book, screenshot, width, lang):
    page = open_page(f"{book.plan.address}&lang={lang}", width)
    assert page.locator(".card").count() == len({info.id for info in catalogue()})
    screenshot(page)
    assert overflow(page) == 0
    assert too_faint(page) == []


@both
def test_real_lesson(open_page, book, screenshot, lang):
    """Run in JupyterLab, it fails nowhere; a control of its demo redraws the chart."""
    page = open_page(f"{book.plan.address}&lang={lang}", height=12_000)
    with page.expect_websocket(lambda socket: "/channels" in socket.url, timeout=60_000):
        page.goto(f"{book.plan.lab_url}/lab/tree/lessons/{lang}/{EXERCISE}.ipynb?reset")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    # Stored charts are there before anything runs, because the notebook was signed when it was laid.
    page.locator(".jp-RenderedSVG img").first.wait_for()
    run_all(page, lang)
    quizzes = page.locator(".jp-CodeCell .widget-vbox")
    quizzes.last.wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0

    demo = page.locator(".jp-OutputArea-output .widget-vbox").filter(has=page.locator("select")).first
    chart = demo.locator(".widget-html-content svg").first
    before = chart.inner_html()
    demo.locator("select").first.select_option(index=1)
    eventually(lambda: chart.inner_html() != before)
    screenshot(page, full=False)
