"""Rights of files: a gradebook is its owner's alone; a file that is written anew keeps the rights it had."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from trainkit.files import write_atomic

__all__ = ["make_private", "rewrite"]


def make_private(path: Path) -> None:
    """Let nobody else read the file, nor the folder if it is a new one or holds a class secret.

    A file that isn't there is made, empty. SQLite gives the files beside it the same rights.

    Raises:
        OSError: it can't be made.
    """
    folder = path.parent
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    elif (folder / "private").is_dir():
        _close(folder, 0o700)
    # Never opened once it is there: closing it would drop the locks that SQLite holds in this process.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    for part in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        _close(part, 0o600)


def rewrite(path: Path, data: bytes) -> None:
    """Write a file anew, at once; it keeps its rights.

    Raises:
        OSError: it isn't there, or can't be written.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    write_atomic(path, data, private=True)
    path.chmod(mode)


def _close(path: Path, mode: int) -> None:
    # It may belong to somebody else, who decides about it, or be gone: SQLite removes its side files.
    with suppress(PermissionError, FileNotFoundError):
        if path.stat().st_mode & 0o077:
            path.chmod(mode)
