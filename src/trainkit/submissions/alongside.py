"""The small files that a notebook may bring along: a module of one's own, a table, a list of words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainkit.i18n import _
from trainkit.sandbox.limits import Limits
from trainkit.submissions.layouts import Ignored
from trainkit.submissions.notebooks import Damaged, read_bytes

__all__ = ["MOST_BYTES", "MOST_FILES", "TYPES", "choose", "is_helper", "read_helpers"]

#: What may come along, by the end of its name.
TYPES = frozenset({".csv", ".json", ".py", ".txt"})

#: How many files, and how many bytes together.
MOST_FILES = 20
MOST_BYTES = 2**20

#: Characters of a file's name.
_LONGEST_NAME = 100


def is_helper(name: str) -> bool:
    """Tell whether a file of this name may come along: printable, without folders, of a known type."""
    plain = name.isprintable() and not name.startswith((".", "-")) and not set(name) & set("/\\:")
    return plain and len(name) <= _LONGEST_NAME and Path(name).suffix.lower() in TYPES


def choose(files: Sequence[tuple[str, Path]]) -> tuple[tuple[tuple[str, Path], ...], list[Ignored]]:
    """Return which of the files beside a notebook come along, in the order of their names, and which don't.

    Args:
        files: name as handed in, and where it lies.
    """
    chosen: list[tuple[str, Path]] = []
    refused: list[Ignored] = []
    room = MOST_BYTES
    for name, path in sorted(files):
        found = path.lstat()
        if path.is_symlink() or not path.is_file():
            refused.append(Ignored(path, _("It is a link or no ordinary file.")))
        elif not is_helper(name):
            kinds = ", ".join(sorted(TYPES))
            refused.append(Ignored(path, _("Only {kinds} come along with a notebook.").format(kinds=kinds)))
        elif len(chosen) == MOST_FILES or found.st_size > room:
            refused.append(
                Ignored(
                    path,
                    _("At most {files} files and {size} MB come along with a notebook.").format(
                        files=MOST_FILES, size=MOST_BYTES // 2**20
                    ),
                )
            )
        else:
            chosen.append((name, path))
            room -= found.st_size
    return tuple(chosen), refused


def read_helpers(files: Sequence[tuple[str, Path]]) -> tuple[tuple[str, bytes], ...]:
    """Return name and content of files.

    Raises:
        Damaged: one has become a link, unreadable, or too large since it was chosen.
    """
    read = tuple((name, read_bytes(path, Limits(notebook_bytes=MOST_BYTES))) for name, path in files)
    if sum(len(content) for _name, content in read) > MOST_BYTES:
        raise Damaged(_("The files beside the notebook are larger than 1 MB together."))
    return read
