"""Small inputs kept beside the checkout, each with what is right; where they are not, a test says so."""

from __future__ import annotations

from pathlib import Path

import pytest

__all__ = ["case"]

_CASES = Path(__file__).parents[3] / "shared" / "cases"


def case(name: str) -> Path:
    """Return the folder of a case, or skip the test with its reason."""
    folder = _CASES / name
    if not folder.is_dir():
        pytest.skip(f"There is no {folder}: this case was not tried with its own files.")
    return folder
