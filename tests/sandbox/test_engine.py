"""The papermill engines by themselves, as anybody uses them: `papermill --engine fork in.ipynb out.ipynb`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from submitted import needs_sandbox

from trainkit.sandbox import levels
from trainkit.sandbox.engine import ForkEngine, TrainkitEngine

ENGINES = {"fork": ForkEngine, "trainkit": TrainkitEngine}


@pytest.mark.parametrize("first", ["trainkit.sandbox.engine", "trainkit.sandbox.client", "papermill"])
def test_papermill_loads_the_engines_whichever_comes_first(first: str, tmp_path: Path):
    """papermill loads engines while it is imported: an engine that needs papermill then breaks it."""
    installed = tmp_path / "engine-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: engine\nVersion: 1.0\n")
    names = [f"{name} = trainkit.sandbox.engine:{engine.__name__}\n" for name, engine in ENGINES.items()]
    (installed / "entry_points.txt").write_text("[papermill.engine]\n" + "".join(names))
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.modules['rfc3987_syntax'] = None\n"
        f"import {first}\n"
        "from papermill.engines import papermill_engines as engines\n"
        "from trainkit.sandbox.engine import ForkEngine, TrainkitEngine\n"
        "assert engines.get_engine('fork') is ForkEngine\n"
        "assert engines.get_engine('trainkit') is TrainkitEngine\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=list(ENGINES))
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Any]:
    """Run cells with an engine, and return the notebook that papermill has saved."""
    if request.param == "fork" and levels.probe().level != "fork":
        pytest.skip(f"no fork engine here: {levels.probe().detail}")
    papermill_engines.register(request.param, ENGINES[request.param])

    def execute(*cells: str, parameters: dict | None = None, **options: Any) -> Any:
        nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        nb.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
        nb.cells[0].metadata.tags = ["parameters"]
        nbformat.write(nb, tmp_path / "in.ipynb")
        try:
            papermill.execute_notebook(
                tmp_path / "in.ipynb",
                tmp_path / "out.ipynb",
                parameters=parameters or {},
                engine_name=request.param,
                progress_bar=False,
                **options,
            )
        finally:
            saved = nbformat.read(tmp_path / "out.ipynb", 4)
            nbformat.validate(saved)
        return saved

    return execute


@pytest.mark.slow
class TestEngines:
    pytestmark = needs_sandbox

    def test_parameters_and_outputs_stand_in_the_saved_notebook(self, run):
        saved = run("year = 1", "print('hello')\nyear", parameters={"year": 2025})
        assert saved.cells[1].metadata.tags == ["injected-parameters"]
        assert [o.output_type for o in saved.cells[2].outputs] == ["stream", "execute_result"]
        assert saved.cells[2].outputs[1].data["text/plain"] == "2025"
        assert [c.execution_count for c in saved.cells] == [1, 2, 3]
        assert all(c.metadata.papermill["status"] == "completed" for c in saved.cells)
        assert saved.metadata.language_info["name"] == "python"

    def test_it_stops_at_the_first_error_and_saves_what_there_is(self, run, tmp_path: Path):
        with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
            run("x = 1", "1 / 0", "x = 2")
        saved = nbformat.read(tmp_path / "out.ipynb", 4)
        assert [c.metadata.papermill["status"] for c in saved.cells if "papermill" in c.metadata] == [
            "completed",
            "failed",
            "pending",
        ]

    def test_a_cell_that_takes_too_long_is_an_error(self, run):
        with pytest.raises(CellTimeoutError, match="timed out"):
            run("import time\ntime.sleep(60)", execution_timeout=1)

    def test_a_kernel_that_ends_is_an_error(self, run):
        with pytest.raises(DeadKernelError):
            run("import os\nos._exit(1)")

    def test_a_notebook_finds_the_files_that_it_is_given(self, run, tmp_path: Path):
        (tmp_path / "data.csv").write_text("a,b\n1,2\n")
        inputs = {"/job/data.csv": tmp_path / "data.csv", "/job/own.py": b"factor = 3"}
        saved = run("import own\nprint(open('data.csv').read(), own.factor)", inputs=inputs)
        assert saved.cells[0].outputs[0].text == "a,b\n1,2\n 3\n"

    def test_a_notebook_sees_no_other_files(self, run, tmp_path: Path):
        saved = run(f"import os\nos.path.exists({str(tmp_path)!r})")
        assert saved.cells[0].outputs[0].data["text/plain"] == "False"

    def test_a_call_from_a_running_loop_works_as_in_a_notebook(self, run):
        import asyncio

        async def call() -> Any:
            return run("1 + 1")

        # In a thread of its own: a browser's tests may have left a loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            nb = thread.submit(asyncio.run, call()).result()
        assert nb.cells[0].outputs[0].data["text/plain"] == "2"
