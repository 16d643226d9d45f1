"""What to tell an assessor of libraries that notebooks import and grading lacks: once for the class."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trainkit.extras import brought, installing
from trainkit.gradebook.summary import lacking
from trainkit.i18n import _, ngettext

if TYPE_CHECKING:
    from trainkit.gradebook.records import Submission

__all__ = ["lacking_lines"]

#: What a library is imported as, where that isn't its name.
_IMPORTED = {"scikit-learn": "sklearn"}

#: Libraries that are named.
_MOST = 10


def lacking_lines(submissions: Sequence[Submission]) -> list[str]:
    """Return a sentence for each library and one that says what to do; nothing if none is missing."""
    found = lacking(submissions)
    lines = [
        ngettext(
            "`{library}` isn't part of the grader; {n} notebook imports it.",
            "`{library}` isn't part of the grader; {n} notebooks import it.",
            n,
        ).format(library=library, n=n)
        for library, n in list(found.items())[:_MOST]
    ]
    if not lines:
        return []
    # Those of the extra are known to work in there; others have a name of their own where they come from.
    known = {_IMPORTED.get(name, name) for name in brought("libraries")} & found.keys()
    command = installing("libraries") if known else f"{sys.executable} -m pip install …"
    advice = _(
        "That isn't the trainees' fault, and the rest of such a cell was run. Add what is missing where "
        "trainkit is installed ({command}), then run `trainkit regrade`. "
        "`trainkit doctor` lists what grading has."
    ).format(command=command)
    return [*lines, advice]
