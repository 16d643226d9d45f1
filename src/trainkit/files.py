"""Where files are kept, and writing them so that a reader never sees half of one."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

__all__ = ["cache_folder", "is_full", "write_atomic"]

#: A disk has no room left, or the user may take no more of it.
_FULL = (errno.ENOSPC, errno.EDQUOT)


def cache_folder() -> Path:
    """Return the folder for what can be made again: `TRAINKIT_CACHE`, or the user's cache folder."""
    if named := os.environ.get("TRAINKIT_CACHE"):
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("trainkit", appauthor=False)


def is_full(error: BaseException | None) -> bool:
    """Tell whether an error, or what it came from, says that a disk is full.

    >>> is_full(OSError(errno.ENOSPC, "No space left on device"))
    True
    """
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def write_atomic(path: Path, data: str | bytes, *, private: bool = False, once: bool = False) -> None:
    """Write `data` to `path` at once: whoever reads sees the old content or the new, never a part.

    Args:
        path: the file; missing folders above it are made.
        data: text (written as UTF-8, line ends as they are) or bytes.
        private: only this user may read it, for files that hold a token.
        once: leave a file that is there already: of several writers at a time, the first one counts.

    Raises:
        OSError: the file can't be written; its name stands in the error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = data.encode() if isinstance(data, str) else data
    try:
        _write(path, raw, private=private, once=once)
    except OSError as error:
        # The name of the part, which stands in the error, tells nobody anything.
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _write(path: Path, raw: bytes, *, private: bool, once: bool) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        if not private:
            # mkstemp makes private files; give a common one what the umask would.
            part.chmod(0o666 & ~_umask())
        if once:
            with suppress(FileExistsError):
                path.hardlink_to(part)
        else:
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
