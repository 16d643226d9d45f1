"""A box for code that nobody has read: bubblewrap around it, a watchdog outside.

What runs inside sees Python, trainkit's code and one variant's tables, all read-only, and a small scratch
folder. It has no network, no environment, no other process and no way to gain rights. The watchdog outside
counts seconds and bytes and ends the whole box, daemons included, because the box is a process namespace.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Literal

from trainkit.errors import SandboxError
from trainkit.grading import bubblewrap
from trainkit.i18n import _

__all__ = ["Box", "Isolation", "Limits", "Outcome", "available", "probe", "require", "runner"]

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one execution of a notebook may use.

    Memory holds for each process; the sum is bounded by memory × processes only where no cgroup is set up.
    """

    cell_seconds: float = 60  #: one cell, then it is interrupted
    notebook_seconds: float = 180  #: the whole execution, then the box is ended
    memory_bytes: int = 3072 * MIB  #: address space of one process
    processes: int = 128  #: processes and threads together
    file_bytes: int = 64 * MIB  #: one file that is written
    disk_bytes: int = 64 * MIB  #: each of the scratch folders
    files: int = 1024  #: open files of one process
    output_bytes: int = 10 * MIB  #: what cells display; more is dropped
    answers_bytes: int = 8 * MIB  #: what leaves the box, all answers together
    notebook_bytes: int = 20 * MIB  #: a submitted file
    cells: int = 1000  #: cells of a notebook
    restarts: int = (
        3  #: how often a notebook goes on in a fresh process, without the cell that ended the last
    )


@dataclass(frozen=True)
class Isolation:
    """How well this machine can isolate a submission."""

    level: str  #: `bubblewrap`, or `none`
    detail: str = ""  #: why there is none, in the words of the tool that refused


@dataclass(frozen=True)
class Outcome:
    """What came out of a box."""

    status: str  #: `finished`, `deadline`, `flood`, `stopped` (by the caller) or `died`
    output: bytes  #: standard output, at most `Limits.answers_bytes`
    errors: str  #: the end of standard error
    seconds: float  #: wall time


@dataclass(frozen=True)
class Box:
    """A way to run a Python module away from everything else.

    Args:
        limits: what the run may use.
        hidden: folders of the course that may lie below Python's own (a wheel carries them); nothing of
            them is seen inside.
        isolated: without, the module runs as a plain process of this user: for machines without a sandbox,
            and only when the assessor asked for it.
    """

    limits: Limits = Limits()
    hidden: tuple[Path, ...] = ()
    isolated: bool = True

    @property
    def level(self) -> str:
        """The level of isolation: `bubblewrap` or `none`."""
        return "bubblewrap" if self.isolated else "none"

    def close(self) -> None:
        """End what the runner holds: nothing, for each run has processes of its own."""

    def __enter__(self) -> Box:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def run(
        self,
        module: str,
        payload: bytes,
        given: Mapping[str, Path] | None = None,
        settings: Mapping[str, str] | None = None,
        stop: threading.Event | None = None,
    ) -> Outcome:
        """Run `python -m module` in the box, `payload` on its standard input, and return what it wrote.

        Args:
            module: an importable module of trainkit or of the standard library.
            payload: read by the module before it runs anything of the trainee's.
            given: files and folders to read inside, each under the environment variable that names it.
            settings: further environment variables.
            stop: set it to end the run early.
        """
        given, settings = given or {}, settings or {}
        with tempfile.TemporaryDirectory(prefix="trainkit-") as scratch, tempfile.TemporaryFile() as stdin:
            stdin.write(payload)
            stdin.seek(0)
            python = [sys.executable, "-I", "-m", module]
            if self.isolated:
                command = bubblewrap.command(
                    python,
                    given=given,
                    settings={**_environment(bubblewrap.JOB), **settings},
                    scratch_bytes=self.limits.disk_bytes,
                    hidden=self.hidden,
                )
                environment = {}
            else:
                command = python
                environment = {**_environment(scratch), **settings}
                environment |= {name: str(path.resolve()) for name, path in given.items()}
            started = time.monotonic()
            with subprocess.Popen(
                command,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=scratch,
                start_new_session=True,
            ) as process:
                return _watch(process, started, self.limits, stop or threading.Event())


