"""Metrics: pure functions, a frame or a column in, a number or a frame out.

Every metric takes pandas, Polars (eager or lazy), PyArrow, DuckDB and Spark input and gives one number for
all of them. What a day is, a missing value, an amount, a return or an id, is said once each, in `days`,
`moments`, `missing`, `amounts`, `rounding` and `ids`. `trainkit.metrics.nps` and
`trainkit.metrics.satisfaction.nps` are the same function; families load when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from trainkit.errors import UnknownName

__all__ = ["registry"]


def __getattr__(name: str) -> Any:
    registry = import_module(f"{__name__}.registry")
    if name in registry.FAMILIES:
        return import_module(f"{__name__}.{name}")
    if not name.startswith("_"):
        try:
            return registry.get(name).function
        except UnknownName as error:
            raise AttributeError(str(error)) from None
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    registry = import_module(f"{__name__}.registry")
    return sorted([*registry.FAMILIES, *(m.name for m in registry.metrics()), "registry"])
