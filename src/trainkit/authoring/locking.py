"""Key files of built notebooks: locking takes seconds of hashing, so what was locked once is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from trainkit import course
from trainkit.course.catalogue import dump
from trainkit.course.lock import boxes
from trainkit.course.model import Info, Key, plain
from trainkit.files import cache_folder, write_atomic

__all__ = ["key_file"]

#: The modules of `course` that decide what a lock holds.
_MADE_BY = ("lock/*.py", "cells.py", "conventions.py", "model.py", "tables.py", "texts.py")


def key_file(info: Info, keys: Mapping[int, Key]) -> str:
    """Return the text of an activity's key file, which holds its practice keys locked."""
    asked = [plain(info), {variant: plain(key.answers) for variant, key in keys.items()}]
    text = json.dumps([_code(), boxes.COST, asked], sort_keys=True)
    kept = cache_folder() / "locks" / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"
    with suppress(OSError):
        return kept.read_text(encoding="utf-8")
    made = dump(info, keys)
    with suppress(OSError):  # without a cache it takes longer, no more
        write_atomic(kept, made, private=True)
    return made


@cache
def _code() -> str:
    """Return a hash of the code that locks."""
    folder = Path(course.__file__).parent
    files = sorted(path for pattern in _MADE_BY for path in folder.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
