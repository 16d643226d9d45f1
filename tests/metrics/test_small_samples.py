"""Few customers, or all alike: no interval pretends to be sure, and no model to fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trainkit import metrics
from trainkit.errors import InputError


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        # Newcombe 1998, table II, method 10, in %.
        ((48, 80, 56, 70), 5.24, 33.39),
        ((3, 10, 9, 10), 17.05, 80.90),
        ((0, 5, 5, 5), 38.6, 100.0),
        ((0, 10, 0, 20), -27.75, 16.11),
    ],
)
def test_a_difference_of_shares_has_newcombes_interval(counts: tuple[int, ...], low: float, high: float):
    if counts[0] == counts[2] == 0:
        with pytest.raises(InputError, match="nothing to test"):
            metrics.proportion_test(*counts)
        return
    found = metrics.proportion_test(*counts)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.05)


def test_it_is_the_interval_of_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for counts in [(200, 2000, 246, 2000), (1, 30, 5, 40), (0, 7, 3, 9), (9, 9, 4, 12)]:
        found = metrics.proportion_test(*counts)
        a, n_a, b, n_b = counts
        theirs = proportion.confint_proportions_2indep(b, n_b, a, n_a, method="newcomb")
        assert (found.low / 100, found.high / 100) == pytest.approx(theirs, abs=1e-9)


def test_no_interval_is_a_point_where_all_are_alike():
    five = [10] * 5
    none, all_ = metrics.proportion_interval(0, 5), metrics.proportion_interval(5, 5)
    change = metrics.nps_difference([0] * 5, five)
    curve = metrics.kaplan_meier(pd.DataFrame({"t": [1, 2, 3], "left": [1, 1, 1]}), "t", "left")
    ends = [none, all_, metrics.nps_interval(five), metrics.csat_interval([5] * 5), (change.low, change.high)]
    ends += [*zip(curve["low"], curve["high"], strict=True)]
    for low, high in ends:
        assert high - low > 1e-6, (low, high)


def test_an_nps_that_varies_keeps_the_margins_interval():
    before, after = [10, 9, 3, 8], [10, 10, 2, 7, 9]
    found = metrics.nps_difference(before, after)
    margin = np.hypot(metrics.nps_margin(before), metrics.nps_margin(after))
    assert (found.low, found.high) == pytest.approx((found.value - margin, found.value + margin))


@pytest.mark.parametrize("days", [1, 7])
def test_a_purchase_model_without_a_best_fit_says_so(days: int):
    """Of these customers none stops early, so that nothing tells a from b."""
    rng = np.random.default_rng(0)
    age = rng.integers(20, 60, 400).astype(float)
    frequency = rng.poisson(2, 400)
    recency = np.where(frequency > 0, age * rng.uniform(0.3, 0.98, 400), 0)
    table = pd.DataFrame({"frequency": frequency, "recency": recency * days, "T": age * days})
    with pytest.raises(InputError, match="no best fit"):
        metrics.bg_nbd(table)


@pytest.mark.parametrize("left", [[1000, 900, 810, 729], [1000, 500, 250, 125, 62]])
def test_a_contract_model_without_a_best_fit_says_so(left: list[int]):
    """At a churn rate that never changes all customers are alike."""
    with pytest.raises(InputError, match="no best fit"):
        metrics.sbg(left)


def test_whoever_bought_often_and_fell_silent_is_gone_and_has_no_purchases_to_come():
    model = metrics.lifetime.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    table = pd.DataFrame(
        {"frequency": [200, 3000, 2], "recency": [10.0, 30.0, 30.43], "T": [150.0, 900.0, 38.86]}
    )
    found = metrics.expected_purchases(table, model, horizon=39)
    assert np.isfinite(found["expected_purchases"]).all()
    assert found["p_alive"].tolist()[:2] == pytest.approx([0, 0], abs=1e-9)
    assert found["expected_purchases"].tolist() == pytest.approx([0, 0, 1.226], abs=1e-3)


def test_expected_purchases_are_continuous_where_a_is_1():
    table = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]})
    at, beside = (
        metrics.expected_purchases(table, metrics.lifetime.BgNbd(0.243, 4.414, a, 2.426), horizon=39)
        for a in (1.0, 1.001)
    )
    assert at["expected_purchases"][0] == pytest.approx(beside["expected_purchases"][0], rel=0.01)


@pytest.mark.parametrize("months", [10, 24, 30, 100])
def test_half_of_the_customers_have_left_at_the_median(months: int):
    table = pd.DataFrame({"months": range(1, months + 1), "left": [1] * months})
    assert metrics.median_lifetime(table, "months", "left") == months / 2


def test_words_end_where_their_letters_end_in_any_script():
    assert metrics.normalised_key("苏州创新Co.,Ltd.") == "苏州创新"
    assert metrics.normalised_key("Cocoa Company") == "cocoa"
    texts = pd.DataFrame({"comment": ["用APP下单", "apple pie"]})
    counted = metrics.topic_counts(texts, topics={"app": ["app"], "pie": ["pie"]})
    assert dict(zip(counted["topic"], counted["n"], strict=True)) == {"app": 2, "pie": 1}
