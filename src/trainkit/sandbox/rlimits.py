"""The limits that a process sets itself before it runs a trainee's code, and that all it starts inherit."""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["limit_resources"]

#: Address space that Python maps for the libraries of a notebook and hardly uses: it isn't counted as the
#: notebook's. A forked child has it from the start; a limit below it would leave it without a thread.
_LIBRARIES = 1536 * 2**20

#: Limits of memory that the kernel keeps: bytes of message queues and locked in memory, signals in store.
_KERNEL_MEMORY = {"RLIMIT_MSGQUEUE": 0, "RLIMIT_MEMLOCK": 2**20, "RLIMIT_SIGPENDING": 1024}

#: CPU seconds beyond the deadline, which normally ends a run first.
_GRACE = 5


def limit_resources(limits: Mapping[str, Any], *, shut_in: bool = True) -> None:
    """Set the limits of this process, where there are such limits.

    Args:
        limits: of `running.Limits`, by name.
        shut_in: the process runs in a box: all limits must hold, and the number of processes is one of them.
            Outside of a box the user's other processes would count, too.

    Raises:
        OSError, ValueError: a limit can't be set in a box.
    """
    import resource

    seconds = limits["notebook_seconds"]
    wanted = {
        resource.RLIMIT_AS: int(limits["memory_bytes"]) + max(_LIBRARIES, _address_space()),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: resource.RLIM_INFINITY if math.isinf(seconds) else int(seconds) + _GRACE,
        resource.RLIMIT_FSIZE: int(limits["file_bytes"]),
        resource.RLIMIT_NOFILE: int(limits["files"]),
    }
    if shut_in:
        # Memory of the kernel's that these ask for belongs to no process.
        wanted |= {getattr(resource, name): value for name, value in _KERNEL_MEMORY.items()}
        wanted[resource.RLIMIT_NPROC] = int(limits["processes"])
    for kind, value in wanted.items():
        _soft, hard = resource.getrlimit(kind)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            if shut_in:
                raise  # macOS refuses some; in a box all of them must hold


def _address_space() -> int:
    """Return the bytes of address space of this process; 0 where the system doesn't tell."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[0]
    except OSError:
        return 0
    return int(pages) * mmap.PAGESIZE
