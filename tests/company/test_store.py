"""Tables come quickly, fresh, and from the right place; damage is said clearly."""

import os
import shutil
import subprocess
import sys
import time

import pandas as pd
import pytest

from trainkit import company, content
from trainkit.company import store, variants
from trainkit.errors import DataError, UnknownName


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TRAINKIT_TABLES", raising=False)
    _forget()
    yield
    _forget()


def _forget():
    for remembered in (store._base, store._given, store._variant):
        remembered.cache_clear()


def test_a_frame_is_fresh_each_time():
    first = company.load("surveys")
    first["nps"] = 0
    first["csat"] = 1
    del first["comment"]
    second = company.load("surveys")
    assert second["nps"].isna().any()
    assert second["csat"].nunique() > 1
    assert "comment" in second


def test_a_variant_is_what_the_simulation_gives_and_comes_from_the_cache(tmp_path):
    expected = company.simulate(9, tables=["tickets"])["tickets"]
    pd.testing.assert_frame_equal(company.load("tickets", 9), expected)
    (file,) = (tmp_path / "cache").rglob("tickets.*.parquet")
    _forget()
    pd.testing.assert_frame_equal(company.load("tickets", 9), expected)
    assert list((tmp_path / "cache").rglob("*.parquet")) == [file]


def test_a_damaged_file_of_the_cache_is_made_again(tmp_path):
    company.load("tickets", 9)
    (file,) = (tmp_path / "cache").rglob("tickets.*.parquet")
    good = file.read_bytes()
    file.write_bytes(good[: len(good) // 2])
    _forget()
    assert len(company.load("tickets", 9)) > 1000
    assert file.read_bytes() == good


def test_it_is_known_whether_a_table_has_to_be_made_first(tmp_path, monkeypatch):
    assert store.is_at_hand("tickets", 0)
    assert not store.is_at_hand("tickets", 9)
    company.load("tickets", 9)
    assert store.is_at_hand("tickets", 9)
    assert not store.is_at_hand("customers", 9)
    monkeypatch.setenv("TRAINKIT_TABLES", str(tmp_path))
    assert store.is_at_hand("customers", 9)
    with pytest.raises(UnknownName):
        store.is_at_hand("no such table", 9)


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "a file").write_text("in the way")
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "a file"))
    expected = company.simulate(9, tables=["tickets"])["tickets"]
    pd.testing.assert_frame_equal(company.load("tickets", 9), expected)
    assert not store.is_at_hand("tickets", 9)


def test_two_kernels_may_make_the_same_tables_at_once(tmp_path):
    """Whoever comes second finds or writes the same bytes; nobody reads half of a file."""
    code = "from trainkit.company import load; print(len(load('tickets', 9)), len(load('customers', 9)))"
    environ = {**os.environ, "TRAINKIT_CACHE": str(tmp_path / "shared")}
    both = [
        subprocess.Popen([sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = {process.communicate()[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(said) == 1
    assert len(list((tmp_path / "shared").rglob("*.parquet"))) == 2


def test_a_table_comes_in_fifty_milliseconds():
    """From the cache on disk; in memory it takes no time at all."""
    company.load("customers")
    company.load("orders", 4)
    store._variant.cache_clear()
    best = min(_seconds("orders", 4) for _ in range(15))
    assert best < 0.05


def _seconds(name: str, variant: int) -> float:
    store._variant.cache_clear()
    begin = time.perf_counter()
    company.load(name, variant)
    return time.perf_counter() - begin


@pytest.fixture
def edition(tmp_path, monkeypatch):
    """A copy of the base data that a test may damage."""
    shutil.copytree(content.root() / "datasets", tmp_path / "course" / "datasets")
    monkeypatch.setenv("TRAINKIT_CONTENT", str(tmp_path / "course"))
    return tmp_path / "course" / "datasets"


DAMAGE = [
    ("truncated", lambda path: path.write_bytes(path.read_bytes()[:-100])),
    ("empty", lambda path: path.write_bytes(b"")),
    ("gone", lambda path: path.unlink()),
    ("exchanged", lambda path: company.load("tickets", 3).to_parquet(path)),
]


@pytest.mark.parametrize(("how", "damage"), DAMAGE, ids=[how for how, _ in DAMAGE])
def test_a_damaged_base_file_is_named_with_the_way_to_restore_it(edition, how, damage):
    damage(edition / "tickets.parquet")
    with pytest.raises(DataError, match=r"tickets\.parquet.*(git checkout|Install trainkit again)"):
        company.load("tickets")


def test_a_missing_manifest_is_named_with_the_way_to_restore_it(edition):
    (edition / "datapackage.json").unlink()
    with pytest.raises(DataError, match=r"datapackage\.json.*(git checkout|Install trainkit again)"):
        company.load("tickets")


def test_the_graders_folder_is_all_that_is_read(tmp_path, monkeypatch):
    company.write_tables(6, ["customers", "surveys"], tmp_path / "given")
    expected = company.load("surveys", 6)
    monkeypatch.setenv("TRAINKIT_TABLES", str(tmp_path / "given"))
    monkeypatch.setenv("TRAINKIT_CONTENT", str(tmp_path / "nowhere"))
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "other"))
    pd.testing.assert_frame_equal(company.load("surveys", 6), expected)
    pd.testing.assert_frame_equal(company.load("surveys"), expected)
    with pytest.raises(DataError, match=r"`orders`.*customers, surveys"):
        company.load("orders", 6)
    assert not (tmp_path / "other").exists()


def test_a_misspelt_table_is_answered_with_a_close_name():
    with pytest.raises(UnknownName, match="Did you mean `interactions`"):
        company.load("interaction")


def test_variants_are_keyed_by_everything_that_they_belong_to():
    personal = variants.personal("lin", "1-06", b"secret")
    others = {
        variants.personal("lin", "1-06", b"other"),
        variants.personal("lin", "2-01", b"secret"),
        variants.personal("lin1", "-06", b"secret"),
        variants.personal("chen", "1-06", b"secret"),
        variants.hidden(0, "1-06", b"secret"),
        variants.hidden(1, "1-06", b"secret"),
    }
    assert personal == variants.personal("lin", "1-06", "secret")
    assert len(others | {personal}) == 7
    assert all(1 <= variant < 2**31 for variant in others)
