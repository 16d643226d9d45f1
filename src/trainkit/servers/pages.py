"""The process of the exercise pages: `python -m trainkit.servers.pages PLAN`.

A standalone Voila with the doors closed that it leaves open: no list of files, no other template, no code
from a visitor, no kernel left behind by a closed tab, and no more kernels than the machine can bear.
"""

from __future__ import annotations

import os
import re
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web
from voila.app import Voila
from voila.tornado.contentshandler import VoilaContentsHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from trainkit.course.catalogue import find
from trainkit.errors import UnknownName
from trainkit.i18n import LANGUAGES
from trainkit.kernels import PROVISIONER, client
from trainkit.servers import typeface
from trainkit.servers.children import stop_when_parent_goes
from trainkit.servers.compiled import use_compiled_templates
from trainkit.servers.plan import HOME, HOST, Plan
from trainkit.servers.texts import LANGUAGE_TAGS, failure_texts, page_texts, speaking

__all__ = ["MAX_KERNELS", "Pages", "main", "pages_config"]

#: Each open page holds a kernel of about 100 MB; of about 150 where kernels can't be forked.
MAX_KERNELS = 24

#: Seconds after which the kernel of a page is ended that nobody has open any more.
_CULL_SECONDS = 1800

#: What is rendered below the served folder.
_EXERCISE = re.compile(rf"({'|'.join(LANGUAGES)})/[\w-]+\.ipynb")

_EXTENSIONS = ["@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget"]


def pages_config(plan: Plan) -> dict[str, Any]:
    """Return the traitlets configuration of the page server."""
    return {
        "Voila": {
            "ip": HOST,
            "port": plan.page_port,
            "port_retries": 0,
            "open_browser": False,
            "root_dir": str(plan.pages),
            "token": plan.page_token,
            "log_level": "INFO",
            # Otherwise each message of a kernel becomes a record that is thrown away later.
            "logging_config": {"loggers": {"Pages": {"level": "INFO"}}},
        },
        "VoilaConfiguration": {
            "template": "trainkit",
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "show_tracebacks": False,
            "strip_sources": True,
            "progressive_rendering": False,
            "file_allowlist": [r".*\.(png|jpg|svg)"],
            "extension_allowlist": _EXTENSIONS,
        },
        "MappingKernelManager": {
            "cull_idle_timeout": _CULL_SECONDS,
            "cull_interval": 60,
            "cull_connected": False,
        },
        # A page's kernel is forked: it's ready sooner, and shares most of its memory with the others.
        "KernelProvisionerFactory": {"default_provisioner_name": PROVISIONER},
        # A kernel that died is told to the reader: restarted, it would be empty behind a page of widgets.
        "KernelManager": {"autorestart": False},
    }


