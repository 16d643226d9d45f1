"""What the home page shows: phases, activities, progress. Plain data, in the language in use."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from trainkit.course.catalogue import catalogue
from trainkit.course.handing_in.card import card_of, own_variant
from trainkit.course.journal import HandIn, Journal
from trainkit.course.model import LEVELS, Info
from trainkit.course.standing import Standing, earned, standings
from trainkit.i18n import _, get_language, pick
from trainkit.servers.copies import Copies, find_copies
from trainkit.servers.plan import HOME, Plan
from trainkit.servers.workspace import is_changed, new_editions

__all__ = ["HAND_IN", "Activity", "Card", "Overview", "Phase", "overview"]

#: The path of the page that hands in.
HAND_IN = f"{HOME}hand-in"


State = Literal["new", "begun", "submitted", "done"]


@dataclass(frozen=True)
class Activity:
    """A lesson or an exercise on a card.

    Args:
        lab: the address that opens it in JupyterLab.
        page: the address of its page; empty for a lesson.
        standings: where each answer stands.
        minutes: how long it takes.
        instant: verdicts are given on the spot.
        editions: addresses of new editions that lie beside a changed copy.
        restore: the address that lays the notebook anew; empty while it is as it was laid.
        others: names and addresses of further copies; `lab` opens the one that was saved last.
    """

    lab: str
    page: str
    standings: tuple[Standing, ...]
    minutes: int
    instant: bool
    editions: tuple[str, ...]
    restore: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> int:
        """How many answers it asks for."""
        return len(self.standings)

    @property
    def attempted(self) -> int:
        """How many answers were tried."""
        return sum(s.attempted for s in self.standings)

    @property
    def right(self) -> int:
        """How many answers were right at some time."""
        return sum(s.was_right for s in self.standings)

    @property
    def submitted(self) -> int:
        """How many answers are submitted."""
        return sum(bool(s.given) for s in self.standings)

    @property
    def handed_in(self) -> int:
        """How many answers are handed in as they were submitted last."""
        return sum(s.handed_in for s in self.standings)

    @property
    def done(self) -> int:
        """How many answers need nothing more: practised ones of a lesson, submitted ones of an exercise."""
        return self.submitted if self.page else self.right

    @property
    def hand_in(self) -> str:
        """The address of the page that hands it in."""
        return HAND_IN

    @property
    def meter(self) -> list[str]:
        """For each answer, the look of its part of the meter: `done`, `given`, `tried`, or nothing."""
        looks = [
            "done"
            if (s.handed_in if self.page else s.was_right)
            else "given"
            if self.page and s.given
            else "tried"
            if s.attempted
            else ""
            for s in self.standings
        ]
        return sorted(looks, key=["done", "given", "tried", ""].index)

    @property
    def earned(self) -> str:
        """What the submission would earn, in words; nothing without one."""
        if not self.page or not self.submitted:
            return ""
        known, open_ = earned(self.standings)
        points = sum(s.answer.points for s in self.standings)
        if not open_:
            return _("As submitted, it would earn {earned:g} of {points:g} points.").format(
                earned=known, points=points
            )
        if not known:
            return _("Grading decides what it earns.")
        return _(
            "As submitted, it would earn {earned:g} of {points:g} points; grading decides on {open:g}."
        ).format(earned=known, points=points, open=open_)

    @property
    def state(self) -> State:
        """How far it is: an exercise is done when all of it is handed in, and not before."""
        if not self.total or self.done < self.total:
            return "begun" if self.attempted else "new"
        return "done" if not self.page or self.handed_in == self.total else "submitted"


@dataclass(frozen=True)
class Card:
    """What one id of the timetable offers."""

    id: str
    title: str
    level: str
    competencies: tuple[str, ...]
    lesson: Activity | None
    exercise: Activity | None

    @property
    def activities(self) -> list[Activity]:
        """What there is of lesson and exercise."""
        return [a for a in (self.lesson, self.exercise) if a]

    @property
    def next(self) -> Activity:
        """What to go on with: the lesson, unless the exercise was begun or the lesson is done."""
        if self.lesson and self.exercise:
            ahead = self.exercise.state != "new" or self.lesson.state == "done"
            return self.exercise if ahead else self.lesson
        return self.activities[0]

    @property
    def state(self) -> State:
        """How far it is; with a lesson and an exercise, `done` when both are."""
        states: set[State] = {a.state for a in self.activities if a.total}
        if states == {"submitted", "done"}:
            return "submitted"
        return states.pop() if len(states) == 1 else "begun" if states else "new"


@dataclass(frozen=True)
class Phase:
    """One phase of the timetable with its cards."""

    number: int
    title: str
    when: str
    what: str
    cards: list[Card] = field(default_factory=list)


@dataclass(frozen=True)
class Overview:
    """The whole home page.

    Args:
        phases: all three, also while one of them is empty.
        resume: the card to go on with; `None` when all is done or nothing is there.
        lab: JupyterLab's address.
        workspace: the trainee's folder.
        trainee: the full name, where the workspace has joined a class.
        class_title: what the class is called.
    """

    phases: list[Phase]
    resume: Card | None
    lab: str
    workspace: str
    trainee: str = ""
    class_title: str = ""

    @property
    def hand_in(self) -> str:
        """The address of the page that hands in; empty where there is no exercise."""
        return HAND_IN if any(card.exercise for card in self.cards) else ""

    @property
    def cards(self) -> list[Card]:
        """All cards, in order."""
        return [card for phase in self.phases for card in phase.cards]

    @property
    def done(self) -> int:
        """Answers that need nothing more, of all activities."""
        return sum(a.done for card in self.cards for a in card.activities)

    @property
    def submitted(self) -> int:
        """Answers of exercises that are submitted."""
        return sum(card.exercise.submitted for card in self.cards if card.exercise)

    @property
    def not_handed_in(self) -> int:
        """Answers of exercises that are submitted and not handed in."""
        return self.submitted - sum(card.exercise.handed_in for card in self.cards if card.exercise)

    @property
    def total(self) -> int:
        """Answers asked for by all activities."""
        return sum(a.total for card in self.cards for a in card.activities)

    @property
    def per_cent(self) -> int:
        """Answers done as a percentage, rounded down."""
        return 100 * self.done // self.total if self.total else 0


def overview(plan: Plan) -> Overview:
    """Return the home page's content for a plan, in the language in use."""
    journal = Journal.of(plan.workspace)
    handed = journal.hand_ins(who=plan.trainee)
    known = card_of(plan.workspace)
    copies = find_copies(plan.workspace)
    cards = [
        _card(plan, journal, handed, copies, id, {info.kind: info for info in infos})
        for id, infos in itertools.groupby(catalogue(), key=lambda info: info.id)
    ]
    phases = _phases()
    for card in cards:
        phases[int(card.id[0]) - 1].cards.append(card)
    name, title = (known.name or known.trainee, known.title) if known else ("", "")
    return Overview(phases, _resume(cards), "/lab", str(plan.workspace), name, title)


