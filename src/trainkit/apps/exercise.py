"""The exercise page: the same notebook, with an input where the trainee's code would stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from trainkit.apps.inputs import Input, make_input
from trainkit.course.answers import GIVEN, validate
from trainkit.course.judge import Verdict
from trainkit.course.lives import Given, Notebook
from trainkit.course.model import Answer
from trainkit.course.naming import in_plain_words
from trainkit.course.present import Note, code_spans, hint_note
from trainkit.course.standing import said_of
from trainkit.i18n import _, ngettext, pick

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Page"]


class Page(Notebook):
    """The life that Voila serves: inputs with *Check* and *Submit*, and data to explore.

    What is entered is saved outside of the kernel at every check, because a reload is a new kernel.
    """

    tells_of_hints = False  # there is a button
    way = "page"

    def table(self, name: str) -> pd.DataFrame:
        """Return the table, and show it to look through."""
        from IPython.display import display

        from trainkit.apps.explorer import explorer

        frame = super().table(name)
        display(explorer(name, frame.copy()))
        return frame

    def answer(self, values: Given) -> None:
        """Show an input for each answer; a value that the notebook already gives is judged at once."""
        from IPython.display import display

        for answer, value in values:
            if value is ...:
                display(Card(self, answer).widget)
            else:
                super().answer([(answer, value)])

    def payload(self, answer: Answer, value: Any) -> dict[str, Any]:
        """Return an answer as plain data; what can't be one is said without a word of code."""
        with in_plain_words():
            return super().payload(answer, value)

    def judged(self, answer: Answer, payload: Mapping[str, Any]) -> tuple[Verdict, Note]:
        """Judge a payload, and say it to somebody who has written no code."""
        with in_plain_words():
            return super().judged(answer, payload)

    def submit(self, answer: Answer, verdict: Verdict) -> Note:
        """Record an answer as the trainee's word, in the journal: what is handed in is taken from there."""
        if self.journal is None:
            return Note(
                "look",
                _("Nothing was submitted"),
                _("No workspace keeps it. Use `trainkit start`."),
            )
        self.note(verdict, submitted=True)
        found = self.standings()
        (own,) = (s for s in found if s.answer.name == answer.name)
        done = _("Submitted: {done} of {all}").format(done=sum(bool(s.given) for s in found), all=len(found))
        return Note("good", done, said_of(own))


class Card:
    """One answer on the page: question, input, buttons, and what is said about it.

    Args:
        page: the page that it belongs to.
        answer: what is asked.
    """

    def __init__(self, page: Page, answer: Answer) -> None:
        self.page = page
        self.answer = answer
        self.input: Input = make_input(answer)
        self.said = w.HTML()
        self.said.add_class("tk-said")
        self._rung = 0
        self.check = _button(_("Check"), "tk-check", self._on_check)
        self.submit = _button(_("Submit"), "tk-submit", self._on_submit, primary=True)
        buttons = [self.check, self.submit]
        if page.info.hints.get(answer.name):
            buttons.append(_button(_("Hint"), "tk-hint", self._on_hint))
        points = ngettext("{points:g} point", "{points:g} points", int(answer.points)).format(
            points=answer.points
        )
        ask = code_spans(pick(answer.ask))
        question = w.HTML(f'<div class="tk-ask">{ask} <span class="tk-points">{points}</span></div>')
        row = w.HBox(buttons, layout=w.Layout(flex_flow="row wrap"))
        self.widget = w.VBox([question, self.input.widget, row, self.said])
        self.widget.add_class("tk-card")
        self._restore()

    def _restore(self) -> None:
        """Show again what the trainee entered before the page was loaded anew."""
        if self.page.journal is None:
            return
        entry = self.page.journal.latest(self.page.info, self.page.variant).get(self.answer.name)
        if entry is None:
            return
        # Another edition may have asked for something else under this name.
        payload = validate({"state": GIVEN, "value": entry.value}, self.answer)
        if payload["state"] != GIVEN:
            return
        self.input.fill(payload["value"])
        (found,) = (s for s in self.page.standings() if s.answer.name == self.answer.name)
        if found.given:
            self._say(Note("info", _("Where this answer stands"), said_of(found)))
        else:
            self._say(Note("info", _("Your last entry is back"), _("It is saved, but not submitted.")))

    def _on_check(self, _button: object) -> None:
        if self._entered():
            self._say(self.page.check(self.answer, self._payload())[1])

    def _on_submit(self, _button: object) -> None:
        if not self._entered():
            return
        verdict, note = self.page.judged(self.answer, self._payload())
        if verdict.outcome in {"not attempted", "invalid"}:
            self._say(note)
            return
        self._say(note, self.page.submit(self.answer, verdict))

    def _on_hint(self, _button: object) -> None:
        rungs = self.page.info.hints[self.answer.name]
        self._rung = min(self._rung + 1, len(rungs))
        self._say(hint_note(pick(rungs[self._rung - 1]), self._rung, len(rungs)))

    def _entered(self) -> bool:
        if self.input.value is ...:
            self._say(Note("info", _("Enter an answer first.")))
        return self.input.value is not ...

    def _payload(self) -> dict[str, Any]:
        return self.page.payload(self.answer, self.input.value)

    def _say(self, *notes: Note) -> None:
        self.said.value = "".join(n._repr_html_() for n in notes)


def _button(label: str, css: str, action: Any, *, primary: bool = False) -> Any:
    button = w.Button(description=label, button_style="primary" if primary else "")
    button.layout.width = "auto"
    button.add_class(css)
    button.on_click(action)
    return button
