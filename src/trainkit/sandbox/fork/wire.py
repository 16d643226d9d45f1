"""What host and child say to each other: one JSON object a line, of a few known kinds.

The host sends `run` (with `source`); the child answers with any number of displays and one `done`. Names and
contents of displays are those of Jupyter's messages. A child has run a trainee's code, so that whatever
it sends may be forged: kinds, types and lengths are checked, and nothing else is ever looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from trainkit.sandbox.messages import Garbled, Message

__all__ = ["LONGEST", "Lines", "encode", "encode_message"]

#: Bytes of a line. Unfolded, JSON can take thirty times the memory of its text.
LONGEST = 4 * 2**20


def encode(document: Mapping[str, Any]) -> bytes:
    """Return a line of JSON."""
    return json.dumps(document).encode() + b"\n"


def encode_message(kind: str, content: Mapping[str, Any]) -> bytes:
    """Return the line of a message to the host."""
    return encode({"kind": kind, "content": content})


class Lines:
    """Takes bytes as they come and gives messages."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield the messages that are complete now.

        Raises:
            Garbled: a line is none.
        """
        *ends, rest = data.split(b"\n")
        for end in ends:
            line = b"".join([*self._parts, end])
            self._parts, self._length = [], 0
            yield _message(line)
        self._parts.append(rest)
        self._length += len(rest)
        if self._length > LONGEST:
            raise Garbled("a line without an end")


def _message(line: bytes) -> Message:
    if len(line) > LONGEST:
        raise Garbled("a line that is too long")
    try:
        document = json.loads(line)
        # A lone surrogate is legal in JSON, and can be stored or sent nowhere else.
        if b"\\ud" in line.lower():
            document = json.loads(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
        kind, content = document["kind"], document["content"]
        shape = _SHAPES[kind]
        checked = {name: check(content[name]) for name, check in shape.items()}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Garbled(f"{type(error).__name__}: {str(error)[:100]}") from error
    return Message(kind, checked, len(line))


def _is(*kinds: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) not in kinds:
            raise TypeError(f"{type(value).__name__} instead of {kinds[0].__name__}")
        return value

    return check


def _texts(value: Any) -> list[str]:
    return [_is(str)(text) for text in _is(list)(value)]


def _one_of(*allowed: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value not in allowed:
            raise ValueError(f"none of {allowed}")
        return value

    return check


def _transient(value: Any) -> dict[str, str]:
    name = _is(dict)(value).get("display_id")
    return {} if name is None else {"display_id": _is(str)(name)}


_BUNDLE = {"data": _is(dict), "metadata": _is(dict)}

#: What each kind of message has in it.
_SHAPES: dict[str, dict[str, Callable[[Any], Any]]] = {
    "ready": {"language_info": _is(dict)},
    "broken": {"reason": _is(str)},
    "execute_input": {"execution_count": _is(int)},
    "stream": {"name": _one_of("stdout", "stderr"), "text": _is(str)},
    "display_data": {**_BUNDLE, "transient": _transient},
    "update_display_data": {**_BUNDLE, "transient": _transient},
    "execute_result": {**_BUNDLE, "execution_count": _is(int)},
    "error": {"ename": _is(str), "evalue": _is(str), "traceback": _texts},
    "clear_output": {"wait": _is(bool)},
    "flood": {},
    "done": {
        "status": _one_of("ok", "error"),
        "execution_count": _is(int),
        "ename": _is(str),
        "evalue": _is(str),
        "traceback": _texts,
        "leaving": _is(bool),
    },
}
