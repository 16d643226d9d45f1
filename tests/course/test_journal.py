"""The journal keeps every check and submission at once, whoever else is writing."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from asked import CHOICE, NUMBER, TABLE

from trainkit.course.journal import HandIn, Journal, trainee
from trainkit.course.judge import Verdict
from trainkit.course.model import Info
from trainkit.errors import InputError

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
        assert [e.value for e in journal.entries(INFO, who=name)] == list(range(25))


def test_nothing_is_written_or_made_by_looking(journal: Journal) -> None:
    assert journal.latest(INFO) == {}
    assert journal.hand_ins() == []
    assert journal.last_entry() == 0
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
    assert [e.value for e in journal.entries(INFO, who="lin")] == [35.0]


def test_the_trainee_is_the_signed_in_one_or_me(monkeypatch: pytest.MonkeyPatch) -> None:
    assert trainee() == "me"
    monkeypatch.setenv("TRAINKIT_TRAINEE", "林悦")
    assert trainee() == "林悦"


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


def test_page_and_notebook_are_told_apart_and_the_last_of_either_is_the_latest(journal: Journal) -> None:
    journal.write(INFO, 0, RIGHT, "submit", way="page")
    journal.write(INFO, 0, WRONG, "submit")
    assert [e.way for e in journal.entries(INFO)] == ["page", "notebook"]
    assert journal.latest(INFO, action="submit")["nps"].way == "notebook"


#: The journal's table before the ways were told apart.
OLD = """
create table entry (
    id integer primary key, at text not null, trainee text not null, kind text not null,
    activity text not null, edition text not null, variant integer not null, name text not null,
    action text not null, outcome text not null, codes text not null, value text not null
);
insert into entry values
    (1, '2026-01-05T08:00:00Z', 'me', 'exercise', '1-01', 'first', 0, 'nps', 'check', 'wrong', '[]', '36'),
    (2, '2026-01-05T08:01:00Z', 'me', 'exercise', '1-01', 'first', 0, 'nps', 'submit', 'right', '[]', '35');
"""


def old_journal(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(OLD)


def test_an_old_journal_goes_on_and_its_submissions_were_made_on_pages(journal: Journal) -> None:
    old_journal(journal.path)
    assert [(e.action, e.way, e.value) for e in journal.entries(INFO)] == [
        ("check", "", 36),
        ("submit", "page", 35),
    ]
    journal.write(INFO, 0, RIGHT, "submit")
    assert len(journal.entries(INFO)) == 3


def _look(path: Path) -> int:
    return len(Journal(path).entries(INFO))


def test_several_processes_may_find_a_journal_old_at_once(journal: Journal) -> None:
    old_journal(journal.path)
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(_look, [journal.path] * 8)) == [2] * 8


def test_a_hand_in_is_noted_once_under_its_number(journal: Journal) -> None:
    handed = HandIn(1, "2026-01-12T09:15:00+00:00", "me", ("1-01",), 7, "content", "me-1.trainkit.zip")
    journal.note_hand_in(handed)
    assert journal.hand_ins() == [handed]
    assert journal.hand_ins(who="lin") == []
    with pytest.raises(InputError, match="same moment"):
        journal.note_hand_in(handed)


def test_a_workspace_keeps_its_mark(journal: Journal, tmp_path: Path) -> None:
    assert journal.workspace() == journal.workspace()
    assert journal.workspace() != Journal.of(tmp_path / "other").workspace()


def test_a_draft_takes_the_place_of_the_one_before_and_belongs_to_one_answer(journal: Journal) -> None:
    for draft in ("2", "28", "28,"):
        journal.keep_draft(INFO, 0, "nps", draft)
    journal.keep_draft(INFO, 0, "sentence", None)
    journal.keep_draft(INFO, 3, "nps", "another variant")
    journal.keep_draft(INFO, 0, "nps", "another trainee", who="chen")
    assert journal.drafts(INFO, 0) == {"nps": "28,", "sentence": None}
    assert journal.drafts(replace(INFO, kind="lesson"), 0) == {}


def test_an_activity_begins_when_it_is_opened_first(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = journal.begun(INFO)
    monkeypatch.setattr("trainkit.course.journal.now", lambda: "2099-01-01T00:00:00+00:00")
    assert journal.begun(INFO) == first
    assert journal.begun(INFO, who="chen") == "2099-01-01T00:00:00+00:00"
