"""Grades for Moodle's gradebook: Grades → Import → CSV file.

Moodle asks which column says who it is (map "ID number", "Email address" or "Username") and which holds a
grade or its feedback. An empty grade in a mapped column removes the grade that Moodle has; feedback alone
doesn't. Its reader takes a backslash for an escape, so that none is exported.
See https://docs.moodle.org/en/Grade_import.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trainkit.course.present import status
from trainkit.gradebook.exports.tables import Others, by_class, full_name
from trainkit.gradebook.records import Mark, Submission
from trainkit.gradebook.spreadsheet import csv_bytes
from trainkit.gradebook.summary import shown
from trainkit.i18n import _, get_language, joined, speaking

__all__ = ["moodle_csv"]

#: Moodle may show feedback as HTML; these would begin a tag or an entity.
_PLAIN = str.maketrans({"<": "‹", ">": "›", "&": "＆"})


def moodle_csv(submissions: Sequence[Submission], others: Others) -> bytes:
    """Return each exercise's points and a line of feedback, one row a trainee, and what is open about it.

    The grades are in points: set the item's maximum grade to the number in the column's title.
    """
    found = by_class(submissions, others.people)
    header = ["Full name", "ID number", "Username", "Email address"]
    for column in found.columns:
        title = f"{column.code} {column.title}"
        header += [f"{title} (Real, 0–{column.points:g})", f"{title} (Feedback)"]
    header.append(_("Open, for you only: don't map this column"))
    lines = []
    for trainee in found.trainees:
        line: list[Any] = [full_name(trainee), trainee.number, trainee.name, trainee.email]
        for column in found.columns:
            points = found.awarded(trainee, column)
            submission = found.submissions.get((trainee.name, column.code))
            line += [points, "" if submission is None or points is None else _feedback(submission)]
        lines.append([*line, others.said_of(trainee.name)])
    plain = [[_unescaped(cell) for cell in line] for line in [header, *lines]]
    return csv_bytes(plain[0], plain[1:])


def _unescaped(cell: Any) -> Any:
    """Return a text without what Moodle's reader takes for an escape, and with it for the end of no cell."""
    return cell.replace("\\", "＼") if isinstance(cell, str) else cell


def _feedback(submission: Submission) -> str:
    """Say what each answer is and what it got, in the trainee's language; nothing of what was answered."""
    with speaking(submission.trainee.lang or get_language()):
        if submission.state == "damaged":
            return _("The file could not be read as a notebook.")
        execution = shown(submission)
        outcomes = {r.name: r.outcome for r in execution.results} if execution else {}
        marks = enumerate(submission.marks, 1)  # they stand as they are asked
        return joined(*(_of_mark(n, m, outcomes.get(m.name, "not attempted")) for n, m in marks))


def _of_mark(number: int, mark: Mark, outcome: str) -> str:
    carried = outcome != "right" or mark.earned >= mark.points
    said = _("Question {number}: {status}, {awarded} of {points}.").format(
        number=number,
        status=status(outcome) if carried else _("right on your data, not on all other data"),
        awarded=f"{mark.awarded:g}",
        points=f"{mark.points:g}",
    )
    return joined(said, mark.comment.translate(_PLAIN))
