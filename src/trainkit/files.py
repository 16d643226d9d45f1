"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["write_atomic"]


def write_atomic(path: Path, data: str | bytes, *, private: bool = False) -> None:
    """Write `data` to `path` at once: whoever reads sees the old content or the new, never a part.

    Args:
        path: the file; missing folders above it are made.
        data: text (written as UTF-8, line ends as they are) or bytes.
        private: only this user may read it, for files that hold a token.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = data.encode() if isinstance(data, str) else data
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        if not private:
            # mkstemp makes private files; give a common one what the umask would.
            part.chmod(0o666 & ~_umask())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
