"""Handing in from the home page: what goes in, the file, and where it has to go. No kernel, no scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tornado import web

from trainkit.course.handing_in import FOLDER, Part, Ready, hand_in, ready
from trainkit.course.handing_in.widget import forgotten_words, unsaved_words
from trainkit.course.model import Info
from trainkit.course.present import unmarked
from trainkit.course.standing import Standing, moment, said_of
from trainkit.errors import TrainkitError
from trainkit.i18n import _, listed, pick
from trainkit.servers.overview import HAND_IN
from trainkit.servers.pages_of_lab import Handler
from trainkit.servers.plan import HOME

__all__ = ["FileHandler", "HandInHandler", "HandedInHandler", "handlers"]


def handlers() -> list[tuple[str, type]]:
    """Return the handlers with their paths."""
    return [
        (HAND_IN, HandInHandler),
        (f"{HOME}handed-in/([0-9]+)", HandedInHandler),
        (f"{HOME}handed-in/([0-9]+)/file", FileHandler),
    ]


@dataclass(frozen=True)
class AnswerLine:
    """An answer on the page: its question, where it stands, and how that looks."""

    ask: str
    said: str
    look: str


@dataclass(frozen=True)
class PartView:
    """An exercise on the page that hands in."""

    id: str
    title: str
    count: str
    answers: tuple[AnswerLine, ...]
    notebook: str
    others: tuple[str, ...]


class HandInHandler(Handler):
    """What goes in, and the button that makes the file."""

    @web.authenticated
    def get(self) -> None:
        """Show what would be handed in."""
        self._show(ready(self.plan.workspace, self.plan.trainee))

    @web.authenticated
    def post(self) -> None:
        """Make the file, and go on to it; a fault is told on the page, with what was entered."""
        chosen = self.get_arguments("exercise")
        name = self.get_argument("name", "")
        found = ready(self.plan.workspace, self.plan.trainee)
        with self.speaking():
            try:
                if not chosen:
                    raise TrainkitError(_("Choose at least one exercise."))
                made = hand_in(self.plan.workspace, self.plan.trainee, chosen, name=name)
            except (TrainkitError, OSError) as error:
                said = str(error)
            else:
                self.redirect(f"{HOME}handed-in/{made.number}", status=303)
                return
        self.set_status(400)
        self._show(found, error=said, chosen=chosen, name=name)

    def _show(
        self, found: Ready, *, error: str = "", chosen: list[str] | None = None, name: str = ""
    ) -> None:
        with self.speaking():
            parts = [_view(part, found.workspace) for part in found.there]
            rest = [part.info.id for part in found.parts if not part.there]
            self.render_page(
                "hand_in.html",
                action=HAND_IN,
                ask_name=found.card is None and self.plan.trainee == "me",
                chosen={part.id for part in parts} if chosen is None else set(chosen),
                error=error,
                forgotten=[said for part in found.parts if (said := forgotten_words(part))],
                home=HOME,
                name=name or found.name,
                nothing=_("Nothing is there yet for {ids}.").format(ids=listed(rest)) if rest else "",
                parts=parts,
                xsrf=self.xsrf_form_html(),
            )


class HandedInHandler(Handler):
    """The file that was made, and whom to send it to."""

    @web.authenticated
    def get(self, number: str) -> None:
        """Show where the file is and what is left to do."""
        found = ready(self.plan.workspace, self.plan.trainee)
        made = next((h for h in found.hand_ins if h.number == int(number)), None)
        if made is None:
            raise web.HTTPError(404)
        with self.speaking():
            about = _("Number {number}, made {when}, with {ids}.").format(
                number=made.number, when=moment(made.at), ids=listed(made.exercises)
            )
            send = (
                _("Send it to the assessor of {title}: upload it where your class hands in, or mail it.")
                if found.card
                else _("Send it to your assessor: upload it where your class hands in, or mail it.")
            )
            self.render_page(
                "handed_in.html",
                about=about,
                file=f"{HOME}handed-in/{made.number}/file",
                filename=made.file,
                home=HOME,
                path=str(found.workspace / FOLDER / made.file),
                send=send.format(title=found.card.title if found.card else ""),
            )


class FileHandler(Handler):
    """The file itself."""

    @web.authenticated
    def get(self, number: str) -> None:
        """Send it as a download."""
        found = ready(self.plan.workspace, self.plan.trainee)
        made = next((h for h in found.hand_ins if h.number == int(number)), None)
        path = found.workspace / FOLDER / made.file if made else Path()
        if made is None or not path.is_file():
            raise web.HTTPError(404)
        self.set_header("Content-Type", "application/zip")
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(made.file)}")
        self.set_header("Cache-Control", "no-store")
        self.finish(path.read_bytes())


def _view(part: Part, workspace: Path) -> PartView:
    given = sum(bool(s.given) for s in part.standings)
    return PartView(
        part.info.id,
        pick(part.info.title),
        _("{done} of {total} submitted").format(done=given, total=len(part.standings)),
        tuple(_lines(part.info, part.standings)),
        _notebook(part, workspace),
        tuple(
            _("Stays here, because it was saved earlier: {path}").format(path=_below(other.path, workspace))
            for other in part.others
        ),
    )


def _notebook(part: Part, workspace: Path) -> str:
    if part.unsaved:
        return unsaved_words()
    if part.notebook is None:
        return ""
    return _("Goes in as it is: {path}").format(path=_below(part.notebook.path, workspace))


def _lines(info: Info, found: tuple[Standing, ...]) -> Iterator[AnswerLine]:
    for standing in found:
        full = standing.earns is None or not info.instant or standing.earns >= standing.answer.points
        look = "missing" if not standing.given else "" if full else "half"
        yield AnswerLine(unmarked(pick(standing.answer.ask)), said_of(standing, handed_in=False), look)


def _below(path: Path, workspace: Path) -> str:
    return path.relative_to(workspace).as_posix()
