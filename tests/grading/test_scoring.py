from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainkit.course.judge import Verdict
from trainkit.course.model import Answer
from trainkit.grading.scoring import mark, total

ANSWER = Answer("nps", "number", {}, points=2)


def said(outcome: str, value: float | None = None) -> Verdict:
    return Verdict("nps", outcome, value=value)


CASES = {
    "right everywhere": (said("right", 1), [said("right", 2), said("right", 3)], 2, ""),
    "right on hidden data only": (said("wrong", 9), [said("right", 2), said("right", 3)], 2, ""),
    "right on one of two": (said("right", 1), [said("right", 2), said("wrong", 9)], 1, ""),
    "the same number everywhere": (said("right", 1), [said("wrong", 1), said("wrong", 1)], 0, "hard-coded"),
    "the same number once": (said("right", 1), [said("mistake", 1), None], 0, "hard-coded"),
    "code that fails on other data": (said("right", 1), [None, said("not attempted")], 0, "visible only"),
    "code that relies on one data set": (said("right", 1), [said("wrong", 8), None], 0, "visible only"),
    "wrong everywhere": (said("wrong", 1), [said("wrong", 2), said("mistake", 3)], 0, ""),
    "never given": (None, [None, None], 0, ""),
    "a page, right": (said("right", 1), [], 2, ""),
    "a page, wrong": (said("mistake", 1), [], 0, ""),
}


@pytest.mark.parametrize(("visible", "hidden", "earned", "flag"), CASES.values(), ids=CASES.keys())
def test_points_follow_the_hidden_variants(visible: Verdict, hidden: list, earned: float, flag: str):
    got = mark(ANSWER, visible, hidden)
    assert (got.earned, got.flag) == (earned, flag)


verdicts = st.none() | st.builds(
    Verdict,
    st.just("nps"),
    st.sampled_from(["right", "mistake", "convention", "wrong", "not attempted", "invalid"]),
    value=st.none() | st.integers(0, 3),
)


@given(verdicts, st.lists(verdicts, max_size=4), st.floats(0, 100))
def test_an_answer_never_earns_less_than_nothing_or_more_than_its_points(
    visible: Verdict | None, hidden: list, points: float
):
    got = mark(Answer("nps", "number", {}, points=points), visible, hidden)
    assert 0 <= got.earned <= round(points, 4)
    assert not (got.flag and got.earned)


def test_a_total_is_the_sum():
    marks = [mark(ANSWER, said("right", 1), []), mark(ANSWER, None, [])]
    assert total(marks) == (2, 4)
