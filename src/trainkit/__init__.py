"""A training workbook for customer-relationship analytics, in English and Chinese."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainkit.course.activity import Exercise, Lesson

__all__ = ["Exercise", "Lesson", "__version__"]

__version__ = "0.1.0"

_HOME = {"Exercise": "trainkit.course.activity", "Lesson": "trainkit.course.activity"}


def __getattr__(name: str) -> Any:
    # Loaded when used, so that `import trainkit` stays quick.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'trainkit' has no attribute {name!r}")
