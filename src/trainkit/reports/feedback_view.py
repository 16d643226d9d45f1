"""What a trainee's feedback says, as plain data in the language in use; how it looks is another matter.

Of hidden data and keys there is nothing in it: of hidden variants only whether an answer was right, never a
value, a message or an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from trainkit.classes.preparation import Keys
from trainkit.course.catalogue import catalogue, info_from_plain
from trainkit.course.model import COMPETENCIES, LEVELS, Info, Key
from trainkit.gradebook import records
from trainkit.gradebook.competencies import Standing, standings
from trainkit.gradebook.summary import CUT, cells_missed, shown
from trainkit.i18n import _, get_language, joined, listed, ngettext, pick, retold
from trainkit.reports.feedback_answer import answer_view
from trainkit.reports.feedback_model import ExerciseView, FeedbackView, Lesson, StandingView
from trainkit.reports.pages import share
from trainkit.sandbox.lacking import lacked

__all__ = ["Released", "feedback_view", "released_by_kind", "score"]

#: Tells whether feedback on an exercise may be read.
Released = Callable[[Info], bool]

#: Failed cells that are told.
_FAILURES = 5


def released_by_kind(info: Info) -> bool:
    """Tell whether feedback may be read where no class says so: practice may, an examination may not."""
    return info.instant


def feedback_view(
    trainee: str,
    submissions: Iterable[records.Submission],
    keys: Keys,
    *,
    released: Released,
    workbook: str,
) -> FeedbackView:
    """Return what to tell a trainee.

    Args:
        trainee: whose it is.
        submissions: complete records of this trainee, one an exercise.
        keys: of the variants that the trainee worked on.
        released: tells whether an exercise's feedback may be read.
        workbook: the address of the running workbook that links lead to.
    """
    found = [(s, info_from_plain(s.exercise.info)) for s in submissions]
    # What couldn't be run, through no fault of the trainee's, is graded again: it has no points yet.
    counting = [(s, info) for s, info in found if released(info) and s.state != "failed"]
    lost = [info for s, info in counting if s.state == "graded" and s.awarded < s.points]
    return FeedbackView(
        trainee=next((s.trainee.display_name for s, _info in found if s.trainee.display_name), trainee),
        awarded=round(sum(s.awarded for s, _info in counting), 2),
        points=round(sum(s.points for s, _info in counting), 2),
        exercises=[
            _exercise(s, info, keys.get((info.id, info.edition))) if released(info) else _held_back(info)
            for s, info in found
        ],
        lessons=_lessons(lost, workbook),
        standings=_standings(s for s, _info in counting),
    )


def score(awarded: float, points: float) -> str:
    """Return a score in words, in the language in use.

    >>> score(0.5, 1), score(1, 2)
    ('0.5 of 1 point', '1 of 2 points')
    """
    said = ngettext("{earned} of {points} point", "{earned} of {points} points", 1 if points == 1 else 2)
    return said.format(earned=f"{awarded:g}", points=f"{points:g}")


def _standings(submissions: Iterable[records.Submission]) -> list[StandingView]:
    """Return the competencies in order, each from the lowest level to the highest."""
    levels = list(LEVELS)
    found = sorted(
        standings(submissions),
        key=lambda s: (s.competency, levels.index(s.level) if s.level in LEVELS else 0),
    )
    return [_standing(standing) for standing in found]


def _standing(standing: Standing) -> StandingView:
    name = pick(COMPETENCIES.get(standing.competency, {"en": "", "zh": ""}))
    return StandingView(
        name=f"{standing.competency} · {name}" if name else standing.competency,
        level=pick(LEVELS.get(standing.level, LEVELS["all"])),
        percent=share(standing.awarded, standing.points),
        shown=standing.shown,
    )


def _lessons(lost: Iterable[Info], workbook: str) -> list[Lesson]:
    """Return what to repeat: the lesson of a practice, and what an examination builds on."""
    known = {lesson.id: lesson for lesson in catalogue("lesson")}
    ids = dict.fromkeys(id for info in lost for id in ([info.id] if info.instant else info.prerequisites))
    lang = get_language()
    return [
        Lesson(known[id].heading, f"{workbook}/lab/tree/lessons/{lang}/{id}.ipynb")
        if id in known
        else Lesson(_("Lesson {id}").format(id=id), "")
        for id in ids
    ]


def _held_back(info: Info) -> ExerciseView:
    return ExerciseView(
        heading=info.heading,
        level=pick(LEVELS[info.level]),
        counts=False,
        note=_("Your work is here. Feedback comes when the examination is released."),
    )


def _exercise(submission: records.Submission, info: Info, key: Key | None) -> ExerciseView:
    note, text = _note(submission)
    view = ExerciseView(
        heading=info.heading,
        level=pick(LEVELS[info.level]),
        counts=submission.state != "failed",
        awarded=submission.awarded,
        points=submission.points,
        note=note,
        text=text,
        wrong=submission.state == "damaged",
    )
    run = shown(submission)
    if run is None or not view.counts:
        return view
    own_key = key if key is not None and key.variant == run.variant else None
    marks = {m.name: m for m in submission.marks}
    there = {r.name for r in run.results} & marks.keys()
    return replace(
        view,
        rerun=any(e.hidden for e in submission.executions),
        answers=[
            answer_view(a, marks[a.name], submission.executions, own_key, info)
            for a in info.answers
            if a.name in there
        ],
        failures=_failures(run),
    )


def _note(submission: records.Submission) -> tuple[str, str]:
    """Return why nothing was graded, if so, and what to do."""
    if submission.state == "damaged":
        return (
            _("The file could not be read as a notebook, so nothing in it was graded."),
            joined(
                retold(submission.note),
                _("Open it in JupyterLab: when you see your work there, save it and hand it in again."),
            ),
        )
    if submission.state == "failed":
        return (
            _("The notebook could not be run. Your assessor knows and will try again."),
            _("There is nothing that you need to do."),
        )
    first, *rest = [retold(line) for line in submission.note.splitlines()] or [""]
    return first, joined(*rest)


def _failures(run: records.Execution) -> list[str]:
    """Return a sentence for each of the first cells that failed, and for what cut the notebook off."""
    missed = cells_missed(run)
    told = [_failure(*failure) for failure in run.failures[:_FAILURES]]
    if run.state in CUT:
        told.append(_cut_off(run.state, all_ran=not missed))
    if missed:
        told.append(_("Cells that were not run: {cells}.").format(cells=listed(missed)))
    return told


def _cut_off(state: str, *, all_ran: bool) -> str:
    if all_ran:
        return _("What the notebook left behind kept its answers from being collected.")
    return {
        "deadline": _("The notebook ran too long and was cut off."),
        "flood": _("The notebook gave too much out and was cut off."),
        "died": _("The notebook ended its own kernel; the cells after that were not run."),
    }[state]


def _failure(cell: int, error: str, message: str) -> str:
    if library := lacked(error, message):
        return _(
            "Cell {cell} needs `{library}`, which grading doesn't have. The rest of the cell was run "
            "without it. Your assessor is told, too; if `{library}` is a file of yours, hand it in beside "
            "the notebook."
        ).format(cell=cell, library=library)
    left_out = {
        "timeout": _("Cell {cell} ran too long, so it was left out. Look for a loop that doesn't end."),
        "died": _("Cell {cell} ended the notebook's kernel, so it was left out."),
        "flood": _("Cell {cell} gave too much out, so it was left out."),
        "garbled": _("Cell {cell} disturbed the notebook's kernel, so it was left out."),
    }
    said = left_out.get(error, _("Cell {cell} failed with {error}: {message}"))
    return said.format(cell=cell, error=error, message=message)
