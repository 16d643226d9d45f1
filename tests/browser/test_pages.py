"""Exercise pages: they come up without the internet, work, and say when they no longer can."""

from __future__ import annotations

import re

import psutil
import pytest
from playwright.sync_api import Page, Playwright, expect

from browser.conftest import FLAGS, WIDTHS, chromium, overflow, silent_server
from browser.looks import fonts, too_faint
from servers.running import BROKEN, Workbook, eventually, kernels
from trainkit.fonts import FAMILY


def ready(page: Page) -> Page:
    """Wait until a page of the tiny course can be used."""
    page.locator(".widget-slider").wait_for()
    return page


def look_again(page: Page) -> None:
    """Make a page ask for its session now, as it does when the reader comes back to it."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_exercise_page(open_page, book, screenshot, lang, width):
    """It fits its window, speaks its language, draws both kinds of charts, and its widgets work."""
    page = ready(open_page(book.page(lang=lang), width))
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[lang]
    assert page.get_by_text(f"life trainkit.apps.exercise:Page language {lang}").is_visible()

    drawn = page.locator(".jp-RenderedSVG img")
    drawn.wait_for()
    assert drawn.evaluate("image => image.naturalWidth") > 100
    page.locator(".vega-embed svg, .vega-embed canvas").first.wait_for()

    page.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("16", exact=True).wait_for()

    screenshot(page)
    assert overflow(page) == 0
    assert too_faint(page) == []


def test_the_end_of_a_long_page_can_be_reached(open_page, book):
    """Voila's shell is as high as the window and would hide the rest."""
    page = ready(open_page(book.page(), 400, 300))
    page.locator(".vega-embed svg, .vega-embed canvas").first.wait_for()
    page.mouse.wheel(0, 10_000)
    eventually(lambda: page.evaluate("scrollY > 300"))
    assert page.evaluate("document.querySelector('.tk-bar').getBoundingClientRect().top") == 0


def test_chinese_is_drawn_with_a_chinese_font(open_page, book):
    page = ready(open_page(book.page(lang="zh")))
    drawn = fonts(page, "#rendered_cells h1")
    assert any(re.search(f"CJK|YaHei|PingFang|{FAMILY}", font) for font in drawn)


def test_formulas_are_set_without_the_internet(open_page, book):
    page = ready(open_page(book.page()))
    page.locator("mjx-container").first.wait_for()


def test_the_token_does_not_stay_in_the_address(open_page, book):
    page = ready(open_page(book.page()))
    assert page.url == f"{book.plan.page_url}/voila/render/en/1-06.ipynb"


def test_it_comes_up_while_every_other_server_hangs(playwright: Playwright, book: Workbook):
    """Every name leads to a server that takes connections and never answers, as behind a bad firewall."""
    with silent_server() as port:
        rules = f"--host-resolver-rules=MAP * 127.0.0.1:{port}, EXCLUDE 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, rules])
        page = browser.new_page()
        # Not what came to the silent server: Chromium itself knocks there now and then.
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(book.plan.address)
        page.goto(book.page())
        page.locator(".widget-slider").wait_for(timeout=30_000)
        page.locator(".vega-embed svg, .vega-embed canvas").first.wait_for(timeout=30_000)
        browser.close()
        assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []


def test_leaving_a_page_ends_its_kernel(open_page, book):
    before = kernels(book)
    page = ready(open_page(book.page()))
    assert len(kernels(book) - before) == 1
    page.goto(book.plan.address)
    eventually(lambda: not kernels(book) - before)


def test_a_closed_tab_ends_its_kernel(open_page, book):
    before = kernels(book)
    page = ready(open_page(book.page()))
    page.close(run_before_unload=True)
    eventually(lambda: not kernels(book) - before)


def test_a_lost_session_is_said_and_a_reload_helps(open_page, book, screenshot):
    before = kernels(book)
    page = ready(open_page(book.page(), 400))
    [pid] = kernels(book) - before
    assert page.get_by_role("alert").count() == 0
    psutil.Process(pid).kill()
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("This page has lost its session.", timeout=30_000)
    screenshot(page)
    assert overflow(page) == 0
    assert too_faint(page) == []
    banner.get_by_role("button", name="Reload").click()
    page.wait_for_load_state()
    ready(page)
    look_again(page)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_stopped_workbook_is_said_and_its_return_is_seen(open_page, book):
    page = ready(open_page(book.page()))
    page.context.set_offline(True)
    look_again(page)
    look_again(page)
    expect(page.get_by_role("alert")).to_contain_text("The workbook doesn't answer.")
    page.context.set_offline(False)
    look_again(page)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_failed_step_is_said_without_a_traceback(open_page, book, screenshot, lang):
    page = open_page(book.page(BROKEN, lang))
    page.locator(".tk-error").wait_for()
    screenshot(page)
    assert "ZeroDivisionError" not in page.content()
    assert (
        page.locator(".tk-error a")
        .get_attribute("href")
        .endswith(f"/lab/tree/exercises/{lang}/{BROKEN}.ipynb")
    )


def test_a_page_that_does_not_exist_shows_the_way_back(open_page, book, screenshot):
    page = open_page(book.page("9-99"))
    screenshot(page)
    page.get_by_role("link", name="All lessons").click()
    page.wait_for_url(f"{book.plan.lab_url}/**")
