"""Looking for answers where none may stand: in built notebooks, pages, key files, hints."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from typing import Any

from trainkit.course.conventions import decimals
from trainkit.course.model import Answer

__all__ = ["decoded", "revealed", "spellings"]


def spellings(answer: Answer, value: Any) -> set[str]:
    """Return how the numbers of a value may be written: rounded as asked for, and as computed.

    A table gives those of its cells; a text itself; of a choice, which stands in the open as one of several,
    there is nothing to look for.
    """
    if answer.type == "number":
        return _written(value, answer.tolerance)
    if answer.type == "text":
        return {value}
    if answer.type != "table":
        return set()
    tolerances = {column.name: column.tolerance for column in answer.columns}
    return {
        text
        for row in value["rows"]
        for name, cell in zip(value["columns"], row, strict=True)
        if isinstance(cell, float) and tolerances.get(name) is not None
        for text in _written(cell, tolerances[name] or 0.0)
    }


def _written(value: float, tolerance: float) -> set[str]:
    digits = decimals(tolerance) if tolerance else 6
    precise = f"{abs(value):.10f}"[: len(f"{abs(value):.0f}") + 6]
    rounded = f"{abs(value):.{digits}f}"
    return {rounded, f"{abs(value):,.{digits}f}", precise, f"{abs(value) / 100:.{digits + 2}f}"}


def revealed(texts: set[str], text: str) -> set[str]:
    """Return which of the spellings stand in a text as numbers or words of their own."""
    return {found for found in texts if re.search(rf"(?<![\w.,]){re.escape(found)}(?!\d|[.,]\d|\w)", text)}


def decoded(text: str) -> Iterator[str]:
    """Yield a text, the texts in it if it's JSON, and what they hold in base64, as far as that is text."""
    yield text
    try:
        strings = list(_strings(json.loads(text)))
    except ValueError:
        strings = re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", text)
    for string in strings:
        yield string
        try:
            yield b64decode(string, validate=True).decode(errors="replace")
        except (Error, ValueError):
            continue


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value
    else:
        yield str(value)
