from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from loaded import INFO, KEY, Load, Loaded

from trainkit.course.catalogue import dump
from trainkit.course.lock import boxes
from trainkit.course.model import Expected, Info, Key


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trainee's workspace, in use."""
    monkeypatch.setenv("TRAINKIT_WORKSPACE", str(tmp_path / "workspace"))
    return tmp_path / "workspace"


def key_of(info: Info) -> Key:
    """Return the key of the exercise, in an edition that asks for a text where the first one didn't, too."""
    types = {answer.name: answer.type for answer in INFO.answers}
    texts = {a.name: Expected("promoters") for a in info.answers if a.type == "text" != types[a.name]}
    return replace(KEY, answers={**KEY.answers, **texts})


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load the exercise page, as often as one likes; each time is a new kernel."""

    def page(*, info: Info = INFO, exam: bool = False, variant: int = 0) -> Loaded:
        info = replace(info, instant=False, hints={}) if exam else info
        path = tmp_path / "content" / "exercises" / "keys" / "1-01.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        with monkeypatch.context() as patch:
            patch.setattr(boxes, "COST", 1)  # what opens doesn't depend on it
            path.write_text(dump(info, {} if exam else {0: key_of(info)}), encoding="utf-8")
        monkeypatch.setenv("TRAINKIT_CONTENT", str(tmp_path / "content"))
        return Loaded(info, variant, monkeypatch)

    return page
