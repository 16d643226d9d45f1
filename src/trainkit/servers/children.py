"""The two server processes: started, awaited, watched and stopped, the same way on every system.

A child stops by itself when its standard input ends. So both stop cleanly, kernels included, however the
parent went: by Ctrl-C, by a closed terminal, or killed; and no signal is needed that Windows lacks.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from trainkit.errors import ServerError
from trainkit.i18n import _

__all__ = ["Child", "answers", "stop_when_parent_goes"]

#: Seconds that a server may take until it answers; a cold, loaded machine needs some of them.
START_SECONDS = 90.0

#: Seconds that a server gets to shut down its kernels.
STOP_SECONDS = 10.0

_LOG_LINES = 15


class Child:
    """One server process.

    Args:
        name: what it is called in messages.
        module: the module that `python -m` runs.
        argument: its one argument, the plan's file.
        env: its whole environment.
        log: the file that receives what it prints.
    """

    def __init__(self, name: str, module: str, argument: Path, env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, str(argument)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                # Ctrl-C is for the parent, which then ends its children in order.
                start_new_session=os.name != "nt",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def check(self) -> None:
        """Raise if the process has ended.

        Raises:
            ServerError: with the last lines that it wrote.
        """
        code = self._process.poll()
        if code is None:
            return
        message = _("{server} has stopped with exit code {code}. The end of {log}:").format(
            server=self.name, code=code, log=self.log
        )
        raise ServerError(f"{message}\n\n{self._last_lines()}")

    def wait_until_ready(self, url: str, seconds: float = START_SECONDS) -> None:
        """Return as soon as `url` answers.

        Raises:
            ServerError: the process has ended, or doesn't answer in time.
        """
        end = time.monotonic() + seconds
        while not answers(url):
            self.check()
            if time.monotonic() > end:
                message = _("{server} doesn't answer after {seconds:.0f} seconds. The end of {log}:").format(
                    server=self.name, seconds=seconds, log=self.log
                )
                raise ServerError(f"{message}\n\n{self._last_lines()}")
            time.sleep(0.1)

    def ask_to_stop(self) -> None:
        """Tell the process to stop, without waiting."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()

    def stop(self) -> None:
        """Stop the process, by force if it doesn't go by itself."""
        self.ask_to_stop()
        for force in (None, self._process.terminate, self._process.kill):
            if force:
                force()
            try:
                self._process.wait(STOP_SECONDS)
                return
            except subprocess.TimeoutExpired:
                continue

    def _last_lines(self) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-_LOG_LINES:])


def answers(url: str, seconds: float = 2.0) -> bool:
    """Return whether `url` answers with success; proxies of the environment aren't asked."""
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(Request(url), timeout=seconds) as response:
            return bool(200 <= response.status < 300)
    except (HTTPError, URLError, OSError):
        return False


def stop_when_parent_goes(stop: Callable[[], object]) -> None:
    """In a child: call `stop` (from another thread) when standard input ends."""

    def watch() -> None:
        # Not `sys.stdin.read`: a thread that waits inside of it breaks the interpreter's own end.
        while os.read(0, 4096):
            pass
        stop()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
