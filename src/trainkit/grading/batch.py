"""Grading a folder: many submissions side by side, one writer, and a state that survives Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from trainkit import content
from trainkit.course.key import solution
from trainkit.errors import GradingError
from trainkit.grading.assignment import Assignment, class_secret, prepare
from trainkit.grading.gradebook import Gradebook
from trainkit.grading.grader import Graded, Stopped, grade, ungraded
from trainkit.grading.intake import Handed
from trainkit.grading.notebooks import Damaged, content_hash, read_bytes
from trainkit.grading.sandbox import Box, Limits
from trainkit.i18n import _

__all__ = ["Tally", "box_for", "default_solutions", "prepare_all", "run"]


@dataclass(frozen=True)
class Tally:
    """What a batch did."""

    graded: int  #: graded now, damaged ones included
    kept: int  #: had their grade already
    left: int  #: not reached before the assessor stopped


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


def box_for(*, isolated: bool, limits: Limits | None = None) -> Box:
    """Return a box that hides the course: its notebooks, keys and solutions, wherever they lie."""
    hidden = [Path(content.__file__).parent / "_content"]
    if checkout := content.checkout():
        hidden += [checkout / name for name in ("lessons", "solutions", "notebooks", "exercises", "datasets")]
    return Box(limits or Limits(), tuple(hidden), isolated)


def prepare_all(
    exercises: Sequence[str], solutions: Path, grades: Path, *, report: Callable[[str], None]
) -> dict[str, Assignment]:
    """Make exercises ready for grading.

    Args:
        exercises: their ids.
        solutions: the folder of their sources.
        grades: the assessor's folder; the class secret and the hidden data are kept in `grades/private`.
        report: is told each exercise that is ready.
    """
    private = grades / "private"
    private.mkdir(parents=True, exist_ok=True)
    private.chmod(0o700)
    secret = class_secret(private / "class.secret")
    ready = {}
    for id in exercises:
        ready[id] = prepare(solution(id, solutions), secret, private / id)
        report(id)
    return ready


def run(
    handed: Sequence[Handed],
    assignments: Mapping[str, Assignment],
    gradebook: Gradebook,
    box: Box,
    *,
    workers: int = 2,
    report: Callable[[str], None] = lambda _what: None,
) -> Tally:
    """Grade files and write their grades as they come.

    Notebooks run in processes of their own, so threads are enough to keep several of them going. On Ctrl-C
    the running boxes are ended, what was graded stays, and the next run continues.

    Args:
        handed: the files.
        assignments: by exercise.
        gradebook: where the grades go; this thread is its only writer.
        box: where notebooks run.
        workers: how many at a time.
        report: is told each submission that is done.
    """
    stop = threading.Event()
    waiting: dict[Future[tuple[Graded, bytes]], Handed] = {}
    graded = kept = 0
    pool = ThreadPoolExecutor(workers, thread_name_prefix="grade")
    try:
        for item in handed:
            if _has_grade(item, assignments[item.exercise], gradebook, box.limits):
                kept += 1
                report(f"{item.trainee}/{item.exercise}")
            else:
                waiting[pool.submit(_grade, item.path, assignments[item.exercise], box, stop)] = item
        for done in as_completed(list(waiting)):
            item = waiting.pop(done)
            assignment = assignments[item.exercise]
            result, raw = done.result()
            # A grade that trainkit failed to give has no plan: the next run tries again.
            plan = "" if result.state == "failed" else assignment.plan
            gradebook.record(item.trainee, assignment.info, result, plan=plan, received=raw)
            graded += 1
            report(f"{item.trainee}/{item.exercise}")
    except KeyboardInterrupt:
        pass  # the tally says so
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
    return Tally(graded, kept, len(handed) - graded - kept)


def _has_grade(item: Handed, assignment: Assignment, gradebook: Gradebook, limits: Limits) -> bool:
    try:
        raw = read_bytes(item.path, limits)
    except Damaged:
        return False
    return gradebook.is_graded(item.trainee, assignment.info, content_hash(raw), assignment.plan)


def _grade(path: Path, assignment: Assignment, box: Box, stop: threading.Event) -> tuple[Graded, bytes]:
    """Grade a file; a fault of one submission, or of trainkit on it, is that submission's grade."""
    if stop.is_set():
        raise Stopped
    raw = b""
    try:
        raw = read_bytes(path, box.limits)
        return grade(raw, assignment, box, stop), raw
    except Damaged as error:
        return ungraded(raw, assignment.info, "damaged", str(error)), raw
    except Stopped:
        raise
    except Exception as error:
        note = f"{type(error).__name__}: {error}"
        return ungraded(raw, assignment.info, "failed", note), raw
