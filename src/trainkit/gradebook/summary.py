"""The gradebook as rows: for the table on the terminal and for CSV files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Any

from trainkit.gradebook import records
from trainkit.gradebook.grades import LEFT_OUT
from trainkit.gradebook.questions import Open
from trainkit.gradebook.spreadsheet import csv_bytes
from trainkit.i18n import _, joined, listed, ngettext, retold
from trainkit.sandbox.lacking import lacked

__all__ = [
    "CUT",
    "MARKS",
    "Row",
    "answers_csv",
    "answers_table",
    "cells_missed",
    "grades_csv",
    "grades_table",
    "lacking",
    "legend",
    "open_rows",
    "plain_value",
    "remarks",
    "rows",
    "shown",
]

#: What each outcome looks like in one character; `legend` says it in words.
MARKS = {
    "right": "✓",
    "mistake": "✗",
    "convention": "✗",
    "wrong": "✗",
    "not attempted": "–",
    "invalid": "!",
    "failed": "#",
    "not run": "?",
}

#: Characters of an error in a remark.
_LONGEST_ERROR = 120

#: States of a run that was cut off.
CUT = frozenset({"deadline", "flood", "died"})


@dataclass(frozen=True)
class Row:
    """One submission in a line.

    Args:
        trainee: who.
        exercise: the exercise's id.
        source: `file` or `page`.
        state: graded, damaged or failed.
        earned: points, an assessor's manual ones in the place of automatic ones.
        points: that could be earned.
        answers: each answer's mark and mistake codes, on the variant that the trainee worked on.
        remarks: what an assessor should know, in the language in use.
        name: the full name; empty if the roster doesn't tell it.
    """

    trainee: str
    exercise: str
    source: str
    state: str
    earned: float
    points: float
    answers: str
    remarks: str
    name: str = ""

    @property
    def percent(self) -> float:
        """The share earned, in per cent."""
        return round(100 * self.earned / self.points, 1) if self.points else 0.0


def rows(submissions: Iterable[records.Submission]) -> list[Row]:
    """Return a row for each submission."""
    return [
        Row(
            s.trainee.name,
            s.exercise.code,
            s.source,
            s.state,
            s.awarded,
            s.points,
            _answers(s),
            joined(*remarks(s)),
            s.trainee.display_name,
        )
        for s in submissions
    ]


#: What an open question is a row of its own for: there is no grade that it could stand beside.
_ROWS = frozenset({"no notebook", "conflict", "nothing"})


def open_rows(questions: Iterable[Open], graded: Iterable[Row] = ()) -> list[Row]:
    """Return rows and what is open about them, by trainee and exercise.

    Where somebody has a grade for the exercise, what is open is one more remark in that row; without a grade,
    and for people without work, it is a row of its own.

    Args:
        questions: what is open.
        graded: the rows of the submissions.
    """
    found = {(row.trainee, row.exercise): row for row in graded}
    for question in questions:
        said = question.note or _("Nothing was handed in.")
        keys = [(question.trainee, question.exercise)]
        if not question.exercise:
            keys = [key for key in found if key[0] == question.trainee] or keys
        for key in keys:
            if (row := found.get(key)) is not None:
                if said not in row.remarks:
                    found[key] = replace(row, remarks=joined(row.remarks, said))
            elif question.kind in _ROWS:
                found[key] = Row(*key, "", question.kind, 0.0, 0.0, "", said, question.name)
    return [found[key] for key in sorted(found)]


def legend() -> str:
    """Return what the marks of `Row.answers` stand for."""
    return _(
        "✓ right · ✗ wrong, with its mistake · – not attempted · ! invalid · # its cell failed · ? not run"
    )


def shown(submission: records.Submission) -> records.Execution | None:
    """Return the run on the data that the trainee worked on; a damaged file has none."""
    return next((e for e in submission.executions if not e.hidden), None)


def cells_missed(run: records.Execution) -> list[int]:
    """Return the numbers of the cells that the run never got to, without those that it left out.

    If it was cut off and missed none, that happened while its answers were being collected.
    """
    failed = {cell for cell, _error, _message in run.failures}
    return [cell for cell in run.not_run or () if cell not in failed]


def _answers(submission: records.Submission) -> str:
    execution = shown(submission)
    if execution is None:
        return ""
    return " ".join(f"{MARKS.get(r.outcome, '?')}{'/'.join(r.codes)}" for r in execution.results)


def remarks(submission: records.Submission) -> list[str]:
    """Return one sentence for each thing that an assessor should know, in the language in use."""
    found = []
    if submission.state == "damaged":
        found.append(_("Damaged: {reason}").format(reason=retold(submission.note)))
    if submission.state == "failed":
        found.append(_("Not graded, try again: {reason}").format(reason=retold(submission.note)))
    if submission.state == "graded":
        found += [retold(line) for line in submission.note.splitlines()]
    return found + _typed(submission) + _flagged(submission) + _cut_off(submission)


def _typed(submission: records.Submission) -> list[str]:
    """Say which answers were typed on the page; those that a notebook gave are the rule."""
    names = [m.name for m in submission.marks if m.way == "page"]
    return [_("Typed on the page: {names}.").format(names=listed(names))] if names else []


def _flagged(submission: records.Submission) -> list[str]:
    found = []
    for flag, text in {
        "hard-coded": _("Hard-coded: {names}."),
        "visible only": _("Right on the visible data only: {names}."),
        "classmate": _("Right on a classmate's data, not on their own: {names}."),
        "typed": _("Right, but typed where code is required: {names}."),
    }.items():
        if names := [m.name for m in submission.marks if m.flag == flag]:
            found.append(text.format(names=listed(names)))
    if names := [m.name for m in submission.marks if m.manual is not None]:
        found.append(_("Marked by hand: {names}.").format(names=listed(names)))
    return found


def _cut_off(submission: records.Submission) -> list[str]:
    """Say what kept a notebook from running to its end."""
    said = {
        "deadline": _("Cut off: it ran too long."),
        "flood": _("Cut off: too much came out."),
        "died": _("Its kernel died; the cells after that weren't run."),
        "": _("What the notebook left behind kept its answers from being collected."),
    }
    states = {e.state if cells_missed(e) else "" for e in submission.executions if e.state in CUT}
    found = [text for state, text in said.items() if state in states]
    missed = {r.name: None for e in submission.executions for r in e.results if r.outcome == "not run"}
    if missed:
        found.append(_("Not run: {names}.").format(names=listed(missed)))
    execution = shown(submission)
    if execution is not None:
        found += _failed(execution)
    return found


def _failed(run: records.Execution) -> list[str]:
    """Say which answers a failed cell has cost, which cells failed, and with which error it began."""
    found = []
    if names := [r.name for r in run.results if r.outcome == "failed"]:
        found.append(_("Their cell failed: {names}.").format(names=listed(names)))
    if run.failures:
        cells = [cell for cell, _error, _message in run.failures][:5]
        found.append(_("Failed cells: {cells}.").format(cells=listed(cells)))
        _cell, error, message = run.failures[0]
        if error not in LEFT_OUT:
            said = shorten(f"{error}: {message}" if message else error, _LONGEST_ERROR, placeholder="…")
            found.append(_("The first error: {error}.").format(error=said))
    return found


def lacking(submissions: Iterable[records.Submission]) -> dict[str, int]:
    """Return the libraries that notebooks import and grading lacks, and how many notebooks import each."""
    counts = Counter(
        library
        for s in submissions
        for library in {lacked(error, said) for e in s.executions for _cell, error, said in e.failures}
        if library
    )
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


#: A table: the names of its columns, and its rows.
Table = tuple[list[str], list[list[Any]]]


def grades_table(submissions: Sequence[records.Submission], questions: Sequence[Open] = ()) -> Table:
    """Return one line a submission, and one for everybody without.

    The columns' names are the same in every language.

    Args:
        submissions: complete records.
        questions: what is open about them and others.
    """
    names = ["trainee", "name", "exercise", "edition", "source", "state", "earned", "points", "percent"]
    about = {(s.trainee.name, s.exercise.code): s for s in submissions}
    lines = []
    for row in open_rows(questions, rows(submissions)):
        submission = about.get((row.trainee, row.exercise))
        line: list[Any] = [row.trainee, row.name, row.exercise]
        if submission is None:
            line += ["", "", row.state, None, None, None, row.remarks, None]
        else:
            at = submission.graded_at.strftime("%Y-%m-%d %H:%M:%S")
            points = [row.earned, row.points, row.percent]
            line += [submission.exercise.edition, row.source, row.state, *points, row.remarks, at]
        lines.append(line)
    return [*names, "remarks", "graded_at"], lines


def answers_table(submissions: Sequence[records.Submission]) -> Table:
    """Return one line an answer.

    `earned` is what the grader gave, `manual` what an assessor did, and `awarded` what counts; `hidden` are
    the outcomes on the hidden variants, `value` is the answer on the data that the trainee worked on, and
    `way` says where it was given: `notebook` or `page`.
    """
    names = ["trainee", "exercise", "edition", "answer", "points", "earned", "manual", "awarded", "flag"]
    names += ["way", "outcome", "mistakes", "hidden", "value", "comment", "assessor"]
    lines = []
    for s in submissions:
        execution = shown(s)
        results = {r.name: r for r in execution.results} if execution else {}
        for m in s.marks:
            hidden = [r.outcome for e in s.executions if e.hidden for r in e.results if r.name == m.name]
            result = results.get(m.name)
            said = [result.outcome, "/".join(result.codes)] if result else ["", ""]
            value = plain_value(result.value) if result else ""
            mark = [m.name, m.points, m.earned, m.manual, m.awarded, m.flag, m.way]
            line = [s.trainee.name, s.exercise.code, s.exercise.edition, *mark, *said, "/".join(hidden)]
            lines.append([*line, value, m.comment, m.assessor])
    return names, lines


def grades_csv(submissions: Sequence[records.Submission], questions: Sequence[Open] = ()) -> bytes:
    """Return one line a submission and one for everybody without, for a spreadsheet; see `grades_table`."""
    return csv_bytes(*grades_table(submissions, questions))


def answers_csv(submissions: Sequence[records.Submission]) -> bytes:
    """Return one line an answer, for a spreadsheet; see `answers_table`."""
    return csv_bytes(*answers_table(submissions))


def plain_value(value: Any) -> Any:
    """Return an answer as one cell can hold it: of a table, how many rows it has."""
    if isinstance(value, dict):
        rows = len(value.get("rows", ()))
        return ngettext("a table with {rows:,} row", "a table with {rows:,} rows", rows).format(rows=rows)
    return "/".join(map(str, value)) if isinstance(value, list) else value
