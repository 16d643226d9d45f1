"""Which data a trainee and the grader see.

An exercise opens on a variant of its own, which is no secret. A personal variant belongs to a trainee and an
exercise, a hidden one to a position in the grader's list. These are keyed hashes and depend on the class
secret; without it, neither can be computed or told from chance.
"""

from __future__ import annotations

import hmac

__all__ = ["LIMIT", "hidden", "opening", "personal"]

#: Variants lie in [1, LIMIT); 0 is the base data.
LIMIT = 2**31

#: Stands where a secret does, for what isn't one.
_PUBLIC = "trainkit"

#: Opening variants have six digits: trainees see them in their notebooks.
_FIRST_OPENING, _OPENINGS = 100_000, 900_000


def opening(exercise: str, attempt: int = 0) -> int:
    """Return a variant on which an exercise may open, in [100000, 1000000).

    Args:
        exercise: the exercise's id, such as `1-06`.
        attempt: from 0 up; another one where the variant before is of no use.

    >>> opening("1-06"), opening("2-01")
    (759783, 539762)
    """
    return _FIRST_OPENING + _keyed(_PUBLIC, "opening", exercise, str(attempt)) % _OPENINGS


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
