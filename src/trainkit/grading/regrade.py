"""The whole job of `trainkit regrade`: what was received once is graded again, and what changed is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainkit.classes.preparation import exercises_of
from trainkit.errors import GradingError, UnknownName
from trainkit.gradebook import changes
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.enrolment import open_class
from trainkit.gradebook.queries import File
from trainkit.grading import batch
from trainkit.grading.job import Way
from trainkit.i18n import _, ngettext
from trainkit.reports.results import printable, screen
from trainkit.sandbox.limits import Limits
from trainkit.submissions.notebooks import content_hash

__all__ = ["Kept", "Regrade"]

#: Under what a file is known that couldn't be read, and so never came.
_NOTHING = content_hash(b"")


@dataclass(frozen=True)
class Kept:
    """A submission as the gradebook received it.

    Args:
        trainee: whose it is.
        exercise: the exercise's id.
        where: of the gradebook; each file is read when its turn comes, for all together may be large.
    """

    trainee: str
    exercise: str
    where: Path | str

    def read(self, _limits: Limits) -> tuple[bytes, tuple[File, ...]]:
        """Return the notebook, and name and content of what came along.

        How large a file may be was decided when it came.

        Raises:
            GradingError: it was deleted since; a grade would bring somebody back who was forgotten.
        """
        with Gradebook(self.where) as gradebook:
            found = next(gradebook.handed_in(trainee=self.trainee, exercise=self.exercise), None)
        if found is None:
            raise GradingError(
                _("{exercise} of {trainee} was deleted while others were graded. Start again.").format(
                    exercise=self.exercise, trainee=self.trainee
                )
            )
        return found.raw, found.files


@dataclass(frozen=True)
class Regrade:
    """Submissions that are graded again.

    Args:
        way: how the class is graded.
        kept: the submissions.
        gone: exercises of which there is no source any more.
    """

    way: Way
    kept: Sequence[Kept]
    gone: Sequence[str]

    @classmethod
    def of(
        cls,
        folder: Path,
        *,
        exercises: Collection[str] = (),
        trainees: Collection[str] = (),
        solutions: Path | None = None,
        unsafe: bool = False,
        database: str = "",
    ) -> Regrade:
        """Look into the gradebook of a class.

        Args:
            folder: of the class.
            exercises: ids to grade again; all by default.
            trainees: identifiers of those whose work is graded again; all by default.
            solutions: the folder of the exercises' sources; the checkout's by default.
            unsafe: run notebooks without a sandbox.
            database: URL of the gradebook's database; the class's by default.

        Raises:
            GradingError: there is no gradebook, or it holds no file to grade again.
            SandboxError: this machine has no sandbox, and `unsafe` isn't set.
            UnknownName: there is no such exercise or trainee.
        """
        way = Way.of(folder, solutions=solutions, unsafe=unsafe, database=database)
        sources = exercises_of(way.classroom, way.solutions, exercises)
        with open_class(way.classroom, create=False) as gradebook:
            received = [s for s in gradebook.latest() if s.source == "file" and s.content != _NOTHING]
        known = sorted({s.trainee.name for s in received})
        for name in trainees:
            if name not in known:
                message = _("Nothing was received of a trainee `{name}`.").format(name=name)
                raise UnknownName(message, name, known)
        wanted = [s for s in received if not trainees or s.trainee.name in trainees]
        where = way.classroom.gradebook
        kept = [Kept(s.trainee.name, s.exercise.code, where) for s in wanted if s.exercise.code in sources]
        if not kept:
            raise GradingError(_("The gradebook holds no file to grade again."))
        gone = {s.exercise.code for s in wanted} - set(sources) if not exercises else set()
        return cls(way, kept, sorted(gone))

    def run(self, *, workers: int = 2, scheduler: str = "") -> batch.Tally:
        """Grade again, write the results, and tell what changed and why.

        Args:
            workers: processes of this machine.
            scheduler: address of a Dask scheduler, whose workers grade instead.
        """
        tally, _rows = self.way.grade(self.kept, workers=workers, scheduler=scheduler, again=True)
        console = screen()
        for change in tally.changes:
            console.print(printable(changes.describe(change)), markup=False)
        if self.gone:
            ids = ", ".join(self.gone)
            console.print(_("Not graded again, for there is no source: {ids}.").format(ids=ids))
        console.print(
            ngettext(
                "{graded} graded again, {changes} answer changed. Results: {folder}",
                "{graded} graded again, {changes} answers changed. Results: {folder}",
                len(tally.changes),
            ).format(graded=tally.graded, changes=len(tally.changes), folder=self.way.classroom.grades),
            markup=False,
        )
        return tally
