"""What was handed in: by trainee and exercise, whatever the folder or archive looks like."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from trainkit.errors import GradingError
from trainkit.i18n import _
from trainkit.sandbox.limits import Limits
from trainkit.submissions.alongside import choose, read_helpers
from trainkit.submissions.archives import unpack
from trainkit.submissions.handed_in import Keys, is_hand_in
from trainkit.submissions.layouts import Bag, Ignored, bags, fits, is_handed_in, is_notebook, root_of
from trainkit.submissions.notebooks import Damaged, read_bytes
from trainkit.submissions.unfolding import Found, unfold

__all__ = ["Handed", "Ignored", "Person", "collect", "submissions_folder"]

#: Characters of a trainee's name that the gradebook keeps.
_LONGEST_NAME = 200

#: Where a notebook says which exercise it is: in its metadata, and where it begins one.
_SAID = re.compile(
    rb'"trainkit"\s*:\s*\{[^{}]*"id"\s*:\s*"([0-9A-Za-z-]+)"'
    rb"|Exercise\(\s*\\?[\"']([0-9A-Za-z-]+)\\?[\"']"
)


class Person(Protocol):
    """Someone on the class's roster, as far as a folder's name can tell who it is."""

    @property
    def name(self) -> str:
        """The trainee's identifier."""

    @property
    def display_name(self) -> str:
        """The full name."""

    @property
    def email(self) -> str:
        """The e-mail address."""

    @property
    def number(self) -> str:
        """The student's or employee's number."""


@dataclass(frozen=True)
class Handed:
    """One notebook to grade.

    Args:
        trainee: the identifier on the roster, else the folder's name.
        exercise: an exercise's id.
        path: of the notebook.
        files: what comes along with it: name as handed in, and where it lies.
        source: the hand-in file that it came in; `None` for a notebook on its own.
    """

    trainee: str
    exercise: str
    path: Path
    files: tuple[tuple[str, Path], ...] = ()
    source: Path | None = None

    @property
    def name(self) -> str:
        """Trainee and exercise, for people."""
        return f"{self.trainee}/{self.exercise}"

    def read(self, limits: Limits) -> tuple[bytes, tuple[tuple[str, bytes], ...]]:
        """Return the notebook, and name and content of what comes along.

        Raises:
            Damaged: one of them is a link, no ordinary file, too large, or can't be read.
        """
        return read_bytes(self.path, limits), read_helpers(self.files)


def submissions_folder(folder: Path) -> Path:
    """Return where the submissions lie: `folder/submissions`, or `folder` itself, which may be an archive.

    Raises:
        GradingError: there is no such folder or archive.
    """
    if folder.is_file() and folder.suffix.lower() == ".zip":
        return folder
    if not folder.is_dir():
        raise GradingError(_("There is no folder {folder}.").format(folder=folder))
    inner = folder / "submissions"
    return inner if inner.is_dir() else folder


def collect(
    folder: Path,
    exercises: Collection[str],
    *,
    layout: str = "",
    people: Sequence[Person] = (),
    unpacked: Path | None = None,
    limits: Limits | None = None,
    keys: Keys | None = None,
) -> tuple[list[Handed], list[Ignored]]:
    """Find the notebooks in a folder of submissions, in the archives in it, and in hand-in files.

    A name that begins with an exercise's id is that exercise (`1-06 (2).ipynb`); a notebook of another name
    is what it says of itself. Of several, the exact name counts, else the file changed last.

    Args:
        folder: of submissions, or an archive of one.
        exercises: ids that can be graded.
        layout: a name of `layouts.LAYOUTS`; found out by default, for each archive on its own.
        people: on the roster; a folder's name may be anyone's identifier, full name, address or number.
        unpacked: private to the assessor; archives are unpacked there. Without it they aren't opened.
        limits: of a submission.
        keys: with which this class's workspaces sign what they hand in.

    Returns:
        What is to be graded, by trainee and exercise, and what isn't.

    Raises:
        GradingError: `folder` is an archive that can't be unpacked; one among the folders is ignored.
        UnknownName: there is no such layout.
    """
    limits = limits or Limits()
    ignored: list[Ignored] = []
    competing: dict[tuple[str, str], list[Handed]] = defaultdict(list)
    hand_ins = [Found(folder)] if is_hand_in(folder) else []
    for root in _roots(folder, unpacked, limits, ignored):
        found = list(bags(root_of(root, exercises), layout))
        loose = [b for b in found if isinstance(b, Ignored) and not _opened(b.path, unpacked)]
        hand_ins += [Found(b.path) for b in loose if is_hand_in(b.path)]
        ignored += [b for b in loose if not is_hand_in(b.path)]
        for trainee, bag in _named([b for b in found if isinstance(b, Bag)], people, ignored):
            whole = {path for _name, path in bag.files if is_hand_in(path)}
            hand_ins += [Found(path, trainee) for path in sorted(whole)]
            bag = replace(bag, files=tuple(f for f in bag.files if f[1] not in whole))
            for handed in _notebooks(trainee, bag, exercises, limits, ignored):
                competing[trainee, handed.exercise].append(handed)
    if unpacked:
        find = _Directory(people).find
        for laid in unfold(hand_ins, exercises, find, unpacked, ignored, keys=keys, limits=limits):
            handed = Handed(_clean(laid.trainee), laid.exercise, laid.notebook, laid.files, laid.source)
            competing[handed.trainee, handed.exercise].append(handed)
    chosen = []
    for (_trainee, exercise), rivals in sorted(competing.items()):
        *others, best = sorted(rivals, key=lambda handed: _rank(handed, exercise))
        chosen.append(best)
        reason = _("{name} is graded instead.").format(name=(best.source or best.path).name)
        ignored += [Ignored(other.source or other.path, reason) for other in others]
    return chosen, sorted(ignored, key=lambda i: i.path)


