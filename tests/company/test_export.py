"""Generated files hold the simulated values and a manifest that describes them."""

import json

import pandas as pd
import pytest

from trainkit.company import TABLES, manifest, simulate
from trainkit.company.base import write as write_base
from trainkit.company.checks import check_folder
from trainkit.company.export import FORMATS, generate
from trainkit.company.hashing import content_hash, file_hash
from trainkit.content import root
from trainkit.errors import InputError, OutOfRange, UnknownName

SMALL = {"customers": 2000, "variant": 8}


def test_parquet_files_hold_what_simulate_gives(tmp_path):
    generate(tmp_path, tables=["customers", "tickets"], **SMALL)
    made = simulate(**SMALL)
    for name, entry in manifest.read(tmp_path).items():
        frame = pd.read_parquet(tmp_path / entry.path).astype(TABLES[name].dtypes)
        pd.testing.assert_frame_equal(frame, made[name])
        assert entry.content == content_hash(TABLES[name], made[name])
        assert entry.file == file_hash((tmp_path / entry.path).read_bytes())
        assert entry.rows == len(frame)


def test_csv_files_hold_the_same_values(tmp_path):
    generate(tmp_path, form="csv", tables=["surveys"], **SMALL)
    raw = (tmp_path / "surveys.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read Chinese"
    dates = ["sent_at", "answered_at"]
    frame = pd.read_csv(tmp_path / "surveys.csv", parse_dates=dates).astype(TABLES["surveys"].dtypes)
    pd.testing.assert_frame_equal(frame, simulate(**SMALL)["surveys"])


def test_a_large_company_is_written_part_by_part(tmp_path):
    done = []
    generate(tmp_path, customers=21_000, tables=["customers", "orders"], progress=done.append)
    assert done == [7000, 14_000, 21_000]
    orders = pd.read_parquet(tmp_path / "orders.parquet")
    assert content_hash(TABLES["orders"], orders.astype(TABLES["orders"].dtypes)) == (
        manifest.read(tmp_path)["orders"].content
    )
    assert orders["order_id"].is_unique


def test_nothing_unfinished_is_left_when_writing_fails(tmp_path):
    def interrupt(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path, progress=interrupt, tables=["customers"], **SMALL)
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_describes_every_column(tmp_path):
    package = json.loads(generate(tmp_path, tables=["customers", "orders"], **SMALL).read_text())
    resources = {resource["name"]: resource for resource in package["resources"]}
    fields = {field["name"]: field for field in resources["orders"]["schema"]["fields"]}
    assert tuple(fields) == TABLES["orders"].names
    assert fields["amount"]["type"] == "number"
    assert fields["sales_channel"]["constraints"]["enum"] == ["direct", "online", "marketplace", "partner"]
    assert resources["orders"]["schema"]["primaryKey"] == "order_id"
    (reference,) = resources["orders"]["schema"]["foreignKeys"]
    assert reference["reference"] == {"resource": "customers", "fields": "customer_id"}
    assert package["generator"]["variant"] == 8


def test_the_base_data_keep_their_bytes_when_their_values_are_the_same(tmp_path):
    write_base(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(before) == {"datapackage.json", *(f"{name}.parquet" for name in TABLES)}
    write_base(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_unknown_format_or_table_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"`json`.*parquet"):
        generate(tmp_path, form="json")
    with pytest.raises(UnknownName, match="Did you mean `tickets`"):
        generate(tmp_path, tables=["ticket"])


def test_excel_files_hold_the_same_values(tmp_path):
    pytest.importorskip("openpyxl")
    generate(tmp_path, form="xlsx", tables=["campaigns", "surveys"], **SMALL)
    made = simulate(**SMALL)
    for name in ("campaigns", "surveys"):
        # Excel stores a time to some microseconds; the data have whole seconds.
        frame = pd.read_excel(tmp_path / f"{name}.xlsx", keep_default_na=False, na_values=[""])
        for column in frame.select_dtypes("datetime"):
            frame[column] = frame[column].dt.round("s")
        pd.testing.assert_frame_equal(frame.astype(TABLES[name].dtypes), made[name])


def test_a_company_too_large_for_excel_is_refused(tmp_path, monkeypatch):
    pytest.importorskip("openpyxl")
    monkeypatch.setattr("trainkit.company.export._EXCEL_ROWS", 100)
    with pytest.raises(OutOfRange, match="100 rows at most"):
        generate(tmp_path, form="xlsx", tables=["customers"], **SMALL)
    assert list(tmp_path.iterdir()) == []


def test_the_committed_manifest_describes_the_schema_of_today(tmp_path):
    """If this fails, run `trainkit data base`."""
    committed = root() / "datasets"
    package = json.loads((committed / "datapackage.json").read_text(encoding="utf-8"))
    again = manifest.write(tmp_path, manifest.read(committed).values(), **package["generator"])
    assert json.loads(again.read_text(encoding="utf-8")) == package


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_written_is_found_as_it_was(tmp_path, form):
    """In every format: no value is changed, no rule broken."""
    tables = ["customers", "surveys", "orders", "experiments", "sales_system"]
    generate(tmp_path, customers=2000, form=form, tables=tables)
    assert check_folder(tmp_path).to_dict("records") == []


def test_a_changed_cell_of_a_csv_file_is_found(tmp_path):
    generate(tmp_path, customers=2000, form="csv", tables=["surveys"])
    path = tmp_path / "surveys.csv"
    lines = path.read_text("utf-8").splitlines()
    lines[5] = lines[5].replace("2024", "1999", 1)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    assert "content" in check_folder(tmp_path)["rule"].tolist()
