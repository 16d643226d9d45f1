"""Tables are compared whole and by key, whatever their order and types, and differences are named."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asked import ASK, TABLE
from hypothesis import given
from hypothesis import strategies as st

from trainkit.course.answers import pack
from trainkit.course.judge import judge, matches
from trainkit.course.model import Answer, Column, Expected, Mistake
from trainkit.course.tables import compare

MONTHS = Answer(
    "churn",
    "table",
    ASK,
    key=("month",),
    columns=(
        Column("month", "月份"),
        Column("rate", "流失率", tolerance=0.05, unit="%"),
        Column("worst", "最差", labels={"B2B": ("business", "企业客户")}),
    ),
)
ROWS = [[f"2025-{m:02}-01", 10.0 + m / 4, "B2B" if m % 2 else "G"] for m in range(1, 13)]
RIGHT = pd.DataFrame(ROWS, columns=["month", "rate", "worst"])
PLAIN = pack(RIGHT, MONTHS)["value"]


def told(frame: Any, answer: Answer = MONTHS, right: Any = PLAIN, **more: Any) -> Any:
    return judge(answer, Expected(right), pack(frame, answer), **more)


@pytest.mark.parametrize(
    "frame",
    [
        RIGHT,
        RIGHT.assign(month=pd.to_datetime(RIGHT["month"])),
        RIGHT.assign(month=pd.to_datetime(RIGHT["month"]).dt.date),
        RIGHT.assign(month=pd.to_datetime(RIGHT["month"]).dt.strftime("%Y/%m/%d")),
        RIGHT.assign(month=[f"2025年{m}月1日" for m in range(1, 13)]),
        RIGHT.assign(month=[f"2025-{m}-1 00:00:00" for m in range(1, 13)]),
        RIGHT.assign(rate=[Decimal(str(rate)) for rate in RIGHT["rate"]]),
        RIGHT.assign(rate=RIGHT["rate"].astype(str)),
        RIGHT.assign(rate=RIGHT["rate"].astype("float32")),
        RIGHT.assign(rate=RIGHT["rate"].astype("Float64")),
        RIGHT.assign(rate=[f" {rate:.2f}".replace("1", "１") for rate in RIGHT["rate"]]),
        RIGHT.assign(worst=RIGHT["worst"].astype("category")),
        RIGHT.assign(worst=RIGHT["worst"].replace("B2B", "企业客户")),
        RIGHT.assign(worst=RIGHT["worst"].replace("B2B", " BUSINESS ")),
        RIGHT.set_index("month"),
        RIGHT.set_index(pd.DatetimeIndex(RIGHT["month"], name="month"))[["worst", "rate"]],
        RIGHT.rename(columns={"month": "月份", "rate": "流失率"}),
        RIGHT.sample(frac=1, random_state=1),
        RIGHT.convert_dtypes(),
        RIGHT.to_dict("records"),
    ],
)
def test_order_types_and_spellings_make_no_difference(frame: Any) -> None:
    assert told(frame).right


@pytest.mark.parametrize(
    ("right", "given", "same"),
    [
        (3.0, 3, True),
        (3.0, "3", True),
        (3.0, "3.0", True),
        (3.0, True, False),
        (1.0, True, True),
        (True, 1, True),
        (True, "True", True),
        (True, False, False),
        ("2025-Q4", "2025Q4", True),
        ("2025-Q4", pd.Period("2025Q4"), True),
        ("2025-Q4", "2025-Q3", False),
        ("07", 7, False),
        ("07", "７", False),
        ("C0012", "c0012 ", True),
        (0.3, 0.1 + 0.2, True),
        (0.3, 0.3001, False),
        (None, np.nan, True),
        (None, pd.NaT, True),
        (None, "", True),
        (None, 0, False),
        (0.0, None, False),
        (dt.date(2025, 1, 2), "2025/1/2", True),
        (dt.datetime(2025, 1, 2, 9, 30), "2025-01-02 09:30:00", True),
        (dt.datetime(2025, 1, 2, 9, 30), "2025/1/2 09:30", True),
        (dt.datetime(2025, 1, 2, 9, 30), "2025-01-02 09:30:01", False),
        (dt.datetime(2025, 1, 2, 9, 30), "2025-01-02", False),
        (12345678.0, 12345678, True),
    ],
)
def test_a_cell_without_tolerance_is_compared_by_what_it_says(right: Any, given: Any, same: bool) -> None:
    answer = replace(TABLE, columns=(Column("type"), Column("csat")))
    table = {"columns": ["type", "csat"], "rows": [["a", pack_cell(right)]]}
    frame = pd.DataFrame({"type": ["a"], "csat": pd.Series([given], dtype=object)})
    assert told(frame, answer, table).right is same


@pytest.mark.parametrize("given", [0.1 + 0.2, "0.3", "0.30"])
def test_a_key_that_is_a_number_is_found_however_it_was_computed_or_written(given: Any) -> None:
    table = {"columns": ["type", "csat"], "rows": [[0.3, 1.0]]}
    frame = pd.DataFrame({"type": pd.Series([given], dtype=object), "csat": [1.0]})
    assert told(frame, TABLE, table).right


@pytest.mark.parametrize(("code", "label"), [("2025Q4", "第四季度"), ("True", "是"), ("1.0", "一")])
def test_a_label_is_found_whatever_its_code_looks_like(code: str, label: str) -> None:
    answer = replace(TABLE, columns=(Column("type", labels={code: (label,)}), TABLE.columns[1]))
    table = pack(pd.DataFrame({"type": [code], "csat": [1.0]}), answer)["value"]
    assert told(pd.DataFrame({"type": [label], "csat": [1.0]}), answer, table).right


def test_rows_of_one_key_may_stand_in_any_order_even_if_only_texts_tell_them_apart() -> None:
    answer = replace(MONTHS, columns=(Column("month"), Column("worst")))
    right = pd.DataFrame([["2025-01-01", "G"], ["2025-01-01", "B2B"]], columns=["month", "worst"])
    assert told(right.iloc[::-1], answer, pack(right, answer)["value"]).right


def test_every_row_that_doesn_t_belong_is_counted() -> None:
    extra = pd.DataFrame([["2026-01-01", 1.0, "G"]] * 5, columns=RIGHT.columns)
    detail = told(pd.concat([RIGHT, extra])).detail
    assert detail.startswith("5 rows don't belong; the first: 2026-01-01")


def pack_cell(value: Any) -> Any:
    frame = pd.DataFrame({"type": ["a"], "csat": pd.Series([value], dtype=object)})
    return pack(frame, TABLE)["value"]["rows"][0][1]


def test_a_model_solution_may_have_its_columns_in_any_order() -> None:
    turned = pack(RIGHT[["worst", "rate", "month"]], MONTHS)["value"]
    assert told(RIGHT, right=turned).right


def test_up_to_three_differences_of_each_kind_are_named_with_what_was_given() -> None:
    wrong = RIGHT.assign(rate=[99.0] * 5 + list(RIGHT["rate"][5:]))
    wrong = pd.concat([wrong.iloc[:-4], pd.DataFrame([["2026-01-01", 1.0, "G"]], columns=wrong.columns)])
    wrong = pd.concat([wrong, wrong.iloc[[6]]])
    detail = told(wrong).detail
    assert detail.splitlines() == [
        "Rows missing: 4 of 12; the first: 2025-09-01, 2025-10-01, 2025-11-01.",
        "1 row doesn't belong: 2026-01-01.",
        "Rows that are there more than once: 2025-07-01.",
        "Rows that differ: 5 of 12; the first:",
        "2025-01-01: `rate` is 99",
        "2025-02-01: `rate` is 99",
        "2025-03-01: `rate` is 99",
    ]


def test_an_examination_names_no_row_of_its_key() -> None:
    detail = told(RIGHT.iloc[:-2].assign(rate=1.0), examination=True).detail
    assert "Rows missing: 2 of 12." in detail
    assert "2025-11" not in detail


@given(st.integers(0, 2**32), st.booleans())
def test_what_is_said_of_a_wrong_table_holds_no_right_value(seed: int, examination: bool) -> None:
    """Each right number is unlike all others, so that it would be found in the text."""
    luck = random.Random(seed)
    secret = [[f"K{i}", luck.uniform(1000, 9999)] for i in range(8)]
    answer = replace(TABLE, columns=(Column("type"), Column("csat", tolerance=0.05)))
    given = [[key, -1.0 - i] for i, (key, _value) in enumerate(secret) if luck.random() < 0.7]
    value = {"columns": ["type", "csat"], "rows": given}
    expected = Expected({"columns": ["type", "csat"], "rows": secret})
    detail = judge(answer, expected, {"state": "given", "value": value}, examination=examination).detail
    assert detail
    assert not any(f"{number:.3f}"[:5] in detail for _key, number in secret)
    if examination:
        mine = {key for key, _number in given}
        assert not any(key in detail for key, _number in secret if key not in mine)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rate: rate / 100, "`rate`: That is a share between 0 and 1"),
        (lambda rate: round(rate), "`rate`: That is rounded too much. Decimals asked for: 1."),
    ],
)
def test_a_column_in_another_convention_is_named(change: Any, said: str) -> None:
    verdict = told(RIGHT.assign(rate=[change(rate) for rate in RIGHT["rate"]]))
    assert verdict.outcome == "convention"
    assert verdict.detail.startswith(said)


STEEP = [10.6 + 3.3 * m for m in range(12)]


@pytest.mark.parametrize(
    ("rates", "kind", "said"),
    [
        ([100 * rate for rate in STEEP], "hundredfold", "`rate`: That is a hundred times"),
        ([-rate for rate in STEEP], "sign", "`rate`: That is the right size with the wrong sign"),
        ([9.1, *STEEP[:-1]], "beside", "`rate`: Those are numbers of the rows above or below."),
        ([*STEEP[1:], None], "beside", "`rate`: Those are numbers of the rows above or below."),
        (
            [*STEEP[:4], STEEP[5], STEEP[4], *STEEP[6:]],
            "beside",
            "`rate`: Those are numbers of the rows above",
        ),
    ],
)
def test_a_column_with_a_slip_is_named_and_wrong(rates: list[Any], kind: str, said: str) -> None:
    right = pack(RIGHT.assign(rate=STEEP), MONTHS)["value"]
    verdict = told(RIGHT.assign(rate=rates), right=right)
    assert (verdict.outcome, verdict.slip) == ("wrong", kind)
    assert verdict.detail.startswith(said)


def test_one_number_in_all_rows_is_said_to_be_that() -> None:
    said = "`rate` holds the same number in all rows. Was it computed for each of them?"
    assert told(RIGHT.assign(rate=11.4)).detail.splitlines()[-1] == said
    assert said not in told(RIGHT.assign(rate=[11.4] * 11 + [11.5])).detail


def test_a_table_with_far_too_many_rows_is_not_compared_row_by_row() -> None:
    assert told(pd.concat([RIGHT] * 3)).detail == "Far too many rows: 36 instead of 12."


@pytest.mark.parametrize(
    "frame",
    [
        RIGHT.assign(rate=[0.1025, *RIGHT["rate"][1:-1], 99.0]),
        RIGHT.assign(rate=RIGHT["rate"] / 100).iloc[:-1],
        RIGHT.assign(rate=RIGHT["rate"] / 100, worst="G"),
        RIGHT.assign(rate=[f"{rate} %" for rate in RIGHT["rate"]]),
    ],
)
def test_a_table_that_is_wrong_otherwise_is_wrong(frame: pd.DataFrame) -> None:
    assert told(frame).outcome == "wrong"


def test_a_mistake_that_doubles_rows_is_recognized() -> None:
    """A join that multiplies rows is a typical mistake, and its table has no unique key."""
    doubled = pack(pd.concat([RIGHT, RIGHT.assign(rate=1.0)]), MONTHS)["value"]
    known = Expected(PLAIN, (Mistake("V360-2", doubled, {"en": "", "zh": ""}),))
    given = pd.concat([RIGHT.assign(rate=1.0), RIGHT]).sample(frac=1, random_state=2)
    verdict = judge(MONTHS, known, pack(given, MONTHS))
    assert (verdict.outcome, verdict.codes) == ("mistake", ("V360-2",))


def test_a_table_without_the_columns_is_invalid_and_kept() -> None:
    verdict = told(pd.DataFrame([[1, 2, 3, 4]], columns=list("abcd")))
    assert (verdict.outcome, verdict.value["columns"]) == ("invalid", list("abcd"))
    assert verdict.detail == "Expected the columns month, rate, worst; found a, b, c, d."


cells = (
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.sampled_from(["a", "2025-01-01", "３"])
)
tables = st.lists(st.tuples(cells, cells, cells), max_size=6).map(
    lambda rows: pack({"columns": ["month", "rate", "worst"], "rows": [list(r) for r in rows]}, MONTHS)[
        "value"
    ]
)


@given(tables, st.randoms(use_true_random=False))
def test_a_table_equals_itself_in_any_order(table: Any, luck: random.Random) -> None:
    rows = [list(row) for row in table["rows"]]
    if len({str(row[0]).casefold() for row in rows}) < len(rows):
        rows = rows[:1]  # rows of one key are told apart by numbers alone
    mixed = luck.sample(rows, len(rows))
    assert not compare(MONTHS, {**table, "rows": rows}, {**table, "rows": mixed})


@given(tables, tables)
def test_two_tables_match_or_something_is_said_of_them(one: Any, other: Any) -> None:
    found = compare(MONTHS, one, other)
    assert matches(MONTHS, one, other) is not bool(found)
    assert bool(found) is bool(found.describe())
