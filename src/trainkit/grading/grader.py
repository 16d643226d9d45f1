"""Grading one submission: run it on every variant, judge its answers outside, add up.

A pure function of the submitted bytes and the assignment: the same input gives the same grade, so it can be
repeated, moved to another process and looked up by the hash of its input.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from trainkit.course.judge import Verdict, judge
from trainkit.course.model import Info, Key
from trainkit.grading.assignment import Assignment, Prepared
from trainkit.grading.execution import Execution, execute
from trainkit.grading.notebooks import Submitted, content_hash, repair
from trainkit.grading.sandbox import Box
from trainkit.grading.scoring import Mark, mark, total

__all__ = ["Graded", "Judged", "State", "Stopped", "grade", "judge_all", "ungraded"]

State = Literal["graded", "damaged", "failed"]


class Stopped(Exception):
    """The assessor stopped grading before this submission was through."""


@dataclass(frozen=True)
class Judged:
    """A submission on one variant: what it did and what the judge says.

    Args:
        execution: how it ran.
        verdicts: by answer; every answer of the exercise has one.
        hidden: nobody has seen this variant's data.
    """

    execution: Execution
    verdicts: Mapping[str, Verdict]
    hidden: bool


@dataclass(frozen=True)
class Graded:
    """A submission, graded.

    Args:
        content: hash of the submitted bytes.
        state: `graded`; `damaged` when the file is no notebook; `failed` when it couldn't be run as it
            should, so that it's to be tried again.
        lang: the notebook's language.
        note: why it is damaged or failed.
        judged: one entry a variant, the visible one first.
        marks: what each answer earned.
    """

    content: str
    state: State
    lang: str = "en"
    note: str = ""
    judged: tuple[Judged, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def score(self) -> tuple[float, float]:
        """Points earned, and points that could be earned."""
        return total(self.marks)


def grade(
    raw: bytes, assignment: Assignment, box: Box | None = None, stop: threading.Event | None = None
) -> Graded:
    """Grade a submitted file.

    Args:
        raw: the file.
        assignment: the exercise with its variants and keys.
        box: where the notebook runs.
        stop: set it to give up.

    Raises:
        Damaged: the file is no notebook.
        Stopped: `stop` was set before all variants had run.
    """
    box = box or Box()
    submitted = repair(raw, box.limits)
    stop = stop or threading.Event()
    judged = tuple(
        _on(submitted, prepared, assignment, box, stop, hidden=prepared is not assignment.visible)
        for prepared in assignment.all
    )
    marks = tuple(
        mark(
            answer,
            judged[0].verdicts.get(answer.name),
            [j.verdicts.get(answer.name) for j in judged if j.hidden],
        )
        for answer in assignment.info.answers
    )
    broken = next((j.execution.detail for j in judged if j.execution.state == "broken"), None)
    state: State = "graded" if broken is None else "failed"
    return Graded(content_hash(raw), state, submitted.lang, broken or "", judged, marks)


def ungraded(raw: bytes, info: Info, state: State, note: str) -> Graded:
    """Return the grade of a file that couldn't be graded: nothing earned, and the reason."""
    marks = tuple(Mark(a.name, a.points, 0.0) for a in info.answers)
    return Graded(content_hash(raw), state, note=note, marks=marks)


def judge_all(info: Info, key: Key, execution: Execution) -> dict[str, Verdict]:
    """Return the verdict on each answer of an exercise; what was never given is not attempted."""
    return {
        answer.name: judge(
            answer, key.answers[answer.name], execution.answers.get(answer.name, {"state": "not attempted"})
        )
        for answer in info.answers
    }


def _on(
    submitted: Submitted,
    prepared: Prepared,
    assignment: Assignment,
    box: Box,
    stop: threading.Event,
    *,
    hidden: bool,
) -> Judged:
    if stop.is_set():
        raise Stopped
    execution = execute(
        submitted,
        assignment.info,
        prepared.variant,
        tables=prepared.tables,
        activity=assignment.activity,
        box=box,
        stop=stop,
    )
    if execution.state == "stopped":
        raise Stopped
    return Judged(execution, judge_all(assignment.info, prepared.key, execution), hidden)
