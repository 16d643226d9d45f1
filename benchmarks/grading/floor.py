"""The least that running a notebook can cost: its cells exec'd in a bare fork of a warm process.

`python -m benchmarks.grading.floor NOTEBOOK` reads numbers from standard input, one a line, runs the notebook
so many times, and prints the CPU seconds of one run. No sandbox, no outputs kept, no IPython shell.
"""

import gc
import io
import os
import resource
import sys
from contextlib import redirect_stdout
from pathlib import Path

from benchmarks.grading.work import code_cells

from trainkit.company import store


def once(cells: list[str]) -> None:
    """Run the cells in a fork."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            run(cells)
            status = 0
        finally:
            os._exit(status)
    _pid, status = os.waitpid(pid, 0)
    if status:
        raise SystemExit(f"The floor's cells failed: {status}")


def run(cells: list[str]) -> None:
    space: dict[str, object] = {"__name__": "__main__"}
    with redirect_stdout(io.StringIO()):
        for cell in cells:
            exec(compile(cell, "<cell>", "exec"), space)


def used() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in both)


def main() -> None:
    cells = code_cells(Path(sys.argv[1]).read_bytes())
    run(cells)  # what is imported on first use is imported now
    store._given.cache_clear()  # each fork reads its tables, as each execution does
    once(cells)
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        before = used()
        for _ in range(int(line)):
            once(cells)
        print((used() - before) / int(line), flush=True)


if __name__ == "__main__":
    main()