def runner(
    limits: Limits | None = None,
    hidden: Sequence[Path] = (),
    *,
    unsafe: bool = False,
    prefer: Literal["fork", "bubblewrap"] = "fork",  # noqa: ARG001 - there is one kind so far
) -> Box:
    """Return the best way to run submitted notebooks that this machine allows; use it in a `with`.

    Args:
        limits: what one execution may use.
        hidden: folders of the course that nothing inside may see.
        unsafe: the assessor accepts that submitted code runs with their own rights.
        prefer: the level to use where the machine allows it.

    Raises:
        SandboxError: there is no isolation, and `unsafe` isn't set.
    """
    return Box(limits or Limits(), tuple(hidden), isolated=require(unsafe=unsafe) != "none")


@lru_cache(maxsize=1)
def probe() -> Isolation:
    """Find out once, by trying, whether this machine can isolate a submission."""
    if not sys.platform.startswith("linux"):
        return Isolation("none", _("This system isn't Linux."))
    if shutil.which("bwrap") is None:
        return Isolation(
            "none", _("bubblewrap isn't installed. On Debian and Ubuntu: apt install bubblewrap")
        )
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return Isolation(
            "none", _("`setpriv` (util-linux) is missing, and root needs it to become a plain user.")
        )
    outcome = Box(Limits(notebook_seconds=30)).run("this", b"")
    if b"Namespaces" in outcome.output:
        return Isolation("bubblewrap")
    return Isolation("none", outcome.errors.strip() or outcome.status)


def available() -> bool:
    """Tell whether submissions can be isolated on this machine."""
    return probe().level != "none"


def require(*, unsafe: bool = False) -> str:
    """Return the level of isolation that grading will have.

    Args:
        unsafe: the assessor accepts that submitted code runs with their own rights.

    Raises:
        SandboxError: there is no isolation and the assessor hasn't accepted that.
    """
    if unsafe:
        return "none"
    found = probe()
    if found.level == "none":
        raise SandboxError(
            _(
                "Submitted notebooks can't be isolated on this machine: {detail} "
                "Grade on a Linux machine with bubblewrap, or add --unsafe-no-sandbox to run them with your "
                "own rights."
            ).format(detail=found.detail)
        )
    return found.level


def _environment(home: str) -> dict[str, str]:
    """Return the whole environment of the run: nothing of the assessor's passes."""
    passed = {"SYSTEMROOT", "PATHEXT"} if sys.platform == "win32" else set()
    return {name: value for name, value in os.environ.items() if name in passed} | {
        "HOME": home,
        "IPYTHONDIR": f"{home}/.ipython",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "JUPYTER_PLATFORM_DIRS": "1",
        "LANG": "C.UTF-8",
        "LOGNAME": "trainee",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "USER": "trainee",
    }


class _Reader(threading.Thread):
    """Reads a pipe to its end and keeps at most `cap` bytes: the first, or the last."""

    def __init__(self, pipe: IO[bytes], cap: int, *, last: bool = False) -> None:
        super().__init__(daemon=True)
        self.kept = bytearray()
        self.full = threading.Event()
        self._pipe, self._cap, self._last = pipe, cap, last
        self.start()

    def run(self) -> None:
        while chunk := os.read(self._pipe.fileno(), 65536):
            self.kept += chunk
            if len(self.kept) > self._cap:
                self.full.set()
                if self._last:
                    del self.kept[: -self._cap]
                else:
                    del self.kept[self._cap :]


def _watch(
    process: subprocess.Popen[bytes], started: float, limits: Limits, stop: threading.Event
) -> Outcome:
    """Wait for the end of `process`, or bring it about."""
    assert process.stdout
    assert process.stderr
    output = _Reader(process.stdout, limits.answers_bytes)
    errors = _Reader(process.stderr, 4096, last=True)
    status = ""
    while not status:
        try:
            status = "finished" if process.wait(timeout=0.1) == 0 else "died"
        except subprocess.TimeoutExpired:
            if stop.is_set():
                status = "stopped"
            elif output.full.is_set():
                status = "flood"
            elif time.monotonic() - started > limits.notebook_seconds:
                status = "deadline"
    _end(process)
    # A process that escaped into a session of its own may hold the pipes open where there is no box.
    output.join(timeout=2)
    errors.join(timeout=2)
    if status == "finished" and output.full.is_set():
        status = "flood"
    seconds = time.monotonic() - started
    return Outcome(status, bytes(output.kept), errors.kept.decode("utf-8", "replace"), seconds)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End `process` and its group; inside of bubblewrap that ends everything in the box."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):  # all of the group are gone
            os.killpg(process.pid, 9)
    process.kill()
    process.wait()
