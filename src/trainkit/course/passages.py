"""Prose that a lesson shows after a question: it holds the answer, so it stands nowhere before.

It travels beside the notebook in a box of the lock's kind, so that neither reading nor searching the file
finds it. It isn't a secret: the word that opens it is known, for the last hint opens it as the answer does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainkit.course.lock import boxes
from trainkit.course.model import Info, Text
from trainkit.errors import DataError
from trainkit.i18n import _

__all__ = ["seal", "unseal"]

#: The word that opens every box of prose.
_WORD = "read on"

#: The size of a box in bytes is a multiple of it.
_STEP = 256


def seal(info: Info, place: str, text: Text) -> dict[str, Any]:
    """Return prose as it travels: the same gives the same bytes.

    Args:
        info: the lesson.
        place: the answers after which it's shown, with spaces between.
        text: in both languages.
    """
    return boxes.fill({_WORD: dict(text)}, _salt(info, place), cost=boxes.COST, least=1, step=_STEP)


def unseal(info: Info, place: str) -> Mapping[str, str]:
    """Return the prose of a place, in both languages.

    Raises:
        DataError: its box was changed since it was made.
    """
    found = boxes.look(info.passages[place], _WORD, _salt(info, place))
    if found is None:
        raise DataError(_("The text of this place is damaged. `make build` restores it."))
    return found


def _salt(info: Info, place: str) -> bytes:
    return boxes.salt("passage", info.id, info.edition, place)
