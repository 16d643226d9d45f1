"""The journal keeps every check and submission at once, whoever else is writing."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from asked import CHOICE, NUMBER, TABLE

from trainkit.course.journal import Journal, Progress, trainee
from trainkit.course.judge import Verdict
from trainkit.course.model import Info

INFO = Info(
    id="1-01",
    kind="exercise",
    title={"en": "Counting", "zh": "数一数"},
    level="junior",
    competencies=("C1",),
    minutes=5,
    edition="first",
    answers=(NUMBER, CHOICE, TABLE),
)
RIGHT = Verdict("nps", "right", value=35.0)
WRONG = Verdict("nps", "wrong", value=36.0)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.of(tmp_path / "workspace")


def _write_many(path: Path, who: str, count: int) -> None:
    for value in range(count):
        Journal(path).write(INFO, 0, Verdict("nps", "wrong", value=value), who=who)


def test_processes_that_write_at_once_lose_nothing(journal: Journal) -> None:
    names = [f"trainee {n}" for n in range(4)]
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        for written in [pool.submit(_write_many, journal.path, name, 25) for name in names]:
            written.result()
    for name in names:
        assert journal.latest(INFO, who=name)["nps"].value == 24
        assert [e.value for e in journal._entries(INFO, name)] == list(range(25))


def test_nothing_is_written_or_made_by_looking(journal: Journal) -> None:
    assert journal.latest(INFO) == {}
    assert journal.progress(INFO) == Progress()
    assert not journal.path.parent.exists()


def test_the_latest_entry_of_each_answer_counts(journal: Journal) -> None:
    journal.write(INFO, 0, WRONG)
    journal.write(INFO, 0, RIGHT)
    journal.write(INFO, 0, Verdict("sentence", "mistake", codes=("STA-2",), value="service"))
    latest = journal.latest(INFO)
    assert {name: (e.outcome, e.value, e.codes) for name, e in latest.items()} == {
        "nps": ("right", 35.0, ()),
        "sentence": ("mistake", "service", ("STA-2",)),
    }


def test_checks_and_submissions_variants_and_kinds_are_apart(journal: Journal) -> None:
    journal.write(INFO, 0, RIGHT, "submit")
    journal.write(INFO, 0, WRONG)
    journal.write(INFO, 7, replace(WRONG, value=1.0))
    journal.write(replace(INFO, kind="lesson"), 0, replace(WRONG, value=2.0))
    assert journal.latest(INFO, 0)["nps"].value == 36.0
    assert journal.latest(INFO, 0, action="submit")["nps"].value == 35.0
    assert journal.latest(INFO, 7)["nps"].value == 1.0
    assert journal.latest(INFO)["nps"].value == 1.0
    assert journal.latest(INFO, 8) == {}


def test_trainees_do_not_see_each_other(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.write(INFO, 0, RIGHT, who="lin")
    monkeypatch.setenv("TRAINKIT_TRAINEE", "chen")
    assert journal.latest(INFO) == {}
    assert journal.progress(INFO) == Progress()
    assert journal.progress(INFO, who="lin") == Progress(attempted=1, right=1)


def test_the_trainee_is_the_signed_in_one_or_me(monkeypatch: pytest.MonkeyPatch) -> None:
    assert trainee() == "me"
    monkeypatch.setenv("TRAINKIT_TRAINEE", "林悦")
    assert trainee() == "林悦"


def test_a_right_answer_stays_right_in_the_progress(journal: Journal) -> None:
    journal.write(INFO, 0, RIGHT, "submit")
    journal.write(INFO, 0, WRONG)
    journal.write(INFO, 0, Verdict("sentence", "not attempted"))
    journal.write(INFO, 0, Verdict("csat_by_type", "invalid", detail="no table"))
    assert journal.progress(INFO) == Progress(attempted=2, right=1, submitted=1)


def test_answers_that_an_edition_no_longer_asks_are_left_out_of_the_progress(journal: Journal) -> None:
    journal.write(INFO, 0, Verdict("gone", "right", value=1))
    assert journal.progress(INFO) == Progress()


@pytest.mark.parametrize("value", [None, 35.0, "构成变了", ["mix"], {"columns": ["类型"], "rows": [["B2B"]]}])
def test_a_value_comes_back_as_it_was(journal: Journal, value: object) -> None:
    journal.write(INFO, 0, Verdict("nps", "wrong", value=value))
    assert journal.latest(INFO)["nps"].value == value


def test_the_outcome_can_be_withheld(journal: Journal) -> None:
    journal.write(INFO, 0, WRONG, outcome="recorded")
    assert journal.latest(INFO)["nps"].outcome == "recorded"


def test_outside_of_a_workspace_there_is_no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Journal.here() is None
    monkeypatch.setenv("TRAINKIT_WORKSPACE", str(tmp_path))
    here = Journal.here()
    assert here is not None
    assert here.path == Journal.of(tmp_path).path
