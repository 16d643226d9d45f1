"""What trainees write is text wherever others read it: in pages, Markdown, tables and statements."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from cases import SECRET, attacks
from sides import Report, Side
from submitted import needs_sandbox

from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.exports import FORMATS, export
from trainkit.gradebook.records import Submission
from trainkit.i18n import speaking
from trainkit.reports.class_report import report_page
from trainkit.reports.feedback import feedback_markdown, feedback_page
from trainkit.sandbox import levels

pytestmark = [*needs_sandbox, pytest.mark.slow]

#: Elements that a page of ours may have.
ELEMENTS = re.compile(
    "html|head|meta|title|style|body|header|main|footer|section|article|nav|div|span|p|h[1-4]|ul|ol|li|dl|dt|dd"
    "|a|b|i|em|strong|small|code|br|hr|time|table|caption|thead|tbody|tr|th|td|blockquote|figure|figcaption"
    "|details|summary|img|svg|g|path|rect|text|line|circle|defs|clippath"
)

#: What a text would have to be for a terminal, a browser or an editor to obey it.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Elements(HTMLParser):
    """Notes all elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def submissions(graded: Callable[[Side], Report]) -> list[Submission]:
    report = graded(Side(levels.probe().level, "root"))
    with Gradebook(report.grades / "gradebook.db") as book:
        return book.latest()


def own(submissions: list[Submission], trainee: str) -> list[Submission]:
    return [s for s in submissions if s.trainee.name == trainee]


def assert_harmless(page: str) -> None:
    """No element, attribute or address but our own, and nothing that can't be seen."""
    for tag, attributes in Elements(page).found:
        assert ELEMENTS.fullmatch(tag), tag
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("srcdoc", "formaction", "background", "ping"), (tag, name)
            if name in ("href", "src", "xlink:href"):
                assert re.match(r"(http://127\.0\.0\.1:8888/lab/|data:image/|#)", value or ""), value
    assert not UNSEEN.search(page)
    assert not re.findall(SECRET, page)


@pytest.mark.parametrize("attack", [a.id for a in attacks()])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_of_feedback_has_our_elements_only(submissions: list[Submission], attack: str, lang: str):
    assert_harmless(feedback_page(attack, own(submissions, attack), {}, lang=lang))


@pytest.mark.parametrize("attack", [a.id for a in attacks()])
def test_markdown_feedback_has_no_markup_but_ours(submissions: list[Submission], attack: str):
    """Read by a Markdown reader that lets HTML pass: what it makes of it is harmless all the same."""
    markdown_it = pytest.importorskip("markdown_it")
    text = feedback_markdown(attack, own(submissions, attack), {}, lang="en")
    reader = markdown_it.MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
    assert_harmless(reader.render(text))
    assert "http://192.0.2.1" not in reader.render(text).replace("&quot;", '"') or "<a" not in reader.render(
        text
    )


def test_the_report_has_our_elements_only(submissions: list[Submission]):
    assert_harmless(
        report_page("<script>alert(1)</script>", submissions, keys={}, alike={}, day=dt.date(2026, 1, 2))
    )


@pytest.mark.parametrize("form", [name for name, f in FORMATS.items() if f.suffix == ".csv"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_cell_of_a_table_is_a_formula(submissions: list[Submission], form: str, lang: str):
    with speaking(lang):
        text = export(submissions, form).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
    assert any("rendering-formulas" in cell for cell in cells)
    for cell in cells:
        assert not re.match(r"\s*[=+@＝＋－＠]", cell), cell
        assert not cell.startswith("-") or re.fullmatch(r"-[0-9.e+]+", cell), cell
    assert not re.findall(SECRET, text)


def test_no_cell_of_a_workbook_is_a_formula(submissions: list[Submission]):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(export(submissions, "xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(cells) > 10 * len(submissions)
    for cell in cells:
        assert cell.data_type != "f", cell.value
        assert cell.hyperlink is None
        assert not (isinstance(cell.value, str) and re.findall(SECRET, cell.value))


def test_every_statement_is_one_line_of_json(submissions: list[Submission]):
    text = export(submissions, "xapi").decode()
    for line in text.split("\n")[:-1]:
        said = json.loads(line)
        assert set(said) >= {"actor", "verb", "object"}
        assert "\0" not in line
    assert not re.findall(SECRET, text)
