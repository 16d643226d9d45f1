"""Notebook and page: for each answer the better way counts, and everybody is told which one it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from submitted import INFO, READ, SAY, key, needs_sandbox, notebook, solved

from trainkit.classes.assignment import Assignment
from trainkit.course.judge import Verdict
from trainkit.gradebook import summary
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Graded
from trainkit.grading.grader import grade, judge_typed, marks_of
from trainkit.i18n import use_language
from trainkit.reports.feedback_view import feedback_view
from trainkit.submissions.handed_in import PART, Piece
from trainkit.submissions.notebooks import Damaged

RIGHT = {"double": 20.0, "size": "big", "squares": {"columns": ["n", "square"], "rows": [[10, 100]]}}
FULL = {"double": 2.0, "size": 1.0, "squares": 1.0}


def boxed(test: Any) -> Any:
    """Mark a test that runs a notebook."""
    for mark in [*needs_sandbox, pytest.mark.slow]:
        test = mark(test)
    return test


def page(answers: dict[str, Any], *, variant: int = 0, shows: Any = "plain", lang: str = "en") -> Any:
    return [(PART, Piece("9-01", variant, lang, None, answers).part(shows))]


def earned(graded: Graded) -> dict[str, tuple[float, str]]:
    return {m.name: (m.earned, m.way) for m in graded.marks}


def test_what_was_typed_on_the_page_earns_its_points_without_a_sandbox(assignment: Assignment) -> None:
    graded = grade(b"", assignment, files=page(RIGHT))
    assert graded.state == "graded"
    assert earned(graded) == {name: (points, "page") for name, points in FULL.items()}
    assert [(j.execution.variant, j.execution.isolation) for j in graded.judged] == [(0, "page")]


def test_a_mistake_on_the_page_is_named_and_earns_nothing(assignment: Assignment) -> None:
    graded = grade(b"", assignment, files=page({"double": 30.0}))
    assert earned(graded) == {"double": (0.0, "page"), "size": (0.0, ""), "squares": (0.0, "")}
    assert graded.typed["double"].codes == ("GEN-1",)


@pytest.mark.parametrize(
    "value", [None, [], {}, "x" * 10_000, float("nan"), True, {"columns": [], "rows": [1]}]
)
@pytest.mark.parametrize("name", ["double", "size", "squares"])
def test_what_is_no_answer_is_invalid_and_nothing_more(assignment: Assignment, name: str, value: Any) -> None:
    graded = grade(b"", assignment, files=page({name: value}))
    assert earned(graded)[name] == (0.0, "page")
    assert graded.typed[name].outcome in ("invalid", "wrong")


def test_an_answer_that_is_not_asked_for_is_nothing(assignment: Assignment) -> None:
    assert grade(b"", assignment, files=page({"more": 1.0})).typed == {}


@pytest.mark.parametrize(
    ("shows", "variant", "said"),
    [
        ("plain", 0, ""),
        ("class", 0, ""),
        ("foreign", 0, "isn't signed by this class's workbook"),
        ("changed", 0, "was changed or damaged"),
        ("plain", 7, "on other data"),
    ],
)
def test_a_wrong_signature_and_other_data_are_remarks(
    assignment: Assignment, shows: str, variant: int, said: str
) -> None:
    graded = grade(b"", assignment, files=page(RIGHT, shows=shows, variant=variant))
    assert said in graded.note
    assert bool(graded.note) is bool(said)
    assert graded.state == "graded"


def test_a_damaged_notebook_costs_nothing_of_the_page(assignment: Assignment) -> None:
    graded = grade(b"no notebook", assignment, files=page(RIGHT))
    assert graded.score == (4.0, 4.0)
    assert "The notebook can't be read" in graded.note
    with pytest.raises(Damaged):
        grade(b"no notebook", assignment, files=page({}))


def given(**values: Any) -> dict[str, Verdict]:
    """Return verdicts on the visible data; what isn't named is not attempted."""
    none = {a.name: Verdict(a.name, "not attempted") for a in INFO.answers}
    return {
        **none,
        **judge_typed(INFO, key(0), {n: {"state": "given", "value": v} for n, v in values.items()}),
    }


