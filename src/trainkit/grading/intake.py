"""What was handed in: files of a folder, by trainee and exercise."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from trainkit.errors import GradingError
from trainkit.i18n import _

__all__ = ["Handed", "Ignored", "collect", "submissions_folder"]


@dataclass(frozen=True)
class Handed:
    """One file to grade."""

    trainee: str  #: the folder's name
    exercise: str  #: an exercise's id
    path: Path


@dataclass(frozen=True)
class Ignored:
    """A file that isn't graded, and why."""

    path: Path
    reason: str


def submissions_folder(folder: Path) -> Path:
    """Return the folder that holds one folder a trainee: `folder/submissions`, or `folder` itself.

    Raises:
        GradingError: there is no such folder.
    """
    if not folder.is_dir():
        raise GradingError(_("There is no folder {folder}.").format(folder=folder))
    inner = folder / "submissions"
    return inner if inner.is_dir() else folder


def collect(folder: Path, exercises: Collection[str]) -> tuple[list[Handed], list[Ignored]]:
    """Find the notebooks in `folder/<trainee>/<exercise>.ipynb`.

    A name that begins with an exercise's id is that exercise (`1-06 (2).ipynb`); of several, the exact name
    counts, else the file changed last.

    Args:
        folder: of submissions.
        exercises: ids that can be graded.

    Returns:
        What is to be graded, by trainee and exercise, and what isn't.
    """
    handed: dict[tuple[str, str], Path] = {}
    ignored: list[Ignored] = []
    for path in sorted(folder.glob("*/*.ipynb")):
        exercise = _exercise_of(path.stem, exercises)
        trainee = unicodedata.normalize("NFC", path.parent.name)
        if trainee.startswith("."):
            continue
        if exercise is None:
            reason = _("No exercise has this name. Exercises: {ids}.").format(
                ids=", ".join(sorted(exercises))
            )
            ignored.append(Ignored(path, reason))
            continue
        earlier = handed.setdefault((trainee, exercise), path)
        if earlier != path:
            better, worse = _choose(exercise, earlier, path)
            handed[trainee, exercise] = better
            ignored.append(Ignored(worse, _("{name} is graded instead.").format(name=better.name)))
    found = [Handed(trainee, exercise, path) for (trainee, exercise), path in sorted(handed.items())]
    return found, sorted(ignored, key=lambda i: i.path)


def _exercise_of(stem: str, exercises: Collection[str]) -> str | None:
    fitting = [e for e in exercises if re.match(rf"{re.escape(e)}(?![0-9A-Za-z-])", stem.strip())]
    return max(fitting, key=len, default=None)


def _choose(exercise: str, one: Path, other: Path) -> tuple[Path, Path]:
    """Return the file that counts and the one that doesn't."""

    def rank(path: Path) -> tuple[bool, int, str]:
        return path.stem == exercise, path.lstat().st_mtime_ns, path.name

    return (one, other) if rank(one) >= rank(other) else (other, one)
