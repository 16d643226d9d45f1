from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from submitted import INFO, NUMBERS, key

from trainkit.grading.assignment import Assignment, Prepared
from trainkit.grading.execution import activity_file


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    ready = []
    for variant, number in NUMBERS.items():
        tables = tmp_path / "tables" / str(variant)
        tables.mkdir(parents=True)
        (tables / "number.txt").write_text(str(number))
        ready.append(Prepared(variant, tables, key(variant)))
    return Assignment(INFO, activity_file(INFO, tmp_path / "tables"), ready[0], tuple(ready[1:]))


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[..., Path]:
    """Lay a file into a folder of submissions, and return that folder."""
    folder = tmp_path / "class" / "submissions"

    def lay(trainee: str, raw: bytes, exercise: str = "9-01") -> Path:
        path = folder / trainee / f"{exercise}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        return folder

    return lay
