"""What is entered on a page isn't lost, and what is said always belongs to what stands there."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import WIDTHS, overflow
from browser.looks import too_faint, unnamed
from servers.running import Workbook, eventually, kernels, serving
from trainkit.servers import session

EXERCISE = "1-06"
EXAMINATION = "3-01"

both = pytest.mark.parametrize("lang", ["en", "zh"])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbook]:
    with serving(tmp_path_factory.mktemp("course")) as running:
        yield running


def card(page: Page, name: str = "nps") -> Locator:
    found = page.locator(f".tk-card.tk-of-{name}")
    found.wait_for()
    return found


def kept(card: Locator, text: str) -> None:
    """Wait until the kernel has said that it keeps what was typed."""
    eventually(lambda: f"{text}" in (card.locator("[data-kept]").get_attribute("data-kept") or ""))


def test_what_is_typed_stays_as_typed_whatever_happens(open_page, book):
    """Reloaded, in the other language, left, and with its kernel killed."""
    before = kernels(book)
    page = open_page(book.page(EXERCISE))
    field = card(page).locator("input")
    field.press_sequentially("28,")
    page.reload()  # at once
    expect(card(page).locator("input")).to_have_value("28,")
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**/zh/**")
    expect(card(page).locator("input")).to_have_value("28,")
    page.goto(book.plan.address)
    page.goto(book.page(EXERCISE))
    expect(card(page).locator("input")).to_have_value("28,")
    for pid in kernels(book) - before:
        psutil.Process(pid).kill()
    card(page).locator("input").press("End")
    card(page).locator("input").press_sequentially("4")
    expect(page.get_by_role("alert")).to_contain_text("What you entered is kept.", timeout=30_000)
    page.get_by_role("button", name="Reload").click()
    expect(card(page).locator("input")).to_have_value("28,4")
    kept(card(page), "28,4")
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('trainkit:')).length") == 0


def test_enter_checks_and_a_change_takes_the_verdict_away(open_page, book, screenshot):
    page = open_page(book.page(EXERCISE))
    field = card(page).locator("input")
    field.fill("99")
    field.press("Enter")
    expect(card(page).locator(".tk-said")).to_contain_text("99.0 is not right yet")
    field.press_sequentially("1")
    expect(card(page).locator(".trainkit-note")).to_have_count(0)
    expect(card(page)).not_to_have_class("tk-stale")


@both
def test_with_the_kernel_gone_an_old_verdict_does_not_stay_beside_a_new_entry(
    open_page, book, screenshot, lang
):
    before = kernels(book)
    page = open_page(book.page(EXERCISE, lang))
    field = card(page).locator("input")
    field.fill("98")
    field.press("Enter")
    card(page).locator(".trainkit-note").wait_for()
    for pid in kernels(book) - before:
        psutil.Process(pid).kill()
    field.press_sequentially("5")
    eventually(lambda: "tk-stale" in (card(page).get_attribute("class") or ""))
    page.get_by_role("alert").wait_for()
    screenshot(page)


def test_two_tabs_agree_on_what_is_submitted(open_page, book):
    first = open_page(book.page(EXERCISE))
    card(first)
    second = first.context.new_page()
    second.set_default_timeout(60_000)
    second.goto(book.page(EXERCISE))
    card(second).locator("input").fill("31.5")
    card(second).locator(".tk-submit").click()
    expect(card(second).locator(".tk-standing")).to_contain_text("Submitted on the page: 31.5 (")
    first.bring_to_front()
    first.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(card(first).locator(".tk-standing")).to_contain_text("Submitted on the page: 31.5 (")
    expect(first.locator(".tk-overview li").first).to_contain_text("31.5")


def test_after_a_restart_the_way_back_leads_to_the_exercise(tmp_path, open_page):
    with serving(tmp_path) as book:
        page = open_page(book.plan.address)
        page.goto(book.page(EXERCISE))
        card(page).locator("input").fill("28.5")
        kept(card(page), "28.5")
        plan = book.plan
    page.locator(".tk-card input").first.press("End")
    page.locator(".tk-card input").first.press_sequentially("1")
    expect(page.get_by_role("alert")).to_contain_text("trainkit start")
    again = session.prepare(plan.workspace, "en", plan.lab_port)
    assert again.plan.page_port == plan.page_port
    with session.serve(again.plan):
        page.get_by_role("button", name="Reload").click()
        page.wait_for_url(f"{plan.page_url}/voila/render/en/{EXERCISE}.ipynb")
        expect(card(page).locator("input")).to_have_value("28.51")


@both
@pytest.mark.parametrize("width", WIDTHS)
def test_an_examination_shows_its_clock_and_what_is_missing(open_page, book, screenshot, lang, width):
    page = open_page(book.page(EXAMINATION, lang), width)
    page.locator(".tk-summary").wait_for()
    first = page.locator(".tk-card input[type=text]").first
    first.fill("0.813")
    expect(page.locator(".tk-overview .tk-look")).not_to_have_count(0)
    assert any(c.isdigit() for c in page.locator(".tk-clock").inner_text())
    screenshot(page)
    assert overflow(page) == 0
    assert too_faint(page) == []
    assert unnamed(page) == []


@both
@pytest.mark.parametrize("width", WIDTHS)
def test_a_table_is_typed(open_page, book, screenshot, lang, width):
    page = open_page(book.page(EXERCISE, lang), width)
    own = card(page, "csat_by_type")
    for field, text in zip(own.locator(".tk-grid input").all(), ["B2B", "71,5", "G", "80"], strict=False):
        field.fill(text)
    own.locator(".tk-check").click()
    own.locator(".trainkit-note").wait_for()
    screenshot(page)
    assert overflow(page) == 0
    assert too_faint(page) == []
    assert unnamed(page) == []


@both
@pytest.mark.parametrize("width", WIDTHS)
def test_a_changed_notebook_is_started_over_from_home(open_page, book, screenshot, lang, width):
    """It asks, and the changed copy stays beside it."""
    own = book.plan.workspace / "exercises" / lang / "2-01.ipynb"
    before = own.read_bytes()
    document = json.loads(before)
    document["cells"][0]["source"] = f"# Mine at {width}"
    own.write_text(json.dumps(document), encoding="utf-8")
    page = open_page(f"{book.plan.address}&lang={lang}", width)
    link = page.locator(".restore").first
    screenshot(page, "home")
    assert overflow(page) == 0
    assert too_faint(page) == []
    link.click()
    page.locator("form button").wait_for()
    screenshot(page, "asked")
    assert overflow(page) == 0
    assert too_faint(page) == []
    page.locator("form button").click()
    page.wait_for_url(f"{book.plan.lab_url}/trainkit/")
    assert json.loads(own.read_bytes())["cells"] == json.loads(before)["cells"]
    kept = [path.read_text(encoding="utf-8") for path in own.parent.glob("2-01.before-*.ipynb")]
    assert any(f"# Mine at {width}" in text for text in kept)
