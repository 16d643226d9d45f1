"""A number that is right by another convention is told from a wrong one, and the convention is named."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trainkit.course.conventions import close, decimals, explain, other_convention
from trainkit.i18n import use_language

#: value, right value, tolerance, unit → the convention
CASES = [
    (0.3547, 35.47, 0.05, "%", "share"),
    (0.35, 35.47, 0.05, "points", "share"),
    (-0.026, -2.6, 0.05, "percentage points", "share"),
    (3547, 35.47, 0.05, "%", "hundredfold"),
    (35.47, 0.3547, 0.005, "share", "percent"),
    (0.003547, 0.3547, 0.005, "share", "hundredth"),
    (0.12, 12.0, 0.0, "", "hundredth"),
    (1200, 12.0, 0.0, "orders", "hundredfold"),
    (12.0, 123_456.0, 0.5, "CNY", None),
    (123.0, 123_456.0, 0.5, "CNY", "thousands"),
    (12.35, 123_456.0, 0.5, "CNY", "ten thousands"),
    (0.1235, 123_456.0, 0.5, "CNY", "millions"),
    (123.0, 123_456.0, 0.5, "orders", None),
    (35.0, 35.47, 0.05, "points", "fewer decimals"),
    (36.0, 35.57, 0.05, "points", "fewer decimals"),
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
    (35.0, 35.47, 0.0, "", None),
    (1e300, 1e-300, 0.05, "%", None),
    (1.0, 1e308, 0.05, "%", None),
]


@pytest.mark.parametrize(("value", "right", "tolerance", "unit", "kind"), CASES)
def test_a_number_may_be_right_by_another_convention(
    value: float, right: float, tolerance: float, unit: str, kind: str | None
) -> None:
    assert other_convention(value, right, tolerance, unit) == kind


def test_each_convention_is_explained_in_its_own_sentence() -> None:
    kinds = {kind for *_case, kind in CASES if kind}
    assert len({explain(kind, 0.05) for kind in kinds}) == len(kinds) == 9


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
    kind = other_convention(value, right, tolerance, unit)
    assert kind is None or explain(kind, tolerance)


@given(st.floats(1, 1e6), st.sampled_from([0.05, 0.005]))
def test_a_rounded_number_is_right_or_a_convention(right: float, tolerance: float) -> None:
    whole = float(round(right))
    assume(not close(whole, right, tolerance))
    assert other_convention(whole, right, tolerance, "days") in {"fewer decimals", "cut off"}


@given(st.floats(0.5, 99), st.sampled_from(["%", "points", "percentage points"]))
def test_a_share_is_never_just_wrong(right: float, unit: str) -> None:
    assert other_convention(right / 100, right, 0.05, unit) == "share"


def test_conventions_are_named_in_the_language_in_use() -> None:
    use_language("zh")
    assert explain("share", 0.05)
