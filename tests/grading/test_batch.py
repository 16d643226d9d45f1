from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from submitted import INFO, READ, RIGHT, SAY, needs_sandbox, notebook, solved

from trainkit.grading import batch
from trainkit.grading.assignment import Assignment
from trainkit.grading.batch import Tally
from trainkit.grading.gradebook import Gradebook
from trainkit.grading.grader import Graded, Stopped
from trainkit.grading.intake import collect
from trainkit.grading.notebooks import content_hash
from trainkit.grading.sandbox import Box
from trainkit.grading.scoring import Mark


@pytest.fixture
def book(tmp_path: Path):
    with Gradebook(tmp_path / "gradebook.db") as gradebook:
        yield gradebook


@pytest.fixture
def class_of_six(hand_in: Callable[..., Path]) -> Path:
    for n in range(6):
        folder = hand_in(f"trainee-{n}", notebook(f"x = {n}"))
    return folder


def quick(raw: bytes, assignment: Assignment, box: Box, stop: threading.Event) -> Graded:
    """Grade without running anything: what is tested here is what happens around it."""
    return Graded(content_hash(raw), "graded", marks=tuple(Mark(a.name, a.points, 1.0) for a in INFO.answers))


def run(folder: Path, assignment: Assignment, book: Gradebook, **options) -> Tally:
    handed, _ignored = collect(folder, ["9-01"])
    return batch.run(handed, {"9-01": assignment}, book, Box(), **options)


def scores(book: Gradebook) -> dict[str, tuple[str, float]]:
    return {s.trainee.name: (s.state, s.earned) for s in book.latest()}


def test_every_submission_is_graded_once(
    monkeypatch, class_of_six: Path, assignment: Assignment, book: Gradebook
):
    monkeypatch.setattr(batch, "grade", quick)
    assert run(class_of_six, assignment, book) == Tally(graded=6, kept=0, left=0)
    assert run(class_of_six, assignment, book) == Tally(graded=0, kept=6, left=0)
    assert scores(book) == {f"trainee-{n}": ("graded", 3.0) for n in range(6)}


def test_a_changed_submission_is_graded_again(
    monkeypatch, class_of_six: Path, assignment: Assignment, book: Gradebook, hand_in
):
    monkeypatch.setattr(batch, "grade", quick)
    run(class_of_six, assignment, book)
    hand_in("trainee-3", notebook("x = 'better'"))
    assert run(class_of_six, assignment, book) == Tally(graded=1, kept=5, left=0)


def test_damaged_files_and_faults_of_trainkit_are_rows(
    monkeypatch, class_of_six: Path, assignment: Assignment, book: Gradebook, hand_in
):
    def sometimes(raw: bytes, *more: object) -> Graded:
        if b"x = 2" in raw:
            raise OSError("no space left on device")
        return quick(raw, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "grade", sometimes)
    link = hand_in("trainee-1", b"") / "trainee-1" / "9-01.ipynb"
    link.unlink()
    link.symlink_to("/etc/passwd")
    assert run(class_of_six, assignment, book) == Tally(graded=6, kept=0, left=0)
    found = scores(book)
    assert found["trainee-1"] == ("damaged", 0.0)
    assert found["trainee-2"] == ("failed", 0.0)
    assert list(found.values()).count(("graded", 3.0)) == 4


def test_a_failed_submission_is_tried_again(
    monkeypatch, class_of_six: Path, assignment: Assignment, book: Gradebook
):
    def never(*_args: object) -> Graded:
        raise MemoryError

    monkeypatch.setattr(batch, "grade", never)
    run(class_of_six, assignment, book)
    monkeypatch.setattr(batch, "grade", quick)
    assert run(class_of_six, assignment, book) == Tally(graded=6, kept=0, left=0)
    assert set(scores(book).values()) == {("graded", 3.0)}


@pytest.mark.parametrize("after", [1, 3, 5])
def test_what_was_graded_before_ctrl_c_stays_and_the_next_run_continues(
    monkeypatch, class_of_six: Path, assignment: Assignment, book: Gradebook, after: int
):
    done: list[str] = []

    def interrupt(what: str) -> None:
        done.append(what)
        if len(done) == after:
            raise KeyboardInterrupt

    monkeypatch.setattr(batch, "grade", quick)
    first = run(class_of_six, assignment, book, report=interrupt, workers=1)
    assert first == Tally(graded=after, kept=0, left=6 - after)
    assert len(scores(book)) == after
    assert run(class_of_six, assignment, book) == Tally(graded=6 - after, kept=after, left=0)


def test_ctrl_c_ends_what_is_running(
    monkeypatch, class_of_six: Path, assignment: Assignment, book: Gradebook
):
    """Running boxes are told to stop; the assessor doesn't wait for their deadline."""
    running = threading.Event()

    def endless(raw: bytes, assignment: Assignment, box: Box, stop: threading.Event) -> Graded:
        if b"x = 0" in raw:
            return quick(raw, assignment, box, stop)
        running.set()
        assert stop.wait(60)
        raise Stopped

    def interrupt(_what: str) -> None:
        running.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "grade", endless)
    started = time.monotonic()
    assert run(class_of_six, assignment, book, report=interrupt).left == 5
    assert time.monotonic() - started < 30


class TestInTheSandbox:
    pytestmark = needs_sandbox

    @pytest.mark.slow
    def test_hostile_and_damaged_neighbours_cost_nobody_anything(
        self, assignment: Assignment, book: Gradebook, hand_in
    ):
        hand_in("honest-1", solved())
        hand_in("honest-2", notebook(READ, SAY, RIGHT, "1 / 0"))
        hand_in("killer", notebook(READ, SAY, RIGHT, "import os; os.kill(os.getppid(), 9); os._exit(1)"))
        hand_in("empty", b"")
        folder = hand_in("typed", notebook(SAY, "say(double=20)"))
        assert run(folder, assignment, book, workers=2) == Tally(graded=5, kept=0, left=0)
        assert scores(book) == {
            "honest-1": ("graded", 4.0),
            "honest-2": ("graded", 4.0),
            "killer": ("failed", 4.0),
            "empty": ("damaged", 0.0),
            "typed": ("graded", 0.0),
        }
