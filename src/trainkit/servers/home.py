"""The home page, served by the Lab server at `/trainkit/` without any kernel."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jupyter_server.base.handlers import APIHandler
from tornado import web

from trainkit.course.catalogue import find
from trainkit.errors import UnknownName
from trainkit.i18n import _
from trainkit.servers import hand_in, typeface
from trainkit.servers.copies import find_copies
from trainkit.servers.pages_of_lab import Handler
from trainkit.servers.plan import HOME
from trainkit.servers.workspace import restore

__all__ = ["load_jupyter_server_extension"]

_LAB_SCRIPT = Path(__file__).parent / "templates" / "lab" / "lab.js"

#: The end of an exercise page's address.
_EXERCISE_PAGE = re.compile(r"/voila/render/(en|zh)/([0-9A-Za-z-]+)\.ipynb(?:\?|$)")


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def load_jupyter_server_extension(server: Any) -> None:
    """Add the workbook's handlers to a Jupyter server; it names the plan in its settings."""
    handlers = [
        (HOME, HomeHandler),
        (HOME.rstrip("/"), web.RedirectHandler, {"url": HOME}),
        (f"{HOME}alive", AliveHandler),
        (f"{HOME}lab.js", LabScriptHandler),
        (f"{HOME}restore/(lesson|exercise)/(en|zh)/([0-9A-Za-z-]+)", RestoreHandler),
        typeface.HANDLER,
        (f"{HOME}exercise/(en|zh)/([0-9A-Za-z-]+)", ExerciseHandler),
        *hand_in.handlers(),
    ]
    server.web_app.add_handlers(".*$", handlers)


_load_jupyter_server_extension = load_jupyter_server_extension


class HomeHandler(Handler):
    """The page with all lessons."""

    @web.authenticated
    def get(self) -> None:
        """Show the page, or go back to the exercise page from which the reader was sent here."""
        if left := _EXERCISE_PAGE.search(self.get_argument("next", "")):
            # The page server doesn't know the reader any more: it was started anew.
            self.redirect(f"{HOME}exercise/{left[1]}/{left[2]}")
            return
        with self.speaking():
            if self.get_argument("token", ""):
                # The cookie is set by now; the token needn't stay in the address bar and the history.
                self.redirect(HOME)
                return
            self.render_page("home.html")


class ExerciseHandler(Handler):
    """The way to an exercise page: adds the page server's token, so that one click is enough."""

    @web.authenticated
    def get(self, lang: str, id: str) -> None:
        """Redirect to the page."""
        try:
            find("exercise", id)
        except UnknownName as error:
            raise web.HTTPError(404) from error
        token = urlencode({"token": self.plan.page_token})
        self.redirect(f"{self.plan.page_url}/voila/render/{lang}/{id}.ipynb?{token}")


class RestoreHandler(Handler):
    """Lays a notebook anew; it asks first, and the changed copy is kept."""

    @web.authenticated
    def get(self, kind: str, lang: str, id: str) -> None:
        """Ask."""
        with self.speaking():
            name = self._copy(kind, lang, id)
            self.render_page("restore.html", name=name, home=HOME, xsrf=self.xsrf_form_html())

    @web.authenticated
    def post(self, kind: str, lang: str, id: str) -> None:
        """Lay the notebook anew."""
        restore(self.plan.workspace, self._copy(kind, lang, id))
        self.redirect(HOME, status=303)

    def _copy(self, kind: str, lang: str, id: str) -> str:
        copies = find_copies(self.plan.workspace).get((kind, id, lang))
        if not copies:
            raise web.HTTPError(404)
        return copies[0]


class LabScriptHandler(Handler):
    """The script that puts the way home into JupyterLab."""

    @web.authenticated
    def get(self) -> None:
        """Answer with the script, its one text in the language that was chosen last."""
        with self.speaking():
            text = json.dumps(_("All lessons"), ensure_ascii=False)
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        script = _LAB_SCRIPT.read_text(encoding="utf-8")
        self.finish(f"const HOME_TEXT = {text};\n{script}")


class AliveHandler(APIHandler):
    """Says that this very workbook answers."""

    @web.authenticated
    def get(self) -> None:
        """Answer with the process that started it."""
        self.finish(json.dumps({"pid": self.settings["trainkit_plan"].pid}))
