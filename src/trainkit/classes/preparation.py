"""The exercises of a class, made ready for grading: for each trainee the variants that are theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from trainkit import content
from trainkit.authoring.key import solution
from trainkit.authoring.opening import LESSONS
from trainkit.authoring.source import Source
from trainkit.classes.ahead import make_ahead
from trainkit.classes.assignment import Assignment, prepare
from trainkit.classes.classroom import Classroom
from trainkit.course.model import Key
from trainkit.errors import GradingError, UnknownName
from trainkit.i18n import _
from trainkit.progress import Progress

__all__ = ["Keys", "Preparation", "default_solutions", "exercises_of"]

#: Keys of the variants that a trainee worked on, by exercise and edition.
Keys = Mapping[tuple[str, str], Key]


def default_solutions() -> Path:
    """Return the checkout's solutions.

    Raises:
        GradingError: trainkit was installed from a wheel, which carries none.
    """
    checkout = content.checkout()
    if checkout is None:
        raise GradingError(
            _("Solutions aren't part of the installed workbook. Name their folder with --solutions.")
        )
    return checkout / "solutions"


def exercises_of(classroom: Classroom, solutions: Path, wanted: Collection[str] = ()) -> list[str]:
    """Return the exercises that are graded: those that are wanted, else the class's, else all.

    Raises:
        UnknownName: there is no such exercise.
    """
    known = sorted(path.stem for path in solutions.glob("*.md"))
    chosen = sorted(set(wanted or classroom.exercises or known))
    for id in chosen:
        if id not in known:
            raise UnknownName(_("There is no exercise `{id}`.").format(id=id), id, known)
    return chosen


class Preparation:
    """What the submissions of a class are graded by; each variant is made once and kept.

    Args:
        classroom: the class; its hidden data and keys are kept in its private folder.
        solutions: the folder of the exercises' sources.
    """

    def __init__(self, classroom: Classroom, solutions: Path) -> None:
        self._classroom, self._solutions = classroom, solutions
        self._sources: dict[str, Source] = {}
        self._ready: dict[tuple[str, int], Assignment] = {}

    def __call__(self, trainee: str, exercise: str, stated: int | None = None) -> Assignment:
        """Return an exercise as a trainee got it.

        Args:
            trainee: the identifier.
            exercise: the id.
            stated: the variant that the trainee's notebook names. An old copy, from when exercises opened on
                the data of the lessons, is taken at its word; nothing else is.

        Raises:
            GradingError: it has no usable hidden variants.
            SourceError: its model solution fails.
        """
        variant = self._classroom.variant(trainee, exercise)
        if stated == LESSONS and exercise not in self._classroom.personal:
            variant = LESSONS
        if (exercise, variant) not in self._ready:
            self._ready[exercise, variant] = prepare(
                self._source(exercise),
                self._classroom.secret,
                self._classroom.private / exercise,
                visible=variant,
                hidden=self._classroom.hidden,
                limits=self._classroom.limits,
            )
        return self._ready[exercise, variant]

    def all(self, wanted: Iterable[tuple[str, str]], progress: Callable[[int], Progress]) -> None:
        """Make everything ready now.

        Args:
            wanted: trainees and exercises.
            progress: makes what is told each exercise, or each trainee's, that is ready.
        """
        self._classroom.private.mkdir(parents=True, exist_ok=True)
        self._classroom.private.chmod(0o700)
        distinct: dict[str, dict[int, str]] = defaultdict(dict)
        for trainee, exercise in sorted(wanted, reverse=True):
            distinct[exercise][self._classroom.variant(trainee, exercise)] = trainee
        ready = progress(sum(map(len, distinct.values())))
        for exercise, trainees in sorted(distinct.items()):
            folder = self._classroom.private / exercise
            for variant in make_ahead(self._source(exercise), trainees, self._classroom.secret, folder):
                self(trainees[variant], exercise)
                own = exercise in self._classroom.personal
                whose = f"{trainees[variant]}/{exercise}" if own else exercise
                ready.step(_("data of {name}").format(name=whose))
        ready.close()

    def _source(self, exercise: str) -> Source:
        if exercise not in self._sources:
            self._sources[exercise] = solution(exercise, self._solutions)
        return self._sources[exercise]

    def keys_for(self, handed_in: Iterable[tuple[str, str, int | None]]) -> Callable[[str], Keys]:
        """Return what returns the keys of the variants that a trainee worked on, by exercise and edition.

        An exercise of another edition, or without a source, has no key any more.

        Args:
            handed_in: trainees, the exercises that they handed in, and the variants on which these ran.
        """
        worked_on: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
        known = {path.stem for path in self._solutions.glob("*.md")}
        for trainee, exercise, variant in handed_in:
            if exercise in known:
                worked_on[trainee].append((exercise, variant))

        def keys(trainee: str) -> Keys:
            assignments = [self(trainee, exercise, variant) for exercise, variant in worked_on[trainee]]
            return {(a.info.id, a.info.edition): a.visible.key for a in assignments}

        return keys

    def classmates(self, trainee: str, exercise: str) -> list[Key]:
        """Return the keys of the variants that others worked on, as far as they have been made ready."""
        own = self._classroom.variant(trainee, exercise)
        return [
            a.visible.key for (id, variant), a in self._ready.items() if id == exercise and variant != own
        ]
