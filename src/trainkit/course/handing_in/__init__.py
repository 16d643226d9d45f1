"""Handing in: everything that a trainee gave, on pages and in notebooks, as one file for the assessor."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from trainkit import __version__
from trainkit.course.catalogue import catalogue, find
from trainkit.course.handing_in.card import Card, card_of, own_variant
from trainkit.course.handing_in.manifest import FORM, IS, JOURNAL, SUFFIX, digest, pack
from trainkit.course.handing_in.notebooks import Worked, worked
from trainkit.course.journal import Entry, HandIn, Journal, now, trainee
from trainkit.course.model import Info
from trainkit.course.standing import Given, Standing, standings
from trainkit.errors import InputError
from trainkit.files import write_atomic
from trainkit.i18n import _, get_language, listed

__all__ = ["FOLDER", "HandedIn", "Part", "Ready", "hand_in", "ready"]

#: The workspace's folder of what was handed in.
FOLDER = "hand-ins"

#: Who is at work on a machine of their own: no name to hand in under.
_NOBODY = "me"

_LONGEST_NAME = 200


@dataclass(frozen=True)
class Part:
    """What would be handed in for one exercise.

    Args:
        info: the exercise.
        variant: the data that the trainee works on.
        standings: where each answer stands.
        notebook: the notebook with the trainee's work; `None` without one.
        others: further notebooks with work, which stay: the one that was saved last goes in.
        entries: the journal's, in order.
        drafts: names of answers of which something is entered on the page, submitted or not.
    """

    info: Info
    variant: int
    standings: tuple[Standing, ...]
    notebook: Worked | None
    others: tuple[Worked, ...]
    entries: tuple[Entry, ...]
    drafts: frozenset[str] = frozenset()

    @property
    def forgotten(self) -> int:
        """How many answers are entered on the page and were given on neither way: they don't go in."""
        return sum(s.answer.name in self.drafts for s in self.missing)

    @property
    def missing(self) -> tuple[Standing, ...]:
        """Answers that were given on neither way, as far as the journal knows."""
        return tuple(s for s in self.standings if not s.given)

    @property
    def unsaved(self) -> bool:
        """Whether the notebook gave answers after it was saved: the file then lacks what was changed last."""
        given = [datetime.fromisoformat(s.notebook.at).timestamp() for s in self.standings if s.notebook]
        saved = self.notebook.changed / 1e9 if self.notebook else 0.0
        return any(at > saved for at in given)

    @property
    def there(self) -> bool:
        """Whether there is anything to hand in."""
        return self.notebook is not None or any(s.given for s in self.standings)


@dataclass(frozen=True)
class Ready:
    """What a workspace could hand in now.

    Args:
        workspace: the folder.
        who: whose journal entries count.
        card: of the class; `None` without one.
        name: under which the trainee handed in before, or is signed in; may be empty.
        parts: one for each exercise, in order.
        hand_ins: what was handed in before.
    """

    workspace: Path
    who: str
    card: Card | None
    name: str
    parts: tuple[Part, ...]
    hand_ins: tuple[HandIn, ...]

    @property
    def there(self) -> tuple[Part, ...]:
        """The exercises with something to hand in."""
        return tuple(part for part in self.parts if part.there)


@dataclass(frozen=True)
class HandedIn:
    """The file that was made.

    Args:
        path: where it lies.
        number: counts this workspace's hand-ins, from 1.
        at: when, ISO 8601 in UTC.
        trainee: as the file names them.
        exercises: ids of what went in.
        new: it was made now; otherwise nothing has changed since it was made.
    """

    path: Path
    number: int
    at: str
    trainee: str
    exercises: tuple[str, ...]
    new: bool


def ready(workspace: Path, who: str = "") -> Ready:
    """Return what a workspace could hand in now.

    Args:
        workspace: the trainee's folder.
        who: whose entries of the journal count; the trainee at work by default.
    """
    who = who or trainee()
    journal, card = Journal.of(workspace), card_of(workspace)
    handed = tuple(journal.hand_ins(who=who))
    name = (card.name or card.trainee) if card else "" if who == _NOBODY else who
    parts = tuple(_part(workspace, journal, who, handed, info) for info in catalogue("exercise"))
    return Ready(workspace, who, card, name or _remembered(workspace), parts, handed)


def hand_in(
    workspace: Path,
    who: str = "",
    exercises: Collection[str] | None = None,
    *,
    name: str = "",
    out: Path | None = None,
    at: str = "",
) -> HandedIn:
    """Make the file that a trainee hands in: notebooks, what was submitted on pages, and the journal of both.

    The same work makes the same file again, under the number that it has.

    Args:
        workspace: the trainee's folder.
        who: whose entries of the journal count; the trainee at work by default.
        exercises: ids; by default all with something to hand in.
        name: the trainee's name or number, where no class and no sign-in tells it; it's remembered.
        out: the folder to write to; the workspace's `hand-ins` by default.
        at: the moment, ISO 8601 in UTC; now by default.

    Raises:
        InputError: nothing is there to hand in, or nobody knows who the trainee is.
        UnknownName: there is no such exercise.
        OSError: the file can't be written.
    """
    found = ready(workspace, who)
    parts = _chosen(found, exercises)
    id, shown = _named(found, name)
    members = _members(parts)
    manifest = _manifest(found, parts, id, shown)
    content = _content(manifest, members)
    folder = out or workspace / FOLDER
    ids = tuple(part.info.id for part in parts)
    last = found.hand_ins[-1] if found.hand_ins else None
    if last and last.content == content and (folder / last.file).is_file():
        return HandedIn(folder / last.file, last.number, last.at, shown or id, ids, new=False)
    journal = Journal.of(workspace)
    at = at or now()
    number = journal.last_number() + 1
    file = f"{_file_name(id)}-{datetime.fromisoformat(at).astimezone():%Y-%m-%d}-{number}{SUFFIX}"
    latest = max((e.id for part in parts for e in part.entries), default=0)
    data = pack({**manifest, "number": number, "at": at}, members, found.card.key if found.card else "")
    # The file comes first: a full disk then leaves no number behind that nobody has.
    write_atomic(folder / file, data)
    journal.note_hand_in(HandIn(number, at, found.who, ids, latest, content, file))
    if not found.card:
        _remember(workspace, shown or id)
    return HandedIn(folder / file, number, at, shown or id, ids, new=True)


