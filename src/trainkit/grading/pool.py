"""Local processes that grade, one warm runner each; a process that dies costs nobody a grade.

Each worker is an executor with a single process, because an executor that loses a process loses all that it
had been given and can't say which task did it. Here only the worker's own tasks are handed out again, and the
one that was running is known.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from trainkit.errors import GradingError
from trainkit.grading import station
from trainkit.grading.grader import Graded
from trainkit.grading.station import Setting, Task
from trainkit.i18n import _

__all__ = ["LocalWorkers"]

T = TypeVar("T")

#: Tasks that a worker has at a time: the second waits there while the first one's grade is written.
_AHEAD = 2

#: How many workers a submission may end before it's given up.
_MOST_DEATHS = 2


class LocalWorkers:
    """Worker processes of this machine; use it in a `with`.

    Args:
        setting: of the workers.
        workers: how many.
        do: what a worker does with a task; a function that can be imported.
    """

    def __init__(
        self, setting: Setting, workers: int = 2, *, do: Callable[[Task], Graded] = station.grade_one
    ) -> None:
        self.setting = setting
        self._number, self._do = workers, do
        self._workers: list[_Worker] = []

    def __enter__(self) -> LocalWorkers:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End what is running, and the workers."""
        for worker in self._workers:
            worker.dismiss()
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def map(self, jobs: Iterable[tuple[T, Task]]) -> Iterator[tuple[T, Graded]]:
        """Grade tasks and yield each with its label as soon as it is done.

        Args:
            jobs: a label and a task each; taken as workers become free.

        Raises:
            GradingError: a worker can't be started.
            SandboxError: this machine has no sandbox.
        """
        source = (_Job(label, task) for label, task in jobs)
        waiting: deque[_Job] = deque()
        while True:
            self._hand_out(source, waiting)
            busy = [future for worker in self._workers for future in worker.futures]
            if not busy:
                return
            wait(busy, return_when=FIRST_COMPLETED)
            for worker in self._workers:
                yield from worker.finished()
                if lost := worker.lost():
                    lost[0].deaths += 1
                    if lost[0].deaths == _MOST_DEATHS:
                        given_up = lost.pop(0)
                        note = _("Grading it ended its worker twice.")
                        yield given_up.label, given_up.task.given_up(note)
                    waiting.extend(lost)

    def _hand_out(self, source: Iterator[_Job], waiting: deque[_Job]) -> None:
        """Give every worker something to do; a worker is started only when there is something for it."""
        for depth in range(1, _AHEAD + 1):
            for number in range(self._number):
                if number < len(self._workers) and len(self._workers[number].jobs) >= depth:
                    continue
                job = waiting.popleft() if waiting else next(source, None)
                if job is None:
                    return
                if number == len(self._workers):
                    self._workers.append(_Worker(self.setting, self._do))
                self._workers[number].give(job)


@dataclass(eq=False)
class _Job:
    """A task on its way, and how many workers it has ended."""

    label: Any
    task: Task
    deaths: int = 0


class _Worker:
    """One process; when it dies, another one takes its place."""

    def __init__(self, setting: Setting, do: Callable[[Task], Graded]) -> None:
        self._setting, self._do = setting, do
        self.jobs: deque[tuple[Future[Graded], _Job]] = deque()
        self._start()

    @property
    def futures(self) -> list[Future[Graded]]:
        return [future for future, _job in self.jobs]

    def give(self, job: _Job) -> None:
        """Hand out a job; a process that died while it had nothing to do is replaced first."""
        try:
            future = self._executor.submit(self._do, job.task)
        except BrokenProcessPool:
            self._replace()
            future = self._executor.submit(self._do, job.task)
        self.jobs.append((future, job))

    def finished(self) -> Iterator[tuple[Any, Graded]]:
        """Yield what is done; a worker does its jobs in the order in which they were given."""
        while self.jobs and self.jobs[0][0].done():
            future, job = self.jobs[0]
            if _is_broken(future):
                return
            self._must_be_open()
            self.jobs.popleft()
            yield job.label, future.result()

    def lost(self) -> list[_Job]:
        """Return what was given to a process that died, the running one first, and start another process."""
        if not self.jobs or not _is_broken(self.jobs[0][0]):
            return []
        lost = [job for _future, job in self.jobs]
        self.jobs.clear()
        self._replace()
        return lost

    def dismiss(self) -> None:
        """Tell the process to stop what it does."""
        self._lifeline.close()

    def end(self) -> None:
        """Wait for the end of the process."""
        with suppress(BrokenProcessPool):
            self._executor.submit(station.close_stations)
        self._executor.shutdown()
        self._lifeline.close()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        held, self._lifeline = context.Pipe(duplex=False)
        self._executor = ProcessPoolExecutor(1, context, _begin, (held,))
        with _deaf(), held:
            self._opened = self._executor.submit(station.open_station, self._setting)

    def _replace(self) -> None:
        self._must_be_open()
        self.end()
        self._start()

    def _must_be_open(self) -> None:
        """Refuse to go on with a process that never became ready: the next one wouldn't, either.

        Raises:
            GradingError: with the reason.
        """
        error = self._opened.exception()
        if isinstance(error, GradingError):
            raise error
        if error is not None:
            raise GradingError(_("A worker can't be started: {error}").format(error=error)) from error


def _is_broken(future: Future[Graded]) -> bool:
    """Tell whether a task was lost with its process; one that has just got done wasn't."""
    return future.done() and isinstance(future.exception(), BrokenProcessPool)


@contextmanager
def _deaf() -> Iterator[None]:
    """Let a process that is started now begin deaf to Ctrl-C, until it can look after that itself."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(lifeline: Connection) -> None:
    """Begin a worker's life: Ctrl-C is the parent's, and the parent's end is this one's."""
    # A handler that does nothing, and not SIG_IGN: what is started from here begins with the usual one again.
    signal.signal(signal.SIGINT, lambda *_: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()


def _watch(lifeline: Connection) -> None:
    """Stop when the parent lets go, and end when it is gone: an executor's processes would stay for ever."""
    try:
        lifeline.recv_bytes()  # nothing ever comes
    except (EOFError, OSError):
        station.stop()
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
