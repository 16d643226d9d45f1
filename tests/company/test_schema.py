"""The data are what the schema says."""

import pandas as pd
import pytest

from trainkit.company import TABLES
from trainkit.company.schema import find
from trainkit.errors import UnknownName

COLUMNS = [(table.name, column.name) for table in TABLES.values() for column in table.columns]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_columns_in_order_with_their_dtypes(base, name):
    frame = base[name]
    assert list(frame.columns) == list(TABLES[name].names)
    assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == TABLES[name].dtypes
    assert isinstance(frame.index, pd.RangeIndex)


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_a_column_keeps_its_rules(base, table, name):
    column, values = TABLES[table][name], base[table][name]
    assert column.nullable or values.notna().all()
    assert values.notna().any()
    valid = values.dropna()
    if column.codes:
        assert set(valid) == set(column.codes), "every code occurs, and no other value"
    if column.minimum is not None:
        assert valid.min() >= column.minimum
    if column.maximum is not None:
        assert valid.max() <= column.maximum
    if column.references:
        other, key = column.references.split(".")
        assert valid.isin(base[other][key]).all()


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_a_column_is_explained_in_both_languages(table, name):
    column = TABLES[table][name]
    texts = [column.meaning, *column.codes.values()]
    assert all(text["en"] and text["zh"] for text in texts)
    assert all(any(ord(sign) > 0x2E80 for sign in text["zh"]) for text in texts)
    assert not any(ord(sign) > 0x2E80 for text in texts for sign in text["en"])


@pytest.mark.parametrize("name", [table.name for table in TABLES.values() if table.keys])
def test_a_key_identifies_each_row(base, name):
    assert not base[name].duplicated(list(TABLES[name].keys)).any()


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
