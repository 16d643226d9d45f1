"""The home page, served by the Lab server at `/trainkit/` without any kernel."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, select_autoescape
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web

from trainkit.course.catalogue import find
from trainkit.errors import UnknownName
from trainkit.i18n import LANGUAGES, _
from trainkit.servers import typeface
from trainkit.servers.overview import overview
from trainkit.servers.plan import HOME, Plan
from trainkit.servers.settings import remember_language, remembered_language
from trainkit.servers.texts import LANGUAGE_TAGS, speaking

__all__ = ["load_jupyter_server_extension"]

_TEMPLATES = Path(__file__).parent / "templates"
_NOTHING_FROM_ELSEWHERE = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:; "
    "frame-ancestors 'self'"
)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def load_jupyter_server_extension(server: Any) -> None:
    """Add the workbook's handlers to a Jupyter server; it names the plan in its settings."""
    handlers = [
        (HOME, HomeHandler),
        (HOME.rstrip("/"), web.RedirectHandler, {"url": HOME}),
        (f"{HOME}alive", AliveHandler),
        typeface.HANDLER,
        (f"{HOME}exercise/(en|zh)/([0-9A-Za-z-]+)", ExerciseHandler),
    ]
    server.web_app.add_handlers(".*$", handlers)


_load_jupyter_server_extension = load_jupyter_server_extension


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )


class _Handler(JupyterHandler):
    @property
    def plan(self) -> Plan:
        plan: Plan = self.settings["trainkit_plan"]
        return plan


class HomeHandler(_Handler):
    """The page with all lessons."""

    @web.authenticated
    def get(self) -> None:
        """Show the page; `?lang=` chooses a language that stays chosen, in JupyterLab as well."""
        workspace = self.plan.workspace
        lang = self.get_argument("lang", "")
        if lang in LANGUAGES:
            remember_language(workspace, lang)
        else:
            lang = remembered_language(workspace) or self.plan.lang
        if self.get_argument("token", ""):
            # The cookie is set by now; the token needn't stay in the address bar and the history.
            self.redirect(HOME)
            return
        with speaking(lang):
            page = (
                _templates()
                .get_template("home.html")
                .render(
                    tag=LANGUAGE_TAGS[lang],
                    lang=lang,
                    languages=LANGUAGES,
                    page=overview(self.plan),
                    _=_,
                )
            )
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", _NOTHING_FROM_ELSEWHERE)
        self.finish(page)


class ExerciseHandler(_Handler):
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


class AliveHandler(APIHandler):
    """Says that this very workbook answers."""

    @web.authenticated
    def get(self) -> None:
        """Answer with the process that started it."""
        self.finish(json.dumps({"pid": self.settings["trainkit_plan"].pid}))
