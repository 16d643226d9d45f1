"""What is graded in the benchmark: an exercise of the course, solved by many trainees."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import nbformat

from trainkit import content
from trainkit.authoring.compose import compose
from trainkit.authoring.key import solution
from trainkit.authoring.source import Source
from trainkit.classes.assignment import Assignment, prepare
from trainkit.company.store import unpack

SECRET = "benchmark"


def source_of(exercise: str) -> Source:
    checkout = content.checkout()
    if checkout is None:
        raise SystemExit("The benchmark needs the checkout: an installed workbook has no solutions.")
    return solution(exercise, checkout / "solutions")


def solved(source: Source, trainee: int = 0, *more: str) -> bytes:
    """A trainee's notebook with the model answers: no two are the same file."""
    nb = compose(source, "en", solved=True)
    cells = [f"# trainee {trainee}", *more]
    nb.cells += [nbformat.v4.new_code_cell(cell, id=f"own-{n}") for n, cell in enumerate(cells)]
    return nbformat.writes(nb).encode()


def prepared(source: Source) -> Assignment:
    """The exercise made ready, kept from run to run."""
    folder = Path(tempfile.gettempdir()) / f"trainkit-benchmark-{os.getuid()}" / source.info.id
    return prepare(source, SECRET, folder)


def surroundings(assignment: Assignment, folder: Path) -> dict[str, str]:
    """The environment in which cells find their data unpacked, as in the sandbox; made in `folder`."""
    tables = shutil.copytree(assignment.visible.tables, folder / "tables")
    for name in assignment.visible.key.tables:
        unpack(tables / f"{name}.parquet")
    return {
        "TRAINKIT_TABLES": str(tables),
        "TRAINKIT_ACTIVITY": str(assignment.activity),
        "TRAINKIT_LIFE": "grade",
        "TRAINKIT_LANG": "en",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def code_cells(raw: bytes) -> list[str]:
    """The code of a notebook."""
    return ["".join(c["source"]) for c in json.loads(raw)["cells"] if c["cell_type"] == "code"]
