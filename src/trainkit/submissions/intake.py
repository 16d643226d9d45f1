"""What was handed in: by trainee and exercise, whatever the folder or archive looks like."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from trainkit.errors import GradingError
from trainkit.i18n import _, joined, listed
from trainkit.sandbox.limits import Limits
from trainkit.submissions.alongside import choose, read_helpers
from trainkit.submissions.archives import unpack
from trainkit.submissions.handed_in import Keys, is_hand_in
from trainkit.submissions.layouts import (
    Bag,
    Ignored,
    bags,
    fits,
    is_handed_in,
    is_notebook,
    may_be_notebook,
    root_of,
    whole_folder,
)
from trainkit.submissions.notebooks import Damaged, looks_like_notebook, read_bytes
from trainkit.submissions.people import Directory, Person, folded
from trainkit.submissions.several import choose_one
from trainkit.submissions.unfolding import Found, unfold

__all__ = ["Handed", "Ignored", "Known", "Person", "collect", "submissions_folder"]

#: Characters of a trainee's name that the gradebook keeps.
_LONGEST_NAME = 200

#: Files that are named where there is no notebook.
_MOST_NAMED = 5

#: Where a notebook says which exercise it is: in its metadata, and where it begins one.
_SAID = re.compile(
    rb'"trainkit"\s*:\s*\{[^{}]*"id"\s*:\s*"([0-9A-Za-z-]+)"'
    rb"|Exercise\(\s*\\?[\"']([0-9A-Za-z-]+)\\?[\"']"
)


@dataclass(frozen=True)
class Handed:
    """One notebook to grade.

    Args:
        trainee: the identifier on the roster, else the folder's name.
        exercise: an exercise's id.
        path: of the notebook.
        files: what comes along with it: name as handed in, and where it lies.
        source: the hand-in file that it came in; `None` for a notebook on its own.
        place: the folder, archive or file that is one source of a person's work.
    """

    trainee: str
    exercise: str
    path: Path
    files: tuple[tuple[str, Path], ...] = ()
    source: Path | None = None
    place: Path | None = None

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


@dataclass(frozen=True)
class Known:
    """What is known of the people of a class before anything is looked into.

    Args:
        people: on the roster; a folder's name may be anyone's identifier, full name, address or number.
        matched: identifiers by folders' names, as an assessor said.
        chosen: which of two sources counts, by trainee and exercise, as an assessor said.
        names: of those whose work came before; an archive of such a name is that person's.
    """

    people: Sequence[Person] = ()
    matched: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[tuple[str, str], str] = field(default_factory=dict)
    names: Collection[str] = ()


def collect(
    folder: Path,
    exercises: Collection[str],
    *,
    layout: str = "",
    people: Sequence[Person] = (),
    known: Known | None = None,
    unpacked: Path | None = None,
    limits: Limits | None = None,
    keys: Keys | None = None,
) -> tuple[list[Handed], list[Ignored]]:
    """Find the notebooks in a folder of submissions, in the archives in it, and in hand-in files.

    A name that begins with an exercise's id is that exercise (`1-06 (2).ipynb`); a notebook of another name
    is what it says of itself. An archive that is named for a person brings that person's work only. Of work
    that one person has in two places nothing is graded until an assessor says which counts; see `several`.

    Args:
        folder: of submissions, or an archive of one.
        exercises: ids that can be graded.
        layout: a name of `layouts.LAYOUTS`; found out by default, for each archive on its own.
        people: on the roster, where nothing else is known.
        known: what is known of the people.
        unpacked: private to the assessor; archives are unpacked there. Without it they aren't opened.
        limits: of a submission.
        keys: with which this class's workspaces sign what they hand in.

    Returns:
        What is to be graded, by trainee and exercise, and what isn't, or only with a question left open.

    Raises:
        GradingError: `folder` is an archive that can't be unpacked; one among the folders is ignored.
        UnknownName: there is no such layout.
    """
    search = _Search(folder, exercises, known or Known(people), unpacked, limits or Limits())
    handed = search.handed(layout, keys)
    found = [replace(i, path=search.origin(i.path)) for i in search.ignored]
    return handed, sorted(dict.fromkeys(found), key=lambda i: i.path)


class _Search:
    """Goes through a folder of submissions once."""

    def __init__(
        self, folder: Path, exercises: Collection[str], known: Known, unpacked: Path | None, limits: Limits
    ) -> None:
        self.folder, self.exercises, self.known = folder, exercises, known
        self.unpacked, self.limits = unpacked, limits
        self.directory = Directory(known.people, known.matched)
        self.ignored: list[Ignored] = []
        self._origins: dict[Path, Path] = {}
        self._competing: dict[tuple[str, str], list[Handed]] = defaultdict(list)
        self._whole: list[Found] = []
        self._bags: list[tuple[str, Bag]] = []

    def origin(self, path: Path) -> Path:
        """Return where a file lies that was unpacked: in which archive, under which name."""
        for parent in path.parents:
            if (archive := self._origins.get(parent)) is not None:
                return self.origin(archive) / path.relative_to(parent)
        return self.origin(self._origins[path]) if path in self._origins else path

    def shown(self, path: Path) -> str:
        """Return how a place is called for people: as it lies below the folder of submissions."""
        own, base = self.origin(path), self.folder if self.folder.is_dir() else self.folder.parent
        return own.relative_to(base).as_posix() if own.is_relative_to(base) else own.as_posix()

    def handed(self, layout: str, keys: Keys | None) -> list[Handed]:
        """Return what is to be graded."""
        self._whole = [Found(self.folder)] if is_hand_in(self.folder) else []
        found = [(root, archive, self._bags_in(root, layout)) for root, archive in self._roots()]
        names = {b.name for _root, archive, several in found for b in several if archive is None}
        for root, archive, several in found:
            owner = self._owner(archive, names | {b.name for b in several}) if archive else ""
            if owner and archive:
                # What is loose in it is this person's, too.
                self.ignored = [i for i in self.ignored if i.kind or i.path.parent != root]
                self._whole = [f for f in self._whole if not f.path.is_relative_to(root)]
                self._bags += self._owned(owner, archive, root, several, names)
            else:
                self._bags += _named(several, self.directory, self.ignored)
        self._bags = [(trainee, bag) for trainee, bag in self._bags if not self._only_carries(trainee, bag)]
        for trainee, bag in self._bags:
            self._take(trainee, bag)
        if self.unpacked:
            self._unfold(self.unpacked, keys)
        chosen: list[Handed] = []
        for _key, rivals in sorted(self._competing.items()):
            chosen += choose_one(rivals, self.shown, self.known.chosen, self.limits, self.ignored)
        self._tell_of_people()
        return chosen

    def _bags_in(self, root: Path, layout: str) -> list[Bag]:
        """Return the bags below a folder; what is loose is a hand-in file, or ignored."""
        found = list(bags(root_of(root, self.exercises), layout, self.exercises))
        loose = [b for b in found if isinstance(b, Ignored) and not _opened(b.path, self.unpacked)]
        self._whole += [Found(b.path) for b in loose if is_hand_in(b.path)]
        self.ignored += [b for b in loose if not is_hand_in(b.path)]
        return [b for b in found if isinstance(b, Bag)]

    def _only_carries(self, trainee: str, bag: Bag) -> bool:
        """Take hand-in files from a folder that is nobody's: each of them says itself whose it is."""
        carried = [path for _name, path in bag.files if is_hand_in(path)]
        if (
            not carried
            or len(carried) < len(bag.files)
            or not self.known.people
            or self.directory.find(trainee)
        ):
            return False
        self._whole += [Found(path) for path in sorted(set(carried))]
        return True

    def _take(self, trainee: str, bag: Bag) -> None:
        """Take the notebooks of a bag, those in its archives included, and its hand-in files."""
        whole = [path for _name, path in bag.files if is_hand_in(path)]
        self._whole += [Found(path, trainee) for path in sorted(set(whole))]
        files = [f for f in bag.files if f[1] not in set(whole)]
        packed = [path for _name, path in files if self.unpacked and _is_zip(path)]
        rest = [f for f in files if f[1] not in set(packed)]
        for archive in packed:
            root = self._unpack(archive)
            if root is not None:
                inner = self._whole_bag(trainee, root, bag.place or archive)
                for handed in _notebooks(trainee, inner, self.exercises, self.limits, self.ignored):
                    self._competing[trainee, handed.exercise].append(handed)
        own = replace(bag, files=tuple(rest))
        for handed in _notebooks(trainee, own, self.exercises, self.limits, self.ignored):
            self._competing[trainee, handed.exercise].append(handed)

    def _whole_bag(self, trainee: str, root: Path, place: Path) -> Bag:
        """Return everything below a folder as one person's bag."""
        [bag] = [b for b in whole_folder(root, trainee) if isinstance(b, Bag)]
        return replace(bag, place=place)

    def _owner(self, archive: Path, names: Collection[str]) -> str:
        """Return whose an archive is by its name; empty if it is a class's."""
        stem = archive.stem
        if found := self.directory.find(stem):
            return found
        others = {folded(n): _clean(n) for n in {*names, *self.known.names}}
        return others.get(folded(stem), "")

    def _owned(
        self, owner: str, archive: Path, root: Path, several: Sequence[Bag], names: Collection[str]
    ) -> Iterator[tuple[str, Bag]]:
        """Yield what an archive that is named for a person may bring: that person's work."""
        known = {folded(n) for n in {*names, *self.known.names}}
        foreign = {
            bag.place
            for bag in several
            if not bag.flat
            and folded(bag.name) not in (folded(archive.stem), folded(owner))
            and self.directory.find(bag.name) != owner
            and (self.directory.find(bag.name) or folded(bag.name) in known)
        }
        whole = self._whole_bag(owner, root, archive)
        files = [f for f in whole.files if not any(p and f[1].is_relative_to(p) for p in foreign)]
        for place in sorted(p for p in foreign if p):
            reason = _("The archive {archive} is {owner}'s and brings work in another one's name.")
            said = reason.format(archive=archive.name, owner=owner)
            self.ignored.append(Ignored(place, said, owner, "", "conflict"))
        yield owner, replace(whole, files=tuple(files))

    def _unfold(self, unpacked: Path, keys: Keys | None) -> None:
        find = self.directory.find
        for laid in unfold(
            self._whole, self.exercises, find, unpacked, self.ignored, keys=keys, limits=self.limits
        ):
            trainee = _clean(laid.trainee)
            own = [bag.place for whose, bag in self._bags if whose == trainee and bag.place]
            place = next((p for p in own if laid.source.is_relative_to(p)), laid.source)
            handed = Handed(trainee, laid.exercise, laid.notebook, laid.files, laid.source, place)
            self._competing[trainee, laid.exercise].append(handed)

    def _tell_of_people(self) -> None:
        """Tell who handed in no notebook, late, or under a name that the roster doesn't have."""
        handed = {trainee for trainee, _exercise in self._competing}
        for trainee, bag in self._bags:
            for told in self._without(trainee, bag, handed):
                self._tell(told)
        everybody = dict.fromkeys([*(trainee for trainee, _bag in self._bags), *sorted(handed)])
        roster = {p.name for p in self.known.people}
        for trainee in everybody if roster else ():
            if trainee not in roster:
                places = [b.place for whose, b in self._bags if whose == trainee and b.place]
                path = places[0] if places else self.folder / trainee
                self.ignored.append(Ignored(path, self._who_is(trainee), trainee, "", "unknown"))

    def _tell(self, told: Ignored) -> None:
        """Tell something of a place; where a line says already why, that line is it."""
        for n, said in enumerate(self.ignored):
            inside = said.path == told.path or told.path in said.path.parents
            if told.kind == "no notebook" and inside and not said.kind:
                self.ignored[n] = replace(said, **_about(told))
                return
        self.ignored.append(told)

    def _without(self, trainee: str, bag: Bag, handed: Collection[str]) -> Iterator[Ignored]:
        """Yield what is to be told of a bag: late, or without a notebook for an exercise that it names."""
        place = bag.place or self.folder
        if bag.late:
            ids = {fits(name, self.exercises) for name, _path in bag.files} - {None}
            for id in sorted(i for i in ids if i):
                yield Ignored(place, _("Handed in late, as the platform says."), trainee, id, "late")
        named = {fits(n, self.exercises): n for n, _path in bag.files if not _is_beside(n)}
        names = sorted(n for n, _path in bag.files)
        found = listed(names[:_MOST_NAMED]) if names else _("an empty folder")
        missing = [id for id in named if id and (trainee, id) not in self._competing]
        if not missing and trainee not in handed:
            missing = [next(iter(self.exercises)) if len(self.exercises) == 1 else ""]
        for id in missing:
            reason = _("No notebook: {found}. Ask for the file that ends in .ipynb.").format(found=found)
            yield Ignored(place, reason, trainee, id, "no notebook")

    def _who_is(self, trainee: str) -> str:
        """Say who somebody may be whom the roster doesn't have under this name."""
        meant = self.directory.meant(trainee)
        if len(meant) > 1:
            said = _("Several on the roster are called so: {names}.").format(names=listed(meant))
            suggested = meant[0]
        elif (near := self.directory.nearest(trainee)) is not None:
            called = f"{near.display_name} ({near.name})" if near.display_name else near.name
            said = _("Nobody on the roster is called so. The nearest is {name}.").format(name=called)
            suggested = near.name
        else:
            said, suggested = _("Nobody on the roster is called so."), "ID"
        command = f'trainkit trainee match "{trainee}" {suggested}'
        return joined(said, _("Say who it is: `{command}`.").format(command=command))

    def _roots(self) -> Iterator[tuple[Path, Path | None]]:
        """Yield the folder, unless it is an archive, and one folder for each archive, with the archive."""
        archives = [] if is_hand_in(self.folder) else [self.folder]
        if self.folder.is_dir():
            yield self.folder, None
            archives = [p for p in sorted(self.folder.iterdir()) if _is_archive(p) and not self._is_flat(p)]
        for archive in archives if self.unpacked else ():
            root = self._unpack(archive)
            if root is not None:
                yield root, archive if self.folder.is_dir() else None

    def _is_flat(self, path: Path) -> bool:
        """Tell whether a platform gave an archive its name, so that a trainee handed it in."""
        return any(isinstance(b, Bag) and b.flat and b.files[0][1] == path for b in self._loose_flat)

    @cached_property
    def _loose_flat(self) -> list[Bag | Ignored]:
        root = root_of(self.folder, self.exercises)
        return list(bags(root, "folders", self.exercises)) if root == self.folder else []

    def _unpack(self, archive: Path) -> Path | None:
        """Unpack an archive and return the folder; `None` if that isn't possible, which is told."""
        assert self.unpacked
        target = self.unpacked / str(len(self._origins))
        target.mkdir(mode=0o700)
        self._origins[target] = archive
        try:
            self.ignored += unpack(archive, target, self.limits)
        except GradingError as error:
            if archive == self.folder:
                raise GradingError(f"{archive}: {error}") from error
            self.ignored.append(Ignored(archive, str(error)))
            shutil.rmtree(target, ignore_errors=True)  # it may have filled the disk
            return None
        return target


