"""The shell that runs a notebook's cells: the kernel's own, with its messages on a pair of sockets.

ipykernel's shell, display hook, publisher and compiler are used as they are, so that outputs are those of
any kernel. What is replaced is what they talk through: `Wire` stands for the session with its ZeroMQ
sockets, `Stream` for the threads that collect what is printed.
"""

from __future__ import annotations

import builtins
import getpass
import io
import os
import socket
import sys
import threading
from typing import Any

from ipykernel import zmqshell
from ipykernel.compiler import XCachingCompiler
from IPython.core.error import StdinNotImplementedError
from jupyter_client.jsonutil import json_clean
from jupyter_client.session import Session
from traitlets.config import Config

from trainkit.sandbox.fork.wire import LONGEST, encode_message
from trainkit.sandbox.messages import DISPLAYS

__all__ = ["Stream", "Wire", "connect", "make_shell"]

#: The MIME type of answers; they don't count as what a cell displays. (Not imported: the course comes later.)
_ANSWERS = "application/vnd.trainkit.answer+json"

#: A stream passes on what it holds at this size, in characters.
_FULL = 2**18

#: What is left of an error that is too long: characters of a text, and entries of the traceback.
_LONGEST_TEXT, _MOST_LINES = 4_000, 50

#: What nbclient's kernels say to `input()`.
_NO_INPUT = "{what} was called, but this frontend does not support input requests."


class ZMQInteractiveShell(zmqshell.ZMQInteractiveShell):
    """The kernel's shell, under its name: libraries ask for it to find out where they are."""

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing, for no window opens in here: `%matplotlib inline` asks, and wants a kernel's loop."""

    def _update_exit_now(self, change: Any) -> None:
        """Note that the notebook wants to leave; the child does so after the cell."""


class Wire(Session):
    """A session whose messages go to the host.

    Args:
        room: bytes that may be displayed; more is dropped, and said once.
    """

    def __init__(self, room: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self._room = room
        self._channel: socket.socket | None = None
        self._lock = threading.Lock()

    def open(self, channel: socket.socket, room: int) -> None:
        """Use `channel` from now on."""
        self._channel, self._room, self.pid = channel, room, os.getpid()

    def msg(
        self,
        msg_type: str,
        content: dict[str, Any] | None = None,
        parent: dict[str, Any] | None = None,
        header: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return a message; nobody here asks for identities and dates, so there are none."""
        return {
            "header": header or {},
            "msg_type": msg_type,
            "parent_header": parent or {},
            "content": content or {},
            "metadata": metadata or {},
        }

    def send(
        self,
        stream: Any,  # noqa: ARG002 - a socket, elsewhere
        msg_or_type: Any,
        content: Any = None,
        *_rest: Any,
        **_options: Any,
    ) -> None:
        """Send a message of the display system."""
        if isinstance(msg_or_type, dict):
            msg_or_type, content = msg_or_type["msg_type"], msg_or_type["content"]
        self.tell(msg_or_type, content)

    def tell(self, kind: str, content: dict[str, Any]) -> None:
        """Send a message, unless this is a process that the notebook has forked."""
        if self._channel is None or self.pid != os.getpid():
            return
        line = _encoded(kind, content)
        if len(line) > LONGEST:
            line = _encoded(kind, _shortened(content)) if "ename" in content else encode_message("flood", {})
        with self._lock:
            if kind in DISPLAYS and _ANSWERS not in content.get("data", ()):
                if self._room < 0:
                    return
                self._room -= len(line)
                if self._room < 0:
                    line = encode_message("flood", {})
            self._channel.sendall(line)


class Stream(io.TextIOBase):
    """Standard output or error: what Python prints, and what anything else writes to its descriptor.

    The descriptor leads to a file in memory. It is looked at before each print, so that the output of a
    program stands where it came, not at the end.
    """

    encoding = "UTF-8"

    def __init__(self, name: str, wire: Wire) -> None:
        self.name = name
        self._wire = wire
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._parts: list[str] = []
        self._length = 0
        self._number = {"stdout": 1, "stderr": 2}[name]
        self._seen = 0
        self._file = os.memfd_create(name, os.MFD_CLOEXEC)
        # Opened again for appending, as all writers must be: several processes write into it.
        writer = os.open(f"/proc/self/fd/{self._file}", os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        os.dup2(writer, self._number)
        os.close(writer)

    def fileno(self) -> int:
        """Return the descriptor, for programs that are started with it."""
        return self._number

    def isatty(self) -> bool:
        """Return that this isn't a terminal."""
        return False

    def writable(self) -> bool:
        """Return that one can write."""
        return True

    def write(self, text: str) -> int:
        """Take a text; it is passed on with the next flush."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._pid:
            # A process that the notebook has forked must not talk to the host.
            os.write(self._number, text.encode("utf-8", "replace"))
            return len(text)
        with self._lock:
            self._collect()
            self._keep(text)
        if self._length > _FULL:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Pass on all that was written so far."""
        if os.getpid() != self._pid:
            return
        with self._lock:
            self._collect()
            text = "".join(self._parts)
            self._parts.clear()
            self._length = 0
        for start in range(0, len(text), _FULL):
            self._wire.tell("stream", {"name": self.name, "text": text[start : start + _FULL]})

    def _collect(self) -> None:
        """Take over what was written to the descriptor since the last time."""
        size = os.fstat(self._file).st_size
        while self._seen < size:
            data = os.pread(self._file, min(size - self._seen, 2**20), self._seen)
            if not data:
                break
            self._seen += len(data)
            self._keep(data.decode("utf-8", "replace"))

    def _keep(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def _encoded(kind: str, content: dict[str, Any]) -> bytes:
    try:
        return encode_message(kind, content)
    except (TypeError, ValueError):
        return encode_message(kind, json_clean(content))


def _shortened(content: dict[str, Any]) -> dict[str, Any]:
    """Return an error with less of what it says: some put a whole table into their message."""
    lines = [line[:_LONGEST_TEXT] for line in content["traceback"][-_MOST_LINES:]]
    return {**content, "evalue": content["evalue"][:_LONGEST_TEXT], "traceback": lines}


def make_shell() -> tuple[Any, Wire]:
    """Return the shell, with no trace of a profile, and the wire that it isn't connected to yet."""
    config = Config()
    config.HistoryManager.enabled = False
    shell: Any = ZMQInteractiveShell.instance(config=config, user_ns={}, compiler_class=XCachingCompiler)
    wire = Wire()
    for part in (shell.displayhook, shell.display_pub):
        part.session, part.pub_socket = wire, object()
    shell.displayhook.topic = b"execute_result"
    shell.extension_manager.load_extension("storemagic")  # the one that kernels load
    return shell, wire


def connect(wire: Wire, channel: socket.socket, room: int) -> None:
    """Send all that is displayed and printed through `channel`, and take no input.

    Args:
        wire: of the shell.
        channel: to the host.
        room: bytes that may be displayed.
    """
    wire.open(channel, room)
    sys.stdout, sys.stderr = Stream("stdout", wire), Stream("stderr", wire)
    builtins.input, getpass.getpass = _no_input, _no_password


def _no_input(prompt: object = "") -> str:  # noqa: ARG001 - nobody sees it
    raise StdinNotImplementedError(_NO_INPUT.format(what="raw_input"))


def _no_password(prompt: object = "", stream: object = None, **_options: object) -> str:  # noqa: ARG001
    raise StdinNotImplementedError(_NO_INPUT.format(what="getpass"))
