"""The generated folder with the workbook's own Jupyter settings, kernel and trusted notebooks.

The user's own Jupyter settings are neither read nor changed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trainkit import content
from trainkit.course.handing_in.card import card_of
from trainkit.files import write_atomic
from trainkit.fonts import FAMILY
from trainkit.i18n import LANGUAGES
from trainkit.kernels import COMMAND
from trainkit.servers.plan import HOME, Plan, hidden_folder, jupyter_folder
from trainkit.servers.workspace import opened_on

__all__ = [
    "TEMPLATES",
    "environment",
    "remember_language",
    "remembered_language",
    "trust",
    "write_pages",
    "write_settings",
]

#: The package's own `share/jupyter`, where Voila finds the template `trainkit`.
TEMPLATES = Path(__file__).parent / "share" / "jupyter"

_LOCALES = {"en": "default", "zh": "zh_CN"}


def write_settings(plan: Plan) -> None:
    """Write the kernel and all settings that both servers read."""
    kernel = {
        "argv": list(COMMAND),
        "display_name": "Python 3",
        "language": "python",
        "metadata": {"debugger": True},
    }
    _write_json(plan.jupyter / "share" / "kernels" / "python3" / "kernel.json", kernel)
    _write_lab_settings(plan.jupyter)
    remember_language(plan.workspace, plan.lang)


def remember_language(workspace: Path, lang: str) -> None:
    """Keep the language for the home page, for JupyterLab's menus, and for the next start."""
    _write_json(_language_file(workspace), {"lang": lang})
    # JupyterLab reads its defaults once, but what a user chose at each visit.
    folder = jupyter_folder(workspace) / "config" / "lab" / "user-settings" / "@jupyterlab"
    _write_json(folder / "translation-extension" / "plugin.jupyterlab-settings", {"locale": _LOCALES[lang]})


def remembered_language(workspace: Path) -> str | None:
    """Return the language that was chosen last in this workspace, or `None`."""
    try:
        lang = json.loads(_language_file(workspace).read_text(encoding="utf-8"))["lang"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return lang if lang in LANGUAGES else None


def _language_file(workspace: Path) -> Path:
    return hidden_folder(workspace) / "settings.json"


def _write_lab_settings(jupyter: Path) -> None:
    """Keep JupyterLab from asking the internet for news, updates and extensions."""
    defaults = {
        "@jupyterlab/apputils-extension:notification": {
            "checkForUpdates": False,
            "doNotDisturbMode": False,
            "fetchNews": "false",
        },
        "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 30},
    }
    disabled = [
        "@jupyterlab/apputils-extension:announcements",
        "@jupyterlab/extensionmanager-extension",
        # Its button renders on this server, which doesn't: pages have a server of their own.
        "@voila-dashboards/jupyterlab-preview",
    ]
    write_atomic(jupyter / "config" / "custom" / "custom.css", _LAB_STYLE)
    labconfig = jupyter / "config" / "labconfig"
    _write_json(labconfig / "default_setting_overrides.json", defaults)
    _write_json(labconfig / "page_config.json", {"disabledExtensions": dict.fromkeys(disabled, True)})


#: JupyterLab's own variables, with a last family before the browser's choice.
_LAB_STYLE = f"""\
@import url("{HOME}font/font.css");
body {{
  --jp-ui-font-family: -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
    "{FAMILY}", system-ui, sans-serif;
  --jp-content-font-family: var(--jp-ui-font-family);
  --jp-code-font-family: Menlo, Consolas, "DejaVu Sans Mono", "{FAMILY}", monospace;
}}
"""


def write_pages(plan: Plan) -> None:
    """Lay the exercise notebooks that Voila may run, on the trainee's data; what else lies there goes."""
    card = card_of(plan.workspace)
    for lang in LANGUAGES:
        folder = plan.pages / lang
        folder.mkdir(parents=True, exist_ok=True)
        sources = {p.name: p for p in (content.root() / "exercises" / lang).glob("*.ipynb")}
        for path in folder.iterdir():
            if path.name not in sources:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, source in sources.items():
            write_atomic(folder / name, opened_on(card, f"exercises/{lang}/{name}", source))


def trust(plan: Plan, notebooks: Iterable[str]) -> None:
    """Sign notebooks of the workspace, so that JupyterLab shows the charts stored in them.

    Args:
        plan: names the workspace.
        notebooks: paths below the workspace.
    """
    names = list(notebooks)
    if not names:
        return
    import nbformat
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary(data_dir=str(_data_folder(plan)))
    for name in names:
        notary.sign(nbformat.read(plan.workspace / name, as_version=4))
    notary.store.close()


#: Where a kernel finds the life of a server's notebooks, if it isn't one of the course's own.
_LIVES = {"voila": "trainkit.apps.exercise:Page"}


def environment(plan: Plan, life: str) -> dict[str, str]:
    """Return the environment of a server and its kernels.

    Args:
        plan: names folders and trainee.
        life: `lab` or `voila`.
    """
    jupyter_path = [str(plan.jupyter / "share"), str(TEMPLATES), os.environ.get("JUPYTER_PATH", "")]
    return {
        # What the user has set for Jupyter elsewhere doesn't concern the workbook.
        **{k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "VOILA_"))},
        "JUPYTER_CONFIG_DIR": str(plan.jupyter / "config"),
        "JUPYTER_DATA_DIR": str(_data_folder(plan)),
        "JUPYTER_PATH": os.pathsep.join(filter(None, jupyter_path)),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONUTF8": "1",
        "TRAINKIT_LIFE": _LIVES.get(life, life),
        "TRAINKIT_LAB": plan.lab_url,
        "TRAINKIT_TRAINEE": plan.trainee,
        "TRAINKIT_WORKSPACE": str(plan.workspace),
    }


def _data_folder(plan: Plan) -> Path:
    folder = plan.jupyter / "data"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _write_json(path: Path, data: dict[str, Any]) -> None:
    write_atomic(path, json.dumps(data, indent=1) + "\n")
