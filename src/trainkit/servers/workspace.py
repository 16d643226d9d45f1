"""The trainee's workspace: copies of the course's notebooks that belong to the trainee.

A copy whose text and code were changed is never overwritten: a new edition is laid beside it. Running a
notebook isn't a change, and neither is what JupyterLab writes into its metadata.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from trainkit import content
from trainkit.course.handing_in.card import Card, card_of, join_dropped
from trainkit.course.handing_in.notebooks import on_variant
from trainkit.errors import ServerError
from trainkit.files import write_atomic
from trainkit.i18n import LANGUAGES, _
from trainkit.servers.copies import Copies, find_copies
from trainkit.servers.plan import hidden_folder

__all__ = [
    "DEFAULT_FOLDER",
    "Laid",
    "is_changed",
    "lay",
    "new_editions",
    "open_workspace",
    "opened_on",
    "resolve",
    "restore",
]

#: Where a workspace is laid unless another folder is named.
DEFAULT_FOLDER = "trainkit-workspace"

#: The workspace's folder for each of the course's.
_FOLDERS = {"notebooks": "lessons", "exercises": "exercises"}

#: What is known of a copy that nothing was remembered about: it counts as changed, which loses nothing.
_UNKNOWN = {"bytes": "", "work": ""}


@dataclass
class Laid:
    """What laying the notebooks did, each as a path below the workspace.

    Args:
        new: notebooks that weren't there.
        updated: untouched copies that were replaced by a new edition.
        beside: new editions, laid beside a copy that the trainee had changed.
    """

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        yield from (*self.new, *self.updated, *self.beside)


def resolve(folder: Path | str | None) -> Path:
    """Return the absolute path of a workspace; `None` is the default one in the user's home."""
    return (Path(folder).expanduser() if folder else Path.home() / DEFAULT_FOLDER).absolute()


