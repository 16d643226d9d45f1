"""Local processes that grade, one warm runner each; a process that dies costs nobody a grade.

Each worker is an executor with a single process and one task at a time, because an executor that loses a
process loses all that it had been given and can't say which task did it.
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
from trainkit.gradebook.grades import Graded
from trainkit.grading import station
from trainkit.grading.station import Setting, Task
from trainkit.i18n import _

__all__ = ["LocalWorkers"]

T = TypeVar("T")

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
        done: deque[tuple[T, Graded]] = deque()
        while True:
            for worker in self._workers:
                if finished := worker.finished():
                    done.append(finished)
                if lost := worker.lost():
                    self._bury(lost, waiting, done)
            self._hand_out(source, waiting)
            if done:
                # One grade is written, then we look again: meanwhile another worker may have become free.
                yield done.popleft()
                continue
            if not waiting and (following := next(source, None)):
                waiting.append(following)  # it is read while the workers are busy
            busy = [worker.future for worker in self._workers if worker.future]
            if not busy:
                return
            wait(busy, return_when=FIRST_COMPLETED)

    def _hand_out(self, source: Iterator[_Job], waiting: deque[_Job]) -> None:
        """Give every worker something to do; a worker is started only when there is something for it.

        None has a second task in store, which would wait long behind a notebook that runs into its deadlines.
        """
        for number in range(self._number):
            if number < len(self._workers) and self._workers[number].future:
                continue
            job = waiting.popleft() if waiting else next(source, None)
            if job is None:
                return
            if number == len(self._workers):
                self._workers.append(_Worker(self.setting, self._do))
            self._workers[number].give(job)

    @staticmethod
    def _bury(lost: _Job, waiting: deque[_Job], done: deque[tuple[Any, Graded]]) -> None:
        """Have a job done again whose worker died, unless it has ended too many."""
        lost.deaths += 1
        if lost.deaths < _MOST_DEATHS:
            waiting.append(lost)
        else:
            done.append((lost.label, lost.task.given_up(_("Grading it ended its worker twice."))))


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
        self._job: _Job | None = None
        #: the grade of what it does
        self.future: Future[Graded] | None = None
        self._start()

    def give(self, job: _Job) -> None:
        """Hand out a job; a process that died while it had nothing to do is replaced first."""
        try:
            self.future = self._executor.submit(self._do, job.task)
        except BrokenProcessPool:
            self._replace()
            self.future = self._executor.submit(self._do, job.task)
        self._job = job

    def finished(self) -> tuple[Any, Graded] | None:
        """Return the job's label with its grade, if it is done."""
        if not self._job or not self.future or not self.future.done() or _is_broken(self.future):
            return None
        self._must_be_open()
        future, self.future = self.future, None
        return self._job.label, future.result()

    def lost(self) -> _Job | None:
        """Return the job of a process that died, if it did, and start another process."""
        if not self.future or not _is_broken(self.future):
            return None
        self.future = None
        self._replace()
        return self._job

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
