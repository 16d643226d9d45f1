"""The whole job of `trainkit grade`: find, make ready, grade, write the results, show them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from trainkit.errors import GradingError, UnknownName
from trainkit.files import write_atomic
from trainkit.grading import batch, intake, sandbox, summary
from trainkit.grading.feedback import feedback_page, file_name
from trainkit.grading.gradebook import Gradebook
from trainkit.grading.progress import Progress
from trainkit.i18n import _

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from trainkit.course.model import Key
    from trainkit.grading.records import Submission

__all__ = ["Job"]


@dataclass(frozen=True)
class Job:
    """A folder of submissions and where its grades go.

    Args:
        handed: files to grade.
        ignored: files that no exercise fits.
        out: the folder of the grades.
        solutions: the folder of the exercises' sources.
        isolated: run notebooks in the sandbox.
    """

    handed: Sequence[intake.Handed]
    ignored: Sequence[intake.Ignored]
    out: Path
    solutions: Path
    isolated: bool

    @classmethod
    def of(
        cls,
        folder: Path,
        *,
        exercises: Sequence[str] | None = None,
        out: Path | None = None,
        solutions: Path | None = None,
        unsafe: bool = False,
    ) -> Job:
        """Look into a folder of submissions.

        Args:
            folder: a class's folder with `submissions/` in it, or the folder of submissions itself.
            exercises: ids to grade; all by default.
            out: the folder of the grades; `grades` beside `submissions` by default.
            solutions: the folder of the exercises' sources; the checkout's by default.
            unsafe: run notebooks without a sandbox.

        Raises:
            GradingError: nothing is there to grade.
            SandboxError: this machine has no sandbox, and `unsafe` isn't set.
            UnknownName: there is no such exercise.
        """
        submissions = intake.submissions_folder(folder)
        solutions = solutions or batch.default_solutions()
        known = [p.stem for p in solutions.glob("*.md")]
        for id in exercises or ():
            if id not in known:
                raise UnknownName(_("There is no exercise `{id}`.").format(id=id), id, known)
        handed, ignored = intake.collect(submissions, known)
        handed = [h for h in handed if not exercises or h.exercise in exercises]
        if not handed:
            raise GradingError(
                _("No submissions in {folder}. Expected files such as {example}.").format(
                    folder=submissions, example="lin-yue/1-06.ipynb"
                )
            )
        isolated = sandbox.require(unsafe=unsafe) != "none"
        return cls(handed, ignored, out or submissions.parent / "grades", solutions, isolated)

    def run(self, *, workers: int = 2) -> batch.Tally:
        """Grade everything, write the results, and show them on the terminal."""
        console = _console()
        if not self.isolated:
            console.print(_("No sandbox: submitted code runs with your own rights."), style="bold red")
        ids = sorted({h.exercise for h in self.handed})
        ready = Progress(len(ids), sys.stderr)
        assignments = batch.prepare_all(ids, self.solutions, self.out, report=ready.step)
        ready.close()
        keys = {(a.info.id, a.info.edition): a.visible.key for a in assignments.values()}
        progress = Progress(len(self.handed), sys.stderr)
        with Gradebook(self.out / "gradebook.db") as gradebook:
            box = batch.box_for(isolated=self.isolated)
            tally = batch.run(self.handed, assignments, gradebook, box, workers=workers, report=progress.step)
            progress.close()
            latest = gradebook.latest()
        write_results(self.out, latest, keys)
        self._show(latest, tally)
        return tally

    def _show(self, latest: Sequence[Submission], tally: batch.Tally) -> None:
        """Print the rows of this job's submissions, and what wasn't graded."""
        console = _console()
        mine = {(h.trainee, h.exercise) for h in self.handed}
        console.print(_table(summary.rows(s for s in latest if (s.trainee.name, s.exercise.code) in mine)))
        console.print(_("✓ right · ✗ wrong, with its mistake · – not attempted · ! invalid"), style="dim")
        for item in self.ignored:
            console.print(f"{item.path}: {item.reason}", markup=False, style="yellow")
        console.print(
            _("{graded} graded, {kept} unchanged. Results: {folder}").format(
                graded=tally.graded, kept=tally.kept, folder=self.out
            ),
            markup=False,
        )


def write_results(out: Path, latest: Sequence[Submission], keys: dict[tuple[str, str], Key]) -> None:
    """Write `grades.csv`, `answers.csv` and the feedback pages.

    Args:
        out: the folder of the grades.
        latest: of the gradebook, by trainee.
        keys: of the visible variants, by exercise and edition.
    """
    write_atomic(out / "grades.csv", summary.grades_csv(latest))
    write_atomic(out / "answers.csv", summary.answers_csv(latest))
    for trainee, own in groupby(latest, key=lambda s: s.trainee.name):
        write_atomic(out / "feedback" / file_name(trainee), feedback_page(trainee, own, keys))


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _table(found: Sequence[summary.Row]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in (_("Trainee"), _("Exercise")):
        table.add_column(name, overflow="fold")
    table.add_column(_("Points"), justify="right", no_wrap=True)
    table.add_column("%", justify="right", no_wrap=True)
    table.add_column(_("Answers"), overflow="fold")
    table.add_column(_("Remarks"), overflow="fold")
    for row in found:
        points = f"{row.earned:g}/{row.points:g}"
        # Text: names and remarks hold what trainees wrote, which is no markup.
        cells = [row.trainee, row.exercise, points, f"{row.percent:g}", row.answers, row.remarks]
        table.add_row(*(Text(_printable(cell)) for cell in cells))
    return table


def _printable(text: str) -> str:
    """Return a text without control characters: a terminal would obey them."""
    return "".join(c if c.isprintable() else "�" for c in text)
