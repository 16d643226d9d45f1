"""Grades in the formats of spreadsheets, learning platforms and record stores.

Whatever a trainee or a roster wrote stays text in every format: no formula, no markup, no row of its own
meaning. What counts is `awarded`: points given by hand where there are any, else those earned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trainkit.errors import UnknownName
from trainkit.gradebook.exports import canvas, moodle, tables, xapi, xlsx
from trainkit.gradebook.exports.tables import Others
from trainkit.gradebook.records import Submission
from trainkit.i18n import _

__all__ = ["FORMATS", "Format", "Others", "export"]


@dataclass(frozen=True)
class Format:
    """A format of grades.

    Args:
        suffix: of a file's name.
        write: returns the file.
        absent: whether people without work have a row unless somebody says otherwise. Not where an empty cell
            takes a grade away.
    """

    suffix: str
    write: Callable[[Sequence[Submission], Others], bytes]
    absent: bool = True


#: All formats by name.
FORMATS = {
    "long": Format(".csv", tables.long_csv),
    "wide": Format(".csv", tables.wide_csv),
    "moodle": Format(".csv", moodle.moodle_csv, absent=False),
    "canvas": Format(".csv", canvas.canvas_csv),
    "xlsx": Format(".xlsx", xlsx.workbook),
    # No statement is about work that isn't there.
    "xapi": Format(".jsonl", lambda found, _others: xapi.statements(found), absent=False),
    "xapi-array": Format(".json", lambda found, _others: xapi.array(found), absent=False),
}


def export(submissions: Sequence[Submission], form: str, others: Others | None = None) -> bytes:
    """Return grades in a format.

    Args:
        submissions: complete records, the last one of each trainee and exercise, as `Gradebook.latest` gives
            them.
        form: one of `FORMATS`.
        others: people without work, and what is open.

    Raises:
        UnknownName: there is no such format.
    """
    if form not in FORMATS:
        raise UnknownName(_("There is no format `{name}`.").format(name=form), form, FORMATS)
    return FORMATS[form].write(submissions, others or Others())
