"""Published and checked numbers that the metrics must meet, each with the value that a known mistake gives.

One module a family; the reference page shows them all. Adding a module here is enough: it is found by itself.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from published.case import ANCHORS, DATA, MISTAKES, Anchor, Mistake

__all__ = ["ANCHORS", "DATA", "MISTAKES", "Anchor", "Mistake"]

for _module in sorted(found.name for found in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
