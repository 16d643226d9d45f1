"""Grading one submission: run it on every variant, judge its answers outside, add up.

A pure function of the submitted bytes and the assignment: the same input gives the same grade, so it can be
repeated, moved to another process and looked up by the hash of its input.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from trainkit.classes.assignment import Assignment, Prepared
from trainkit.course.judge import Outcome, Verdict, judge
from trainkit.course.model import Info, Key
from trainkit.gradebook.grades import Execution, Graded, Judged, Mark, State
from trainkit.grading.execution import execute
from trainkit.grading.scoring import better, mark
from trainkit.i18n import _, joined, listed, ngettext, speaking
from trainkit.sandbox.levels import shared_runner
from trainkit.sandbox.limits import Limits
from trainkit.sandbox.running import Runner
from trainkit.submissions.handed_in import Typed, typed_of
from trainkit.submissions.notebooks import Damaged, Submitted, content_hash, repair

__all__ = ["Stopped", "grade", "judge_all", "judge_typed", "marks_of", "ungraded"]

#: How many cells are named as the reason why an answer is missing.
_NAMED = 3


class Stopped(Exception):
    """The assessor stopped grading before this submission was through."""


def grade(
    raw: bytes,
    assignment: Assignment,
    box: Runner | None = None,
    stop: threading.Event | None = None,
    *,
    files: Sequence[tuple[str, bytes]] = (),
    classmates: Sequence[Key] = (),
) -> Graded:
    """Grade a submitted file.

    What the judge says is in the notebook's language, whatever the process speaks. What was submitted on the
    page comes along as a part of its own: it is judged on the trainee's own data, and for each answer the
    better way counts.

    Args:
        raw: the file; empty where only the page was filled in.
        assignment: the exercise with its variants and keys.
        box: where the notebook runs.
        stop: set it to give up.
        files: name and content of the helper files that were handed in with it.
        classmates: keys of the variants that others of the class worked on.

    Raises:
        Damaged: the file is no notebook.
        Stopped: `stop` was set before all variants had run.
    """
    typed, helpers = typed_of(files)
    info, own = assignment.info, assignment.visible
    submitted, note = _notebook(raw, helpers, box.limits if box else Limits(), typed)
    stop = stop or threading.Event()
    with speaking(submitted.lang if submitted else typed.lang if typed else "en"):
        judged = (
            _on_all(submitted, assignment, box or shared_runner(Limits(), "fork"), stop)
            if submitted
            else (_page_alone(info, own.variant),)
        )
        said = judge_typed(info, own.key, typed.answers) if typed else {}
        remarks = typed.remarks(own.variant) if typed else ()
        note = "\n".join(text for text in (note, *remarks, _retyped(submitted)) if text)
    marks = marks_of(info, judged, classmates, said)
    broken = next((j.execution.detail for j in judged if j.execution.state == "broken"), None)
    state: State = "graded" if broken is None else "failed"
    lang = submitted.lang if submitted else typed.lang if typed else "en"
    return Graded(content_hash(raw, files), state, lang, broken or note, judged, marks, said)


def _retyped(submitted: Submitted | None) -> str:
    """Say which cells were read as code although their type is another one; nothing if there are none."""
    if submitted is None or not submitted.retyped:
        return ""
    return ngettext(
        "Cell {cells} isn't a code cell any more; it was read as code.",
        "Cells {cells} aren't code cells any more; they were read as code.",
        len(submitted.retyped),
    ).format(cells=listed(submitted.retyped))


def _notebook(
    raw: bytes, helpers: Sequence[tuple[str, bytes]], limits: Limits, typed: Typed | None
) -> tuple[Submitted | None, str]:
    """Return the notebook, or `None` and what to say of it where the page was filled in and it can't be read.

    Raises:
        Damaged: it can't be read, and there is nothing else.
    """
    if typed is not None and not raw:
        return None, ""
    try:
        return repair(raw, limits, helpers), ""
    except Damaged as error:
        if typed is None or not typed.answers:
            raise
        return None, "\n".join(
            [_("The notebook can't be read; what was submitted on the page counts."), str(error)]
        )


def _page_alone(info: Info, variant: int) -> Judged:
    """Return what there is of a notebook where there is none."""
    verdicts = {a.name: Verdict(a.name, "not attempted") for a in info.answers}
    return Judged(Execution(variant, "complete", isolation="page"), verdicts, hidden=False)


def judge_typed(info: Info, key: Key, answers: Mapping[str, Any]) -> dict[str, Verdict]:
    """Return the verdict on each answer that was submitted on the page; one that isn't asked for is nothing.

    Args:
        info: the exercise.
        key: of the trainee's own data.
        answers: payloads by name, from outside.
    """
    return {
        a.name: judge(a, key.answers[a.name], answers[a.name], examination=not info.instant)
        for a in info.answers
        if a.name in answers
    }


def marks_of(
    info: Info,
    judged: Sequence[Judged],
    classmates: Sequence[Key] = (),
    typed: Mapping[str, Verdict] | None = None,
) -> tuple[Mark, ...]:
    """Return what each answer of a submission earns: of notebook and page, the better way.

    Args:
        info: the exercise.
        judged: the submission on each variant, the visible one first.
        classmates: keys of the variants that others of the class worked on.
        typed: verdicts on what was submitted on the page, by name.
    """
    return tuple(
        better(
            answer,
            mark(
                answer,
                judged[0].verdicts.get(answer.name),
                [j.verdicts.get(answer.name) for j in judged if j.hidden],
                weights=info.weights,
                classmates=classmates,
            ),
            judged[0].verdicts.get(answer.name),
            (typed or {}).get(answer.name),
            classmates,
        )
        for answer in info.answers
    )


def ungraded(
    raw: bytes, info: Info, state: State, note: str, *, files: Sequence[tuple[str, bytes]] = ()
) -> Graded:
    """Return the grade of a file that couldn't be graded: nothing earned, and the reason."""
    marks = tuple(Mark(a.name, a.points, 0.0) for a in info.answers)
    return Graded(content_hash(raw, files), state, note=note, marks=marks)


