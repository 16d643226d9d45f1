"""The same notebook through papermill's own engine and through `fork` gives the same outputs."""

from __future__ import annotations

import copy
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from submitted import needs_sandbox

from trainkit.sandbox import levels
from trainkit.sandbox.engine import ForkEngine

pytestmark = [
    *needs_sandbox,
    pytest.mark.slow,
    pytest.mark.skipif(
        levels.probe().level != "fork", reason=f"no fork engine here: {levels.probe().detail}"
    ),
]

#: Notebooks by what they show; a line `# %%` begins a cell.
CASES = {
    path.stem: tuple(cell.strip("\n") for cell in path.read_text(encoding="utf-8").split("# %%\n")[1:])
    for path in sorted((Path(__file__).parent / "notebooks").glob("*.txt"))
}

#: What can't be the same in two processes, and what stands for it.
DIFFERS = {
    "an address in memory": (r"0x[0-9a-f]{6,}", "ADDRESS"),
    "the file that a kernel compiles a cell from, named after the process": (
        r"/tmp/ipykernel_\d+/",
        "CELLS/",
    ),
    "the name that Altair makes up for a picture": (r"altair-viz-[0-9a-f]{32}", "altair-viz"),
    "a line of IPython's or ipykernel's own source, where ours takes its place": (
        r"(?s)File \S+/(ipykernel|trainkit)/.*",
        "KERNEL",
    ),
    "the folder of Python, of which IPython writes a part as ~ where it lies in the user's home": (
        r"File \S+/lib/python3",
        "File PYTHON",
    ),
}


def run(cells: tuple[str, ...], engine: str | None, folder: Path) -> Any:
    """Run cells, each of which may raise, and return the notebook that papermill has saved."""
    nb = nbformat.v4.new_notebook()
    nb.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    for number, source in enumerate(cells):
        cell = nbformat.v4.new_code_cell(source, id=f"cell-{number}")
        cell.metadata.tags = ["raises-exception"]
        nb.cells.append(cell)
    folder.mkdir()
    nbformat.write(nb, folder / "in.ipynb")
    with suppress(PapermillExecutionError):
        papermill.execute_notebook(
            folder / "in.ipynb", folder / "out.ipynb", engine_name=engine, progress_bar=False, cwd=folder
        )
    saved = nbformat.read(folder / "out.ipynb", 4)
    nbformat.validate(saved)
    return saved


def outcome(cell: Any) -> dict[str, Any]:
    """Return what of an executed cell must be the same."""
    outputs: list[dict[str, Any]] = []
    for output in copy.deepcopy(cell.outputs):
        # A kernel sends what is printed in pieces, wherever its timer cuts.
        if output.output_type == "stream" and outputs and outputs[-1].get("name") == output.name:
            outputs[-1]["text"] += output.text
        else:
            outputs.append(output)
    return {"count": cell.execution_count, "outputs": [plain(output) for output in outputs]}


def plain(value: Any) -> Any:
    if isinstance(value, str):
        text = re.sub(r"\x1b\[[0-9;]*m", "", value)
        for pattern, stands_for in DIFFERS.values():
            text = re.sub(pattern, stands_for, text)
        return text
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", CASES)
def test_outputs_are_those_of_an_ordinary_kernel(name: str, tmp_path: Path):
    papermill_engines.register("fork", ForkEngine)
    ordinary, forked = run(CASES[name], None, tmp_path / "a"), run(CASES[name], "fork", tmp_path / "b")
    code = [cell for cell in ordinary.cells if cell.cell_type == "code"]
    others = [cell for cell in forked.cells if cell.cell_type == "code"]
    assert [c.source for c in code] == [c.source for c in others] == list(CASES[name])
    different = {
        cell.source: (outcome(cell), outcome(other))
        for cell, other in zip(code, others, strict=True)
        if outcome(cell) != outcome(other)
    }
    assert different == {}


DIRECT = {
    "a program": ("import subprocess\nprint('a')\nsubprocess.run(['echo', 'b'])\nprint('c')", "a\nb\nc\n"),
    "a shell": ("import os\nprint('a')\ni = os.system('echo b')\nprint('c')", "a\nb\nc\n"),
    "a descriptor": ("import os\ni = os.write(1, b'a')\nprint('b')", "ab\n"),
    "the stream that Python began with": (
        "import sys\nprint('a', file=sys.__stdout__, flush=True)\nprint('b')",
        "a\nb\n",
    ),
    "a forked process": (
        "import os\nprint('a')\npid = os.fork()\nif pid == 0:\n    print('b')\n    os._exit(0)\n"
        "i = os.waitpid(pid, 0)\nprint('c')",
        "a\nb\nc\n",
    ),
}


@pytest.mark.parametrize(("cell", "text"), DIRECT.values(), ids=DIRECT)
def test_what_is_written_past_python_stands_where_it_came(cell: str, text: str, tmp_path: Path):
    """An ordinary kernel collects it with a thread, and gives it late or not at all: nothing to compare."""
    papermill_engines.register("fork", ForkEngine)
    (output, *_result) = run((cell,), "fork", tmp_path / "a").cells[0].outputs
    assert (output.name, output.text) == ("stdout", text)


def test_what_a_notebook_says_of_its_language_is_the_same(tmp_path: Path):
    papermill_engines.register("fork", ForkEngine)
    found = [run(("1",), engine, tmp_path / str(engine)).metadata for engine in (None, "fork")]
    assert found[0]["language_info"] == found[1]["language_info"]
    assert found[0]["kernelspec"] == found[1]["kernelspec"]


def test_the_papermill_metadata_of_cells_is_the_same(tmp_path: Path):
    papermill_engines.register("fork", ForkEngine)
    cells = [run(("1", "1 / 0"), engine, tmp_path / str(engine)).cells for engine in (None, "fork")]
    kept = ("exception", "status", "tags")
    told = [
        [{k: v for k, v in (c.metadata.get("papermill") or {}).items() if k in kept} for c in both]
        for both in cells
    ]
    assert told[0] == told[1]
