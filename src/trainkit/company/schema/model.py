"""What a table and a column are: the two records from which the whole schema is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["BOOL", "DATE", "FLOAT", "INT", "TEXT", "TIME", "UNITS", "Codes", "Column", "Table", "codes"]

#: A code and its meaning in each language.
Codes = Mapping[str, Mapping[str, str]]

# pandas dtypes. An integer that may be missing is pandas' nullable `Int64`.
TEXT = "str"
INT = "int64"
FLOAT = "float64"
BOOL = "bool"
TIME = "datetime64[us]"
#: A day: stored as its midnight.
DATE = "date"

#: Units of columns, and what they are called in Chinese.
UNITS = {
    "CNY": "元",
    "cases": "件",
    "customers": "家",
    "days": "天",
    "departments": "个",
    "leads": "条",
    "lines": "行",
    "million CNY": "百万元",
    "minutes": "分钟",
    "persons": "人",
    "pieces": "件",
    "points": "分",
    "share": "比例（0～1）",
    "times": "次",
}


def codes(**meanings: str) -> Codes:
    """Build a code list from `code="English | 中文"`.

    >>> codes(G="government | 政府客户")["G"]["zh"]
    '政府客户'
    """
    pairs = {code: text.split(" | ") for code, text in meanings.items()}
    return MappingProxyType(
        {code: MappingProxyType({"en": en, "zh": zh}) for code, (en, zh) in pairs.items()}
    )


@dataclass(frozen=True)
class Column:
    """One column: what it holds and what may stand in it."""

    name: str
    #: `TEXT`, `INT`, `FLOAT`, `BOOL`, `TIME` or `DATE`.
    kind: str
    #: Meaning in English.
    en: str
    #: Meaning in Chinese.
    zh: str
    #: Unit of the numbers, one of `UNITS`; empty if they have none.
    unit: str = ""
    #: Smallest and largest value allowed, both included; `None` for no limit.
    minimum: float | None = None
    maximum: float | None = None
    #: The values allowed, with their meanings; empty if the column isn't coded.
    codes: Codes = field(default_factory=dict, hash=False)
    #: Values may be missing. What a missing value means is said in the meaning.
    nullable: bool = False
    #: The values identify the row, together with those of the table's other key columns.
    key: bool = False
    #: The key that the values point to, as `table.column`.
    references: str = ""

    @property
    def dtype(self) -> str:
        """The pandas dtype of the column as `load` returns it."""
        if self.kind == DATE:
            return TIME
        return "Int64" if self.kind == INT and self.nullable else self.kind

    @property
    def meaning(self) -> dict[str, str]:
        """The meaning in both languages."""
        return {"en": self.en, "zh": self.zh}

    @property
    def units(self) -> dict[str, str]:
        """The unit in both languages; empty texts if there is none."""
        return {"en": self.unit, "zh": UNITS[self.unit] if self.unit else ""}


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, and what a row of it is."""

    name: str
    #: What the table holds, in English.
    en: str
    #: What the table holds, in Chinese.
    zh: str
    columns: tuple[Column, ...]
    #: What a reader must know besides: rules and definitions that belong to the table.
    note_en: str = ""
    note_zh: str = ""

    def __getitem__(self, name: str) -> Column:
        """Return the column of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the columns that identify a row together; empty if rows have no key."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def key(self) -> str | None:
        """Name of the one column that identifies a row, or `None` if it takes several or none does."""
        return self.keys[0] if len(self.keys) == 1 else None

    @property
    def dtypes(self) -> dict[str, str]:
        """The pandas dtype of each column."""
        return {column.name: column.dtype for column in self.columns}

    @property
    def meaning(self) -> dict[str, str]:
        """What the table holds, in both languages."""
        return {"en": self.en, "zh": self.zh}
