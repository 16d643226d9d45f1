"""Grading what was handed in: workers side by side, one writer, and a state that survives Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from trainkit.classes.assignment import Assignment
from trainkit.course.model import Key
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.changes import Change
from trainkit.gradebook.grades import Graded, State
from trainkit.grading.grader import Stopped, marks_of, ungraded
from trainkit.grading.station import Setting, Task, box_for
from trainkit.sandbox.limits import Limits
from trainkit.submissions.handed_in import named_variant
from trainkit.submissions.notebooks import Damaged, Gone, content_hash

__all__ = ["Assign", "Classmates", "Item", "Tally", "Workers", "box_for", "run"]

#: Returns what a trainee's submission for an exercise is graded by, given the variant that it names.
Assign = Callable[[str, str, int | None], Assignment]

#: Returns the keys of the variants that a trainee's classmates worked on in an exercise.
Classmates = Callable[[str, str], Sequence[Key]]


class Item(Protocol):
    """Something to grade: what was handed in now, or what the gradebook received once."""

    @property
    def trainee(self) -> str:
        """Whose it is."""

    @property
    def exercise(self) -> str:
        """The exercise's id."""

    def read(self, limits: Limits, /) -> tuple[bytes, tuple[tuple[str, bytes], ...]]:
        """Return the notebook, and name and content of what comes along.

        Raises:
            Damaged: it can't be read.
        """


class Workers(Protocol):
    """Something that grades tasks, here or elsewhere."""

    setting: Setting

    def map(self, jobs: Iterable[tuple[Item, Task]], /) -> Iterator[tuple[Item, Graded]]:
        """Yield each label with its grade, in the order in which they are done."""

    def close(self) -> None:
        """End what is running."""


@dataclass(frozen=True)
class Tally:
    """What a batch did.

    Args:
        graded: graded now, damaged ones included.
        kept: had their grade already.
        left: not reached before the assessor stopped.
        changes: answers whose points differ from the grade before.
    """

    graded: int
    kept: int
    left: int
    changes: tuple[Change, ...] = ()


def run(
    items: Sequence[Item],
    assign: Assign,
    gradebook: Gradebook,
    workers: Workers,
    *,
    classmates: Classmates = lambda _trainee, _exercise: (),
    again: bool = False,
    report: Callable[[Item], None] = lambda _item: None,
) -> Tally:
    """Grade submissions and write their grades as they come.

    On Ctrl-C what was graded stays, each submission as a whole, and the next run continues.

    Args:
        items: what is to be graded.
        assign: tells what a trainee's submission for an exercise is graded by.
        gradebook: where the grades go; this thread is its only writer.
        workers: what grades.
        classmates: tells whose answers may have been copied.
        again: also what has its grade already; it wasn't handed in again.
        report: is told each submission that is done.
    """
    writer = _Writer(assign, gradebook, workers.setting, classmates, again, report)
    try:
        for item, graded in workers.map(writer.jobs(items)):
            writer.record(item, graded)
    except (KeyboardInterrupt, Stopped):
        pass  # the tally says so
    left = len(items) - writer.graded - writer.kept
    return Tally(writer.graded, writer.kept, left, tuple(writer.changes))


@dataclass
class _Writer:
    """Reads submissions as workers become free, and writes their grades as they come."""

    assign: Assign
    gradebook: Gradebook
    setting: Setting
    classmates: Classmates
    again: bool
    report: Callable[[Item], None]
    graded: int = 0
    kept: int = 0
    changes: list[Change] = field(default_factory=list)
    _out: dict[tuple[str, str], Task] = field(default_factory=dict)

    def jobs(self, items: Iterable[Item]) -> Iterator[tuple[Item, Task]]:
        """Yield what is to be graded; a file that can't be read has its grade already."""
        for item in items:
            try:
                raw, files = item.read(self.setting.limits)
            except Damaged as error:
                assignment = self.assign(item.trainee, item.exercise, None)
                # Of a file that was removed meanwhile nothing is known: it is to be tried again.
                state: State = "failed" if isinstance(error, Gone) else "damaged"
                if state == "damaged" and self._is_known(item, assignment, str(error)):
                    continue
                graded = ungraded(b"", assignment.info, state, str(error))
                self._write(item, Task(self.setting, assignment, b""), graded)
                continue
            assignment = self.assign(item.trainee, item.exercise, named_variant(raw, files))
            if not self.again and self._is_graded(item, assignment, content_hash(raw, files)):
                self.kept += 1
                self.report(item)
                continue
            task = Task(self.setting, assignment, raw, files)
            self._out[item.trainee, item.exercise] = task
            yield item, task

    def _is_known(self, item: Item, assignment: Assignment, note: str) -> bool:
        """Tell whether a file that can't be read was found so before; it isn't written anew by every run."""
        nothing = content_hash(b"")
        if self.again or not self.gradebook.is_graded(
            item.trainee, assignment.info, nothing, assignment.plan, note=note
        ):
            return False
        self.kept += 1
        self.report(item)
        return True

    def record(self, item: Item, graded: Graded) -> None:
        """Write the grade of what was handed out."""
        task = self._out.pop((item.trainee, item.exercise))
        # Compared here and not by the workers: in a large class, the keys of all would outweigh the task.
        own = task.assignment.visible.variant
        keys = [k for k in self.classmates(item.trainee, item.exercise) if k.variant != own]
        if graded.judged and keys:
            graded = replace(graded, marks=marks_of(task.assignment.info, graded.judged, keys, graded.typed))
        self._write(item, task, graded)

    def _is_graded(self, item: Item, assignment: Assignment, content: str) -> bool:
        return self.gradebook.is_graded(item.trainee, assignment.info, content, assignment.plan)

    def _write(self, item: Item, task: Task, graded: Graded) -> None:
        self.changes += self.gradebook.record(
            item.trainee,
            task.assignment.info,
            graded,
            # A grade that trainkit failed to give has no plan: the next run tries again.
            plan="" if graded.state == "failed" else task.assignment.plan,
            received=task.raw,
            files=task.files,
            again=self.again,
        )
        self.graded += 1
        self.report(item)
