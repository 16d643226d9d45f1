"""What a page says is for people who have written no code; every real exercise's page is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import IPython.display
import pytest

from trainkit.apps.card import Card
from trainkit.apps.exercise import Page
from trainkit.course.catalogue import catalogue
from trainkit.course.model import Answer, Info
from trainkit.i18n import use_language
from trainkit.servers.texts import failure_texts, page_texts

#: Values that a page must not only take.
_STRANGE = ["about 5", "19,717", "-7", "<b>"]

#: What belongs into a notebook.
_CODE = re.compile(
    r"`|\bNone\b|\bNaN\b|\bstr\b|DataFrame|NameError|\bex\.|of type|类型是|\b1 (rows|values|points)\b"
)


class _Text(HTMLParser):
    """Collects what can be read of HTML; code spans of an author's text are code on the page as well."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    return "".join(parser.words)


def texts(widget: Any) -> Iterator[str]:
    """Yield all that can be read of a widget and of those inside of it."""
    for trait in ("description", "placeholder", "tooltip"):
        if isinstance(text := getattr(widget, trait, None), str):
            yield text
    for label in getattr(widget, "_options_labels", ()):
        yield str(label)
    if widget.__class__.__name__ == "HTML":
        yield read(widget.value)
    for child in getattr(widget, "children", ()):
        yield from texts(child)


@pytest.fixture
def opened(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Open the page of an exercise and return its cards."""

    def open_page(info: Info) -> list[Card]:
        monkeypatch.setattr(IPython.display, "display", lambda *_w, **_k: None)
        page = Page(info, 0)
        page.answer([(answer, ...) for answer in info.answers])
        return [*page.cards.values()]

    return open_page


def entries(answer: Answer, card: Card) -> Iterator[None]:
    """Enter one thing after the other."""
    if answer.type in ("number", "text"):
        for text in _STRANGE:
            card.input.widget.value = text
            yield
    elif answer.type == "choice":
        for choice in answer.choices:
            card.input.fill(choice.id)
            yield
    elif answer.type == "choices":
        card.input.fill([c.id for c in answer.choices])
        yield
    else:
        columns = [c.name for c in answer.columns]
        for names in (columns, columns[:-1]):
            card.input.fill({"columns": names, "rows": [[1] * len(names)]})
            yield


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("info", catalogue("exercise"), ids=lambda info: info.id)
def test_no_page_speaks_of_code(opened: Any, info: Info, lang: str) -> None:
    use_language(lang)
    for card in opened(info):
        name = re.compile(rf"\b{card.answer.name}\b")
        for _entry in entries(card.answer, card):
            card._on_check(None)
            said = [*texts(card.widget)]
            assert not [text for text in said if _CODE.search(text)]
            assert "_" not in card.answer.name or not [t for t in said if name.search(t)]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_stands_around_a_page_speaks_of_code_only_as_code(lang: str) -> None:
    """The page turns backquotes in pairs into code; the names of buttons and titles have none."""
    use_language(lang)
    around = page_texts()
    assert not {k for k, text in around.items() if "`" in text and not k.endswith("_detail")}
    assert not {k for k, text in around.items() if text.count("`") % 2}
    for status in (404, 503, 500):
        assert "`" not in "".join(failure_texts(status).values())
