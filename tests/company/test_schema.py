"""The data are what the schema says."""

import pandas as pd
import pytest

from trainkit.company import TABLES
from trainkit.company.checks import check, check_folder
from trainkit.company.dictionary import dictionary
from trainkit.company.schema import find
from trainkit.content import checkout, root
from trainkit.errors import UnknownName

COLUMNS = [(table.name, column.name) for table in TABLES.values() for column in table.columns]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_columns_in_order_with_their_dtypes(base, name):
    frame = base[name]
    assert list(frame.columns) == list(TABLES[name].names)
    assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == TABLES[name].dtypes
    assert isinstance(frame.index, pd.RangeIndex)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_keeps_all_rules(base, name):
    assert check(name, base[name], base).to_dict("records") == []


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_a_column_is_in_use(base, table, name):
    """Every code occurs, and no column is empty."""
    column, values = TABLES[table][name], base[table][name]
    assert values.notna().any()
    assert set(values.dropna()) == set(column.codes) or not column.codes


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_a_column_is_explained_in_both_languages(table, name):
    column = TABLES[table][name]
    texts = [column.meaning, *column.codes.values()]
    assert all(text["en"] and text["zh"] for text in texts)
    assert all(any(ord(sign) > 0x2E80 for sign in text["zh"]) for text in texts)
    assert not any(ord(sign) > 0x2E80 for text in texts for sign in text["en"])


def test_times_follow_each_other(base):
    orders, tickets, surveys = base["orders"], base["tickets"], base["surveys"]
    customers = base["customers"]
    assert (orders["ordered_at"] <= orders["loaded_at"]).all()
    assert not (tickets["first_response_at"] < tickets["opened_at"]).any()
    assert not (tickets["resolved_at"] < tickets["first_response_at"]).any()
    assert not (surveys["answered_at"] < surveys["sent_at"]).any()
    assert not (customers["contract_start"] < customers["signup_date"]).any()
    assert not (customers["contract_end"] <= customers["contract_start"]).any()
    signup = customers.set_index("customer_id")["signup_date"]
    assert (orders["ordered_at"] >= orders["customer_id"].map(signup)).all()
    assert orders["ordered_at"].between("2024-01-01", "2026-01-01", inclusive="left").all()


def test_an_unknown_table_is_answered_with_a_close_name():
    with pytest.raises(UnknownName, match="Did you mean `orders`"):
        find("order")


FAULTS = [
    # table, column, how it is spoilt, rule that notices
    ("surveys", "nps", lambda values: values.where(values != 10, 11), "range"),
    ("surveys", "nps", lambda values: values.astype("float64"), "type"),
    ("customers", "type", lambda values: values.replace("G", "B2G"), "code"),
    ("customers", "name", lambda values: values.mask(values == "Hengyuan Precision"), "missing value"),
    ("customers", "customer_id", lambda values: values.replace("C00002", "C00001"), "key"),
    ("orders", "customer_id", lambda values: values.replace("C00160", "C99999"), "reference"),
]


@pytest.mark.parametrize(("table", "column", "spoil", "rule"), FAULTS)
def test_a_broken_rule_is_found(base, table, column, spoil, rule):
    frame = base[table].copy()
    frame[column] = spoil(frame[column])
    (found,) = check(table, frame, base).to_dict("records")
    assert (found["table"], found["column"], found["rule"]) == (table, column, rule)
    assert found["rows"] >= 1


def test_many_faults_come_back_together(base):
    frame = base["tickets"].drop(columns="severity").assign(departments=99)
    assert check("tickets", frame)["rule"].tolist() == ["missing column", "range"]


def test_the_committed_folder_keeps_all_rules_and_its_manifest():
    assert check_folder(root() / "datasets").to_dict("records") == []


@pytest.mark.parametrize(("lang", "page"), [("en", "data-dictionary.md"), ("zh", "data-dictionary.zh-CN.md")])
def test_the_dictionary_in_the_docs_is_that_of_the_schema(lang, page):
    top = checkout()
    if top is None:
        pytest.skip("NO CHECKOUT: the docs are not installed with trainkit")
    assert (top / "docs" / page).read_text(encoding="utf-8") == dictionary(lang), (
        f"run `trainkit data dictionary --lang {lang} > docs/{page}`"
    )


def test_the_dictionary_names_every_column_and_code():
    page = dictionary("en")
    for table in TABLES.values():
        for column in table.columns:
            assert f"`{column.name}`" in page
            assert all(f"`{code}` " in page for code in column.codes)