class Pages(Voila):
    """Voila, serving the exercise pages of one plan."""

    name = "voila"

    def use(self, plan: Plan) -> None:
        """Serve `plan`; before `initialize`."""
        self._plan = plan

    def initialize(self, argv: list[str] | None = None) -> None:
        """Configure everything from the plan and nothing from the user's folders."""
        from traitlets.config import Config

        self.config_file_paths: list[str] = []
        self.update_config(Config(pages_config(self._plan)))
        use_compiled_templates()
        super().initialize(argv or [])
        self.voila_configuration.prelaunch_hook = self._prepare_page

    def init_settings(self) -> dict[str, Any]:
        """Send whoever isn't signed in to the home page, which signs in."""
        home = f"{self._plan.lab_url}{HOME}"
        return {**super().init_settings(), "login_url": home, "trainkit_plan": self._plan}

    def init_handlers(self) -> list[Any]:
        """Keep the handlers that a page needs, and add ours."""
        listing = (TornadoVoilaTreeHandler, VoilaContentsHandler)
        kept = [
            (rule[0], ExercisePage, *rule[2:]) if rule[1] is TornadoVoilaHandler else rule
            for rule in super().init_handlers()
            if rule[1] not in listing and rule[0].strip("/") not in ("login", "logout")
        ]
        return [
            (r"/trainkit/alive", AliveHandler),
            typeface.HANDLER,
            (r"/trainkit/session/([\w-]+)", SessionHandler),
            (r"/", web.RedirectHandler, {"url": f"{self._plan.lab_url}{HOME}", "permanent": False}),
            *kept,
        ]

    def _prepare_page(self, request: JupyterHandler, notebook: Any, **_kwargs: Any) -> None:
        """Voila's hook before a kernel starts: admit the page, and tell the template what it shows."""
        if len(self.kernel_manager.list_kernel_ids()) >= MAX_KERNELS:
            raise web.HTTPError(503)
        id = request.request.path.rpartition("/")[2].removesuffix(".ipynb")
        with speaking(_language(request, self._plan)) as spoken:
            notebook.metadata["title"] = _heading(id)
            notebook.metadata["trainkit_page"] = {
                "lang": spoken,
                "tag": LANGUAGE_TAGS[spoken],
                "id": id,
                "place": sha256(f"{self._plan.workspace}\0{self._plan.trainee}\0{id}".encode()).hexdigest()[
                    :16
                ],
                "home": f"{self._plan.lab_url}{HOME}?lang={spoken}",
                "lab": f"{self._plan.lab_url}/lab/tree/exercises/{spoken}/{id}.ipynb",
                "other": {code: own for code, own in LANGUAGES.items() if code != spoken},
                "texts": page_texts(),
            }


def _language(request: JupyterHandler, plan: Plan) -> str:
    """Return the language of a page: its folder's."""
    folder = request.request.path.split("/")[-2]
    return folder if folder in LANGUAGES else plan.lang


def _heading(id: str) -> str:
    try:
        return find("exercise", id).heading
    except UnknownName:
        return id


class ExercisePage(TornadoVoilaHandler):
    """A page, with what its own closing needs."""

    @web.authenticated
    async def get(self, path: str | None = None) -> None:
        """Serve the page; a token in its address has done its work and goes from it."""
        if not _EXERCISE.fullmatch(path or ""):
            raise web.HTTPError(404)
        if self.get_argument("token", None):
            self.redirect(self.request.path)
            return
        # Asking for it sets the cookie without which the page's farewell, that ends its kernel, is refused:
        # https://github.com/voila-dashboards/voila/issues/1458
        _ = self.xsrf_token
        await super().get(path)

    def write_error(self, status_code: int, **_kwargs: Any) -> None:
        """Say what happened in the reader's language, and the way back."""
        plan: Plan = self.settings["trainkit_plan"]
        with speaking(_language(self, plan)) as lang:
            page = self.get_template("error.html").render(
                tag=LANGUAGE_TAGS[lang], home=f"{plan.lab_url}{HOME}", **failure_texts(status_code)
            )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(page)


class AliveHandler(APIHandler):
    """Says that this very server answers."""

    @web.authenticated
    def get(self) -> None:
        """Answer 204."""
        self.set_status(204)


class SessionHandler(APIHandler):
    """Says whether a page's kernel still lives."""

    @web.authenticated
    async def get(self, kernel_id: str) -> None:
        """Answer `{"alive": …}`."""
        alive = kernel_id in self.kernel_manager and await ensure_async(
            self.kernel_manager.get_kernel(kernel_id).is_alive()
        )
        self.finish({"alive": bool(alive)})


def main(path: str) -> None:
    """Serve until the parent goes."""
    app = Pages.instance()
    app.use(Plan.load(Path(path)))
    app.initialize([])

    def stop() -> None:
        app.ioloop.add_callback(app.ioloop.stop)

    stop_when_parent_goes(stop)
    # It warms up while the first visitor is on the way.
    with client.provided() as variables:
        os.environ.update(variables)
        app.start()


if __name__ == "__main__":
    main(sys.argv[1])
