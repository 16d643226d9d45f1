"""How a verdict, a hint or the progress reads, in a notebook and in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any

from trainkit.course.conventions import decimals
from trainkit.course.judge import Verdict
from trainkit.course.model import Answer
from trainkit.course.naming import about
from trainkit.course.typed import as_typed
from trainkit.i18n import _, joined, listed, ngettext, percent, pick

__all__ = [
    "Note",
    "code_spans",
    "display_note",
    "format_value",
    "hint_note",
    "recorded_note",
    "show_passage",
    "status",
    "unmarked",
    "verdict_note",
    "working",
]

# Bar and mark of each tone. The texts carry the meaning, the colour only helps to find it.
_TONES = {
    "good": ("#1a7f5a", "✓"),
    "look": ("#b35900", "→"),
    "info": ("#3b6fb5", "·"),
}


class Note:
    """A short message that reads well as HTML and as plain text.

    Args:
        tone: `good`, `look` (look again) or `info`.
        title: what happened, in a few words.
        text: the rest, as Markdown-free sentences; backticks mark code.
        link: where to go on, as a label and an address.
    """

    def __init__(self, tone: str, title: str, text: str = "", link: tuple[str, str] | None = None) -> None:
        self.tone = tone
        self.link = link
        self.title = title
        self.text = text

    def __repr__(self) -> str:
        mark = _TONES[self.tone][1]
        more = [f"{self.link[0]}: {self.link[1]}"] if self.link else []
        return "\n  ".join([f"{mark} {self.title}", *self.text.splitlines(), *more])

    def _link(self) -> str:
        if not self.link:
            return ""
        label, address = map(escape, self.link)
        return f'<div style="margin-top:.25em"><a href="{address}" target="trainkit-lab">{label}</a></div>'

    def _repr_html_(self) -> str:
        color, mark = _TONES[self.tone]
        body = f'<div style="margin-top:.25em">{code_spans(self.text)}</div>' if self.text else ""
        return (
            f'<div class="trainkit-note" role="status" style="border-left:4px solid {color};'
            'padding:.5em .9em;margin:.35em 0;line-height:1.5;max-width:46em">'
            f'<strong><span aria-hidden="true" style="color:{color}">{mark}</span> '
            f"{code_spans(self.title)}</strong>{body}{self._link()}</div>"
        )


def show_passage(text: str, place: Any = None) -> Any:
    """Show Markdown, or put it where something else was shown.

    Args:
        text: the Markdown.
        place: what an earlier call returned.

    Returns:
        The place, for a later call.
    """
    from IPython.display import Markdown, display

    if place is None:
        return display(Markdown(text), display_id=True)
    place.update(Markdown(text))
    return place


@contextmanager
def working(title: str, text: str) -> Iterator[None]:
    """Say what is going on for as long as it takes."""
    from IPython.display import HTML, display

    shown = display(Note("info", title, text), display_id=True)
    try:
        yield
    finally:
        if shown is not None:  # nothing is shown where no notebook runs
            shown.update(HTML(""))


def code_spans(text: str) -> str:
    """Escape a text for HTML and turn its backticks into code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts)).replace("\n", "<br>")


def unmarked(text: str) -> str:
    """Return a text without its backticks, for what can't show code: a button, a choice, a title.

    >>> unmarked("Leave `...` in its place.")
    'Leave ... in its place.'
    """
    return text.replace("`", "")


def format_value(value: Any, answer: Answer) -> str:
    """Return a value as one would say it: rounded to what is asked for, with its unit.

    >>> format_value(46.666, Answer("nps", "number", {"en": ""}, tolerance=0.05, unit="points"))
    '46.7'
    """
    if answer.type == "number" and isinstance(value, int | float):
        text = f"{value:,.{decimals(answer.tolerance)}f}" if answer.tolerance else f"{value:,.6g}"
        return percent(text) if answer.unit == "%" else text
    if answer.type == "choice":
        return next((pick(c.label) for c in answer.choices if c.id == value), str(value))
    if answer.type == "choices" and isinstance(value, list):
        return listed(pick(c.label) for c in answer.choices if c.id in value)
    if answer.type == "table" and isinstance(value, Mapping):
        rows = len(value["rows"])
        return ngettext("a table with {rows:,} row", "a table with {rows:,} rows", rows).format(rows=rows)
    return str(value)


