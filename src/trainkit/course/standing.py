"""Where an answer stands, in three states that are never mixed.

*Right at some time* is what practice is about: a right answer stays right. *Submitted* is what would be
handed in: the last value that was submitted on the page, and the last one that the notebook gave. *Would
earn* is what these would earn, as far as a trainee can know. Home page, exercise pages, JupyterLab and
examinations all ask here, and all say it in the words of this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainkit.course.journal import Entry, HandIn
from trainkit.course.judge import Verdict, credit
from trainkit.course.model import Answer, Info, Way
from trainkit.course.present import Note, format_value
from trainkit.course.typed import as_typed
from trainkit.i18n import _, joined

__all__ = [
    "Given",
    "Standing",
    "earned",
    "moment",
    "progress_note",
    "said_of",
    "standings",
    "submitted_words",
]


@dataclass(frozen=True)
class Given:
    """A value that was submitted.

    Args:
        way: on the page, or in the notebook.
        value: as plain data.
        at: when, ISO 8601 in UTC.
        edition: of the exercise at that time.
        variant: of the data.
        entry: the id of the journal's entry.
        earns: points as it stands; `None` where a trainee can't know.
    """

    way: Way
    value: Any
    at: str
    edition: str
    variant: int
    entry: int
    earns: float | None


@dataclass(frozen=True)
class Standing:
    """Where one answer stands.

    Args:
        answer: what is asked.
        attempted: something was tried.
        was_right: it was right at some time, on this data.
        page: what was submitted on the page.
        notebook: what the notebook gave last.
        handed_in: all that was submitted has been handed in.
    """

    answer: Answer
    attempted: bool = False
    was_right: bool = False
    page: Given | None = None
    notebook: Given | None = None
    handed_in: bool = False

    @property
    def given(self) -> tuple[Given, ...]:
        """What was submitted, either way, the last one first."""
        both = [g for g in (self.page, self.notebook) if g is not None]
        return tuple(sorted(both, key=lambda g: -g.entry))

    @property
    def submitted(self) -> Given | None:
        """What was submitted last."""
        return self.given[0] if self.given else None

    @property
    def earns(self) -> float | None:
        """Points that the submission would earn as it stands; the better way counts.

        `None` where a trainee can't know: without a practice key, and after a new edition.
        """
        known = [g.earns for g in self.given if g.earns is not None]
        best = max(known, default=0.0)
        return best if len(known) == len(self.given) or best >= self.answer.points else None


def standings(
    info: Info, entries: Iterable[Entry], variant: int, hand_ins: Sequence[HandIn] = ()
) -> tuple[Standing, ...]:
    """Return where each answer of an activity stands, in the order in which they are asked.

    Args:
        info: the activity.
        entries: of one trainee, in order; those on other data than `variant` don't count.
        variant: the data that the trainee works on.
        hand_ins: of the same trainee, in order.
    """
    own = [e for e in entries if e.variant == variant and e.outcome != "not attempted"]
    handed = max((h.last_entry for h in hand_ins if info.id in h.exercises), default=0)
    return tuple(_standing(a, info, [e for e in own if e.name == a.name], handed) for a in info.answers)


def _standing(answer: Answer, info: Info, entries: Sequence[Entry], handed: int) -> Standing:
    last = {e.way: _given(e, answer, info) for e in entries if e.action == "submit"}
    page, notebook = last.get("page"), last.get("notebook")
    return Standing(
        answer,
        attempted=bool(entries),
        was_right=any(e.outcome == "right" for e in entries),
        page=page,
        notebook=notebook,
        handed_in=bool(page or notebook) and all(g.entry <= handed for g in (page, notebook) if g),
    )


def _given(entry: Entry, answer: Answer, info: Info) -> Given:
    earns: float | None = None
    if answer.code and entry.way == "page":
        earns = 0.0
    elif entry.edition == info.edition and entry.outcome != "recorded":
        verdict = Verdict(entry.name, entry.outcome, entry.codes)  # type: ignore[arg-type]
        earns = round(answer.points * credit(answer, verdict), 4)
    return Given(entry.way, entry.value, entry.at, entry.edition, entry.variant, entry.id, earns)


def earned(found: Iterable[Standing]) -> tuple[float, float]:
    """Return the points that are known to be earned, and those of which a trainee can't know."""
    known, open_ = 0.0, 0.0
    for standing in found:
        if standing.earns is None:
            open_ += standing.answer.points
        else:
            known += standing.earns
    return round(known, 4), round(open_, 4)


def moment(at: str) -> str:
    """Return a moment of the journal as a clock on the wall shows it: `2026-01-12 09:15`."""
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")


def submitted_words(given: Given, answer: Answer) -> str:
    """Say what was submitted, when, and on which way."""
    text = (
        _("Submitted on the page: {value} ({when}).")
        if given.way == "page"
        else _("Submitted in the notebook: {value} ({when}).")
    )
    # What was typed comes back as it was typed; what was computed has more digits than one would say.
    typed = given.way == "page" and isinstance(given.value, int | float)
    value = as_typed(given.value) if typed else format_value(given.value, answer)
    return text.format(value=value, when=moment(given.at))


def said_of(standing: Standing, *, handed_in: bool = True) -> str:
    """Say where an answer stands: what was submitted, what it would earn, and whether it was right before.

    Args:
        standing: of the answer.
        handed_in: say also that it isn't handed in yet; where one is about to, that goes without saying.
    """
    if not standing.given:
        nothing = _("Nothing is submitted.")
        return joined(nothing, _("You have had it right.")) if standing.was_right else nothing
    submitted = [submitted_words(g, standing.answer) for g in standing.given]
    waiting = handed_in and not standing.handed_in
    return joined(*submitted, _earns_words(standing), _("Not handed in yet.") if waiting else "")


def _earns_words(standing: Standing) -> str:
    answer = standing.answer
    if answer.code and standing.notebook is None:
        return _("It earns points only when the notebook computes it.")
    if standing.earns is None:
        return _("Grading decides what it earns.")
    said = _("It would earn {earned:g} of {points:g}.").format(earned=standing.earns, points=answer.points)
    before = standing.was_right and standing.earns < answer.points
    return joined(said, _("You have had it right.")) if before else said


def progress_note(info: Info, found: Sequence[Standing]) -> Note:
    """Return how far a trainee is: one line an answer."""
    if info.kind == "lesson":
        done = sum(s.was_right for s in found)
        title = _("Right: {done} of {all}").format(done=done, all=len(found))
        lines = [f"`{s.answer.name}`: {_practice_words(s)}" for s in found]
    else:
        done = sum(bool(s.given) for s in found)
        title = _("Submitted: {done} of {all}").format(done=done, all=len(found))
        lines = [f"`{s.answer.name}`: {said_of(s)}" for s in found]
    return Note("good" if done == len(found) else "info", title, "\n".join(lines))


def _practice_words(standing: Standing) -> str:
    if standing.was_right:
        return _("right")
    return _("not right yet") if standing.attempted else _("not attempted")
