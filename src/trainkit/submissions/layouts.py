"""How folders of submissions are laid out: our own way, Moodle's download, and nbgrader's.

A layout turns a folder into bags: what one trainee handed in, file by file. Nothing is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from trainkit.errors import UnknownName
from trainkit.i18n import _

__all__ = ["LAYOUTS", "Bag", "Ignored", "bags", "detect", "fits", "is_handed_in", "is_notebook", "root_of"]

#: Moodle's "Download all submissions": full name, number of the participant, kind of submission, file name.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<file>.*)", re.S)

#: Left behind by Jupyter and by operating systems, not handed in by anybody.
_DROPPINGS = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Ignored:
    """Something that isn't graded, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Bag:
    """What one trainee handed in, in one place.

    Args:
        name: the trainee's, as the folder says it.
        files: name as handed in, and where it lies.
        number: Moodle's number of the participant.
        hint: the name of the assignment, where the layout has one.
    """

    name: str
    files: tuple[tuple[str, Path], ...]
    number: str = ""
    hint: str = ""


def bags(folder: Path, layout: str = "") -> Iterator[Bag | Ignored]:
    """Yield what was handed in below a folder, by name, and what can't be taken.

    Args:
        folder: of submissions.
        layout: a name of `LAYOUTS`; empty finds out.

    Raises:
        UnknownName: there is no such layout.
    """
    if layout and layout not in LAYOUTS:
        raise UnknownName(_("There is no layout `{name}`.").format(name=layout), layout, LAYOUTS)
    return LAYOUTS[layout or detect(folder)](folder)


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
    return name.lower().endswith(".ipynb")


def is_handed_in(name: str) -> bool:
    """Tell whether Moodle gave a file its name, so that a trainee handed it in."""
    return _MOODLE.fullmatch(name) is not None


def _folders(root: Path) -> Iterator[Bag | Ignored]:
    """`<trainee>/<file>`."""
    for entry in _entries(root):
        if _is_folder(entry):
            yield from _bag(entry, entry.name)
        else:
            yield _loose(entry)


def _moodle(root: Path) -> Iterator[Bag | Ignored]:
    """`Full Name_123456_assignsubmission_file_/<file>`, or the same flat: `…_file_<file>`."""
    flat: dict[tuple[str, str], list[tuple[str, Path]]] = {}
    for entry in _entries(root):
        found = _MOODLE.fullmatch(entry.name)
        if not found or entry.is_symlink():
            yield _loose(entry)
        elif found["kind"] != "file":
            yield Ignored(entry, _("Only files are graded, not what was typed into Moodle."))
        elif _is_folder(entry):
            yield from _bag(entry, found["name"], number=found["number"])
        else:
            flat.setdefault((found["name"], found["number"]), []).append((found["file"], entry))
    for (name, number), files_of_one in flat.items():
        yield Bag(name, tuple(files_of_one), number)


def _nbgrader(root: Path) -> Iterator[Bag | Ignored]:
    """`<student>/<assignment>/<file>`."""
    for student in _entries(root):
        if not _is_folder(student):
            yield _loose(student)
            continue
        try:
            for assignment in _entries(student):
                if _is_folder(assignment):
                    # nbgrader's own note of when it was handed in is left out.
                    yield from _bag(assignment, student.name, hint=assignment.name, without="timestamp.txt")
                else:
                    yield _loose(assignment)
        except OSError as error:
            yield _unreadable(student, error)


#: The layouts by name.
LAYOUTS: dict[str, Callable[[Path], Iterator[Bag | Ignored]]] = {
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
    folder: Path, name: str, *, number: str = "", hint: str = "", without: str = ""
) -> Iterator[Bag | Ignored]:
    """Yield the files of a folder as a bag, and what in it isn't taken: folders, and what can't be read."""
    files = []
    try:
        for entry in _entries(folder):
            if entry.is_dir():
                yield Ignored(entry, _("Folders within a trainee's folder aren't looked into."))
            elif entry.name != without:
                entry.lstat()
                files.append((entry.name, entry))
    except OSError as error:
        yield _unreadable(folder, error)
        return
    yield Bag(name, tuple(files), number, hint)


def _unreadable(folder: Path, error: OSError) -> Ignored:
    return Ignored(folder, _("The folder can't be read: {error}").format(error=error.strerror))


def _loose(path: Path) -> Ignored:
    if path.is_symlink():
        return Ignored(path, _("It is a link to another place."))
    return Ignored(path, _("It doesn't lie in a trainee's folder."))
