"""The registry's examples as inputs of the tests: in every library, and written in every way people write."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from backends import column, frame, plain

from trainkit.metrics.registry import Metric, metrics

__all__ = ["METRICS", "WITH_DATA", "built", "close", "in_order", "is_column", "is_frame", "rows_of", "run"]

METRICS = metrics()

Change = Callable[[str, list[Any]], list[Any]]
"""Takes a column's name and values and returns the values to use in their place."""


def as_it_is(_name: str, values: list[Any]) -> list[Any]:
    return values


def is_frame(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, list) for v in value.values())


def is_column(metric: Metric, name: str, value: Any) -> bool:
    annotation = str(inspect.signature(metric.function).parameters[name].annotation)
    return isinstance(value, list) and "IntoColumn" in annotation


def takes_data(metric: Metric) -> bool:
    return any(is_frame(v) or is_column(metric, n, v) for n, v in metric.example.items())


WITH_DATA = [m for m in METRICS if takes_data(m)]


def built(metric: Metric, backend: str, change: Change = as_it_is, **arguments: Any) -> dict[str, Any]:
    """The metric's example arguments in one library, after `change` was made to every column.

    Args:
        metric: the metric.
        backend: the library.
        change: what is done to every column.
        arguments: arguments to use in place of the example's.
    """
    found = {}
    for name, value in (metric.example | arguments).items():
        if is_frame(value):
            found[name] = frame(backend, {c: change(c, list(v)) for c, v in value.items()})
        elif is_column(metric, name, value):
            found[name] = column(backend, change(name, list(value)))
        else:
            found[name] = value
    return found


def run(metric: Metric, backend: str = "pandas", change: Change = as_it_is, **arguments: Any) -> Any:
    return plain(metric.function(**built(metric, backend, change, **arguments)))


def rows_of(result: Any) -> Any:
    """A table's rows in an order of their own: a metric that adds columns keeps the caller's order."""
    if not isinstance(result, dict):
        return result
    return sorted((list(row) for row in zip(*result.values(), strict=True)), key=repr)


def in_order(metric: Metric, result: Any) -> Any:
    """A table whose docstring promises no order is compared without one."""
    return rows_of(result) if "in no particular order" in (metric.function.__doc__ or "") else result


def close(left: Any, right: Any) -> bool:
    if isinstance(left, dict):
        return list(left) == list(right) and all(close(left[k], right[k]) for k in left)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(close(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, (int, float, Decimal)) and isinstance(right, (int, float, Decimal)):
        return math.isclose(left, right, rel_tol=1e-7, abs_tol=1e-7)
    return bool(left == right)
