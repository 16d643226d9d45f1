"""How folders of submissions are laid out: our own way, the downloads of platforms, and nbgrader's.

A layout turns a folder into bags: what one trainee handed in, file by file. Nothing is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trainkit.errors import UnknownName
from trainkit.i18n import _

__all__ = [
    "LAYOUTS",
    "Bag",
    "Ignored",
    "Kind",
    "bags",
    "detect",
    "fits",
    "is_handed_in",
    "is_notebook",
    "may_be_notebook",
    "root_of",
    "whole_folder",
]

#: Moodle's "Download all submissions": full name, number of the participant, kind of submission, file name.
#: The folder of people without a group has no number, and newer versions no last underscore.
_MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?", re.S
)

#: Canvas's "Download submissions": last and first name in one, perhaps LATE, numbers of the user and of the
#: submission, file name.
_CANVAS = re.compile(r"(?P<name>[^_]+)_(?:(?P<late>LATE)_)?(?P<user>\d+)_\d+_(?P<file>.+)", re.S)

#: A notebook as browsers and platforms save it.
_NOTEBOOK = re.compile(r".*\.ipynb(\.(txt|json))?", re.S | re.I)

#: What separates a person from a file in a name.
_BETWEEN = "-_+ ，,（）()【】[]"

#: How deep folders within a trainee's folder are looked into, and how many files.
_MOST_DEPTH, _MOST_FILES = 6, 2000

#: Left behind by Jupyter and by operating systems, not handed in by anybody.
_DROPPINGS = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"}


#: Nothing in it is a notebook; work from two places, of which nothing is graded; a second notebook in one
#: place; somebody who isn't on the roster; handed in late.
Kind = Literal["", "no notebook", "conflict", "several", "unknown", "late"]


@dataclass(frozen=True)
class Ignored:
    """Something that isn't graded as it came, or only with a question left open, and why.

    Args:
        path: of the file or folder.
        reason: in the language in use.
        trainee: whose it is; empty where that isn't known, or doesn't matter.
        exercise: the exercise's id; empty for all.
        kind: what it is to an assessor; empty for a file that is of no more interest.
    """

    path: Path
    reason: str
    trainee: str = ""
    exercise: str = ""
    kind: Kind = ""


@dataclass(frozen=True)
class Bag:
    """What one trainee handed in, in one place.

    Args:
        name: the trainee's, as the folder says it.
        files: name as handed in, and where it lies.
        number: the platform's number of the participant.
        hint: the name of the assignment, where the layout has one.
        place: the folder, or what stands for it where there is none: what one person handed in there is one
            source.
        flat: the name is the beginning of a file's name, of which any part may say who it is.
        late: the platform marks it as late.
    """

    name: str
    files: tuple[tuple[str, Path], ...]
    number: str = ""
    hint: str = ""
    place: Path | None = None
    flat: bool = False
    late: bool = False


def bags(folder: Path, layout: str = "", exercises: Collection[str] = ()) -> Iterator[Bag | Ignored]:
    """Yield what was handed in below a folder, by name, and what can't be taken.

    Args:
        folder: of submissions.
        layout: a name of `LAYOUTS`; empty finds out.
        exercises: ids that can be graded; a loose file that names one says whose it is beside it.

    Raises:
        UnknownName: there is no such layout.
    """
    if layout and layout not in LAYOUTS:
        raise UnknownName(_("There is no layout `{name}`.").format(name=layout), layout, LAYOUTS)
    return LAYOUTS[layout or detect(folder)](folder, exercises)


def detect(folder: Path) -> str:
    """Return the name of the layout that a folder has; `folders` if it is empty."""
    entries = list(_entries(folder))
    if any(is_handed_in(e.name) for e in entries):
        return "moodle"
    if folder.name == "submitted":
        return "nbgrader"
    inner = [e for folder in entries for e in _inside(folder)]
    if any(is_notebook(e.name) for e in inner):
        return "folders"
    deep = [e for folder in inner for e in _inside(folder)]
    return "nbgrader" if any(is_notebook(e.name) for e in deep) else "folders"


def root_of(folder: Path, exercises: Collection[str]) -> Path:
    """Return the folder that holds the submissions: `submissions`, `submitted`, or the folder itself.

    An archive often has one more folder around all: it's passed through, unless it is a trainee's own.
    """
    for name in ("submissions", "submitted"):
        if _is_folder(folder / name):
            return folder / name
    entries = list(_entries(folder))
    if len(entries) == 1 and _is_folder(entries[0]) and not is_handed_in(entries[0].name):
        inner = _inside(entries[0])
        files = any(not _is_folder(e) for e in inner)
        assignments = any(fits(e.name, exercises) for e in inner)
        moodle = any(is_handed_in(e.name) for e in inner)
        if inner and (moodle or not (files or assignments)):
            return root_of(entries[0], exercises)
    return folder


def fits(name: str, exercises: Collection[str]) -> str | None:
    """Return the exercise whose id a name begins with: `1-06 (2)` is exercise 1-06, and 1-060 is none."""
    fitting = [e for e in exercises if re.match(rf"{re.escape(e)}(?![0-9A-Za-z-])", name.strip())]
    return max(fitting, key=len, default=None)


def is_notebook(name: str) -> bool:
    """Tell whether a file is a notebook by its name."""
    return _NOTEBOOK.fullmatch(name) is not None


def may_be_notebook(name: str) -> bool:
    """Tell whether a file may be a notebook although its name doesn't say so: saved without an ending."""
    return not re.search(r"\.[^\W\d_]\w*$", name)


