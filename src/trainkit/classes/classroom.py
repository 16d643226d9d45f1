"""A class: a folder with `class.toml`, a roster, submissions and grades, read once and checked whole.

`class.toml` says what is graded and how. A folder without it is a class, too: everything then has its
default. Whatever is wrong in the file is told at once, one line a fault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from trainkit.classes.assignment import HIDDEN
from trainkit.classes.classfile import Settings
from trainkit.classes.secret import class_secret
from trainkit.course.catalogue import find
from trainkit.errors import GradingError, UnknownName
from trainkit.i18n import _
from trainkit.sandbox.limits import Limits

__all__ = ["FILE", "MOST_HIDDEN", "Classroom"]

#: The name of the file that describes a class.
FILE = "class.toml"

#: More hidden variants than this cost time and tell no more.
MOST_HIDDEN = 8


@dataclass(frozen=True)
class Classroom:
    """A class and its settings.

    Args:
        folder: of the class.
        title: what it's called in reports; the folder's name by default.
        lang: `en` or `zh`, where a notebook or a trainee doesn't tell.
        exercises: ids that are graded; none means all.
        personal: ids of exercises in which each trainee works on data of their own.
        hidden: how many hidden variants a submission runs on, from 1 to `MOST_HIDDEN`.
        limits: what one run of a notebook may use.
        database: URL of the gradebook's database; empty for SQLite in `grades/`.
        released: the day from which on feedback may be read, by exercise.
        roster: the file of the trainees, which need not be there.
        assessor: the name under an assessor's comments.
    """

    folder: Path
    title: str
    lang: str = "en"
    exercises: tuple[str, ...] = ()
    personal: frozenset[str] = frozenset()
    hidden: int = HIDDEN
    limits: Limits = field(default_factory=Limits)
    database: str = ""
    released: Mapping[str, dt.date] = field(default_factory=dict)
    roster: Path = Path("roster.csv")
    assessor: str = ""

    @classmethod
    def load(cls, folder: Path, *, database: str = "") -> Classroom:
        """Read a class.

        Args:
            folder: of the class; without a `class.toml` every setting has its default.
            database: URL of the gradebook's database, in the place of the one in `class.toml`.

        Raises:
            GradingError: there is no such folder, or `class.toml` is wrong; every fault is named.
        """
        if not folder.is_dir():
            raise GradingError(_("There is no folder {folder}.").format(folder=folder))
        settings = Settings(folder / FILE)
        exercises = settings.ids("exercises")
        own = settings.url("database")  # read in any case: what nobody asks for counts as a fault
        read = cls(
            folder=folder,
            title=settings.text("title") or folder.resolve().name,
            lang=settings.language("lang"),
            exercises=exercises,
            personal=frozenset(settings.ids("personal", among=exercises)),
            hidden=settings.whole("hidden", HIDDEN, 1, MOST_HIDDEN),
            limits=settings.limits(),
            database=database or own,
            released=settings.dates("released"),
            roster=folder / (settings.text("roster") or "roster.csv"),
            assessor=settings.text("assessor"),
        )
        settings.done()
        return read

    def __getstate__(self) -> dict[str, Any]:
        """Leave the secret at home when a class is sent to another process or machine."""
        return {name: value for name, value in vars(self).items() if name != "secret"}

    @property
    def submissions(self) -> Path:
        """The folder of what was handed in."""
        return self.folder / "submissions"

    @property
    def grades(self) -> Path:
        """The assessor's folder."""
        return self.folder / "grades"

    @property
    def private(self) -> Path:
        """The folder of the secret, the hidden data and the keys."""
        return self.grades / "private"

    @property
    def gradebook(self) -> Path | str:
        """Where the gradebook is: a file, or the URL of a database."""
        return self.database or self.grades / "gradebook.db"

    @cached_property
    def secret(self) -> str:
        """The class secret; made when it's first asked for, in a file that only its owner may read."""
        return class_secret(self.private / "class.secret")

    def variant(self, trainee: str, exercise: str) -> int:
        """Return the variant of the data on which a trainee works on an exercise.

        The trainee's own where the class says so, else the one on which the exercise opens for everybody.
        Of an exercise that the workbook hasn't, nothing is known; it has the data of the lessons.

        On few variants a typical mistake gives the right answer; `assignment.shown` passes over these.
        """
        if exercise not in self.personal:
            try:
                return find("exercise", exercise).variant
            except UnknownName:
                return 0
        from trainkit.company import variants

        return variants.personal(trainee, exercise, self.secret)

    def is_released(self, exercise: str, today: dt.date, *, instant: bool | None = None) -> bool:
        """Tell whether trainees may read feedback on an exercise.

        Practice without a date is released; an examination without a date is held back.

        Args:
            exercise: its id.
            today: the day in question; feedback is released from the beginning of its date.
            instant: whether it's practice, as its source says; looked up in the workbook by default, where
                what isn't found counts as an examination.
        """
        if day := self.released.get(exercise):
            return today >= day
        if instant is not None:
            return instant
        try:
            return find("exercise", exercise).instant
        except UnknownName:
            return False
