"""Which submissions of a class are alike: their code as it was handed in, without what was handed out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from trainkit.course.catalogue import find, notebook
from trainkit.errors import UnknownName
from trainkit.gradebook.book import Received
from trainkit.i18n import LANGUAGES
from trainkit.reports.similarity import Pair, fingerprints, similar_pairs, tokens
from trainkit.submissions.notebooks import Damaged, repair

__all__ = ["alike", "starter"]


def alike(
    handed_in: Iterable[Received], given: Callable[[str], frozenset[int]] | None = None
) -> dict[str, list[Pair]]:
    """Return the pairs of submissions that are alike, by exercise.

    Args:
        handed_in: the files as they were received; one that is no notebook is passed over.
        given: returns the fingerprints of what an exercise hands out; by default those of the workbook's.
    """
    found: dict[str, dict[str, frozenset[int]]] = {}
    for item in handed_in:
        cells = list(_cells(item.raw, item.files))
        found.setdefault(item.exercise, {})[item.trainee] = fingerprints(tokens(cells))
    given = given or starter
    return {exercise: similar_pairs(own, given(exercise)) for exercise, own in sorted(found.items())}


def starter(exercise: str) -> frozenset[int]:
    """Return the fingerprints of what an exercise hands out, in all languages; none for an unknown one."""
    try:
        info = find("exercise", exercise)
    except UnknownName:
        return frozenset()
    paths = [path for lang in LANGUAGES if (path := notebook(info, lang)).is_file()]
    return frozenset(mark for path in paths for mark in _of_file(path))


def _of_file(path: Path) -> frozenset[int]:
    return fingerprints(tokens(_cells(path.read_bytes(), ())))


def _cells(raw: bytes, files: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Yield a notebook's code, and that of the modules beside it."""
    try:
        yield from (source for _number, source in repair(raw).cells)
    except Damaged:
        return
    for name, content in sorted(files):
        if name.endswith(".py"):
            yield content.decode("utf-8", "replace")
