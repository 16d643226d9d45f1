"""A tiny course and a workspace for tests of the servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.course import write_course


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny course, in use."""
    root = write_course(tmp_path / "course")
    monkeypatch.setenv("TRAINKIT_CONTENT", str(root))
    return root


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Where a trainee's workspace will be laid; nothing is there yet."""
    return tmp_path / "my workspace 工作区"
