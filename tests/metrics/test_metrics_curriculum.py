"""Weighted satisfaction, parts of a change, points, adoption, uplift and causes, checked from outside."""

from __future__ import annotations

import numpy as np
import pytest
from backends import frame, plain
from registry_examples import METRICS, run

from trainkit import metrics
from trainkit.errors import InputError, OutOfRange
from trainkit.metrics.registry import Metric


def test_equal_weights_give_the_unweighted_share_and_its_wilson_interval(backend: str):
    ratings = [1] * 8 + [2] * 12 + [3] * 30 + [4] * 90 + [5] * 60
    found = metrics.weighted_csat(frame(backend, {"csat": ratings, "weight": [2.5] * 200}))
    assert found.value == pytest.approx(75)
    assert (found.low, found.high) == pytest.approx((68.57, 80.49), abs=0.005)
    assert found.effective_n == pytest.approx(200)


def test_the_weighted_interval_covers_the_customers_share_as_often_as_it_says():
    """Consumers are four fifths of the sample and half of the customers, and less satisfied."""
    rng, truth, hits = np.random.default_rng(5), 0.5 * 0.6 + 0.5 * 0.9, 0
    for _run in range(600):
        ratings = np.r_[np.where(rng.random(240) < 0.6, 5, 2), np.where(rng.random(60) < 0.9, 4, 1)]
        weights = np.r_[np.full(240, 0.5 / 240), np.full(60, 0.5 / 60)]
        low, high = metrics.weighted_csat(
            frame("pandas", {"csat": ratings.tolist(), "weight": weights.tolist()})
        )[1:3]
        hits += low <= 100 * truth <= high
    assert 0.93 <= hits / 600 <= 1


def _rows(sizes: dict[str, tuple[int, int]]) -> dict[str, list]:
    return {
        "group": [g for g, (n, _k) in sizes.items() for _ in range(n)],
        "left": [int(i < k) for n, k in sizes.values() for i in range(n)],
    }


BEFORE = _rows({"A": (600, 30), "B": (400, 40), "gone": (50, 10)})
AFTER = _rows({"A": (500, 60), "B": (500, 55), "new": (100, 30)})


def test_the_parts_of_a_change_add_up_to_it(backend: str):
    found = plain(metrics.change_parts(frame(backend, BEFORE), frame(backend, AFTER), "group", "left"))
    change = 100 * (145 / 1100 - 80 / 1050)
    assert sum(found["change"]) == pytest.approx(change)
    assert sum(found["rate"]) + sum(found["mix"]) + sum(found["rest"]) == pytest.approx(change)


def test_the_rate_and_mix_parts_are_kitagawas(backend: str):
    """Half of the rest on either side gives the two components of the standard decomposition."""
    before, after = _rows({"A": (600, 30), "B": (400, 40)}), _rows({"A": (300, 30), "B": (700, 77)})
    found = plain(metrics.change_parts(frame(backend, before), frame(backend, after), "group", "left"))
    rate_part = 100 * ((0.6 + 0.3) / 2 * (0.10 - 0.05) + (0.4 + 0.7) / 2 * (0.11 - 0.10))
    mix_part = 100 * ((0.05 + 0.10) / 2 * (0.3 - 0.6) + (0.10 + 0.11) / 2 * (0.7 - 0.4))
    assert sum(found["rate"]) + sum(found["rest"]) / 2 == pytest.approx(rate_part)
    assert sum(found["mix"]) + sum(found["rest"]) / 2 == pytest.approx(mix_part)


def test_a_group_of_one_period_is_all_mix():
    found = plain(metrics.change_parts(frame("pandas", BEFORE), frame("pandas", AFTER), "group", "left"))
    for name in ("gone", "new"):
        i = found["group"].index(name)
        assert found["rate"][i] == found["rest"][i] == 0
        assert found["mix"][i] != 0


@pytest.mark.parametrize(
    ("redeemed", "expected_now", "liability"), [(0, None, 8676), (4500, 9500, 4566), (8500, 9700, 1073)]
)
def test_points_are_owed_as_the_standards_example_says(
    redeemed: int, expected_now: int | None, liability: int
):
    """IFRS 15, Example 52; its last figure is a difference of rounded ones."""
    found = metrics.points_liability(100_000, 10_000, 1, 9_500, redeemed, expected_now)
    assert found == pytest.approx(liability, abs=1)


