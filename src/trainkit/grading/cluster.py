"""A Dask cluster that grades: the same task as on local processes, on machines that share no files.

Importing this module needs the extra `cluster`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from distributed import Client, Future, KilledWorker, WorkerPlugin, as_completed

from trainkit.errors import GradingError
from trainkit.gradebook.grades import Graded
from trainkit.grading import station
from trainkit.grading.remote import portable
from trainkit.grading.station import Setting, Task
from trainkit.i18n import _

__all__ = ["ClusterWorkers"]

T = TypeVar("T")

#: Seconds to wait for the scheduler, and for the first worker.
_PATIENCE = 60

#: Tasks that are handed out for each thread of the cluster, so that none waits for the network.
_AHEAD = 3


class ClusterWorkers:
    """The workers of a Dask cluster; use it in a `with`.

    Args:
        setting: of the stations on the workers.
        scheduler: its address, such as `tcp://10.0.0.1:8786`.

    Raises:
        GradingError: there is no scheduler at that address, or it has no workers.
        SandboxError: a worker's machine has no sandbox.
    """

    def __init__(self, setting: Setting, scheduler: str) -> None:
        self.setting = setting
        try:
            self._client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise GradingError(
                _("There is no scheduler at {address}: {error}").format(address=scheduler, error=error)
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
            self._client.register_plugin(_Warm(setting))
        except BaseException as error:
            self._client.close()
            if isinstance(error, TimeoutError):
                raise GradingError(
                    _("The scheduler at {address} has no workers.").format(address=scheduler)
                ) from error
            raise

    def __enter__(self) -> ClusterWorkers:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the cluster; what runs there ends by itself, and what waits is forgotten."""
        self._client.close()

    def map(self, jobs: Iterable[tuple[T, Task]]) -> Iterator[tuple[T, Graded]]:
        """Grade tasks and yield each with its label as soon as it is done.

        A task's key is its content, so a copy of a submission is graded once for all who handed it in, and
        what the cluster still knows from an interrupted run isn't done again.

        Args:
            jobs: a label and a task each; taken as the cluster gets through them.

        Raises:
            GradingError: the connection to the scheduler was lost.
        """
        source = iter(jobs)
        waiting: defaultdict[str, list[tuple[T, Task]]] = defaultdict(list)
        done = as_completed([], loop=self._client.loop)
        for job in source:
            self._submit(job, waiting, done)
            if len(waiting) >= self._room():
                break
        while waiting:
            future: Future = next(done)
            for label, task in waiting.pop(str(future.key)):
                yield label, _grade_of(future, task)
            future.release()
            while len(waiting) < self._room():
                more = next(source, None)
                if more is None:
                    break
                self._submit(more, waiting, done)

    def _submit(self, job: tuple[T, Task], waiting: dict[str, list[tuple[T, Task]]], done: Any) -> None:
        _label, task = job
        fresh = task.key not in waiting
        waiting[task.key].append(job)
        if fresh:
            away, digests = portable(task.assignment)
            sent = replace(task, assignment=away, digests=digests)
            done.add(self._client.submit(station.grade_one, sent, key=task.key))

    def _room(self) -> int:
        """Return how many tasks may be out: a few for each thread of the cluster as it is now."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        return _AHEAD * max(1, sum(worker["nthreads"] for worker in workers))


class _Warm(WorkerPlugin):
    """Warms a worker up as soon as it joins, replaced ones as well, and ends its runners when it leaves."""

    #: A worker that is warm for this setting stays so, from run to run.
    idempotent = True

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.name = f"trainkit-{hashlib.sha256(repr(setting).encode()).hexdigest()[:12]}"

    def setup(self, worker: Any) -> None:  # noqa: ARG002 - Dask calls it so
        station.open_station(self._setting)

    def teardown(self, worker: Any) -> None:  # noqa: ARG002
        station.close_stations()


def _grade_of(future: Future, task: Task) -> Graded:
    """Return what became of a task.

    Raises:
        GradingError: the connection to the scheduler was lost.
    """
    if future.status == "finished":
        graded: Graded = future.result()
        return graded
    if future.status != "error":
        raise GradingError(_("The connection to the scheduler was lost. The same command continues."))
    error = future.exception()
    if isinstance(error, KilledWorker):
        return task.given_up(_("Grading it ended its workers, several times."))
    if isinstance(error, GradingError):
        raise error
    return task.given_up(f"{type(error).__name__}: {error}")