def whole_folder(folder: Path, name: str) -> Iterator[Bag | Ignored]:
    """Yield everything below a folder as one person's bag, and what in it isn't taken."""
    yield from _bag(folder, name)


def is_handed_in(name: str) -> bool:
    """Tell whether Moodle gave a file its name, so that a trainee handed it in."""
    return _MOODLE.fullmatch(name) is not None


def _folders(root: Path, exercises: Collection[str]) -> Iterator[Bag | Ignored]:
    """`<trainee>/<file>`; loose files as Canvas and Chinese platforms name them."""
    for entry in _entries(root):
        if _is_folder(entry):
            yield from _bag(entry, entry.name)
        else:
            yield _flat(entry, exercises) or _loose(entry)


def _flat(entry: Path, exercises: Collection[str]) -> Bag | None:
    """Return a loose file whose name says whose it is: `20230001-张伟-1-06.ipynb`, or as Canvas names it."""
    if entry.is_symlink():
        return None
    if found := _CANVAS.fullmatch(entry.name):
        place = entry.parent / f"{found['name']}_{found['user']}"
        files = ((_without_attempt(found["file"], exercises), entry),)
        late = found["late"] is not None
        return Bag(found["name"], files, found["user"], place=place, flat=True, late=late)
    if not (is_notebook(entry.name) or entry.suffix.lower() == ".zip"):
        return None
    stem = re.sub(r"(\.ipynb(\.\w+)?|\.zip)$", "", entry.name, flags=re.I)
    for id in sorted(exercises, key=len, reverse=True):
        found = re.fullmatch(
            rf"(?P<before>.*?)(?<![0-9A-Za-z]){re.escape(id)}(?![0-9A-Za-z])(?P<after>.*)", stem, re.S
        )
        who = _who(found["before"]) or _who(found["after"]) if found else ""
        if who:
            return Bag(who, ((f"{id}{entry.suffix}", entry),), place=entry.parent / who, flat=True)
    return None


def _who(part: str) -> str:
    """Return what may say who it is: with a letter, or a number of at least four digits."""
    part = part.strip(_BETWEEN)
    return part if re.search(r"[^\W\d_]|\d{4}", part) else ""


def _without_attempt(name: str, exercises: Collection[str]) -> str:
    """Return a file's name without the number of the attempt that Canvas puts behind it."""
    if fits(name, exercises):
        return name
    return re.sub(r"-\d+(?=(\.\w+)*$)", "", name)