def verdict_note(verdict: Verdict, answer: Answer, *, hint: str = "") -> Note:
    """Return what to tell a trainee about an answer; `hint` is the call that shows one, if there is any."""
    value = format_value(verdict.value, answer)
    more = _("`{call}` shows a hint.").format(call=hint) if hint else ""
    match verdict.outcome:
        case "right":
            return Note("good", about(answer, _("{name} is right: {value}"), value=value))
        case "mistake":
            text = "\n".join(pick(m).replace("{value}", value) for m in verdict.messages)
            if answer.type in {"choice", "choices", "text"}:  # no number that answers something else
                return Note("look", _wrong(answer, value), text)
            return Note("look", about(answer, _("{name} answers another question")), text)
        case "convention":
            if isinstance(verdict.value, float):
                value = f"{verdict.value:,.6g}"  # rounded as given, not as asked for
            title = about(answer, _("{name} = {value}: another convention"), value=value)
            return Note("look", title, verdict.detail)
        case "failed":
            return Note("look", about(answer, _("{name}: its cell failed")), verdict.detail)
        case "not run":
            return Note("look", about(answer, _("{name} was not run")), verdict.detail)
        case "invalid":
            return Note("look", about(answer, _("{name} can't be judged yet")), verdict.detail)
        case "not attempted":
            text = joined(_("Put your answer in the place of `...` and run the cell again."), more)
            return Note("info", about(answer, _("{name} is not attempted yet")), text)
        case _:
            return Note("look", _wrong(answer, value), joined(verdict.detail, more))


def _wrong(answer: Answer, value: str) -> str:
    return about(answer, _("{name} = {value} is not right yet"), value=value)


def recorded_note(verdict: Verdict, answer: Answer, *, released_later: bool) -> Note:
    """Return what to say where no verdict is given: in an examination, or without a practice key."""
    if verdict.outcome in {"invalid", "not attempted"}:
        return verdict_note(verdict, answer)
    why = (
        _("Verdicts come when the examination is released.")
        if released_later
        else _("There is no practice key for this variant of the data; the assessor's grading decides.")
    )
    # What was given, and nothing that would tell how it is understood.
    number = isinstance(verdict.value, float)
    value = as_typed(verdict.value) if number else format_value(verdict.value, answer)
    return Note("info", about(answer, _("{name} = {value} is noted"), value=value), why)


def hint_note(text: str, step: int, steps: int, link: tuple[str, str] | None = None) -> Note:
    """Return a rung of the ladder of hints; `link` is where the same step is worked on other data."""
    return Note("info", _("Hint {step} of {steps}").format(step=step, steps=steps), text, link)


def status(outcome: str) -> str:
    """Return an outcome in a word or two, in the language in use."""
    return {
        "right": _("right"),
        "mistake": _("a known mistake"),
        "convention": _("another convention"),
        "wrong": _("not right yet"),
        "invalid": _("can't be judged"),
        "failed": _("its cell failed"),
        "not run": _("not run"),
        "recorded": _("noted"),
    }.get(outcome, _("not attempted"))


def display_note(notes: Iterable[Note], data: Mapping[str, Any] | None = None) -> None:
    """Show notes as one output; `data` (MIME type → JSON) goes along as plain data."""
    from IPython.display import display

    shown = list(notes)
    bundle = {
        "text/plain": "\n".join(map(repr, shown)),
        "text/html": "".join(n._repr_html_() for n in shown),
        **(data or {}),
    }
    display(bundle, raw=True)