def _roots(folder: Path, unpacked: Path | None, limits: Limits, ignored: list[Ignored]) -> Iterator[Path]:
    """Yield the folder, unless it is an archive, and one folder for each archive."""
    archives = [] if is_hand_in(folder) else [folder]
    if folder.is_dir():
        yield folder
        archives = [p for p in sorted(folder.iterdir()) if _is_archive(p)]
    for number, archive in enumerate(archives if unpacked else ()):
        assert unpacked
        target = unpacked / str(number)
        target.mkdir(mode=0o700)
        try:
            ignored += unpack(archive, target, limits)
        except GradingError as error:
            if archive == folder:
                raise GradingError(f"{archive}: {error}") from error
            ignored.append(Ignored(archive, str(error)))
            shutil.rmtree(target, ignore_errors=True)  # it may have filled the disk
        else:
            yield target


def _is_archive(path: Path) -> bool:
    """Tell whether the assessor put an archive there: what a trainee handed in could be in anybody's name."""
    ordinary = path.is_file() and not path.is_symlink()
    zipped = ordinary and path.suffix.lower() == ".zip" and not is_handed_in(path.name)
    return zipped and not is_hand_in(path)


def _opened(path: Path, unpacked: Path | None) -> bool:
    """Tell whether a loose file isn't loose at all: an archive among the folders."""
    return unpacked is not None and not path.is_relative_to(unpacked) and _is_archive(path)


def _named(
    found: Sequence[Bag], people: Sequence[Person], ignored: list[Ignored]
) -> Iterator[tuple[str, Bag]]:
    """Yield each bag with its trainee; two participants of one name are told apart by their numbers."""
    numbers = Counter(name for name, _number in {(b.name, b.number) for b in found})
    groups = Counter(name.rpartition("-")[0] for name in numbers)
    known = _Directory(people)
    for bag in found:
        group, _dash, own = bag.name.rpartition("-")
        # Moodle puts a group in front: "Group A-Lin Yue". One person's "Anna-Lena Wu" is no group.
        in_group = known.find(own) if bag.number and group and groups[group] > 1 else ""
        if numbers[bag.name] > 1 or _anonymous(bag):
            # Even if the roster knows one of this name: it can't say which of them that is.
            trainee = _clean(f"{bag.name} ({bag.number})")
        else:
            trainee = known.find(bag.name) or in_group or _clean(bag.name)
        if not trainee or len(trainee) > _LONGEST_NAME:
            reason = _("The trainee's name is empty or too long.")
            ignored += [Ignored(path, reason) for _name, path in bag.files[:1]]
            continue
        yield trainee, bag


def _anonymous(bag: Bag) -> bool:
    """Tell whether Moodle hides the name: then all participants are called the same in some language."""
    return bool(bag.number) and bag.name.rpartition("-")[2] in ("Participant", "参与者", "参加者")


class _Directory:
    """Finds people by what a folder may call them, if it is one of them only."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._known: dict[str, set[str]] = defaultdict(set)
        self._ids = {_folded(p.name): p.name for p in people}
        for person in people:
            for said in (person.display_name, person.email, person.number):
                if said:
                    self._known[_folded(said)].add(person.name)

    def find(self, name: str) -> str:
        """Return the identifier of whom a name means; empty if it may be nobody, or several."""
        if found := self._ids.get(_folded(name)):
            return found
        meant = self._known.get(_folded(name), set())
        return next(iter(meant)) if len(meant) == 1 else ""


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _clean(name: str) -> str:
    """Return a name as a database can keep it: composed, and without bytes that are no characters."""
    return unicodedata.normalize("NFC", name).encode("utf-8", "backslashreplace").decode().strip()


def _notebooks(
    trainee: str, bag: Bag, exercises: Collection[str], limits: Limits, ignored: list[Ignored]
) -> Iterator[Handed]:
    """Yield the notebooks of a bag, each with all small files beside it."""
    notebooks = [(name, path) for name, path in bag.files if is_notebook(name)]
    files, refused = choose([(name, path) for name, path in bag.files if not is_notebook(name)])
    ignored += refused
    for name, path in notebooks:
        exercise = fits(name, exercises) or _said(path, exercises, limits) or fits(bag.hint, exercises)
        if exercise:
            yield Handed(trainee, exercise, path, files)
        else:
            ids = ", ".join(sorted(exercises))
            ignored.append(
                Ignored(
                    path,
                    _("Neither its name nor its content is an exercise. There are: {ids}.").format(ids=ids),
                )
            )


def _said(path: Path, exercises: Collection[str], limits: Limits) -> str | None:
    """Return the exercise that a notebook says it is, if it says one only."""
    try:
        raw = read_bytes(path, limits)
    except Damaged:
        return None
    said = {(one or other).decode() for one, other in _SAID.findall(raw)} & set(exercises)
    return said.pop() if len(said) == 1 else None


def _rank(handed: Handed, exercise: str) -> tuple[bool, bool, int, str]:
    """Return what decides among several notebooks of a trainee for an exercise; the largest counts.

    A hand-in file is whole: it holds the notebook and what was submitted on the page.
    """
    name = handed.path.name.rpartition("_assignsubmission_file_")[2]
    exact = name == f"{exercise}.ipynb"
    return handed.source is not None, exact, handed.path.lstat().st_mtime_ns, handed.path.name
