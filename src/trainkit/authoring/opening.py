"""The data on which an exercise opens: never those of the lessons, whose tables and answers are printed."""

from __future__ import annotations

from dataclasses import replace

from trainkit.authoring.key import UnusableVariant, compute_key
from trainkit.authoring.source import Source
from trainkit.company import variants
from trainkit.course.judge import matches
from trainkit.course.model import Info, Key
from trainkit.errors import SourceError
from trainkit.i18n import _

__all__ = ["LESSONS", "alike", "opened"]

#: The variant of all lessons.
LESSONS = 0

#: How many variants are tried before an exercise is said to have the same answers on all data.
_TRIES = 20


def opened(source: Source) -> Source:
    """Return an exercise with the variant on which it opens; a lesson stays on the data of all lessons.

    It's the first usable one that follows from the exercise's id on which no answer but a choice is right on
    the data of the lessons, too. Everybody can compute it; what decides about points are other variants.

    Raises:
        SourceError: the model solution fails, or has the same answers whatever the data.
    """
    if source.info.kind == "lesson":
        return source
    try:
        printed = compute_key(source, LESSONS)
    except UnusableVariant:
        printed = None  # no lesson can print answers that can't be told from mistakes
    for attempt in range(_TRIES):
        variant = variants.opening(source.info.id, attempt)
        try:
            key = compute_key(source, variant)
        except UnusableVariant:
            continue
        if printed is None or not alike(source.info, printed, key):
            return replace(source, info=replace(source.info, variant=variant))
    raise SourceError(
        _("On all data, an answer of this exercise is that of the lessons' data, or a mistake gives it."),
        source.path,
    )


def alike(info: Info, one: Key, other: Key) -> list[str]:
    """Return the names of the answers that are right on the data of both keys.

    Such an answer could be copied. Choices don't count: there are few, and some are right on all data.
    """
    return [
        a.name
        for a in info.answers
        if a.type not in ("choice", "choices")
        and matches(a, other.answers[a.name].value, one.answers[a.name].value)
    ]
