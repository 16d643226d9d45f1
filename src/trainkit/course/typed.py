"""Numbers as people type them: with a decimal comma, thousands, full-width signs, a unit behind.

One comma before three digits can mean two numbers. What is asked for decides where it can; else it's a
question back, because a guess would be a silent mistake.
"""

from __future__ import annotations

import math
import re
import unicodedata

from trainkit.course.model import Answer
from trainkit.i18n import _

__all__ = ["as_typed", "misread", "number_for", "read_number", "readings"]

#: Full-width and typographic signs that Unicode's own folding leaves as they are.
_SIGNS = str.maketrans({**dict.fromkeys("−–—‒―‐﹣", "-"), "。": ".", "、": ",", "٫": ".", "’": "'"})

_UNITS = re.compile(r"(?i)percentage points?|points?|pts?|per ?cent|yuan|cny|rmb|个?百分点|分|元|%|¥|￥|\s|_")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_GROUPS = re.compile(r"([+-]?[1-9]\d{0,2})((?:,\d{3})+)(\.\d+)?")
_POINTS = re.compile(r"([+-]?[1-9]\d{0,2})((?:\.\d{3}){2,}|(?:\.\d{3})+(?=,))(,\d+)?")
_ONE_COMMA = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_STRANGE = re.compile(r"(?!(?<=\d)e[+-]?\d)(?:[^\W\d_]+|[^\w\s.,+-])")

#: A text with more characters is no number.
_LONGEST = 100

#: Where a number in these units lies; 19,717 points can only be 19.717.
_SMALL_UNITS = {"%", "points", "percentage points", "share"}


def _folded(text: str) -> str:
    """Return a number's own signs, in ASCII, without units and spaces."""
    plain = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    return _UNITS.sub("", plain).replace("'", "")


def readings(text: str) -> tuple[float, ...]:
    """Return the numbers that a text can mean: none, one, or two with the more usual one first.

    >>> readings("46,7 %"), readings("１，２３４．５"), readings("−3.5"), readings("about 5")
    ((46.7,), (1234.5,), (-3.5,), ())
    >>> readings("19,717"), readings("1.234,5"), readings("19。7")
    ((19717.0, 19.717), (1234.5,), (19.7,))
    """
    if len(text) > _LONGEST:
        return ()
    plain = _folded(text)
    if found := _GROUPS.fullmatch(plain):
        whole = found[1] + found[2].replace(",", "") + (found[3] or "")
        also = [plain.replace(",", ".")] if _ONE_COMMA.fullmatch(plain) else []
        return tuple(map(float, [whole, *also]))
    if found := _POINTS.fullmatch(plain):
        return (float(found[1] + found[2].replace(".", "") + (found[3] or "").replace(",", ".")),)
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if not _PLAIN.fullmatch(plain) or not math.isfinite(number := float(plain)):
        return ()
    return (number,)


def read_number(text: str) -> float | str:
    """Read a number that can mean one thing only; anything else comes back as it is.

    >>> read_number("46,7 %"), read_number("19,717")
    (46.7, '19,717')
    """
    found = readings(text)
    return found[0] if len(found) == 1 else text


def number_for(text: str, answer: Answer) -> float | None:
    """Read a number where it is known what is asked for; `None` if it still isn't clear, or is no number.

    >>> number_for("19,717", Answer("nps", "number", {}, unit="points"))
    19.717
    """
    found = readings(text)
    if len(found) == 2:
        large, small = found
        if answer.unit in _SMALL_UNITS:
            return small
        if answer.tolerance >= 0.5:  # a whole number is asked for
            return large
        return None
    return found[0] if found else None


def misread(text: str) -> str:
    """Say why a text can't be read as a number, in the language in use."""
    if len(found := readings(text)) == 2:
        large, small = (as_typed(number) for number in found)
        return _("{text} can be {large} or {small}. Type the one that you mean.").format(
            text=text.strip(), large=large, small=small
        )
    text = text[:_LONGEST]
    folded = unicodedata.normalize("NFKC", text.translate(_SIGNS))
    if strange := _STRANGE.search(_UNITS.sub(" ", folded)):
        return _("“{sign}” doesn't belong in a number. Type digits, for example 28.2.").format(
            sign=strange[0][:40]
        )
    return _("“{text}” can't be read as a number. Type digits, for example 28.2.").format(
        text=text.strip()[:40]
    )


def as_typed(number: float) -> str:
    """Return a number as one would type it: all its digits, and none of the computer's.

    >>> as_typed(19717.0), as_typed(0.813)
    ('19717', '0.813')
    """
    return f"{number:.10g}" if abs(number) < 1e10 else f"{number:.17g}"