def _moodle(root: Path, _exercises: Collection[str]) -> Iterator[Bag | Ignored]:
    """`Full Name_123456_assignsubmission_file_/<file>`, or the same flat: `…_file_<file>`."""
    flat: dict[tuple[str, str], list[tuple[str, Path]]] = {}
    for entry in _entries(root):
        found = _MOODLE.fullmatch(entry.name)
        if not found or entry.is_symlink():
            yield _loose(entry)
        elif found["kind"] != "file":
            yield Ignored(entry, _("Only files are graded, not what was typed into Moodle."))
        elif _is_folder(entry):
            yield from _bag(entry, found["name"], number=found["number"] or "")
        else:
            flat.setdefault((found["name"], found["number"] or ""), []).append((found["file"] or "", entry))
    for (name, number), files_of_one in flat.items():
        yield Bag(name, tuple(files_of_one), number, place=root / "_".join(p for p in (name, number) if p))


def _nbgrader(root: Path, _exercises: Collection[str]) -> Iterator[Bag | Ignored]:
    """`<student>/<assignment>/<file>`."""
    for student in _entries(root):
        if not _is_folder(student):
            yield _loose(student)
            continue
        try:
            for assignment in _entries(student):
                if _is_folder(assignment):
                    # nbgrader's own note of when it was handed in is left out.
                    yield from _bag(
                        assignment, student.name, hint=assignment.name, without="timestamp.txt", place=student
                    )
                else:
                    yield _loose(assignment)
        except OSError as error:
            yield _unreadable(student, error)


#: The layouts by name.
LAYOUTS: dict[str, Callable[[Path, Collection[str]], Iterator[Bag | Ignored]]] = {
    "folders": _folders,
    "moodle": _moodle,
    "nbgrader": _nbgrader,
}


def _entries(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder, by name, without what tools leave behind."""
    for entry in sorted(folder.iterdir()):
        if not entry.name.startswith(".") and entry.name not in _DROPPINGS:
            yield entry


def _inside(path: Path) -> list[Path]:
    """Return what lies in a folder; nothing if it is none, or can't be read, of which `_bag` tells."""
    try:
        return list(_entries(path)) if _is_folder(path) else []
    except OSError:
        return []


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir() and not path.is_symlink()
    except OSError:  # it lies in a folder that may be listed and not entered
        return False


def _bag(
    folder: Path,
    name: str,
    *,
    number: str = "",
    hint: str = "",
    without: str = "",
    place: Path | None = None,
) -> Iterator[Bag | Ignored]:
    """Yield the files of a folder and of those in it as a bag, and what in it isn't taken."""
    files: list[tuple[str, Path]] = []
    refused: list[Ignored] = []
    try:
        _gather(folder, without, files, refused, _MOST_DEPTH)
    except OSError as error:
        yield _unreadable(folder, error)
        return
    yield from refused
    yield Bag(name, tuple(files), number, hint, place or folder)


def _gather(
    folder: Path, without: str, files: list[tuple[str, Path]], refused: list[Ignored], depth: int
) -> None:
    """Collect the files of a folder, and of the folders in it as far as it is reasonable."""
    for entry in _entries(folder):
        if _is_folder(entry):
            if depth > 1:
                try:
                    _gather(entry, "", files, refused, depth - 1)
                except OSError as error:
                    refused.append(_unreadable(entry, error))
            else:
                refused.append(Ignored(entry, _("Folders that lie this deep aren't looked into.")))
        elif entry.name != without and len(files) < _MOST_FILES:
            entry.lstat()
            files.append((entry.name, entry))


def _unreadable(folder: Path, error: OSError) -> Ignored:
    return Ignored(folder, _("The folder can't be read: {error}").format(error=error.strerror))


def _loose(path: Path) -> Ignored:
    if path.is_symlink():
        return Ignored(path, _("It is a link to another place."))
    return Ignored(
        path, _("It doesn't lie in a trainee's folder. Make one with the trainee's name, and move it there.")
    )
