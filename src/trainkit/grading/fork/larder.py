"""Tables that the zygote reads once, and each child then has without reading: a class shares its variants.

Only files that the grader has written are read here, and only those that an order names. A child keeps what
its own order names; the data of other variants are taken out of it before its notebook begins.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from trainkit.company import store
from trainkit.company.schema import find
from trainkit.errors import TrainkitError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Larder"]

#: Bytes of tables that are kept.
_MOST_BYTES = 96 * 2**20

#: What tells whether a file is the one that was read: device, inode, size and time of its last change.
_File = tuple[int, int, int, int]


class Larder:
    """Holds the tables that were used last.

    Args:
        most_bytes: of all of them together; a single table may be larger.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        #: the one that was used last comes last
        self._held: dict[_File, tuple[pd.DataFrame, int]] = {}
        self._laid_out: dict[Path, pd.DataFrame] = {}

    def stock(self, files: Iterable[tuple[str, int]]) -> None:
        """Lay out tables for the next child.

        What can't be read is left to the child, whose notebook then gets the error.

        Args:
            files: where each file will lie for the child, named after its table; and a descriptor of it.
        """
        self._laid_out = {}
        for path, descriptor in files:
            with suppress(OSError, TrainkitError):
                self._laid_out[Path(path)] = self._table(Path(path).stem, descriptor)
        self._clear_out()

    def serve(self) -> None:
        """In the child: let its notebook load what was laid out, and forget everything else."""
        for path, frame in self._laid_out.items():
            store.hold(path, frame)
        self._held.clear()

    def _table(self, name: str, descriptor: int) -> pd.DataFrame:
        status = os.fstat(descriptor)
        file = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        held = self._held.pop(file, None)
        if held is None:
            # Its bytes, not its name: who opened it may read it, and the zygote may not.
            data = os.pread(descriptor, status.st_size, 0)
            frame = store.read_table(find(name), Path(name), data=data)
            held = frame, int(frame.memory_usage().sum())
        self._held[file] = held
        return held[0]

    def _clear_out(self) -> None:
        while len(self._held) > 1 and sum(size for _frame, size in self._held.values()) > self._most_bytes:
            del self._held[next(iter(self._held))]
