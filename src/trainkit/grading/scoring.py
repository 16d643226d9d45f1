"""From verdicts to points: an answer is worth what it is on data that nobody has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from trainkit.course.judge import Verdict, credit, matches
from trainkit.course.model import Answer, Key
from trainkit.gradebook.grades import Flag, Mark

__all__ = ["COMPARABLE", "better", "mark"]


#: Types of answers whose equal values mean something: of a few choices, two people often take the same.
COMPARABLE = ("number", "text", "table")


def mark(
    answer: Answer,
    visible: Verdict | None,
    hidden: Sequence[Verdict | None],
    *,
    weights: Mapping[str, float] | None = None,
    classmates: Sequence[Key] = (),
) -> Mark:
    """Return what an answer earns.

    The points are spread over the variants by their weights: evenly over the hidden ones unless the exercise
    says otherwise. The visible one then earns nothing, because its right answer can be seen in the workbook.
    Where there is no hidden variant (a page that is submitted without a notebook), the visible one counts.
    What was copied from a classmate earns nothing.

    Args:
        answer: the answer's description.
        visible: the verdict on the variant that the trainee worked on; `None` if there was no answer.
        hidden: the verdicts on the variants that nobody has seen.
        weights: of the `visible` variant and of each `hidden` one; 0 and 1 where it isn't named.
        classmates: keys of the variants that others worked on.

    >>> right, wrong = Verdict("nps", "right", value=35.0), Verdict("nps", "wrong", value=35.0)
    >>> mark(Answer("nps", "number", {}, points=2), right, [right, right]).earned
    2.0
    >>> mark(Answer("nps", "number", {}, points=2), right, [wrong, wrong])
    Mark(name='nps', points=2, earned=0.0, flag='hard-coded', way='')
    """
    said = {"visible": 0.0, "hidden": 1.0, **(weights or {})}
    counting = [(said["hidden"], verdict) for verdict in hidden]
    if said["visible"] or not counting:
        counting.append((said["visible"] or 1.0, visible))
    share = sum(weight * credit(answer, verdict) for weight, verdict in counting)
    earned = answer.points * share / sum(weight for weight, _verdict in counting)
    flag = _flag(answer, visible, hidden, classmates)
    # A copied number may happen to be right on one hidden variant.
    return Mark(answer.name, answer.points, 0.0 if flag == "classmate" else round(earned, 4), flag)


#: Outcomes of an answer that a notebook didn't give.
_NOT_GIVEN = ("not attempted", "not run", "failed")


def better(
    answer: Answer,
    notebook: Mark,
    visible: Verdict | None,
    typed: Verdict | None,
    classmates: Sequence[Key] = (),
) -> Mark:
    """Return the mark of the better way: the notebook's, or that of what was submitted on the page.

    What is typed earns nothing where the answer wants code; if it would have earned more, the mark says so.

    Args:
        answer: the answer's description.
        notebook: what the notebook earned.
        visible: the notebook's verdict on the trainee's own data.
        typed: the verdict on what was submitted on the page; `None` if nothing was.
        classmates: keys of the variants that others worked on.

    >>> none, right = Mark("nps", 2, 0.0), Verdict("nps", "right", value=35.0)
    >>> better(Answer("nps", "number", {}, points=2), none, None, right).way
    'page'
    """
    given = visible is not None and visible.outcome not in _NOT_GIVEN
    own = replace(notebook, way="notebook" if given else "")
    if typed is None or typed.outcome == "not attempted":
        return own
    page = replace(mark(answer, typed, [], classmates=classmates), way="page")
    if answer.code and page.earned > own.earned:
        return replace(own, flag="typed", way=own.way or "page")
    return page if page.earned > own.earned or not given else own


def _flag(
    answer: Answer, visible: Verdict | None, hidden: Sequence[Verdict | None], classmates: Sequence[Key]
) -> Flag:
    if visible is None:
        return ""
    given = [v.value for v in hidden if v is not None and v.value is not None]
    if visible.right:
        if not hidden or any(v is not None and v.right for v in hidden):
            return ""
        return (
            "hard-coded" if any(_equal(answer, visible.value, value) for value in given) else "visible only"
        )
    if visible.outcome == "wrong" and answer.type in COMPARABLE and visible.value is not None:
        # What is computed differs from variant to variant; what is copied stays.
        copied = all(_equal(answer, visible.value, value) for value in given)
        if copied and any(_is_key(answer, key, visible.value) for key in classmates):
            return "classmate"
    return ""


def _equal(answer: Answer, one: Any, other: Any) -> bool:
    """Whether two given values are the same; a table is, if it's the same to the judge."""
    return bool(one == other) or (answer.type == "table" and matches(answer, one, other))


def _is_key(answer: Answer, key: Key, value: Any) -> bool:
    return answer.name in key.answers and matches(answer, key.answers[answer.name].value, value)
