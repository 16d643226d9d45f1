"""A real Dask cluster for tests: a scheduler and workers, each a process of its own, on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

__all__ = ["Cluster", "free_port"]


class Cluster:
    """A scheduler and its workers, which share no files; call `end` afterwards.

    Args:
        folder: for logs, and for the caches of the workers.
        workers: how many there are at first.
    """

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        self._start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-show", "--no-dashboard")
        self.workers = [self.join(n) for n in range(workers)]

    def cache(self, number: int) -> Path:
        """Return the folder in which a worker keeps the data that it has made."""
        return self._folder / f"cache-{number}"

    def join(self, number: int) -> subprocess.Popen[bytes]:
        """Start a worker, with a cache of its own."""
        options = ["--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        options += ["--local-directory", str(self._folder / f"worker-{number}"), "--death-timeout", "60"]
        return self._start("worker", self.address, *options, cache=self.cache(number))

    def end(self) -> None:
        """End all processes."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()

    def _start(self, what: str, *arguments: str, cache: Path | None = None) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "TRAINKIT_CACHE": str(cache or self._folder / "none")}
        log = (self._folder / f"{what}.log").open("ab")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + what, *arguments],
                stdout=log,
                stderr=log,
                env=environment,
            )
        self._processes.append(process)
        return process


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
