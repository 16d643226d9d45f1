"""A page of a tiny exercise, loaded without a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import IPython.display
import pytest
from asked import CHOICE, CHOICES, NUMBER, TABLE, TEXT
from ipywidgets import Button

from trainkit.apps.card import Card
from trainkit.apps.exercise import Page
from trainkit.course.model import Expected, Info, Key, Mistake

SAY = {"en": "{value} leaves the passives out.", "zh": "{value} 没有算上被动者。"}
RIGHT_TABLE = {"columns": ["type", "csat"], "rows": [["B2B", 71.5], ["G", 80.0]]}

INFO = Info(
    id="1-01",
    kind="exercise",
    title={"en": "Counting", "zh": "数一数"},
    level="junior",
    competencies=("C1",),
    minutes=5,
    edition="first",
    answers=(replace(NUMBER, points=2), TEXT, CHOICE, CHOICES, TABLE),
    hints={"nps": ({"en": "First.", "zh": "第一级。"}, {"en": "Second.", "zh": "第二级。"})},
)
KEY = Key(
    0,
    {
        "nps": Expected(35.0, (Mistake("NPS-1", 46.7, SAY),)),
        "word": Expected("promoters"),
        "sentence": Expected("mix"),
        "causes": Expected(["mix", "service"]),
        "csat_by_type": Expected(RIGHT_TABLE),
    },
)

Load = Callable[..., "Loaded"]


class Loaded:
    """A page as the browser has it: its cards by the answer's name."""

    def __init__(self, info: Info, variant: int, monkeypatch: pytest.MonkeyPatch) -> None:
        shown: list[Any] = []
        monkeypatch.setattr(IPython.display, "display", lambda widget, **_more: shown.append(widget))
        self.page = Page(info, variant)
        self.page.answer([(answer, ...) for answer in info.answers])
        self.shown = shown
        self.cards: dict[str, Card] = self.page.cards

    def said(self, name: str) -> str:
        card = self.cards[name]
        return f"{card.said.value}{card.state.value}"

    def enter(self, name: str, value: Any) -> None:
        """Enter a value as a trainee does, through the widget."""
        self.cards[name].input.widget.value = value

    def buttons(self, name: str) -> dict[str, Any]:
        """Return the buttons of a card by what stands on them."""
        return {b.description: b for b in _buttons(self.cards[name].widget.children[2])}

    def press(self, name: str, label: str) -> str:
        """Press a button of a card and return what is said."""
        self.buttons(name)[label].click()
        return self.said(name)

    def start_over(self, name: str = "", *, sure: bool = True) -> None:
        """Start over with an answer, or with the whole page."""
        self._ask(self.cards[name].widget if name else self.page.summary.widget, "Start over", sure)

    def hand_in(self) -> str:
        """Hand in on the page of an examination, and return what is said."""
        self._ask(self.page.summary.widget, "Hand in", True)
        return str(self.page.summary._said.value)

    def summary(self, label: str) -> None:
        """Press a button below the last answer."""
        {b.description: b for b in _buttons(self.page.summary.widget)}[label].click()

    def _ask(self, widget: Any, label: str, sure: bool) -> None:
        (asking,) = [box for box in _boxes(widget) if label in [b.description for b in _buttons(box)]]
        _buttons(asking)[0].click()
        _question, yes, no = asking.children
        (yes if sure else no).click()


def _boxes(widget: Any) -> list[Any]:
    """Return the boxes that ask before they act, however deep they lie."""
    own = [widget] if "tk-asking" in getattr(widget, "_dom_classes", ()) else []
    return own + [box for child in getattr(widget, "children", ()) for box in _boxes(child)]


def _buttons(widget: Any) -> list[Any]:
    own = [widget] if isinstance(widget, Button) else []
    return own + [button for child in getattr(widget, "children", ()) for button in _buttons(child)]