def _part(workspace: Path, journal: Journal, who: str, handed: Sequence[HandIn], info: Info) -> Part:
    variant = own_variant(workspace, info)
    entries = tuple(e for e in journal.entries(info, who=who) if e.variant == variant)
    notebooks = worked(workspace, info)
    return Part(
        info,
        variant,
        standings(info, entries, variant, handed),
        notebooks[0] if notebooks else None,
        tuple(notebooks[1:]),
        entries,
        frozenset(name for name, kept in journal.drafts(info, variant, who=who).items() if _is_entered(kept)),
    )


def _is_entered(kept: Any) -> bool:
    """Tell whether a draft holds anything: a text, a choice, a cell of a grid."""
    if isinstance(kept, Mapping):
        return any(_is_entered(value) for key, value in kept.items() if key not in ("type", "columns"))
    if isinstance(kept, list | tuple):
        return any(map(_is_entered, kept))
    return bool(kept.strip()) if isinstance(kept, str) else kept not in (None, False)


def _chosen(found: Ready, exercises: Collection[str] | None) -> tuple[Part, ...]:
    for id in exercises or ():
        find("exercise", id)  # a misspelt id is told as that
    parts = tuple(p for p in found.there if exercises is None or p.info.id in exercises)
    empty = sorted(set(exercises or ()) - {p.info.id for p in parts})
    if empty:
        raise InputError(
            _("Nothing is there to hand in for {ids}: no answer is submitted, no notebook changed.").format(
                ids=listed(empty)
            )
        )
    if not parts:
        raise InputError(
            _("Nothing is there to hand in. Submit an answer on a page, or work in an exercise's notebook.")
        )
    return parts


def _named(found: Ready, name: str) -> tuple[str, str]:
    """Return under which identifier work is handed in, and the full name as far as it is known."""
    if found.card:
        return found.card.trainee, found.card.name
    if found.who != _NOBODY:
        return found.who, ""
    given = unicodedata.normalize("NFC", " ".join((name or found.name).split()))
    if not given or len(given) > _LONGEST_NAME or not given.isprintable():
        raise InputError(_("Say who you are: your name or your number, as your assessor knows it."))
    return given, ""


def _members(parts: Sequence[Part]) -> dict[str, bytes]:
    members = {_notebook_member(p): p.notebook.path.read_bytes() for p in parts if p.notebook}
    lines = [json.dumps(asdict(e), ensure_ascii=False, sort_keys=True) for p in parts for e in p.entries]
    return {**members, JOURNAL: "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")}


def _notebook_member(part: Part) -> str:
    return f"notebooks/{part.info.id}.ipynb" if part.notebook else ""


def _manifest(found: Ready, parts: Sequence[Part], id: str, shown: str) -> dict[str, Any]:
    card = found.card
    return {
        "is": IS,
        "form": FORM,
        "version": __version__,
        "workspace": Journal.of(found.workspace).workspace(),
        "trainee": {"id": id, "name": shown},
        "class": {"title": card.title, "identity": card.identity} if card else None,
        "exercises": {part.info.id: _exercise(part) for part in parts},
    }


def _exercise(part: Part) -> dict[str, Any]:
    return {
        "edition": part.info.edition,
        "variant": part.variant,
        "lang": part.notebook.lang if part.notebook else get_language(),
        "notebook": _notebook_member(part),
        "answers": {s.answer.name: {g.way: _given(g) for g in s.given} for s in part.standings if s.given},
    }


def _given(given: Given) -> dict[str, Any]:
    return {"value": given.value, "at": given.at, "edition": given.edition}


def _content(manifest: dict[str, Any], members: dict[str, bytes]) -> str:
    hashes = {name: digest(data) for name, data in members.items()}
    return digest(json.dumps([manifest, hashes], ensure_ascii=True, sort_keys=True).encode())


def _file_name(name: str) -> str:
    """Return a name as every system takes it in a file's name."""
    return re.sub(r"[^\w]+", "-", name).strip("-_")[:60] or "trainee"


def _remember(workspace: Path, name: str) -> None:
    write_atomic(_name_file(workspace), json.dumps({"name": name}, ensure_ascii=False) + "\n")


def _remembered(workspace: Path) -> str:
    try:
        name = json.loads(_name_file(workspace).read_text(encoding="utf-8"))["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return name if isinstance(name, str) else ""


def _name_file(workspace: Path) -> Path:
    return workspace / ".trainkit" / "trainee.json"
