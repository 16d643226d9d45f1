"""What an execution gave becomes a verdict an answer, also where none was given, and not too much is said."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest
from submitted import INFO, key

from trainkit.course.judge import Verdict
from trainkit.course.model import Answer, Column, Expected, Info, Key
from trainkit.gradebook.grades import Execution, Failure, Graded, Judged
from trainkit.grading.grader import judge_all, ungraded
from trainkit.grading.scoring import mark
from trainkit.i18n import speaking, use_language

KEY = key(0)


def given(value: Any) -> dict[str, Any]:
    return {"state": "given", "value": value}


def told(execution: Execution, name: str = "double", **more: Any) -> Verdict:
    return judge_all(INFO, KEY, execution, **more)[name]


@pytest.mark.parametrize(
    ("execution", "outcome", "reason"),
    [
        (Execution(0, "complete"), "not attempted", ""),
        (Execution(0, "complete", {"double": {"state": "not attempted"}}), "not attempted", ""),
        (Execution(0, "complete", failures=(Failure(3, "NameError", "x"),)), "not attempted", ""),
        (
            Execution(0, "complete", failures=(Failure(3, "died"),), not_run=(3,)),
            "not run",
            "Cell 3 ended the kernel.",
        ),
        (
            Execution(0, "complete", failures=(Failure(5, "timeout"),), not_run=(5,)),
            "not run",
            "Cell 5 ran too long.",
        ),
        (
            Execution(0, "complete", failures=(Failure(5, "timeout"), Failure(7, "died"))),
            "not run",
            "Cell 5 ran too long. Cell 7 ended the kernel.",
        ),
        (Execution(0, "complete", not_run=(4, 5, 6, 7)), "not run", "These cells weren't run: 4, 5, 6."),
        (Execution(0, "deadline"), "not run", "The notebook ran too long and was cut off."),
        (Execution(0, "flood"), "not run", "The notebook gave too much out and was cut off."),
        (Execution(0, "died"), "not run", "The notebook ended its own kernel."),
        (
            Execution(0, "deadline", failures=(Failure(2, "timeout"),)),
            "not run",
            "Cell 2 ran too long. The notebook ran too long and was cut off.",
        ),
        (
            Execution(0, "deadline", {"double": {"state": "not attempted"}}),
            "not attempted",
            "",
        ),
    ],
)
def test_an_answer_that_is_missing_was_not_attempted_or_not_run(
    execution: Execution, outcome: str, reason: str
) -> None:
    verdict = told(execution)
    assert (verdict.outcome, verdict.detail, verdict.right) == (outcome, reason, False)


def test_what_was_answered_before_a_cell_was_killed_counts() -> None:
    execution = Execution(
        0, "complete", {"double": given(20), "size": given("big")}, (Failure(9, "died"),), not_run=(9,)
    )
    verdicts = judge_all(INFO, KEY, execution)
    assert {name: v.outcome for name, v in verdicts.items()} == {
        "double": "right",
        "size": "right",
        "squares": "not run",
    }


TABLE = {"columns": ["n", "square"], "rows": [[999.0, 1.0]]}


@pytest.mark.parametrize(
    ("name", "value", "outcome"),
    [("double", 0.2, "convention"), ("double", 30, "mistake"), ("squares", TABLE, "wrong")],
)
def test_of_hidden_data_nothing_is_said(name: str, value: Any, outcome: str) -> None:
    info = replace(INFO, answers=tuple(replace(a, unit="%") for a in INFO.answers))
    execution = Execution(0, "complete", {name: given(value)})
    seen = judge_all(info, KEY, execution)[name]
    unseen = judge_all(info, KEY, execution, hidden=True)[name]
    assert seen.outcome == unseen.outcome == outcome
    assert bool(seen.detail) == (outcome != "mistake")
    assert unseen.detail == ""


def test_on_hidden_data_it_is_still_said_why_an_answer_is_none() -> None:
    execution = Execution(0, "complete", {"double": given("x")}, not_run=(2,))
    assert "should be a number" in told(execution, hidden=True).detail
    assert "weren't run" in told(execution, "size", hidden=True).detail


def test_a_row_that_is_missing_is_named_in_practice_and_not_in_an_examination() -> None:
    execution = Execution(0, "complete", {"squares": given(TABLE)})
    practice = judge_all(INFO, KEY, execution)["squares"]
    examination = judge_all(replace(INFO, instant=False), KEY, execution)["squares"]
    assert "the first: 10." in practice.detail
    assert "Rows missing: 1 of 1." in examination.detail
    assert "10" not in examination.detail


def test_reasons_are_in_the_language_of_the_block_whatever_the_process_speaks() -> None:
    execution = Execution(0, "deadline")
    use_language("zh")
    chinese = told(execution).detail
    with speaking("en"):
        english = told(execution).detail
    assert english == "The notebook ran too long and was cut off."
    assert chinese != english
    use_language("en")
    with speaking("zh"):
        assert told(execution).detail == chinese


def test_a_grade_can_be_sent_to_another_process_and_comes_back_the_same() -> None:
    execution = Execution(0, "complete", {"double": given(30)}, (Failure(2, "died"),), not_run=(2,))
    judged = Judged(execution, judge_all(INFO, KEY, execution), hidden=False)
    marks = tuple(mark(a, judged.verdicts[a.name], []) for a in INFO.answers)
    graded = Graded("hash", "graded", "zh", judged=(judged,), marks=marks)
    assert pickle.loads(pickle.dumps(graded)) == graded


def test_helper_files_are_part_of_what_was_handed_in() -> None:
    plain = ungraded(b"{}", INFO, "damaged", "cut off")
    helped = ungraded(b"{}", INFO, "damaged", "cut off", files=[("own.py", b"x = 1")])
    assert plain.content != helped.content
    assert plain.score == helped.score == (0, INFO.points)


def test_an_answer_of_each_type_is_judged_without_its_key_ever_being_shown() -> None:
    secret = 8641.97531
    info = Info(
        **{
            **{f: getattr(INFO, f) for f in ("id", "kind", "title", "level", "competencies", "minutes")},
            "answers": (
                Answer("n", "number", {}, tolerance=0.05),
                Answer("t", "text", {}),
                Answer("d", "table", {}, key=("k",), columns=(Column("k"), Column("v", tolerance=0.05))),
            ),
        }
    )
    right = {"n": secret, "t": str(secret), "d": {"columns": ["k", "v"], "rows": [["a", secret]]}}
    keys = Key(0, {name: Expected(value) for name, value in right.items()})
    wrong = {"n": 1.0, "t": "x", "d": {"columns": ["k", "v"], "rows": [["a", 2.0]]}}
    execution = Execution(0, "complete", {name: given(value) for name, value in wrong.items()})
    for hidden in (False, True):
        verdicts = judge_all(info, keys, execution, hidden=hidden)
        assert "8641" not in repr(verdicts)
