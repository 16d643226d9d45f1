"""The process of JupyterLab and the home page: `python -m trainkit.servers.lab PLAN`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment

from trainkit.servers.children import stop_when_parent_goes
from trainkit.servers.plan import HOME, HOST, Plan
from trainkit.servers.texts import login_texts, lost_texts

__all__ = ["lab_config", "main"]

_TEMPLATES = Path(__file__).parent / "templates" / "lab"

_EXTENSIONS = {
    "trainkit.servers.home": True,
    # As an extension Voila would let visitors run any code; it has a server of its own here.
    "voila.server_extension": False,
    # Authors have it installed; a trainee's notebooks are plain notebooks.
    "jupyterlab_jupytext": False,
}


def lab_config(plan: Plan) -> dict[str, Any]:
    """Return the traitlets configuration of the Lab server."""
    return {
        "ServerApp": {
            "ip": HOST,
            "port": plan.lab_port,
            "port_retries": 0,
            "open_browser": False,
            "root_dir": str(plan.workspace),
            "default_url": HOME,
            # In containers and under WSL people are often root; what is served is theirs alone anyway.
            "allow_root": True,
            "jpserver_extensions": _EXTENSIONS,
            # Whoever comes without the token is told what to do, instead of what a token is.
            "extra_template_paths": [str(_TEMPLATES)],
            "jinja_template_vars": {
                "trainkit_home": HOME,
                "trainkit_login": login_texts(),
                "trainkit_lost": lost_texts(),
            },
            "log_level": "INFO",
        },
        "IdentityProvider": {"token": plan.lab_token},
        "LabApp": {
            # `write_settings` lays it: the workbook's font where no other knows Chinese.
            "custom_css": True,
            "default_url": HOME,
            "extension_manager": "readonly",
            "news_url": None,
            "open_browser": False,
        },
    }


class _WithHome(BaseLoader):
    """JupyterLab's page as it is, with the script that puts the way home into it."""

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Any]:
        source, name, fresh = self._loader.get_source(environment, template)
        script = f'<script src="{HOME}lab.js" defer></script>'
        return source.replace("</body>", f"{script}</body>"), name, fresh


def main(path: str) -> None:
    """Serve until the parent goes."""
    plan = Plan.load(Path(path))
    from jupyterlab.labapp import LabApp
    from traitlets.config import Config

    server = LabApp.initialize_server(argv=[], config=Config(lab_config(plan)))
    server.web_app.settings["trainkit_plan"] = plan
    pages: Environment = server.web_app.settings["lab_jinja2_env"]
    pages.loader = _WithHome(pages.loader)  # type: ignore[arg-type]  # it has one
    stop_when_parent_goes(lambda: server.io_loop.add_callback(server.stop))
    server.start()


if __name__ == "__main__":
    main(sys.argv[1])
