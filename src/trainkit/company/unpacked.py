"""Frames as they lie in memory: a table that many processes load is read from its Parquet file once for all.

A file is of use to the version of pandas that wrote it, and so never kept for long. It holds a pickle, which
can run code: it may be read only where nobody but trainkit can have written it.
"""

from __future__ import annotations

import json
import mmap
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SUFFIX", "read", "write"]

#: What the names of these files end with.
SUFFIX = ".frame"

#: Arrays begin at multiples of so many bytes, as numpy and Arrow like it.
_ALIGNED = 64

#: Bytes of the first number in a file: the length of the list of lengths that comes next.
_NUMBER = 8


def write(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame; whoever reads at the same time sees all of it or nothing."""
    arrays: list[pickle.PickleBuffer] = []
    rest = pickle.dumps(frame, protocol=5, buffer_callback=arrays.append)
    pieces = [memoryview(rest), *(array.raw() for array in arrays)]
    lengths = json.dumps([piece.nbytes for piece in pieces]).encode()
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(len(lengths).to_bytes(_NUMBER, "little") + lengths)
        for piece in pieces:
            file.write(bytes(-file.tell() % _ALIGNED))
            file.write(piece)
    part.replace(path)


def read(path: Path) -> Any:
    """Return the frame in a file. Its arrays are the file's pages, copied when they are written to."""
    with path.open("rb") as file:
        pages = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    at = _NUMBER + int.from_bytes(pages[:_NUMBER], "little")
    pieces = []
    for length in json.loads(bytes(pages[_NUMBER:at])):
        at += -at % _ALIGNED
        pieces.append(pages[at : at + length])
        at += length
    return pickle.loads(pieces[0], buffers=pieces[1:])
