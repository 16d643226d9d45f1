"""Whatever a variable holds becomes bounded plain data, or a reason why it is no answer."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asked import ALL, CHOICE, CHOICES, LONG, NUMBER, TABLE, TEXT
from hypothesis import given
from hypothesis import strategies as st

from trainkit.course.answers import (
    GIVEN,
    INVALID,
    MAX_COLUMNS,
    MAX_REASON,
    MAX_ROWS,
    MAX_TEXT,
    NOT_ATTEMPTED,
    pack,
    validate,
)
from trainkit.course.model import Answer
from trainkit.course.texts import fold
from trainkit.i18n import use_language


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (35, 35.0),
        (35.5, 35.5),
        (np.float64(35.5), 35.5),
        (np.int64(35), 35.0),
        (np.float32(0.5), 0.5),
        (Decimal("35.5"), 35.5),
        (Fraction(71, 2), 35.5),
        (pd.Series([35.5]), 35.5),
        (pd.Series([35], dtype="Int64"), 35.0),
        (np.array([35.5]), 35.5),
        (np.array(35.5), 35.5),
        (np.array([[35.5]]), 35.5),
        (-0.0, 0.0),
    ],
)
def test_one_number_is_a_number_however_it_is_wrapped(value: Any, number: float) -> None:
    payload = pack(value, NUMBER)
    assert (payload["state"], payload["value"]) == (GIVEN, number)
    assert type(payload["value"]) is float


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "Did a function end without `return`?"),
        (float("nan"), "Look for a division by zero or for missing values"),
        (np.nan, "missing values"),
        (float("inf"), "inf"),
        (-np.inf, "-inf"),
        (10**400, "inf"),
        (Decimal("NaN"), "nan"),
        (Decimal("sNaN"), "nan"),
        (pd.Series([None], dtype="float64"), "nan"),
        (pd.NA, "it is a missing value"),
        (pd.NaT, "it is a missing value"),
        (True, "it is true or false"),
        (np.bool_(True), "it is true or false"),
        ("about 35", "“about” doesn't belong in a number."),
        ("nan", "“nan” doesn't belong in a number."),
        (3 + 0j, "it is a number with an imaginary part"),
        ([35], "it is a list"),
        ({"nps": 35}, "it is a dictionary"),
        (pd.Series([1.0, 2.0]), "holds 2 values"),
        (pd.Series([], dtype="float64"), "holds 0 values"),
        (pd.DataFrame({"nps": [35.0]}), "it is a table"),
        (dt.date(2025, 1, 1), "it is a date"),
        (np.datetime64("2025-01-01"), "it is a date"),
        (len, "it is a function"),
        (NotImplemented, "it is something else"),
    ],
)
def test_what_is_no_number_is_invalid_and_says_why(value: Any, reason: str) -> None:
    payload = pack(value, NUMBER)
    assert payload["state"] == INVALID
    assert "value" not in payload
    assert reason in payload["reason"]


@pytest.mark.parametrize("answer", ALL, ids=lambda a: a.type)
def test_an_ellipsis_is_not_attempted(answer: Answer) -> None:
    assert pack(..., answer) == {"name": answer.name, "type": answer.type, "state": NOT_ATTEMPTED}


@pytest.mark.parametrize("answer", ALL, ids=lambda a: a.type)
def test_none_is_invalid_whatever_is_asked(answer: Answer) -> None:
    assert "without `return`" in pack(None, answer)["reason"]


def test_reasons_are_in_the_language_in_use() -> None:
    use_language("zh")
    assert "\u4e00" <= max(pack(None, NUMBER)["reason"]) <= "\uffef"


@pytest.mark.parametrize(
    ("value", "state", "found"),
    [
        (" detractors \n", GIVEN, "detractors"),
        ("贬损者", GIVEN, "贬损者"),
        ("", GIVEN, ""),
        ("x" * MAX_TEXT, GIVEN, "x" * MAX_TEXT),
        ("x" * (MAX_TEXT + 1), INVALID, f"{MAX_TEXT + 1:,} characters"),
        (5, INVALID, "it is a number"),
        (b"detractors", INVALID, "it is something else"),
        (["detractors"], INVALID, "it is a list"),
        ("a\ud800b", GIVEN, "a?b"),
    ],
)
def test_a_text_is_kept_up_to_its_limit(value: Any, state: str, found: str) -> None:
    payload = pack(value, TEXT)
    assert payload["state"] == state
    assert found in payload.get("value", payload.get("reason"))


@pytest.mark.parametrize(
    "value", ["mix", " MIX ", "The mix moved", "the mix  moved", "构成变了", "ｍｉｘ", np.str_("mix")]
)
def test_a_choice_is_named_by_its_id_or_by_its_label_in_either_language(value: Any) -> None:
    assert pack(value, CHOICE)["value"] == "mix"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("weather", 'none of the choices: `"mix"`, `"service"`'),
        ("", "none of the choices"),
        (1, "it is a number"),
        (["mix"], "it is a list"),
        ("x" * 1000, "…"),
    ],
)
def test_another_choice_is_invalid(value: Any, reason: str) -> None:
    payload = pack(value, CHOICE)
    assert payload["state"] == INVALID
    assert reason in payload["reason"]
    assert len(payload["reason"]) < 400


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (["service", "mix"], ["mix", "service"]),
        ({"service"}, ["service"]),
        (("mix", "构成变了"), ["mix"]),
        ("mix", ["mix"]),
        (pd.Series(["service", "mix"]), ["mix", "service"]),
        (np.array(["mix"]), ["mix"]),
        ([], []),
    ],
)
def test_choices_come_in_the_order_in_which_they_are_offered(value: Any, found: list[str]) -> None:
    assert pack(value, CHOICES)["value"] == found


@pytest.mark.parametrize("value", [["mix", "weather"], 3, {"mix": True}, ["mix"] * 1000, [None], np.array(5)])
def test_choices_that_are_none_are_invalid(value: Any) -> None:
    assert pack(value, CHOICES)["state"] == INVALID


_ROWS = [["B2B", 71.5], ["G", 80.0]]
_FRAME = pd.DataFrame(_ROWS, columns=["type", "csat"])


@pytest.mark.parametrize(
    ("value", "columns", "rows"),
    [
        (_FRAME, ["type", "csat"], _ROWS),
        (_FRAME.set_index("type"), ["type", "csat"], _ROWS),
        (_FRAME.set_index("type")["csat"], ["type", "csat"], _ROWS),
        (pd.Series({"B2B": 71.5, "G": 80.0}), ["index", "value"], _ROWS),
        (_FRAME.to_dict("list"), ["type", "csat"], _ROWS),
        (_FRAME.to_dict("records"), ["type", "csat"], _ROWS),
        ({"columns": ["type", "csat"], "rows": _ROWS}, ["type", "csat"], _ROWS),
        (_FRAME.astype({"type": "category"}), ["type", "csat"], _ROWS),
        (_FRAME.astype({"csat": "Float64"}), ["type", "csat"], _ROWS),
        (_FRAME.iloc[::-1], ["type", "csat"], _ROWS[::-1]),
        (_FRAME.iloc[:0], ["type", "csat"], []),
        (_FRAME.set_axis(["type", "type"], axis=1), ["type", "type"], _ROWS),
        (_FRAME.set_axis([2024, 2025], axis=1), ["2024", "2025"], _ROWS),
        (_FRAME.assign(csat=[71.5, None]), ["type", "csat"], [["B2B", 71.5], ["G", None]]),
        (
            _FRAME.set_axis(pd.MultiIndex.from_tuples([("type", ""), ("csat", "mean")]), axis=1),
            ["type", "csat_mean"],
            _ROWS,
        ),
        (_FRAME.groupby("type").agg({"csat": ["mean"]}), ["type", "csat_mean"], _ROWS),
    ],
)
def test_tables_of_every_shape_become_columns_and_rows(
    value: Any, columns: list[str], rows: list[list[Any]]
) -> None:
    assert pack(value, TABLE)["value"] == {"columns": columns, "rows": rows}


def test_a_multi_index_holds_key_columns() -> None:
    frame = pd.DataFrame(
        {"type": ["G", "G"], "quarter": ["2025-Q1", "2025-Q2"], "csat": [70.0, 71.0]}
    ).set_index(["type", "quarter"])
    assert pack(frame, LONG)["value"]["columns"] == ["type", "quarter", "csat"]


def test_an_index_of_the_name_of_a_column_comes_along() -> None:
    frame = _FRAME.set_index("type", drop=False)
    assert pack(frame, TABLE)["value"]["columns"] == ["type", "type", "csat"]


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        (pd.Timestamp("2025-03-01"), "2025-03-01"),
        (pd.Timestamp("2025-03-01 10:30"), "2025-03-01T10:30:00"),
        (dt.datetime(2025, 3, 1), "2025-03-01"),
        (dt.date(2025, 3, 1), "2025-03-01"),
        (pd.NaT, None),
        (pd.NA, None),
        (None, None),
        (np.nan, None),
        (np.inf, None),
        (10**400, None),
        (pd.Period("2025Q4"), "2025Q4"),
        (Decimal("1.5"), 1.5),
        (np.bool_(True), True),
        (np.int8(3), 3.0),
        (True, True),
        ("x" * 500, "x" * 199 + "…"),
        ("\ud800", "?"),
        ([1, 2], "[1, 2]"),
        (np.array([1, 2]), "[1 2]"),
        ([[[[[[1]]]]]], "[[[[...]]]]"),
        (pd.Interval(0, 1), "(0, 1]"),
    ],
)
def test_a_cell_is_plain_data(cell: Any, plain: Any) -> None:
    frame = pd.DataFrame({"type": ["G"], "csat": pd.Series([cell], dtype=object)})
    found = pack(frame, TABLE)["value"]["rows"][0][1]
    assert found == plain
    assert type(found) is type(plain)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (pd.DataFrame({"a": range(MAX_ROWS + 1)}).set_index("a", drop=False), f"{MAX_ROWS:,}"),
        (pd.DataFrame({"a": range(MAX_ROWS + 1)}), "At most"),
        (pd.DataFrame(np.zeros((1, MAX_COLUMNS + 1))), "51 columns"),
        ({"columns": ["a"], "rows": [[1]] * (MAX_ROWS + 1)}, "10,001 rows"),
        (71.5, "it is a number"),
        ("type,csat", "it is a text"),
        ({"type": ["B2B"], "csat": [1, 2]}, "could not be read as a table"),
        ({"type": "B2B"}, "could not be read as a table"),
        (np.zeros(3), "it is an array"),
    ],
)
def test_what_is_no_table_or_too_large_is_invalid(value: Any, reason: str) -> None:
    payload = pack(value, TABLE)
    assert payload["state"] == INVALID
    assert reason in payload["reason"]


def test_packing_leaves_the_trainees_frame_as_it_was() -> None:
    frame = _FRAME.set_index("type")
    pack(frame, TABLE)
    pd.testing.assert_frame_equal(frame, _FRAME.set_index("type"))


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "given",
        {},
        {"state": "right"},
        {"state": None},
        {"state": ["given"]},
        {"value": 35},
        {"state": "given"},
        {"state": "given", "value": [35]},
        {"state": "given", "value": {"__class__": "float"}},
        {"state": "given", "value": True},
        {"state": "given", "value": "about 35"},
        {"state": "given", "value": float("nan")},
    ],
)
def test_a_forged_payload_is_invalid(payload: Any) -> None:
    assert validate(payload, NUMBER)["state"] == INVALID


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        [["B2B", 1]],
        {"columns": ["type"]},
        {"columns": "type", "rows": []},
        {"columns": ["type", "csat"], "rows": [["B2B"]]},
        {"columns": ["type", "csat"], "rows": {"B2B": 1}},
        {"columns": ["type", "csat"], "rows": [["B2B", 1]], "more": 1},
        {"columns": ["a"] * (MAX_COLUMNS + 1), "rows": []},
        {"type": ["B2B"], "csat": [1]},
    ],
)
def test_a_forged_table_is_invalid(value: Any) -> None:
    assert validate({"state": "given", "value": value}, TABLE)["state"] == INVALID


def test_only_what_is_expected_of_a_payload_is_kept() -> None:
    forged = {"name": "other", "type": "table", "state": "given", "value": 35, "outcome": "right"}
    assert validate(forged, NUMBER) == pack(35, NUMBER)


def test_the_reason_of_an_invalid_payload_is_kept_and_bounded() -> None:
    payload = validate({"state": "invalid", "reason": "no\r\n\x1b[2Jnumber\u202e" + "x" * 10_000}, NUMBER)
    assert payload["reason"].startswith("no [2Jnumber xxx")
    assert len(payload["reason"]) == MAX_REASON


class Hostile:
    """An object that raises when it's looked at."""

    def __str__(self) -> str:
        raise RuntimeError("boo")

    @property
    def item(self) -> Any:
        raise RuntimeError("boo")


