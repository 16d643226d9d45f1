"""The metrics meet published numbers; wrong numbers are what the named mistakes compute."""

from __future__ import annotations

from typing import Any

import pytest
from published import ANCHORS, DATA, MISTAKES, Anchor, Mistake

from trainkit.metrics import registry


def _name(case: Any) -> str:
    return (
        f"{case.metric}-{case.source}-{case.input}"
        if isinstance(case, Anchor)
        else f"{case.code}-{case.expected}"
    )


def _meet(anchor: Anchor, backend: str) -> None:
    if anchor.needs and not (DATA / anchor.needs).exists():
        pytest.skip(f"{anchor.needs} is not there: put the public data sets into {DATA}")
    assert anchor.compute(backend) == pytest.approx(anchor.expected, abs=max(anchor.tolerance, 1e-9))


#: Files of which it takes seconds to make frames of every library.
LARGE = ("online_retail.parquet", "groceries.parquet")
WITH_FRAMES = [
    pytest.param(a, marks=[pytest.mark.slow] if a.needs in LARGE else []) for a in ANCHORS if a.frames
]


@pytest.mark.parametrize("anchor", WITH_FRAMES, ids=_name)
def test_a_published_number_is_met_with_every_library(anchor: Anchor, backend: str):
    _meet(anchor, backend)


@pytest.mark.parametrize("anchor", [a for a in ANCHORS if not a.frames], ids=_name)
def test_a_published_number_is_met(anchor: Anchor):
    _meet(anchor, "pandas")


@pytest.mark.parametrize("mistake", MISTAKES, ids=_name)
def test_a_wrong_number_is_what_the_named_mistake_computes(mistake: Mistake):
    assert mistake.wrong() == pytest.approx(mistake.expected, abs=max(mistake.tolerance, 1e-9))


@pytest.mark.parametrize("mistake", MISTAKES, ids=_name)
def test_a_wrong_number_differs_from_every_right_one_of_its_metric(mistake: Mistake):
    right = [a.expected for a in ANCHORS if a.metric == mistake.metric and a.source.startswith("Glossary")]
    assert right
    assert all(abs(mistake.expected - value) > max(mistake.tolerance, 1e-9) for value in right)


def test_every_case_names_a_metric_that_exists():
    for case in [*ANCHORS, *MISTAKES]:
        assert registry.get(case.metric)
