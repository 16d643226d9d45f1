"""Faults are collected: an author reads all that is wrong in one run, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trainkit.errors import SourceError, SourceFaults

__all__ = ["Faults"]


class Faults:
    """What is wrong so far: `kept` goes on after a fault, `settle` raises all of them."""

    def __init__(self) -> None:
        self._found: list[SourceError] = []

    def add(self, fault: SourceError) -> None:
        """Keep a fault; several that came as one are kept one by one."""
        self._found += fault.faults if isinstance(fault, SourceFaults) else [fault]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the fault that ends the block, and go on behind it."""
        try:
            yield
        except SourceError as fault:
            self.add(fault)

    def settle(self) -> None:
        """Do nothing if nothing is wrong.

        Raises:
            SourceError: one fault, or all of them as `SourceFaults`, in order of file and line.
        """
        found = sorted(self._found, key=lambda f: (f.path, f.line))
        if len(found) == 1:
            raise found[0]
        if found:
            raise SourceFaults(found)