def _is_archive(path: Path) -> bool:
    """Tell whether the assessor put an archive there: what a trainee handed in could be in anybody's name."""
    ordinary = path.is_file() and not path.is_symlink()
    return ordinary and _is_zip(path) and not is_handed_in(path.name)


def _is_zip(path: Path) -> bool:
    """Tell whether a file is an archive that is unpacked, and no hand-in file."""
    ordinary = path.is_file() and not path.is_symlink()
    return ordinary and path.suffix.lower() == ".zip" and not is_hand_in(path)


def _about(told: Ignored) -> dict[str, Any]:
    return {"trainee": told.trainee, "exercise": told.exercise, "kind": told.kind}


def _is_beside(name: str) -> bool:
    """Tell whether a file of this name is one that may come along with a notebook, and no try at one."""
    return name.lower().endswith((".csv", ".txt")) and not is_notebook(name)


def _opened(path: Path, unpacked: Path | None) -> bool:
    """Tell whether a loose file isn't loose at all: an archive among the folders."""
    return unpacked is not None and not path.is_relative_to(unpacked) and _is_archive(path)


def _named(found: Sequence[Bag], known: Directory, ignored: list[Ignored]) -> Iterator[tuple[str, Bag]]:
    """Yield each bag with its trainee; two participants of one name are told apart by their numbers."""
    numbers = Counter(name for name, _number in {(b.name, b.number) for b in found})
    groups = Counter(name.rpartition("-")[0] for name in numbers)
    for bag in found:
        trainee = _whose(bag, known, twice=numbers[bag.name] > 1, groups=groups)
        if not trainee or len(trainee) > _LONGEST_NAME:
            reason = _("The trainee's name is empty or too long.")
            ignored += [Ignored(path, reason) for _name, path in bag.files[:1]]
            continue
        yield trainee, bag


