"""Folders that are there for a moment: private, and gone at the end; if there is none, with the next run.

A process that is killed leaves its folder behind, with what trainees handed in. Each folder is locked as long
as its process lives, so that the next run can tell what nobody needs any more.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["PassingFolder", "sweep"]

_PREFIX = "trainkit-"

#: Seconds that a folder has to be locked in after it was made.
_YOUNG = 60


class PassingFolder:
    """A private folder below the system's for temporary files; use it in a `with`, or clean it up.

    Args:
        kind: a short word that tells people what it's for.
    """

    def __init__(self, kind: str = "") -> None:
        self.name = tempfile.mkdtemp(prefix=f"{_PREFIX}{kind}{'-' if kind else ''}")
        self._lock = _locked(Path(self.name), shared=True)

    def cleanup(self) -> None:
        """Remove it; what can't be removed is left to the next run."""
        shutil.rmtree(self.name, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> str:
        return self.name

    def __exit__(self, *_error: object) -> None:
        self.cleanup()


def sweep() -> list[Path]:
    """Remove the folders of this user whose processes are gone, and return them."""
    if sys.platform == "win32":
        return []  # nothing tells there whether a folder is in use
    gone = []
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*")):
        with suppress(OSError):
            found = folder.lstat()
            if found.st_uid != os.geteuid() or folder.is_symlink() or not folder.is_dir():
                continue
            if time.time() - found.st_mtime < _YOUNG or (lock := _locked(folder, shared=False)) is None:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
            gone.append(folder)
    return gone


def _locked(folder: Path, *, shared: bool) -> int | None:
    """Lock a folder and return the descriptor that holds the lock; nothing if another process has it."""
    if sys.platform == "win32":
        return None
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
