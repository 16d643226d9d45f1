"""Texts of others made legible: without characters that can't be seen and change what is."""

from __future__ import annotations

import re

__all__ = ["visible"]

#: Control characters, and the marks that turn the direction of writing around.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


#: A text is never longer on a page.
_LONGEST = 2_000


def visible(text: str) -> str:
    r"""Return a text without characters that can't be seen and change what is.

    >>> visible("nps\u202egnp\x00")
    'nps�gnp�'
    """
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
    # A lone surrogate can't be written to a file.
    return _UNSEEN.sub("�", shown.encode("utf-8", "replace").decode("utf-8"))
