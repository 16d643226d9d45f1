"""What people type and upload is read as they mean it, or refused with the reason."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from asked import ALL, CHOICE, CHOICES, NUMBER, TABLE, TEXT
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from trainkit.apps import inputs
from trainkit.apps.inputs import make_input, read_csv
from trainkit.apps.tables import GRID_ROWS
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


_CHINESE = {"columns": ["客户类型", "满意度"], "rows": [["企业客户", 71.5], ["政府", 80.0]]}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", "，"])
def test_text_that_windows_calls_unicode_is_read(encoding: str, delimiter: str) -> None:
    """Excel's “Unicode text” is UTF-16 with tabs."""
    lines = [["客户类型", "满意度"], ["企业客户", "71.5"], ["政府", "80"]]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    assert read_csv(text.encode(encoding)) == _CHINESE


def excel(rows: list[list[Any]], *, percent: bool = False) -> bytes:
    book = Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("table")
    for row in rows:
        sheet.append([None, *row])  # people leave the first column free
    if percent:
        for cell in sheet["C"][1:]:
            cell.number_format = "0.0%"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_workbook_of_excel_is_read_as_it_is_seen() -> None:
    rows = [["客户类型", "满意度"], ["企业客户", 71.5], ["政府", 80]]
    assert read_csv(excel(rows)) == _CHINESE
    shares = [rows[0], ["企业客户", 0.715], ["政府", 0.8]]
    assert read_csv(excel(shares, percent=True)) == _CHINESE
    dated = excel([["day", "n"], [datetime(2025, 3, 1), 1], [datetime(2025, 3, 2, 9, 30), None]])
    assert read_csv(dated)["rows"] == [["2025-03-01", 1.0], ["2025-03-02T09:30:00", None]]


def opendocument(body: str) -> bytes:
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{u}:1.0"' for n, u in names.items())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"<a {spaces}><table:table>{body}</table:table></a>")
    return file.getvalue()


def test_a_sheet_of_libreoffice_is_read_with_its_repeated_cells() -> None:
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="{}" office:value="{}"/>'
    rest = '<table:table-cell table:number-columns-repeated="16000"/>'
    lines = [
        text.format("客户类型") + text.format("满意度") + rest,
        text.format("企业客户") + number.format("float", 71.5) + rest,
        text.format("政府") + number.format("percentage", 0.8) + rest,
    ]
    rows = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    end = f'<table:table-row table:number-rows-repeated="1000000">{rest}</table:table-row>'
    assert read_csv(opendocument(rows + end)) == _CHINESE


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 cut off", "The file is damaged."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "Excel's old format"),
        (opendocument("<not closed"), "The file is damaged."),
    ],
)
def test_a_workbook_that_cannot_be_read_says_what_to_do(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        read_csv(content)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"type;csat\nB2B;83,651\nG;78,788\n", [["B2B", 83.651], ["G", 78.788]]),
        (b"type;csat\nB2B;1.234,5\nG;1.234\n", [["B2B", 1234.5], ["G", 1234.0]]),
        (b"type;csat\nB2B;83.65\nG;1,234\n", [["B2B", 83.65], ["G", 1234.0]]),
        (b'type,csat\nB2B,"1,234"\nG,80\n', [["B2B", 1234.0], ["G", 80.0]]),
        (b'type,csat\nB2B,"83,651"\nG,"78,5"\n', [["B2B", 83.651], ["G", 78.5]]),
        (b"type\tcsat\nB2B\t83,651\nG\t78,7\n", [["B2B", 83.651], ["G", 78.7]]),
        (b"sep=,\r\ntype,csat\r\nB2B,83.65\r\n", [["B2B", 83.65]]),
        (b"sep=;\r\ntype;csat\r\nB2B;83,65\r\n", [["B2B", 83.65]]),
        (b"type,csat\rB2B,83.65\r", [["B2B", 83.65]]),
        ("type，csat\nB2B，83.65\n".encode(), [["B2B", 83.65]]),
        ("type；csat\nB2B；83，651\n".encode(), [["B2B", 83.651]]),
        ("type,csat\nB2B,－２。５\n".encode(), [["B2B", -2.5]]),
        ("type,csat\nB2B,−2.5\n".encode(), [["B2B", -2.5]]),
    ],
)
def test_a_table_is_read_in_the_dress_of_its_country(content: bytes, rows: list[Any]) -> None:
    assert read_csv(content) == {"columns": ["type", "csat"], "rows": rows}


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
    _about, ways, _grid, shown = field.widget.children
    chooser = ways.children[0]
    file = {"name": "a.csv", "type": "text/csv", "size": len(content), "last_modified": datetime(2025, 1, 1)}
    chooser.value = ({**file, "content": content},)
    return str(shown.value)


def test_an_uploaded_table_is_previewed_and_answered() -> None:
    field = make_input(TABLE)
    shown = upload(field, b"type,csat\nB2B,71.5\nG,80\n<b>,1\n,2\nx,3\ny,4\n" + b"z,5\n" * 7)
    assert "13 rows read; the first 5:" in shown
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    assert field.value["rows"][0] == ["B2B", 71.5]