def _phases() -> list[Phase]:
    return [
        Phase(
            1, _("Foundations"), _("Months 1–2"), _("The ideas and the tools that everything else stands on.")
        ),
        Phase(2, _("Case study"), _("Month 3"), _("Real questions of one company, and a trial examination.")),
        Phase(
            3, _("Assessment"), _("Month 4"), _("The examination, your own report, and time for questions.")
        ),
    ]


def _card(
    plan: Plan, journal: Journal, handed: list[HandIn], copies: Copies, id: str, kinds: dict[str, Info]
) -> Card:
    first = kinds.get("lesson") or kinds["exercise"]
    lesson, exercise = (
        _activity(plan, journal, handed, copies, kinds[kind]) if kind in kinds else None
        for kind in ("lesson", "exercise")
    )
    return Card(id, pick(first.title), pick(LEVELS[first.level]), first.competencies, lesson, exercise)


def _activity(plan: Plan, journal: Journal, handed: list[HandIn], copies: Copies, info: Info) -> Activity:
    lang = get_language()
    copy = f"{info.kind}s/{lang}/{info.id}.ipynb"
    # A renamed copy is found by what it says that it is.
    newest, *others = copies.get((info.kind, info.id, lang), [copy])
    return Activity(
        lab=_opened(newest),
        page=f"{HOME}exercise/{lang}/{info.id}" if info.kind == "exercise" else "",
        standings=standings(
            info, journal.entries(info, who=plan.trainee), own_variant(plan.workspace, info), handed
        ),
        minutes=info.minutes,
        instant=info.instant,
        editions=tuple(f"/lab/tree/{path}" for path in new_editions(plan.workspace, newest)),
        restore=f"{HOME}restore/{info.kind}/{lang}/{info.id}" if is_changed(plan.workspace, newest) else "",
        others=tuple((name, _opened(name)) for name in others),
    )


def _opened(copy: str) -> str:
    return f"/lab/tree/{quote(copy)}"


def _resume(cards: list[Card]) -> Card | None:
    """Return the card to go on with: one that was begun, else the first new one."""
    for state in ("begun", "new", "submitted"):
        for card in cards:
            if card.state == state:
                return card
    return None
