"""What notebooks are given, kept by the zygote: a class works on few variants, and each is copied once.

The files that an execution is given lie on a shelf: a small file system of their own, read-only but for the
moments in which it is filled. A child sees its own shelf and no other.

The zygote itself never reads them: what it had in its memory, each child would have in its own, and a run on
the data that a trainee has seen would find there the data that nobody has seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from trainkit.company import unpacked
from trainkit.company.store import unpack
from trainkit.errors import DataError
from trainkit.sandbox.fork.enclosure import copy
from trainkit.sandbox.fork.linux import Mount, mount, unmount

__all__ = ["Larder", "Shelf"]

#: Bytes on all shelves.
_MOST_BYTES = 192 * 2**20

_SAFE = Mount.NOSUID | Mount.NODEV | Mount.NOEXEC

#: What tells one file from all others: its path inside; device, inode, size and time of the last change.
_Mark = tuple[str, int, int, int, int]


@dataclass
class Shelf:
    """The files that an execution is given.

    Args:
        folder: where they lie, as they will below `/given`.
        size: in bytes.
        unpacked: tables that are read often lie here as they do in memory, too.
    """

    folder: str
    size: int = 0
    unpacked: bool = False


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
            ahead: those among them that are tables which notebooks will probably load. They are unpacked when
                the shelf is used for the second time: for a single notebook it isn't worth it.

        Raises:
            OSError: there is no room for them.
        """
        marks = tuple(_mark(path, descriptor) for path, descriptor in files)
        known = self._shelves.pop(marks, None)
        shelf = self._shelves[marks] = known or self._filled(files)
        if known and not known.unpacked:
            self._unpack(shelf, set(ahead) & {path for path, _descriptor in files})
        self._clear_out()
        return shelf

    def _filled(self, files: Sequence[tuple[str, int]]) -> Shelf:
        shelf = Shelf(f"{self._folder}/{next(self._numbers)}")
        Path(shelf.folder).mkdir()
        mount("tmpfs", shelf.folder, _SAFE, "mode=0755")
        try:
            with _open_to_writing(shelf):
                for path, descriptor in files:
                    copy(descriptor, self._place(shelf, path))
                    shelf.size += os.fstat(descriptor).st_size
        except OSError:
            _remove(shelf)
            raise
        return shelf

    def _unpack(self, shelf: Shelf, paths: Iterable[str]) -> None:
        """Unpack tables in a process of its own, which takes what it has read along when it ends."""
        shelf.unpacked = True
        places = [self._place(shelf, path) for path in paths]
        with _open_to_writing(shelf):
            pid = os.fork()
            if pid == 0:
                try:
                    for place in places:
                        # A damaged one is left to the notebook that loads it.
                        with suppress(OSError, DataError):
                            unpack(place)
                finally:
                    os._exit(0)
            os.waitpid(pid, 0)
        made = [place.with_suffix(unpacked.SUFFIX) for place in places]
        shelf.size += sum(place.stat().st_size for place in made if place.exists())

    def _place(self, shelf: Shelf, path: str) -> Path:
        return Path(shelf.folder) / Path(path).relative_to(self._folder)

    def _clear_out(self) -> None:
        """Remove the shelves that weren't used for longest; a child that has one keeps it to its end."""
        while len(self._shelves) > 1 and sum(s.size for s in self._shelves.values()) > self._most_bytes:
            _remove(self._shelves.pop(next(iter(self._shelves))))


@contextmanager
def _open_to_writing(shelf: Shelf) -> Iterator[None]:
    """Let the zygote write to a shelf; children that have it can't, for their mounts are their own."""
    mount("", shelf.folder, Mount.REMOUNT | Mount.BIND | _SAFE)
    try:
        yield
    finally:
        mount("", shelf.folder, Mount.REMOUNT | Mount.BIND | Mount.READ_ONLY | _SAFE)


def _mark(path: str, descriptor: int) -> _Mark:
    status = os.fstat(descriptor)
    return path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _remove(shelf: Shelf) -> None:
    unmount(shelf.folder)
    Path(shelf.folder).rmdir()
