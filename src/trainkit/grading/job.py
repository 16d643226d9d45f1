"""The whole job of `trainkit grade`: find what was handed in, grade it, write the results, show them."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from trainkit.classes.classroom import FILE, Classroom
from trainkit.classes.preparation import Preparation, default_solutions, exercises_of
from trainkit.classes.roster import read_roster
from trainkit.course.handing_in.card import key_of
from trainkit.course.model import Info
from trainkit.errors import GradingError
from trainkit.extras import needed, require
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.database import is_full
from trainkit.gradebook.enrolment import open_class
from trainkit.gradebook.queries import handed_in, whose
from trainkit.gradebook.questions import Open, answered, ask, left_open
from trainkit.gradebook.records import Submission
from trainkit.grading import batch
from trainkit.grading.pool import LocalWorkers
from trainkit.grading.station import Setting
from trainkit.i18n import _
from trainkit.passing import PassingFolder, sweep
from trainkit.progress import Progress
from trainkit.reports.results import screen, show_ignored, show_lacking, show_rows, write_results
from trainkit.sandbox import levels
from trainkit.submissions import intake
from trainkit.submissions.handed_in import Keys, named_variant
from trainkit.submissions.notebooks import Damaged, content_hash

__all__ = ["Job", "Planned", "Way", "class_folder"]


def class_folder(folder: Path) -> Path:
    """Return the folder of a class: `folder` itself, or the one above a folder or archive of submissions."""
    marks = (FILE, "submissions", "submitted")
    return folder if any((folder / mark).exists() for mark in marks) else folder.absolute().parent


@dataclass(frozen=True)
class Way:
    """How a class is graded.

    Args:
        classroom: the class.
        solutions: the folder of the exercises' sources.
        unsafe: run notebooks without a sandbox.
        handed: where the submissions lie, a folder or an archive.
    """

    classroom: Classroom
    solutions: Path
    unsafe: bool = False
    handed: Path | None = None

    @classmethod
    def of(cls, folder: Path, *, solutions: Path | None, unsafe: bool, database: str) -> Way:
        """Look into the folder of a class.

        Raises:
            GradingError: there is no such folder, its `class.toml` is wrong, or there are no solutions.
            MissingExtra: what grading needs isn't installed.
            SandboxError: this machine has no sandbox, and `unsafe` isn't set.
        """
        # What workers and pages need later: to be told now, not after the first notebooks have run.
        require("grade", "nh3", "papermill")
        levels.require(unsafe=unsafe)
        classroom = Classroom.load(folder, database=database)
        return cls(classroom, solutions or default_solutions(), unsafe)

    def workers(self, number: int, scheduler: str = "") -> batch.Workers:
        """Return local workers, or those of a cluster.

        Raises:
            GradingError: there is no scheduler at that address, or it has no workers.
            MissingExtra: Dask isn't installed.
        """
        setting = Setting.here(self.classroom.limits, unsafe=self.unsafe, hidden=self._hidden())
        if not scheduler:
            return LocalWorkers(setting, number)
        with needed("cluster"):
            from trainkit.grading.cluster import ClusterWorkers
        return ClusterWorkers(setting, scheduler)

    def _hidden(self) -> list[Path]:
        """Return what no submission may see of the class, wherever each part of it lies."""
        room, book = self.classroom, self.classroom.gradebook
        found = [room.folder, room.submissions, room.grades, room.private, room.roster, self.solutions]
        found += [book] if isinstance(book, Path) else []
        found += [self.handed] if self.handed else []
        return [path.absolute() for path in dict.fromkeys(found) if path.exists()]

    def released(self, info: Info) -> bool:
        """Tell whether trainees may read feedback on an exercise today."""
        return self.classroom.is_released(info.id, dt.date.today(), instant=info.instant)

    def grade(
        self, items: Sequence[batch.Item], *, workers: int, scheduler: str, again: bool = False
    ) -> tuple[batch.Tally, list[Submission]]:
        """Grade items and write the results; return what was done, and these items' rows.

        Raises:
            GradingError: the disk is full; what was graded until then is kept.
        """
        with _room_wanted(self.classroom.grades):
            return self._grade(items, workers=workers, scheduler=scheduler, again=again)

    def _grade(
        self, items: Sequence[batch.Item], *, workers: int, scheduler: str, again: bool
    ) -> tuple[batch.Tally, list[Submission]]:
        preparation = Preparation(self.classroom, self.solutions)
        pairs = {(item.trainee, item.exercise) for item in items}
        with open_class(self.classroom) as gradebook:
            preparation.all(pairs | _classmates(gradebook, pairs), partial(Progress, stream=sys.stderr))
            progress = Progress(len(items), sys.stderr)
            with closing(self.workers(workers, scheduler)) as crew:
                tally = batch.run(
                    items,
                    preparation,
                    gradebook,
                    crew,
                    classmates=preparation.classmates,
                    again=again,
                    report=lambda item: progress.step(f"{item.trainee}/{item.exercise}"),
                )
            progress.close()
            latest, questions = gradebook.latest(), left_open(gradebook)
        write_results(
            self.classroom.grades, latest, preparation.keys_for(whose(latest)), self.released, questions
        )
        return tally, [s for s in latest if (s.trainee.name, s.exercise.code) in pairs]


@dataclass(frozen=True)
class Planned:
    """What would become of a submission.

    Args:
        item: the submission.
        grades: whether it would be graded.
        why: in the language in use.
    """

    item: intake.Handed
    grades: bool
    why: str


@dataclass(frozen=True)
class Job:
    """What was handed in, and how it is graded; use it in a `with`, which removes what was unpacked.

    Args:
        way: how the class is graded.
        handed: files to grade.
        ignored: what isn't graded, and why.
        unpacked: the private folder of unpacked archives.
        exercises: ids that are graded.
    """

    way: Way
    handed: Sequence[intake.Handed]
    ignored: Sequence[intake.Ignored]
    unpacked: PassingFolder = field(repr=False, compare=False)
    exercises: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        folder: Path,
        *,
        exercises: Sequence[str] | None = None,
        solutions: Path | None = None,
        unsafe: bool = False,
        layout: str = "",
        database: str = "",
    ) -> Job:
        """Look into a folder or an archive of submissions.

        Args:
            folder: a class's folder with `submissions/` in it, or the folder or archive of submissions.
            exercises: ids to grade; the class's by default.
            solutions: the folder of the exercises' sources; the checkout's by default.
            unsafe: run notebooks without a sandbox.
            layout: of the submissions, a name of `layouts.LAYOUTS`; found out by default.
            database: URL of the gradebook's database; the class's by default.

        Raises:
            GradingError: nothing is there to grade.
            SandboxError: this machine has no sandbox, and `unsafe` isn't set.
            UnknownName: there is no such exercise or layout.
        """
        submissions = intake.submissions_folder(folder)
        way = Way.of(class_folder(folder), solutions=solutions, unsafe=unsafe, database=database)
        way = replace(way, handed=submissions)
        ids = exercises_of(way.classroom, way.solutions, exercises or ())
        sweep()
        unpacked = PassingFolder("unpacked")
        try:
            handed, ignored = intake.collect(
                submissions,
                ids,
                layout=layout,
                known=_known(way.classroom),
                unpacked=Path(unpacked.name),
                limits=way.classroom.limits,
                keys=_signing(way.classroom),
            )
            if not handed:
                _show_nobody(cls(way, handed, ignored, unpacked, tuple(ids)))
                raise GradingError(
                    _("No submissions in {folder}. Expected files such as {example}.").format(
                        folder=submissions, example="lin-yue/1-06.ipynb"
                    )
                )
        except BaseException:
            unpacked.cleanup()
            raise
        return cls(way, handed, ignored, unpacked, tuple(ids))

    def __enter__(self) -> Job:
        return self

    def __exit__(self, *_error: object) -> None:
        self.unpacked.cleanup()

    def run(self, *, workers: int = 2, scheduler: str = "") -> batch.Tally:
        """Grade everything, write the results, and show them on the terminal.

        Args:
            workers: processes of this machine.
            scheduler: address of a Dask scheduler, whose workers grade instead.
        """
        console = screen()
        if self.way.unsafe:
            console.print(_("No sandbox: submitted code runs with your own rights."), style="bold red")
        self._ask()
        tally, rows = self.way.grade(self.handed, workers=workers, scheduler=scheduler)
        show_rows(console, rows, self._questions())
        show_ignored(console, self.ignored)
        show_lacking(console, rows)
        console.print(
            _("{graded} graded, {kept} unchanged. Results: {folder}").format(
                graded=tally.graded, kept=tally.kept, folder=self.way.classroom.grades
            ),
            markup=False,
        )
        return tally

    def _ask(self) -> None:
        """Note in the gradebook what couldn't be decided, so that every later table tells it."""
        with open_class(self.way.classroom) as gradebook:
            ask(gradebook, self.open(), self.exercises)

    def _questions(self) -> list[Open]:
        with open_class(self.way.classroom) as gradebook:
            return left_open(gradebook)

    def open(self) -> list[Open]:
        """Return what couldn't be decided about the submissions."""
        base = self.way.handed if self.way.handed else self.way.classroom.folder
        base = base if base.is_dir() else base.parent
        return [
            Open(i.trainee, i.exercise, i.kind, _below(base, i.path), i.reason)
            for i in self.ignored
            if i.kind
        ]

    def absent(self) -> list[str]:
        """Return the identifiers of those on the roster of whom nothing at all was found."""
        return [name for name, _called in self.absent_people()]

    def absent_people(self) -> list[tuple[str, str]]:
        """Return the same people with their full names, which may be empty."""
        roster = self.way.classroom.roster
        people = read_roster(roster) if roster.is_file() else []
        seen = {item.trainee for item in self.handed} | {i.trainee for i in self.ignored}
        return [(entry.name, entry.display_name) for entry in people if entry.name not in seen]

    def plan(self) -> list[Planned]:
        """Return what `run` would do with each submission, and why; nothing is graded or written."""
        classroom = self.way.classroom
        known: dict[tuple[str, str], Submission] = {}
        preparation: Preparation | None = None
        # Without a secret there are no hidden variants yet, and without a file there is no gradebook.
        if (classroom.private / "class.secret").is_file():
            preparation = Preparation(classroom, self.way.solutions)
            if classroom.database or Path(classroom.gradebook).is_file():
                with Gradebook(classroom.gradebook) as gradebook:
                    known = {(s.trainee.name, s.exercise.code): s for s in gradebook.latest()}
        return [
            _planned(item, known.get((item.trainee, item.exercise)), preparation, classroom)
            for item in self.handed
        ]


