"""Attacks are graded in one batch a side, by an assessor in a process of its own; tests read its report."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "grading")]  # modules that the tests of these folders share

from sides import Report, assess  # noqa: E402 - it lies in the folder that the line above adds


@pytest.fixture(scope="session")
def graded() -> Iterator[Callable[[str, str], Report]]:
    """Grade all attacks on a side, once: a runner's level, and `root` or `plain user`."""
    with ExitStack() as stack:

        @cache
        def grade(level: str, user: str) -> Report:
            # Not below pytest's folder, which nobody but its owner may enter.
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="attacks-"))
            return assess(Path(folder), level, user)

        yield grade
