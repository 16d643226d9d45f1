"""A lesson in JupyterLab: in the chosen language, run to its end, with charts and widgets, offline."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

MENUS = {"en": ("Run", "Run All Cells"), "zh": ("运行", "运行所有单元格")}


def run_all(page: Page, lang: str) -> None:
    """Choose *Run All Cells* in the menu."""
    menu, entry = MENUS[lang]
    page.locator("#jp-MainMenu").get_by_text(menu, exact=True).click()
    page.locator(".lm-Menu").get_by_text(entry, exact=True).click()


@pytest.mark.parametrize("lang", MENUS)
def test_lesson_in_jupyterlab(open_page, book, screenshot, lang):
    """Its menus speak the language; after Run all a moved slider has an effect and charts are drawn."""
    # High enough for the whole notebook: JupyterLab doesn't draw what is out of sight.
    page = open_page(f"{book.plan.address}&lang={lang}", height=1400)
    # Run before there is a kernel, JupyterLab asks for one.
    with page.expect_websocket(lambda socket: "/channels" in socket.url, timeout=60_000):
        page.goto(f"{book.plan.lab_url}/lab/tree/lessons/{lang}/1-06.ipynb?reset")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    expect(page.locator("html")).to_have_attribute("lang", {"en": "en", "zh": "zh-CN"}[lang])

    run_all(page, lang)
    page.get_by_text(f"life lab language {lang}").wait_for()
    page.locator(".jp-RenderedSVG img").wait_for()
    page.locator(".vega-embed svg, .vega-embed canvas").first.wait_for()
    slider = page.locator(".noUi-handle")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.locator(".widget-html-content").get_by_text("16", exact=True).wait_for()
    screenshot(page, full=False)


def test_nothing_asks_for_news_or_updates(open_page, book, requests):
    """And nothing pops up that a trainee would have to answer."""
    page = open_page(book.plan.address)
    page.goto(f"{book.plan.lab_url}/lab")
    page.locator("#jp-MainMenu").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator(".Toastify__toast, .jp-Dialog").count() == 0
    assert not [url for url in requests if "/lab/api/news" in url or "/lab/api/update" in url]
