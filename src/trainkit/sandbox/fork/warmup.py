"""What a zygote does before its first fork: import what notebooks use, and use it once.

Much is imported at first use only, so a table is read, grouped and drawn. Nothing here may start a thread,
since a fork takes along only one: Arrow's pools and Polars stay untouched.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["threads", "warm_up"]


def warm_up(shell: Any) -> None:
    """Use the libraries of the course once, through the shell that will run the cells."""
    import trainkit.charts.theme
    import trainkit.company
    import trainkit.course.activity
    import trainkit.course.answers
    import trainkit.metrics  # noqa: F401

    _read_and_group()
    _draw()
    _show(shell)


def threads() -> int:
    """Return how many threads this process has."""
    return len(list(Path("/proc/self/task").iterdir()))


def _read_and_group() -> None:
    import io

    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset
    import pyarrow.parquet as pq

    import_module("pandas.core.arrays.arrow.extension_types")  # what reading a period would import
    frame = pd.DataFrame(
        {
            "day": pd.date_range("2025-01-01", periods=40),
            "kind": ["a", "b"] * 20,
            "value": range(40),
        }
    )
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, nthreads=1), file)
    file.seek(0)
    read = pq.ParquetFile(file, pre_buffer=False).read(use_threads=False).to_pandas(use_threads=False)
    read["month"] = read["day"].dt.to_period("M").astype(str)
    merged = read.merge(read[["day", "kind"]], on="day", suffixes=("", "_too"))
    merged.groupby(["month", "kind"], as_index=False)["value"].agg(["mean", "sum"])
    read.pivot_table(index="month", columns="kind", values="value").sort_index()
    read.to_csv(file)


def _draw() -> None:
    import altair as alt
    import pandas as pd

    frame = pd.DataFrame({"x": [1, 2], "y": [3.0, 4.0], "kind": ["a", "b"]})
    alt.Chart(frame).mark_bar().encode(x="x:O", y="y", color="kind").to_dict()


def _show(shell: Any) -> None:
    """Run cells that show a frame, a result and an error; the shell forgets them."""
    for source in ("import pandas as pd\npd.DataFrame({'a': [1, 2]})", "1 / 0", "%who_ls", "!true"):
        shell.run_cell(source, store_history=True, silent=False)
    shell.reset(new_session=True)
    shell.execution_count = 1
