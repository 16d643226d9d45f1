"""One answer on an exercise page: question, input, buttons, what is said, and where the answer stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import ipywidgets as w

from trainkit.apps.host import Host
from trainkit.apps.inputs import Input, make_input
from trainkit.course.answers import GIVEN, validate
from trainkit.course.model import Answer
from trainkit.course.present import Note, code_spans, hint_note
from trainkit.course.standing import Standing, said_of
from trainkit.i18n import _, ngettext, pick

__all__ = ["Card", "asking", "button"]


class Card:
    """One answer on the page.

    Whatever is typed is kept at once as it was typed, so that no reload, no language and no end of the kernel
    takes it away; what was said about another entry goes as soon as the entry changes.

    Args:
        page: the page that it belongs to.
        answer: what is asked.
    """

    def __init__(self, page: Host, answer: Answer) -> None:
        self.page = page
        self.answer = answer
        self.input: Input = make_input(answer)
        self.said, self.state, self._kept = w.HTML(), w.HTML(), w.HTML()
        self.said.add_class("tk-said")
        self.state.add_class("tk-state")
        self._kept.add_class("tk-kept")
        self._rung = 0
        points = ngettext("{points:g} point", "{points:g} points", int(answer.points)).format(
            points=answer.points
        )
        ask = code_spans(pick(answer.ask))
        question = w.HTML(f'<div class="tk-ask">{ask} <span class="tk-points">{points}</span></div>')
        row = w.HBox(self._buttons(), layout=w.Layout(flex_flow="row wrap", align_items="center"))
        self.widget = w.VBox([question, self.input.widget, row, self.said, self.state, self._kept])
        self.widget.add_class("tk-card")
        self.widget.add_class(f"tk-of-{answer.name}")
        self._restore()
        self.input.on_change(self._on_change)
        self.input.on_enter(lambda: self._on_check(None))

    def _buttons(self) -> list[Any]:
        buttons = []
        if self.page.info.instant:  # an examination says nothing, and hands in all at once
            buttons.append(button(_("Check"), "tk-check", self._on_check))
            buttons.append(button(_("Submit"), "tk-submit", self._on_submit, primary=True))
        if self.page.info.hints.get(self.answer.name):
            buttons.append(button(_("Hint"), "tk-hint", self._on_hint))
        again = asking(_("Start over"), _("Clear what you entered here?"), _("Clear"), self.start_over)
        return [*buttons, again]

    def _restore(self) -> None:
        """Show again what the trainee entered before the page was loaded anew."""
        journal = self.page.journal
        drafts = journal.drafts(self.page.info, self.page.variant) if journal else {}
        kept = drafts.get(self.answer.name)
        # Another edition may ask for a number where a text was asked for.
        if isinstance(kept, dict) and kept.get("type") == self.answer.type:
            self.input.restore(kept.get("draft"))
        elif journal and (entry := journal.latest(self.page.info, self.page.variant).get(self.answer.name)):
            payload = validate({"state": GIVEN, "value": entry.value}, self.answer)
            if payload["state"] == GIVEN:
                self.input.fill(payload["value"])
        self._acknowledge()
        if self.input.value is not ... and not self.page.standing(self.answer).given:
            self._say(Note("info", _("Your last entry is back"), _("It is saved, but not submitted.")))
        self.show_state()

    def show_state(self, standing: Standing | None = None) -> None:
        """Say where the answer stands, as the journal has it now: another tab may have written to it."""
        standing = standing or self.page.standing(self.answer)
        self.state.value = (
            f'<p class="tk-standing">{code_spans(said_of(standing))}</p>' if standing.given else ""
        )

    def start_over(self) -> None:
        """Empty the input; what was submitted stays submitted."""
        self.input.clear()
        self._rung = 0
        self._on_change()
        self._say()

    def _on_change(self) -> None:
        if self.page.journal:
            place = (self.page.info, self.page.variant, self.answer.name)
            kept = {"type": self.answer.type, "draft": self.input.draft}
            self.page.journal.keep_draft(*place, kept)
        self._acknowledge()
        self._say()
        self.page.changed()

    def _acknowledge(self) -> None:
        """Tell the page what is kept; what isn't told by then, the browser keeps for the next time."""
        texts = escape(json.dumps(self.input.typed, ensure_ascii=False))
        self._kept.value = f'<span hidden data-kept="{texts}"></span>'

    def _on_check(self, _button: object) -> None:
        if self._entered():
            self._say(self.page.check(self.answer, self.payload())[1])
            self.page.refresh()

    def _on_submit(self, _button: object) -> None:
        if self._entered():
            self._say(*self.give())
            self.page.refresh()

    def give(self) -> tuple[Note, ...]:
        """Submit what stands in the input, and return what is to be said."""
        payload = self.payload()
        verdict, note = self.page.judged(self.answer, payload)
        if verdict.outcome in {"not attempted", "invalid"}:
            return (note,)
        return note, self.page.submit(self.answer, verdict)

    def _on_hint(self, _button: object) -> None:
        rungs = self.page.info.hints[self.answer.name]
        self._rung = min(self._rung + 1, len(rungs))
        link = self.page.worked_example() if self._rung == len(rungs) else None
        self._say(hint_note(pick(rungs[self._rung - 1]), self._rung, len(rungs), link))

    def _entered(self) -> bool:
        if self.input.value is ...:
            self._say(Note("info", _("Enter an answer first.")))
        return self.input.value is not ...

    def payload(self) -> Mapping[str, Any]:
        """Return what stands in the input as plain data, or why it can't be."""
        return self.page.payload(self.answer, self.input.value)

    def _say(self, *notes: Note) -> None:
        self.said.value = "".join(n._repr_html_() for n in notes)


def button(label: str, css: str, action: Callable[[object], Any], *, primary: bool = False) -> Any:
    """Return a button as wide as its label."""
    made = w.Button(description=label, button_style="primary" if primary else "")
    made.layout.width = "auto"
    made.add_class(css)
    made.on_click(action)
    return made


def asking(label: str, question: str, yes: str, action: Callable[[], None], *, primary: bool = False) -> Any:
    """Return a button that asks before it acts."""
    box = w.HBox(layout=w.Layout(flex_flow="row wrap", align_items="center"))
    box.add_class("tk-asking")
    if primary:
        box.add_class("tk-first")

    def ask(_button: object) -> None:
        box.children = (w.HTML(f"<span>{escape(question)}</span>"), sure, keep)

    def rest(_button: object = None) -> None:
        box.children = (first,)

    def act(_button: object) -> None:
        rest()
        action()

    first = button(label, "tk-submit" if primary else "tk-again", ask, primary=primary)
    sure = button(yes, "tk-submit" if primary else "tk-sure", act, primary=primary)
    keep = button(_("No"), "tk-again", rest)
    rest()
    return box
