"""The same arguments give the same values, and a new table disturbs no old one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainkit.company import TABLES, manifest, simulate
from trainkit.company.hashing import Fingerprint, content_hash
from trainkit.company.simulation.streams import chosen, split, stream
from trainkit.content import root
from trainkit.errors import OutOfRange


def test_the_committed_base_data_are_what_the_simulation_gives():
    """If this fails, the simulation changed: run `trainkit data base` and say in the changelog why."""
    entries = manifest.read(root() / "datasets")
    made = {name: content_hash(TABLES[name], frame) for name, frame in simulate().items()}
    assert made == {name: entry.content for name, entry in entries.items()}


def test_a_table_is_the_same_whether_alone_or_with_others():
    alone = simulate(5, customers=2000, tables=["surveys"])
    together = simulate(5, customers=2000)
    assert content_hash(TABLES["surveys"], alone["surveys"]) == content_hash(
        TABLES["surveys"], together["surveys"]
    )


@pytest.mark.parametrize("change", [{"variant": 1}, {"seed": 3}, {"customers": 2001}])
def test_other_arguments_give_other_values(change):
    arguments = {"variant": 2, "seed": 4, "customers": 2000, "tables": ["customers"]}
    one, other = simulate(**arguments), simulate(**(arguments | change))
    table = TABLES["customers"]
    assert content_hash(table, one["customers"]) != content_hash(table, other["customers"])


@pytest.mark.slow
def test_a_large_company_has_unique_identifiers_across_its_blocks():
    tables = simulate(3, customers=21_000)
    for name, frame in tables.items():
        if TABLES[name].keys:
            assert not frame.duplicated(list(TABLES[name].keys)).any(), name
    orders = tables["orders"]
    twice = orders["order_no"].duplicated(keep=False)
    assert orders.loc[twice, "batch"].nunique() == 1
    assert (tables["customers"]["name"] == "Hengyuan Precision").sum() == 1


def test_too_few_customers_are_refused_with_the_limit():
    with pytest.raises(OutOfRange, match="at least 2000"):
        simulate(customers=100)


def test_a_fingerprint_does_not_depend_on_how_rows_came_in(base):
    for name, frame in base.items():
        parts = Fingerprint(TABLES[name])
        parts.add(frame.iloc[:7])
        parts.add(frame.iloc[7:])
        assert parts.hexdigest() == content_hash(TABLES[name], frame)


def test_a_fingerprint_notices_one_changed_value(base):
    surveys = base["surveys"].copy()
    before = content_hash(TABLES["surveys"], surveys)
    row = surveys["nps"].first_valid_index()
    surveys.loc[row, "nps"] = 10 - surveys.loc[row, "nps"] + (surveys.loc[row, "nps"] == 5)
    assert content_hash(TABLES["surveys"], surveys) != before
    surveys["nps"] = base["surveys"]["nps"]
    assert content_hash(TABLES["surveys"], surveys) == before


@given(st.integers(0, 10_000), st.lists(st.floats(0.01, 1), min_size=1, max_size=8))
def test_split_parts_add_up_and_are_in_proportion(total, shares):
    parts = split(total, np.array(shares))
    assert parts.sum() == total
    assert (np.abs(parts - total * np.array(shares) / sum(shares)) <= 1).all()


@given(st.integers(0, 2**32), st.integers(0, 60))
def test_chosen_takes_exactly_the_number_from_those_with_a_weight(seed, count):
    weights = np.arange(50.0) % 5
    rows = chosen(stream(seed), weights, count)
    assert len(rows) == len(set(rows.tolist())) == min(count, 40)
    assert (weights[rows] > 0).all()