def open_workspace(folder: Path) -> Laid:
    """Make the workspace if need be, and lay the course's notebooks in it.

    A class's card that was dropped into the folder joins the class.

    Raises:
        InputError: the card of the class is damaged.
        ServerError: the folder can't be written to.
    """
    try:
        hidden_folder(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        join_dropped(folder)
        return lay(folder)
    except OSError as error:
        raise ServerError(
            _(
                "The workspace {folder} can't be written to ({error}). Choose another one with `--dir`."
            ).format(folder=folder, error=error.strerror or error)
        ) from error


def lay(workspace: Path) -> Laid:
    """Copy the course's notebooks into `workspace` and never overwrite what the trainee changed."""
    register = hidden_folder(workspace) / "editions.json"
    editions = _read_register(register)
    laid = Laid()
    card = card_of(workspace)
    copies = find_copies(workspace)
    for name, source in _course_notebooks():
        own = _own_name(workspace, name, copies)
        if own != name and name in editions:  # renamed, and still the trainee's copy
            editions[own] = editions.pop(name)
        _lay_one(workspace, own, opened_on(card, name, source), editions, laid)
    write_atomic(register, json.dumps(editions, indent=1, sort_keys=True) + "\n")
    return laid


def new_editions(workspace: Path, name: str) -> list[str]:
    """Return the new editions that lie beside the copy `name`, oldest first."""
    folder = (workspace / name).parent
    found = folder.glob(f"{Path(name).stem}.new-edition*.ipynb")
    return [
        path.relative_to(workspace).as_posix() for path in sorted(found, key=lambda p: (len(p.name), p.name))
    ]


def opened_on(card: Card | None, name: str, source: Path) -> bytes:
    """Return a notebook of the course as it is laid: an exercise on the trainee's own data, if there are any.

    Args:
        card: of the class, or `None`.
        name: where it is laid: `exercises/en/1-06.ipynb`.
        source: the course's notebook.
    """
    data = source.read_bytes()
    own = card.variants.get(source.stem) if card and name.startswith("exercises/") else None
    return data if own is None else on_variant(data, own)


def is_changed(workspace: Path, name: str) -> bool:
    """Tell whether text or code of the copy `name` differs from its edition."""
    edition = _edition_of(workspace, name)
    try:
        return edition is not None and _work((workspace / name).read_bytes()) != _work(edition)
    except OSError:
        return False


def restore(workspace: Path, name: str) -> str:
    """Lay the edition of the copy `name` anew; the changed copy is kept beside it.

    Returns:
        The path of the kept copy below the workspace; empty if the copy wasn't changed.
    """
    edition = _edition_of(workspace, name)
    if edition is None or not is_changed(workspace, name):
        return ""
    path = workspace / name
    kept = next(
        free for n in count(1) if not (free := path.with_name(f"{path.stem}.before-{n}.ipynb")).exists()
    )
    path.rename(kept)
    write_atomic(path, edition)
    register = hidden_folder(workspace) / "editions.json"
    editions = _read_register(register)
    editions[name] = {"bytes": _digest(edition), "work": _work(edition)}
    write_atomic(register, json.dumps(editions, indent=1, sort_keys=True) + "\n")
    return kept.relative_to(workspace).as_posix()


def _edition_of(workspace: Path, name: str) -> bytes | None:
    """Return the course's notebook of which `name` is a copy, by what the copy says that it is."""
    for (kind, id, lang), names in find_copies(workspace).items():
        folder = next((course for course, own in _FOLDERS.items() if own == f"{kind}s"), "")
        source = content.root() / folder / lang / f"{id}.ipynb"
        if name in names and folder and source.is_file():
            return opened_on(card_of(workspace), f"{kind}s/{lang}/{id}.ipynb", source)
    return None


def _own_name(workspace: Path, name: str, copies: Copies) -> str:
    """Return the name of the trainee's copy: the course's own, or what it was renamed to."""
    if (workspace / name).exists():
        return name
    folder, lang, file = name.split("/")
    return next(iter(copies.get((folder[:-1], file.removesuffix(".ipynb"), lang), ())), name)


def _course_notebooks() -> Iterator[tuple[str, Path]]:
    for folder, own in _FOLDERS.items():
        for lang in LANGUAGES:
            for path in sorted((content.root() / folder / lang).glob("*.ipynb")):
                yield f"{own}/{lang}/{path.name}", path


def _lay_one(workspace: Path, name: str, data: bytes, editions: dict[str, Any], laid: Laid) -> None:
    target = workspace / name
    edition = {"bytes": _digest(data), "work": _work(data)}
    before = editions.get(name, _UNKNOWN)
    if not target.exists():
        laid.new.append(name)
    else:
        own = target.read_bytes()
        as_laid = _digest(own) == before["bytes"]
        if _digest(own) == edition["bytes"] or (_work(own) == edition["work"] and not as_laid):
            # The same text and code. Outputs of the trainee's own stay.
            editions[name] = edition
            return
        if _work(own) != before["work"]:
            _lay_beside(workspace, name, data, editions, laid)
            return
        laid.updated.append(name)
    write_atomic(target, data)
    editions[name] = edition


def _lay_beside(workspace: Path, name: str, data: bytes, editions: dict[str, Any], laid: Laid) -> None:
    """Lay a new edition beside a changed copy, once an edition."""
    edition = {"bytes": _digest(data), "work": _work(data)}
    before = editions.setdefault(name, dict(_UNKNOWN))
    if edition["work"] in (before["work"], before.get("offered")):
        return
    for number in count(1):
        beside = _edition_name(name, number)
        path = workspace / beside
        if not path.exists() or _work(path.read_bytes()) == editions.get(beside, _UNKNOWN)["work"]:
            break
    write_atomic(path, data)
    editions[beside] = edition
    before["offered"] = edition["work"]
    laid.beside.append(beside)


def _edition_name(name: str, number: int = 1) -> str:
    stem = name.removesuffix(".ipynb")
    return f"{stem}.new-edition.ipynb" if number == 1 else f"{stem}.new-edition-{number}.ipynb"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _work(data: bytes) -> str:
    """Return a digest of what a person writes in a notebook: each cell's kind and source, in order."""
    try:
        cells = json.loads(data)["cells"]
        work = [[cell["cell_type"], _joined(cell["source"])] for cell in cells]
    except (ValueError, KeyError, TypeError):
        return _digest(data)
    return _digest(json.dumps(work).encode())


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _read_register(path: Path) -> dict[str, Any]:
    try:
        editions = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return editions if isinstance(editions, dict) else {}
