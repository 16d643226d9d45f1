from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainkit.course.judge import Verdict
from trainkit.course.model import Answer, Column, Expected, Key
from trainkit.gradebook.grades import total
from trainkit.grading.scoring import mark

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


HALF = replace(ANSWER, credit={"convention": 0.5, "NPS-2": 0.25})


@pytest.mark.parametrize(
    ("hidden", "earned"),
    [
        ([said("convention"), said("convention")], 1),
        ([said("convention"), said("right")], 1.5),
        ([Verdict("nps", "mistake", ("NPS-2",)), said("wrong")], 0.25),
        ([Verdict("nps", "mistake", ("NPS-1", "NPS-2"))], 0.5),
        ([Verdict("nps", "mistake", ("NPS-1",)), said("not run")], 0),
        ([said("not run"), said("right")], 1),
    ],
)
def test_an_exercise_may_give_part_of_the_points_for_a_convention_or_a_mistake(hidden: list, earned: float):
    assert mark(HALF, said("right", 1), hidden).earned == earned
    assert mark(ANSWER, said("right", 1), hidden).earned <= earned


@pytest.mark.parametrize(
    ("weights", "earned"),
    [({}, 1), ({"visible": 1}, 4 / 3), ({"visible": 1, "hidden": 2}, 1.2), ({"visible": 0, "hidden": 9}, 1)],
)
def test_variants_weigh_as_the_exercise_says(weights: dict, earned: float):
    got = mark(ANSWER, said("right", 1), [said("right", 2), said("wrong", 3)], weights=weights)
    assert got.earned == pytest.approx(earned, abs=1e-4)


def key(value: Any) -> Key:
    return Key(7, {"nps": Expected(value)})


TABLE = Answer("t", "table", {}, key=("k",), columns=(Column("k"), Column("v", tolerance=0.1)))


@pytest.mark.parametrize(
    ("visible", "hidden", "mates", "flag"),
    [
        (said("wrong", 5.0), [said("wrong", 5.0), said("wrong", 5.0)], [key(9.0), key(5.0)], "classmate"),
        (said("wrong", 5.0), [said("wrong", 5.0), None], [key(5.0)], "classmate"),
        (said("wrong", 5.0), [], [key(5.0)], "classmate"),
        (said("wrong", 5.0), [said("wrong", 8.0), said("wrong", 5.0)], [key(5.0)], ""),
        (said("wrong", 5.0), [said("wrong", 5.0)], [key(9.0)], ""),
        (said("wrong", 5.0), [said("wrong", 5.0)], [Key(7, {})], ""),
        (said("mistake", 5.0), [said("wrong", 5.0)], [key(5.0)], ""),
        (said("right", 5.0), [said("wrong", 5.0)], [key(5.0)], "hard-coded"),
        (said("not run"), [], [key(5.0)], ""),
    ],
)
def test_a_value_that_is_right_for_a_classmate_only_is_reported(
    visible: Verdict, hidden: list, mates: list, flag: str
):
    got = mark(ANSWER, visible, hidden, classmates=mates)
    assert got.flag == flag
    assert got.earned == 0


def test_a_choice_that_a_classmate_should_have_taken_says_nothing():
    choice = Answer("nps", "choice", {})
    assert mark(choice, said("wrong", "a"), [said("wrong", "a")], classmates=[key("a")]).flag == ""


def test_a_copied_table_is_one_whatever_the_order_of_its_rows():
    own = {"columns": ["k", "v"], "rows": [["a", 1.0], ["b", 2.0]]}
    turned = {"columns": ["v", "k"], "rows": [[2.0, "b"], [1.0, "a"]]}
    mates = [Key(7, {"t": Expected(own)})]
    wrong = Verdict("t", "wrong", value=turned)
    assert mark(TABLE, wrong, [replace(wrong, value=own)], classmates=mates).flag == "classmate"
    right = Verdict("t", "right", value=own)
    assert mark(TABLE, right, [wrong]).flag == "hard-coded"


def test_a_total_is_the_sum():
    marks = [mark(ANSWER, said("right", 1), []), mark(ANSWER, None, [])]
    assert total(marks) == (2, 4)
