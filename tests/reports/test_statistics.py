from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trainkit.errors import EmptyInput, InputError
from trainkit.metrics import cronbach_alpha
from trainkit.reports.statistics import (
    compare_variants,
    discrimination,
    feldt_interval,
    item_analysis,
    mean_interval,
    reliability,
)

#: Ten people, three questions: the example of pingouin's documentation, with its α and interval.
QUESTIONS = [
    [1, 2, 2, 3, 2, 2, 3, 3, 2, 3],
    [1, 1, 1, 2, 3, 3, 2, 3, 3, 3],
    [1, 1, 2, 1, 2, 3, 3, 3, 2, 3],
]
PEOPLE = [list(row) for row in zip(*QUESTIONS, strict=True)]

tables = st.integers(2, 5).flatmap(
    lambda k: st.lists(
        st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=k, max_size=k), min_size=3, max_size=30
    )
)


def test_alpha_and_its_interval_are_those_that_were_published():
    found = reliability(PEOPLE, [3, 3, 3])
    assert found.interval.value == pytest.approx(0.7734375)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.336, 0.939), abs=5e-4)
    assert (found.name, found.trainees, found.items) == ("α", 10, 3)


def test_alpha_is_the_workbooks_own():
    frame = pd.DataFrame(PEOPLE, columns=["a", "b", "c"])
    assert reliability(PEOPLE, [3, 3, 3]).interval.value == cronbach_alpha(frame, ["a", "b", "c"])


def test_all_or_nothing_answers_give_kuder_and_richardsons_number():
    rows = [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1], [1, 0, 1, 0]]
    p = np.mean(rows, axis=0)
    # KR-20 in its own words, with the sample's variance throughout.
    n, k = len(rows), 4
    pq = (p * (1 - p)).sum() * n / (n - 1)
    kr20 = k / (k - 1) * (1 - pq / np.var(np.sum(rows, axis=1), ddof=1))
    found = reliability(rows, [1, 1, 1, 1])
    assert found.name == "KR-20"
    assert found.interval.value == pytest.approx(kr20)
    assert reliability([[2 * v for v in row] for row in rows], [2] * 4).name == "KR-20"
    assert reliability([[2 * row[0], *row[1:]] for row in rows], [2, 1, 1, 1]).name == "α"
    assert reliability([[v / 2 for v in row] for row in rows], [1] * 4).name == "α"


def test_the_interval_is_wider_with_fewer_trainees_and_higher_confidence():
    def width(**more):
        interval = feldt_interval(0.8, **{"trainees": 50, "items": 5, **more})
        assert interval.low < 0.8 < interval.high
        return interval.high - interval.low

    assert width(trainees=20) > width() > width(trainees=500)
    assert width(confidence=0.99) > width() > width(confidence=0.5)


def test_a_question_that_all_answered_alike_is_left_out_of_alpha():
    rows = [[*row, 1] for row in PEOPLE]
    found = reliability(rows, [3, 3, 3, 1])
    assert found.items == 3
    assert found.interval == reliability(PEOPLE, [3, 3, 3]).interval


def test_discrimination_of_an_all_or_nothing_question_is_the_point_biserial_correlation():
    item, rest = [1, 0, 1, 1, 0, 0, 1], [5, 2, 4, 6, 3, 1, 2]
    assert discrimination(item, rest) == pytest.approx(stats.pointbiserialr(item, rest).statistic)


def test_a_question_is_compared_with_the_rest_of_the_test_not_with_itself():
    [first, *_others] = item_analysis(PEOPLE, [3, 3, 3], ["a", "b", "c"])
    rest = np.sum(PEOPLE, axis=1) - np.array(QUESTIONS[0])
    assert first.discrimination == pytest.approx(np.corrcoef(QUESTIONS[0], rest)[0, 1])
    assert first.difficulty == pytest.approx(2.3 / 3)


def test_where_all_did_the_same_nothing_is_told_apart():
    assert math.isnan(discrimination([1, 1, 1], [1, 2, 3]))
    assert math.isnan(discrimination([1, 2, 3], [0.1 + 0.2, 0.3, 0.3]))


