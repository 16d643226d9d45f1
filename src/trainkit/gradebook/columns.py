"""Column types that keep the same values in SQLite and in PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import math
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

__all__ = ["Label", "Moment", "Plain", "Words", "storable"]

#: PostgreSQL stores no NUL, and no database half of a surrogate pair; a trainee's program can print both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return a text that every database can hold: what none can becomes `�`."""
    return _UNSTORABLE.sub("�", text)


class Words(TypeDecorator[str]):
    """A text of any length, from anywhere."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Replace what no database holds."""
        return None if value is None else storable(value)


class Label(TypeDecorator[str]):
    """A name of limited length, from anywhere; a longer one is cut, and a hash keeps two such apart."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Replace what no database holds, and cut what is too long."""
        if value is None:
            return None
        value = storable(value)
        most: int = self.length
        if len(value) <= most:
            return value
        return f"{value[: most - 9]}-{hashlib.sha256(value.encode()).hexdigest()[:8]}"


class Plain(TypeDecorator[Any]):
    """Plain data as JSON text.

    The type JSON of SQLite makes an integer of 20.0, so that a number came back otherwise than it went.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str:
        """Write JSON that any reader understands, `null` for nothing."""
        return json.dumps(_finite(value), allow_nan=False)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        """Read it again."""
        return None if value is None else json.loads(value)


class Moment(TypeDecorator[datetime]):
    """A point of time; it comes back in UTC whatever the server's time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Store UTC: SQLite forgets the zone."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Say that it is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _finite(value: Any) -> Any:
    """Return plain data in which a number that JSON doesn't know is its name: `nan`, `inf`."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    return [_finite(v) for v in value] if isinstance(value, list | tuple) else value
