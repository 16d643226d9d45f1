"""Grading on a Dask cluster: a real scheduler and two worker processes on loopback, which share no files."""

from __future__ import annotations

import pickle
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from loopback import Cluster, free_port
from submitted import INFO, needs_sandbox
from working import until

from trainkit import content
from trainkit.classes.assignment import Assignment, Prepared, prepare
from trainkit.errors import GradingError
from trainkit.gradebook.book import Gradebook
from trainkit.grading import batch, remote
from trainkit.grading.station import Setting, Task
from trainkit.submissions.intake import collect

distributed = pytest.importorskip(
    "distributed", reason="Dask isn't installed: pip install 'trainkit[cluster]'"
)

pytestmark = [
    *needs_sandbox,
    pytest.mark.slow,
    # Dask's own: a worker that was killed leaves its sockets to the collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

CHECKOUT = content.checkout()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    yield running
    running.end()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    if CHECKOUT is None:
        pytest.skip("solutions are in the checkout only")
    from trainkit.authoring.key import solution

    source = solution("1-06", CHECKOUT / "solutions")
    return prepare(source, "secret", tmp_path_factory.mktemp("private"), hidden=1)


def solved(number: int) -> bytes:
    """Return a solved notebook that takes a moment, so that there is something to be killed in."""
    import nbformat

    from trainkit.authoring.compose import compose
    from trainkit.authoring.key import solution

    assert CHECKOUT
    nb = compose(solution("1-06", CHECKOUT / "solutions"), "en", solved=True)
    nb.cells.append(nbformat.v4.new_code_cell(f"import time; time.sleep(0.2)  # {number}", id="own"))
    return nbformat.writes(nb).encode()


def test_a_worker_is_killed_and_every_submission_is_graded_exactly_once(
    cluster: Cluster, real: Assignment, tmp_path: Path
):
    from trainkit.grading.cluster import ClusterWorkers

    number = 8
    for n in range(number):
        path = tmp_path / "submissions" / f"trainee-{n:02}" / "1-06.ipynb"
        path.parent.mkdir(parents=True)
        # The last two handed in the same file.
        path.write_bytes(solved(min(n, number - 2)))
    handed, _ignored = collect(tmp_path / "submissions", ["1-06"])
    written: list[str] = []

    def report(item: batch.Item) -> None:
        written.append(item.trainee)
        if len(written) == 2:
            cluster.workers[0].send_signal(signal.SIGKILL)

    with (
        Gradebook(tmp_path / "gradebook.db") as book,
        ClusterWorkers(Setting(), cluster.address) as workers,
    ):
        tally = batch.run(handed, lambda _t, _e, _s: real, book, workers, report=report)
        rows = book.latest()
        audit = [line.action for line in book.audit()]
    assert (tally.graded, tally.kept, tally.left) == (number, 0, 0)
    assert sorted(written) == [h.trainee for h in handed]
    assert [(s.trainee.name, s.state, s.earned == s.points) for s in rows] == [
        (h.trainee, "graded", True) for h in handed
    ]
    assert audit.count("grade") == number
    assert cluster.workers[0].wait(timeout=30) == -signal.SIGKILL


def test_a_worker_that_joins_makes_the_data_for_itself_and_gives_the_same_grade(
    cluster: Cluster, real: Assignment
):
    from trainkit.grading import station
    from trainkit.grading.cluster import ClusterWorkers

    cluster.workers[0] = cluster.join(2)
    tasks = [(n, Task(Setting(), real, solved(n))) for n in range(2)]
    with ClusterWorkers(Setting(), cluster.address) as workers:
        away = dict(workers.map(tasks))
    here = {n: station.grade_one(task) for n, task in tasks}
    station.close_stations()
    assert {n: _plain(g) for n, g in away.items()} == {n: _plain(g) for n, g in here.items()}


def test_nowhere_a_scheduler_is_told_with_its_address(monkeypatch: pytest.MonkeyPatch):
    from trainkit.grading import cluster as module

    monkeypatch.setattr(module, "_PATIENCE", 1)
    with pytest.raises(GradingError, match="no scheduler at tcp://127"):
        module.ClusterWorkers(Setting(), f"tcp://127.0.0.1:{free_port()}")


def _plain(graded: Any) -> Any:
    """Return a grade without how long it took."""
    judged = [replace(j, execution=replace(j.execution, seconds=0)) for j in graded.judged]
    return replace(graded, judged=tuple(judged))


class TestWhatTravels:
    def test_no_path_and_no_secret(self, real: Assignment):
        away, digests = remote.portable(real)
        sent = pickle.dumps(Task(Setting(), away, b"{}", digests=digests))
        for path in (real.activity, *(p.tables for p in real.all)):
            assert str(path.parent).encode() not in sent
        assert b"secret" not in sent

    def test_data_that_comes_out_differently_is_refused(
        self, assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr("trainkit.company.write_tables", _write_something)
        away, digests = remote.portable(assignment)
        with pytest.raises(GradingError, match="same versions"):
            remote.localized(away, digests)

    def test_data_is_made_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        made: list[int] = []

        def write(variant: int, names: Any, folder: Path) -> None:
            made.append(variant)
            _write_something(variant, names, folder)

        monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr("trainkit.company.write_tables", write)
        home = tmp_path / "home"
        home.mkdir()
        _write_something(7, (), home)
        prepared = Prepared(7, home, None)  # type: ignore[arg-type]
        away, digests = remote.portable(Assignment(INFO, tmp_path / "a.json", prepared, ()))
        folders = {remote.localized(away, digests).visible.tables for _ in range(3)}
        assert made == [7]
        assert all(str(folder).startswith(str(tmp_path / "cache")) for folder in folders)


def _write_something(variant: int, _names: Any, folder: Path) -> None:
    (folder / "number.txt").write_text(f"made from {variant}")


def test_a_cluster_can_be_left_in_the_middle(cluster: Cluster, real: Assignment):
    """Ctrl-C leaves the loop; what is out is forgotten there, and the next run finds the workers free."""
    from trainkit.grading.cluster import ClusterWorkers

    tasks = [(n, Task(Setting(), real, solved(100 + n))) for n in range(4)]
    with ClusterWorkers(Setting(), cluster.address) as workers:
        done = workers.map(tasks)
        first, _graded = next(done)
    with distributed.Client(cluster.address, set_as_default=False) as client:
        until(lambda: not any(client.processing().values()))
    with ClusterWorkers(Setting(), cluster.address) as workers:
        assert {n for n, graded in workers.map(tasks) if graded.state == "graded"} == set(range(4))
    assert first in range(4)
