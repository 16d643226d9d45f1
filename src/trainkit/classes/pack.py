"""The trainees' archive: the workbook as it is, without what only assessors and authors may know.

What goes in is listed, not what stays out: a file that appears beside the workbook some day is left out until
somebody decides otherwise. For checks on the spot it holds a lock of each practice, from which nothing can be
read (`course.lock`); no key goes in, and nothing at all of examinations, hidden and personal data.
"""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainkit import content
from trainkit.authoring.key import solution
from trainkit.classes.ahead import make_ahead
from trainkit.classes.assignment import shown
from trainkit.classes.cards import write_cards
from trainkit.classes.classroom import Classroom
from trainkit.classes.roster import Entry, read_roster
from trainkit.course.catalogue import FOLDERS, find
from trainkit.course.handing_in.notebooks import on_variant
from trainkit.errors import GradingError
from trainkit.files import write_atomic
from trainkit.i18n import LANGUAGES, _

__all__ = ["ARCHIVE", "FOLDER", "Packed", "archive", "members", "personal_notebook", "write_packs"]

#: The archive's name, and the folder that everything in it lies in.
ARCHIVE, FOLDER = "workbook.zip", "trainkit"

#: Files of the checkout's top that go in.
_FILES = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "LICENSE-lessons",
    "Makefile",
    "README.md",
    "README.zh-CN.md",
    "constraints.txt",
    "environment.yml",
    "pyproject.toml",
)

#: Folders that go in as they are; of the exercises only the class's.
_WHOLE = ("datasets", "docs", "notebooks", "src")

#: What tools leave behind in them.
_LEFTOVERS = ("__pycache__", ".egg-info", ".pyc", ".pyo")

#: The earliest moment that a zip file knows: the archive of the same workbook has the same bytes on any day.
_MOMENT = (1980, 1, 1, 0, 0, 0)

Report = Callable[[str], None]


@dataclass(frozen=True)
class Packed:
    """What was packed.

    Args:
        archive: for all trainees.
        files: in the archive.
        notebooks: on personal data, in a folder for each trainee.
        cards: with which trainees join the class, in the same folders.
    """

    archive: Path
    files: int
    notebooks: tuple[Path, ...] = ()
    cards: tuple[Path, ...] = ()


def write_packs(classroom: Classroom, out: Path, *, report: Report = lambda _step: None) -> Packed:
    """Write the archive of a class; for each trainee a card, and a notebook for an exercise on personal data.

    Args:
        classroom: the class.
        out: the folder to write to.
        report: is told each thing that is written.

    Raises:
        GradingError: this isn't a checkout, or personal data are wanted for a roster of nobody.
        UnknownName: the class names an exercise that doesn't exist.
    """
    root = content.checkout()
    if root is None:
        raise GradingError(
            _("A class is packed from a checkout of trainkit: an installation lacks the parts.")
        )
    found = members(root, _exercises(classroom, root))
    path = out / ARCHIVE
    write_atomic(path, archive(found))
    report(str(path))
    trainees = read_roster(classroom.roster) if classroom.roster.is_file() else []
    own: defaultdict[str, dict[str, int]] = defaultdict(dict)
    notebooks = tuple(_write_personal(classroom, trainees, root, out, own, report))
    cards = tuple(write_cards(classroom, trainees, own, out))
    return Packed(path, len(found), notebooks, cards)


def members(root: Path, exercises: list[str]) -> dict[str, Path]:
    """Return what goes into the archive: the path inside of its folder, and the file.

    Args:
        root: the checkout.
        exercises: ids of the exercises that the class works on.
    """
    paths = [root / name for name in _FILES]
    paths += [path for name in _WHOLE for path in _files(root / name)]
    folder = root / FOLDERS["exercise"]
    for id in exercises:
        paths += [folder / lang / f"{id}.ipynb" for lang in LANGUAGES]
        paths.append(folder / "keys" / f"{id}.json")
    return {path.relative_to(root).as_posix(): path for path in sorted(paths) if path.is_file()}


def archive(found: dict[str, Path]) -> bytes:
    """Return a zip archive of files; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for name, path in sorted(found.items()):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whatever it's packed on
            entry.external_attr = 0o100644 << 16
            zipped.writestr(entry, path.read_bytes())
    return made.getvalue()


def personal_notebook(built: str, variant: int) -> str:
    """Return a built exercise's notebook with another variant in its parameter cell.

    Raises:
        GradingError: it has no such cell.
    """
    made = on_variant(built.encode(), variant).decode()
    if f'"variant = {variant}"' in made:
        return made
    raise GradingError(_("A built exercise has no cell that sets `variant`. Run `make build`."))


def _exercises(classroom: Classroom, root: Path) -> list[str]:
    """Return the ids of the exercises that go in; all of the workbook's where the class names none.

    Raises:
        GradingError: one isn't as its source says now, so that grading would ask for something else.
    """
    built = (root / FOLDERS["exercise"] / "keys").glob("*.json")
    wanted = {*(classroom.exercises or (path.stem for path in built)), *classroom.personal}
    for id in sorted(wanted):
        if find("exercise", id).edition != solution(id, root / "solutions").info.edition:
            raise GradingError(
                _("Exercise {id} isn't built from its present source. Run `make build`.").format(id=id)
            )
    return sorted(wanted)


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        junk = any(part.startswith(".") or part.endswith(_LEFTOVERS) for part in parts)
        if path.is_file() and not path.is_symlink() and not junk:
            yield path


def _write_personal(
    classroom: Classroom,
    trainees: Sequence[Entry],
    root: Path,
    out: Path,
    found: Mapping[str, dict[str, int]],
    report: Report,
) -> Iterator[Path]:
    """Write notebooks on personal data; `found` takes each trainee's variants."""
    if not classroom.personal:
        return
    if not trainees:
        raise GradingError(
            _("Data of their own are for trainees, and there are none in {roster}.").format(
                roster=classroom.roster
            )
        )
    for id in sorted(classroom.personal):
        source, folder = solution(id, root / "solutions"), classroom.private / id
        by_variant: defaultdict[int, list[Entry]] = defaultdict(list)  # among ten thousand two may share one
        for trainee in trainees:
            by_variant[classroom.variant(trainee.name, id)].append(trainee)
        for variant in make_ahead(source, by_variant, classroom.secret, folder):
            own = shown(source, variant, classroom.secret, folder).variant
            for trainee in by_variant[variant]:
                path = out / trainee.name / f"{id}.ipynb"
                found[trainee.name][id] = own
                write_atomic(path, personal_notebook(_built(root, id, trainee, classroom), own))
                report(str(path))
                yield path


def _built(root: Path, id: str, trainee: Entry, classroom: Classroom) -> str:
    path = root / FOLDERS["exercise"] / (trainee.lang or classroom.lang) / f"{id}.ipynb"
    return path.read_text(encoding="utf-8")
