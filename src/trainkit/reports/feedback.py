"""Feedback for a trainee, in the trainee's language: one HTML page complete in itself, or Markdown.

What it says is made in `feedback_view`; here it gets its form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trainkit.classes.preparation import Keys
from trainkit.gradebook import records
from trainkit.gradebook.competencies import SHOWN
from trainkit.i18n import LANGUAGES, _, joined, percent, speaking
from trainkit.reports.feedback_model import AnswerView, ExerciseView, FeedbackView, StandingView, TableView
from trainkit.reports.feedback_view import Released, feedback_view, released_by_kind, score
from trainkit.reports.harmless import code_markdown, markdown
from trainkit.reports.pages import render, share

__all__ = ["WORKBOOK", "feedback_markdown", "feedback_page"]

#: Where `trainkit start` serves the workbook unless it's told otherwise.
WORKBOOK = "http://127.0.0.1:8888"


def feedback_page(
    trainee: str,
    submissions: Iterable[records.Submission],
    keys: Keys,
    *,
    lang: str | None = None,
    released: Released = released_by_kind,
    workbook: str = WORKBOOK,
) -> str:
    """Return a trainee's feedback as one HTML document.

    Args:
        trainee: whose it is.
        submissions: complete records of this trainee, one an exercise.
        keys: of the variants that the trainee worked on; without a key, or with that of another variant, an
            answer's verdict is shown without its message.
        lang: the page's language; that of the trainee's notebooks by default.
        released: tells whether an exercise's feedback may be read; an examination's may not by default.
        workbook: the address of the running workbook that links lead to.

    Raises:
        MissingExtra: nh3 isn't installed.
    """
    complete = list(submissions)
    with speaking(lang or _language(complete)):
        view = feedback_view(trainee, complete, keys, released=released, workbook=workbook)
        return render("feedback.html.j2", view=view, score=score, share=share, threshold=round(100 * SHOWN))


def feedback_markdown(
    trainee: str,
    submissions: Iterable[records.Submission],
    keys: Keys,
    *,
    lang: str | None = None,
    released: Released = released_by_kind,
    workbook: str = WORKBOOK,
) -> str:
    """Return a trainee's feedback as Markdown; the arguments are those of `feedback_page`."""
    complete = list(submissions)
    with speaking(lang or _language(complete)):
        view = feedback_view(trainee, complete, keys, released=released, workbook=workbook)
        return "\n".join(_document(view)) + "\n"


def _language(complete: list[records.Submission]) -> str:
    lang = complete[0].trainee.lang if complete else "en"
    return lang if lang in LANGUAGES else "en"


def _document(view: FeedbackView) -> Iterator[str]:
    yield f"# {_('Feedback')} · {markdown(view.trainee)}"
    yield ""
    if view.scored:
        reached = percent(share(view.awarded, view.points))
        yield f"**{reached}** · {score(view.awarded, view.points)}"
        yield ""
    if view.lessons:
        yield from ["## " + _("To repeat"), ""]
        for lesson in view.lessons:
            yield f"- [{lesson.name}]({lesson.address})" if lesson.address else f"- {lesson.name}"
        yield ""
    for exercise in view.exercises:
        yield from _exercise(exercise)
    if view.standings:
        yield from _standings(view.standings)


def _standings(standings: Iterable[StandingView]) -> Iterator[str]:
    yield from ["## " + _("Competencies"), "", f"| {_('Competency')} | {_('Level')} | {_('Reached')} |"]
    yield "|---|---|---:|"
    for s in standings:
        reached = percent(s.percent) + (f" · {_('shown')}" if s.shown else "")
        yield f"| {s.name} | {s.level} | {reached} |"
    yield ""


def _exercise(exercise: ExerciseView) -> Iterator[str]:
    yield from [f"## {exercise.heading}", ""]
    if exercise.counts:
        reached = percent(share(exercise.awarded, exercise.points))
        yield f"{exercise.level} · {score(exercise.awarded, exercise.points)} · {reached}"
        yield ""
    if exercise.note:
        yield from [f"> {code_markdown(joined(exercise.note, exercise.text))}", ""]
    for answer in exercise.answers:
        yield from _answer(answer)
    if exercise.failures:
        yield from ["### " + _("What failed on your data"), ""]
        yield from (f"- {code_markdown(failure)}" for failure in exercise.failures)
        yield from ["", _("Cells are counted from the top, text cells included."), ""]


def _answer(answer: AnswerView) -> Iterator[str]:
    yield from [f"### {code_markdown(answer.ask)}", ""]
    if answer.table:
        yield from _table(answer.table)
    mark = {"good": "✓", "look": "→", "info": "·"}[answer.tone]
    yield from [f"**{mark}** {code_markdown(answer.verdict)}", ""]
    if answer.text:
        yield from [code_markdown(line) + "  " for line in answer.text.splitlines()]
        yield ""
    remark = f" · {answer.remark}" if answer.remark else ""
    yield from [f"{score(answer.awarded, answer.points)}{remark}", ""]
    if answer.comment:
        who = _("Comment by {assessor}").format(assessor=answer.assessor) if answer.assessor else _("Comment")
        yield from [f"> {code_markdown(who)}: {code_markdown(answer.comment)}", ""]


def _table(table: TableView) -> Iterator[str]:
    yield from [table.caption, ""]
    yield "| " + " | ".join(map(markdown, table.columns)) + " |"
    yield "|" + "".join("---:|" if numeric else "---|" for numeric in table.numeric)
    for row in table.rows:
        # What has been written as a number can't be anything else.
        cells = [c if numeric else markdown(c) for c, numeric in zip(row, table.numeric, strict=True)]
        yield f"| {' | '.join(cells)} |"
    yield ""
