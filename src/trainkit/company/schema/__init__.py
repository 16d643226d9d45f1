"""The schema: the one declaration of Lantai's tables.

From it come the loader's checks, the manifest, the data dictionary and the rules of the quality lesson.
A table is declared once, in a module of this package, and listed in `TABLES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trainkit.company.schema.customers import CUSTOMERS
from trainkit.company.schema.model import Column, Table
from trainkit.company.schema.sales import CAMPAIGNS, OPPORTUNITIES, ORDER_LINES, ORDERS, PRODUCTS
from trainkit.company.schema.service import INTERACTIONS, TICKETS
from trainkit.company.schema.studies import BENCHMARKS, EXPERIMENTS, VENDORS
from trainkit.company.schema.surveys import SURVEYS
from trainkit.company.schema.systems import CREDIT, SALES_SYSTEM, SERVICE_ORDERS, SERVICE_SYSTEM
from trainkit.company.schema.voices import INTERVIEWS, LOYALTY, MENTIONS
from trainkit.errors import UnknownName
from trainkit.i18n import _

__all__ = ["TABLES", "Column", "Table", "find"]

#: All tables by name. A table stands after those that it refers to.
TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            CUSTOMERS,
            PRODUCTS,
            ORDERS,
            ORDER_LINES,
            INTERACTIONS,
            TICKETS,
            SURVEYS,
            OPPORTUNITIES,
            CAMPAIGNS,
            MENTIONS,
            LOYALTY,
            CREDIT,
            SALES_SYSTEM,
            SERVICE_SYSTEM,
            SERVICE_ORDERS,
            INTERVIEWS,
            EXPERIMENTS,
            VENDORS,
            BENCHMARKS,
        )
    }
)


def find(name: str) -> Table:
    """Return the table of that name.

    Raises:
        UnknownName: there is none; close names are suggested.
    """
    if name not in TABLES:
        raise UnknownName(_("There is no table `{name}`.").format(name=name), name, TABLES)
    return TABLES[name]
