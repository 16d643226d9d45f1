"""The plan of one running workbook: its folders, ports and tokens, as the processes hand it to each other."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from trainkit.files import write_atomic

__all__ = ["HOME", "HOST", "Plan", "hidden_folder", "jupyter_folder"]

#: The workbook serves this machine and no other.
HOST = "127.0.0.1"

#: The home page's path on the Lab server.
HOME = "/trainkit/"


def hidden_folder(workspace: Path) -> Path:
    """Return the folder inside a workspace where trainkit keeps what isn't the trainee's to edit."""
    return workspace / ".trainkit"


def jupyter_folder(workspace: Path) -> Path:
    """Return the generated folder with Jupyter's settings, kernel and private data."""
    return hidden_folder(workspace) / "jupyter"


@dataclass(frozen=True)
class Plan:
    """Where one workbook runs.

    Args:
        workspace: the trainee's folder.
        lang: the language that it was started in.
        trainee: whose answers are kept.
        lab_port: JupyterLab's port; the home page is there, too.
        page_port: the exercise pages' port.
        lab_token: opens the home page and JupyterLab.
        page_token: opens the exercise pages.
        pid: the process that started both servers.
    """

    workspace: Path
    lang: str
    trainee: str
    lab_port: int
    page_port: int
    lab_token: str
    page_token: str
    pid: int

    @staticmethod
    def path(workspace: Path) -> Path:
        """Return the file in which a workspace's plan is kept."""
        return hidden_folder(workspace) / "running.json"

    @staticmethod
    def new_token() -> str:
        """Return a token that nobody can guess."""
        return secrets.token_urlsafe(24)

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Read a plan that `save` wrote.

        Raises:
            OSError: it can't be read.
            ValueError: it isn't a plan.
        """
        data = json.loads(path.read_text(encoding="utf-8"))
        try:
            return cls(**{**data, "workspace": Path(data["workspace"])})
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path}: {error}") from error

    def save(self) -> Path:
        """Write the plan for the processes that follow it; only this user may read the tokens in it."""
        path = self.path(self.workspace)
        data = {**asdict(self), "workspace": str(self.workspace)}
        write_atomic(path, json.dumps(data, indent=1) + "\n", private=True)
        return path

    @property
    def hidden(self) -> Path:
        """The workspace's hidden folder."""
        return hidden_folder(self.workspace)

    @property
    def pages(self) -> Path:
        """The generated folder that Voila serves: exercise notebooks and nothing else."""
        return self.hidden / "pages"

    @property
    def jupyter(self) -> Path:
        """The generated folder with Jupyter's settings, kernel and private data."""
        return jupyter_folder(self.workspace)

    @property
    def logs(self) -> Path:
        """Where both servers write what they report."""
        return self.hidden / "logs"

    @property
    def lab_url(self) -> str:
        """The Lab server's root, without a slash at its end."""
        return f"http://{HOST}:{self.lab_port}"

    @property
    def page_url(self) -> str:
        """The page server's root, without a slash at its end."""
        return f"http://{HOST}:{self.page_port}"

    @property
    def address(self) -> str:
        """The one address that the trainee opens."""
        return f"{self.lab_url}{HOME}?{urlencode({'token': self.lab_token})}"
