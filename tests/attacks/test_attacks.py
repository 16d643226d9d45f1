"""Every attack earns no point beyond its honest answers, learns nothing, leaves nothing and harms nobody."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cases import SECRET, Attack, attacks, look_alikes
from sides import Report, why_no_plain_user
from submitted import INFO, needs_sandbox

from trainkit.grading import sandbox

pytestmark = needs_sandbox

ATTACKS, HONEST = attacks(), look_alikes()

#: What each runner is called, and who the assessor is.
SIDES = [
    pytest.param(("fork", "root"), id="fork", marks=pytest.mark.slow),
    pytest.param(("fork", "plain user"), id="fork-plain-user", marks=pytest.mark.slow),
    pytest.param(("bubblewrap", "root"), id="bubblewrap", marks=[pytest.mark.slow, pytest.mark.exhaustive]),
]

#: Outcomes of answers that need no remark: what the trainee is told anyway. That an answer is absent because
#: its cell never ran follows from what ended the cell, which is recorded.
ORDINARY = {"right", "wrong", "mistake", "convention", "not attempted", "not run"}


@pytest.fixture(params=SIDES, scope="module")
def report(request: pytest.FixtureRequest, graded: Callable[[str, str], Report]) -> Report:
    level, user = request.param
    if level == "fork" and sandbox.probe().level != "fork":
        pytest.skip(f"no forked runner on this machine: {sandbox.probe().detail}")
    if user == "plain user" and (why := why_no_plain_user()):
        pytest.skip(f"nobody here to be a plain user: {why}")
    if user == "root" and os.geteuid() != 0:
        user = "plain user"
    return graded(level, user)


def cases(found: list[Attack]) -> Any:
    return pytest.mark.parametrize("attack", found, ids=[a.id for a in found])


def recorded(row: dict[str, Any]) -> set[str]:
    """Return all that a row says happened besides ordinary answers."""
    said = {row["state"], *row["flags"]} - {"graded"}
    for e in row["executions"]:
        said |= {e["state"], *(error.strip() for _cell, error, _message in e["failures"])} - {"complete"}
        said |= set(e["outcomes"].values()) - ORDINARY
    return said


def tried(row: dict[str, Any]) -> list[list[str]]:
    """Return what an attack logged, on all variants."""
    tables = [e["values"]["seen"] for e in row["executions"] if e["values"].get("seen")]
    return [entry for table in tables for entry in table["rows"]]


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
    log = tried(report.rows[attack.id])
    assert log, "the attack never came to try anything"
    # What the data that it runs on hold is no secret to it.
    breaches = [e for e in log if re.match(r"BREACH|LOOT: .*canary-(?!hidden)", e[1])]
    assert not breaches, attack.intent


@cases(ATTACKS)
def test_nothing_secret_is_in_its_row(report: Report, attack: Attack):
    """A notebook sees the data that it runs on, hidden or not, and no other secret."""
    row = report.rows[attack.id]
    stolen = {found for text in texts(row) for found in re.findall(SECRET, text)}
    assert {s for s in stolen if not s.startswith("canary-hidden-")} == set(), attack.intent


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
    assert len(report.rows) == len(ATTACKS) + len(HONEST) + 5
    for name, row in report.rows.items():
        assert len(row["executions"]) == 2, name
        assert {e["isolation"] for e in row["executions"]} == {report.told["level"]}, name


def test_nothing_is_left_behind_and_nothing_is_lost(report: Report):
    for name, found in {**report.told["left"], "lost": report.told["lost"].values()}.items():
        assert not any(found), name


def test_nobody_knocked(report: Report):
    assert report.told["heard"] == []


def test_every_attack_says_what_it_is_after():
    assert len(ATTACKS) >= 40
    assert len({a.id for a in ATTACKS + HONEST}) == len(ATTACKS) + len(HONEST)
    for attack in ATTACKS + HONEST:
        assert attack.intent.endswith("."), attack.id
        assert attack.cells, attack.id
