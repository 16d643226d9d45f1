"""A class of the tiny exercise, graded: who answered what is told by a function of the number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from submitted import INFO, NUMBERS, key, notebook

from trainkit.course.model import Info
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Execution, Failure, Graded, Judged, Mark
from trainkit.grading.grader import judge_all

#: What a trainee answers, computed from the variant's number.
Answering = Callable[[int], Mapping[str, Any]]

#: An examination with the same questions.
EXAM = replace(
    INFO, id="9-02", title={"en": "One examination", "zh": "一次考核"}, instant=False, edition="e1"
)


def right(number: int) -> dict[str, Any]:
    return {
        "double": 2.0 * number,
        "size": "big",
        "squares": {"columns": ["n", "square"], "rows": [[number, float(number**2)]]},
    }


def tripled(number: int) -> dict[str, Any]:
    return {"double": 3.0 * number, "size": "big"}


def typed_in(_number: int) -> dict[str, Any]:
    return {"double": 20.0, "size": "big"}


def small(_number: int) -> dict[str, Any]:
    return {"size": "small"}


def nothing(_number: int) -> dict[str, Any]:
    return {}


def graded(
    answering: Answering = right,
    *,
    content: str = "c",
    info: Info = INFO,
    lang: str = "en",
    flags: Mapping[str, str] | None = None,
    failures: tuple[Failure, ...] = (),
    state: str = "complete",
) -> Graded:
    """Return what the grader says of a trainee who answers like that on every variant."""
    judged = []
    for variant, number in NUMBERS.items():
        answers = {n: {"state": "given", "value": v} for n, v in answering(number).items()}
        execution = Execution(variant, state, answers, () if variant else failures)  # type: ignore[arg-type]
        judged.append(Judged(execution, judge_all(info, key(variant), execution), hidden=bool(variant)))
    marks = []
    for a in info.answers:
        got = [j.verdicts[a.name].right for j in judged if j.hidden]
        flag: Any = (flags or {}).get(a.name, "")
        marks.append(Mark(a.name, a.points, a.points * sum(got) / len(got), flag))
    return Graded(content, "graded", lang, judged=tuple(judged), marks=tuple(marks))


def hand_in(
    book: Gradebook,
    who: str,
    answering: Answering = right,
    *,
    code: str = "",
    info: Info = INFO,
    **more: Any,
) -> None:
    """Record a graded submission."""
    result = graded(answering, content=f"{who}-{info.id}", info=info, **more)
    book.record(who, info, result, plan="p", received=notebook(code or f"say({who!r})"))


def damaged(book: Gradebook, who: str, *, state: Any = "damaged", note: str = "The file is empty.") -> None:
    """Record a submission that couldn't be graded."""
    marks = tuple(Mark(a.name, a.points, 0.0) for a in INFO.answers)
    book.record(who, INFO, Graded(f"{who}-bad", state, note=note, marks=marks), plan="p", received=b"{")
