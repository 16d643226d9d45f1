"""Lantai Electronics, the invented company that the workbook teaches with.

>>> TABLES["customers"].key
'customer_id'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trainkit.company import variants
from trainkit.company.schema import TABLES, Column, Table
from trainkit.company.store import is_at_hand, load, write_tables

if TYPE_CHECKING:
    from trainkit.company.simulation import simulate

__all__ = ["TABLES", "Column", "Table", "is_at_hand", "load", "simulate", "variants", "write_tables"]


def __getattr__(name: str) -> Any:
    # The simulation needs numpy; whoever only asks for the schema doesn't wait for it.
    if name == "simulate":
        from trainkit.company.simulation import simulate

        return simulate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
