"""Marks by hand: they stand beside what was earned, and nothing but their removal loses them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from graded import graded
from submitted import INFO

from trainkit.errors import GradingError, InputError, OutOfRange, TrainkitError, UnknownName
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.marking import remove_mark, set_mark
from trainkit.gradebook.records import Mark


@pytest.fixture
def book(where: Path | str) -> Iterator[Gradebook]:
    with Gradebook(where) as book:
        book.record("lin-yue", INFO, graded("c1", earned=0.5), plan="p", received=b"x")
        yield book


def give(book: Gradebook, points: float | None = 1.5, answer: str = "double", **more: str) -> None:
    set_mark(book, "lin-yue", "9-01", answer, points, **{"why": "well argued", "who": "zhou-min", **more})


def mark(book: Gradebook, answer: str = "double") -> Mark:
    [submission] = book.latest(trainee="lin-yue")
    return next(m for m in submission.marks if m.name == answer)


def test_points_given_by_hand_count_and_those_earned_stay_to_be_seen(book: Gradebook):
    give(book, comment="A sound definition.")
    given = mark(book)
    assert (given.earned, given.manual, given.awarded) == (0.5, 1.5, 1.5)
    assert (given.comment, given.assessor) == ("A sound definition.", "zhou-min")
    [submission] = book.latest()
    assert (submission.earned, submission.awarded, submission.points) == (0.5, 1.5, 3.0)


def test_no_points_by_hand_is_something_else_than_nothing_given(book: Gradebook):
    assert mark(book).manual is None
    give(book, 0)
    assert (mark(book).manual, mark(book).awarded) == (0.0, 0.0)


def test_a_comment_alone_leaves_the_points(book: Gradebook):
    give(book, None, comment="See the glossary.")
    assert (mark(book).manual, mark(book).awarded, mark(book).comment) == (None, 0.5, "See the glossary.")
    give(book, 2)
    give(book, None, comment="Now it's clear.")
    assert (mark(book).manual, mark(book).comment) == (2.0, "Now it's clear.")


@pytest.mark.parametrize("edition", ["first", "second"])
@pytest.mark.parametrize("plan", ["p", "q"])
def test_grading_again_keeps_marks_by_hand(book: Gradebook, edition: str, plan: str):
    """Also under another edition of the exercise, and back again."""
    give(book, comment="Kept.")
    info = replace(INFO, edition=edition)
    for _time in range(2):
        book.record("lin-yue", info, graded("c1", earned=0.0), plan=plan, received=b"x", again=True)
        assert (mark(book).earned, mark(book).manual, mark(book).comment) == (0.0, 1.5, "Kept.")
    book.record("lin-yue", INFO, graded("c1", earned=0.0), plan="p", received=b"x", again=True)
    assert mark(book).manual == 1.5


def test_a_mark_taken_back_under_a_new_edition_doesn_t_return_with_the_old_one(book: Gradebook):
    give(book)
    book.record("lin-yue", replace(INFO, edition="second"), graded("c1"), plan="p", received=b"x", again=True)
    remove_mark(book, "lin-yue", "9-01", "double", why="a slip")
    book.record("lin-yue", INFO, graded("c1"), plan="p", received=b"x", again=True)
    assert mark(book).manual is None


def test_other_work_gets_a_grade_of_its_own_and_the_change_says_so(book: Gradebook):
    give(book)
    [change] = book.record("lin-yue", INFO, graded("c2", earned=0.5), plan="p", received=b"y")
    assert (change.because, change.manual, change.dropped) == (("submission",), None, 1.5)
    assert mark(book).awarded == 0.5
    book.record("lin-yue", INFO, graded("c1", earned=0.5), plan="p", received=b"x")
    assert mark(book).awarded == 1.5


def test_a_mark_can_be_taken_back(book: Gradebook):
    give(book, comment="Hm.")
    remove_mark(book, "lin-yue", "9-01", "double", why="a slip")
    assert (mark(book).manual, mark(book).comment, mark(book).awarded) == (None, "", 0.5)
    with pytest.raises(GradingError, match="Nothing was given by hand for `double`"):
        remove_mark(book, "lin-yue", "9-01", "double", why="again")


def test_evidence_follows_the_points_that_count(book: Gradebook):
    def shares() -> list[tuple[str, float]]:
        return [(s.competency, round(s.share, 4)) for s in book.standings()]

    assert shares() == [("C1", round(0.5 / 3, 4))]
    give(book, 2)
    give(book, 1, "size")
    assert shares() == [("C1", 1.0)]
    assert [s.shown for s in book.standings()] == [True]
    book.record("lin-yue", INFO, graded("c1", earned=0.0), plan="q", received=b"x", again=True)
    assert shares() == [("C1", 1.0)]
    remove_mark(book, "lin-yue", "9-01", "size", why="a slip")
    assert shares() == [("C1", round(2 / 3, 4))]


def test_the_audit_trail_says_who_gave_what_and_why(book: Gradebook):
    give(book)
    remove_mark(book, "lin-yue", "9-01", "double", why="a slip", who="chen-bo")
    lines = [(a.who, a.action, a.trainee.name, a.what, a.why) for a in book.audit() if a.action != "grade"]
    assert lines == [
        ("zhou-min", "mark", "lin-yue", "9-01 double: 0.5 → 1.5", "well argued"),
        ("chen-bo", "unmark", "lin-yue", "9-01 double: 1.5 → 0.5", "a slip"),
    ]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"points": 2.5}, OutOfRange, r"`double` can earn from 0 to 2 points. Got 2.5"),
        ({"points": -1}, OutOfRange, "Got -1"),
        ({"points": math.nan}, OutOfRange, "Got nan"),
        ({"points": None}, InputError, "points or a comment"),
        ({"why": "  "}, InputError, "Say why"),
        ({"answer": "doubel"}, UnknownName, "Did you mean `double`"),
        ({"trainee": "lin-yu"}, UnknownName, "Did you mean `lin-yue`"),
        ({"exercise": "1-06"}, GradingError, "lin-yue has handed in nothing for 1-06"),
    ],
)
def test_what_can_t_be_given_changes_nothing(
    book: Gradebook, given: dict[str, object], error: type[TrainkitError], message: str
):
    wanted = {"trainee": "lin-yue", "exercise": "9-01", "answer": "double", "points": 1.0, "why": "w"} | given
    with pytest.raises(error, match=message):
        set_mark(book, **wanted)
    assert mark(book).manual is None
    assert [a.action for a in book.audit()] == ["grade"]


def test_points_by_hand_never_count_for_more_than_the_answer_is_worth_now(book: Gradebook):
    """Another edition may ask for less; should it ask for more again, all of them count."""
    give(book, 2)
    for edition, worth in (("second", 1.0), ("third", 4.0)):
        less = replace(
            graded("c1", earned=0.5), marks=(replace(graded().marks[0], points=worth, earned=0.5),)
        )
        book.record("lin-yue", replace(INFO, edition=edition), less, plan=edition, received=b"x", again=True)
        [submission] = book.latest()
        assert (mark(book).manual, mark(book).awarded) == (2.0, min(2.0, worth))
        assert submission.awarded == submission.evidence[0].awarded == min(2.0, worth)


def test_work_that_trainkit_failed_to_grade_is_no_evidence(book: Gradebook):
    """It has no points yet, and nobody fails a competency by it."""
    before = [(s.trainee, s.share) for s in book.standings()]
    for name in ("lin-yue", "chen-bo"):
        book.record(name, INFO, replace(graded("c2", earned=0.0), state="failed"), plan="", received=b"y")
    assert [(s.trainee, s.share) for s in book.standings()] == []
    book.record("lin-yue", INFO, graded("c1", earned=0.5), plan="p", received=b"x")
    assert [(s.trainee, s.share) for s in book.standings()] == before
