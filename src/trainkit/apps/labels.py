"""Names and labels that people copy from what we show them: the data dictionary, our charts, the page.

A table that says “Customer type” and “government” means the column `type` and the code `G`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trainkit.company import TABLES
from trainkit.course.model import Answer, Column
from trainkit.course.texts import fold
from trainkit.i18n import LANGUAGES, _, listed, pick, speaking

__all__ = ["by_name", "check_names", "heading", "names_known"]

#: What stands behind a name in brackets is its unit.
_UNIT = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]\s*$")


def heading(column: Column) -> str:
    """Return what a column is called on a page, in the language in use."""
    return pick({"en": column.name, "zh": column.zh or column.name})


def by_name(answer: Answer, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with the answer's own names and codes wherever one of their labels stands.

    Args:
        answer: describes the columns.
        table: a plain table; not changed.
    """
    known = {fold(name): column for column in answer.columns for name in _names(column)}
    columns = [known.get(_folded(name)) for name in table["columns"]]
    codes = [_codes(column) if column else {} for column in columns]
    return {
        "columns": [c.name if c else n for c, n in zip(columns, table["columns"], strict=True)],
        "rows": [
            [
                code.get(fold(cell), cell) if isinstance(cell, str) else cell
                for code, cell in zip(codes, row, strict=True)
            ]
            for row in table["rows"]
        ],
    }


def check_names(answer: Answer, table: Mapping[str, Any]) -> None:
    """Raise if the first row of a file holds data instead of names, or names of nothing that is asked for.

    Raises:
        ValueError: it does; the message shows what is there and what is expected.
    """
    head = [str(name) for name in table["columns"]]
    if names_known(answer, head):
        return
    values = {fold(v) for c in answer.columns for code, label in _codes(c).items() for v in (code, label)}
    values |= {fold(code) for column in answer.columns for code in column.labels}
    if any(re.fullmatch(r"[-+\d.,%\s]+", name) or fold(name) in values for name in head):
        raise ValueError(
            _(
                "The line with the column names is missing: the first line is {found}. "
                "Put {expected} above it."
            ).format(found=listed(head), expected=listed(heading(c) for c in answer.columns))
        )
    raise ValueError(
        _("No column has a name that is asked for: the first line is {found}. Columns: {expected}.").format(
            found=listed(head), expected=listed(heading(c) for c in answer.columns)
        )
    )


def names_known(answer: Answer, head: Sequence[str]) -> bool:
    """Tell whether one of these names is that of a column."""
    known = {fold(name) for column in answer.columns for name in _names(column)}
    return any(_folded(name) in known for name in head)


def _folded(name: str) -> str:
    return fold(_UNIT.sub("", name)) or fold(name)


def _names(column: Column) -> Iterator[str]:
    """Yield what a column is called, here, in the data dictionary and on the axis of a chart."""
    from trainkit.charts import parts  # with Altair, which not every page needs

    yield from (column.name, column.zh or column.name)
    for lang in LANGUAGES:
        with speaking(lang):
            yield _UNIT.sub("", parts.axis(column.name))
        for table in TABLES.values():
            if column.name in table.names:
                yield _UNIT.sub("", table[column.name].meaning[lang])


def _codes(column: Column) -> dict[str, str]:
    """Return the code of each label, folded: the answer's own labels and those of the data dictionary."""
    from trainkit.charts import parts

    found = {fold(label): code for code, labels in column.labels.items() for label in labels}
    for lang in LANGUAGES:
        with speaking(lang):
            found |= {fold(label): code for code, label in parts.code_labels(column.name, None).items()}
    for table in TABLES.values():
        if column.name in table.names:
            for code, meaning in table[column.name].codes.items():
                found |= {fold(label): code for label in meaning.values()}
    return found