def judge_all(info: Info, key: Key, execution: Execution, *, hidden: bool = False) -> dict[str, Verdict]:
    """Return the verdict on each answer of an exercise.

    What was never given is not attempted; or failed where its cell raised an error; or not run where the
    notebook didn't get to its end.

    Args:
        info: the exercise.
        key: of the variant.
        execution: of a submission on that variant.
        hidden: nobody has seen the variant, so nothing is said of where a value differs.
    """
    why = _why_not_run(execution)
    verdicts = {}
    for answer in info.answers:
        payload = execution.answers.get(answer.name)
        if answer.name in execution.failed:
            verdict = Verdict(answer.name, "failed", detail=_why_failed(execution, answer.name))
        elif payload is None:
            outcome: Outcome = "not run" if why else "not attempted"
            verdict = Verdict(answer.name, outcome, detail=why)
        else:
            expected = key.answers[answer.name]
            verdict = judge(answer, expected, payload, examination=not info.instant)
            if hidden and verdict.outcome in {"wrong", "mistake", "convention"}:
                verdict = replace(verdict, detail="")
        verdicts[answer.name] = verdict
    return verdicts


def _why_failed(execution: Execution, name: str) -> str:
    """Say which error kept an answer from being given, and which one came first: others follow from it."""
    own, first = execution.failed[name], execution.failures[0]
    said = _("Cell {cell} failed with {error}: {message}")
    if first.cell >= own.cell:
        return said.format(cell=own.cell, error=own.error, message=own.message)
    before = _("The first failure was in cell {cell}, {error}: {message}")
    return "\n".join(
        text.format(cell=f.cell, error=f.error, message=f.message)
        for text, f in ((said, own), (before, first))
    )


def _why_not_run(execution: Execution) -> str:
    """Say why answers may be missing that are not the trainee's omission; empty if all cells ran."""
    cut = {
        "deadline": _("The notebook ran too long and was cut off."),
        "flood": _("The notebook gave too much out and was cut off."),
        "broken": _("The notebook could not be run."),
        "died": _("The notebook ended its own kernel."),
    }
    said = [
        _("Cell {cell} ran too long.").format(cell=failure.cell)
        if failure.error == "timeout"
        else _("Cell {cell} ended the kernel.").format(cell=failure.cell)
        for failure in execution.failures
        if failure.error in {"timeout", "died"}
    ]
    # A cell that was interrupted has run; what it should have computed is missing all the same.
    ended = [cut[execution.state]] if execution.state in cut else []
    if not said and not ended and execution.not_run:
        return _("These cells weren't run: {cells}.").format(cells=listed(execution.not_run[:_NAMED]))
    return joined(*said[:_NAMED], *ended)


def _on_all(
    submitted: Submitted, assignment: Assignment, box: Runner, stop: threading.Event
) -> tuple[Judged, ...]:
    return tuple(
        _on(submitted, prepared, assignment, box, stop, hidden=prepared is not assignment.visible)
        for prepared in assignment.all
    )


def _on(
    submitted: Submitted,
    prepared: Prepared,
    assignment: Assignment,
    box: Runner,
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
        ahead=prepared.key.tables,
    )
    if execution.state == "stopped":
        raise Stopped
    verdicts = judge_all(assignment.info, prepared.key, execution, hidden=hidden)
    return Judged(execution, verdicts, hidden)
