"""How much memory a child and all that it has started hold together, looked at from the zygote."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

__all__ = ["resident"]


def resident(pid: int, enough: int) -> int:
    """Return the bytes of memory of a process and its descendants.

    Pages that several of them share count once. Counting exactly is slow, so it is done only where the
    quick estimate, in which shared pages count for each, goes beyond `enough`.

    Args:
        pid: of the first process.
        enough: bytes up to which an estimate will do.
    """
    family = _family(pid)
    estimate = sum(_sum_of(Path(f"/proc/{p}/status"), ("RssAnon:", "RssShmem:")) for p in family)
    if estimate <= enough:
        return estimate
    return sum(_sum_of(Path(f"/proc/{p}/smaps_rollup"), ("Pss:",)) for p in family)


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


def _sum_of(file: Path, names: tuple[str, ...]) -> int:
    """Return the bytes of some lines of a file of `/proc`, which are in kB; 0 if the process has ended."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(names))
