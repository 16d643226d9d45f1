"""The same work by nbgrader, in an environment of its own: `autograde` and `generate_feedback`.

The environment is made on demand. It sees the libraries that the exercise's cells need, behind its own.
"""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from benchmarks.grading.cpu import Meter
from benchmarks.grading.work import prepared, source_of, surroundings

import trainkit
from trainkit.authoring.compose import compose
from trainkit.classes.assignment import Assignment
from trainkit.course.model import Answer, Key

VERSION = "0.9.6"


def environment(peers: Path) -> Path:
    """Return the folder of nbgrader's programs, and make the environment if it isn't there."""
    folder = peers / f"nbgrader-{VERSION}"
    programs = folder / "bin"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"Making an environment for nbgrader {VERSION} in {folder} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [programs / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--quiet", "--quiet", f"nbgrader=={VERSION}"], check=True)
        [own] = (folder / "lib").glob("python*/site-packages")
        paths = [*site.getsitepackages(), str(Path(trainkit.__file__).parents[1])]
        (own / "exercise.pth").write_text("\n".join(paths) + "\n")
        (folder / "ready").touch()
    return programs


def measure(exercise: str, meter: Meter, peers: Path, folder: Path, *, submissions: int) -> float:
    """CPU seconds of one submission: autograded, and its feedback written."""
    programs = environment(peers)
    assignment = prepared(source_of(exercise))
    course = folder / "course"
    notebook = _notebook(exercise, assignment)
    _write(course / "source" / "ps1" / f"{exercise}.ipynb", notebook, "")
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'course'\n")
    data = surroundings(assignment, folder)
    _run(programs, course, data, "generate_assignment", "ps1")
    for number in range(submissions):
        path = course / "submitted" / f"trainee-{number}" / "ps1" / f"{exercise}.ipynb"
        _write(path, notebook, f"# trainee {number}")
    before = meter.read()
    _run(programs, course, data, "autograde", "ps1")
    _run(programs, course, data, "generate_feedback", "ps1")
    used = meter.read() - before
    pages = list((course / "feedback").glob("*/ps1/*.html"))
    if len(pages) != submissions:
        raise SystemExit(f"nbgrader wrote {len(pages)} pages of feedback for {submissions} submissions.")
    return used / submissions


def _run(programs: Path, course: Path, data: Mapping[str, str], *arguments: str) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    result = subprocess.run(
        [programs / "nbgrader", *arguments],
        cwd=course,
        env={**kept, **data, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise SystemExit(f"nbgrader {' '.join(arguments)} failed:\n{result.stderr[-3000:]}")


def _write(path: Path, notebook: dict[str, Any], note: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    told = json.loads(json.dumps(notebook))
    told["metadata"]["note"] = note
    path.write_text(json.dumps(told), encoding="utf-8")


def _notebook(exercise: str, assignment: Assignment) -> dict[str, Any]:
    """The exercise as nbgrader's authors write it: solved cells, and a locked test for each answer."""
    source = source_of(exercise)
    nb = compose(source, "en", solved=True)
    for number, cell in enumerate(nb.cells):
        if cell.cell_type == "code":
            cell.source = cell.source.replace("# BEGIN SOLUTION", "### BEGIN SOLUTION")
            cell.source = cell.source.replace("# END SOLUTION", "### END SOLUTION")
            solution = "BEGIN SOLUTION" in cell.source
            if solution:
                cell.metadata["nbgrader"] = _marks(f"cell-{number}", solution=True)
    for answer in source.info.answers:
        test = nbformat.v4.new_code_cell(_test(answer, assignment.visible.key), id=f"test-{answer.name}")
        test.metadata["nbgrader"] = {**_marks(f"test-{answer.name}", grade=True), "points": answer.points}
        nb.cells.append(test)
    return json.loads(nbformat.writes(nb))  # type: ignore[no-any-return]


def _marks(id: str, *, solution: bool = False, grade: bool = False) -> dict[str, Any]:
    return {
        "grade_id": id,
        "solution": solution,
        "grade": grade,
        "locked": grade,
        "schema_version": 3,
        "task": False,
    }


def _test(answer: Answer, key: Key) -> str:
    value = key.answers[answer.name].value
    if answer.type == "number":
        return f"assert abs({answer.name} - {value!r}) <= {answer.tolerance + 1e-9}"
    if answer.type == "table":
        return f"assert len({answer.name}) == {len(value['rows'])}"
    if answer.type == "choices":
        return f"assert set({answer.name}) == set({value!r})"
    return f"assert {answer.name} == {value!r}"
