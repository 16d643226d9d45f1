"""One input for each type of answer: a widget to fill in, and the value that stands in it."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from trainkit.apps.field import Input
from trainkit.apps.sheets import read_csv
from trainkit.apps.tables import TableInput
from trainkit.course.answers import MAX_TEXT
from trainkit.course.model import Answer
from trainkit.course.present import unmarked
from trainkit.course.typed import as_typed, read_number
from trainkit.i18n import _, pick

__all__ = ["Input", "make_input", "read_csv", "read_number"]

_WIDE = {"width": "100%", "max_width": "36rem"}


class _TypedInput(Input):
    """An input in one field of text, which is the draft."""

    @property
    def draft(self) -> str:
        return str(self.widget.value)

    def restore(self, draft: Any) -> None:
        if isinstance(draft, str):
            self.widget.value = draft

    @property
    def typed(self) -> list[str]:
        return [self.draft]

    def clear(self) -> None:
        self.widget.value = ""


class NumberInput(_TypedInput):
    """A number, typed as people do; what was typed is what the judge gets, and stays as it is."""

    def _widget(self) -> Any:
        text = w.Text(placeholder=_unit(self.answer), layout=w.Layout(width="12rem"))
        text.add_class("tk-number")
        text.observe(self._changed, names="value")
        text.on_msg(self._heard)
        return text

    @property
    def value(self) -> Any:
        return self.widget.value.strip() or ...

    def fill(self, value: Any) -> None:
        self.widget.value = as_typed(value)


class TextInput(_TypedInput):
    """A short text."""

    def _widget(self) -> Any:
        text = w.Textarea(rows=3, layout=w.Layout(**_WIDE))
        text.observe(self._changed, names="value")
        return text

    @property
    def value(self) -> Any:
        return self.widget.value[: MAX_TEXT + 1].strip() or ...

    def fill(self, value: Any) -> None:
        self.widget.value = str(value)


class ChoiceInput(Input):
    """One of several choices; none is picked at first."""

    def _widget(self) -> Any:
        options = [(unmarked(pick(c.label)), c.id) for c in self.answer.choices]
        radio = w.RadioButtons(options=options, value=None, layout=w.Layout(width="auto"))
        radio.observe(self._changed, names="value")
        return radio

    @property
    def value(self) -> Any:
        return self.widget.value or ...

    def fill(self, value: Any) -> None:
        self.widget.value = value

    @property
    def draft(self) -> Any:
        return self.widget.value

    def restore(self, draft: Any) -> None:
        if draft is None or draft in [c.id for c in self.answer.choices]:
            self.widget.value = draft

    def clear(self) -> None:
        self.widget.value = None


class ChoicesInput(Input):
    """Several of several choices."""

    def _widget(self) -> Any:
        self._boxes = {
            c.id: w.Checkbox(description=unmarked(pick(c.label)), indent=False, layout=w.Layout(width="auto"))
            for c in self.answer.choices
        }
        for box in self._boxes.values():
            box.observe(self._changed, names="value")
        return w.VBox(list(self._boxes.values()))

    @property
    def value(self) -> Any:
        return self.draft or ...

    def fill(self, value: Any) -> None:
        for id, box in self._boxes.items():
            box.value = id in value

    @property
    def draft(self) -> list[str]:
        return [id for id, box in self._boxes.items() if box.value]

    def restore(self, draft: Any) -> None:
        if isinstance(draft, list):
            self.fill(draft)

    def clear(self) -> None:
        self.fill([])


def make_input(answer: Answer) -> Input:
    """Return the input that fits an answer's type."""
    kinds: dict[str, type[Input]] = {
        "number": NumberInput,
        "text": TextInput,
        "choice": ChoiceInput,
        "choices": ChoicesInput,
        "table": TableInput,
    }
    return kinds[answer.type](answer)


def _unit(answer: Answer) -> str:
    units = {"points": _("points"), "percentage points": _("percentage points"), "CNY": _("yuan")}
    return units.get(answer.unit, answer.unit) or _("a number")
