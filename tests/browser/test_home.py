"""The home page in both languages, on a desk and on a phone."""

from __future__ import annotations

import itertools
import re

import pytest

from browser.conftest import WIDTHS, overflow
from browser.looks import fonts, headings, too_faint, unnamed
from trainkit.fonts import FAMILY

LANGUAGES = {"en": ("en", "Satisfaction at Lantai"), "zh": ("zh-CN", "澜泰的客户满意度")}

both = pytest.mark.parametrize("lang", LANGUAGES)


@both
@pytest.mark.parametrize("width", WIDTHS)
def test_home(open_page, book, screenshot, lang, width):
    """It shows the lessons, fits its window, is readable and can be read aloud."""
    page = open_page(f"{book.plan.address}&lang={lang}", width)
    tag, title = LANGUAGES[lang]
    assert page.url == f"{book.plan.lab_url}/trainkit/"
    assert page.locator("html").get_attribute("lang") == tag
    assert page.get_by_role("heading", name=title, exact=True).is_visible()
    screenshot(page)
    assert overflow(page) == 0
    assert too_faint(page) == []
    assert unnamed(page) == []
    levels = headings(page)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_chinese_is_drawn_with_a_chinese_font(open_page, book):
    page = open_page(f"{book.plan.address}&lang=zh")
    page.locator("#card-1-06").wait_for()
    drawn = fonts(page, "#card-1-06")
    assert any(re.search(f"CJK|YaHei|PingFang|{FAMILY}", font) for font in drawn)


@both
def test_a_chosen_language_stays_chosen(open_page, book, lang):
    other = "zh" if lang == "en" else "en"
    page = open_page(f"{book.plan.address}&lang={other}")
    page.locator(".languages").get_by_role("link").filter(
        has_text={"en": "English", "zh": "中文"}[lang]
    ).click()
    page.goto(f"{book.plan.lab_url}/trainkit/")
    assert page.locator("html").get_attribute("lang") == LANGUAGES[lang][0]
    assert page.locator(".languages [aria-current]").get_attribute("lang") == lang


def test_the_keyboard_finds_the_lessons_first(open_page, book):
    page = open_page(book.plan.address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.phase') !== null")


def test_an_exercise_page_is_one_click_away_and_so_is_the_way_back(open_page, book):
    page = open_page(f"{book.plan.address}&lang=en")
    page.get_by_role("link", name="Open the page of Satisfaction at Lantai").click()
    page.locator(".widget-slider").wait_for()
    assert page.url == f"{book.plan.page_url}/voila/render/en/1-06.ipynb"
    page.get_by_role("link", name="All lessons").click()
    page.locator("#card-1-06").wait_for()
    assert page.url.startswith(f"{book.plan.lab_url}/trainkit/")


def test_it_needs_no_scripts(browser, book):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{book.plan.address}&lang=en")
    assert page.get_by_role("link", name="Open the page of Satisfaction at Lantai").is_visible()
    context.close()
