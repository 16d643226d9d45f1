"""A failed answer isn't one that nobody tried, and a library that grading lacks is nobody's fault."""

from __future__ import annotations

from dataclasses import replace

import pytest
from submitted import READ, RIGHT, SAY, needs_sandbox, notebook

from trainkit.classes.assignment import Assignment
from trainkit.gradebook.grades import Graded
from trainkit.grading.batch import box_for
from trainkit.grading.grader import grade

pytestmark = [*needs_sandbox, pytest.mark.slow]

BEGIN = "from trainkit import Exercise\nex = Exercise('9-01', variant=variant)"


@pytest.fixture
def one(assignment: Assignment) -> Assignment:
    """One hidden variant is enough here."""
    return replace(assignment, hidden=assignment.hidden[:1])


def outcome(graded: Graded, name: str = "double") -> tuple[str, str]:
    verdict = graded.judged[0].verdicts[name]
    return verdict.outcome, verdict.detail


def points(graded: Graded) -> float:
    return graded.score[0]


def test_an_answer_whose_cell_failed_says_so_with_the_error(one: Assignment):
    graded = grade(notebook(READ, SAY, "double = numbr * 2\nsay(double=double)"), one)
    assert outcome(graded) == ("failed", "Cell 4 failed with NameError: name 'numbr' is not defined")
    assert outcome(graded, "size") == ("not attempted", "")


def test_the_first_error_is_named_from_which_the_others_follow(one: Assignment):
    graded = grade(notebook("1 / 0\nnumber = 3", "say = print", "double = number * 2"), one)
    assert outcome(graded) == (
        "failed",
        "Cell 4 failed with NameError: name 'number' is not defined\n"
        "The first failure was in cell 2, ZeroDivisionError: division by zero",
    )


def test_a_starter_below_a_failed_cell_is_not_attempted(one: Assignment):
    graded = grade(notebook("1 / 0", "double = ...\nex.answer(double=double)"), one)
    assert outcome(graded)[0] == "not attempted"


def test_a_copy_of_the_starter_does_not_hide_a_failure(one: Assignment):
    graded = grade(
        notebook("variant = 0", BEGIN, "double = 1 / 0", "double = ...\nex.answer(double=double)"), one
    )
    assert outcome(graded)[0] == "failed"


@pytest.mark.parametrize("unfinished", ["ex.answer(double=...)", "double = ...\nex.answer(double=double)"])
def test_an_unfinished_copy_takes_nothing_back(one: Assignment, unfinished: str):
    """Below the answer and in its own cell: `...` isn't an answer that could stand for another."""
    given = "ex.answer(double=number * 2, size='big')"
    below = grade(notebook("variant = 0", READ, BEGIN, given, unfinished), one)
    within = grade(notebook("variant = 0", READ, BEGIN, f"{given}\n{unfinished}"), one)
    assert points(below) == points(within) == 3


#: Where a library that grading lacks is imported or used, and everything else is right.
LACKING = {
    "first line": ("import seabirds as sb\n" + READ, SAY, RIGHT),
    "in the answer's own cell": (READ, SAY, f"x = 1\nimport seabirds\nx += 1\nassert x == 2\n{RIGHT}"),
    "beside others": (f"import os, seabirds.colors, math\nmath.pi\n{READ}", SAY, RIGHT),
    "names of it": (f"from seabirds import plot\n{READ}", SAY, f"plot([1, 2])\n{RIGHT}"),
    "set up at once": (f"import seabirds as sb\nsb.theme(1)\n{READ}", SAY, RIGHT),
    "used before an answer": (f"import seabirds as sb\n{READ}", SAY, f"sb.bars(1).show()\n{RIGHT}"),
    "below a magic": (f"%matplotlib --list\nimport seabirds\nimport waterfowl as wf\n{READ}", SAY, RIGHT),
}


#: One of them shows that ordinary kernels do the same.
ON_LEVELS = [*(("fork", name) for name in LACKING), ("bubblewrap", "used before an answer")]


@pytest.mark.parametrize(("level", "name"), ON_LEVELS)
def test_a_library_that_grading_lacks_costs_only_what_needs_it(one: Assignment, level: str, name: str):
    with box_for(prefer=level) as box:
        graded = grade(notebook(*LACKING[name]), one, box)
    assert points(graded) == 4
    assert "seabirds" in " ".join(f.message for f in graded.judged[0].execution.failures)


def test_any_other_error_ends_a_cell_as_ever(one: Assignment):
    graded = grade(notebook(READ, SAY, f"import seabirds\n1 / 0\n{RIGHT}"), one)
    assert points(graded) == 0


def test_a_part_that_a_library_has_not_got_is_an_error_like_others(one: Assignment):
    graded = grade(notebook(READ, SAY, f"import pandas.seabirds\n{RIGHT}"), one)
    assert outcome(graded)[0] == "failed"
