"""What the workbook's own pages on the Lab server have in common: the plan, the language, the template."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from jupyter_server.base.handlers import JupyterHandler

from trainkit.i18n import LANGUAGES, _, ngettext
from trainkit.servers.overview import overview
from trainkit.servers.plan import Plan
from trainkit.servers.settings import remember_language, remembered_language
from trainkit.servers.texts import LANGUAGE_TAGS, speaking

__all__ = ["Handler"]

_TEMPLATES = Path(__file__).parent / "templates"
_NOTHING_FROM_ELSEWHERE = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:; "
    "form-action 'self'; frame-ancestors 'self'"
)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Handler(JupyterHandler):
    """A handler of the workbook's."""

    @property
    def plan(self) -> Plan:
        """The plan of the running workbook."""
        plan: Plan = self.settings["trainkit_plan"]
        return plan

    @property
    def language(self) -> str:
        """The language of this page: `?lang=` chooses one that stays chosen, in JupyterLab as well."""
        lang = self.get_argument("lang", "")
        if lang in LANGUAGES:
            remember_language(self.plan.workspace, lang)
            return lang
        return remembered_language(self.plan.workspace) or self.plan.lang

    @contextmanager
    def speaking(self) -> Iterator[str]:
        """Speak the page's language inside of the block, in which nothing may be awaited."""
        with speaking(self.language) as lang:
            yield lang

    def render_page(self, template: str, **values: Any) -> None:
        """Answer with a template; inside of `speaking`."""
        lang = self.language
        page = (
            _templates()
            .get_template(template)
            .render(
                tag=LANGUAGE_TAGS[lang],
                lang=lang,
                languages=LANGUAGES,
                page=overview(self.plan),
                _=_,
                ngettext=ngettext,
                **values,
            )
        )
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", _NOTHING_FROM_ELSEWHERE)
        self.finish(page)
