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
sys.path.insert(0, str(HERE))  # modules that the tests of this folder share

from cases import attacks, look_alikes  # noqa: E402 - it lies in the folder that the line above adds
from sides import Report, Side, assess  # noqa: E402


@pytest.fixture(scope="session")
def graded() -> Iterator[Callable[[Side], Report]]:
    """Grade all attacks that a side takes, and their look-alikes, once."""
    with ExitStack() as stack:

        @cache
        def grade(side: Side) -> Report:
            # Not below pytest's folder, which nobody but its owner may enter.
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="attacks-"))
            return assess(Path(folder), side, *(a.id for a in [*attacks(), *look_alikes()] if side.takes(a)))

        yield grade
