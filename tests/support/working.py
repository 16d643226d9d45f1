"""Stand-ins for what workers do, and workers of this process: what is tested is what happens around them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from trainkit.errors import SandboxError
from trainkit.gradebook.grades import Graded, Mark
from trainkit.grading.grader import Stopped
from trainkit.grading.station import Setting, Task
from trainkit.submissions.notebooks import content_hash

#: A notebook with this text ends its worker; `once` only if the file behind it isn't there yet.
DEADLY, DEADLY_ONCE, SLOW = "# deadly", "# deadly once: ", "# slow: "


def quick(task: Task) -> Graded:
    """Grade without running anything."""
    marks = tuple(Mark(a.name, a.points, 1.0) for a in task.assignment.info.answers)
    return Graded(content_hash(task.raw, task.files), "graded", marks=marks)


def fragile(task: Task) -> Graded:
    """Grade, but die of some notebooks as a worker without memory does."""
    text = task.raw.decode()
    if DEADLY_ONCE in text:
        seen = Path(text.partition(DEADLY_ONCE)[2].partition('"')[0])
        if not seen.exists():
            seen.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    elif DEADLY in text:
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(task)


def slow(task: Task) -> Graded:
    """Grade, but say where this worker is and wait to be stopped if the notebook says so."""
    from trainkit.grading import station

    text = task.raw.decode()
    if SLOW in text:
        place = Path(text.partition(SLOW)[2].partition('"')[0])
        place.write_text(str(os.getpid()))
        if not station._stopped.wait(120):
            raise TimeoutError
        raise Stopped
    return quick(task)


def homeless(_task: Task) -> Graded:
    raise SandboxError("Namespaces are forbidden.")


class Here:
    """Workers of this process, one task after another."""

    def __init__(self, do: Callable[[Task], Graded] = quick) -> None:
        self.setting = Setting()
        self._do = do

    def map(self, jobs: Iterable[tuple[Any, Task]]) -> Iterator[tuple[Any, Graded]]:
        for label, task in jobs:
            yield label, self._do(task)

    def close(self) -> None:
        pass


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds; it's a fault if that takes a minute."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def no_station(_setting: Setting) -> None:
    """Open nothing."""


def stubborn(task: Task) -> Graded:
    """Say where this worker is, and never stop by itself."""
    Path(task.raw.decode().partition(SLOW)[2].partition('"')[0]).write_text(str(os.getpid()))
    time.sleep(600)
    return quick(task)
