"""Reading the files that `trainkit data generate` writes: Parquet, CSV and Excel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from trainkit.company.schema import Table
from trainkit.company.schema.model import BOOL, DATE, FLOAT, INT, TIME
from trainkit.extras import needed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read"]


def read(table: Table, path: Path) -> pd.DataFrame:
    """Read a table's file by its ending; one that isn't known is taken for Parquet.

    Raises:
        MissingExtra: an Excel file can't be read without openpyxl.
        OSError, ValueError, TypeError: it isn't such a file.
    """
    return _READERS.get(path.suffix, _parquet)(table, path)


def _parquet(_table: Table, path: Path) -> pd.DataFrame:
    import pyarrow.parquet as pq

    # One thread, no read-ahead: the files are small, and starting Arrow's pools costs more than that.
    with pq.ParquetFile(path, pre_buffer=False) as file:
        frame: pd.DataFrame = file.read(use_threads=False).to_pandas(use_threads=False)
    return frame


def _csv(table: Table, path: Path) -> pd.DataFrame:
    import pandas as pd

    # Nothing but an empty field is missing, and an id that looks like a number is none.
    cells = pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    return _typed(table, cells)


def _excel(table: Table, path: Path) -> pd.DataFrame:
    import pandas as pd

    with needed("xlsx"):
        import openpyxl  # noqa: F401
    return _typed(table, pd.read_excel(path, dtype=object, keep_default_na=False, na_values=[""]))


def _typed(table: Table, cells: pd.DataFrame) -> pd.DataFrame:
    """Return cells of a file without types as the table's columns; what can't be converted stays as it is."""
    import pandas as pd

    made = {}
    for column in table.columns:
        if column.name not in cells:
            continue
        values = cells[column.name]
        if column.kind in (DATE, TIME):
            values = pd.to_datetime(values)
        elif column.kind in (INT, FLOAT):
            values = pd.to_numeric(values)
        elif column.kind == BOOL:
            values = values.map({"True": True, "False": False, True: True, False: False})
        made[column.name] = values
    return pd.DataFrame(made)


_READERS: dict[str, Callable[[Table, Path], pd.DataFrame]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".xlsx": _excel,
}
