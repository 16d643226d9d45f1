"""A page of a tiny exercise, loaded without a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import IPython.display
import pytest
from asked import CHOICE, CHOICES, NUMBER, TABLE, TEXT

from trainkit.apps.exercise import Card, Page
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
        made: list[Card] = []
        real = Card.__init__

        def remember(card: Card, *arguments: Any) -> None:
            real(card, *arguments)
            made.append(card)

        with monkeypatch.context() as patch:
            patch.setattr(Card, "__init__", remember)
            self.page = Page(info, variant)
            self.page.answer([(answer, ...) for answer in info.answers])
        self.shown = shown
        self.cards = {card.answer.name: card for card in made}

    def said(self, name: str) -> str:
        return str(self.cards[name].said.value)

    def enter(self, name: str, value: Any) -> None:
        """Enter a value as a trainee does, through the widget."""
        self.cards[name].input.widget.value = value

    def press(self, name: str, label: str) -> str:
        """Press a button of a card and return what is said."""
        card = self.cards[name]
        buttons = {b.description: b for b in card.widget.children[2].children}
        buttons[label].click()
        return self.said(name)
