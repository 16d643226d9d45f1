"""The attacks are real: where nothing holds them, they get what they are after, and it is noticed.

Without this, a sandbox that runs nothing at all would pass every other test here.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import REFUSAL, attacks
from sides import Report, Side, assess

pytestmark = pytest.mark.slow

#: One of those that refuse to run outside of trainkit's box.
REFUSING = "ending-an-abort"

#: Attacks that hurt nobody when they succeed, and what they then got.
HARMLESS = {
    "reading-the-assessor-s-files": "LOOT|BREACH",
    "reading-the-environment": "LOOT",
    "reading-other-processes": "BREACH",
    "ending-others-ended": "BREACH",
    "network-connections": "BREACH",
    "network-datagrams": "saw",
    "greed-notes-for-the-next-execution": "BREACH",
    "greed-a-daemon": "",
}


@pytest.fixture(scope="module", params=["local", pytest.param("cluster", marks=pytest.mark.exhaustive)])
def unprotected(request: pytest.FixtureRequest) -> Iterator[Report]:
    if request.param == "cluster":
        pytest.importorskip("distributed", reason="Dask isn't installed: pip install 'trainkit[cluster]'")
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
        yield assess(Path(folder), Side("none", "root", request.param), *HARMLESS, REFUSING)


@pytest.mark.parametrize(("attack", "got"), HARMLESS.items(), ids=HARMLESS.keys())
def test_without_a_sandbox_it_succeeds(unprotected: Report, attack: str, got: str):
    tables = [e["values"].get("seen") or {"rows": []} for e in unprotected.rows[attack]["executions"]]
    log = [outcome.split(":")[0].split(" ")[0] for table in tables for _what, outcome in table["rows"]]
    assert not got or set(log) & set(got.split("|"))


def test_what_is_stolen_is_found_in_its_row(unprotected: Report):
    assert "canary-secret-" in str(unprotected.rows["reading-the-assessor-s-files"])
    assert "canary-environment-" in str(unprotected.rows["reading-the-environment"])


def test_what_is_left_behind_is_noticed(unprotected: Report):
    left = unprotected.told["left"]
    assert any("left-behind" in process for process in left["processes"])
    assert left["marks"]


def test_a_victim_is_missed(unprotected: Report):
    assert unprotected.told["victim"] == "dead"


def test_every_other_cell_begins_with_a_refusal():
    for attack in attacks():
        code = [c["source"] for c in json.loads(attack.notebook())["cells"] if c["cell_type"] == "code"]
        assert code
        assert attack.id in HARMLESS or all(source.startswith(REFUSAL) for source in code), attack.id


def test_a_refusal_is_all_that_happens_without_a_sandbox(unprotected: Report):
    attack = next(a for a in attacks() if a.id == REFUSING)
    for execution in unprotected.rows[REFUSING]["executions"]:
        failures = [error for _cell, error, _message in execution["failures"]]
        assert failures == ["AssertionError"] * len(attack.cells)
        assert not any(execution["values"][name] for name in ("double", "size", "squares"))


def test_who_knocks_is_heard(unprotected: Report):
    assert {entry.split(":")[0] for entry in unprotected.told["heard"]} == {"abstract", "tcp", "udp", "unix"}
