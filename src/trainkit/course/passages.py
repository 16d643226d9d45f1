"""Prose that a lesson shows after a question: it holds the answer, so it stands nowhere before.

It travels beside the notebook, sealed so that neither reading nor searching the file finds it. What it isn't:
a secret; whoever wants to may open it, and practice earns nothing.
"""

from __future__ import annotations

import zlib
from base64 import b85decode, b85encode

from trainkit.errors import DataError
from trainkit.i18n import _

__all__ = ["seal", "unseal"]


def seal(text: str) -> str:
    """Return a text as it travels: the same one gives the same characters.

    >>> unseal(seal("z is -1.38, inside of ±1.96."))
    'z is -1.38, inside of ±1.96.'
    """
    return b85encode(zlib.compress(text.encode(), 9)).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed.

    Raises:
        DataError: it was changed since.
    """
    try:
        return zlib.decompress(b85decode(sealed)).decode()
    except (ValueError, zlib.error) as error:
        raise DataError(_("The text of this place is damaged. `make build` restores it.")) from error
