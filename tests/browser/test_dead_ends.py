"""Without a token, and in JupyterLab, there is a way on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.conftest import WIDTHS, overflow
from browser.looks import too_faint, unnamed

HOME = {"en": "← All lessons", "zh": "← 全部课程"}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/trainkit/", "/lab", "/lab/tree/lessons/en/1-06.ipynb"])
def test_without_a_token_it_is_said_what_to_do_in_both_languages(open_page, book, screenshot, path, width):
    page = open_page(f"{book.plan.lab_url}{path}", width)
    for text in (
        "opens with the workbook's own address",
        "这个页面要用练习册自己的地址打开",
        "trainkit start",
    ):
        expect(page.get_by_text(text).first).to_be_visible()
    screenshot(page)
    assert overflow(page) == 0
    assert too_faint(page) == []
    assert unnamed(page) == []
    page.locator("input[type=password]").fill("wrong")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("This isn't the token")
    page.locator("input[type=password]").fill(book.plan.lab_token)
    page.get_by_role("button").click()
    page.wait_for_url(f"{book.plan.lab_url}{path}*")


@pytest.mark.parametrize("lang", HOME)
def test_jupyterlab_has_a_way_home_and_no_button_that_leads_nowhere(open_page, book, screenshot, lang):
    page = open_page(f"{book.plan.address}&lang={lang}")
    page.goto(f"{book.plan.lab_url}/lab/tree/exercises/{lang}/1-06.ipynb?reset")
    page.locator(".jp-NotebookPanel-toolbar").wait_for()
    link = page.get_by_role("link", name=HOME[lang])
    expect(link).to_be_visible()
    screenshot(page, full=False)
    assert "Voil" not in page.locator(".jp-NotebookPanel-toolbar").inner_html()
    link.click()
    page.wait_for_url(f"{book.plan.lab_url}/trainkit/")
