"""Nobody vanishes: who has no work, what can't be decided, and what assessors said of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from graded import graded
from submitted import INFO

from trainkit.classes.roster import Entry
from trainkit.errors import UnknownName
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.enrolment import enroll
from trainkit.gradebook.questions import Open, answered, ask, choose, left_open, match
from trainkit.gradebook.summary import grades_csv, open_rows, rows

CONFLICTS = [
    Open("lin-yue", INFO.id, "conflict", source, "Two sources.")
    for source in ("lin-yue", "week2.zip/lin-yue")
]


@pytest.fixture
def book(where: Path | str):
    with Gradebook(where) as made:
        enroll(made, [Entry("lin-yue", "林悦"), Entry("bo", "Bo Li"), Entry("wei", "Wei")])
        yield made


def hand_in(book: Gradebook, trainee: str, content: str = "c1", earned: float = 2.0) -> None:
    book.record(trainee, INFO, graded(content, earned=earned), plan="p", received=b"x")


def kinds(book: Gradebook, **about: str) -> list[tuple[str, str]]:
    return [(q.trainee, q.kind) for q in left_open(book, **about)]


def test_everybody_on_the_roster_without_work_is_a_line(book: Gradebook):
    hand_in(book, "lin-yue")
    assert kinds(book) == [("bo", "nothing"), ("wei", "nothing")]
    assert kinds(book, exercise="another") == [("bo", "nothing"), ("lin-yue", "nothing"), ("wei", "nothing")]
    assert kinds(book, trainee="bo") == [("bo", "nothing")]


def test_a_run_replaces_what_an_earlier_one_left_open_about_its_exercises(book: Gradebook):
    ask(book, [*CONFLICTS, Open("bo", "", "no notebook", "bo", "An empty folder.")], [INFO.id])
    assert ("bo", "no notebook") in kinds(book)
    ask(book, [Open("bo", "2-01", "late", "bo", "Late.")], ["2-01"])
    assert ("lin-yue", "conflict") in kinds(book)
    ask(book, [], [INFO.id])
    assert ("lin-yue", "conflict") not in kinds(book)
    assert ("bo", "late") in kinds(book)


def test_what_is_open_stands_in_the_row_of_a_grade_or_is_one(book: Gradebook):
    hand_in(book, "lin-yue")
    ask(book, [*CONFLICTS, Open("bo", INFO.id, "no notebook", "bo", "Found 1-06.html.")], [INFO.id])
    found = {r.trainee: r for r in open_rows(left_open(book), rows(book.latest()))}
    assert (found["lin-yue"].state, found["lin-yue"].earned) == ("graded", 2.0)
    assert found["lin-yue"].remarks.count("Two sources.") == 1
    assert (found["bo"].state, found["bo"].remarks) == ("no notebook", "Found 1-06.html.")
    assert (found["wei"].state, found["wei"].name) == ("nothing", "Wei")


def test_the_table_of_grades_has_names_and_a_line_for_everybody(book: Gradebook):
    hand_in(book, "lin-yue")
    lines = list(csv.DictReader(io.StringIO(grades_csv(book.latest(), left_open(book)).decode("utf-8-sig"))))
    assert [(x["trainee"], x["name"], x["state"], x["earned"]) for x in lines] == [
        ("bo", "Bo Li", "nothing", ""),
        ("lin-yue", "林悦", "graded", "2.0"),
        ("wei", "Wei", "nothing", ""),
    ]


@pytest.mark.parametrize("source", ["week2.zip", "week2.zip/lin-yue"])
def test_an_assessor_says_which_source_counts(book: Gradebook, source: str):
    ask(book, CONFLICTS, [INFO.id])
    assert choose(book, source, why="agreed") == 1
    assert answered(book).chosen == {("lin-yue", INFO.id): source}
    assert choose(book, "lin-yue", trainee="lin-yue", exercise=INFO.id) == 1
    assert answered(book).chosen == {("lin-yue", INFO.id): "lin-yue"}
    assert [a.why for a in book.audit() if a.action == "choose"] == ["agreed", ""]


@pytest.mark.parametrize("about", [{"source": "week3.zip"}, {"source": "week2.zip", "trainee": "bo"}])
def test_a_source_that_no_conflict_has_is_refused(book: Gradebook, about: dict[str, str]):
    ask(book, CONFLICTS, [INFO.id])
    with pytest.raises(UnknownName):
        choose(book, **about)


def test_a_stranger_becomes_the_person_with_what_was_graded(book: Gradebook):
    hand_in(book, "悦 林")
    assert match(book, "悦 林", "lin-yue") == 1
    assert [(s.trainee.name, s.earned) for s in book.latest()] == [("lin-yue", 2.0)]
    assert answered(book).matched == {"悦 林": "lin-yue"}
    assert "悦 林" not in [t.name for t in book.trainees()]


def test_a_persons_own_grade_stays_in_front_of_a_strangers(book: Gradebook):
    hand_in(book, "lin-yue", "own", 1.0)
    hand_in(book, "悦 林", "other", 2.0)
    assert match(book, "悦 林", "lin-yue") == 1
    assert [(s.trainee.name, s.content) for s in book.latest()] == [("lin-yue", "own")]


def test_nobody_is_matched_with_somebody_unknown(book: Gradebook):
    with pytest.raises(UnknownName):
        match(book, "悦 林", "lin-you")


def test_a_name_is_matched_once(book: Gradebook):
    match(book, "x", "bo")
    match(book, "x", "wei")
    assert answered(book).matched == {"x": "wei"}
