"""Every attack earns no point beyond its honest answers, learns nothing, leaves nothing and harms nobody."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from cases import SECRET, Attack, attacks, look_alikes
from sides import Report, Side, why_no_plain_user
from submitted import INFO, needs_sandbox

from trainkit.sandbox import levels

pytestmark = needs_sandbox

ATTACKS, HONEST = attacks(), look_alikes()

SIDES = {
    "fork": Side("fork", "root"),
    "fork-plain-user": Side("fork", "plain user"),
    "cluster": Side("fork", "root", "cluster", whole=False),
    "bubblewrap": Side("bubblewrap", "root"),
    "bubblewrap-plain-user": Side("bubblewrap", "plain user"),
}

#: Outcomes of answers that need no remark: what the trainee is told anyway. That an answer is absent because
#: its cell never ran follows from what ended the cell, which is recorded.
ORDINARY = {"right", "wrong", "mistake", "convention", "not attempted", "not run", "failed"}


def marks(name: str) -> list[pytest.MarkDecorator]:
    """Return how a side is marked: a kernel for each execution takes many minutes for all of them."""
    if SIDES[name].level == "bubblewrap":
        return [pytest.mark.slow, pytest.mark.exhaustive, pytest.mark.timeout(1800)]
    return [pytest.mark.slow]


@pytest.fixture(params=[pytest.param(name, marks=marks(name)) for name in SIDES], scope="module")
def report(request: pytest.FixtureRequest, graded: Callable[[Side], Report]) -> Report:
    side = SIDES[request.param]
    if side.level == "fork" and levels.probe().level != "fork":
        pytest.skip(f"no forked runner on this machine: {levels.probe().detail}")
    if side.user == "plain user" and (why := why_no_plain_user()):
        pytest.skip(f"nobody here to be a plain user: {why}")
    if side.workers == "cluster":
        pytest.importorskip("distributed", reason="Dask isn't installed: pip install 'trainkit[cluster]'")
    if side.user == "root" and os.geteuid() != 0:
        side = replace(side, user="plain user")
    return graded(side)


def cases(found: list[Attack]) -> Any:
    """Return each side with each of these attacks that it takes."""
    both = [
        pytest.param(name, attack, id=f"{name}-{attack.id}", marks=marks(name))
        for name, side in SIDES.items()
        for attack in found
        if side.takes(attack)
    ]
    return pytest.mark.parametrize(("report", "attack"), both, indirect=["report"], scope="module")


def recorded(row: dict[str, Any]) -> set[str]:
    """Return all that a row says happened besides ordinary answers."""
    said = {row["state"], *row["flags"]} - {"graded"}
    for e in row["executions"]:
        said |= {e["state"], *(error.strip() for _cell, error, _message in e["failures"])} - {"complete"}
        said |= set(e["outcomes"].values()) - ORDINARY
    return said


def tried(execution: dict[str, Any]) -> list[list[str]]:
    """Return what an attack logged in one run."""
    seen = execution["values"].get("seen")
    return seen["rows"] if seen else []


def texts(value: Any) -> Iterator[str]:
    """Yield all texts in plain data."""
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield from texts(key)
                yield from texts(item)
        case list():
            for item in value:
                yield from texts(item)


@cases(ATTACKS + HONEST)
def test_only_honest_answers_earn(report: Report, attack: Attack):
    earned = {name for name, points in report.rows[attack.id]["earned"].items() if points}
    must = {name for name, certain in attack.earns.items() if certain}
    assert must <= earned <= set(attack.earns), attack.intent


@cases(ATTACKS + HONEST)
def test_the_row_says_what_happened(report: Report, attack: Attack):
    """Each thing that must be said is said, and nothing that nobody expected."""
    said = recorded(report.rows[attack.id])
    for group in attack.recorded:
        assert said & group or "none" in group, (attack.intent, said)
    assert said <= {name for group in attack.recorded for name in group}, attack.intent


@cases([a for a in ATTACKS if a.reports])
def test_what_it_tried_was_refused(report: Report, attack: Attack):
    runs = report.rows[attack.id]["executions"]
    assert any(tried(run) for run in runs), "the attack never came to try anything"
    for run in runs:
        # What the data that it runs on hold is no secret to it.
        breach = r"BREACH|LOOT: .*canary-(?!hidden)" if run["hidden"] else "BREACH|LOOT"
        assert not [entry for entry in tried(run) if re.match(breach, entry[1])], attack.intent


@cases(ATTACKS)
def test_nothing_secret_is_in_its_row(report: Report, attack: Attack):
    """A notebook sees the data that it runs on, hidden or not, and no other secret."""
    row = report.rows[attack.id]
    for part in ({**row, "executions": []}, *row["executions"]):
        stolen = {found for text in texts(part) for found in re.findall(SECRET, text)}
        own = {s for s in stolen if s.startswith("canary-hidden-")} if part.get("hidden") else set()
        assert stolen == own, attack.intent


def test_nothing_secret_is_in_what_others_read(report: Report):
    """Feedback and tables hold nothing of keys, neighbours or hidden data."""
    pages = [p for p in report.grades.rglob("*") if p.suffix in (".html", ".csv", ".md")]
    assert len(pages) > len(report.rows)
    for page in pages:
        assert re.findall(SECRET, page.read_text("utf-8")) == [], page.name


def test_no_neighbour_is_harmed(report: Report):
    """Good work, graded before, among and after all of them, has its full marks and clean runs."""
    good = {name: row for name, row in report.rows.items() if name.endswith("-good")}
    assert len(good) == 5
    for name, row in good.items():
        assert sum(row["earned"].values()) == INFO.points, name
        assert recorded(row) == set(), name


def test_every_submission_has_its_row(report: Report):
    assert len(report.rows) == sum(map(report.side.takes, ATTACKS + HONEST)) + 5
    for name, row in report.rows.items():
        assert len(row["executions"]) == 2, name
        assert {e["isolation"] for e in row["executions"]} == {report.told["level"]}, name


def test_nothing_is_left_behind_and_nothing_is_lost(report: Report):
    for name, found in {**report.told["left"], "lost": report.told["lost"].values()}.items():
        assert not any(found), name


def test_the_victim_lives(report: Report):
    assert report.told["victim"] == "alive"


def test_nobody_knocked(report: Report):
    assert report.told["heard"] == []


#: What would do harm where nothing holds it, or would be a way round somebody else's checks.
HARMFUL = {
    "a loop without an end": r"while (True|1)\b|itertools\.count|iter\(int, 1\)",
    "a long sleep": r"sleep[( ]\"?[0-9]{3,}",
    "a signal to whoever is there": r"kill(pg)?\((-|os\.getppid|1,|0,)",
    "a large block": r"2\*\*(3[1-9]|[4-9]\d)|bytearray\(\d+ \* 2\*\*2\d\)",
    "an address that isn't this machine's": r"connect\(\(?\"(?!127|.0)|getaddrinfo|SO_BROADCAST",
    "others' comparisons": r"assert_frame_equal|np\.(allclose|isclose)|builtins\.(all|any|abs|round)",
    "others' messages": r"session\.send|iopub_socket",
}


@pytest.mark.parametrize("harm", HARMFUL)
def test_no_attack_is_a_weapon(harm: str):
    """Contributors run them on their own machines, and whoever reads them learns nothing to use elsewhere."""
    found = [a.id for a in ATTACKS for cell in a.cells if re.search(HARMFUL[harm], cell)]
    assert found == [], HARMFUL[harm]


def test_every_attack_says_what_it_is_after():
    assert len(ATTACKS) >= 40
    assert len({a.id for a in ATTACKS + HONEST}) == len(ATTACKS) + len(HONEST)
    for attack in ATTACKS + HONEST:
        assert attack.intent.endswith("."), attack.id
        assert attack.cells, attack.id
