"""Feedback and report as people see them: on a desk and on a phone, by day and by night, and read aloud."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from submitted import key

from browser.conftest import ARTIFACTS, FLAGS, WIDTHS, chromium, overflow
from browser.looks import fonts, headings, too_faint, unnamed
from classes import EXAM, damaged, hand_in, nothing, right, small, tripled, typed_in
from trainkit.course.catalogue import catalogue
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Failure
from trainkit.gradebook.records import ByHand, Submission
from trainkit.i18n import speaking
from trainkit.reports.class_report import report_page
from trainkit.reports.feedback import feedback_page
from trainkit.reports.similarity import Pair

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="needs a browser: apt install chromium fonts-noto-cjk"),
]

KEYS = {("9-01", "first"): key(0), ("9-02", "e1"): key(0)}

#: WCAG 2.2 AA and what axe counts as good practice beyond it.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

WIDE = {"columns": ["n", *(f"a long name of column {i}" for i in range(9))], "rows": [[1] * 10] * 12}


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> list[Submission]:
    """A class with everything that the pages can show."""
    failures = (Failure(3, "NameError", "name 'x' is not defined" * 9), Failure(5, "timeout"))
    with Gradebook(tmp_path_factory.mktemp("class") / "gradebook.db") as book:
        for i in range(12):
            hand_in(book, f"t{i:02}", [right, tripled, small, typed_in][i % 4], flags={})
        hand_in(book, "lin-yue", lambda n: {**tripled(n), "squares": WIDE}, failures=failures)
        hand_in(book, "lin-yue", tripled, info=EXAM)
        hand_in(book, "zhou", nothing)
        hand_in(book, "wang", typed_in, flags={"double": "hard-coded"})
        damaged(book, "wei")
        found = book.latest()
    lin = next(s for s in found if s.trainee.name == "lin-yue")
    lin.marks[1].by_hand = ByHand(points=0.5, comment="Look at `size` again.", assessor="Zhou Min")
    lin.exercise.info["competencies"] = ["C1", "C4"]
    return found


@pytest.fixture(scope="module")
def pages(submissions: list[Submission]) -> Callable[[str], dict[str, str]]:
    return cache(lambda lang: _pages(submissions, lang))


def _pages(submissions: list[Submission], lang: str) -> dict[str, str]:
    own = [s for s in submissions if s.trainee.name == "lin-yue"]
    lesson = catalogue("lesson")[0].id
    for s in own:
        s.exercise.info["prerequisites"] = [lesson]
    pairs = {"9-01": [Pair("t00", "t04", 0.93, 40)]}
    with speaking(lang):
        report = report_page("Spring", submissions, keys=KEYS, alike=pairs, day=dt.date(2026, 1, 1))
    damaged_one = [s for s in submissions if s.trainee.name == "wei"]
    told = {"lang": lang, "released": lambda info: True}
    return {
        "feedback": feedback_page("lin-yue", own, KEYS, **told),
        "feedback-held": feedback_page("lin-yue", own, KEYS, lang=lang),
        "feedback-damaged": feedback_page("wei", damaged_one, KEYS, **told),
        "feedback-nothing": feedback_page("nobody", [], KEYS, lang=lang),
        "report": report,
        "report-small": _small(submissions, lang),
    }


def _small(submissions: list[Submission], lang: str) -> str:
    with speaking(lang):
        return report_page("Spring", submissions[:4], keys=KEYS, alike={}, day=dt.date(2026, 1, 1))


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page from a file; nothing but the file itself may be asked for."""
    contexts, requests = [], []

    def open_(source: str, width: int, scheme: str):
        path = tmp_path / "page.html"
        path.write_text(source, encoding="utf-8")
        # axe is put into the page, which the page's own policy forbids.
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
        )
        contexts.append(context)
        context.on("request", lambda request: requests.append(request.url))
        page = context.new_page()
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert {url for url in requests if not url.startswith("data:")} <= {(tmp_path / "page.html").as_uri()}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("width", "scheme"), [*((w, "light") for w in WIDTHS), (WIDTHS[0], "dark")])
@pytest.mark.parametrize(
    "name",
    ["feedback", "feedback-held", "feedback-damaged", "feedback-nothing", "report", "report-small"],
)
def test_everybody_can_read_it(pages, opened, lang, width, scheme, name):
    page = opened(pages(lang)[name], width, scheme)
    page.screenshot(path=ARTIFACTS / f"{name}-{lang}-{width}-{scheme}.png", full_page=True)
    results = axe.Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert overflow(page) == 0
    assert too_faint(page) == []
    assert unnamed(page) == []
    levels = headings(page)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_axe_would_notice(opened):
    page = opened("<html lang=en><title>x</title><main><h1>x</h1><img src='data:,'></main>", 400, "light")
    assert "image-alt" in axe.Axe().run(page, options=RULES).generate_report()


def test_chinese_is_drawn_with_a_chinese_font(pages, opened):
    page = opened(pages("zh")["feedback"], 1280, "light")
    assert any(re.search("CJK|YaHei|PingFang", font) for font in fonts(page, "h2"))


def test_the_keyboard_reaches_links_and_wide_tables(pages, opened):
    page = opened(pages("en")["feedback"], 400, "light")
    found = []
    for _press in range(6):
        page.keyboard.press("Tab")
        found.append(page.evaluate("document.activeElement.tagName + document.activeElement.className"))
    assert "A" in found
    assert "DIVscroll" in found


@pytest.mark.parametrize(
    "attack", ["<script>document.title='hit'</script>", "<img src=x onerror=\"document.title='hit'\">"]
)
def test_nothing_of_a_trainees_is_run(submissions, opened, attack):
    """Even with the page's policy switched off."""
    own = [s for s in submissions if s.trainee.name == "lin-yue"]
    own[0].trainee.display_name = attack
    page = opened(feedback_page(attack, own, KEYS, released=lambda info: True), 1280, "light")
    own[0].trainee.display_name = ""
    assert page.locator("h1").inner_text() == attack
    assert page.evaluate("document.title") != "hit"
