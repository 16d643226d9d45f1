"""One judge compares plain data: right, a known mistake, another unit, wrong, not attempted, invalid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from asked import ALL, CHOICE, CHOICES, LONG, NUMBER, TABLE, TEXT
from hypothesis import given
from hypothesis import strategies as st

from trainkit.course.answers import pack
from trainkit.course.judge import Verdict, credit, judge, matches
from trainkit.course.model import Answer, Expected, Mistake
from trainkit.i18n import use_language

SAY = {"en": "{value} leaves the passives out.", "zh": "{value} 没有算上被动者。"}
OTHER = {"en": "{value} counts the eights.", "zh": "{value} 把 8 分也算上了。"}
SCORE = Expected(35.04, (Mistake("NPS-1", 46.7, SAY), Mistake("NPS-2", 41.0, OTHER)))

_RIGHT = {"columns": ["type", "csat"], "rows": [["B2B", 71.52], ["B2C", 64.0], ["G", 80.0]]}
_FIVES = {"columns": ["type", "csat"], "rows": [["B2B", 31.5], ["B2C", 24.0], ["G", 40.0]]}
PARTS = Expected(_RIGHT, (Mistake("CSAT-3", _FIVES, SAY),))


def told(value: Any, answer: Answer = NUMBER, expected: Expected = SCORE) -> Verdict:
    return judge(answer, expected, pack(value, answer))


@pytest.mark.parametrize(
    ("value", "outcome", "codes"),
    [
        (35.04, "right", ()),
        (35.0, "right", ()),
        (35.09, "right", ()),
        (34.99, "right", ()),
        (35.0901, "wrong", ()),
        (34.9899, "wrong", ()),
        (46.7, "mistake", ("NPS-1",)),
        (46.66, "mistake", ("NPS-1",)),
        (46.6, "wrong", ()),
        (41, "mistake", ("NPS-2",)),
        (0.3504, "convention", ()),
        (0.35, "convention", ()),
        (3504, "wrong", ()),
        (3600, "wrong", ()),
        (-35.04, "wrong", ()),
        (0, "wrong", ()),
        (..., "not attempted", ()),
        (None, "invalid", ()),
        ("35", "right", ()),
        ("about 35", "invalid", ()),
    ],
)
def test_a_number_is_compared_within_its_tolerance(value: Any, outcome: str, codes: tuple[str, ...]) -> None:
    verdict = told(value)
    assert (verdict.outcome, verdict.codes) == (outcome, codes)
    assert verdict.right == (outcome == "right")


def test_a_mistake_brings_its_message_in_both_languages_and_the_value() -> None:
    verdict = told(46.7)
    assert (verdict.messages, verdict.value) == ((SAY,), 46.7)


def test_two_mistakes_that_give_the_same_number_are_both_named() -> None:
    expected = Expected(35.0, (Mistake("NPS-1", 46.7, SAY), Mistake("NPS-2", 46.72, OTHER)))
    verdict = told(46.71, expected=expected)
    assert (verdict.codes, verdict.messages) == (("NPS-1", "NPS-2"), (SAY, OTHER))


def test_a_code_is_named_once_even_if_two_of_its_cells_match() -> None:
    expected = Expected(35.0, (Mistake("NPS-1", 46.7, SAY), Mistake("NPS-1", 46.7, OTHER)))
    assert told(46.7, expected=expected).codes == ("NPS-1",)


def test_a_right_answer_is_right_even_if_a_mistake_lies_within_its_tolerance() -> None:
    assert told(35.0, expected=Expected(35.04, (Mistake("NPS-1", 35.0, SAY),))).right


@pytest.mark.parametrize(
    ("unit", "right", "given", "outcome"),
    [
        ("%", 12.0, 0.12, "convention"),
        ("points", 35.0, 0.35, "convention"),
        ("percentage points", -2.6, -0.026, "convention"),
        ("share", 0.12, 12.0, "convention"),
        ("CNY", 1_234_567.0, 1234.6, "convention"),
        ("%", 12.0, 0.2, "wrong"),
        ("%", 0.3, 0.0, "wrong"),
        ("%", -0.4, 0.001, "wrong"),
    ],
)
def test_the_right_value_in_another_unit_is_told_from_a_wrong_one(
    unit: str, right: float, given: float, outcome: str
) -> None:
    verdict = told(given, replace(NUMBER, unit=unit), Expected(right))
    assert verdict.outcome == outcome
    assert bool(verdict.detail) == (outcome == "convention")


@pytest.mark.parametrize(
    ("unit", "right", "given", "slip", "said"),
    [
        ("points", 35.04, -35.0, "sign", "the right size with the wrong sign"),
        ("%", 35.04, 65, "complement", "the rest of the whole"),
        ("", 1.25, 0.8, "reciprocal", "the other way round"),
        ("%", 35.04, 350.4, "tenfold", "ten times what is asked for"),
        ("%", 35.04, 3504, "hundredfold", "a hundred times what is asked for"),
        ("orders", 3504.0, 35.04, "hundredth", "a hundredth of what is asked for"),
        ("orders", 3504.0, 3.504, "thousandth", "a thousandth of what is asked for"),
    ],
)
def test_a_slip_is_named_and_earns_nothing_unless_an_author_says_so(
    unit: str, right: float, given: float, slip: str, said: str
) -> None:
    answer = replace(NUMBER, unit=unit, credit={"convention": 0.5})
    verdict = told(given, answer, Expected(right))
    assert (verdict.outcome, verdict.slip, verdict.codes) == ("wrong", slip, ())
    assert said in verdict.detail
    assert credit(answer, verdict) == 0
    assert credit(replace(answer, credit={slip: 0.25}), verdict) == 0.25


def test_a_mistake_comes_before_a_slip_of_the_same_value() -> None:
    expected = Expected(35.04, (Mistake("NPS-1", -35.0, SAY),))
    assert (told(-35.04, expected=expected).outcome, told(-35.04, expected=expected).slip) == ("mistake", "")


def test_a_tolerance_of_zero_forgives_only_the_noise_of_floating_point() -> None:
    exact = replace(NUMBER, tolerance=0.0, unit="")
    assert told(0.1 + 0.2, exact, Expected(0.3)).right
    assert told(1e12 + 1, exact, Expected(1e12)).right
    assert not told(0.3001, exact, Expected(0.3)).right


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("promoters", True),
        (" Promoters ", True),
        ("detractors", True),
        ("ＰＲＯＭＯＴＥＲＳ", True),
        ("passives", False),
        ("", False),
    ],
)
def test_a_text_is_compared_without_case_width_and_white_space(value: str, right: bool) -> None:
    assert told(value, TEXT, Expected("Promoters")).right == right


def test_a_choice_may_be_answered_with_its_label_in_either_language() -> None:
    mistake = Expected("mix", (Mistake("STA-2", "service", SAY),))
    assert [told(v, CHOICE, mistake).outcome for v in ("mix", "构成变了", "服务变了")] == [
        "right",
        "right",
        "mistake",
    ]


def test_choices_are_a_set() -> None:
    both = Expected(["mix", "service"])
    assert told(["service", "mix"], CHOICES, both).right
    assert told(["mix"], CHOICES, both).outcome == "wrong"
    assert told([], CHOICES, both).outcome == "wrong"


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame(_RIGHT["rows"], columns=["type", "csat"]),
        pd.DataFrame(_RIGHT["rows"], columns=["type", "csat"]).iloc[::-1],
        pd.DataFrame(_RIGHT["rows"], columns=["客户类型", "满意度"]),
        pd.DataFrame(_RIGHT["rows"], columns=[" Type ", "CSAT"]),
        pd.DataFrame(_RIGHT["rows"], columns=["kind", "share of 4 and 5"]),
        pd.DataFrame(_RIGHT["rows"], columns=["type", "share of 4 and 5"])[["share of 4 and 5", "type"]],
        pd.DataFrame(_RIGHT["rows"], columns=["kind", "满意度"])[["满意度", "kind"]],
        pd.DataFrame(_RIGHT["rows"], columns=["type", "csat"]).assign(n=[10, 20, 30]),
        pd.DataFrame(_RIGHT["rows"], columns=["type", "csat"])[["csat", "type"]],
        pd.DataFrame(_RIGHT["rows"], columns=["type", "csat"]).set_index("type"),
        pd.DataFrame(_RIGHT["rows"], columns=["type", "csat"]).set_index("type")["csat"],
        pd.DataFrame([["企业客户", 71.5], ["b2c", 64], ["Government", 80]], columns=["type", "csat"]),
        pd.DataFrame([["business", 71.57], ["B2C", 63.95], ["政府", 80.05]], columns=["客户类型", "csat"]),
    ],
)
def test_a_table_is_right_whatever_its_order_names_and_labels(value: Any) -> None:
    assert told(value, TABLE, PARTS).right


@pytest.mark.parametrize(
    ("rows", "columns", "outcome", "detail"),
    [
        (_FIVES["rows"], ["type", "csat"], "mistake", ""),
        (_FIVES["rows"][::-1], ["客户类型", "满意度"], "mistake", ""),
        (_RIGHT["rows"][:2], ["type", "csat"], "wrong", "Rows missing: 1 of 3; the first: G"),
        ([], ["type", "csat"], "wrong", "Rows missing: 3 of 3; the first: B2B"),
        ([*_RIGHT["rows"], ["X", 1]], ["type", "csat"], "wrong", "1 row doesn't belong: X"),
        ([*_RIGHT["rows"], ["政府", 80]], ["type", "csat"], "wrong", "there more than once: 政府"),
        (
            [["B2B", 71.52], ["B2C", 64.06], ["G", 80]],
            ["type", "csat"],
            "wrong",
            "first:\nB2C: `csat` is 64.06",
        ),
        ([["B2B", 71.52], ["B2C", None], ["G", 80]], ["type", "csat"], "wrong", "Rows that differ: 1 of 3"),
        ([["B2B", 71.52], ["B2C", "64 %"], ["G", 80]], ["type", "csat"], "wrong", "is 64 %"),
        ([[71.52], [64], [80]], ["csat"], "invalid", "Expected the columns type, csat; found"),
        (
            [[1, 71.52, "B2B"], [2, 64, "B2C"], [3, 80, "G"]],
            ["n", "share", "kind"],
            "invalid",
            "Expected the columns type, csat; found n, share, kind",
        ),
    ],
)
def test_it_says_where_a_table_differs(
    rows: list[list[Any]], columns: list[str], outcome: str, detail: str
) -> None:
    verdict = judge(TABLE, PARTS, {"state": "given", "value": {"columns": columns, "rows": rows}})
    assert verdict.outcome == outcome
    assert detail in verdict.detail


def test_where_a_table_differs_is_said_in_the_language_in_use() -> None:
    use_language("zh")
    verdict = told(pd.DataFrame(_RIGHT["rows"][:1], columns=["type", "csat"]), TABLE, PARTS)
    assert "rows" not in verdict.detail


def test_the_detail_of_a_wrong_table_never_tells_the_right_value() -> None:
    wrong = [["B2B", 1.0], ["B2C", 2.0], ["G", 3.0]]
    detail = told(pd.DataFrame(wrong, columns=["type", "csat"]), TABLE, PARTS).detail
    assert detail
    assert not any(str(right) in detail for _type, right in _RIGHT["rows"])


def test_a_key_of_two_columns_identifies_a_row() -> None:
    rows = [["G", "2025-Q1", 70.0], ["G", "2025-Q2", 71.0], ["B2B", "2025-Q1", 60.0]]
    expected = Expected({"columns": ["type", "quarter", "csat"], "rows": rows})
    frame = pd.DataFrame(rows, columns=["type", "季度", "csat"]).sort_values("csat")
    assert told(frame.set_index(["季度", "type"]), LONG, expected).right
    assert not told(frame.assign(季度="2025-Q1"), LONG, expected).right


def test_a_year_is_the_same_key_as_a_number_or_a_text() -> None:
    yearly = replace(TABLE, columns=(replace(TABLE.columns[0], labels={}), TABLE.columns[1]))
    expected = Expected({"columns": ["type", "csat"], "rows": [[2024.0, 1.0], [2025.0, 2.0]]})
    for keys in ([2024, 2025], ["2024", "2025"], [2024.0, 2025.0]):
        assert told(pd.DataFrame({"type": keys, "csat": [1.0, 2.0]}), yearly, expected).right


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_names = st.sampled_from(["type", "csat", "客户类型", "", "x"]) | _json
_grid = st.integers(0, 3).flatmap(
    lambda width: st.fixed_dictionaries(
        {
            "columns": st.lists(_names, min_size=width, max_size=width),
            "rows": st.lists(st.lists(_json, min_size=width, max_size=width), max_size=3),
        }
    )
)
_RIGHTS = {
    "number": SCORE,
    "text": Expected("promoters"),
    "choice": Expected("mix"),
    "choices": Expected(["mix"]),
    "table": PARTS,
}


@given(
    st.sampled_from(ALL), _json | st.fixed_dictionaries({"state": st.just("given"), "value": _json | _grid})
)
def test_nothing_that_comes_out_of_a_sandbox_makes_it_raise(answer: Answer, payload: Any) -> None:
    verdict = judge(answer, _RIGHTS[answer.type], payload)
    assert verdict.name == answer.name
    assert verdict.outcome in {"right", "mistake", "convention", "wrong", "not attempted", "invalid"}


@given(st.permutations(_RIGHT["rows"]), st.permutations([0, 1]), st.floats(-0.05, 0.05))
def test_neither_order_nor_what_lies_within_tolerance_matters(
    rows: list[list[Any]], columns: list[int], off: float
) -> None:
    moved = [[kind, share + off] for kind, share in rows]
    value = {
        "columns": [_RIGHT["columns"][i] for i in columns],
        "rows": [[row[i] for i in columns] for row in moved],
    }
    assert matches(TABLE, _RIGHT, value)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e3), st.floats(0, 1))
def test_a_number_matches_itself_and_what_lies_within_its_tolerance(
    right: float, tolerance: float, part: float
) -> None:
    answer = replace(NUMBER, tolerance=tolerance)
    assert matches(answer, right, right)
    assert matches(answer, right, right + part * tolerance)
    assert not matches(answer, right, right + 1.01 * tolerance + 0.01)
