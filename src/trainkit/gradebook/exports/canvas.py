"""Grades for the gradebook import of Canvas.

Canvas knows a trainee by ID, else by SIS login, else by name; it reads the row in which "Points Possible"
stands in the first cell as the exercises' points, and a column after `Section` as an assignment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trainkit.gradebook.exports.tables import Others, by_class, full_name
from trainkit.gradebook.records import Submission
from trainkit.gradebook.spreadsheet import csv_bytes

__all__ = ["canvas_csv"]

#: What tells Canvas that a row holds points and no trainee.
_POINTS = "Points Possible"


def canvas_csv(submissions: Sequence[Submission], others: Others) -> bytes:
    """Return the points of each trainee, one column an exercise.

    `ID` is Canvas's own number, which nobody outside of Canvas knows: it stays empty, and `SIS Login ID` (the
    e-mail address, else the name of the account) says who it is. What waits has no mark: any further column
    would become an assignment.
    """
    found = by_class(submissions, others.people)
    header = ["Student", "ID", "SIS Login ID", "Section", *(f"{c.code} {c.title}" for c in found.columns)]
    lines: list[list[Any]] = [[f"    {_POINTS}", "", "", "", *(c.points for c in found.columns)]]
    for trainee in found.trainees:
        who = [_said(full_name(trainee)), "", trainee.email or trainee.name, trainee.section]
        lines.append([*who, *(found.awarded(trainee, c) for c in found.columns)])
    return csv_bytes(header, lines)


def _said(name: str) -> str:
    """Return a name that can't pose as the row of points and change what everybody's work is worth."""
    return name.replace(_POINTS, _POINTS.replace(" ", "_"))
