"""What a fresh fork of the zygote does to become a kernel of its own.

Afterwards it differs from a kernel that was started in two things: its modules were imported before, and
linear algebra runs on one thread. All kernels of one zygote share the seed of Python's hashes.
"""

from __future__ import annotations

import builtins
import ctypes
import importlib
import json
import os
import re
import signal
import socket
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

__all__ = ["NAME", "Request", "become"]

#: The process's name, for `ps` and `top`; its command line is the zygote's.
NAME = "trainkit-kernel"

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


@dataclass(frozen=True)
class Request:
    """What a program wants of a kernel.

    Args:
        arguments: of the kernel's command line.
        environment: the whole of it.
        folder: the working folder.
        streams: descriptors for standard output and standard error, open in this process.
        connection: to the program; the fork says there that it lives, the zygote that it ended.
    """

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    streams: tuple[int, int]
    connection: socket.socket

    def refuse(self, why: str) -> None:
        """Say that there will be no fork."""
        self.connection.send(json.dumps({"refused": why}).encode())

    @classmethod
    def read(cls, data: bytes, descriptors: list[int], connection: socket.socket) -> Request:
        """Return the request that `client.fork` sent."""
        said: dict[str, Any] = json.loads(data)
        streams = (descriptors[0], descriptors[1])
        return cls(said["arguments"], said["environment"], said["folder"], streams, connection)


def become(request: Request, zygote: int) -> None:
    """Turn this fork into the kernel that was asked for, tell so, and run it to its end.

    Args:
        request: what was asked for.
        zygote: the process that forked this one, and with which it ends.
    """
    os.setsid()
    _end_with(zygote)
    _take_streams(request.streams)
    os.environ.clear()
    os.environ.update(request.environment)
    os.environ["JPY_PARENT_PID"] = str(zygote)
    time.tzset()
    _filter_warnings(request.environment.get("PYTHONWARNINGS", ""))
    try:
        os.chdir(request.folder)
    except OSError as error:
        request.refuse(str(error))
        os._exit(1)
    _forget_shared_chance()
    importlib.invalidate_caches()
    with request.connection:
        request.connection.send(json.dumps({"pid": os.getpid()}).encode())
    from trainkit import kernel

    sys.argv = [str(kernel.__file__), *request.arguments]
    kernel.main()


def _end_with(zygote: int) -> None:
    """Have the system end this process when the zygote ends, however that happens."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NAME, NAME.encode(), 0, 0, 0)
    if os.getppid() != zygote:  # it ended before it was asked for
        os._exit(1)


def _take_streams(streams: tuple[int, int]) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in enumerate((nothing, *streams)):
        os.dup2(descriptor, number)
        os.close(descriptor)


def _filter_warnings(options: str) -> None:
    """Filter warnings as `PYTHONWARNINGS` says; what is wrong in it is passed over, as Python does."""
    for option in filter(None, options.split(",")):
        action, message, category, module, line = (*option.split(":"), "", "", "", "")[:5]
        kind: Any = vars(builtins).get(category or "Warning")
        with suppress(AssertionError, TypeError, ValueError):
            warnings.filterwarnings(
                action,  # type: ignore[arg-type]  # a wrong one raises ValueError
                re.escape(message),
                kind,
                re.escape(module) + r"\Z" if module else "",
                int(line or 0),
            )


def _forget_shared_chance() -> None:
    """Give this process chance and secrets of its own; `random` and `uuid4` see to that themselves."""
    import multiprocessing

    import numpy as np

    np.random.seed()  # the legacy state, which was made when numpy was imported
    multiprocessing.current_process().authkey = os.urandom(32)
