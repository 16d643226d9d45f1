"""Grades in the formats of spreadsheets, learning platforms and record stores.

Whatever a trainee or a roster wrote stays text in every format: no formula, no markup, no row of its own
meaning. What counts is `awarded`: points given by hand where there are any, else those earned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trainkit.errors import UnknownName
from trainkit.gradebook import summary
from trainkit.gradebook.exports import canvas, moodle, tables, xapi, xlsx
from trainkit.gradebook.records import Submission
from trainkit.i18n import _

__all__ = ["FORMATS", "Format", "export"]


@dataclass(frozen=True)
class Format:
    """A format: what it's called in a file's name, and how it's written."""

    suffix: str
    write: Callable[[Sequence[Submission]], bytes]


#: All formats by name.
FORMATS = {
    "long": Format(".csv", summary.answers_csv),
    "wide": Format(".csv", tables.wide_csv),
    "moodle": Format(".csv", moodle.moodle_csv),
    "canvas": Format(".csv", canvas.canvas_csv),
    "xlsx": Format(".xlsx", xlsx.workbook),
    "xapi": Format(".jsonl", xapi.statements),
}


def export(submissions: Sequence[Submission], form: str) -> bytes:
    """Return grades in a format.

    Args:
        submissions: complete records, the last one of each trainee and exercise, as `Gradebook.latest` gives
            them.
        form: one of `FORMATS`.

    Raises:
        UnknownName: there is no such format.
    """
    if form not in FORMATS:
        raise UnknownName(_("There is no format `{name}`.").format(name=form), form, FORMATS)
    return FORMATS[form].write(submissions)
