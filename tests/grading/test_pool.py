"""Worker processes: one that dies costs nobody a grade, and none outlives its work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import pytest
import working
from submitted import notebook
from working import DEADLY, DEADLY_ONCE, SLOW, until

from trainkit.classes.assignment import Assignment
from trainkit.errors import SandboxError
from trainkit.gradebook.grades import Graded
from trainkit.grading import pool
from trainkit.grading.pool import LocalWorkers
from trainkit.grading.station import Setting, Task

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and processes of Unix"),
]


@pytest.fixture(autouse=True)
def _without_a_sandbox(monkeypatch: pytest.MonkeyPatch):
    """What these workers do needs no runner, so none is warmed up for them."""
    monkeypatch.setattr(pool.station, "open_station", working.no_station)


def grade(texts: list[str], assignment: Assignment, do, workers: int = 2) -> dict[int, list[Graded]]:
    """Grade notebooks with these texts, and return the grades of each."""
    found: dict[int, list[Graded]] = {}
    jobs = ((n, Task(Setting(), assignment, notebook(text))) for n, text in enumerate(texts))
    with LocalWorkers(Setting(), workers, do=do) as crew:
        for number, graded in crew.map(jobs):
            found.setdefault(number, []).append(graded)
    return found


def states(found: dict[int, list[Graded]]) -> list[str]:
    assert all(len(grades) == 1 for grades in found.values())
    return [found[n][0].state for n in sorted(found)]


def test_all_are_graded_once(assignment: Assignment):
    assert states(grade([f"x = {n}" for n in range(20)], assignment, working.quick)) == ["graded"] * 20


def test_a_worker_that_dies_is_replaced_and_its_work_done_again(assignment: Assignment, tmp_path: Path):
    texts = [f"x = {n}" for n in range(12)]
    for n in (0, 5, 11):
        texts[n] += f"\n{DEADLY_ONCE}{tmp_path}/{n}"
    assert states(grade(texts, assignment, working.fragile)) == ["graded"] * 12
    assert len(list(tmp_path.glob("[0-9]*"))) == 3


class DoneInBetween(Future[Graded]):
    """A future that gets done right after somebody has asked whether it is."""

    def done(self) -> bool:
        before = super().done()
        if not before:
            self.set_result(Graded("c", "graded"))
        return before


def test_a_worker_that_gets_done_while_it_is_looked_at_has_not_died(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pool._Worker, "_start", lambda _self: None)
    monkeypatch.setattr(pool._Worker, "_must_be_open", lambda _self: None)
    worker = pool._Worker(Setting(), working.quick)
    worker._job, worker.future = pool._Job("lin-yue", Task(Setting(), assignment, b"")), DoneInBetween()
    assert worker.finished() is None
    assert worker.lost() is None
    assert worker.finished() == ("lin-yue", Graded("c", "graded"))
    assert worker.finished() is None


def test_no_task_waits_behind_one_that_takes_long(assignment: Assignment, tmp_path: Path):
    """The other worker does all the rest, while the first one is busy."""
    place = tmp_path / "here"
    texts = [f"{SLOW}{place}", *(f"x = {n}" for n in range(6))]
    jobs = [(n, Task(Setting(), assignment, notebook(text))) for n, text in enumerate(texts)]
    with LocalWorkers(Setting(), 2, do=working.slow) as crew:
        done = crew.map(jobs)
        assert sorted(next(done)[0] for _ in range(6)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_submission_that_ends_two_workers_is_given_up_and_no_other(assignment: Assignment, workers: int):
    texts = [f"x = {n}" for n in range(9)]
    texts[0] = texts[4] = DEADLY
    found = grade(texts, assignment, working.fragile, workers)
    assert [n for n, state in enumerate(states(found)) if state == "failed"] == [0, 4]
    assert "twice" in found[0][0].note


def test_a_worker_that_cannot_work_says_why(assignment: Assignment):
    with pytest.raises(SandboxError, match="forbidden"):
        grade(["x = 1"], assignment, working.homeless)


def test_leaving_ends_what_is_running(assignment: Assignment, tmp_path: Path):
    """What runs is told to stop, and nobody waits for its deadline."""
    place = tmp_path / "here"
    jobs = [
        (n, Task(Setting(), assignment, notebook(text))) for n, text in enumerate(["x", f"{SLOW}{place}"])
    ]
    with LocalWorkers(Setting(), 2, do=working.slow) as crew:
        done = crew.map(jobs)
        assert next(done)[0] == 0
        until(place.exists)
        until(lambda: bool(place.read_text()))
        left = time.monotonic()
    assert time.monotonic() - left < 60
    until(lambda: not _alive(int(place.read_text())))


def test_workers_end_when_their_parent_is_killed(assignment: Assignment, tmp_path: Path):
    place = tmp_path / "here"
    program = f"""
import pickle, sys
from pathlib import Path
import working
from submitted import notebook
from trainkit.grading import pool
from trainkit.grading.pool import LocalWorkers
from trainkit.grading.station import Setting, Task
if __name__ == "__main__":
    pool.station.open_station = working.no_station
    assignment = pickle.loads(sys.stdin.buffer.read())
    task = Task(Setting(), assignment, notebook("{SLOW}{place}"))
    with LocalWorkers(Setting(), 1, do=working.stubborn) as crew:
        list(crew.map([(0, task)]))
"""
    import pickle

    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "support")},
    )
    try:
        assert parent.stdin
        parent.stdin.write(pickle.dumps(assignment))
        parent.stdin.close()
        until(lambda: place.exists() and bool(place.read_text()))
        worker = int(place.read_text())
        assert _alive(worker)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    until(lambda: not _alive(worker))


def _alive(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has waited for yet doesn't."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
