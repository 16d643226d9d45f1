"""Where tables come from: the committed base data, a cache of simulated variants, or the grader's folder.

`load` is what lessons and exercises use. Variant 0 is read from `datasets/`; any other variant is simulated
once and kept in the user's cache. In the grading sandbox `TRAINKIT_TABLES` names a folder, and then nothing
but its files is read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from trainkit import content
from trainkit.company import formats, manifest, unpacked
from trainkit.company.hashing import file_hash
from trainkit.company.schema import Table, find
from trainkit.errors import DataError
from trainkit.files import cache_folder, write_atomic
from trainkit.i18n import _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["edition_folder", "is_at_hand", "load", "read_table", "unpack", "write_tables"]


def load(name: str, variant: int = 0) -> pd.DataFrame:
    """Return a table of Lantai.

    Args:
        name: name of the table, see `TABLES`.
        variant: which company of its kind; 0 is the one that the lessons tell about.

    Returns:
        A fresh frame with the schema's columns and dtypes: changing it changes no other.

    Raises:
        UnknownName: a table of that name doesn't exist; close names are suggested.
        DataError: its file is missing or damaged; the message says how to restore it.
    """
    table = find(name)
    folder = os.environ.get("TRAINKIT_TABLES")
    frame = _given(table, folder) if folder else _base(table) if variant == 0 else _variant(table, variant)
    # A lazy copy is enough: pandas copies a column when either side writes to it.
    return frame.copy(deep=False)


def is_at_hand(name: str, variant: int) -> bool:
    """Tell whether a table can be loaded at once, or has to be simulated first.

    Raises:
        UnknownName: a table of that name doesn't exist.
    """
    table = find(name)
    given = variant == 0 or "TRAINKIT_TABLES" in os.environ
    return given or any((edition_folder() / str(variant)).glob(f"{table.name}.*.parquet"))


def write_tables(variant: int, tables: Iterable[str], directory: Path) -> None:
    """Write tables of a variant as `<table>.parquet`, for a sandbox that sees nothing else.

    Args:
        variant: which company.
        tables: names of the tables.
        directory: where to; it is made if it's missing.
    """
    directory.mkdir(parents=True, exist_ok=True)
    wanted = [find(name) for name in dict.fromkeys(tables)]
    sources = _cached(wanted, variant) if variant else [_base_file(table)[0] for table in wanted]
    for table, source in zip(wanted, sources, strict=True):
        write_atomic(directory / f"{table.name}.parquet", source.read_bytes())


def edition_folder() -> Path:
    """Return the folder of simulated variants.

    It is named after the simulation's own source: when that changes, old files are no longer found.
    """
    return cache_folder() / _edition()


@lru_cache(maxsize=1)
def _edition() -> str:
    here, digest = Path(__file__).parent, hashlib.sha256()
    for folder in ("schema", "simulation"):
        for source in sorted((here / folder).glob("*.py")):
            digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=20)
def _given(table: Table, folder: str) -> pd.DataFrame:
    path = Path(folder) / f"{table.name}.parquet"
    if (quick := path.with_suffix(unpacked.SUFFIX)).is_file():
        return unpacked.read(quick)
    if not path.is_file():
        given = ", ".join(sorted(file.stem for file in Path(folder).glob("*.parquet")))
        raise DataError(
            _("The table `{name}` isn't among those given here: {given}.").format(
                name=table.name, given=given
            )
        )
    return read_table(table, path, _("It belongs to this run only; run the grading again."))


@lru_cache(maxsize=20)
def _base(table: Table) -> pd.DataFrame:
    path, expected = _base_file(table)
    remedy = _restore(path)
    frame = read_table(table, path, remedy)
    if file_hash(path.read_bytes()) != expected:
        raise DataError(
            _("The file {path} isn't the one in its manifest. {remedy}").format(path=path, remedy=remedy)
        )
    return frame


def _base_file(table: Table) -> tuple[Path, str]:
    folder = content.root() / "datasets"
    try:
        entry = manifest.read(folder).get(table.name)
    except DataError as error:
        raise DataError(f"{error} {_restore(folder / manifest.MANIFEST)}") from error
    path = folder / (entry.path if entry else f"{table.name}.parquet")
    if entry is None or not path.is_file():
        raise DataError(_("The file {path} is missing. {remedy}").format(path=path, remedy=_restore(path)))
    return path, entry.file


def _restore(path: Path) -> str:
    """Say how a file of the base data comes back."""
    if content.checkout():
        return _("Restore it with `git checkout -- datasets`, or make it again with `trainkit data base`.")
    return _("Install trainkit again to restore {folder}.").format(folder=path.parent)


# Few: a variant's tables take up to ten megabytes each, and the grader goes through many variants.
@lru_cache(maxsize=12)
def _variant(table: Table, variant: int) -> pd.DataFrame:
    try:
        return read_table(table, _cached([table], variant)[0], _("Delete it: it is made again."))
    except OSError:  # the cache can't be written: a full disk, a folder of somebody else's
        from trainkit.company.simulation import simulate

        return simulate(variant, tables=[table.name])[table.name]


def _cached(tables: Sequence[Table], variant: int) -> list[Path]:
    """Return the cached files of tables, simulating those that are missing or damaged.

    A file's name carries the hash of its bytes, so a damaged file is noticed and made again.
    """
    folder = edition_folder() / str(variant)
    found = {table.name: _intact(folder, table) for table in tables}
    if missing := [name for name, path in found.items() if path is None]:
        from trainkit.company.simulation import simulate

        for name, frame in simulate(variant, tables=missing).items():
            data = _parquet(frame)
            found[name] = folder / f"{name}.{_short(data)}.parquet"
            write_atomic(folder / f"{name}.{_short(data)}.parquet", data)
    return [path for path in found.values() if path]


def _intact(folder: Path, table: Table) -> Path | None:
    for path in sorted(folder.glob(f"{table.name}.*.parquet")):
        if path.name.split(".")[1] == _short(path.read_bytes()):
            return path
        path.unlink(missing_ok=True)
    return None


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:24]


def _parquet(frame: pd.DataFrame) -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    frame.to_parquet(buffer, compression="zstd", index=False)
    return buffer.getvalue()


def unpack(path: Path) -> None:
    """Write a table of a folder of given tables once more, beside its Parquet file, to be loaded in no time.

    Args:
        path: the Parquet file, named after its table.

    Raises:
        DataError: it is damaged.
    """
    unpacked.write(path.with_suffix(unpacked.SUFFIX), read_table(find(path.stem), path))


def read_table(table: Table, path: Path, remedy: str = "") -> pd.DataFrame:
    """Read a table from a file that `generate` wrote, with the schema's columns and dtypes.

    Args:
        table: the table.
        path: the file: Parquet, CSV or Excel, by its ending.
        remedy: a sentence for the error that says how the file comes back.

    Raises:
        DataError: the file can't be read or isn't that table.
    """
    import pyarrow as pa

    try:
        frame = formats.read(table, path)[list(table.names)]
        dtypes = {name: dtype for name, dtype in table.dtypes.items() if str(frame[name].dtype) != dtype}
        return frame.astype(dtypes) if dtypes else frame
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            _("The file {path} is damaged ({error}). {remedy}").format(path=path, error=error, remedy=remedy)
        ) from error