@given(tables)
def test_difficulty_and_discrimination_stay_in_their_ranges(rows):
    most = [1.0] * len(rows[0])
    for item in item_analysis(rows, most, [str(i) for i in range(len(most))]):
        assert 0 <= item.difficulty <= 1
        assert math.isnan(item.discrimination) or -1 <= item.discrimination <= 1


@given(tables, st.randoms())
def test_the_order_of_trainees_does_not_matter(rows, random):
    most = [1.0] * len(rows[0])
    names = [str(i) for i in range(len(most))]
    mixed = list(rows)
    random.shuffle(mixed)
    for a, b in zip(item_analysis(rows, most, names), item_analysis(mixed, most, names), strict=True):
        assert a.difficulty == pytest.approx(b.difficulty)
        assert a.discrimination == pytest.approx(b.discrimination, nan_ok=True)


def test_a_mean_has_the_interval_that_scipy_gives():
    values = [0.2, 0.5, 0.9, 0.4]
    interval = mean_interval(values)
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert (interval.value, interval.low, interval.high) == pytest.approx((0.5, low, high))


def test_a_harder_variant_is_noticed_and_an_equal_one_is_not():
    easy = [1.0, 0.9, 1.0, 0.8, 1.0, 0.9, 0.7, 1.0, 0.9, 1.0]
    hard = [0.4, 0.5, 0.3, 0.5, 0.6, 0.4, 0.2, 0.5, 0.4, 0.6]
    same = [1.0, 0.8, 1.0, 0.9, 1.0, 0.9, 0.8, 1.0, 0.8, 1.0]
    [first, second] = compare_variants([list(r) for r in zip(easy, hard, strict=True)], [71, 72])
    assert first.differs
    assert second.differs
    assert second.difference.value == pytest.approx(-first.difference.value) == pytest.approx(-0.48)
    assert not any(
        v.differs for v in compare_variants([list(r) for r in zip(easy, same, strict=True)], [1, 2])
    )


@pytest.mark.parametrize("variants", [2, 3, 4, 8])
@pytest.mark.parametrize("share", [0.2, 1 / 3, 0.6, 0.7])
def test_variants_on_which_everybody_did_the_same_don_t_differ(share: float, variants: int):
    """Adding up shares leaves a last digit, the same for all trainees."""
    assert not any(v.differs for v in compare_variants([[share] * variants] * 12, range(variants)))


def test_two_variants_are_compared_by_the_paired_t_test():
    one, other = [0.9, 0.5, 0.7, 1.0, 0.4, 0.8], [0.7, 0.4, 0.7, 0.8, 0.5, 0.5]
    [first, _second] = compare_variants([list(r) for r in zip(one, other, strict=True)], [1, 2])
    interval = stats.ttest_rel(one, other).confidence_interval(0.95)
    assert (first.difference.low, first.difference.high) == pytest.approx(interval)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: item_analysis([], [1], ["a"]), EmptyInput),
        (lambda: item_analysis([[1]], [0], ["a"]), InputError),
        (lambda: item_analysis([[1, 2]], [1], ["a"]), InputError),
        (lambda: reliability([[1, 2]], [2, 2]), InputError),
        (lambda: reliability([[1, 2], [2, 2]], [2, 2]), InputError),
        (lambda: reliability([[0, 1], [1, 0], [0, 1]], [1, 1]), InputError),
        (lambda: reliability([[0, 0.1, 0.2], [0.2, 0.1, 0], [0.1, 0.2, 0]], [1, 1, 1]), InputError),
        (lambda: feldt_interval(0.5, 1, 5), InputError),
        (lambda: feldt_interval(0.5, 5, 1), InputError),
        (lambda: mean_interval([]), EmptyInput),
        (lambda: compare_variants([[1.0]], [71]), InputError),
    ],
)
def test_what_cannot_be_computed_says_so(call, error):
    with pytest.raises(error):
        call()
