"""Data frames as columns and rows: what a trainee's variable holds, with the index where it is data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainkit.course.model import Answer
from trainkit.course.naming import about, kind_of
from trainkit.i18n import _

__all__ = ["MAX_COLUMNS", "MAX_ROWS", "Unfit", "columns_and_rows"]

MAX_ROWS = 10_000
MAX_COLUMNS = 50


class Unfit(Exception):
    """A value can't be an answer of its type; the message says why."""


def columns_and_rows(value: Any, answer: Answer) -> tuple[list[Any], list[list[Any]]]:
    """Return the columns' names and the rows of what a trainee's variable holds, a few more than are read.

    Raises:
        Unfit: it's no table.
    """
    import pandas as pd

    if isinstance(value, Mapping | list):
        try:
            value = pd.DataFrame(value)
        except (ValueError, TypeError) as error:
            message = about(answer, _("{name} could not be read as a table: {error}"), error=error)
            raise Unfit(message) from error
    if isinstance(value, pd.Series):
        value = value.to_frame(value.name if value.name is not None else "value")
    if not isinstance(value, pd.DataFrame):
        message = _("{name} should be a table (a DataFrame), but it is {kind}.")
        raise Unfit(about(answer, message, kind=kind_of(value)))
    if len(value) <= MAX_ROWS and _index_is_data(value, answer):
        value = value.reset_index(allow_duplicates=True)
    columns = ["_".join(str(part) for part in c if part != "") if isinstance(c, tuple) else c for c in value]
    head = value.iloc[: MAX_ROWS + 1, : MAX_COLUMNS + 1]
    return columns, [list(row) for row in head.itertuples(index=False, name=None)]


def _index_is_data(frame: Any, answer: Answer) -> bool:
    """Whether the index holds a column of the answer: it is named, or a column is missing without it."""
    return any(n is not None for n in frame.index.names) or frame.shape[1] < len(answer.columns)
