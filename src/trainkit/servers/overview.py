"""What the home page shows: phases, activities, progress. Plain data, in the language in use."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from trainkit.course.catalogue import catalogue
from trainkit.course.journal import Journal, Progress
from trainkit.course.model import LEVELS, Info
from trainkit.i18n import _, get_language, pick
from trainkit.servers.plan import HOME, Plan
from trainkit.servers.workspace import new_editions

__all__ = ["Activity", "Card", "Overview", "Phase", "overview"]


@dataclass(frozen=True)
class Activity:
    """A lesson or an exercise on a card.

    Args:
        lab: the address that opens it in JupyterLab.
        page: the address of its page; empty for a lesson.
        total: how many answers it asks for.
        progress: how far the trainee is.
        minutes: how long it takes.
        instant: verdicts are given on the spot.
        editions: addresses of new editions that lie beside a changed copy.
    """

    lab: str
    page: str
    total: int
    progress: Progress
    minutes: int
    instant: bool
    editions: tuple[str, ...]

    @property
    def done(self) -> int:
        """How many answers count as done: right ones, or submitted ones where nothing is said yet."""
        return self.progress.right if self.instant else self.progress.submitted

    @property
    def state(self) -> str:
        """`new`, `begun` or `done`."""
        if self.total and self.done >= self.total:
            return "done"
        return "begun" if self.progress.attempted else "new"


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
    def state(self) -> str:
        """`new`, `begun` or `done`."""
        states = {a.state for a in self.activities if a.total}
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
    """

    phases: list[Phase]
    resume: Card | None
    lab: str
    workspace: str

    @property
    def cards(self) -> list[Card]:
        """All cards, in order."""
        return [card for phase in self.phases for card in phase.cards]

    @property
    def done(self) -> int:
        """Answers done, of all activities."""
        return sum(a.done for card in self.cards for a in card.activities)

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
    cards = [
        _card(plan, journal, id, {info.kind: info for info in infos})
        for id, infos in itertools.groupby(catalogue(), key=lambda info: info.id)
    ]
    phases = _phases()
    for card in cards:
        phases[int(card.id[0]) - 1].cards.append(card)
    return Overview(phases, _resume(cards), "/lab", str(plan.workspace))


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


def _card(plan: Plan, journal: Journal, id: str, kinds: dict[str, Info]) -> Card:
    first = kinds.get("lesson") or kinds["exercise"]
    lesson, exercise = (
        _activity(plan, journal, kinds[kind]) if kind in kinds else None for kind in ("lesson", "exercise")
    )
    return Card(id, pick(first.title), pick(LEVELS[first.level]), first.competencies, lesson, exercise)


def _activity(plan: Plan, journal: Journal, info: Info) -> Activity:
    lang = get_language()
    copy = f"{info.kind}s/{lang}/{info.id}.ipynb"
    return Activity(
        lab=f"/lab/tree/{copy}",
        page=f"{HOME}exercise/{lang}/{info.id}" if info.kind == "exercise" else "",
        total=len(info.answers),
        progress=journal.progress(info, who=plan.trainee),
        minutes=info.minutes,
        instant=info.instant,
        editions=tuple(f"/lab/tree/{path}" for path in new_editions(plan.workspace, copy)),
    )


def _resume(cards: list[Card]) -> Card | None:
    """Return the card to go on with: one that was begun, else the first new one."""
    for state in ("begun", "new"):
        for card in cards:
            if card.state == state:
                return card
    return None