@pytest.mark.parametrize("answer", ALL, ids=lambda a: a.type)
@pytest.mark.parametrize("value", [Hostile(), [Hostile()], pd.DataFrame({"type": [Hostile()], "csat": [1]})])
def test_an_object_that_raises_costs_its_own_answer_only(value: Any, answer: Answer) -> None:
    assert pack(value, answer)["state"] == INVALID


_cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=300),
    st.dates(),
    st.datetimes(),
    st.decimals(),
    st.lists(st.integers(), max_size=3),
)
_tables = st.integers(1, 4).flatmap(
    lambda width: st.builds(
        lambda names, rows: pd.DataFrame(rows, columns=names, dtype=object),
        st.lists(st.text(max_size=9) | st.integers(0, 9), min_size=width, max_size=width),
        st.lists(st.lists(_cells, min_size=width, max_size=width), max_size=4),
    )
)
_values = st.one_of(
    _cells,
    _tables,
    st.sampled_from(["mix", "service", "构成变了", ...]),
    st.lists(st.sampled_from(["mix", "service", "weather"]), max_size=4),
    st.sets(st.sampled_from(["mix", "service"])),
)


@given(_values, st.sampled_from([*ALL, LONG]))
def test_what_was_packed_is_json_and_stays_the_same_when_validated(value: Any, answer: Answer) -> None:
    payload = pack(value, answer)
    travelled = json.loads(json.dumps(payload, allow_nan=False))
    assert travelled == payload
    assert validate(travelled, answer) == payload
    json.dumps(payload, ensure_ascii=False).encode()  # it can be stored


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_forged = _json | st.fixed_dictionaries(
    {"state": st.sampled_from([GIVEN, INVALID, NOT_ATTEMPTED]) | _json},
    optional={
        "reason": _json,
        "value": _json
        | st.fixed_dictionaries({"columns": st.lists(_json, max_size=2), "rows": st.lists(st.lists(_json))}),
    },
)


@given(_forged, st.sampled_from(ALL))
def test_nothing_that_comes_from_outside_makes_it_raise(forged: Any, answer: Answer) -> None:
    checked = validate(forged, answer)
    assert checked["state"] in (GIVEN, INVALID, NOT_ATTEMPTED)
    assert validate(checked, answer) == checked
    json.dumps(checked, allow_nan=False, ensure_ascii=False).encode()


@given(st.text(alphabet=st.characters(codec="gb2312")))
def test_case_white_space_and_full_width_forms_make_no_difference(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert fold(text) == fold(f" {text}\u3000") == fold(wide) == fold(text.swapcase())
