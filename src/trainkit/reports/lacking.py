"""What to tell an assessor of libraries that notebooks import and grading lacks: once for the class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trainkit.gradebook.summary import lacking
from trainkit.i18n import _, ngettext

if TYPE_CHECKING:
    from trainkit.gradebook.records import Submission

__all__ = ["lacking_lines"]

#: Libraries that are named.
_MOST = 10


def lacking_lines(submissions: Sequence[Submission]) -> list[str]:
    """Return a sentence for each library and one that says what to do; nothing if none is missing."""
    lines = [
        ngettext(
            "`{library}` isn't part of the grader; {n} notebook imports it.",
            "`{library}` isn't part of the grader; {n} notebooks import it.",
            n,
        ).format(library=library, n=n)
        for library, n in list(lacking(submissions).items())[:_MOST]
    ]
    if not lines:
        return []
    advice = _(
        "That isn't the trainees' fault, and the rest of such a cell was run. Install what is missing where "
        "trainkit is installed, then run `trainkit regrade`. `trainkit doctor` lists what grading has."
    )
    return [*lines, advice]
