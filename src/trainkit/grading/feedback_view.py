"""What a trainee's feedback says, as plain data in the language in use; how it looks is another matter.

Of hidden data and keys there is nothing in it: of hidden variants only whether an answer was right, never a
value, a message or an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from trainkit.course.catalogue import catalogue, info_from_plain
from trainkit.course.frontmatter import COMPETENCIES
from trainkit.course.judge import Verdict, judge
from trainkit.course.model import LEVELS, Answer, Info, Key
from trainkit.course.present import Note, verdict_note
from trainkit.grading import records
from trainkit.grading.competencies import Standing, standings
from trainkit.grading.feedback_model import (
    AnswerView,
    ExerciseView,
    FeedbackView,
    Lesson,
    StandingView,
)
from trainkit.grading.pages import share
from trainkit.grading.summary import shown
from trainkit.i18n import _, get_language, listed, pick

__all__ = ["Keys", "Released", "feedback_view", "released_by_kind", "score"]

#: Keys of the variants that a trainee worked on, by exercise and edition.
Keys = Mapping[tuple[str, str], Key]

#: Tells whether feedback on an exercise may be read.
Released = Callable[[Info], bool]

#: Rows of a table answer that are shown.
_ROWS = 8

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
    open_ = [(s, info) for s, info in found if released(info)]
    return FeedbackView(
        trainee=next((s.trainee.display_name for s, _info in found if s.trainee.display_name), trainee),
        awarded=round(sum(s.awarded for s, _info in open_), 2),
        points=round(sum(s.points for s, _info in open_), 2),
        exercises=[
            _exercise(s, info, keys.get((info.id, info.edition))) if released(info) else _held_back(info)
            for s, info in found
        ],
        lessons=_lessons([info for s, info in open_ if s.awarded < s.points], workbook),
        standings=[_standing(s) for s in standings(s for s, _info in open_)],
    )


def score(awarded: float, points: float) -> str:
    """Return a score in words, in the language in use."""
    return _("{earned} of {points} points").format(earned=f"{awarded:g}", points=f"{points:g}")


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
        released=False,
        note=_("Your work is here. Feedback comes when the examination is released."),
    )


def _exercise(submission: records.Submission, info: Info, key: Key | None) -> ExerciseView:
    marks = {m.name: m for m in submission.marks}
    run = shown(submission)
    hidden = [e for e in submission.executions if e.hidden]
    results = {r.name: r for r in run.results} if run else {}
    own_key = key if run is not None and key is not None and key.variant == run.variant else None
    answers = [
        _answer(a, results[a.name], marks[a.name], _tally(a.name, hidden), own_key, info)
        for a in info.answers
        if a.name in results and a.name in marks
    ]
    return ExerciseView(
        heading=info.heading,
        level=pick(LEVELS[info.level]),
        released=True,
        awarded=submission.awarded,
        points=submission.points,
        note=_note(submission),
        answers=answers,
        failures=_failures(run) if run else (),
    )


def _note(submission: records.Submission) -> str:
    if submission.state == "damaged":
        return _("The file could not be read as a notebook, so nothing in it was graded. {reason}").format(
            reason=submission.note
        )
    if submission.state == "failed":
        return _("The notebook could not be run. Your assessor knows and will try again.")
    return ""


def _answer(
    answer: Answer,
    result: records.Result,
    mark: records.Mark,
    tally: tuple[int, int],
    key: Key | None,
    info: Info,
) -> AnswerView:
    note = _said(answer, result, key, info)
    table = result.value if answer.type == "table" and isinstance(result.value, dict) else None
    return AnswerView(
        ask=pick(answer.ask),
        tone=note.tone,
        verdict=note.title,
        text=note.text,
        table=table and _excerpt(table),
        awarded=mark.awarded,
        points=mark.points,
        remark=_remark(mark, tally),
        comment=mark.comment,
        assessor=mark.assessor,
    )


def _said(answer: Answer, result: records.Result, key: Key | None, info: Info) -> Note:
    """Return what to say of an answer that has been handed in; nobody is asked to run a cell again."""
    if result.outcome == "not run":
        title = _("`{name}` was not run").format(name=answer.name)
        return Note("info", title, _("The notebook stopped before it got there; the cells are named below."))
    note = verdict_note(_verdict(answer, result, key, info), answer)
    return Note(note.tone, note.title) if result.outcome == "not attempted" else note


def _verdict(answer: Answer, result: records.Result, key: Key | None, info: Info) -> Verdict:
    """Return the verdict with its messages: these aren't stored, because they depend on the language."""
    if result.value is not None and key is not None and answer.name in key.answers:
        given = {"state": "given", "value": result.value}
        return judge(answer, key.answers[answer.name], given, examination=not info.instant)
    outcome: Any = result.outcome
    return Verdict(answer.name, outcome, tuple(result.codes), detail=result.reason, value=result.value)


def _excerpt(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first rows of a table answer, with a caption that says how many there are."""
    rows = table["rows"][:_ROWS]
    caption = _("Your table, {n} of {all} rows").format(n=len(rows), all=len(table["rows"]))
    return {"columns": table["columns"], "rows": rows, "caption": caption}


def _tally(name: str, hidden: Sequence[records.Execution]) -> tuple[int, int]:
    """Return on how many hidden variants an answer was right, and how many there are."""
    outcomes = [r.outcome for e in hidden for r in e.results if r.name == name]
    return outcomes.count("right"), len(hidden)


def _remark(mark: records.Mark, tally: tuple[int, int]) -> str:
    right, of = tally
    if mark.manual is not None:
        return _("Marked by an assessor.")
    if mark.flag == "hard-coded":
        return _(
            "The same value came out on other data, where it is wrong. "
            "A number that is typed in earns nothing: let the notebook compute it."
        )
    if mark.flag == "visible only":
        return _(
            "Right on your data, but not on other data of the same kind. Does the code rely on one data set?"
        )
    if of and 0 < right < of:
        return _("Right on {right} of {all} further data sets.").format(right=right, all=of)
    if of and right == of:
        return _("Also right on data that you haven't seen.")
    return ""


def _failures(run: records.Execution) -> list[str]:
    """Return a sentence for each of the first cells that failed, and for what cut the notebook off."""
    cut = {
        "deadline": _("The notebook ran too long and was cut off."),
        "flood": _("The notebook gave too much out and was cut off."),
        "died": _("The notebook ended its own kernel; the cells after that were not run."),
    }
    told = [_failure(*failure) for failure in run.failures[:_FAILURES]]
    told += [cut[state] for state in [run.state] if state in cut]
    failed = {cell for cell, _error, _message in run.failures}
    if missed := [str(cell) for cell in run.not_run or () if cell not in failed]:
        told.append(_("Cells that were not run: {cells}.").format(cells=listed(missed)))
    return told


def _failure(cell: int, error: str, message: str) -> str:
    if cell == 0:
        return _("What the notebook left behind kept its answers from being collected.")
    if error == "timeout":
        return _("Cell {cell} ran too long, so it was left out.").format(cell=cell)
    if error == "died":
        return _("Cell {cell} ended the notebook's kernel, so it was left out.").format(cell=cell)
    return _("Cell {cell} failed with {error}: {message}").format(cell=cell, error=error, message=message)
