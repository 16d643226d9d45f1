"""Grading again: the same input gives the same grade, and what differs is told with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from graded import graded
from submitted import INFO

from trainkit.gradebook import storing
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.changes import Because, Change, describe
from trainkit.gradebook.grades import Graded, Mark
from trainkit.grading.grader import ungraded
from trainkit.i18n import use_language


@pytest.fixture
def book(where: Path | str) -> Iterator[Gradebook]:
    with Gradebook(where) as book:
        yield book


def record(book: Gradebook, grade: Graded, **more: object) -> list[Change]:
    edition = str(more.pop("edition", "first"))
    given = {"plan": "p", "received": b"x", "again": True, **more}
    return book.record("lin-yue", replace(INFO, edition=edition), grade, **given)


def on_other_variants(grade: Graded) -> Graded:
    moved = tuple(
        replace(j, execution=replace(j.execution, variant=j.execution.variant + 1)) for j in grade.judged
    )
    return replace(grade, judged=moved)


def test_a_first_grade_changes_nothing(book: Gradebook):
    assert record(book, graded()) == []


def test_grading_again_is_idempotent(book: Gradebook):
    record(book, graded())
    before = [(s.id, s.earned, [m.name for m in s.marks], s.seen_at) for s in book.latest()]
    trail = len(book.audit())
    assert record(book, graded()) == []
    assert [(s.id, s.earned, [m.name for m in s.marks], s.seen_at) for s in book.latest()] == before
    assert len(book.audit()) == trail


CASES: list[tuple[Graded, dict[str, object], tuple[Because, ...]]] = [
    (graded("c2", earned=1.0), {}, ("submission",)),
    (graded(earned=1.0), {"edition": "second"}, ("exercise",)),
    (on_other_variants(graded(earned=1.0)), {"plan": "q"}, ("variants",)),
    (graded(earned=1.0), {"plan": "q"}, ("settings",)),
    (graded(earned=1.0), {}, ("run",)),
    (on_other_variants(graded("c2", earned=1.0)), {"edition": "second"},
     ("submission", "exercise", "variants")),
]  # fmt: skip


@pytest.mark.parametrize(("grade", "more", "because"), CASES)
def test_a_change_has_its_reasons(
    book: Gradebook, grade: Graded, more: dict[str, object], because: tuple[Because, ...]
):
    record(book, graded(earned=2.0))
    assert record(book, grade, **more) == [Change("lin-yue", "9-01", "double", 2.0, 1.0, because)]


def test_another_version_of_trainkit_is_a_reason(book: Gradebook, monkeypatch: pytest.MonkeyPatch):
    record(book, graded(earned=2.0))
    monkeypatch.setattr(storing, "__version__", "99")
    [change] = record(book, graded(earned=1.0), plan="q")
    assert change.because == ("grader",)


def test_an_answer_that_comes_or_goes_with_an_edition_is_a_change(book: Gradebook):
    record(book, graded())
    other = replace(graded(), marks=(Mark("double", 2.0, 2.0), Mark("squares", 1.0, 1.0)))
    assert record(book, other, edition="second") == [
        Change("lin-yue", "9-01", "size", 0.0, None, ("exercise",)),
        Change("lin-yue", "9-01", "squares", None, 1.0, ("exercise",)),
    ]


def test_the_reason_stands_in_the_audit_trail(book: Gradebook):
    record(book, graded(earned=2.0), who="zhou-min")
    record(book, graded(earned=1.0), plan="q", who="zhou-min")
    assert [(a.who, a.action, a.what, a.why) for a in book.audit()] == [
        ("zhou-min", "grade", "9-01: 2/3", ""),
        ("zhou-min", "regrade", "9-01: 1/3 (double 2 → 1)", "settings"),
    ]


def test_what_couldn_t_be_graded_says_so_in_the_audit_trail(book: Gradebook):
    record(book, ungraded(b"x", INFO, "damaged", "no notebook"))
    assert [a.what for a in book.audit()] == ["9-01: 0/4, damaged"]


@pytest.mark.parametrize("edition", ["first", "second"])
def test_work_keeps_its_grade_when_grading_it_again_fails(book: Gradebook, edition: str):
    """A machine without memory costs nobody a grade; the next run tries again."""
    record(book, graded(earned=2.0))
    failed = replace(ungraded(b"", INFO, "failed", "no memory"), content="c1")
    assert record(book, failed, plan="", edition=edition) == []
    [submission] = book.latest()
    assert (submission.state, submission.earned) == ("graded", 2.0)
    assert not book.is_graded("lin-yue", replace(INFO, edition=edition), "c1", "p")
    assert (book.audit()[-1].what, book.audit()[-1].why) == ("9-01: failed, 2/3 stay", "no memory")
    assert record(book, graded(earned=1.0), edition=edition)[0].after == 1.0


def test_work_that_could_never_be_graded_earns_nothing_yet(book: Gradebook):
    record(book, ungraded(b"x", INFO, "failed", "no memory"), plan="")
    [submission] = book.latest()
    assert (submission.state, submission.earned, submission.points) == ("failed", 0.0, 4.0)


def test_the_work_of_an_edition_that_returns_counts_again(book: Gradebook):
    """An exercise may be edited and the edit taken back; the work handed in stays one piece of work."""
    record(book, graded(earned=2.0), again=False)
    first = book.latest()[0].seen_at
    record(book, graded(earned=1.0), edition="second")
    assert book.latest()[0].earned == 1.0
    record(book, graded(earned=2.0))
    [submission] = book.latest()
    assert (submission.exercise.edition, submission.earned, submission.seen_at) == ("first", 2.0, first)


def test_what_was_handed_in_can_be_graded_again_with_its_files(book: Gradebook):
    files = (("own.py", b"x = 1"), ("说明.txt", b"y"))
    book.record("lin-yue", INFO, graded("c1"), plan="p", received=b"old", files=())
    book.record("lin-yue", INFO, graded("c2"), plan="p", received=b"new", files=files)
    book.record("chen-bo", INFO, graded("c3"), plan="p", received=b"his")
    found = list(book.handed_in())
    assert [(r.trainee, r.exercise, r.raw, r.files) for r in found] == [
        ("chen-bo", "9-01", b"his", ()),
        ("lin-yue", "9-01", b"new", files),
    ]
    assert all(isinstance(r.at, datetime) and r.at.tzinfo for r in found)
    assert [r.trainee for r in book.handed_in(trainee="lin-yue")] == ["lin-yue"]
    assert list(book.handed_in(exercise="1-06")) == []


def test_a_change_reads_as_a_sentence_in_both_languages():
    change = Change("lin-yue", "1-06", "nps", 2.0, None, ("exercise", "variants"), manual=1.5)
    assert describe(change) == (
        "lin-yue, 1-06, nps, points: 2 → –. The exercise was edited. "
        "Other hidden or personal variants decide. The 1.5 given by hand stay."
    )
    use_language("zh")
    assert "lin-yue" in describe(change)
