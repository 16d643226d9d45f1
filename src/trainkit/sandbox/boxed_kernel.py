"""The kernel inside of a box: IPython's own, on sockets that were made outside, within limits.

`python -m trainkit.sandbox.boxed_kernel` reads one JSON document from standard input: `connection` (Jupyter's
connection file, `ipc` with the ports 1 to 5), `sockets` (the descriptor that listens for each port) and
`limits`. The box has no folder that another process could find a socket in, and the sockets
are the only way out of it: what goes over them is Jupyter's protocol, which carries JSON. Where the
architecture is known, system calls that no notebook needs are refused as in a forked child.
"""

from __future__ import annotations

import json
import os
import platform
import random
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from trainkit.sandbox.fork import seccomp
from trainkit.sandbox.fork.linux import filter_calls
from trainkit.sandbox.rlimits import limit_resources

__all__ = ["main"]


def main() -> None:
    """Run the kernel until it is shut down."""
    order = json.loads(sys.stdin.buffer.read())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    # A process group of its own: an interrupt then reaches what a cell has started.
    with suppress(PermissionError):  # it leads one already
        os.setsid()
    limit_resources(order["limits"])
    # Compiling this package's grammars takes longer than many a notebook; jsonschema does without it.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    # Last, so that none of the trainee's files is taken for a library.
    sys.path.append(str(Path.cwd()))
    _seed()
    if platform.machine() in seccomp.ARCHITECTURES:
        filter_calls(seccomp.program(sockets=True))
    _run(order)


def _seed() -> None:
    """Start from the same numbers each time: a notebook gives the same answers whenever it is graded."""
    import numpy as np

    random.seed(0)
    np.random.seed(0)


def _run(order: Mapping[str, Any]) -> None:
    import zmq
    from ipykernel import heartbeat, kernelapp

    sockets: list[int] = order["sockets"]

    class Heartbeat(heartbeat.Heartbeat):
        def _try_bind_socket(self) -> Any:
            self.socket.use_fd = sockets[self.port - 1]
            return super()._try_bind_socket()

    class KernelApp(kernelapp.IPKernelApp):
        def _try_bind_socket(self, s: zmq.Socket[Any], port: int) -> int:
            s.use_fd = sockets[port - 1]
            return int(super()._try_bind_socket(s, port))

        def init_control(self, context: zmq.Context[Any]) -> None:
            # The debugger's socket looks for the shell's by its name, which isn't to be found in here.
            context.reconnect_ivl = -1
            super().init_control(context)

    vars(kernelapp)["Heartbeat"] = Heartbeat
    app = KernelApp.instance()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as connection:
        json.dump(order["connection"], connection)
        connection.flush()
        app.initialize(["-f", connection.name, "--HistoryManager.enabled=False", "--log-level=ERROR"])
    app.start()


if __name__ == "__main__":
    main()
