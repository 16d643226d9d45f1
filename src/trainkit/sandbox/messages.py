"""What comes out of a kernel, whatever box it is in: messages, and the reasons why none follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["DISPLAYS", "Died", "Ended", "Flood", "Garbled", "Message", "Stopped", "TooLong"]

#: Kinds of messages that carry what a cell displays.
DISPLAYS = frozenset({"stream", "display_data", "update_display_data", "execute_result", "error"})


class Ended(Exception):
    """A kernel can run no further cell; the argument says why, in a word or two."""

    #: What the failure of the cell is called in records.
    name = "died"


class Died(Ended):
    """The process ended by itself, or was ended for the memory that it took."""

    name = "died"


class TooLong(Ended):
    """A deadline has passed."""

    name = "timeout"


class Flood(Ended):
    """More came out than may."""

    name = "flood"


class Stopped(Ended):
    """The assessor doesn't want to wait for the rest."""

    name = "stopped"


class Garbled(Ended):
    """What came out of a child is none of the known messages."""

    name = "garbled"


@dataclass(frozen=True)
class Message:
    """One message of a child.

    Args:
        kind: its name.
        content: checked, and nothing else in it.
        size: bytes on the wire.
    """

    kind: str
    content: dict[str, Any]
    size: int
