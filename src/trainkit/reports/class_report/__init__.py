"""The assessor's report on a class: one page, complete in itself, for reading, printing and keeping.

Each block is shown from ten trainees on and says why if there are fewer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from statistics import median

from trainkit.classes.preparation import Keys
from trainkit.course.catalogue import info_from_plain
from trainkit.course.model import Info
from trainkit.gradebook.exports.tables import full_name
from trainkit.gradebook.questions import Open
from trainkit.gradebook.records import Submission
from trainkit.gradebook.summary import remarks
from trainkit.i18n import _, joined, ngettext, percent
from trainkit.reports.class_report.blocks import exercise_report, too_few
from trainkit.reports.class_report.drawing import distribution
from trainkit.reports.class_report.model import Block, ExerciseReport, Flagged, OpenGroup, Report
from trainkit.reports.lacking import lacking_lines
from trainkit.reports.pages import render, share
from trainkit.reports.similarity import Pair

__all__ = ["class_report", "report_page"]


def report_page(
    title: str,
    submissions: Sequence[Submission],
    *,
    keys: Keys,
    alike: Mapping[str, Sequence[Pair]],
    day: dt.date,
    questions: Sequence[Open] = (),
) -> str:
    """Return the report as one HTML document, in the language in use; the arguments are `class_report`'s.

    Raises:
        MissingExtra: nh3 isn't installed.
    """
    report = class_report(title, submissions, keys=keys, alike=alike, day=day, questions=questions)
    return render("report.html.j2", report=report, share=share)


def class_report(
    title: str,
    submissions: Sequence[Submission],
    *,
    keys: Keys,
    alike: Mapping[str, Sequence[Pair]],
    day: dt.date,
    questions: Sequence[Open] = (),
) -> Report:
    """Return what there is to say of a class.

    Args:
        title: of the class.
        submissions: complete records, the last one of each trainee and exercise.
        keys: by exercise and edition, for the messages of mistakes.
        alike: pairs of submissions that share code, by exercise.
        day: on which the report is made.
        questions: what is open, people without work included.
    """
    names = {s.trainee.name: full_name(s.trainee) for s in submissions}
    called = {q.trainee: q.name for q in questions} | names
    reason = too_few(len(names))
    flags = [] if reason else _flags(submissions)
    return Report(
        title=title,
        day=day.isoformat(),
        figures=_figures(submissions, len(names)),
        names=called,
        distribution=_distribution(submissions),
        exercises=_exercises(submissions, keys, alike),
        flagged=_flagged(reason, len(flags)),
        flags=flags,
        lacking=lacking_lines(submissions),
        left=_left(questions),
    )


def _figures(submissions: Sequence[Submission], trainees: int) -> list[tuple[str, str]]:
    states = [s.state for s in submissions]
    handed_in, damaged, failed = len(states), states.count("damaged"), states.count("failed")
    figures = [
        (trainees, ngettext("trainee", "trainees", trainees)),
        (handed_in, ngettext("submission", "submissions", handed_in)),
        (damaged, ngettext("damaged file", "damaged files", damaged)),
        (failed, _("to be graded again")),
    ]
    # The first two always tell something; the others do if there are any.
    return [(str(n), name) for i, (n, name) in enumerate(figures) if n or i < 2]


def _distribution(submissions: Sequence[Submission]) -> Block:
    """Return how much of the points of what they handed in the trainees reached."""
    sums: dict[str, tuple[float, float]] = {}
    for s in submissions:
        if s.state != "failed" and s.points > 0:
            awarded, points = sums.get(s.trainee.name, (0.0, 0.0))
            sums[s.trainee.name] = awarded + s.awarded, points + s.points
    shares = [awarded / points for awarded, points in sums.values()]
    if reason := too_few(len(shares)):
        return Block(reason=reason)
    middle = percent(share(median(shares), 1))
    title = _("Half of the trainees reached {share} or more").format(share=middle)
    said = _(
        "Of the points of what each of them handed in. The lowest reached {low}, the highest {high}."
    ).format(low=percent(share(min(shares), 1)), high=percent(share(max(shares), 1)))
    return Block(said=said, picture=distribution(shares, title=title))


def _exercises(
    submissions: Sequence[Submission], keys: Keys, alike: Mapping[str, Sequence[Pair]]
) -> list[ExerciseReport]:
    by_code: dict[str, list[Submission]] = {}
    for s in submissions:
        by_code.setdefault(s.exercise.code, []).append(s)
    return [
        exercise_report(_newest(own), own, keys, alike.get(code, ())) for code, own in sorted(by_code.items())
    ]


def _newest(submissions: Sequence[Submission]) -> Info:
    return info_from_plain(max(submissions, key=lambda s: s.sequence).exercise.info)


def _flagged(reason: str, n: int) -> Block:
    if reason:
        more = _("`trainkit grades show` lists what there is to say of each submission.")
        return Block(reason=joined(reason, more))
    return Block(said=_("Nothing to look at.") if not n else "")


def _flags(submissions: Sequence[Submission]) -> list[Flagged]:
    return [
        Flagged(s.trainee.name, s.exercise.code, joined(*said)) for s in submissions if (said := remarks(s))
    ]


def _left(questions: Sequence[Open]) -> list[OpenGroup]:
    """Return what is open by what it means for the assessor; how few there are hides nobody."""
    groups = (
        (_("Handed nothing in that can be graded"), ("nothing", "no notebook")),
        (_("Not on the roster"), ("unknown",)),
        (_("Waiting for your decision"), ("conflict",)),
        (_("Good to know"), ("several", "late")),
    )
    found = []
    for title, kinds in groups:
        own = [q for q in questions if q.kind in kinds]
        rows = dict.fromkeys(
            Flagged(q.trainee, q.exercise, q.note or _("Nothing was handed in.")) for q in own
        )
        if rows:
            found.append(OpenGroup(title, list(rows)))
    return found
