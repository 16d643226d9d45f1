"""The lives of an activity: what `ex.answer` and the others do, by where the notebook lives.

`Notebook` is the life in JupyterLab (and wherever nothing else is said), `Graded` that of the grading
sandbox. The page that Voila serves is a life of its own; it comes from a room above, so whoever serves it
gives its address in `TRAINKIT_LIFE`.
"""

from __future__ import annotations

import json
import os
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from trainkit.course import present
from trainkit.course.answers import ANSWER_MIME, GIVEN, pack
from trainkit.course.catalogue import catalogue, find, info_from_plain, load_key
from trainkit.course.journal import Entry, Journal, now, trainee
from trainkit.course.judge import Verdict, judge
from trainkit.course.lock import Lock
from trainkit.course.model import Answer, Info, Key, Kind, Quiz, Way
from trainkit.course.naming import about
from trainkit.course.passages import unseal
from trainkit.course.standing import Standing, progress_note, standings, submitted_words
from trainkit.course.typed import as_typed
from trainkit.i18n import _, get_language, joined, pick

if TYPE_CHECKING:
    import pandas as pd

#: What a trainee gave: answers with their values, in order.
Given = Sequence[tuple[Answer, Any]]

__all__ = ["Given", "Graded", "Life", "Notebook", "begin", "emit"]


