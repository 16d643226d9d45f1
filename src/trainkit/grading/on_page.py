"""What was submitted on an exercise page, judged and written into the gradebook."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy.orm import Session

from trainkit.course.judge import Verdict
from trainkit.course.model import Info
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Execution, Graded, Judged, total
from trainkit.gradebook.queries import submitted_before
from trainkit.gradebook.storing import Work, store
from trainkit.grading.scoring import mark

__all__ = ["record_page_submission"]


def record_page_submission(
    gradebook: Gradebook,
    info: Info,
    variant: int,
    verdicts: Mapping[str, Verdict],
    *,
    who: str,
    lang: str = "en",
) -> tuple[float, float]:
    """Write what was submitted on an exercise page, judged on the page's variant.

    Args:
        gradebook: where to write it.
        info: the exercise.
        variant: of the data on the page.
        verdicts: by answer; an answer that isn't there keeps what was submitted before.
        who: the trainee.
        lang: the page's language.

    Returns:
        Points earned, and points that could be earned.
    """

    def work(session: Session) -> tuple[float, float]:
        full = {a.name: Verdict(a.name, "not attempted") for a in info.answers}
        full |= submitted_before(session, who, info, variant)
        full |= {name: verdict for name, verdict in verdicts.items() if name in full}
        marks = tuple(mark(a, full[a.name], []) for a in info.answers)
        values = json.dumps({n: [v.outcome, v.value] for n, v in full.items()}, sort_keys=True)
        content = hashlib.sha256(f"{variant}\n{values}".encode()).hexdigest()
        judged = Judged(Execution(variant, "complete", isolation="page"), full, hidden=False)
        graded = Graded(content, "graded", lang, judged=(judged,), marks=marks)
        store(session, who, info, graded, Work("page"))
        return total(marks)

    return gradebook.database.write(work)
