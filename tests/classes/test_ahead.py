"""Variants made ahead are those that are found later, whether few or many are made at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainkit import content
from trainkit.authoring.key import solution
from trainkit.classes import ahead
from trainkit.classes import assignment as assignments
from trainkit.classes.ahead import make_ahead
from trainkit.classes.assignment import shown
from trainkit.errors import SourceError

CHECKOUT = content.checkout()
pytestmark = [
    pytest.mark.skipif(CHECKOUT is None, reason="solutions are in the checkout only"),
    pytest.mark.slow,
]

VARIANTS = (501, 502, 503)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_made_ahead_is_not_made_again(workers: int, tmp_path: Path, cache, monkeypatch) -> None:
    monkeypatch.setattr(ahead, "_WORTH_PROCESSES", 2)
    source = solution("1-06", CHECKOUT / "solutions")
    made = list(make_ahead(source, [*VARIANTS, VARIANTS[0]], "secret", tmp_path / "private", workers=workers))
    assert sorted(made) == list(VARIANTS)

    def never(*_args: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(assignments, "compute_key", never)
    found = [shown(source, variant, "secret", tmp_path / "private") for variant in VARIANTS]
    assert [prepared.variant for prepared in found] == list(VARIANTS)
    assert {path.name for path in found[0].tables.iterdir()} >= {"surveys.parquet", "orders.parquet"}


def test_a_model_solution_that_fails_in_a_process_is_told(tmp_path: Path, cache, monkeypatch) -> None:
    monkeypatch.setattr(ahead, "_WORTH_PROCESSES", 2)
    text = (CHECKOUT / "solutions" / "1-06.md").read_text(encoding="utf-8")
    path = tmp_path / "1-06.md"
    path.write_text(text.replace("# BEGIN SOLUTION", "# BEGIN SOLUTION\n1 / 0", 1), encoding="utf-8")
    with pytest.raises(SourceError, match="ZeroDivisionError"):
        list(make_ahead(solution("1-06", tmp_path), VARIANTS[:2], "secret", tmp_path / "private"))
