"""Names of files that belong to a trainee."""

from __future__ import annotations

import hashlib
import re

__all__ = ["file_name"]


def file_name(trainee: str, suffix: str = ".html") -> str:
    """Return the name of a trainee's file: readable, legal everywhere, and different for each trainee.

    >>> file_name("lin-yue")
    'lin-yue.html'
    """
    plain = re.sub(r"[^\w-]+", "_", trainee).strip("_")[:60]
    if plain == trainee == trainee.lower():  # some systems take A and a for the same
        return f"{plain}{suffix}"
    return f"{plain or 'trainee'}-{hashlib.sha256(trainee.encode()).hexdigest()[:8]}{suffix}"