class Life:
    """What an activity does in its surroundings; a subclass a life.

    Args:
        info: the activity.
        variant: of the data.
    """

    def __init__(self, info: Info, variant: int) -> None:
        self.info = info
        self.variant = variant

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the variant."""
        from trainkit.company import load

        return load(name, variant=self.variant)

    def answer(self, values: Given) -> None:
        """Take answers."""
        raise NotImplementedError

    def hint(self, answer: Answer, step: int) -> None:
        """Show a hint."""

    def progress(self) -> None:
        """Show how far the trainee is."""

    def hand_in(self) -> None:
        """Show what would be handed in."""

    def quiz(self, quiz: Quiz) -> None:
        """Ask a quiz question."""

    def after(self, place: str) -> None:
        """Show the prose that follows on answers: their names, with spaces between."""

    def demo(self, draw: Callable[..., Any], controls: Mapping[str, Any], labels: Mapping[str, str]) -> None:
        """Show a chart with controls."""

    def payload(self, answer: Answer, value: Any) -> dict[str, Any]:
        """Return an answer as plain data, with the activity and variant that it belongs to."""
        return {"exercise": self.info.id, "variant": self.variant, **pack(value, answer)}


class Notebook(Life):
    """In JupyterLab: a verdict below the cell, hints, and an entry in the journal."""

    #: Verdicts say how to ask for a hint.
    tells_of_hints = True

    #: On which way answers come here.
    way: Way = "notebook"

    def __init__(self, info: Info, variant: int) -> None:
        super().__init__(info, variant)
        self.key: Key | Lock | None = load_key(info.kind, info.id, variant)
        self.journal = Journal.here()
        self._unkept: list[Entry] = []
        #: Answers whose last hint was seen, and the places of prose that wait for answers.
        self._shown_all_hints: set[str] = set()
        self._waiting: dict[str, Any] = {}

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the variant; say so where it has to be made first."""
        from trainkit.company import is_at_hand

        # A lesson's demo may load other data while it draws: there a message would be in the way.
        if self.info.kind == "lesson" or is_at_hand(name, self.variant):
            return super().table(name)
        with present.working(
            _("Making the data of this exercise"), _("This takes a second or two, the first time only.")
        ):
            return super().table(name)

    def answer(self, values: Given) -> None:
        """Show the verdict on each value; the plain data goes along in the same output."""
        payloads = [self.payload(answer, value) for answer, value in values]
        notes = [
            note
            for (answer, value), payload in zip(values, payloads, strict=True)
            for note in (*_understood(answer, value, payload), self.check(answer, payload)[1])
        ]
        # One output per answer would pull them apart; the data of all goes along as a list.
        present.display_note(notes, {ANSWER_MIME: payloads})
        self._go_on()

    def after(self, place: str) -> None:
        """Show the prose if its answers were given, else a line that becomes the prose when they are."""
        shown = present.show_passage(self._passage(place))
        if not self._is_open(place):
            self._waiting[place] = shown

    def _go_on(self) -> None:
        """Show what waited for an answer."""
        for place in [place for place in self._waiting if self._is_open(place)]:
            present.show_passage(self._passage(place), self._waiting.pop(place))

    def _passage(self, place: str) -> str:
        """Return what is shown at a place, as Markdown."""
        if self._is_open(place):
            return pick(unseal(self.info, place))
        return "*{}*".format(_("Answer the question above to read on."))

    def _is_open(self, place: str) -> bool:
        was_right = {s.answer.name for s in self.standings() if s.was_right}
        return set(place.split()) <= was_right | self._shown_all_hints

    def check(self, answer: Answer, payload: Mapping[str, Any]) -> tuple[Verdict, present.Note]:
        """Judge a payload, note it in the journal, and return the verdict with what to say."""
        verdict, note = self.judged(answer, payload)
        if verdict.outcome != "not attempted":
            self.note(verdict)
        elif given := self.elsewhere(answer):
            note = present.Note("info", note.title, joined(given, note.text))
        return verdict, note

    def note(self, verdict: Verdict, *, submitted: bool | None = None) -> None:
        """Write a verdict into the journal; in a notebook, what an exercise's cell gives is submitted.

        Outside of a workspace it is kept as long as the kernel lives.
        """
        unsaid = self.key is None and verdict.outcome == "wrong"
        outcome = "recorded" if unsaid else verdict.outcome
        if submitted is None:
            submitted = self.way == "notebook" and self.info.kind == "exercise" and outcome != "invalid"
        action: Literal["check", "submit"] = "submit" if submitted else "check"
        if self.journal:
            self.journal.write(self.info, self.variant, verdict, action, way=self.way, outcome=outcome)
        else:
            place = (self.info.kind, self.info.id, self.info.edition, self.variant, verdict.name)
            said = (action, self.way, outcome, verdict.codes, verdict.value)
            self._unkept.append(Entry(len(self._unkept) + 1, now(), trainee(), *place, *said))

    def standings(self) -> tuple[Standing, ...]:
        """Return where each answer stands, earlier sessions and both ways included."""
        entries = self.journal.entries(self.info) if self.journal else self._unkept
        handed = self.journal.hand_ins() if self.journal else []
        return standings(self.info, entries, self.variant, handed)

    def elsewhere(self, answer: Answer) -> str:
        """Say what was submitted for an answer on the other way; nothing if nothing was."""
        found = next((s for s in self.standings() if s.answer.name == answer.name), None)
        given = [g for g in (found.given if found else ()) if g.way != self.way]
        return submitted_words(given[0], answer) if given else ""

    def judged(self, answer: Answer, payload: Mapping[str, Any]) -> tuple[Verdict, present.Note]:
        """Judge a payload and return the verdict with what to say.

        Without a practice key the verdict of a usable answer is `wrong`, which nobody is told.
        """
        if self.key is not None:
            verdict = judge(answer, self.key.expected_for(answer, payload), payload)
            offered = self.tells_of_hints and self.info.hints.get(answer.name)
            variable = {"lesson": "lesson", "exercise": "ex"}[self.info.kind]
            hint = f'{variable}.hint("{answer.name}")' if offered else ""
            return verdict, present.verdict_note(verdict, answer, hint=hint)
        verdict = _unjudged(answer, payload)
        return verdict, present.recorded_note(verdict, answer, released_later=not self.info.instant)

    def hint(self, answer: Answer, step: int) -> None:
        """Show a rung of the ladder."""
        rungs = self.info.hints.get(answer.name, ())
        if not rungs:
            text = _("There are no hints in an examination.") if not self.info.instant else ""
            note = present.Note("info", about(answer, _("No hints for {name}")), text)
        else:
            step = min(step, len(rungs))
            link = self.worked_example() if step == len(rungs) else None
            note = present.hint_note(pick(rungs[step - 1]), step, len(rungs), link)
            if step == len(rungs):
                self._shown_all_hints.add(answer.name)
        present.display_note([note])
        self._go_on()

    def worked_example(self) -> tuple[str, str] | None:
        """Return where the same steps are worked on other data: in the lesson that belongs here.

        In a lesson itself it stands further up, and there is no need to lead there.
        """
        lessons = [self.info.id, *self.info.prerequisites]
        known = {info.id for info in catalogue("lesson")}
        lesson = next((id for id in lessons if id in known), None)
        if lesson is None or self.info.kind == "lesson":
            return None
        lang = get_language()
        address = f"/lab/tree/lessons/{lang}/{lesson}.ipynb"
        label = _("Lesson {id} works the same steps on other data: its worked example").format(id=lesson)
        return label, os.environ.get("TRAINKIT_LAB", "") + address

    def progress(self) -> None:
        """Show where each answer stands, earlier sessions included."""
        present.display_note([progress_note(self.info, self.standings())])

    def hand_in(self) -> None:
        """Show what goes in, and the button that makes the file."""
        from trainkit.course.handing_in.widget import show_hand_in

        if self.journal is None:
            text = _("No workspace keeps it. Use `trainkit start`.")
            present.display_note([present.Note("look", _("Nothing can be handed in"), text)])
            return
        show_hand_in(self.journal.path.parent.parent, trainee())

    def quiz(self, quiz: Quiz) -> None:
        """Ask with radio buttons, or check boxes where several choices are right."""
        from trainkit.course.interactive import show_quiz

        show_quiz(quiz)

    def demo(self, draw: Callable[..., Any], controls: Mapping[str, Any], labels: Mapping[str, str]) -> None:
        """Draw now and again whenever a control moves."""
        from trainkit.course.interactive import show_demo

        show_demo(draw, controls, labels)


