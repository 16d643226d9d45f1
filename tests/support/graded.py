"""Grades as the grader gives them, without running anything."""

from __future__ import annotations

from dataclasses import replace

from trainkit.course.judge import Verdict
from trainkit.gradebook.grades import Execution, Failure, Graded, Judged, Mark


def graded(content: str = "c1", *, earned: float = 2.0, lang: str = "en") -> Graded:
    verdicts = {"double": Verdict("double", "right", value=20.0), "size": Verdict("size", "not attempted")}
    seen = Execution(
        0, "complete", failures=(Failure(3, "NameError", "no x"),), isolation="bubblewrap", seconds=1.5
    )
    judged = (Judged(seen, verdicts, hidden=False), Judged(replace(seen, variant=71), verdicts, hidden=True))
    return Graded(
        content, "graded", lang, judged=judged, marks=(Mark("double", 2.0, earned), Mark("size", 1.0, 0.0))
    )
