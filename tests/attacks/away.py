"""A cluster that grades the tiny exercise: one worker process, on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from loopback import Cluster

from trainkit.classes.assignment import Assignment
from trainkit.grading.cluster import ClusterWorkers
from trainkit.grading.remote import portable
from trainkit.grading.station import Setting

__all__ = ["cluster"]


@contextmanager
def cluster(
    folder: Path, assignment: Assignment, settings: Iterable[Setting]
) -> Iterator[Callable[[Setting], ClusterWorkers]]:
    """Start a cluster that is warm for some settings, and yield what makes its workers.

    Args:
        folder: for logs and caches.
        assignment: the exercise that will be graded.
        settings: of all stations; what they start is there until the end.
    """
    running = Cluster(folder, workers=1)
    try:
        _lay_out(assignment, running.cache(0) / "grading")
        for setting in settings:
            ClusterWorkers(setting, running.address).close()
        yield lambda setting: ClusterWorkers(setting, running.address)
    finally:
        running.end()


def _lay_out(assignment: Assignment, cache: Path) -> None:
    """Lay the tables where a worker keeps its own: from a variant's number, nobody can make these."""
    _away, digests = portable(assignment)
    for prepared in assignment.all:
        shutil.copytree(prepared.tables, cache / f"{prepared.variant}-{digests[prepared.variant][:16]}")
