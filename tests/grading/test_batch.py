"""A batch: every submission has one row, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from submitted import NUMBERS, READ, RIGHT, SAY, key, needs_sandbox, notebook, solved
from working import Here, quick

from trainkit.classes.assignment import Assignment
from trainkit.course.judge import Verdict
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Execution, Graded, Judged
from trainkit.grading import batch, station
from trainkit.grading.batch import Tally
from trainkit.grading.pool import LocalWorkers
from trainkit.grading.station import Setting, Task
from trainkit.sandbox.limits import Limits
from trainkit.submissions.intake import collect


@pytest.fixture
def book(tmp_path: Path):
    with Gradebook(tmp_path / "gradebook.db") as gradebook:
        yield gradebook


@pytest.fixture
def class_of_six(hand_in: Callable[..., Path]) -> Path:
    for n in range(6):
        folder = hand_in(f"trainee-{n}", notebook(f"x = {n}"))
    return folder


def run(folder: Path, assignment: Assignment, book: Gradebook, workers=None, **options) -> Tally:
    handed, _ignored = collect(folder, ["9-01"])
    return batch.run(
        handed, lambda _trainee, _exercise, _stated: assignment, book, workers or Here(), **options
    )


def scores(book: Gradebook) -> dict[str, tuple[str, float]]:
    return {s.trainee.name: (s.state, s.earned) for s in book.latest()}


def test_every_submission_is_graded_once(class_of_six: Path, assignment: Assignment, book: Gradebook):
    assert run(class_of_six, assignment, book) == Tally(graded=6, kept=0, left=0)
    assert run(class_of_six, assignment, book) == Tally(graded=0, kept=6, left=0)
    assert scores(book) == {f"trainee-{n}": ("graded", 3.0) for n in range(6)}


def test_an_old_copy_is_graded_on_the_variant_that_it_names(hand_in, assignment, book: Gradebook):
    named: list[tuple[str, int | None]] = []

    def assign(trainee: str, _exercise: str, stated: int | None) -> Assignment:
        named.append((trainee, stated))
        return assignment

    hand_in("an-old-copy", notebook("variant = 0", "x = 1"))
    hand_in("new", notebook("variant = 759783", "x = 1"))
    folder = hand_in("retyped", notebook("x = 1"))
    handed, _ignored = collect(folder, ["9-01"])
    batch.run(handed, assign, book, Here())
    assert sorted(named) == [("an-old-copy", 0), ("new", 759783), ("retyped", None)]


def test_a_changed_submission_is_graded_again(class_of_six: Path, assignment, book: Gradebook, hand_in):
    run(class_of_six, assignment, book)
    hand_in("trainee-3", notebook("x = 'better'"))
    assert run(class_of_six, assignment, book) == Tally(graded=1, kept=5, left=0)


def test_a_changed_file_beside_the_notebook_is_a_changed_submission(
    class_of_six: Path, assignment: Assignment, book: Gradebook
):
    run(class_of_six, assignment, book)
    (class_of_six / "trainee-3" / "bins.py").write_text("edges = [1, 2]")
    assert run(class_of_six, assignment, book) == Tally(graded=1, kept=5, left=0)
    [received] = book.handed_in(trainee="trainee-3")
    assert received.files == (("bins.py", b"edges = [1, 2]"),)


def test_a_link_is_a_damaged_row(class_of_six: Path, assignment: Assignment, book: Gradebook):
    link = class_of_six / "trainee-1" / "9-01.ipynb"
    link.unlink()
    link.symlink_to("/etc/passwd")
    assert run(class_of_six, assignment, book) == Tally(graded=6, kept=0, left=0)
    assert scores(book)["trainee-1"] == ("damaged", 0.0)


@pytest.mark.parametrize("kind", ["link", "large"])
def test_what_cannot_be_read_is_not_graded_anew_by_every_run(
    kind: str, class_of_six: Path, assignment: Assignment, book: Gradebook
):
    path = class_of_six / "trainee-1" / "9-01.ipynb"
    limits = Limits()
    if kind == "link":
        path.unlink()
        path.symlink_to("/etc/passwd")
    else:
        path.write_bytes(notebook("x = '" + "x" * 20_000 + "'"))
        limits = replace(limits, notebook_bytes=10_000)
    workers = Here()
    workers.setting = Setting(limits)
    assert run(class_of_six, assignment, book, workers) == Tally(graded=6, kept=0, left=0)
    assert scores(book)["trainee-1"] == ("damaged", 0.0)
    written = [s.id for s in book.latest()]
    assert run(class_of_six, assignment, book, workers) == Tally(graded=0, kept=6, left=0)
    assert [s.id for s in book.latest()] == written
    path.unlink()
    path.write_bytes(notebook("x = 1"))
    tally = run(class_of_six, assignment, book, workers)
    assert (tally.graded, tally.kept) == (1, 5)
    assert scores(book)["trainee-1"] == ("graded", 3.0)


def test_a_folder_removed_while_others_are_graded_is_tried_again(
    class_of_six: Path, assignment: Assignment, book: Gradebook
):
    folder, aside = class_of_six / "trainee-4", class_of_six.parent / "aside"
    handed, _ignored = collect(class_of_six, ["9-01"])

    def graded() -> Tally:
        return batch.run(handed, lambda _t, _e, _s: assignment, book, Here())

    folder.rename(aside)
    assert graded() == Tally(graded=6, kept=0, left=0)
    assert scores(book)["trainee-4"] == ("failed", 0.0)
    [row] = [s for s in book.latest() if s.trainee.name == "trainee-4"]
    assert "removed while others were graded" in row.note
    aside.rename(folder)
    tally = graded()
    assert (tally.graded, tally.kept) == (1, 5)
    assert set(scores(book).values()) == {("graded", 3.0)}


def test_a_fault_of_trainkit_is_a_row_and_tried_again(
    monkeypatch, class_of_six: Path, assignment: Assignment, book: Gradebook
):
    def sometimes(raw: bytes, *_more: object, **_options: object) -> Graded:
        if b"x = 2" in raw:
            raise OSError("no space left on device")
        return quick(Task(Setting(), assignment, raw))

    monkeypatch.setattr(station, "grade", sometimes)
    monkeypatch.setattr(station, "_runner", lambda _setting: None)
    assert run(class_of_six, assignment, book, Here(station.grade_one)) == Tally(graded=6, kept=0, left=0)
    assert scores(book)["trainee-2"] == ("failed", 0.0)
    assert list(scores(book).values()).count(("graded", 3.0)) == 5
    tally = run(class_of_six, assignment, book)
    assert (tally.graded, tally.kept) == (1, 5)
    assert set(scores(book).values()) == {("graded", 3.0)}


@pytest.mark.parametrize("after", [1, 3, 5])
def test_what_was_graded_before_ctrl_c_stays_and_the_next_run_continues(
    class_of_six: Path, assignment: Assignment, book: Gradebook, after: int
):
    done: list[str] = []

    def interrupt(item: batch.Item) -> None:
        done.append(item.trainee)
        if len(done) == after:
            raise KeyboardInterrupt

    first = run(class_of_six, assignment, book, report=interrupt)
    assert first == Tally(graded=after, kept=0, left=6 - after)
    assert len(scores(book)) == after
    assert run(class_of_six, assignment, book) == Tally(graded=6 - after, kept=after, left=0)


def test_grading_again_tells_what_changed(class_of_six: Path, assignment: Assignment, book: Gradebook):
    def half(task: Task) -> Graded:
        return Graded(quick(task).content, "graded")

    run(class_of_six, assignment, book)
    assert run(class_of_six, assignment, book, again=True) == Tally(graded=6, kept=0, left=0)
    tally = run(class_of_six, assignment, book, Here(half), again=True)
    assert {c.trainee for c in tally.changes} == {f"trainee-{n}" for n in range(6)}
    assert {(c.before, c.after) for c in tally.changes} == {(1.0, None)}


class TestInTheSandbox:
    pytestmark = needs_sandbox

    @pytest.mark.slow
    def test_twelve_of_which_five_are_hostile_or_damaged_cost_nobody_anything(
        self, assignment: Assignment, book: Gradebook, hand_in
    ):
        for n in range(7):
            hand_in(f"honest-{n}", solved(f"# {n}"))
        hand_in("endless", notebook(READ, SAY, "say(size='big')", "while True: pass"))
        hand_in(
            "greedy", notebook(READ, SAY, "say(size='big')", "x = bytearray(4 << 30)", "x[::4096] = b'x'")
        )
        hand_in("killer", notebook(READ, SAY, RIGHT, "import os; os.kill(os.getppid(), 9); os._exit(1)"))
        hand_in("empty", b"")
        folder = hand_in("typed", notebook(SAY, "say(double=20)"))
        limits = Limits(cell_seconds=2, notebook_seconds=30, memory_bytes=2 << 30)
        with LocalWorkers(Setting(limits), workers=2) as workers:
            assert run(folder, assignment, book, workers) == Tally(graded=12, kept=0, left=0)
        assert scores(book) == {
            **{f"honest-{n}": ("graded", 4.0) for n in range(7)},
            "endless": ("graded", 1.0),
            "greedy": ("graded", 1.0),
            "killer": ("graded", 4.0),
            "empty": ("damaged", 0.0),
            "typed": ("graded", 0.0),
        }

    @pytest.mark.slow
    def test_files_beside_the_notebook_can_be_imported_and_read(
        self, assignment: Assignment, book: Gradebook, hand_in
    ):
        cells = ["import bins", "factor = int(open('factor.txt').read())", READ, SAY]
        folder = hand_in("lin-yue", notebook(*cells, "say(double=bins.times(number, factor))"))
        (folder / "lin-yue" / "bins.py").write_text("def times(a, b): return a * b")
        (folder / "lin-yue" / "factor.txt").write_text("2")
        with LocalWorkers(Setting(), workers=1) as workers:
            run(folder, assignment, book, workers)
        assert scores(book) == {"lin-yue": ("graded", 2.0)}


def test_a_value_that_is_right_on_a_classmates_data_is_flagged(
    assignment: Assignment, book: Gradebook, hand_in
):
    """The keys of all others stay with the writer; what comes back is judged once more with them."""

    def copied(task: Task) -> Graded:
        wrong = Verdict("double", "wrong", value=50.0)
        judged = [
            Judged(Execution(p.variant, "complete"), {"double": wrong}, hidden=p.variant != 0)
            for p in task.assignment.all
        ]
        return replace(quick(task), judged=tuple(judged))

    folder = hand_in("copyist", notebook("x = 1"))
    run(folder, assignment, book, Here(copied), classmates=lambda _t, _e: [key(v) for v in NUMBERS if v])
    [submission] = book.latest()
    assert {m.name: m.flag for m in submission.marks}["double"] == "classmate"
