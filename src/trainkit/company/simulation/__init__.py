"""The simulation of Lantai: `simulate` gives tables, `stream_tables` gives them part by part.

The same arguments give the same values on every machine. A table's generator takes a block and returns its
columns as arrays; `customer` and `order` are positions inside of the block and become identifiers here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from trainkit.company.schema import TABLES, find
from trainkit.company.simulation.baskets import baskets_of
from trainkit.company.simulation.block import Block, blocks
from trainkit.company.simulation.streams import SEED
from trainkit.errors import OutOfRange
from trainkit.i18n import _

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["CUSTOMERS", "SEED", "simulate", "stream_tables"]

#: Number of customers of the base data, and the fewest in which the planted facts can still be found.
CUSTOMERS = 5000
FEWEST = 2000


@dataclass(frozen=True)
class _Generator:
    """Where a table's columns come from, and how its rows are numbered."""

    module: str
    function: str = "columns"
    prefix: str = ""
    digits: int = 6
    #: The table doesn't grow with the number of customers: the first block gives all of it.
    once: bool = False

    def __call__(self, block: Block) -> dict[str, np.ndarray]:
        module = import_module(f"trainkit.company.simulation.{self.module}")
        generate: Callable[[Block], dict[str, np.ndarray]] = getattr(module, self.function)
        return generate(block)


_GENERATORS = {
    "customers": _Generator("customers", prefix="C", digits=5),
    "products": _Generator("lines", "products", once=True),
    "orders": _Generator("baskets", "orders", prefix="O"),
    "order_lines": _Generator("lines"),
    "interactions": _Generator("interactions", prefix="I"),
    "tickets": _Generator("tickets", prefix="T"),
    "surveys": _Generator("surveys", prefix="Q"),
    "opportunities": _Generator("opportunities", prefix="B"),
    "campaigns": _Generator("campaigns", once=True),
    "mentions": _Generator("mentions", prefix="M", once=True),
    "loyalty": _Generator("loyalty"),
    "credit": _Generator("systems", "credit"),
    "sales_system": _Generator("systems", "sales"),
    "service_system": _Generator("systems", "service"),
    "service_orders": _Generator("systems", "service_orders"),
    "interviews": _Generator("interviews", prefix="V", once=True),
    "experiments": _Generator("experiments"),
    "vendors": _Generator("comparisons", "vendors", once=True),
    "benchmarks": _Generator("comparisons", "benchmarks", once=True),
}


def simulate(
    variant: int = 0, customers: int = CUSTOMERS, seed: int = SEED, tables: Sequence[str] | None = None
) -> dict[str, pd.DataFrame]:
    """Simulate Lantai.

    Args:
        variant: which company of its kind; 0 is the one that the lessons tell about.
        customers: number of customers, at least 2,000.
        seed: another seed gives other people and events with the same facts.
        tables: names of the tables wanted; all if `None`.

    Returns:
        The tables by name, with the columns and dtypes of `TABLES`.

    Raises:
        UnknownName: a table of that name doesn't exist.
        OutOfRange: fewer customers than the facts need.
    """
    import pandas as pd

    parts: dict[str, list[pd.DataFrame]] = {}
    for name, part, _done in stream_tables(variant, customers, seed, tables):
        parts.setdefault(name, []).append(part)
    return {name: pd.concat(part, ignore_index=True) for name, part in parts.items()}


def stream_tables(
    variant: int = 0, customers: int = CUSTOMERS, seed: int = SEED, tables: Sequence[str] | None = None
) -> Iterator[tuple[str, pd.DataFrame, int]]:
    """Simulate Lantai part by part, in bounded memory.

    Takes what `simulate` takes.

    Yields:
        Name of a table, its next rows, and the number of customers that are done with them: all tables for
        the first customers, then for the next ones.
    """
    if customers < FEWEST:
        raise OutOfRange(
            _("`customers` must be at least {fewest}. Got {customers}.").format(
                fewest=FEWEST, customers=customers
            )
        )
    wanted = [find(name).name for name in (TABLES if tables is None else tables)]
    return _parts(blocks(seed, variant, customers), wanted)


def _parts(all_blocks: Iterator[Block], wanted: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame, int]]:
    from trainkit.company.simulation.frames import frame

    rows = dict.fromkeys(wanted, 0)
    orders = 0
    for block in all_blocks:
        for name in wanted:
            if _GENERATORS[name].once and block.index:
                continue
            columns = _GENERATORS[name](block)
            _identify(name, columns, block, rows[name], orders)
            part = frame(TABLES[name], columns)
            rows[name] += len(part)
            yield name, part, block.first + block.size
        if block.total > 1 and any("order_no" in TABLES[name].names for name in wanted):
            orders += baskets_of(block).customer.size


def _identify(name: str, columns: dict[str, np.ndarray], block: Block, rows: int, orders: int) -> None:
    """Turn positions into identifiers that are unique in the whole company."""
    import numpy as np

    from trainkit.company.simulation.frames import numbered

    if "customer" in columns:
        columns["customer_id"] = block.customer_ids[columns["customer"]]
    if "order" in columns:
        columns["order_no"] = numbered("SO", columns["order"] + orders + 1, 6)
    generator, key = _GENERATORS[name], TABLES[name].key
    if generator.prefix and key and key not in columns:
        size = next(iter(columns.values())).size
        columns[key] = numbered(generator.prefix, np.arange(rows + 1, rows + 1 + size), generator.digits)
