"""What a child sends may be anything; what comes out of the wire is a known message or an error."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainkit.sandbox.fork.wire import LONGEST, Lines, encode_message
from trainkit.sandbox.messages import Garbled, Message

DONE = {"status": "ok", "execution_count": 1, "ename": "", "evalue": "", "traceback": [], "leaving": False}
MESSAGES = {
    "stream": {"name": "stdout", "text": "中文"},
    "display_data": {"data": {"text/plain": "1"}, "metadata": {}, "transient": {"display_id": "a"}},
    "execute_result": {"data": {}, "metadata": {}, "execution_count": 3},
    "error": {"ename": "E", "evalue": "v", "traceback": ["t"]},
    "clear_output": {"wait": True},
    "done": DONE,
}


@given(st.data())
def test_messages_arrive_whole_however_they_are_cut(data: st.DataObject):
    raw = b"".join(encode_message(kind, content) for kind, content in MESSAGES.items())
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    lines, got = Lines(), []
    for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        got += lines.feed(raw[start:end])
    assert {m.kind: m.content for m in got} == MESSAGES


def test_what_a_message_has_besides_its_shape_is_dropped():
    content = {"name": "stdout", "text": "x", "more": 1}
    assert next(Lines().feed(encode_message("stream", content))).content == {"name": "stdout", "text": "x"}


GARBAGE = {
    "no JSON": b"hello\n",
    "no object": b"[]\n",
    "an unknown kind": encode_message("comm_open", {}),
    "a kind that is no name": b'{"kind": [], "content": {}}\n',
    "nothing in it": encode_message("stream", {}),
    "a wrong type": encode_message("stream", {"name": "stdout", "text": 1}),
    "another stream": encode_message("stream", {"name": "stdlog", "text": "x"}),
    "no metadata": encode_message("display_data", {"data": {}, "metadata": None, "transient": {}}),
    "a truth for a number": encode_message("done", {**DONE, "execution_count": True}),
    "nested without end": b'{"kind": "stream", "content": ' + b"[" * 100_000 + b"\n",
    "bytes that are no text": b"\xff\xfe\n",
    "a number without end": b'{"kind": ' + b"9" * 10_000 + b"}\n",
    "a line without end": b"x" * (LONGEST + 1),
    "a line that is too long": b" " * LONGEST + b"{}\n",
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_no_message(data: bytes):
    with pytest.raises(Garbled):
        list(Lines().feed(data))


@given(st.binary())
def test_anything_gives_messages_or_is_garbled(data: bytes):
    with suppress(Garbled):
        assert all(isinstance(message, Message) for message in Lines().feed(data))


def test_a_lone_surrogate_does_not_come_through():
    """JSON and Python hold it; no file and no database does."""
    line = b'{"kind": "stream", "content": {"name": "stdout", "text": "a\\ud800b"}}\n'
    (message,) = Lines().feed(line)
    assert message.content["text"].encode("utf-8")
    assert json.loads(line)["content"]["text"] != message.content["text"]