def _whose(bag: Bag, known: Directory, *, twice: bool, groups: Mapping[str, int]) -> str:
    """Return whose a bag is: on the roster, or by the name that it has."""
    numbered = _clean(f"{bag.name} ({bag.number})")
    if said := (bag.number and known.said(numbered)):
        return said
    if bag.flat:
        parts = [bag.number, bag.name, *re.split(r"[-_+ ]+", bag.name)]
        meant = {who for part in parts if part and (who := known.find(part))}
        if len(meant) == 1:
            return meant.pop()
    # Even if the roster knows one of this name: it can't say which of two that is.
    if twice or _anonymous(bag):
        return numbered
    group, _dash, own = bag.name.rpartition("-")
    # Moodle puts a group in front: "Group A-Lin Yue". One person's "Anna-Lena Wu" is no group.
    in_group = known.find(own) if bag.number and group and groups[group] > 1 else ""
    return known.find(bag.name) or in_group or _clean(bag.name)


def _anonymous(bag: Bag) -> bool:
    """Tell whether Moodle hides the name: then all participants are called the same in some language."""
    return bool(bag.number) and bag.name.rpartition("-")[2] in ("Participant", "参与者", "参加者")


def _clean(name: str) -> str:
    """Return a name as a database can keep it: composed, and without bytes that are no characters."""
    return unicodedata.normalize("NFC", name).encode("utf-8", "backslashreplace").decode().strip()


