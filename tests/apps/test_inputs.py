"""What people type and upload is read as they mean it, or refused with the reason."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from asked import ALL, CHOICE, CHOICES, NUMBER, TABLE, TEXT
from hypothesis import given
from hypothesis import strategies as st

from trainkit.apps import inputs
from trainkit.apps.inputs import make_input, read_csv
from trainkit.course.answers import MAX_ROWS, MAX_TEXT, pack
from trainkit.course.model import Answer
from trainkit.course.naming import in_plain_words
from trainkit.course.typed import as_typed, number_for, read_number
from trainkit.i18n import use_language


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("35", 35.0),
        (" 35.5 ", 35.5),
        ("35,5", 35.5),
        ("-3.5", -3.5),
        ("−3.5", -3.5),
        ("–3.5", -3.5),
        ("+3", 3.0),
        ("46.7%", 46.7),
        ("46,7 %", 46.7),
        ("46.7％", 46.7),
        ("35 points", 35.0),
        ("1 point", 1.0),
        ("35 分", 35.0),
        ("-2.6 个百分点", -2.6),
        ("2.6百分点", 2.6),
        ("19。7", 19.7),
        ("—2.5", -2.5),
        ("－２．５", -2.5),
        ("1.234,5", 1234.5),
        ("1.234.567", 1234567.0),
        ("1'234.5", 1234.5),
        ("¥1,234.50", 1234.5),
        ("46.7 per cent", 46.7),
        ("1,234,567.8", 1234567.8),
        ("1 234,5", 1234.5),
        ("1_000", 1000.0),
        ("１２３．４", 123.4),
        ("１，２３４．５", 1234.5),
        ("0,123", 0.123),
        ("-0,125", -0.125),
        ("12,34", 12.34),
        ("1e3", 1000.0),
        (".5", 0.5),
    ],
)
def test_a_number_is_read_as_people_type_it(typed: str, number: float) -> None:
    assert read_number(typed) == number


@pytest.mark.parametrize(
    "typed", ["about 5", "1.2.3", "1,2,3", "5 or 6", "–", "%", "35 Punkte", "1/3", "=A1", "1,234", "nan"]
)
def test_what_is_no_number_comes_back_as_it_is(typed: str) -> None:
    assert read_number(typed) == typed
    assert pack(typed, replace(NUMBER, unit=""))["state"] == "invalid"


@pytest.mark.parametrize(
    ("unit", "tolerance", "number"),
    [
        ("points", 0.05, 19.717),
        ("%", 0.5, 19.717),
        ("percentage points", 0.05, 19.717),
        ("CNY", 0.5, 19717.0),
        ("", 0.5, 19717.0),
        ("CNY", 0.01, None),
        ("", 0.0, None),
    ],
)
def test_one_comma_before_three_digits_is_read_by_what_is_asked_for_or_asked_back(unit, tolerance, number):
    answer = replace(NUMBER, unit=unit, tolerance=tolerance)
    assert number_for("19,717", answer) == number
    payload = pack("19,717", answer)
    assert payload.get("value") == number
    if number is None:
        assert (
            payload["reason"]
            == "`nps` should be a number. 19,717 can be 19717 or 19.717. Type the one that you mean."
        )


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "typed", ["about 5", "1.2.3", "28#2", "x", "=A1", "一二", "", "19,717", "--3", "1e999"]
)
def test_what_cannot_be_read_says_which_sign_and_no_type_of_python(typed: str, lang: str) -> None:
    use_language(lang)
    with in_plain_words():
        reason = pack(typed, replace(NUMBER, unit="")).get("reason", "")
    assert reason
    assert not re.search(r"\b(str|type|float|None)\b|类型|`", reason)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_python_writes_is_read_again(number: float) -> None:
    assert read_number(repr(number)) == number


@given(st.text())
def test_no_text_makes_reading_a_number_raise(text: str) -> None:
    assert isinstance(read_number(text), float | str)


_PLAIN = {"columns": ["type", "csat"], "rows": [["B2B", 71.5], ["G", 80.0]]}


@pytest.mark.parametrize(
    "content",
    [
        b"type,csat\nB2B,71.5\nG,80\n",
        b"type,csat\r\nB2B,71.5\r\nG,80",
        b"\xef\xbb\xbftype,csat\nB2B,71.5\nG,80\n",
        b"type;csat\nB2B;71,5\nG;80\n",
        b"type\tcsat\nB2B\t71.5\nG\t80\n",
        b'"type","csat"\n"B2B","71.5"\n"G","80"\n',
        b"type,csat\n\nB2B,71.5 %\n,\nG, 80 \n\n",
    ],
)
def test_a_csv_file_is_read_as_excel_and_pandas_save_it(content: bytes) -> None:
    assert read_csv(content) == _PLAIN


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_is_read_in_the_encodings_that_excel_saves(encoding: str) -> None:
    content = "客户类型,满意度\n企业客户,71.5\n政府,80\n".encode(encoding)
    assert read_csv(content) == {
        "columns": ["客户类型", "满意度"],
        "rows": [["企业客户", 71.5], ["政府", 80.0]],
    }


def test_an_empty_cell_is_a_missing_value_and_a_date_stays_a_text() -> None:
    table = read_csv(b'day,csat,note\n2025-03-01,,"a, b"\n2025-Q1,1,x\n')
    assert table["rows"] == [["2025-03-01", None, "a, b"], ["2025-Q1", 1.0, "x"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "at least one row"),
        (b"type,csat\n", "at least one row"),
        (b"\n\n\n", "at least one row"),
        (b"type,csat\nB2B,71.5\nG\n", "Line 3 has 1 value, the first line has 2"),
        (b"type,csat\n\nB2B,71.5\nG,80,1\n", "Line 4 has 3 values"),
        (b'type,csat\n"B2B,71.5\nG,80\n', "no CSV file"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xff\xff", "no text file"),
        (b"a\n" + b"1\n" * (MAX_ROWS + 1), "10,001 rows"),
        (b"a" * 2_000_001, "2,000,001 bytes"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        read_csv(content)


@given(st.binary(max_size=200))
def test_a_file_is_read_or_refused_whatever_is_in_it(content: bytes) -> None:
    try:
        table = read_csv(content)
    except ValueError:
        return  # any other error fails this test
    assert pack(table, TABLE)["state"] in ("given", "invalid")


@pytest.mark.parametrize("answer", ALL, ids=lambda a: a.type)
def test_an_input_is_not_attempted_at_first(answer: Answer) -> None:
    assert make_input(answer).value is ...


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (NUMBER, 35.5),
        (NUMBER, -1234.25),
        (TEXT, "promoters"),
        (CHOICE, "mix"),
        (CHOICES, ["mix"]),
        (CHOICES, ["mix", "service"]),
        (TABLE, _PLAIN),
    ],
)
def test_a_saved_value_is_filled_in_again(answer: Answer, value: Any) -> None:
    field = make_input(answer)
    field.fill(value)
    assert field.value == (as_typed(value) if answer is NUMBER else value)
    assert pack(field.value, answer)["value"] == value


def test_choices_are_offered_in_the_language_in_use() -> None:
    use_language("zh")
    assert [label for label, _id in make_input(CHOICE).widget.options] == ["构成变了", "服务变了"]
    assert [box.description for box in make_input(CHOICES).widget.children] == ["构成变了", "服务变了"]


def test_a_text_longer_than_allowed_is_judged_as_too_long_and_not_cut() -> None:
    field = make_input(TEXT)
    field.widget.value = "x" * (MAX_TEXT + 500)
    assert pack(field.value, TEXT)["state"] == "invalid"


def upload(field: Any, content: bytes) -> str:
    """Upload a file as the browser does, and return what is shown."""
    _about, chooser, shown = field.widget.children
    file = {"name": "a.csv", "type": "text/csv", "size": len(content), "last_modified": datetime(2025, 1, 1)}
    chooser.value = ({**file, "content": content},)
    return str(shown.value)


def test_an_uploaded_table_is_previewed_and_answered() -> None:
    field = make_input(TABLE)
    shown = upload(field, b"type,csat\nB2B,71.5\nG,80\n<b>,1\n,2\nx,3\ny,4\n")
    assert "6 rows read; the first 5:" in shown
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    assert field.value["rows"][0] == ["B2B", 71.5]


def test_a_table_that_cannot_be_read_says_why_and_takes_the_place_of_the_one_before() -> None:
    field = make_input(TABLE)
    upload(field, b"type,csat\nB2B,71.5\n")
    shown = upload(field, b"type,csat\nB2B\n")
    assert "The file can&#x27;t be read" in shown
    assert "Line 2 has 1 value" in shown
    assert field.value is ...


def test_the_template_has_the_columns_and_a_mark_that_tells_excel_its_encoding() -> None:
    about = make_input(TABLE).widget.children[0].value
    data = re.search(r"base64,([^\"]+)", about)
    assert data is not None
    assert base64.b64decode(data[1]) == b"\xef\xbb\xbftype,csat\r\n"
    assert 'download="csat_by_type.csv"' in about


def test_taking_the_file_away_changes_nothing() -> None:
    field = make_input(TABLE)
    upload(field, b"type,csat\nB2B,71.5\n")
    field.widget.children[1].value = ()
    assert field.value["rows"] == [["B2B", 71.5]]


def test_every_type_of_answer_has_its_input() -> None:
    assert {type(make_input(a)) for a in ALL} == {
        inputs.NumberInput,
        inputs.TextInput,
        inputs.ChoiceInput,
        inputs.ChoicesInput,
        inputs.TableInput,
    }
