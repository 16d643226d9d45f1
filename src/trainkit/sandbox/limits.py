"""What one execution of a notebook may use, and how well a machine can isolate it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MIB", "Isolation", "Level", "Limits"]

MIB = 2**20


#: `fork`: a child of a warm process, in namespaces of its own and with a filter of system calls;
#: `bubblewrap`: a kernel in a box; `none`: a process with the assessor's rights.
Level = str


@dataclass(frozen=True)
class Limits:
    """What one execution of a notebook may use."""

    cell_seconds: float = 60  #: one cell, then its process is ended
    notebook_seconds: float = 180  #: the whole execution, fresh processes included
    memory_bytes: int = 3072 * MIB  #: address space of one process, beyond that of the libraries
    resident_bytes: int = 3072 * MIB  #: memory of all processes together, and what the kernel keeps for them
    processes: int = 128  #: processes and threads together
    file_bytes: int = 64 * MIB  #: one file that is written
    disk_bytes: int = 64 * MIB  #: each of the scratch folders
    files: int = 256  #: open files of one process
    output_bytes: int = 10 * MIB  #: what cells display; more is dropped
    answers_bytes: int = 8 * MIB  #: what is answered, all answers together
    notebook_bytes: int = 20 * MIB  #: a submitted file
    cells: int = 1000  #: cells of a notebook
    restarts: int = (
        3  #: how often a notebook goes on in a fresh process, without the cell that ended the last
    )


@dataclass(frozen=True)
class Isolation:
    """How well this machine can isolate a submission."""

    level: Level
    detail: str = ""  #: what is missing for a better level, and what to do about it
