"""How much memory a box holds: that of its processes, and that which belongs to none of them.

Files in memory, sockets, pipes, page tables and locks take memory of the kernel's that no limit of a process
knows. Each kind is counted here, by what it can take at most, or is bounded elsewhere (`seccomp`, `rlimits`).
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

__all__ = ["resident"]

#: Folders of a box that can be written and lie in memory.
_SCRATCH = ("tmp", "dev/shm", "job")

#: A process's share of pages that aren't a file's on a disk.
_SHARES = ("Pss_Anon:", "Pss_Shmem:")

#: Bytes that an open file takes, whatever it is; the name of a file in memory; a lock of a part of a file.
_FILE, _NAME, _LOCK = 1024, 1024, 256

#: Bytes of what waits in a pipe, and of what a poll of the most files remembers.
_PIPE, _POLL = 16 * mmap.PAGESIZE, 64 * 1024

#: What `/proc` calls a poll.
_EPOLL = "anon_inode:[eventpoll]"

#: Bytes of what waits in a socket, where the system doesn't say; and by how much one message may go beyond.
_SOCKET, _MESSAGE = 212_992, 64 * 1024

#: Bytes of the system's list of locks that are read: more of them than any notebook has.
_LOCKS_READ = 2**20


def resident(pid: int, enough: int) -> int:
    """Return the bytes of memory of a process and its descendants, and of what the kernel keeps for them.

    Pages that several of them share count once. Counting exactly is slow, so it is done only where the
    quick estimate, in which shared pages count for each, goes beyond `enough`.

    Args:
        pid: of the first process.
        enough: bytes up to which an estimate will do.
    """
    family = _family(pid)
    kept = _files_in_memory(family) + _open_files(family) + _LOCK * _locks(family)
    status = ("RssAnon:", "RssShmem:", "VmPTE:")
    estimate = kept + sum(_sum_of(Path(f"/proc/{p}/status"), status) for p in family)
    if estimate <= enough:
        return estimate
    tables = sum(_sum_of(Path(f"/proc/{p}/status"), ("VmPTE:",)) for p in family)
    return kept + tables + sum(_sum_of(Path(f"/proc/{p}/smaps_rollup"), _SHARES) for p in family)


def _family(first: int) -> set[int]:
    """Return a process and its descendants: orphans become children of the first one of their namespace."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):  # it has just ended
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    family, found = {first}, {first}
    while found:
        found = {pid for pid, parent in parents.items() if parent in found} - family
        family |= found
    return family


def _files_in_memory(family: Iterable[int]) -> int:
    """Return the bytes of the box's file systems in memory, and of the names in them."""
    mine = {Path("/", name).stat().st_dev for name in _SCRATCH if Path("/", name).exists()}
    sizes: dict[int, int] = {}
    for pid in family:
        for name in _SCRATCH:
            with suppress(OSError):  # it has just ended, or has no such folder
                place = Path(f"/proc/{pid}/root/{name}")
                device = place.stat().st_dev
                if device not in mine and device not in sizes:
                    found = os.statvfs(place)
                    names = found.f_files - found.f_ffree
                    sizes[device] = (found.f_blocks - found.f_bfree) * found.f_frsize + _NAME * names
    return sum(sizes.values())


def _open_files(family: Iterable[int]) -> int:
    """Return the most bytes that open files take which aren't on a disk; what several share counts once."""
    total, seen = 0, set()
    for pid in family:
        with suppress(OSError):
            for entry in os.scandir(f"/proc/{pid}/fd"):
                total += _FILE
                with suppress(OSError):
                    target = os.readlink(entry.path)  # noqa: PTH115 - there may be tens of thousands
                    if target not in seen:
                        total += _held_by(target, entry.path)
                    # Polls are all called the same.
                    if target != _EPOLL:
                        seen.add(target)
    return total


def _held_by(target: str, path: str) -> int:
    if target.startswith("socket:"):
        return _socket()
    if target.startswith("pipe:"):
        return _PIPE
    if target.startswith("/memfd:"):
        return Path(path).stat().st_blocks * 512
    return _POLL if target == _EPOLL else 0


def _socket() -> int:
    try:
        most = int(Path("/proc/sys/net/core/wmem_default").read_text())
    except (OSError, ValueError):
        most = _SOCKET
    return most + _MESSAGE


def _locks(family: Iterable[int]) -> int:
    """Return the number of locks that processes have on parts of files."""
    try:
        with Path("/proc/locks").open("rb") as file:
            lines = file.read(_LOCKS_READ).split(b"\n")
    except OSError:
        return 0
    pids = {str(pid).encode() for pid in family}
    return sum(1 for line in lines if len(cells := line.split()) > 4 and cells[4] in pids)


def _sum_of(file: Path, names: tuple[str, ...]) -> int:
    """Return the bytes of some lines of a file of `/proc`, which are in kB; 0 if the process has ended."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(names))
