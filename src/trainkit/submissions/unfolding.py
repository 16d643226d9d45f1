"""Hand-in files unfolded: whose each one is, which of several counts, and its notebooks laid out to be read.

One file can bring one person's work only. Where it lies says whose it is; what it says itself counts where it
lies loose. Where both speak of two different people, nothing is chosen: the file is told with both names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainkit.errors import GradingError
from trainkit.i18n import _
from trainkit.sandbox.limits import Limits
from trainkit.submissions.handed_in import PART, HandIn, Keys, Piece, read
from trainkit.submissions.layouts import Ignored

__all__ = ["Found", "Laid", "unfold"]

#: Returns the identifier of whom a name on the roster means; empty if nobody, or several.
Find = Callable[[str], str]


@dataclass(frozen=True)
class Found:
    """A hand-in file where it was found.

    Args:
        path: of the file.
        trainee: whose folder it lies in; empty for a loose file.
    """

    path: Path
    trainee: str = ""


@dataclass(frozen=True)
class Laid:
    """One exercise of a hand-in file, laid out.

    Args:
        trainee: whose it is.
        exercise: its id.
        source: the hand-in file.
        notebook: where the notebook lies; an empty file where only a page was filled in.
        files: name and place of what travels with it.
    """

    trainee: str
    exercise: str
    source: Path
    notebook: Path
    files: tuple[tuple[str, Path], ...]


def unfold(
    found: Sequence[Found],
    exercises: Collection[str],
    find: Find,
    folder: Path,
    ignored: list[Ignored],
    *,
    keys: Keys | None = None,
    limits: Limits | None = None,
) -> Iterator[Laid]:
    """Yield what counts of hand-in files, by trainee and exercise.

    Args:
        found: the files.
        exercises: ids that can be graded.
        find: looks a name up on the roster.
        folder: empty and private; the notebooks are laid there.
        ignored: takes what doesn't count, with the reason.
        keys: with which this class's workspaces sign.
        limits: of a submission.
    """
    rivals: defaultdict[tuple[str, str], list[tuple[HandIn, Piece]]] = defaultdict(list)
    for file in found:
        try:
            hand_in = read(file.path, keys, limits)
            trainee = _whose(file, hand_in, find)
        except GradingError as error:
            ignored.append(Ignored(file.path, str(error)))
            continue
        for piece in hand_in.pieces:
            if piece.exercise in exercises:
                rivals[trainee, piece.exercise].append((hand_in, piece))
            else:
                reason = _("It brings exercise {id}, which isn't graded here.").format(id=piece.exercise)
                ignored.append(Ignored(file.path, reason))
    for number, ((trainee, exercise), several) in enumerate(sorted(rivals.items(), key=lambda r: r[0])):
        hand_in, piece = _last(exercise, several, ignored)
        yield _lay(trainee, hand_in, piece, folder / f"handed-in-{number}")


def _whose(file: Found, hand_in: HandIn, find: Find) -> str:
    """Return whose a hand-in file is.

    Raises:
        GradingError: it lies in one person's folder and is another one's.
    """
    said = find(hand_in.trainee) or (find(hand_in.name) if hand_in.name else "")
    if not file.trainee:
        return said or hand_in.trainee
    # Without a signature or a roster, a name that was typed is no more than another spelling.
    known = said or (hand_in.trainee if hand_in.shows == "class" else "")
    if known and known != file.trainee:
        raise GradingError(
            _("It lies with the work of {folder}, and says that it is the work of {said}. Move it.").format(
                folder=file.trainee, said=known
            )
        )
    return file.trainee


def _last(
    exercise: str, several: Sequence[tuple[HandIn, Piece]], ignored: list[Ignored]
) -> tuple[HandIn, Piece]:
    """Return what was handed in last: a workspace's highest number; of two workspaces, the later file."""
    newest: dict[str, int] = defaultdict(int)
    for hand_in, _piece in several:
        newest[hand_in.workspace] = max(newest[hand_in.workspace], hand_in.number)
    *others, best = sorted(
        several,
        key=lambda pair: (
            pair[0].number == newest[pair[0].workspace],
            pair[0].at,
            pair[0].number,
            pair[0].path.name,
        ),
    )
    for hand_in, _piece in others:
        reason = (
            _("{exercise}: number {number} is graded instead, {name}.")
            if hand_in.workspace == best[0].workspace
            else _("{exercise}: number {number} of another workspace is graded instead, {name}.")
        )
        said = reason.format(exercise=exercise, number=best[0].number, name=best[0].path.name)
        ignored.append(Ignored(hand_in.path, said))
    return best


def _lay(trainee: str, hand_in: HandIn, piece: Piece, folder: Path) -> Laid:
    folder.mkdir(mode=0o700)
    notebook, part = folder / f"{piece.exercise}.ipynb", folder / PART
    notebook.write_bytes(piece.notebook or b"")
    part.write_bytes(piece.part(hand_in.shows))
    return Laid(trainee, piece.exercise, hand_in.path, notebook, ((PART, part),))
