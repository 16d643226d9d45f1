from __future__ import annotations

import json
import pickle
from dataclasses import replace

import pytest
from submitted import INFO, READ, RIGHT, SAY, needs_sandbox, notebook, solved

from trainkit.classes.assignment import Assignment
from trainkit.gradebook.grades import Graded
from trainkit.grading.grader import grade
from trainkit.sandbox.levels import runner
from trainkit.sandbox.limits import Limits
from trainkit.submissions.notebooks import Damaged

pytestmark = [*needs_sandbox, pytest.mark.slow]

BEGIN = "from trainkit import Exercise\nex = Exercise('9-01', variant=variant)"


def earned(graded: Graded) -> dict[str, float]:
    return {m.name: m.earned for m in graded.marks}


def said(graded: Graded) -> dict[str, str]:
    return {name: v.outcome for name, v in graded.judged[0].verdicts.items()}


FULL = {"double": 2, "size": 1, "squares": 1}
NOTHING = {"double": 0, "size": 0, "squares": 0}

#: What is handed in, and what it earns. Honest work earns its points whatever became of its cells.
CASES = {
    "a right notebook": (solved(), FULL),
    "a variable of an answer's name, never answered": (
        notebook(READ, "double, size = number * 2, '大'\nsquares = {'n': [number], 'square': [number ** 2]}"),
        FULL,
    ),
    "Chinese column names and labels": (
        notebook(
            READ,
            SAY,
            "table = {'columns': ['平方', '数'], 'rows': [[number**2, number]]}",
            "say(double=number * 2, size='大', squares=table)",
        ),
        FULL,
    ),
    "a failed cell in the middle": (notebook(READ, SAY, "1 / 0", RIGHT), FULL),
    "the right answer last": (notebook(READ, SAY, "say(double=1, size='small')", RIGHT), FULL),
    "a wrong answer last": (solved("say(double=1)"), {**FULL, "double": 0}),
    "a variable named like a builtin": (notebook("sum = list = print = 3", READ, SAY, RIGHT), FULL),
    "numbers typed in": (
        notebook(
            SAY, "say(double=20, size='big', squares={'columns': ['n', 'square'], 'rows': [[10, 100]]})"
        ),
        {**NOTHING, "size": 1},
    ),
    "a starter": (notebook("variant = 0", "double = ...", "size = ...", "squares = ..."), NOTHING),
    "no answer of the right type": (notebook(SAY, "say(double='x', size=3, squares=[])"), NOTHING),
}


@pytest.mark.parametrize(("raw", "points"), CASES.values(), ids=CASES.keys())
def test_a_submission_earns_what_it_should(assignment: Assignment, raw: bytes, points: dict):
    one = replace(assignment, hidden=assignment.hidden[:1])  # a second one would show nothing new
    assert earned(grade(raw, one)) == points


def test_every_answer_has_a_verdict_on_every_variant(assignment: Assignment):
    graded = grade(notebook(READ, SAY, "say(double=number * 3)"), assignment)
    assert [j.execution.variant for j in graded.judged] == [0, 71, 72]
    assert [j.hidden for j in graded.judged] == [False, True, True]
    assert said(graded) == {"double": "mistake", "size": "not attempted", "squares": "not attempted"}
    assert all(j.verdicts["double"].codes == ("GEN-1",) for j in graded.judged)


def test_a_typed_in_number_is_named(assignment: Assignment):
    graded = grade(notebook(SAY, "say(double=20)"), assignment)
    assert {m.name: m.flag for m in graded.marks}["double"] == "hard-coded"


def test_the_notebook_gets_its_variant(assignment: Assignment):
    """papermill's parameter replaces what the notebook sets, also in a cell that lost its tag."""
    graded = grade(notebook("import os", "variant = 0", SAY, "say(double=variant)"), assignment)
    assert [j.verdicts["double"].value for j in graded.judged] == [0, 71, 72]


def test_a_forged_output_in_the_file_earns_nothing(assignment: Assignment):
    document = json.loads(notebook("x = 1"))
    document["cells"][1]["outputs"] = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {
                "application/vnd.trainkit.answer+json": [{"name": "double", "state": "given", "value": 20}]
            },
        }
    ]
    assert earned(grade(json.dumps(document).encode(), assignment)) == NOTHING


def test_the_exercise_knows_what_is_asked(assignment: Assignment):
    """In the sandbox `Exercise` has no course to look into, and works."""
    graded = grade(notebook("variant = 0", READ, BEGIN, "ex.answer(double=number * 2, size=...)"), assignment)
    assert graded.judged[0].execution.failures == ()
    assert earned(graded) == {**NOTHING, "double": 2}


def test_a_misspelt_answer_fails_its_cell_only(assignment: Assignment):
    graded = grade(
        notebook("variant = 0", READ, BEGIN, "ex.answer(duoble=1)", "double = number * 2"), assignment
    )
    assert [(f.cell, f.error) for f in graded.judged[0].execution.failures] == [(5, "UnknownName")]
    assert earned(graded) == {**NOTHING, "double": 2}


def test_a_file_that_is_no_notebook_is_damaged(assignment: Assignment):
    with pytest.raises(Damaged):
        grade(b"no notebook", assignment)


def test_grading_is_a_function_of_its_input(assignment: Assignment):
    raw = solved("print('once more')")
    first, second = grade(raw, assignment), grade(raw, assignment)
    assert first.content == second.content
    assert first.marks == second.marks
    assert [j.verdicts for j in first.judged] == [j.verdicts for j in second.judged]
    assert first.score == (4, INFO.points)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("import os\nos._exit(1)", "Cell 5 ended the kernel."),
        ("while True:\n    pass", "Cell 5 ran too long."),
    ],
)
def test_a_cell_that_ends_its_kernel_costs_only_what_it_would_have_answered(
    assignment: Assignment, bad: str, reason: str
):
    squares = "say(squares={'columns': ['n', 'square'], 'rows': [[number, number**2]]})"
    raw = notebook(READ, SAY, "say(double=number * 2)", f"{bad}\n{squares}", "say(size='big')")
    one = replace(assignment, hidden=assignment.hidden[:1])
    with runner(Limits(cell_seconds=5)) as box:
        graded = grade(raw, one, box)
    assert graded.state == "graded"
    assert earned(graded) == {**FULL, "squares": 0}
    for judged in graded.judged:
        assert judged.verdicts["squares"].outcome == "not run"
        assert judged.verdicts["squares"].detail == reason


def test_a_grade_is_the_same_after_a_journey(assignment: Assignment):
    graded = grade(solved(), assignment)
    assert pickle.loads(pickle.dumps(graded)) == graded
