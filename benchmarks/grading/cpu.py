"""CPU time of this process and everything that it started, whoever waited for it."""

import os
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """Counts CPU seconds from now on.

    A control group counts exactly, also processes that nobody waited for. Where none can be made (a plain
    user), the process tree is summed, which misses processes that ended unseen.
    """

    def __init__(self) -> None:
        self._usage = self._group()

    @property
    def how(self) -> str:
        return f"control group {self._usage.parent}" if self._usage else "process tree"

    def read(self) -> float:
        """CPU seconds, from some beginning."""
        if self._usage is None:
            return _tree(os.getpid())
        text = self._usage.read_text()
        if self._usage.name == "cpu.stat":
            return int(dict(line.split() for line in text.splitlines())["usage_usec"]) / 1e6
        return int(text) / 1e9

    def close(self) -> None:
        """Remove the control group, if nothing lives in it any more."""
        if self._usage is not None:
            with suppress(OSError):
                (self._usage.parent.parent / "cgroup.procs").write_text(str(os.getpid()))
                self._usage.parent.rmdir()

    @staticmethod
    def _group() -> Path | None:
        for parent, usage in (
            ("/sys/fs/cgroup/cpuacct", "cpuacct.usage"),
            ("/sys/fs/cgroup", "cpu.stat"),
            ("/sys/fs/cgroup/unified", "cpu.stat"),
        ):
            group = Path(parent) / f"trainkit-benchmark-{os.getpid()}"
            try:
                group.mkdir()
                (group / "cgroup.procs").write_text(str(os.getpid()))
                if (group / usage).read_text().strip():
                    return group / usage
            except OSError:
                with suppress(OSError):
                    group.rmdir()
        return None


def children(pid: int) -> list[int]:
    """Living descendants of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                found += [int(child), *children(int(child))]
    return found


def memory(pid: int) -> int:
    """Proportional memory of a process in bytes; 0 if it's gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _tree(root: int) -> float:
    total = 0
    for pid in [root, *children(root)]:
        with suppress(OSError):
            # The name may hold spaces and brackets; what follows the last bracket are plain fields.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11:15])
    return total / _TICKS
