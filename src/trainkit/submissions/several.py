"""Several notebooks for one person and one exercise: which is graded, and when that is nobody's to choose.

Within one place, a trainee's own folder or archive, the trainee chose: what was attempted counts before what
was only handed out, then the exact name, then what lies in no further folder, then the last change. Work from
two places is not chosen between: if it differs, an assessor says which one counts.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from trainkit.i18n import _, listed
from trainkit.sandbox.limits import Limits
from trainkit.submissions.archive_names import own_name
from trainkit.submissions.layouts import Ignored
from trainkit.submissions.notebooks import Damaged, content_hash, read_bytes

__all__ = ["choose_one"]

#: An answer's cell, and a line in it that was left as it was handed out.
_ANSWERS = re.compile(r"\.answer\(")
_LEFT = re.compile(r"^\s*\w+\s*=\s*\.\.\.\s*(#.*)?$", re.M)


class Rival(Protocol):
    """A notebook that may be graded."""

    @property
    def path(self) -> Path:
        """Where it lies."""

    @property
    def trainee(self) -> str:
        """Whose it is."""

    @property
    def exercise(self) -> str:
        """The exercise's id."""

    @property
    def source(self) -> Path | None:
        """The hand-in file that it came in."""

    @property
    def place(self) -> Path | None:
        """What it is one source with."""

    def read(self, limits: Limits, /) -> tuple[bytes, tuple[tuple[str, bytes], ...]]:
        """Return the notebook, and what comes along."""


R = TypeVar("R", bound=Rival)


def choose_one(
    rivals: Sequence[R],
    shown: Callable[[Path], str],
    chosen: Mapping[tuple[str, str], str],
    limits: Limits,
    ignored: list[Ignored],
) -> Iterator[R]:
    """Yield the notebook that is graded, if nobody has to say which one it is.

    Args:
        rivals: of one trainee and one exercise; at least one.
        shown: tells how a place is called for people.
        chosen: the places that an assessor said count, by trainee and exercise.
        limits: of a submission.
        ignored: takes what isn't graded, with the reason.
    """
    by_place: dict[Path | None, list[R]] = defaultdict(list)
    for rival in rivals:
        by_place[rival.place].append(rival)
    best = [_best(several, limits, ignored) for several in by_place.values()]
    if len(best) == 1:
        yield best[0]
        return
    said = chosen.get((best[0].trainee, best[0].exercise), "")
    told = [r for r in best if said and _lies_in(shown(r.place or r.path), said)]
    contents = {_content(r, limits) for r in best}
    if len(told) == 1 or len(contents) == 1:
        kept = told[0] if len(told) == 1 else best[0]
        yield kept
        reason = _("{name} is graded instead.").format(name=shown(kept.source or kept.path))
        ignored += [Ignored(r.source or r.path, reason) for r in best if r is not kept]
        return
    places = sorted({shown(r.place or r.path) for r in best})
    reason = _(
        "Two sources for one person: {places}. Neither replaces a grade. Say which one counts: "
        "`trainkit gradebook choose {first} --trainee {trainee} --exercise {exercise}`."
    ).format(
        places=listed(places),
        first=_quoted(places[0]),
        trainee=_quoted(best[0].trainee),
        exercise=best[0].exercise,
    )
    ignored += [
        Ignored(r.source or r.path, reason, r.trainee, r.exercise, "conflict")
        for r in sorted(best, key=lambda r: shown(r.path))
    ]


def _lies_in(place: str, said: str) -> bool:
    """Tell whether a place is the one that was said, or lies in it."""
    return place == said or place.startswith(f"{said.rstrip('/')}/")


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _best(rivals: Sequence[R], limits: Limits, ignored: list[Ignored]) -> R:
    """Return what counts of one place, and tell of the others."""
    if len(rivals) == 1:
        return rivals[0]
    *others, best = sorted(rivals, key=lambda rival: _rank(rival, limits))
    reason = _("{name} is graded instead.").format(name=(best.source or best.path).name)
    ignored += [Ignored(r.source or r.path, reason, r.trainee, r.exercise, "several") for r in others]
    return best


def _rank(rival: Rival, limits: Limits) -> tuple[bool, bool, bool, int, int, str]:
    """Return what decides among several notebooks in one place; the largest counts.

    A hand-in file is whole: it holds the notebook and what was submitted on the page.
    """
    exact = own_name(rival.path.name) == f"{rival.exercise}.ipynb"
    tried = _attempted(rival.path, limits)
    changed, depth = rival.path.lstat().st_mtime_ns, len(rival.path.parts)
    return rival.source is not None, tried, exact, -depth, changed, rival.path.name


def _attempted(path: Path, limits: Limits) -> bool:
    """Tell whether any answer's cell differs from one as handed out; an unreadable file wasn't attempted."""
    try:
        cells = json.loads(read_bytes(path, limits).decode("utf-8-sig"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells]
    except (Damaged, ValueError, KeyError, TypeError, RecursionError):
        return False
    return any(_ANSWERS.search(text) and not _LEFT.search(text) for text in texts)


def _content(rival: Rival, limits: Limits) -> str:
    try:
        return content_hash(*rival.read(limits))
    except Damaged as error:
        return f"{rival.path}: {error}"
