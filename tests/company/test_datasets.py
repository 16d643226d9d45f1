"""Public data sets are read from their original files and from copies, and checked."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from trainkit import company, datasets
from trainkit.datasets import PUBLIC, checksum, load
from trainkit.errors import DataError, InputError, MissingColumn, UnknownName

COPIES = Path(__file__).parents[3] / "shared" / "data"

FILES = {
    "online_retail": "online_retail",
    "cdnow": "cdnow_master",
    "telco_churn": "telco_churn",
    "sfo_survey": "sfo_survey_2018",
    "cfpb_complaints": "cfpb_complaints",
    "febrl4a": "febrl4a",
    "febrl4b": "febrl4b",
    "online_shoppers": "online_shoppers_intention",
}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "cache"))


def copy_of(name: str) -> Path:
    path = COPIES / f"{FILES[name]}.parquet"
    if not path.is_file():
        pytest.skip(f"NO PUBLIC DATA: {path} is absent, `{name}` is not tested against its real values")
    return path


def test_every_public_data_set_is_tested():
    assert set(FILES) == set(PUBLIC)


@pytest.mark.parametrize("name", FILES)
def test_a_copy_has_the_rows_columns_and_checksum_of_the_data_set(name):
    frame, data = load(name, path=copy_of(name)), PUBLIC[name]
    assert len(frame) == data.rows
    assert tuple(frame.columns) == data.columns
    assert checksum(frame) == data.content


KNOWN = [
    # name, what is computed, published value
    ("online_retail", lambda frame: (frame["Quantity"] * frame["UnitPrice"]).sum().round(3), 9_747_747.934),
    ("cdnow", lambda frame: frame["customer_id"].nunique(), 23_570),
    ("telco_churn", lambda frame: (frame["Churn"] == "Yes").sum(), 1869),
    ("sfo_survey", lambda frame: frame["NETPRO"].between(9, 10).sum(), 1268),
    ("cfpb_complaints", lambda frame: (frame["Date sent to company"] < frame["Date received"]).sum(), 6),
    ("febrl4a", lambda frame: frame["rec_id"].nunique(), 5000),
    ("online_shoppers", lambda frame: frame["Revenue"].sum(), 1908),
]


@pytest.mark.parametrize(("name", "compute", "value"), KNOWN, ids=[name for name, *_ in KNOWN])
def test_a_known_figure_of_the_data_set_comes_out(name, compute, value):
    assert compute(load(name, path=copy_of(name))) == value


ORIGINALS = {
    # A few lines as the original files write them.
    "cdnow": b" customer_id  date number_of_cds  dollar_value\n"
    b" 00001 19970101  1   11.77\n 00002 19970112  5   77.00\n",
    "online_shoppers": b";".join(column.encode() for column in PUBLIC["online_shoppers"].columns)
    + b"\n0;0;0;0;2;2.666666667;0.05;0.14;0;0;Feb;3;2;2;4;Returning_Visitor;TRUE;FALSE\n",
    "febrl4b": ", ".join(PUBLIC["febrl4b"].columns).encode()
    + b"\nrec-9-dup-0, elton, , 3, light setreet, pinehill, windermere, 0312, vic, 19651013, 1551941\n",
    "cfpb_complaints": ",".join(PUBLIC["cfpb_complaints"].columns).encode()
    + b'\n7/29/2013,Mortgage,,"Loan, other",,Ocwen,NY,6106,N/A,Web,7/30/2013,Closed,Yes,\n',
    "online_retail": ",".join(PUBLIC["online_retail"].columns).encode()
    + b"\n536365,85123A,WHITE HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n",
}

FIRST = {
    "cdnow": {"customer_id": 1, "date": pd.Timestamp("1997-01-01"), "amount": 11.77},
    "online_shoppers": {"ProductRelated_Duration": 2.666666667, "Weekend": True, "Revenue": False},
    "febrl4b": {"given_name": "elton", "postcode": "0312", "street_number": "3"},
    "cfpb_complaints": {
        "Issue": "Loan, other",
        "ZIP code": "6106",
        "Date received": pd.Timestamp("2013-07-29"),
    },
    "online_retail": {"InvoiceNo": "536365", "Quantity": 6, "InvoiceDate": pd.Timestamp("2010-12-01 08:26")},
}


@pytest.mark.parametrize("name", ORIGINALS)
def test_an_original_file_is_read(tmp_path, name):
    (tmp_path / "original.csv").write_bytes(ORIGINALS[name])
    frame = load(name, path=tmp_path / "original.csv")
    assert {column: frame[column].iloc[0] for column in FIRST[name]} == FIRST[name]


def test_empty_fields_are_missing_and_the_word_na_is_not(tmp_path):
    (tmp_path / "original.csv").write_bytes(ORIGINALS["febrl4b"].replace(b"windermere", b"NA"))
    frame = load("febrl4b", path=tmp_path / "original.csv")
    assert pd.isna(frame["surname"].iloc[0])
    assert frame["suburb"].iloc[0] == "NA"


def test_the_excel_file_in_the_archive_is_read(tmp_path):
    pytest.importorskip("openpyxl")
    excel, archive = io.BytesIO(), tmp_path / "online_retail.zip"
    row = (
        "536365",
        "85123A",
        "WHITE HOLDER",
        6,
        pd.Timestamp("2010-12-01 08:26"),
        2.55,
        17850,
        "United Kingdom",
    )
    pd.DataFrame([row], columns=list(PUBLIC["online_retail"].columns)).to_excel(excel, index=False)
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("Online Retail.xlsx", excel.getvalue())
    frame = load("online_retail", path=archive)
    assert frame["InvoiceNo"].iloc[0] == "536365"
    assert frame["InvoiceDate"].iloc[0] == row[4]


@pytest.fixture
def offered(tmp_path, monkeypatch):
    """CDNOW in two lines, offered at an address of this machine."""
    original = tmp_path / "CDNOW_master.txt"
    original.write_bytes(ORIGINALS["cdnow"])
    data = PUBLIC["cdnow"]
    content = checksum(load("cdnow", path=original))
    monkeypatch.setattr(datasets, "PUBLIC", {"cdnow": replace(data, url=original.as_uri(), content=content)})
    return original


def test_a_download_is_kept(offered):
    first = load("cdnow")
    offered.unlink()
    pd.testing.assert_frame_equal(load("cdnow"), first)


def test_a_damaged_copy_in_the_cache_is_fetched_again(offered, tmp_path):
    first = load("cdnow")
    (kept,) = (tmp_path / "cache" / "public").iterdir()
    kept.write_bytes(b"PAR1")
    pd.testing.assert_frame_equal(load("cdnow"), first)


def test_a_changed_file_is_refused_and_not_kept(offered, tmp_path):
    offered.write_bytes(ORIGINALS["cdnow"].replace(b"11.77", b"11.78"))
    with pytest.raises(DataError, match="checksum differs"):
        load("cdnow")
    assert not (tmp_path / "cache").exists()


def test_without_the_file_the_error_says_what_to_do(offered):
    offered.unlink()
    with pytest.raises(DataError, match=r"can't be downloaded.*load\('cdnow', path=…\)"):
        load("cdnow")


def test_a_wrong_file_is_named_with_what_it_lacks(tmp_path):
    company.load("tickets").to_parquet(tmp_path / "tickets.parquet")
    with pytest.raises(MissingColumn, match=r"tickets\.parquet isn't `telco_churn`.*customerID"):
        load("telco_churn", path=tmp_path / "tickets.parquet")


def test_lantais_tables_are_loaded_by_the_same_function():
    pd.testing.assert_frame_equal(load("products"), company.load("products"))
    with pytest.raises(InputError, match="leave `path` out"):
        load("products", path="products.csv")
    with pytest.raises(InputError, match="no variants"):
        load("cdnow", 3)


@pytest.mark.parametrize(
    ("name", "close"), [("telco", "telco_churn"), ("order", "orders"), ("cdnw", "cdnow")]
)
def test_a_close_name_is_suggested(name, close):
    with pytest.raises(UnknownName, match=f"Did you mean `{close}`"):
        load(name)


def test_a_checksum_sees_values_and_not_their_order_or_format():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2024-01-01", None])})
    same = pd.DataFrame({"a": [2.0, 1.0], "b": ["", "x "], "c": pd.to_datetime([None, "2024-01-01"])})
    assert checksum(frame) == checksum(same)
    assert checksum(frame) != checksum(frame.assign(a=[1, 3]))
    assert checksum(frame) != checksum(frame.assign(b=["x", "y"]))


RETAIL = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,X1,CARD £1,6,12/1/2010 8:26,2.55,101,France
2,X2,CARD,1,12/1/2010 8:27,1000,102,France
"""


@pytest.mark.parametrize(
    "copy",
    [
        RETAIL.encode(),
        RETAIL.encode("utf-8-sig"),
        RETAIL.encode("latin-1"),
        RETAIL.replace("\n", "\r\n").encode("cp1252"),
        RETAIL.replace(",", ";").encode(),
        RETAIL.replace(",", ";").replace("2.55", "2,55").encode("cp1252"),
        RETAIL.replace(",", ";").replace("2.55", "2,55").replace("\n", "\r\n").encode(),
    ],
    ids=["UTF-8", "with a mark", "Latin-1", "Windows", "semicolons", "German Windows", "German"],
)
def test_copies_are_read_as_they_circulate(copy: bytes, tmp_path: Path):
    path = tmp_path / "copy.csv"
    path.write_bytes(copy)
    frame = load("online_retail", path=path)
    assert (frame["Quantity"] * frame["UnitPrice"]).tolist() == [pytest.approx(15.3), 1000]
    assert frame["Description"][0] == "CARD £1"