def test_more_points_redeemed_than_expected_asks_for_a_new_estimate():
    with pytest.raises(OutOfRange, match="9600"):
        metrics.points_liability(100_000, 10_000, 1, 9_500, 9_600)


def test_points_redeemed_count_over_all_members(backend: str):
    members = frame(backend, {"earned": [900, 100, None], "redeemed": [300, 100, 5]})
    assert metrics.points_redemption(members) == pytest.approx(40)


def test_adoption_counts_licensed_users_once(backend: str):
    uses = frame(backend, {"user_id": [1, 1, 2, 9, 3], "feature": ["a", "a", "a", "a", "b"]})
    found = plain(metrics.adoption_by_feature(uses, [1, 2, 3, 4]))
    assert found == {"feature": ["a", "b"], "users": [2, 1], "adoption": [50, 25]}


def test_ids_of_two_kinds_are_refused_and_no_adoption_of_nothing():
    with pytest.raises(InputError, match="never be equal"):
        metrics.adoption_rate([1, 2], ["1", "2"])


def test_more_days_of_use_than_the_period_has_are_refused(backend: str):
    uses = frame(backend, {"user_id": ["a", "a"], "used_at": ["2025-03-01", "2025-03-02"]})
    assert metrics.stickiness(uses, days=4) == 50
    with pytest.raises(OutOfRange, match="at least 2"):
        metrics.stickiness(uses, days=1)


def test_uplift_by_decile_finds_whom_the_treatment_moves(backend: str):
    """Within each tenth the uplift is the plain one of its counts, and its interval that of the A/B test."""
    rng = np.random.default_rng(3)
    score, treated = rng.permutation(2000), rng.integers(0, 2, 2000)
    stayed = (rng.random(2000) < 0.6 + 0.3 * treated * (score >= 1000)).astype(int)
    data = {"score": score.tolist(), "treated": treated.tolist(), "stayed": stayed.tolist()}
    found = plain(metrics.uplift_by_decile(frame(backend, data)))
    assert found["decile"] == list(range(1, 11))
    assert [t + c for t, c in zip(found["n_treated"], found["n_control"], strict=True)] == [200] * 10
    top = score >= 1800
    counts = [int(stayed[top & (treated == arm)].sum()) for arm in (0, 1)]
    test = metrics.proportion_test(
        counts[0], int((top & (treated == 0)).sum()), counts[1], int((top & (treated == 1)).sum())
    )
    assert (found["uplift"][0], found["low"][0], found["high"][0]) == pytest.approx(
        (test.value, test.low, test.high)
    )
    assert np.mean(found["uplift"][:5]) > np.mean(found["uplift"][5:]) + 15


def test_a_decile_without_a_control_group_is_refused():
    data = {"score": [2, 1, 1], "treated": [1, 1, 0], "stayed": [1, 1, 0]}
    with pytest.raises(InputError, match="fewer groups"):
        metrics.uplift_by_decile(frame("pandas", data), groups=3)


def test_causes_are_ranked_by_number_or_by_cost(backend: str):
    data = {"cause": ["late", "late", "rude", "broken"], "cost": [1, 1, 2, 6]}
    cases = frame(backend, data)
    assert plain(metrics.pareto_causes(cases))["cause"] == ["late", "broken", "rude"]
    found = plain(metrics.pareto_causes(cases, cost="cost"))
    assert found["cause"] == ["broken", "late", "rude"]
    assert found["cumulative"] == pytest.approx([60, 80, 100])


RATES = [
    (metric, name)
    for metric in METRICS
    for name, value in metric.example.items()
    if (name.endswith(("rate", "retention")) and isinstance(value, float))
    or name in ("churn", "recall", "cuts")
]


@pytest.mark.parametrize(("metric", "name"), RATES, ids=lambda v: getattr(v, "name", v))
def test_a_rate_in_percent_is_refused_and_told_as_a_fraction(metric: Metric, name: str):
    with pytest.raises(OutOfRange, match=rf"`{name}` is given as a fraction\. Got 20: 20% is 0\.2"):
        run(metric, **{name: 20.0})


def test_tiers_and_batches_take_fractions_like_all_others():
    values = frame("pandas", {"v": [3, 2, 1]})
    assert plain(metrics.customer_tiers(values, "v", cuts=(0.5, 0.8)))["tier"] == ["gold", "silver", "bronze"]
    with pytest.raises(OutOfRange, match=r"80% is 0\.8"):
        metrics.customer_tiers(values, "v", cuts=(80, 95))
