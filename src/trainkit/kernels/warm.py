"""What a zygote imports and does once, so that no kernel has to.

All of it must leave the process with a single thread: a fork takes along one thread and the locks of all.
That's why nothing here draws a picture (the converter runs V8) or reads a Parquet file (Arrow keeps a pool).
"""

from __future__ import annotations

import builtins
import gc
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from trainkit import startup

__all__ = ["SINGLE_THREADED", "warm_up"]

#: Set for the zygote alone: libraries that start threads while they are imported leave it.
SINGLE_THREADED = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}

#: In this order: widgets open their channels by means of what ipykernel puts into `comm`.
_MODULES = (
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "faulthandler",
    "psutil",
    "tornado.platform.asyncio",
    "tornado.queues",
    "altair",
    "pandas",
    "pyarrow.parquet",
    "narwhals.group_by",
    "ipywidgets",
    "anywidget",
    "trainkit.course.activity",
    "trainkit.course.interactive",
    "trainkit.apps.exercise",
    "trainkit.apps.explorer",
    "trainkit.charts",
    "trainkit.company",
    "trainkit.metrics",
)


def warm_up() -> None:
    """Import what kernels need, and do once what is slow the first time only.

    Raises:
        RuntimeError: a library has started a thread, so this process can't be forked safely.
    """
    startup.prepare()
    _make_chart_script()
    with _as_in_a_kernel():
        for name in _MODULES:
            import_module(name)
    _use_tables_and_charts()
    if (threads := _threads()) != 1:
        raise RuntimeError(f"{threads} threads run in a process that is to be forked")
    # What is here now stays for good: the collector needn't look at it, and so its memory stays shared.
    gc.collect()
    gc.freeze()


@contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """Answer what pandas asks while it's imported: a terminal's width is no concern of a notebook."""
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=None)
    try:
        yield
    finally:
        del vars(builtins)["get_ipython"]


def _make_chart_script() -> None:
    """Have the offline chart script in the cache: making it takes threads that can't be forked."""
    if not startup.chart_script_file().is_file():
        code = "from trainkit.startup import chart_script; chart_script()"
        subprocess.run([sys.executable, "-P", "-c", code], check=False, stdin=subprocess.DEVNULL)


def _use_tables_and_charts() -> None:
    """Do what notebooks do, on three rows: the first time, much is imported and compiled."""
    import altair as alt
    import pandas as pd

    frame = pd.DataFrame(
        {"group": ["a", "b", "a"], "value": [1.0, 2.0, 3.0], "day": pd.to_datetime(["2025-01-01"] * 3)}
    )
    sums = frame.groupby("group").agg(value=("value", "mean"), n=("value", "size")).reset_index()
    wide = frame.pivot_table(index="day", columns="group", values="value", aggfunc="sum")
    for table in (frame.merge(sums, on="group"), wide):
        table.to_html()
        repr(table)
    base = alt.Chart(frame).encode(x=alt.X("day:T", title="day"), y=alt.Y("mean(value):Q"), color="group:N")
    (base.mark_line() + base.mark_point()).properties(title="warm").to_dict()


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))
