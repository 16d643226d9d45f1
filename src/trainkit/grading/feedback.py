"""Feedback for a trainee: one HTML page, complete in itself, in the trainee's language.

It shows what the trainee answered, what the judge says of it and what it earned. Of hidden data and keys it
shows nothing: on hidden variants only whether an answer was right, never a value, a message or an error.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainkit.course.catalogue import info_from_plain
from trainkit.course.judge import Verdict, judge
from trainkit.course.model import LEVELS, Answer, Key
from trainkit.course.present import Note, code_spans, verdict_note
from trainkit.errors import MissingExtra
from trainkit.grading import records
from trainkit.i18n import _, get_language, percent, pick, use_language

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["feedback_page", "file_name"]

#: Rows of a table answer that are shown.
_ROWS = 8

#: Keys of the variants that trainees work on, by exercise and edition.
Keys = Mapping[tuple[str, str], Key]


@dataclass(frozen=True)
class AnswerView:
    """One answer as the page shows it."""

    ask: str
    tone: str  #: `good`, `look` or `info`
    verdict: str
    text: str
    table: Mapping[str, Any] | None
    earned: float
    points: float
    remark: str


@dataclass(frozen=True)
class ExerciseView:
    """One exercise as the page shows it."""

    heading: str
    level: str
    earned: float
    points: float
    note: str
    answers: Sequence[AnswerView]
    failures: Sequence[str]
    repeat: str


def feedback_page(
    trainee: str, submissions: Iterable[records.Submission], keys: Keys, *, lang: str | None = None
) -> str:
    """Return a trainee's feedback as one HTML document.

    Args:
        trainee: whose it is.
        submissions: complete records of this trainee, one an exercise.
        keys: of the visible variants; without a key an answer's verdict is shown without its message.
        lang: the page's language; that of the trainee's notebooks by default.

    Raises:
        MissingExtra: Jinja isn't installed.
    """
    complete = list(submissions)
    lang = lang or (complete[0].trainee.lang if complete else "en")
    with _speaking(lang):
        exercises = [_exercise(s, keys.get((s.exercise.code, s.exercise.edition))) for s in complete]
        earned = round(sum(e.earned for e in exercises), 2)
        points = round(sum(e.points for e in exercises), 2)
        return _template().render(
            code=_code,
            exercises=exercises,
            lang={"en": "en", "zh": "zh-CN"}.get(lang, lang),
            number=_number,
            percent=_percent(earned, points),
            score=_score(earned, points),
            share=_percent,
            per_cent=percent,
            scored=_score,
            text=_labels(),
            trainee=trainee,
        )


def file_name(trainee: str) -> str:
    """Return the name of a trainee's page: readable, legal everywhere, and different for each trainee.

    >>> file_name("lin-yue")
    'lin-yue.html'
    """
    plain = re.sub(r"[^\w-]+", "_", trainee).strip("_")[:60]
    if plain == trainee == trainee.lower():  # some systems take A and a for the same
        return f"{plain}.html"
    return f"{plain or 'trainee'}-{hashlib.sha256(trainee.encode()).hexdigest()[:8]}.html"


def _exercise(submission: records.Submission, key: Key | None) -> ExerciseView:
    info = info_from_plain(submission.exercise.info)
    marks = {m.name: m for m in submission.marks}
    shown = next((e for e in submission.executions if not e.hidden), None)
    hidden = [e for e in submission.executions if e.hidden]
    results = {r.name: r for r in shown.results} if shown else {}
    answers = [
        _answer(a, results[a.name], marks[a.name], _tally(a.name, hidden), key)
        for a in info.answers
        if a.name in results and a.name in marks
    ]
    note = ""
    if submission.state == "damaged":
        note = _("The file could not be read as a notebook, so nothing in it was graded. {reason}").format(
            reason=submission.note
        )
    elif submission.state == "failed":
        note = _("The notebook could not be run. Your assessor knows and will try again.")
    repeat = answers and submission.earned < submission.points
    return ExerciseView(
        heading=info.heading,
        level=pick(LEVELS[info.level]),
        earned=submission.earned,
        points=submission.points,
        note=note,
        answers=answers,
        failures=_failures(shown) if shown else [],
        repeat=_("To repeat: lesson {id}, then this exercise again.").format(id=info.id) if repeat else "",
    )


def _answer(
    answer: Answer, result: records.Result, mark: records.Mark, tally: tuple[int, int], key: Key | None
) -> AnswerView:
    note = verdict_note(_verdict(answer, result, key), answer)
    table = result.value if answer.type == "table" and isinstance(result.value, dict) else None
    return AnswerView(
        ask=pick(answer.ask),
        tone=note.tone,
        verdict=note.title,
        text=_advice(note, result),
        table=table and _excerpt(table),
        earned=mark.earned,
        points=mark.points,
        remark=_remark(mark, tally),
    )


def _excerpt(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first rows of a table answer, with a caption that says how many there are."""
    rows = table["rows"][:_ROWS]
    caption = _("Your table, {n} of {all} rows").format(n=len(rows), all=len(table["rows"]))
    return {"columns": table["columns"], "rows": rows, "caption": caption}


