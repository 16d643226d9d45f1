"""How attacks are graded: in a process of its own, by root or by a plain user, here or on a cluster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cases import Attack

__all__ = ["Report", "Side", "as_plain_user", "assess", "why_no_plain_user"]

HERE = Path(__file__).parent

#: The user that a plain assessor is; it owns nothing else.
NOBODY = 65534

#: Seconds that grading all attacks may take.
_PATIENCE = 1500


@dataclass(frozen=True)
class Side:
    """One way to grade.

    Args:
        level: of the runner; `none` runs attacks with the rights of the assessor.
        user: the assessor, `root` or `plain user`.
        workers: `local` processes, or a `cluster`.
        whole: with the attacks that take long, too.
    """

    level: str
    user: str
    workers: str = "local"
    whole: bool = True

    def takes(self, attack: Attack) -> bool:
        """Tell whether an attack is graded on this side."""
        return self.whole or attack.is_quick


@dataclass(frozen=True)
class Report:
    """What became of a batch.

    Args:
        folder: the assessor's world.
        side: how it was graded.
        rows: of the gradebook, by trainee.
        told: everything else that the assessor said.
    """

    folder: Path
    side: Side
    rows: Mapping[str, Any]
    told: Mapping[str, Any]

    @property
    def grades(self) -> Path:
        """The folder of the grades."""
        return self.folder / "class" / "grades"


def assess(folder: Path, side: Side, *ids: str) -> Report:
    """Grade attacks in an empty folder.

    Args:
        folder: where the assessor's world is made.
        side: how they are graded.
        ids: of the attacks, and of look-alikes.
    """
    scratch = folder / "scratch"
    scratch.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join((str(HERE), str(HERE.parent / "support"))),
        "TMPDIR": str(scratch),
    }
    argv = [sys.executable, str(HERE / "assessor.py"), str(folder), side.level, side.workers, *ids]
    if side.user == "plain user" and os.geteuid() == 0:
        argv = as_plain_user(argv)
        for path in (folder, scratch):
            os.chown(path, NOBODY, NOBODY)
    done = subprocess.run(
        argv, env=environment, capture_output=True, text=True, timeout=_PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads((folder / "report.json").read_text())
    return Report(folder, side, told.pop("rows"), told)


def as_plain_user(argv: list[str]) -> list[str]:
    """Return the command that runs `argv` as a user without rights.

    Python may lie in a home that only root may enter; a view of the disk in which it can be reached, and
    nothing else of that home, is as good as another installation.
    """
    options = []
    for prefix in dict.fromkeys((sys.base_prefix, str(Path(sys.executable).resolve().parent.parent))):
        closed = next((p for p in reversed(Path(prefix).parents) if not p.stat().st_mode & 0o001), None)
        if closed is not None:
            options += ["--perms", "0755", "--tmpfs", str(closed)]
            between = [p for p in reversed(Path(prefix).parents) if closed in p.parents]
            options += [word for p in between for word in ("--perms", "0755", "--dir", str(p))]
            options += ["--ro-bind", prefix, prefix]
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
    become += ["--bounding-set=-all", *argv]
    if not options:
        return become
    view = ["bwrap", "--dev-bind", "/", "/", *options, "--cap-drop", "ALL"]
    return [*view, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--", *become]


@lru_cache(maxsize=1)
def why_no_plain_user() -> str:
    """Return why this process can't become a plain user, or nothing."""
    if os.geteuid() != 0:
        return ""  # it is one
    if missing := [tool for tool in ("bwrap", "setpriv") if shutil.which(tool) is None]:
        return f"{', '.join(missing)} missing"
    argv = as_plain_user([sys.executable, "-c", "import trainkit"])
    tried = subprocess.run(argv, capture_output=True, text=True, check=False)
    return tried.stderr.strip()[-300:] if tried.returncode else ""