@pytest.mark.parametrize(
    ("notebook_gave", "page_gave", "earns", "way"),
    [
        ({}, {}, 0.0, ""),
        ({"double": 20.0}, {}, 2.0, "notebook"),
        ({}, {"double": 20.0}, 2.0, "page"),
        ({"double": 20.0}, {"double": 20.0}, 2.0, "notebook"),
        ({"double": 21.0}, {"double": 20.0}, 2.0, "page"),
        ({"double": 20.0}, {"double": 21.0}, 2.0, "notebook"),
        ({"double": 21.0}, {"double": 22.0}, 0.0, "notebook"),
        ({}, {"double": 22.0}, 0.0, "page"),
    ],
)
def test_for_each_answer_the_better_way_counts(notebook_gave, page_gave, earns, way) -> None:
    from trainkit.gradebook.grades import Execution, Judged

    judged = [Judged(Execution(0, "complete"), given(**notebook_gave), hidden=False)]
    typed = {n: v for n, v in given(**page_gave).items() if n in page_gave}
    mark = marks_of(INFO, judged, (), typed)[0]
    assert (mark.earned, mark.way) == (earns, way)


def coded(assignment: Assignment) -> Assignment:
    answers = (replace(INFO.answers[0], code=True), *INFO.answers[1:])
    return replace(assignment, info=replace(INFO, answers=answers))


def test_where_code_is_required_a_typed_answer_earns_nothing_and_is_told_apart(assignment) -> None:
    graded = grade(b"", coded(assignment), files=page(RIGHT))
    assert earned(graded) == {"double": (0.0, "page"), "size": (1.0, "page"), "squares": (1.0, "page")}
    assert [m.flag for m in graded.marks] == ["typed", "", ""]


@pytest.fixture
def book(tmp_path: Path) -> Gradebook:
    return Gradebook(tmp_path / "gradebook.db")


def recorded(book: Gradebook, assignment: Assignment, raw: bytes, files: Any) -> Any:
    graded = grade(raw, assignment, files=files)
    book.record("lin-yue", assignment.info, graded, plan="p", received=raw, files=files)
    (row,) = book.latest()
    return row


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", ("Typed on the page: double.", "isn't signed")), ("zh", ("页面", "签名"))],
)
def test_the_gradebook_says_on_which_way_an_answer_was_given(book, assignment, lang, said) -> None:
    row = recorded(book, assignment, b"", page({"double": 20.0}, shows="foreign"))
    assert {m.name: m.way for m in row.marks} == {"double": "page", "size": "", "squares": ""}
    use_language(lang)
    for part in said:
        assert part in summary.rows([row])[0].remarks
    names, (double, *_others) = summary.answers_table([row])
    told = dict(zip(names, double, strict=True))
    assert (told["way"], told["outcome"], told["value"], told["earned"]) == ("page", "right", 20.0, 2.0)


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", ("Submitted on the page.", "when the notebook computes it")), ("zh", ("页面", "笔记本"))],
)
def test_feedback_says_it_kindly(book, assignment, lang, said) -> None:
    use_language(lang)
    row = recorded(book, coded(assignment), b"", page(RIGHT, lang=lang))
    keys = {("9-01", "first"): key(0)}
    view = feedback_view("lin-yue", [row], keys, released=lambda _info: True, workbook="")
    double, size, _squares = view.exercises[0].answers
    assert said[0] in size.remark
    assert said[1] in double.remark
    assert not view.exercises[0].rerun


def test_what_is_kept_of_a_hand_in_can_be_graded_again(book, assignment) -> None:
    files = page({"double": 20.0})
    recorded(book, assignment, b"", files)
    (kept,) = book.handed_in()
    again = grade(kept.raw, assignment, files=kept.files)
    assert again.score == (2.0, 4.0)
    assert json.loads(dict(kept.files)[PART])["answers"] == {"double": 20.0}


@boxed
def test_both_ways_of_one_hand_in_are_joined(book, assignment) -> None:
    raw = notebook(READ, SAY, "say(double=number * 2, size='small')")
    row = recorded(book, assignment, raw, page({"double": 1.0, "size": "big"}))
    assert {m.name: (m.earned, m.way) for m in row.marks} == {
        "double": (2.0, "notebook"),
        "size": (1.0, "page"),
        "squares": (0.0, ""),
    }
    visible = next(e for e in row.executions if not e.hidden)
    assert {r.name: r.value for r in visible.results} == {"double": 20.0, "size": "big", "squares": None}


@boxed
def test_the_page_is_not_to_be_found_in_the_sandbox(assignment) -> None:
    look = "import os\nsay(double=float(any('handed' in n for n in os.listdir('.'))))"
    graded = grade(notebook(SAY, look), assignment, files=page({"size": "big"}))
    assert graded.judged[0].verdicts["double"].value == 0.0


@boxed
def test_a_right_notebook_stays_the_notebooks(assignment) -> None:
    graded = grade(solved(), assignment, files=page(RIGHT))
    assert earned(graded) == {name: (points, "notebook") for name, points in FULL.items()}
