"""The end of an exercise page: what is answered and what is missing, and the way to begin again.

In an examination it has the clock, and hands everything in at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape
from typing import Any

import ipywidgets as w

from trainkit.apps.card import asking, button
from trainkit.apps.host import Host
from trainkit.course.handing_in import hand_in
from trainkit.course.journal import trainee
from trainkit.course.model import Answer
from trainkit.course.present import Note, unmarked
from trainkit.course.standing import Standing, submitted_words
from trainkit.errors import InputError
from trainkit.i18n import _, listed, ngettext, pick

__all__ = ["Summary"]


class Summary:
    """What stands below the last answer.

    Args:
        page: the page that it belongs to.
    """

    def __init__(self, page: Host) -> None:
        self.page = page
        self._list, self._said = w.HTML(), w.HTML()
        self._list.add_class("tk-overview")
        self._standings: Mapping[str, Standing] = {}
        self._name = w.Text(
            placeholder=_("Your name or number"), layout=w.Layout(width="14rem", display="none")
        )
        # The page presses it when it comes back into sight.
        refresh = button(_("Refresh"), "tk-refresh", lambda _button: page.refresh())
        again = asking(
            _("Start over"), _("Clear all entries of this page?"), _("Clear all"), self._start_over
        )
        row = w.HBox(
            [*self._hand_in(), again, refresh], layout=w.Layout(flex_flow="row wrap", align_items="center")
        )
        clock = [w.HTML(self._clock())] if not page.info.instant else []
        self.widget = w.VBox([*clock, self._list, self._name, row, self._said])
        self.widget.add_class("tk-summary")
        self.show({s.answer.name: s for s in page.standings()})

    def show(self, found: Mapping[str, Standing] | None = None) -> None:
        """Show where each answer stands."""
        if found is not None:
            self._standings = found
        lines = "".join(
            f"<li>{self._line(answer)}</li>"
            for answer in self.page.info.answers
            if answer.name in self._standings
        )
        title = _("Your answers")
        self._list.value = f"<h2>{title}</h2><ol>{lines}</ol>"

    def _line(self, answer: Answer) -> str:
        standing = self._standings[answer.name]
        ask = escape(unmarked(pick(answer.ask)))
        card = self.page.cards.get(answer.name)
        entered = card is not None and card.input.value is not ...
        if standing.given:
            state, css = submitted_words(standing.given[0], answer), "good"
        elif entered:
            state, css = _("Entered, not submitted."), "look"
        else:
            state, css = _("Missing."), "miss"
        return f'{ask} <span class="tk-{css}">{escape(state)}</span>'

    def _start_over(self) -> None:
        for card in self.page.cards.values():
            card.start_over()

    # --- an examination -------------------------------------------------------------------------------------

    def _clock(self) -> str:
        """Return the clock, which the page keeps running; it began when the examination was opened first."""
        if self.page.journal is None:
            return ""
        begun = datetime.fromisoformat(self.page.journal.begun(self.page.info))
        until = begun + timedelta(minutes=self.page.info.minutes)
        return f'<p class="tk-clock" role="timer" data-until="{until.isoformat()}"></p>'

    def _hand_in(self) -> list[Any]:
        if self.page.info.instant or self.page.journal is None:
            return []
        asked = _("Hand in all answers? You can hand in again; the last one counts.")
        return [asking(_("Hand in"), asked, _("Hand in"), self._on_hand_in, primary=True)]

    def _on_hand_in(self) -> None:
        """Submit whatever stands in the inputs, and make the one file."""
        journal = self.page.journal
        if journal is None:
            return
        unread = []
        for card in self.page.cards.values():
            if card.input.value is not ... and len(card.give()) == 1:
                unread.append(card.answer)
        self.page.refresh()
        workspace = journal.path.parent.parent
        try:
            made = hand_in(workspace, trainee(), [self.page.info.id], name=self._name.value.strip())
        except InputError as error:
            self._name.layout.display = ""
            self._say(Note("look", _("Nothing was handed in"), str(error)))
            return
        except OSError as error:
            self._say(Note("look", _("Nothing was handed in"), str(error)))
            return
        self._name.layout.display = "none"
        missing = [s.answer for s in self._standings.values() if not s.given]
        lines = [_("Give this file to your assessor: {file}").format(file=made.path)]
        if missing:
            n = len(missing)
            text = ngettext("{n} answer is missing: {names}", "{n} answers are missing: {names}", n)
            lines.append(text.format(n=n, names=listed(unmarked(pick(a.ask)) for a in missing)))
        if unread:
            lines.append(_("Not readable, so not handed in: {names}").format(
                names=listed(unmarked(pick(a.ask)) for a in unread)
            ))  # fmt: skip
        self.page.refresh()
        self._say(Note("good", _("Handed in"), "\n".join(lines)))

    def _say(self, note: Note) -> None:
        self._said.value = note._repr_html_()