def _verdict(answer: Answer, result: records.Result, key: Key | None) -> Verdict:
    """Return the verdict with its messages: these aren't stored, because they depend on the language."""
    if result.value is not None and key is not None and answer.name in key.answers:
        return judge(answer, key.answers[answer.name], {"state": "given", "value": result.value})
    outcome: Any = result.outcome
    return Verdict(answer.name, outcome, tuple(result.codes), detail=result.reason, value=result.value)


def _advice(note: Note, result: records.Result) -> str:
    # In a notebook one is told to run the cell again; here the work has been handed in.
    return "" if result.outcome == "not attempted" else note.text


def _tally(name: str, hidden: Sequence[records.Execution]) -> tuple[int, int]:
    """Return on how many hidden variants an answer was right, and how many there are."""
    outcomes = [r.outcome for e in hidden for r in e.results if r.name == name]
    return outcomes.count("right"), len(hidden)


def _remark(mark: records.Mark, tally: tuple[int, int]) -> str:
    right, of = tally
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


def _failures(shown: records.Execution) -> list[str]:
    """Return a sentence for each of the first cells that failed, and for what cut the notebook off."""
    cut = {
        "deadline": _("The notebook ran too long and was cut off."),
        "flood": _("The notebook gave too much out and was cut off."),
        "died": _("The notebook ended its own kernel; the cells after that were not run."),
        "deaf": _("A cell could not be interrupted; the cells after it were not run."),
    }
    return [_failure(*f) for f in shown.failures[:5]] + [cut[s] for s in [shown.state] if s in cut]


def _failure(cell: int, error: str, message: str) -> str:
    if error == "timeout":
        return _("Cell {cell} ran too long and was interrupted.").format(cell=cell)
    return _("Cell {cell} failed with {error}: {message}").format(cell=cell, error=error, message=message)


def _labels() -> dict[str, str]:
    return {
        "feedback": _("Feedback"),
        "table": _("Your table"),
        "failed": _("Cells that failed on your data"),
        "foot": _(
            "Your notebook was run again on your data and on data that nobody has seen. "
            "Only answers that carry over earn points."
        ),
    }


def _number(value: Any) -> str:
    """Return a cell of a table answer as a text."""
    if isinstance(value, float):
        return f"{value:,.6g}"
    return "" if value is None else str(value)


def _percent(earned: float, points: float) -> int:
    return round(100 * earned / points) if points else 0


def _score(earned: float, points: float) -> str:
    return _("{earned} of {points} points").format(earned=f"{earned:g}", points=f"{points:g}")


def _code(text: str) -> Any:
    from markupsafe import Markup

    return Markup(code_spans(text))


@lru_cache(maxsize=1)
def _template() -> Template:
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise MissingExtra(_("Feedback pages need Jinja: pip install 'trainkit[grade]'")) from error
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = Path(__file__).with_name("feedback.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source)


@contextmanager
def _speaking(lang: str) -> Iterator[None]:
    before = get_language()
    use_language(lang)
    try:
        yield
    finally:
        use_language(before)
