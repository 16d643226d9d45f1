"""Every other variant has other numbers of the same kind and the same difficulty."""

import facts
import facts_more
import numpy as np
import pandas as pd
import pytest

from trainkit.company import simulate

#: Facts that no other variant may share with the base data: its value, and how far others stay away.
BASE = {
    "F1": (0.12, 0.004),
    "F2": (0.85, 0.008),
    "F4": (0.65, 0.008),
    "F6": (0.80, 0.005),
    "F7": (72, 3),
    "F9": (0.80, 0.004),
    "F18": (0.12, 0.008),
}
BANDS = {
    "F1": (0.089, 0.151),
    "F1 highest before": (0.055, 0.072),
    "F2": (0.755, 0.925),
    "F2 retained": (0.35, 0.53),
    "F2 raw": (0.08, 0.30),
    "F2 adjusted": (0.03, 0.27),
    "F3": (1.15, 1.70),
    "F11 loyal": (0.79, 0.92),
    "F11 active": (0.37, 0.51),
    "loyal": (280, 560),
    "active": (1600, 2300),
    "F16 fall": (0.015, 0.04),
    "F16 least rise": (0.015, 0.08),
    "F17 n": (25, 45),
    "F17 gap": (12, 30),
    "F17 z": (0.9, 1.85),
    "response": (0.30, 0.32),
    "F4": (0.575, 0.725),
    "F4 cleaned": (0.70, 0.85),
    "F5": (3, 3),
    "F6": (0.73, 0.87),
    "F6 others": (0.25, 0.35),
    "F6 matched": (0.6, 0.85),
    "F6 right": (0.99, 1),
    "F7": (47, 97),
    "F7 peak": (2, 38),
    "F8 phone": (2, 5),
    "F8 region": (1.1, 2.6),
    "F8 inaccurate": (6, 17),
    "F8 late": (10, 25),
    "F8 contradict": (2, 7),
    "F8 double": (1, 2),
    "F9": (0.765, 0.83),
    "F10 all": (3.2, 5),
    "F10 below": (2, 2),
    "F10 closest": (0.6, 3),
    "F12 high": (3, 6),
    "F12 trap": (0.4, 0.9),
    "F13 service_call": (2.5, 4.6),
    "F13 checkout": (2.5, 4.6),
    "F13 subject_line": (-1, 1.2),
    "F13 peek": (1.98, 2.8),
    "F13 split checkout": (14, 32),
    "F13 split service_call": (0, 2),
    "F15 growth": (1.03, 1.25),
    "F18": (0.075, 0.165),
}


def _measure(variant: int) -> dict[str, float]:
    tables = simulate(variant)
    return facts.measure(tables) | facts_more.measure(tables)


def check(variants) -> pd.DataFrame:
    """Measure these variants and hold each to the bands; give the measures, one row a variant."""
    levels = pd.DataFrame({variant: _measure(variant) for variant in variants}).T
    outside = {
        fact: levels.loc[(levels[fact] < least) | (levels[fact] > most), fact].to_dict()
        for fact, (least, most) in BANDS.items()
    }
    assert {fact: where for fact, where in outside.items() if where} == {}
    for fact, (value, apart) in BASE.items():
        assert (np.abs(levels[fact] - value) > apart).all(), fact
    assert (levels["F2 adjusted"] < levels["F2 raw"] - 0.015).all()
    assert (levels["F11 churn pilot"] < 0.75 * levels["F11 churn others"]).all()
    assert (levels["F11 orders pilot"] > 1.1 * levels["F11 orders others"]).all()
    assert (levels["F7 over"] < levels["F7"] - 0.5).all()
    worst = levels[["F15 naive", "F15 mean"]].min(axis=1)
    assert (levels["F15 seasonal"] < 0.85 * worst).all()
    return levels


def test_a_few_variants_lie_in_the_bands_and_differ():
    levels = check([1, 2**31 - 1, 77])
    for fact in ("F1", "F2", "F4", "F7", "F8 late", "F9", "F16 fall", "F17 gap", "F18", "nps 2025"):
        assert levels[fact].nunique() == len(levels)


#: Eight parts of 25, so that a slow machine keeps each within the time allowed; two are always tried.
PARTS = [pytest.param(part, marks=[pytest.mark.exhaustive] if part > 1 else []) for part in range(8)]


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_two_hundred_variants_lie_in_the_bands(part):
    """The same 50 of them each time in `make test`, all 200 in `make test-all`."""
    rng = np.random.default_rng(part)
    levels = check(rng.integers(1, 2**31, 25).tolist())
    assert levels["F1"].std() > 0.01
    assert levels["F2"].std() > 0.02


@pytest.mark.parametrize("customers", [2000, pytest.param(12_000, marks=pytest.mark.slow)])
def test_the_facts_hold_at_other_sizes(customers):
    levels = facts.measure(simulate(0, customers=customers))
    assert levels["F1"] == pytest.approx(0.12, abs=0.001)
    assert levels["F2"] == pytest.approx(0.85, abs=0.01)
    assert levels["F3"] == pytest.approx(1.4)
    assert levels["F16 fall"] > 0.015
    assert levels["F16 least rise"] > 0.015
    assert 25 <= levels["F17 n"] <= 45
    assert 0.9 < levels["F17 z"] < 1.85
