"""What notebooks are given, kept by the zygote: a class works on few variants, and each is copied once.

The files that an execution is given lie on a shelf: a small file system of their own, read-only once it is
filled. A child sees its own shelf and no other. Tables that its notebook will probably load are read before
the fork; the grader has written them, so the zygote may.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from trainkit.company import store
from trainkit.company.schema import find
from trainkit.errors import TrainkitError
from trainkit.grading.fork.enclosure import copy
from trainkit.grading.fork.linux import Mount, mount, unmount

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Larder", "Shelf"]

#: Bytes on all shelves, with the tables that were read from them.
_MOST_BYTES = 192 * 2**20

_SAFE = Mount.NOSUID | Mount.NODEV | Mount.NOEXEC

#: What tells one file from all others: its path inside; device, inode, size and time of the last change.
_Mark = tuple[str, int, int, int, int]


@dataclass
class Shelf:
    """The files that an execution is given.

    Args:
        folder: where they lie, as they will below `/given`.
        size: bytes of the files and of the tables.
        tables: those that were read, by the file's path.
    """

    folder: str
    size: int = 0
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


class Larder:
    """Holds the shelves that were used last.

    Args:
        folder: where notebooks find what they are given; the shelves are made in it.
        most_bytes: of all shelves; a single one may be larger.
    """

    def __init__(self, folder: str, most_bytes: int = _MOST_BYTES) -> None:
        self._folder, self._most_bytes = folder, most_bytes
        #: the one that was used last comes last
        self._shelves: dict[tuple[_Mark, ...], Shelf] = {}
        self._numbers = count()
        mount("tmpfs", folder, _SAFE, "mode=0755")

    def shelf(self, files: Sequence[tuple[str, int]], ahead: Iterable[str]) -> Shelf:
        """Return the shelf with these files; it is filled if there is none.

        Args:
            files: where each file will lie for the child, below the larder's folder; and a descriptor of it.
            ahead: those among them that are tables to read now. One that can't be read is left to the
                notebook, which then gets the error.

        Raises:
            OSError: there is no room for them.
        """
        marks = tuple(_mark(path, descriptor) for path, descriptor in files)
        shelf = self._shelves.pop(marks, None) or self._filled(files)
        self._shelves[marks] = shelf
        sources = dict(files)
        for path in ahead:
            if path in sources and path not in shelf.tables:
                with suppress(OSError, TrainkitError):
                    self._read(path, sources[path], shelf)
        self._clear_out()
        return shelf

    def serve(self, shelf: Shelf) -> None:
        """In the child: let its notebook load the tables of its shelf, and forget those of all others."""
        for path, table in shelf.tables.items():
            store.hold(Path(path), table)
        self._shelves.clear()

    def _filled(self, files: Sequence[tuple[str, int]]) -> Shelf:
        shelf = Shelf(f"{self._folder}/{next(self._numbers)}")
        Path(shelf.folder).mkdir()
        mount("tmpfs", shelf.folder, _SAFE, "mode=0755")
        try:
            for path, descriptor in files:
                copy(descriptor, Path(shelf.folder) / Path(path).relative_to(self._folder))
                shelf.size += os.fstat(descriptor).st_size
            mount("", shelf.folder, Mount.REMOUNT | Mount.BIND | Mount.READ_ONLY | _SAFE)
        except OSError:
            _remove(shelf)
            raise
        return shelf

    def _read(self, path: str, descriptor: int, shelf: Shelf) -> None:
        name = Path(path).stem
        # Its bytes, not its name: who opened it may read it, and the zygote may not.
        data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        table = store.read_table(find(name), Path(path), data=data)
        shelf.tables[path] = table
        shelf.size += int(table.memory_usage().sum())

    def _clear_out(self) -> None:
        """Remove the shelves that weren't used for longest; a child that has one keeps it to its end."""
        while len(self._shelves) > 1 and sum(s.size for s in self._shelves.values()) > self._most_bytes:
            _remove(self._shelves.pop(next(iter(self._shelves))))


def _mark(path: str, descriptor: int) -> _Mark:
    status = os.fstat(descriptor)
    return path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _remove(shelf: Shelf) -> None:
    unmount(shelf.folder)
    Path(shelf.folder).rmdir()
