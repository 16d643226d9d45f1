from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from loaded import INFO, KEY, Load, Loaded

from trainkit.course.catalogue import dump
from trainkit.course.model import Info


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trainee's workspace, in use."""
    monkeypatch.setenv("TRAINKIT_WORKSPACE", str(tmp_path / "workspace"))
    return tmp_path / "workspace"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load the exercise page, as often as one likes; each time is a new kernel."""

    def page(*, info: Info = INFO, exam: bool = False, variant: int = 0) -> Loaded:
        info = replace(info, instant=False, hints={}) if exam else info
        path = tmp_path / "content" / "exercises" / "keys" / "1-01.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump(info, {} if exam else {0: KEY}), encoding="utf-8")
        monkeypatch.setenv("TRAINKIT_CONTENT", str(tmp_path / "content"))
        return Loaded(info, variant, monkeypatch)

    return page
