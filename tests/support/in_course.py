"""Fixtures of tests on a tiny course: written, built, in use."""

from __future__ import annotations

from pathlib import Path

import pytest
from written import write_course

from trainkit.authoring import build


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The tiny course as in a checkout, not built."""
    return write_course(tmp_path / "checkout")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The tiny course, built: path → text."""
    return build.build(write_course(tmp_path_factory.mktemp("built")))


@pytest.fixture
def course(built: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny course, built and in use."""
    folder = tmp_path / "course"
    build.write(folder, built)
    monkeypatch.setenv("TRAINKIT_CONTENT", str(folder))
    return folder
