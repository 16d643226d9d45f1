"""One notebook: its execution, and its whole grading."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from unittest.mock import patch

from benchmarks.grading.cpu import Meter
from benchmarks.grading.work import prepared, solved, source_of, surroundings

from trainkit.classes.file_names import file_name
from trainkit.files import write_atomic
from trainkit.gradebook.book import Gradebook
from trainkit.grading import batch
from trainkit.grading.execution import execute
from trainkit.grading.grader import grade
from trainkit.reports.feedback import feedback_page
from trainkit.submissions.notebooks import repair


@contextmanager
def floor(notebook: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A warm process that runs the notebook's cells in bare forks, as often as it's told."""
    command = [sys.executable, "-m", "benchmarks.grading.floor", str(notebook)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        assert process.stdout
        if process.stdout.readline() != "ready\n":
            raise SystemExit("The floor could not be measured.")
        yield process


def executions(exercise: str, meter: Meter, *, rounds: int, runs: int) -> dict[str, float]:
    """CPU seconds of one execution: the engine, plain papermill, and the floor; medians over rounds."""
    import papermill

    source = source_of(exercise)
    assignment = prepared(source)
    raw = solved(source)
    taken: dict[str, list[float]] = {"engine": [], "papermill": [], "floor": []}
    with tempfile.TemporaryDirectory() as folder, batch.box_for() as box:
        environment = surroundings(assignment, Path(folder))
        notebook = Path(folder) / "submitted.ipynb"
        notebook.write_bytes(raw)

        def engine() -> None:
            execution = execute(
                repair(raw),
                assignment.info,
                0,
                tables=assignment.visible.tables,
                activity=assignment.activity,
                box=box,
                ahead=assignment.visible.key.tables,
            )
            if execution.state != "complete" or len(execution.answers) != len(assignment.info.answers):
                raise SystemExit(f"The engine failed: {execution}")

        def plain() -> None:
            with patch.dict(os.environ, environment):
                papermill.execute_notebook(
                    notebook, Path(folder) / "out.ipynb", parameters={"variant": 0}, progress_bar=False
                )

        engine()
        plain()
        with floor(notebook, environment) as bare:
            assert bare.stdin
            assert bare.stdout
            for _ in range(rounds):
                for name, do, times in (("engine", engine, runs), ("papermill", plain, 1)):
                    before = meter.read()
                    for _ in range(times):
                        do()
                    taken[name].append((meter.read() - before) / times)
                bare.stdin.write(f"{runs}\n")
                bare.stdin.flush()
                taken["floor"].append(float(bare.stdout.readline()))
    found = {name: median(seconds) for name, seconds in taken.items()}
    together = list(zip(taken["engine"], taken["papermill"], taken["floor"], strict=True))
    found["of papermill"] = median(e / p for e, p, _f in together)
    found["of floor"] = median(e / f for e, _p, f in together)
    return found


def whole(exercise: str, meter: Meter, *, rounds: int, runs: int) -> float:
    """CPU seconds of a submission graded whole: three variants, judged, stored, feedback written."""
    source = source_of(exercise)
    assignment = prepared(source)
    keys = {(assignment.info.id, assignment.info.edition): assignment.visible.key}
    taken: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        batch.box_for() as box,
        Gradebook(Path(folder) / "gradebook.db") as book,
    ):

        def one(number: int, raw: bytes) -> None:
            graded = grade(raw, assignment, box)
            if graded.score[0] != graded.score[1]:
                raise SystemExit(f"A model answer did not earn everything: {graded}")
            trainee = f"trainee-{number}"
            book.record(trainee, assignment.info, graded, plan=assignment.plan, received=raw)
            [own] = book.latest(trainee=trainee)
            write_atomic(Path(folder) / file_name(trainee), feedback_page(trainee, [own], keys))

        one(0, solved(source))
        for turn in range(rounds):
            handed_in = {
                number: solved(source, number) for number in range(1 + turn * runs, 1 + (turn + 1) * runs)
            }
            before = meter.read()
            for number, raw in handed_in.items():
                one(number, raw)
            taken.append((meter.read() - before) / runs)
    return median(taken)