@pytest.mark.parametrize("rows", [1, 40])
def test_a_table_that_cannot_be_read_says_why_and_the_one_before_stays(rows: int) -> None:
    """In the grid, and from a file that is too large for it."""
    field = make_input(TABLE)
    assert "still there" not in upload(field, b"type,csat\nB2B\n")
    upload(field, b"type,csat\n" + b"B2B,71.5\n" * rows)
    before, draft = field.value, field.draft
    shown = upload(field, b"type,csat\nB2B\n")
    assert "The table can&#x27;t be read" in shown
    assert "Line 2 has 1 value" in shown
    assert "still there" in shown
    assert (field.value, field.draft) == (before, draft)
    assert len(field.value["rows"]) == rows


def test_the_template_has_the_columns_and_a_mark_that_tells_excel_its_encoding() -> None:
    about = make_input(TABLE).widget.children[0].value
    data = re.search(r"base64,([^\"]+)", about)
    assert data is not None
    assert base64.b64decode(data[1]) == b"\xef\xbb\xbftype,csat\r\n"
    assert 'download="csat_by_type.csv"' in about


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "content", [b"B2B,71.5\nG,80\n", "企业客户,71.5\n政府,80\n".encode(), b"x,71.5\ny,80\n"]
)
def test_a_missing_line_of_names_is_said_as_that(content: bytes, lang: str) -> None:
    use_language(lang)
    field = make_input(TABLE)
    shown = upload(field, content)
    assert {"en": "The line with the column names is missing", "zh": "缺少列名那一行"}[lang] in shown
    assert field.value is ...


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("Customer type,CSAT (%)", ["business", "government and public bodies"]),
        ("客户类型,满意度（%）", ["企业客户", "政府及公共机构"]),
        ("kind of customer by trade,csat", ["Business", "政府"]),
        ("按交易对象划分的客户类型,满意度", ["B2B", "G"]),
        ("csat,type", None),
    ],
)
def test_labels_of_the_dictionary_and_of_charts_are_names_and_codes(head: str, cells: Any) -> None:
    field = make_input(TABLE)
    lines = [f"{cells[0]},71.5", f"{cells[1]},80"] if cells else ["71.5,B2B", "80,G"]
    upload(field, "\n".join([head, *lines]).encode())
    assert field.value == _PLAIN


def grid(field: Any) -> list[Any]:
    """Return the cells of the grid, without the line of names."""
    return [w for w in field.widget.children[2].children[0].children if hasattr(w, "continuous_update")]


def test_a_small_table_is_typed_into_a_grid() -> None:
    field = make_input(TABLE)
    for cell, text in zip(grid(field), ["B2B", "71,5", "G", "80"], strict=False):
        cell.value = text
    assert field.value == _PLAIN
    more = field.widget.children[2].children[1]
    for _press in range(20):
        more.click()
    assert len(grid(field)) == 2 * GRID_ROWS
    assert more.disabled
    assert field.value == _PLAIN


@pytest.mark.parametrize(
    "text",
    ["B2B\t71.5\nG\t80", "type\tcsat\nB2B\t71.5\nG\t80\n", "客户类型\t满意度\r\n企业客户\t71.5\r\n政府\t80"],
)
def test_rows_of_a_spreadsheet_are_pasted_with_or_without_their_names(text: str) -> None:
    field = make_input(TABLE)
    pasted = field.widget.children[1].children[1]
    pasted.value = text
    assert field.value == _PLAIN
    assert pasted.value == ""
    assert [cell.value for cell in grid(field)[:4]] == ["B2B", "71.5", "G", "80"]


def test_a_pasted_text_that_is_no_table_stays_and_says_why() -> None:
    field = make_input(TABLE)
    pasted = field.widget.children[1].children[1]
    pasted.value = "B2B\t71.5\t3"
    assert pasted.value
    assert "Line 2 has 3 values" in field.widget.children[3].value


@pytest.mark.parametrize(
    ("answer", "draft"),
    [
        (NUMBER, "28,"),
        (TEXT, " two  blanks "),
        (CHOICE, "mix"),
        (CHOICES, ["service"]),
        (TABLE, {"grid": [["B2B", "71,"], ["", ""], ["", ""], ["", ""]]}),
    ],
)
def test_a_draft_is_kept_as_it_was_typed(answer: Answer, draft: Any) -> None:
    field = make_input(answer)
    field.restore(draft)
    assert field.draft == draft
    again = make_input(answer)
    again.restore(json.loads(json.dumps(field.draft)))
    assert again.draft == draft
    field.clear()
    assert field.value is ...


@pytest.mark.parametrize("answer", ALL, ids=lambda a: a.type)
@pytest.mark.parametrize(
    "draft", [None, 3, "gone", ["gone"], {"grid": 3}, {"grid": ["x"]}, {"table": {}}, []]
)
def test_a_draft_of_another_edition_harms_nothing(answer: Answer, draft: Any) -> None:
    make_input(answer).restore(draft)


def test_taking_the_file_away_changes_nothing() -> None:
    field = make_input(TABLE)
    upload(field, b"type,csat\nB2B,71.5\n")
    field.widget.children[1].children[0].value = ()
    assert field.value["rows"] == [["B2B", 71.5]]


def test_every_type_of_answer_has_its_input() -> None:
    assert {type(make_input(a)) for a in ALL} == {
        inputs.NumberInput,
        inputs.TextInput,
        inputs.ChoiceInput,
        inputs.ChoicesInput,
        inputs.TableInput,
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_columns_of_something_else_are_not_taken_by_their_place(lang: str) -> None:
    use_language(lang)
    field = make_input(TABLE)
    shown = upload(field, b"shop,price\nnorth,east\n")
    assert {"en": "No column has a name that is asked for", "zh": "没有一列的列名是题目要的"}[lang] in shown
    assert field.value is ...
