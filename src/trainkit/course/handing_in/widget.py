"""Handing in from a notebook: what goes in, and a button that makes the file."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from trainkit.course.handing_in import FOLDER, HandedIn, Part, Ready, hand_in, ready
from trainkit.course.interactive import show_widget
from trainkit.course.present import Note
from trainkit.errors import TrainkitError
from trainkit.i18n import _, joined, listed, ngettext

__all__ = ["forgotten_words", "hand_in_widget", "show_hand_in", "unsaved_words"]


def show_hand_in(workspace: Path, who: str) -> None:
    """Show what a workspace would hand in, with the button; where no widgets are, how to do it elsewhere."""
    found = ready(workspace, who)
    note = _overview(found)
    elsewhere = _("*Hand in* on the home page does the same, and so does `trainkit hand-in`.")
    plain = joined(repr(note), elsewhere)
    show_widget(hand_in_widget(found), note._repr_html_(), plain)


def hand_in_widget(found: Ready) -> Any:
    """Return what goes in, an input for the name where nobody is known, and the button with what it says."""
    import ipywidgets as w

    overview, said = w.HTML(_overview(found)._repr_html_()), w.HTML()
    name = w.Text(
        value=found.name,
        description=_("Your name or number"),
        style={"description_width": "initial"},
        layout=w.Layout(width="26rem", max_width="100%"),
    )
    button = w.Button(
        description=_("Hand in"),
        button_style="primary",
        layout=w.Layout(width="auto", align_self="flex-start"),
    )
    button.add_class("tk-hand-in")
    said.add_class("tk-said")

    def make(_button: object) -> None:
        overview.value = _overview(ready(found.workspace, found.who))._repr_html_()
        said.value = _made(found, name.value)

    button.on_click(make)
    known = found.card is not None or (found.name and found.who == found.name)
    return w.VBox([overview, *([] if known else [name]), button, said])


def _overview(found: Ready) -> Note:
    parts = found.there
    if not parts:
        return Note("info", _("Nothing is there to hand in yet"))
    lines = []
    for part in parts:
        given = sum(bool(s.given) for s in part.standings)
        line = f"{part.info.heading}: " + _("{done} of {total} submitted").format(
            done=given, total=len(part.standings)
        )
        lines.append(line + (f" · {part.notebook.path.name}" if part.notebook else ""))
        if part.unsaved:
            lines.append(unsaved_words())
    title = ngettext("{n} exercise goes in", "{n} exercises go in", len(parts)).format(n=len(parts))
    lines += filter(None, map(forgotten_words, found.parts))
    look = any(p.unsaved or p.forgotten for p in found.parts)
    return Note("look" if look else "info", title, "\n".join(lines))


def forgotten_words(part: Part) -> str:
    """Say how many answers are entered on an exercise's page and don't go in; empty if none."""
    n = part.forgotten
    said = ngettext(
        "{id}: {n} answer is entered on its page and not submitted. It doesn't go in.",
        "{id}: {n} answers are entered on their page and not submitted. They don't go in.",
        n,
    )
    return said.format(id=part.info.id, n=n) if n else ""


def unsaved_words() -> str:
    """Say that a notebook's file is older than what it gave."""
    return _("This notebook gave answers after it was saved last. Save it first (Ctrl+S), then hand in.")


def _made(found: Ready, name: str) -> str:
    try:
        made = hand_in(found.workspace, found.who, name=name)
    except (TrainkitError, OSError) as error:
        return Note("look", _("No file was made"), str(error))._repr_html_()
    title = _("Your file is ready: number {number}, with {ids}").format(
        number=made.number, ids=listed(made.exercises)
    )
    return Note("good", title)._repr_html_() + _link(made)


def _link(made: HandedIn) -> str:
    """Return a link to the file on the Lab server, and what is left to do."""
    send = _("Send it to your assessor: upload it where your class hands in, or mail it.")
    place = f"{FOLDER}/{made.path.name}"
    return (
        f'<p style="margin-left:1.2em"><a style="text-decoration:underline" '
        f'href="/files/{quote(place)}?download=1" '
        f'download="{escape(made.path.name)}">{escape(made.path.name)}</a><br>{escape(send)}</p>'
    )
