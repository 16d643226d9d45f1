"""Readers of the original files: bytes in, frame out."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import pandas as pd

#: Bytes of a file whose fields tell what its decimal sign is.
_LOOKED_AT = 2**20

__all__ = ["cdnow", "complaints", "csv", "online_retail", "zipped"]


def csv(**options: Any) -> Callable[[BytesIO], pd.DataFrame]:
    """Build a reader of a CSV file as it circulates.

    A semicolon in the first line is taken for the separator, and a comma between digits then for the decimal
    sign, as spreadsheets of half of Europe write them. What isn't UTF-8 is read as Windows-1252.
    """

    def read(file: BytesIO) -> pd.DataFrame:
        import pandas as pd

        raw = file.getvalue()
        first = raw.split(b"\n", 1)[0]
        separator = ";" if first.count(b";") > first.count(b",") else ","
        # Nothing but an empty field is missing: "NA" is a name, a state, a product.
        common = {
            "sep": separator,
            "decimal": "," if separator == ";" and _has_decimal_commas(raw) else ".",
            "encoding": _encoding(raw),
            "keep_default_na": False,
        }
        frame = cast("pd.DataFrame", pd.read_csv(file, **({"na_values": [""]} | common | options)))
        return frame.rename(columns=lambda name: str(name).strip())

    return read


def _has_decimal_commas(raw: bytes) -> bool:
    """Tell whether fields between semicolons are numbers with a comma, and none with a point."""
    fields = re.findall(rb"(?:^|;)-?\d+([.,])\d+(?=;|\r?$)", raw[:_LOOKED_AT], re.MULTILINE)
    return b"," in fields and b"." not in fields


def _encoding(raw: bytes) -> str:
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def zipped(suffix: str, read: Callable[[BytesIO], pd.DataFrame]) -> Callable[[BytesIO], pd.DataFrame]:
    """Build a reader of the first file with this suffix in a zip archive, or of the file itself."""

    def unpack(file: BytesIO) -> pd.DataFrame:
        from zipfile import ZipFile, is_zipfile

        # An Excel file is a zip archive, too: look inside for the file that is wanted.
        if is_zipfile(file):
            with ZipFile(file) as archive:
                inside = [member for member in archive.namelist() if member.endswith(suffix)]
                if inside:
                    return read(BytesIO(archive.read(inside[0])))
        file.seek(0)
        return read(file)

    return unpack


def online_retail(file: BytesIO) -> pd.DataFrame:
    """Read the order lines: the Excel file, or a CSV copy of it."""
    import pandas as pd

    kinds = {"InvoiceNo": str, "StockCode": str, "Description": str}
    if not file.getvalue().startswith(b"PK"):
        frame = csv(dtype=kinds)(file)
        return frame.assign(InvoiceDate=pd.to_datetime(frame["InvoiceDate"]))
    return pd.read_excel(file, dtype=kinds)


def cdnow(file: BytesIO) -> pd.DataFrame:
    """Read the purchases: columns apart by blanks, days as 19970101."""
    import pandas as pd

    names = ["customer_id", "date", "cds", "amount"]
    frame = pd.read_csv(file, sep=r"\s+", names=names, skiprows=1)
    return frame.assign(date=pd.to_datetime(frame["date"].astype(str), format="%Y%m%d"))


def complaints(file: BytesIO) -> pd.DataFrame:
    """Read the complaints: American dates, N/A for no answer."""
    import pandas as pd

    frame = csv(na_values=["", "N/A"], dtype={"ZIP code": str})(file)
    dates = {name: pd.to_datetime(frame[name]) for name in ("Date received", "Date sent to company")}
    return frame.assign(**dates)