def _show_nobody(job: Job) -> None:
    """Show everybody of whom nothing can be graded, and why; nothing is noted in the gradebook."""
    people = [Open(name, "", "nothing", name=called) for name, called in job.absent_people()]
    if questions := [*job.open(), *people]:
        show_rows(screen(), [], questions)
    show_ignored(screen(), job.ignored)


def _signing(classroom: Classroom) -> Keys | None:
    """Return the keys with which this class's workspaces sign; `None` where no secret was made yet."""
    if not (classroom.private / "class.secret").is_file():
        return None
    return partial(key_of, classroom.secret)


def _known(classroom: Classroom) -> intake.Known:
    """Return what is known of a class's people: its roster, and what assessors said."""
    people = read_roster(classroom.roster) if classroom.roster.is_file() else []
    if not (classroom.database or Path(classroom.gradebook).is_file()):
        return intake.Known(people)
    with Gradebook(classroom.gradebook) as gradebook:
        said = answered(gradebook)
    return intake.Known(people, said.matched, said.chosen, said.names)


def _below(base: Path, path: Path) -> str:
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()


@contextmanager
def _room_wanted(folder: Path) -> Iterator[None]:
    """Say in a sentence that a disk is full, whoever found it out, and that nothing is lost.

    Raises:
        GradingError: it is.
    """
    try:
        yield
    except (OSError, DBAPIError) as error:
        if not is_full(error):
            raise
        name = getattr(error, "filename", None)
        raise GradingError(
            _(
                "The disk is full ({file}). What was graded until now is kept. Make room, then run the same "
                "command again: it goes on where it stopped."
            ).format(file=name if isinstance(name, str) else folder)
        ) from error


def _classmates(gradebook: Gradebook, pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return who handed in before for the same exercises, and so may have been copied from."""
    exercises = {exercise for _trainee, exercise in pairs}
    with gradebook.database.reading() as session:
        return {(trainee, exercise) for trainee, exercise in handed_in(session) if exercise in exercises}


def _planned(
    item: intake.Handed, last: Submission | None, preparation: Preparation | None, classroom: Classroom
) -> Planned:
    try:
        raw, files = item.read(classroom.limits)
    except Damaged as error:
        return Planned(item, True, str(error))
    if last is None or preparation is None:
        return Planned(item, True, _("It has no grade yet."))
    if last.content != content_hash(raw, files):
        return Planned(item, True, _("It was handed in anew."))
    if last.state == "failed":
        return Planned(item, True, _("Grading it failed: {reason}").format(reason=last.note))
    if last.plan != preparation(item.trainee, item.exercise, named_variant(raw, files)).plan:
        return Planned(item, True, _("The exercise, its variants or the grader has changed."))
    return Planned(item, False, _("It has its grade."))
