"""The exercise page: the same notebook, with an input where the trainee's code would stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainkit.apps.card import Card
from trainkit.apps.summary import Summary
from trainkit.course.judge import Verdict
from trainkit.course.lives import Given, Notebook
from trainkit.course.model import Answer, Info
from trainkit.course.naming import in_plain_words
from trainkit.course.present import Note
from trainkit.course.standing import Standing, said_of
from trainkit.i18n import _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Page"]


class Page(Notebook):
    """The life that Voila serves: inputs with *Check* and *Submit*, and data to explore.

    What is entered is saved outside of the kernel at every change, because a reload is a new kernel.
    """

    tells_of_hints = False  # there is a button
    way = "page"

    def __init__(self, info: Info, variant: int) -> None:
        super().__init__(info, variant)
        self.cards: dict[str, Card] = {}
        self.summary: Summary | None = None

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
                self.cards[answer.name] = Card(self, answer)
                display(self.cards[answer.name].widget)
            else:
                super().answer([(answer, value)])
        if self.summary is None and values and values[-1][0].name == self.info.answers[-1].name:
            self.summary = Summary(self)
            display(self.summary.widget)

    def standing(self, answer: Answer) -> Standing:
        """Return where an answer stands."""
        return next(s for s in self.standings() if s.answer.name == answer.name)

    def refresh(self) -> None:
        """Show what the journal holds now; another tab of the same exercise may have written to it."""
        found = {s.answer.name: s for s in self.standings()}
        for name, card in self.cards.items():
            card.show_state(found[name])
        if self.summary:
            self.summary.show(found)

    def changed(self) -> None:
        """Hear that something was entered."""
        if self.summary:
            self.summary.show()

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
