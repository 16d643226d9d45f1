"""The secret of a class, from which its personal and hidden data follow."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from trainkit.errors import GradingError
from trainkit.files import write_atomic
from trainkit.i18n import _

__all__ = ["class_identity", "class_secret"]


def class_secret(path: Path) -> str:
    """Return the secret of a class; the first call makes it, in a file that only its owner may read.

    Raises:
        GradingError: the file holds none, for example because a disk was full when it was copied.
    """
    if not path.is_file():
        write_atomic(path, secrets.token_hex(_SECRET_BYTES) + "\n", private=True, once=True)
    secret = path.read_text(encoding="utf-8").strip()
    if len(secret) < 2 * _SECRET_BYTES:
        raise GradingError(
            _(
                "{path} is damaged. Bring it back from a backup: all variants of the class follow from it."
            ).format(path=path)
        )
    return secret


def class_identity(secret: str) -> str:
    """Return a hash that tells classes apart and from which the secret can't be found."""
    return hashlib.sha256(f"trainkit class {secret}".encode()).hexdigest()


#: Bytes of a class secret, written as hexadecimal digits.
_SECRET_BYTES = 32
