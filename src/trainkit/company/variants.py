"""Which data a trainee and the grader see: keyed hashes, so that nobody can guess a variant.

A personal variant belongs to a trainee and an exercise, a hidden one to a position in the grader's list. Both
depend on the class secret; without it, neither can be computed or told from chance.
"""

from __future__ import annotations

import hmac

__all__ = ["LIMIT", "hidden", "personal"]

#: Variants lie in [1, LIMIT); 0 is the base data.
LIMIT = 2**31


def personal(trainee: str, exercise: str, secret: bytes | str) -> int:
    """Return the variant on which this trainee works on this exercise.

    Args:
        trainee: the trainee's identifier.
        exercise: the exercise's id, such as `1-06`.
        secret: the class secret.

    Returns:
        A number in [1, 2**31).
    """
    return _keyed(secret, "personal", trainee, exercise)


def hidden(index: int, exercise: str, secret: bytes | str) -> int:
    """Return the grader's hidden variant number `index` of an exercise, in [1, 2**31)."""
    return _keyed(secret, "hidden", str(index), exercise)


def _keyed(secret: bytes | str, *parts: str) -> int:
    key = secret.encode() if isinstance(secret, str) else secret
    # Lengths go in front: ("a", "bc") and ("ab", "c") are different messages.
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    digest = hmac.digest(key, message, "sha256")
    return 1 + int.from_bytes(digest[:8], "big") % (LIMIT - 1)
