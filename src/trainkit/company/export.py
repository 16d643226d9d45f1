"""Writing simulated tables to files, part by part, so that memory doesn't grow with the company."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from trainkit.company import manifest
from trainkit.company.hashing import Fingerprint
from trainkit.company.schema import TABLES
from trainkit.company.simulation import CUSTOMERS, SEED, stream_tables
from trainkit.errors import InputError, OutOfRange
from trainkit.i18n import _

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["FORMATS", "generate"]

#: Called after each part with the number of customers that are done.
Progress = Callable[[int], None]

#: Zstandard level: 9 gives files 5 % smaller than 3 at twice the time, of which there is little.
_LEVEL = 9


class _Writer(Protocol):
    def add(self, part: pd.DataFrame) -> None: ...
    def close(self) -> None: ...


class _Parquet:
    """Appends parts to a Parquet file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pa.parquet.ParquetWriter | None = None

    def add(self, part: pd.DataFrame) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.Table.from_pandas(part, preserve_index=False)
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path, table.schema, compression="zstd", compression_level=_LEVEL
            )
        self._writer.write_table(table.cast(self._writer.schema))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class _Csv:
    """Appends parts to a CSV file in UTF-8 with a mark that Excel needs to read Chinese."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._started = False

    def add(self, part: pd.DataFrame) -> None:
        part.to_csv(
            self._path,
            mode="a" if self._started else "w",
            header=not self._started,
            index=False,
            encoding="utf-8" if self._started else "utf-8-sig",
            lineterminator="\n",
        )
        self._started = True

    def close(self) -> None:
        """Do nothing: each part is written as it comes."""


class _Excel:
    """Appends parts to the one sheet of an Excel file."""

    def __init__(self, path: Path) -> None:
        from openpyxl import Workbook

        self._path, self._rows = path, 0
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("data")

    def add(self, part: pd.DataFrame) -> None:
        if not self._rows:
            self._sheet.append(list(part.columns))
        self._rows += len(part)
        if self._rows > _EXCEL_ROWS:
            raise OutOfRange(
                _(
                    "An Excel sheet holds {most} rows at most. Choose parquet or csv, or fewer customers."
                ).format(most=f"{_EXCEL_ROWS:,}")
            )
        cells = part.astype(object).where(part.notna(), None)
        for row in cells.itertuples(index=False):
            self._sheet.append(row)

    def close(self) -> None:
        self._book.save(self._path)


#: Rows of an Excel sheet, less the one with the names.
_EXCEL_ROWS = 1_048_575

_WRITERS: dict[str, Callable[[Path], _Writer]] = {"parquet": _Parquet, "csv": _Csv, "xlsx": _Excel}
#: File formats of `generate`.
FORMATS = tuple(_WRITERS)


def generate(
    directory: Path,
    *,
    customers: int = CUSTOMERS,
    seed: int = SEED,
    variant: int = 0,
    form: str = "parquet",
    tables: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Simulate Lantai into files, one a table, with a manifest.

    A table's file bears its final name only when it is complete.

    Args:
        directory: where to; it is made if it's missing.
        customers: number of customers, at least 2,000; there is no upper limit.
        seed: see `simulate`.
        variant: see `simulate`.
        form: one of `FORMATS`.
        tables: names of the tables wanted; all if `None`.
        progress: called with the number of customers done.

    Returns:
        The manifest's path.

    Raises:
        InputError: there is no such format.
        UnknownName: a table of that name doesn't exist.
        OutOfRange: fewer customers than the facts need.
    """
    if form not in _WRITERS:
        raise InputError(
            _("There is no format `{form}`. Formats: {formats}.").format(
                form=form, formats=", ".join(FORMATS)
            )
        )
    parts = stream_tables(variant, customers, seed, tables)
    directory.mkdir(parents=True, exist_ok=True)
    wanted = list(TABLES if tables is None else tables)
    files = {name: directory / f".{name}.{form}.part" for name in wanted}
    writers = {name: _WRITERS[form](files[name]) for name in wanted}
    prints = {name: Fingerprint(TABLES[name]) for name in wanted}
    rows = dict.fromkeys(wanted, 0)
    try:
        with ExitStack() as closing:
            for writer in writers.values():
                closing.callback(writer.close)
            done = 0
            for name, part, through in parts:
                if progress and done not in (0, through):
                    progress(done)
                done = through
                writers[name].add(part)
                prints[name].add(part)
                rows[name] += len(part)
            if progress:
                progress(done)
        entries = [
            _finish(files[name], directory / f"{name}.{form}", name, rows[name], prints[name].hexdigest())
            for name in wanted
        ]
    finally:
        for file in files.values():
            file.unlink(missing_ok=True)
    return manifest.write(directory, entries, seed=seed, variant=variant, customers=customers)


def _finish(part: Path, path: Path, table: str, rows: int, content: str) -> manifest.Entry:
    import hashlib

    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    part.replace(path)
    return manifest.Entry(table, path.name, rows, path.stat().st_size, f"sha256:{digest}", content)