class Graded(Life):
    """In the grading sandbox: values leave as plain data, and nothing is said."""

    def answer(self, values: Given) -> None:
        """Emit each value as an output of its own."""
        emit([self.payload(answer, value) for answer, value in values])


def emit(payloads: list[dict[str, Any]]) -> None:
    """Emit payloads as one output of plain data."""
    from IPython.display import display

    text = "\n".join(f"{p['name']}: {p.get('value', p['state'])}" for p in payloads)
    display({ANSWER_MIME: payloads, "text/plain": text}, raw=True)


def _understood(answer: Answer, value: Any, payload: Mapping[str, Any]) -> list[present.Note]:
    """Say how a number in quotation marks was understood."""
    if answer.type != "number" or not isinstance(value, str) or payload["state"] != GIVEN:
        return []
    title = about(
        answer, _("{name} is a text; it counts as the number {number}"), number=as_typed(payload["value"])
    )
    return [present.Note("info", title, _("Leave the quotation marks out to compute with it."))]


def _unjudged(answer: Answer, payload: Mapping[str, Any]) -> Verdict:
    """Return a verdict that says what can be said without a key; `wrong` then stands for noted."""
    if payload["state"] == GIVEN:
        return Verdict(answer.name, "wrong", value=payload["value"])
    return Verdict(answer.name, payload["state"], detail=payload.get("reason", ""))


#: The lives that `TRAINKIT_LIFE` calls by a name; another one stands there as `module:class`.
_LIVES: dict[str, type[Life]] = {"lab": Notebook, "grade": Graded}


def begin(kind: Kind, id: str, variant: int | None = None) -> Life:
    """Begin the life that fits the surroundings; without a variant, where the activity opens.

    The sandbox has no course content: there `TRAINKIT_ACTIVITY` names a file that says what is asked.
    """
    if told := os.environ.get("TRAINKIT_ACTIVITY"):
        info = info_from_plain(json.loads(Path(told).read_text(encoding="utf-8")))
    else:
        info = find(kind, id)
    return _life(os.environ.get("TRAINKIT_LIFE", "lab"))(info, info.variant if variant is None else variant)


def _life(name: str) -> type[Life]:
    if ":" not in name:
        return _LIVES.get(name, Notebook)
    found: type[Life] = pkgutil.resolve_name(name)
    return found
