"""Data to learn with: Lantai's tables, and real public data sets.

`load` gives either by name. Lantai's tables come with trainkit. Public data sets are downloaded once, checked
against a checksum of their values, and kept in the user's cache; whoever has the file already, or no
internet, names it with `path`.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from trainkit.company import TABLES
from trainkit.company import load as load_table
from trainkit.datasets.public import PUBLIC, PublicData
from trainkit.errors import DataError, InputError, MissingColumn, MissingExtra, UnknownName
from trainkit.files import cache_folder, write_atomic
from trainkit.i18n import _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PUBLIC", "PublicData", "checksum", "load"]

#: Seconds that a server may be silent.
_PATIENCE = 30


def load(name: str, variant: int = 0, *, path: str | Path | None = None) -> pd.DataFrame:
    """Return a data set as a frame.

    Args:
        name: a table of Lantai (see `trainkit.company.TABLES`) or a public data set (see `PUBLIC`).
        variant: which Lantai; public data have no variants.
        path: a file of a public data set that you have already: the original, or a Parquet or CSV copy.

    Raises:
        UnknownName: there is no such data set; close names are suggested.
        InputError: `path` or `variant` was given where it has no meaning.
        MissingColumn: the file at `path` lacks columns of the data set.
        DataError: the file can't be read or downloaded, or isn't the one that trainkit knows.
    """
    if name in TABLES:
        if path is not None:
            raise InputError(_("`{name}` comes with trainkit: leave `path` out.").format(name=name))
        return load_table(name, variant)
    if name not in PUBLIC:
        raise UnknownName(_("There is no data set `{name}`.").format(name=name), name, [*TABLES, *PUBLIC])
    if variant:
        raise InputError(_("`{name}` is real data and has no variants.").format(name=name))
    data = PUBLIC[name]
    return _from_file(data, Path(path)) if path is not None else _from_cache(data)


def checksum(frame: pd.DataFrame) -> str:
    """Return the hash of a frame's values: the same for any file format and order of the rows.

    Numbers count to nine digits, a missing value equals an empty text, blanks around a text don't count.
    """
    texts = [_texts(frame[column]) for column in frame.columns]
    rows = sorted("\x1f".join(row) for row in zip(*texts, strict=True))
    return hashlib.sha256("\x1e".join(rows).encode()).hexdigest()


def _texts(values: pd.Series) -> list[str]:
    import pandas as pd

    missing = values.isna()
    if pd.api.types.is_datetime64_any_dtype(values):
        texts = values.dt.strftime("%Y-%m-%dT%H:%M:%S")
    elif pd.api.types.is_bool_dtype(values):
        texts = values.map({True: "1", False: "0"})
    elif pd.api.types.is_numeric_dtype(values):
        distinct = {number: f"{number:.9g}" for number in values.dropna().unique().tolist()}
        texts = values.map(distinct)
    else:
        texts = values.astype("str").str.strip()
    return texts.astype("object").where(~missing, "").tolist()


def _from_cache(data: PublicData) -> pd.DataFrame:
    import pandas as pd

    kept = cache_folder() / "public" / f"{data.name}.{data.content[:16]}.parquet"
    if kept.is_file():
        try:
            return pd.read_parquet(kept)
        except (OSError, ValueError):
            kept.unlink()
    frame = _read(data, _fetch(data), data.url)
    if checksum(frame) != data.content:
        raise DataError(
            _(
                "The file at {url} isn't the one that trainkit knows: its checksum differs. "
                "If you have the file, read it with `load({name!r}, path=…)`."
            ).format(url=data.url, name=data.name)
        )
    buffer = BytesIO()
    frame.to_parquet(buffer, compression="zstd", index=False)
    write_atomic(kept, buffer.getvalue())
    return frame


def _fetch(data: PublicData) -> bytes:
    """Download the original file."""
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    if not data.url:
        raise DataError(
            _("`{name}` has to be fetched by hand from {origin}. Then: `load({name!r}, path=…)`.").format(
                name=data.name, origin=data.origin
            )
        )
    try:
        with urlopen(Request(data.url, headers={"User-Agent": "trainkit"}), timeout=_PATIENCE) as answer:
            content: bytes = answer.read()
            return content
    except (URLError, OSError) as error:
        raise DataError(
            _(
                "{url} can't be downloaded ({error}). Fetch the file on a machine with internet and read it "
                "with `load({name!r}, path=…)`."
            ).format(url=data.url, error=error, name=data.name)
        ) from error


def _from_file(data: PublicData, path: Path) -> pd.DataFrame:
    """Read a file that the user has: the original or a copy of the table."""
    import pandas as pd

    if not path.is_file():
        raise DataError(_("There is no file {path}.").format(path=path))
    if path.suffix != ".parquet":
        return _read(data, path.read_bytes(), str(path))
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(
            _("The file {path} can't be read ({error}).").format(path=path, error=error)
        ) from error
    return _complete(data, frame, str(path))


def _read(data: PublicData, content: bytes, source: str) -> pd.DataFrame:
    try:
        frame = data.read(BytesIO(content))
    except MissingExtra:
        raise
    except (ValueError, KeyError, OSError) as error:
        raise DataError(
            _("The file {path} can't be read ({error}).").format(path=source, error=error)
        ) from error
    return _complete(data, frame, source)


def _complete(data: PublicData, frame: pd.DataFrame, source: str) -> pd.DataFrame:
    missing = [column for column in data.columns if column not in frame]
    if missing:
        raise MissingColumn(
            _("{path} isn't `{name}`: it lacks the columns {columns}.").format(
                path=source, name=data.name, columns=", ".join(missing[:5])
            )
        )
    return frame[list(data.columns)]
