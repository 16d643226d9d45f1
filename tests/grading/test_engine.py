"""The papermill engine by itself, as `papermill --engine trainkit` uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from trainkit.grading.engine import TrainkitEngine


@pytest.mark.parametrize("first", ["trainkit.grading.engine", "trainkit.grading.client", "papermill"])
def test_papermill_loads_the_engine_whichever_comes_first(first: str, tmp_path: Path):
    """papermill loads engines while it is imported: an engine that needs papermill then breaks it."""
    installed = tmp_path / "engine-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: engine\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(
        "[papermill.engine]\ntrainkit = trainkit.grading.engine:TrainkitEngine\n"
    )
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.modules['rfc3987_syntax'] = None\n"
        f"import {first}\n"
        "from papermill.engines import papermill_engines as engines\n"
        "from trainkit.grading.engine import TrainkitEngine\n"
        "assert engines.get_engine('trainkit') is TrainkitEngine\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def run(*cells: str, **options) -> tuple[object, list[dict]]:
    events: list[dict] = []
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    for cell in nb.cells:
        cell.metadata["papermill"] = {}
    nb.metadata["papermill"] = {}
    got = TrainkitEngine.execute_notebook(
        nb, "python3", progress_bar=False, autosave_cell_every=0, report=events.append, **options
    )
    return got, [e for e in events if e["event"] not in ("display", "ran")]


@pytest.mark.slow
def test_outputs_stand_in_the_notebook_as_with_any_engine():
    got, events = run("print('hello')\n1 + 1", "1 / 0", "x = 3\nx")
    assert events == [
        {"event": "failure", "cell": 0, "error": "ZeroDivisionError", "message": "division by zero"}
    ]
    kinds = [[o.output_type for o in cell.outputs] for cell in got.cells]
    assert kinds == [["stream", "execute_result"], ["error"], ["execute_result"]]
    assert [c.execution_count for c in got.cells] == [1, 2, 3]
    assert got.cells[2].outputs[0].data["text/plain"] == "3"
    assert all(c.metadata.papermill["status"] == "completed" for c in got.cells)


@pytest.mark.slow
def test_a_late_cell_is_interrupted_and_said_once():
    _got, events = run("import time\ntime.sleep(60)", "x = 1", execution_timeout=1)
    assert events == [{"event": "timeout", "cell": 0}]
