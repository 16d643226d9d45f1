"""What a trainee is told of one answer: the verdict, how it did on other data, and the points.

Of hidden data it says on how many variants an answer was right, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Any

from trainkit.course.judge import Verdict, judge
from trainkit.course.model import Answer, Info, Key
from trainkit.course.naming import about, in_plain_words
from trainkit.course.present import Note, format_value, verdict_note
from trainkit.gradebook import records
from trainkit.gradebook.summary import cells_missed
from trainkit.i18n import _, ngettext, pick, retold
from trainkit.reports.feedback_model import AnswerView, TableView

__all__ = ["answer_view"]

#: Rows of a table answer that are shown.
_ROWS = 8

#: Digits of the largest number of a table's column.
_DIGITS = 6

#: From this number on, thousands are set apart; a year stays as it is.
_LARGE = 10_000

#: Below and from these on, decimals would show nothing, or be nothing but digits.
_SMALL, _HUGE = 1e-4, 1e15


def answer_view(
    answer: Answer, mark: records.Mark, executions: Sequence[records.Execution], key: Key | None, info: Info
) -> AnswerView:
    """Return what to tell of an answer.

    Args:
        answer: what was asked.
        mark: what it earned.
        executions: of the submission, that on the trainee's own data among them, which holds the answer.
        key: of the trainee's own variant; without it the verdict has no message.
        info: the exercise.
    """
    run = next(e for e in executions if not e.hidden)
    result = next(r for r in run.results if r.name == answer.name)
    # What was typed on the page can't be tried on other data: there is no code to run.
    others = [e for e in executions if e.hidden and mark.way != "page"]
    hidden = [r.outcome for e in others for r in e.results if r.name == answer.name]
    tally = hidden.count("right"), len(hidden)
    verdict = _verdict(answer, result, key, info)
    with in_plain_words():  # what was asked stands right above
        note = _elsewhere(answer, result, mark, tally) or _said(answer, result, run, verdict)
    return AnswerView(
        ask=pick(answer.ask),
        tone=note.tone,
        verdict=note.title,
        text=note.text,
        table=_table(answer, result.value),
        awarded=mark.awarded,
        points=mark.points,
        remark=_remark(result, mark, tally),
        comment=mark.comment,
        assessor=mark.assessor,
    )


def _elsewhere(
    answer: Answer, result: records.Result, mark: records.Mark, tally: tuple[int, int]
) -> Note | None:
    """Return what to say of an answer that is right on the trainee's own data, and not on all other."""
    right, of = tally
    # Of an answer that an assessor has marked, the assessor says what it's worth.
    if result.outcome != "right" or right == of or mark.manual is not None:
        return None
    value = format_value(result.value, answer)
    if right:
        title = _("{name} is right on your data, but not on all other: {value}")
        text = _further(right, of)
    else:
        title = _("{name} is right on your data only: {value}")
        text = (
            _("The same value came out on other data, where it is wrong. Compute it from the data.")
            if mark.flag == "hard-coded"
            else _(
                "On other data of the same kind it is wrong. "
                "Look for what fits your data only, such as a name, a date or a number in the code."
            )
        )
    return Note("look", about(answer, title, value=value), text)


def _further(right: int, of: int) -> str:
    message = ngettext(
        "Right on {right} of {all} further data set.", "Right on {right} of {all} further data sets.", of
    )
    return message.format(right=right, all=of)


def _said(answer: Answer, result: records.Result, run: records.Execution, verdict: Verdict) -> Note:
    """Return what to say of an answer that has been handed in; nobody is asked to run a cell again."""
    if result.outcome == "not run":
        return Note("info", about(answer, _("{name} was not run")), _why_not_run(run))
    if result.outcome == "failed":
        text = "\n".join(retold(line) for line in result.reason.splitlines())
        return Note("look", about(answer, _("{name}: its cell failed")), text)
    if verdict.outcome == "not attempted":
        return Note("info", _("Nothing was answered here"))
    return verdict_note(verdict, answer)


def _why_not_run(run: records.Execution) -> str:
    if cells_missed(run):
        return _("The notebook stopped before it got there; the cells are named below.")
    if any(error in {"timeout", "died", "garbled", "flood"} for _cell, error, _said in run.failures):
        return _("It comes from a cell that was left out, or needs one; the cells are named below.")
    return _("After the last cell it could not be collected. Hand it over with `ex.answer` in a cell.")


def _verdict(answer: Answer, result: records.Result, key: Key | None, info: Info) -> Verdict:
    """Return the verdict with its messages: these aren't stored, because they depend on the language."""
    if result.value is not None and key is not None and answer.name in key.answers:
        given = {"state": "given", "value": result.value}
        return judge(answer, key.answers[answer.name], given, examination=not info.instant)
    outcome: Any = result.outcome
    return Verdict(answer.name, outcome, tuple(result.codes), detail=result.reason, value=result.value)


def _remark(result: records.Result, mark: records.Mark, tally: tuple[int, int]) -> str:
    right, of = tally
    if mark.manual is not None:
        return _("Marked by an assessor.")
    if mark.flag == "typed":
        return _(
            "You typed it on the page. This answer earns points when the notebook computes it: "
            "write it there as code and hand in again."
        )
    if mark.way == "page":
        return _("Submitted on the page.")
    if result.outcome != "right" and right:
        return _further(right, of)
    return _("Also right on data that you haven't seen.") if of and right == of else ""


def _table(answer: Answer, value: Any) -> TableView | None:
    """Return the first rows of a table answer; a column of numbers is set with the same decimals."""
    if answer.type != "table" or not isinstance(value, dict):
        return None
    rows = value["rows"][:_ROWS]
    caption = (
        _("Your table, {n} of {all} rows").format(n=len(rows), all=len(value["rows"]))
        if len(rows) < len(value["rows"])
        else _("Your table")
    )
    columns = [[row[i] for row in rows] for i in range(len(value["columns"]))]
    numeric = [_is_numeric(column) for column in columns]
    texts = [
        _numbers(column) if is_numeric else ["" if cell is None else str(cell) for cell in column]
        for column, is_numeric in zip(columns, numeric, strict=True)
    ]
    shown = [[column[row] for column in texts] for row in range(len(rows))]
    return TableView(caption, [str(name) for name in value["columns"]], numeric, shown)


def _is_numeric(column: Sequence[Any]) -> bool:
    given = [cell for cell in column if cell is not None]
    return bool(given) and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in given)


def _numbers(column: Sequence[float | None]) -> list[str]:
    """Return numbers as one would write them below each other: as many decimals as they need, at most.

    >>> _numbers([83.65123456, 62.1, None]), _numbers([2024, 2025.0]), _numbers([12345.5])
    (['83.6512', '62.1000', ''], ['2024', '2025'], ['12,345.5'])
    """
    largest = max(abs(number) for number in column if number is not None)
    if largest and not _SMALL <= largest < _HUGE:
        return ["" if number is None else f"{number:.{_DIGITS}g}" for number in column]
    digits = floor(log10(largest)) + 1 if largest else 1
    most = min(max(_DIGITS - digits, 0), _DIGITS)
    needed = max(len(f"{n:.{most}f}".partition(".")[2].rstrip("0")) for n in column if n is not None)
    form = f"{',' if largest >= _LARGE else ''}.{needed}f"
    return ["" if number is None else format(number, form) for number in column]