def _notebooks(
    trainee: str, bag: Bag, exercises: Collection[str], limits: Limits, ignored: list[Ignored]
) -> Iterator[Handed]:
    """Yield the notebooks of a bag, each with all small files beside it.

    A script stands for a notebook where there is none for its exercise.
    """
    by_folder: dict[Path, list[tuple[str, Path]]] = defaultdict(list)
    for name, path in bag.files:
        by_folder[path.parent].append((name, path))
    for folder, inside in sorted(by_folder.items()):
        notebooks = [f for f in inside if _is_one(*f, limits)]
        scripts = [] if notebooks else [f for f in inside if _is_script(*f, exercises, limits)]
        others = [f for f in inside if f not in notebooks and f not in scripts]
        files, refused = choose(others)
        ignored += refused if notebooks or scripts else [r for r in refused if folder == bag.place]
        for name, path in notebooks or scripts:
            exercise = fits(name, exercises) or _said(path, exercises, limits) or fits(bag.hint, exercises)
            if exercise:
                yield Handed(trainee, exercise, path, files, place=bag.place)
            else:
                ids = ", ".join(sorted(exercises))
                ignored.append(
                    Ignored(
                        path,
                        _("Neither its name nor its content is an exercise. There are: {ids}.").format(
                            ids=ids
                        ),
                    )
                )


def _is_one(name: str, path: Path, limits: Limits) -> bool:
    """Tell whether a file is a notebook: by its name, or without an ending by how it begins."""
    if is_notebook(name):
        return True
    if not may_be_notebook(name):
        return False
    try:
        return looks_like_notebook(read_bytes(path, limits))
    except Damaged:
        return False


def _is_script(name: str, path: Path, exercises: Collection[str], limits: Limits) -> bool:
    """Tell whether a Python file is an exercise worked on as a script."""
    if not name.lower().endswith(".py"):
        return False
    return _said(path, exercises, limits) is not None


def _said(path: Path, exercises: Collection[str], limits: Limits) -> str | None:
    """Return the exercise that a notebook says it is, if it says one only."""
    try:
        raw = read_bytes(path, limits)
    except Damaged:
        return None
    said = {(one or other).decode() for one, other in _SAID.findall(raw)} & set(exercises)
    return said.pop() if len(said) == 1 else None
