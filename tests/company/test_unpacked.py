"""A table that was unpacked is the table, and whoever changes it changes no other's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from trainkit.company import TABLES, load, store, unpacked, write_tables
from trainkit.errors import DataError


@pytest.mark.parametrize("name", TABLES)
def test_each_table_comes_back_as_it_was(name: str, tmp_path: Path):
    file = tmp_path / f"{name}{unpacked.SUFFIX}"
    unpacked.write(file, load(name))
    assert_frame_equal(unpacked.read(file), load(name))
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame({"a": []}),
        pd.DataFrame({"a": [1, None], "b": ["x", None]}, index=[5, 7]),
        pd.DataFrame({"a": np.arange(1000), "b": pd.Categorical(["x", "y"] * 500)}),
    ],
)
def test_so_do_empty_ones_and_gaps(frame: pd.DataFrame, tmp_path: Path):
    unpacked.write(tmp_path / "a.frame", frame)
    assert_frame_equal(unpacked.read(tmp_path / "a.frame"), frame)


def test_arrays_can_be_written_to_and_the_file_stays(tmp_path: Path):
    frame = pd.DataFrame({"a": np.arange(10_000), "b": np.arange(10_000) / 7})
    unpacked.write(tmp_path / "a.frame", frame)
    mine = unpacked.read(tmp_path / "a.frame")
    for column in mine:
        mine.loc[:, column] = -1
    assert_frame_equal(unpacked.read(tmp_path / "a.frame"), frame)


def test_given_tables_are_loaded_unpacked_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TRAINKIT_TABLES", str(tmp_path))
    write_tables(0, ["products", "vendors"], tmp_path)
    store.unpack(tmp_path / "products.parquet")
    (tmp_path / "products.parquet").write_bytes(b"read by nobody")
    monkeypatch.setattr(store.unpacked, "read", counted := Counted(unpacked.read))
    given = {name: load(name) for name in ("products", "vendors")}
    assert counted.names == ["products.frame"]
    monkeypatch.delenv("TRAINKIT_TABLES")
    for name, frame in given.items():
        assert_frame_equal(frame, load(name))


def test_a_damaged_table_cannot_be_unpacked(tmp_path: Path):
    (tmp_path / "products.parquet").write_bytes(b"no table")
    with pytest.raises(DataError, match=r"products\.parquet is damaged"):
        store.unpack(tmp_path / "products.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["products.parquet"]


class Counted:
    """Calls a function and notes the names of the files."""

    def __init__(self, function):
        self.function, self.names = function, []

    def __call__(self, path: Path):
        self.names.append(path.name)
        return self.function(path)
