"""Without a Chinese font, pages are set in the workbook's own; where there is one, none is fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontless import without_system_fonts
from playwright.sync_api import Browser, Page, Playwright

from browser.conftest import FLAGS, chromium
from browser.looks import fonts
from trainkit.fonts import FAMILY

#: A typeface without Chinese: with no font whatever, Chromium draws nothing, not even what it could fetch.
LATIN = Path("/usr/share/fonts/truetype/dejavu")


@pytest.fixture(scope="module")
def fontless(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium that sees Latin fonts only."""
    if not LATIN.is_dir():
        pytest.skip("needs a Latin font alone: apt install fonts-dejavu-core")
    variables = without_system_fonts(tmp_path_factory.mktemp("fontless"), LATIN)
    started = playwright.chromium.launch(
        executable_path=chromium(), args=FLAGS, env={**os.environ, **variables}
    )
    yield started
    started.close()


def opened(browser: Browser, address: str, wait_for: str) -> Page:
    page = browser.new_context().new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.locator(wait_for).first.wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    return page


#: Marks each element with Chinese text of its own that can be seen, outside of pictures, and counts them.
MARK = """() => {
  let n = 0;
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE);
    if (own.some(node => /[\u4e00-\u9fff]/.test(node.data)) && element.checkVisibility())
      element.setAttribute("data-chinese", n++);
  }
  return n;
}"""


def undrawn(page: Page) -> list[str]:
    """Return the Chinese texts of a page that aren't drawn in the workbook's font; there are some texts."""
    n = page.evaluate(MARK)
    assert n > 3
    places = [f"[data-chinese='{number}']" for number in range(n)]
    return [page.locator(place).inner_text() for place in places if FAMILY not in fonts(page, place)]


def test_the_home_page_is_readable_without_a_chinese_font(fontless, book, screenshot):
    page = opened(fontless, f"{book.plan.address}&lang=zh", "#card-1-06")
    screenshot(page)
    assert undrawn(page) == []


def test_an_exercise_page_is_readable_without_a_chinese_font(fontless, book, screenshot):
    page = opened(fontless, book.page(lang="zh"), "#rendered_cells h1")
    page.locator(".widget-slider").wait_for()
    page.evaluate("document.fonts.ready")
    screenshot(page)
    assert undrawn(page) == []


def test_jupyterlab_is_readable_without_a_chinese_font(fontless, book, screenshot):
    page = opened(fontless, f"{book.plan.address}&lang=zh", "#card-1-06")
    page.goto(f"{book.plan.lab_url}/lab/tree/lessons/zh/1-06.ipynb?reset")
    page.locator("#jp-MainMenu").get_by_text("运行", exact=True).wait_for()
    page.locator(".jp-CodeCell").nth(2).get_by_text("企业").wait_for()
    page.evaluate("document.fonts.ready")
    screenshot(page, full=False)
    assert undrawn(page) == []


def test_a_page_without_charts_fetches_no_font_where_there_is_one(open_page, book, requests):
    page = open_page(f"{book.plan.address}&lang=zh")
    page.locator("#card-1-06").wait_for()
    page.wait_for_load_state("networkidle")
    if fonts(page, "#card-1-06") == {FAMILY}:
        pytest.skip("no font for Chinese is installed here")
    assert not [url for url in requests if url.endswith(".ttf")]
