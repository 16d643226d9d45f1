"""What follows from the right number, by another convention or a slip, is told from a wrong one and named."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trainkit.course.conventions import CONVENTIONS, SLIPS, Kind, close, decimals, derived, explain, find
from trainkit.i18n import use_language

#: value, right value, tolerance, unit → the kind
CASES = [
    (0.3547, 35.47, 0.05, "%", "share"),
    (0.35, 35.47, 0.05, "points", "share"),
    (-0.026, -2.6, 0.05, "percentage points", "share"),
    (0.357, 35.47, 0.05, "%", None),  # no share of 35.47 % is written so
    (3547, 35.47, 0.05, "%", "hundredfold"),
    (3550, 35.47, 0.05, "%", "hundredfold"),
    (35.47, 0.3547, 0.005, "share", "percent"),
    (35.0, 0.3547, 0.005, "share", "percent"),
    (35.5, 0.3547, 0.005, "share", "percent"),
    (0.003547, 0.3547, 0.005, "share", "hundredth"),
    (0.12, 12.0, 0.0, "", "hundredth"),
    (1200, 12.0, 0.0, "orders", "hundredfold"),
    (12.0, 123_456.0, 0.5, "CNY", None),
    (123.0, 123_456.0, 0.5, "CNY", "thousands"),
    (12.35, 123_456.0, 0.5, "CNY", "ten thousands"),
    (0.1235, 123_456.0, 0.5, "CNY", "millions"),
    (123.0, 123_456.0, 0.5, "orders", "thousandth"),
    (1234.56, 123_456.0, 0.5, "CNY", "hundredth"),
    (35.0, 35.47, 0.05, "points", "fewer decimals"),
    (36.0, 35.57, 0.05, "points", "fewer decimals"),
    (2.0, 2.5, 0.05, "%", "fewer decimals"),  # a half is rounded to the even number, or up
    (3.0, 2.5, 0.05, "%", "fewer decimals"),
    (1.0, 0.64, 0.05, "%", "fewer decimals"),
    (35.5, 35.473, 0.005, "CNY", "fewer decimals"),
    (0.4, 0.35, 0.005, "", "fewer decimals"),  # a half in decimals is a bit more than a half in binary
    (35.0, 35.473, 0.005, "CNY", "fewer decimals"),
    (35.4, 35.47, 0.05, "points", "cut off"),
    (35.0, 35.57, 0.05, "points", "cut off"),
    (-35.4, -35.47, 0.05, "points", "cut off"),
    (35.0, 35.7, 0.5, "days", "cut off"),
    (0.28, 0.29, 0.005, "", None),  # in binary, 100 times 0.29 is a bit less than 29
    (40.0, 35.47, 0.05, "points", None),
    (30.0, 35.47, 0.05, "points", None),
    (35.3, 35.47, 0.05, "points", None),
    (0.0, 0.4, 0.05, "%", None),
    (0.0, 0.0, 0.05, "%", None),
    (100.0, 0.0, 0.05, "%", None),
    (35.0, 35.47, 0.0, "", None),
    (1e300, 1e-300, 0.05, "%", None),
    (1.0, 1e308, 0.05, "%", None),
    (-35.47, 35.47, 0.05, "%", "sign"),
    (35.5, -35.47, 0.05, "points", "sign"),
    (64.5, 35.47, 0.05, "%", "complement"),
    (0.645, 0.3547, 0.005, "share", "complement"),
    (64.5, 35.47, 0.05, "points", None),
    (-20.0, 120.0, 0.05, "%", None),
    (0.8, 1.25, 0.005, "", "reciprocal"),
    (0.8, 1.25, 0.005, "%", None),
    (3.547, 35.47, 0.05, "%", "tenth"),
    (354.7, 35.47, 0.05, "%", "tenfold"),
    (355.0, 35.47, 0.05, "%", "tenfold"),
    (35_470, 35.47, 0.05, "%", "thousandfold"),
    (10.0, 1.0, 0.0, "", None),  # ten may be anything
    (0.1, -0.04, 0.05, "%", None),  # more than its sign
    (0.06, -0.04, 0.05, "%", None),  # as near to the right number as to its opposite
]


def kind(value: float, right: float, tolerance: float, unit: str) -> str | None:
    found = find(derived(right, tolerance, unit), value)
    return found.kind if found else None


@pytest.mark.parametrize(("value", "right", "tolerance", "unit", "asked"), CASES)
def test_what_a_number_is_follows_from_the_right_one(
    value: float, right: float, tolerance: float, unit: str, asked: str | None
) -> None:
    assert kind(value, right, tolerance, unit) == asked


def test_each_kind_is_explained_in_its_own_sentence_in_both_languages() -> None:
    kinds = {*CONVENTIONS, *SLIPS}
    assert kinds == set(get_args(Kind))
    assert {asked for *_case, asked in CASES if asked} == kinds - {"beside"}
    english = {explain(kind, 0.05) for kind in kinds}
    use_language("zh")
    chinese = {explain(kind, 0.05) for kind in kinds}
    assert len(english) == len(chinese) == len(kinds)
    assert not english & chinese


def test_the_sentence_names_the_decimals_and_never_the_number() -> None:
    assert explain("fewer decimals", 0.05).endswith("Decimals asked for: 1.")
    assert explain("cut off", 0.5).endswith("Decimals asked for: 0.")


@pytest.mark.parametrize(
    ("tolerance", "digits"), [(0.5, 0), (0.05, 1), (0.005, 2), (0.01, 2), (0.1, 1), (5, 0), (0.0005, 3)]
)
def test_a_tolerance_of_half_a_unit_tells_the_decimals(tolerance: float, digits: int) -> None:
    assert decimals(tolerance) == digits


numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(
    numbers,
    numbers,
    st.sampled_from([0.0, 0.005, 0.05, 0.5, 50.0]),
    st.sampled_from(["%", "share", "CNY", ""]),
)
def test_any_two_numbers_can_be_compared(value: float, right: float, tolerance: float, unit: str) -> None:
    found = kind(value, right, tolerance, unit)
    assert found is None or explain(found, tolerance)


@given(st.floats(1, 1e6), st.sampled_from([0.05, 0.005]))
def test_a_rounded_number_is_right_or_a_convention(right: float, tolerance: float) -> None:
    whole = float(round(right))
    assume(not close(whole, right, tolerance))
    assert kind(whole, right, tolerance, "days") in {"fewer decimals", "cut off"}


@given(st.floats(0.5, 99), st.sampled_from(["%", "points", "percentage points"]))
def test_a_share_is_never_just_wrong(right: float, unit: str) -> None:
    assert kind(right / 100, right, 0.05, unit) == "share"


units = st.sampled_from(["%", "share", "points", "percentage points", "CNY", "days", ""])


@given(
    st.floats(-1e6, 1e6),
    st.sampled_from([0.0, 0.0005, 0.005, 0.05, 0.5, 5.0]),
    units,
    st.lists(st.floats(-1e6, 1e6), max_size=3),
    st.data(),
)
def test_no_slip_is_also_right_a_mistake_or_another_slip(
    right: float, tolerance: float, unit: str, mistakes: list[float], data: st.DataObject
) -> None:
    """Mistakes are put next to slips, where a collision is likely."""
    alone = derived(right, tolerance, unit)
    if alone:
        near = data.draw(st.lists(st.sampled_from(alone), max_size=3))
        mistakes = [*mistakes, *(s.value + data.draw(st.floats(-1, 1)) * tolerance for s in near)]
    found = derived(right, tolerance, unit, mistakes=mistakes)
    for slip in found:
        for edge in (slip.value - slip.slack, slip.value, slip.value + slip.slack):
            assert not any(close(edge, known, tolerance) for known in (right, *mistakes))
            kinds = {s.kind for s in found if close(edge, s.value, s.slack)}
            assert len(kinds - CONVENTIONS) <= 1
            assert not kinds & CONVENTIONS or kinds <= CONVENTIONS


@given(st.floats(11, 89), st.sampled_from([0.05, 0.5]))
def test_what_is_a_slip_for_one_is_a_slip_for_the_other(right: float, tolerance: float) -> None:
    """Neither the rest of the whole nor a sign has a direction."""
    assume(abs(right - 50) > 2 * tolerance)
    for other in (-right, 100 - right):
        if there := kind(other, right, tolerance, "%"):
            assert kind(right, other, tolerance, "%") in {there, None}
