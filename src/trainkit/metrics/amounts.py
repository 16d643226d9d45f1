"""Amounts: money of a column as numbers that can be added up, and which rows are returns.

Text is refused, because "120" + "80" is "12080". Amounts become floats of 64 bits before they are added, so
that a column of 32-bit integers can't run over. A row with an amount below 0 is a return: it lowers what a
customer spent, and is no purchase. A missing amount is unknown: the purchase counts, and adds nothing.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from trainkit.metrics.frames import IntoFrame, floats, lazy, no_numbers
from trainkit.metrics.missing import known, nulled

__all__ = ["is_purchase", "orders", "with_amounts"]

#: The column of amounts that is looked for if none is named.
AMOUNT = "amount"


def with_amounts(frame: nw.LazyFrame[Any], *columns: str) -> nw.LazyFrame[Any]:
    """Return a frame with numbers in `columns`: 64-bit floats, null where missing.

    Raises:
        InputError: a column holds something else.
    """
    for column in dict.fromkeys(columns):
        dtype = frame.collect_schema()[column]
        if dtype == nw.Object:
            table = frame.collect()
            array = floats(table[column], column)
            frame = table.with_columns(nw.new_series(column, array, backend=table.implementation)).lazy()
        elif not dtype.is_numeric():
            found = known(frame, column).select(column).head(1).collect()
            if len(found):
                raise no_numbers(column, found[column].to_list()[0])
            frame = frame.with_columns(nw.lit(None, dtype=nw.Float64).alias(column))
        frame = frame.with_columns(nulled(frame, column).cast(nw.Float64).alias(column))
    return frame


def is_purchase(amount: str) -> nw.Expr:
    """Return whether a row of `with_amounts` is a purchase and no return."""
    return nw.col(amount).is_null() | (nw.col(amount) >= 0)


def orders(frame: IntoFrame, amount: str | None, *columns: str) -> nw.LazyFrame[Any]:
    """Return `columns` of the rows that are purchases, for functions that need no amounts.

    Args:
        frame: one row an order or an order line.
        amount: column by which returns are known; the usual one is left out where the frame hasn't got it,
            `None` says that there are no returns.
        columns: columns that must be there.

    Raises:
        MissingColumn: a column isn't there.
        InputError: `amount` holds something else than numbers.
    """
    rows = lazy(frame, *columns)
    if amount is None or (amount == AMOUNT and amount not in rows.collect_schema().names()):
        return rows.select(*columns)
    rows = with_amounts(lazy(frame, *columns, amount).select(*dict.fromkeys([*columns, amount])), amount)
    return rows.filter(is_purchase(amount)).select(*columns)
