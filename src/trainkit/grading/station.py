"""A place where submissions are graded: a process with one warm runner, wherever that process is.

`grade_one` is the whole task: a function of plain data that gives plain data, so that it can be mapped over
local processes or a cluster, and repeated whenever a worker was lost.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from trainkit import content
from trainkit.classes.assignment import Assignment
from trainkit.errors import DataError, SandboxError
from trainkit.gradebook.grades import Graded
from trainkit.grading.grader import Stopped, grade, ungraded
from trainkit.i18n import _, get_language, use_language
from trainkit.sandbox import levels
from trainkit.sandbox.fork.runner import ForkRunner
from trainkit.sandbox.limits import Limits
from trainkit.sandbox.messages import Ended
from trainkit.sandbox.proof import prove
from trainkit.sandbox.running import Runner
from trainkit.submissions.notebooks import Damaged, content_hash

__all__ = ["Setting", "Task", "box_for", "close_stations", "grade_one", "open_station", "stop"]


@dataclass(frozen=True)
class Setting:
    """How a station works.

    Args:
        limits: what one execution may use.
        unsafe: the assessor accepts that submitted code runs with their own rights.
        prefer: the level of isolation, where a machine allows several.
        lang: of the reasons that are written into the gradebook.
        hidden: files and folders of the class that no submission may see.
    """

    limits: Limits = field(default_factory=Limits)
    unsafe: bool = False
    prefer: Literal["fork", "bubblewrap"] = "fork"
    lang: str = "en"
    hidden: tuple[Path, ...] = field(default=(), repr=False)  # no part of a task's key

    @classmethod
    def here(
        cls, limits: Limits | None = None, *, unsafe: bool = False, hidden: Sequence[Path] = ()
    ) -> Setting:
        """Return a setting in the language of this process."""
        return cls(limits or Limits(), unsafe, lang=get_language(), hidden=tuple(hidden))


@dataclass(frozen=True)
class Task:
    """All that grading one submission needs; whose it is, isn't part of it.

    Args:
        setting: of the station.
        assignment: the exercise with variants and keys.
        raw: the notebook as it came.
        files: name and content of what came along.
        digests: hashes of the variants' tables, by variant, for a station that makes them itself; without
            them they lie where the assignment says.
    """

    setting: Setting
    assignment: Assignment
    raw: bytes
    files: tuple[tuple[str, bytes], ...] = ()
    digests: Mapping[int, str] | None = None

    @cached_property
    def key(self) -> str:
        """A hash of all that decides about the grade: the same key, the same grade."""
        parts = [content_hash(self.raw, self.files), self.assignment.info.id, self.assignment.plan]
        parts.append(repr(self.setting))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    def given_up(self, note: str) -> Graded:
        """Return the grade of a submission that couldn't be graded, to be tried again another day."""
        return ungraded(self.raw, self.assignment.info, "failed", note, files=self.files)


def box_for(
    *,
    isolated: bool = True,
    limits: Limits | None = None,
    prefer: Literal["fork", "bubblewrap"] = "fork",
    hidden: Sequence[Path] = (),
) -> Runner:
    """Return a runner that hides the course: its notebooks, keys and solutions, wherever they lie.

    Args:
        isolated: without, submitted code runs with this user's rights.
        limits: what one execution may use.
        prefer: the level of isolation, where the machine allows several.
        hidden: what else isn't to be seen.

    Raises:
        SandboxError: this machine can't isolate anything.
    """
    return levels.runner(limits, [*_course(), *hidden], unsafe=not isolated, prefer=prefer)


def _course() -> list[Path]:
    """Return the folders of the course, and the whole repository, if trainkit runs from a checkout."""
    found = [Path(content.__file__).parent / "_content"]
    with suppress(DataError):
        found.append(content.root())
    if checkout := content.checkout():
        parts = ("lessons", "solutions", "notebooks", "exercises", "datasets", ".git")
        found += [checkout, *(checkout / name for name in parts)]
    return list(dict.fromkeys(found))


#: The runners of this process, kept warm from submission to submission.
_runners: dict[Setting, Runner] = {}
_opening = threading.Lock()
_stopped = threading.Event()


def open_station(setting: Setting) -> None:
    """Make this process ready to grade; otherwise it gets ready when the first task comes.

    Raises:
        SandboxError: this machine has no sandbox, and the assessor didn't accept that.
    """
    runner = _runner(setting)
    if isinstance(runner, ForkRunner):
        runner.warm()


def stop() -> None:
    """End what is running in this process, for good: each task, and those that come, raise `Stopped`."""
    _stopped.set()


def close_stations() -> None:
    """End the runners of this process."""
    with _opening:
        while _runners:
            _setting, runner = _runners.popitem()
            runner.close()


def grade_one(task: Task) -> Graded:
    """Grade a submission; a fault of it, or of trainkit on it, is its grade.

    Raises:
        SandboxError: this machine has no sandbox.
        Stopped: `stop` was called.
    """
    if _stopped.is_set():
        raise Stopped
    runner = _runner(task.setting)
    use_language(task.setting.lang)
    try:
        assignment = _at_hand(task)
        return grade(task.raw, assignment, runner, _stopped, files=task.files)
    except Damaged as error:
        return ungraded(task.raw, task.assignment.info, "damaged", str(error), files=task.files)
    except Stopped:
        raise
    except Exception as error:
        return task.given_up(f"{type(error).__name__}: {error}")


def _runner(setting: Setting) -> Runner:
    with _opening:
        if setting not in _runners:
            # A notebook without a cell for parameters is none of the assessor's worries.
            logging.getLogger("papermill").setLevel(logging.ERROR)
            runner = box_for(
                isolated=not setting.unsafe,
                limits=setting.limits,
                prefer=setting.prefer,
                hidden=setting.hidden,
            )
            try:
                _prove(runner, setting.hidden)
            except BaseException:
                runner.close()
                raise
            _runners[setting] = runner
        return _runners[setting]


def _prove(runner: Runner, hidden: Sequence[Path]) -> None:
    """Make sure that a submission sees nothing of class and course, however this machine is laid out.

    Raises:
        SandboxError: it would.
    """
    try:
        prove(runner, hidden, _course())
    except Ended as error:
        raise SandboxError(_("The sandbox doesn't answer: {error}").format(error=error.name)) from error


def _at_hand(task: Task) -> Assignment:
    """Return the assignment with its tables on this machine."""
    if task.digests is None:
        return task.assignment
    from trainkit.grading.remote import localized

    return localized(task.assignment, task.digests)
