"""The gradebook as rows: for the table on the terminal and for CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from trainkit.grading import records
from trainkit.i18n import _, joined

__all__ = ["Row", "answers_csv", "grades_csv", "rows"]

#: A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

#: What each outcome looks like in one character; the legend stands below the table.
MARKS = {
    "right": "✓",
    "mistake": "✗",
    "convention": "✗",
    "wrong": "✗",
    "not attempted": "–",
    "invalid": "!",
}


@dataclass(frozen=True)
class Row:
    """One submission in a line.

    Args:
        trainee: who.
        exercise: the exercise's id.
        source: `file` or `page`.
        state: graded, damaged or failed.
        earned: points.
        points: that could be earned.
        answers: each answer's mark and mistake codes, on the variant that the trainee worked on.
        remarks: what an assessor should know, in the language in use.
    """

    trainee: str
    exercise: str
    source: str
    state: str
    earned: float
    points: float
    answers: str
    remarks: str

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
            s.earned,
            s.points,
            _answers(s),
            joined(*_remarks(s)),
        )
        for s in submissions
    ]


def _answers(submission: records.Submission) -> str:
    shown = next((e for e in submission.executions if not e.hidden), None)
    if shown is None:
        return ""
    return " ".join(f"{MARKS.get(r.outcome, '?')}{'/'.join(r.codes)}" for r in shown.results)


def _remarks(submission: records.Submission) -> list[str]:
    """Return one sentence for each thing that an assessor should know."""
    found = []
    if submission.state == "damaged":
        found.append(_("Damaged: {reason}").format(reason=submission.note))
    if submission.state == "failed":
        found.append(_("Not graded, try again: {reason}").format(reason=submission.note))
    for flag, text in {
        "hard-coded": _("Hard-coded: {names}."),
        "visible only": _("Right on the visible data only: {names}."),
    }.items():
        if names := [m.name for m in submission.marks if m.flag == flag]:
            found.append(text.format(names=", ".join(names)))
    states = {e.state for e in submission.executions}
    said = {
        "deadline": _("Cut off: it ran too long."),
        "flood": _("Cut off: too much came out."),
        "died": _("Its kernel died; the cells after that weren't run."),
        "deaf": _("A cell ran too long and ignored the interrupt; the cells after it weren't run."),
    }
    found += [text for state, text in said.items() if state in states]
    shown = next((e for e in submission.executions if not e.hidden), None)
    if shown is not None and shown.failures:
        cells = ", ".join(str(cell) for cell, _error, _message in shown.failures[:5])
        found.append(_("Failed cells: {cells}.").format(cells=cells))
    return found


def grades_csv(submissions: Sequence[records.Submission]) -> bytes:
    """Return one line a submission, for a spreadsheet: UTF-8 with a byte order mark, no formulas."""
    names = ["trainee", "exercise", "edition", "source", "state", "earned", "points", "percent", "remarks"]
    lines = [
        [
            r.trainee,
            r.exercise,
            s.exercise.edition,
            r.source,
            r.state,
            r.earned,
            r.points,
            r.percent,
            r.remarks,
        ]
        for r, s in zip(rows(submissions), submissions, strict=True)
    ]
    return _csv(
        [*names, "graded_at"], [[*line, _when(s)] for line, s in zip(lines, submissions, strict=True)]
    )


def answers_csv(submissions: Sequence[records.Submission]) -> bytes:
    """Return one line an answer; `value` is what was answered on the data that the trainee worked on."""
    names = [
        "trainee",
        "exercise",
        "answer",
        "points",
        "earned",
        "flag",
        "outcome",
        "mistakes",
        "hidden",
        "value",
    ]
    lines = []
    for s in submissions:
        shown = {r.name: r for e in s.executions if not e.hidden for r in e.results}
        for m in s.marks:
            hidden = [r.outcome for e in s.executions if e.hidden for r in e.results if r.name == m.name]
            result = shown.get(m.name)
            outcome, codes, value = (
                (result.outcome, "/".join(result.codes), _plain(result.value)) if result else ("", "", "")
            )
            line = [s.trainee.name, s.exercise.code, m.name, m.points, m.earned, m.flag, outcome, codes]
            lines.append([*line, "/".join(hidden), value])
    return _csv(names, lines)


def _csv(names: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_safe(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _safe(cell: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return _("a table with {rows} rows").format(rows=len(value.get("rows", ())))
    return "/".join(map(str, value)) if isinstance(value, list) else value


def _when(submission: records.Submission) -> str:
    return submission.graded_at.strftime("%Y-%m-%d %H:%M:%S")
