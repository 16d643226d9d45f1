"""The trainee's copies of a notebook, whatever they were renamed to: each says in its metadata what it is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from trainkit.servers.plan import hidden_folder

__all__ = ["Copies", "find_copies"]

#: What is no copy of the trainee's: checkpoints, and new editions that were laid beside one.
_CHECKPOINTS = ".ipynb_checkpoints"
_EDITION = ".new-edition"

What = tuple[str, str, str]

#: Copies by kind, id and language.
Copies = Mapping[What, Sequence[str]]


def find_copies(workspace: Path) -> dict[What, list[str]]:
    """Return the copies of each notebook as paths below the workspace, the one that was saved last first.

    Args:
        workspace: the trainee's folder.

    Returns:
        By kind, id and language.
    """
    found: dict[What, list[tuple[int, str]]] = defaultdict(list)
    hidden = hidden_folder(workspace)
    for path in workspace.rglob("*.ipynb"):
        if _CHECKPOINTS in path.parts or _EDITION in path.name or hidden in path.parents:
            continue
        try:
            stat = path.stat()
        except OSError:
            continue
        if what := _what(path, stat.st_mtime_ns, stat.st_size):
            found[what].append((stat.st_mtime_ns, path.relative_to(workspace).as_posix()))
    return {what: [name for _time, name in sorted(copies, reverse=True)] for what, copies in found.items()}


@lru_cache(maxsize=4096)
def _what(path: Path, _mtime: int, _size: int) -> What | None:
    """Return what a notebook says that it is; reading it again costs nothing until it is saved."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))["metadata"]["trainkit"]
        return str(said["kind"]), str(said["id"]), str(said["lang"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
