"""What running a notebook means, in whichever box: a runner with its limits, and one kernel an execution."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from trainkit.grading.fork.wire import Message

__all__ = [
    "Died",
    "Ended",
    "Flood",
    "Inputs",
    "Isolation",
    "Kernel",
    "Level",
    "Limits",
    "Observer",
    "Order",
    "Runner",
    "Stopped",
    "TooLong",
]

MIB = 2**20

#: Files that a notebook is given: where each one lies inside, and its content or the file to copy.
Inputs = Mapping[str, Path | bytes]

#: `fork`: a child of a warm process, in namespaces of its own and with a filter of system calls;
#: `bubblewrap`: a kernel in a box; `none`: a process with the assessor's rights.
Level = str


@dataclass(frozen=True)
class Limits:
    """What one execution of a notebook may use."""

    cell_seconds: float = 60  #: one cell, then its process is ended
    notebook_seconds: float = 180  #: the whole execution, fresh processes included
    memory_bytes: int = 3072 * MIB  #: address space of one process, beyond that of the libraries
    resident_bytes: int = 3072 * MIB  #: memory of all processes together, looked at four times a second
    processes: int = 128  #: processes and threads together
    file_bytes: int = 64 * MIB  #: one file that is written
    disk_bytes: int = 64 * MIB  #: each of the scratch folders
    files: int = 1024  #: open files of one process
    output_bytes: int = 10 * MIB  #: what cells display; more is dropped
    answers_bytes: int = 8 * MIB  #: what is answered, all answers together
    notebook_bytes: int = 20 * MIB  #: a submitted file
    cells: int = 1000  #: cells of a notebook
    restarts: int = (
        3  #: how often a notebook goes on in a fresh process, without the cell that ended the last
    )


@dataclass(frozen=True)
class Isolation:
    """How well this machine can isolate a submission."""

    level: Level
    detail: str = ""  #: what is missing for a better level, and what to do about it


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


class Kernel(Protocol):
    """One execution of a notebook: a process that runs its cells, one after the other."""

    #: What notebooks say of their language.
    language_info: dict[str, Any]

    def run(self, source: str, deadline: float, stop: threading.Event) -> Iterator[Message]:
        """Run a cell and yield what comes of it; the last message is `done`.

        Args:
            source: the code.
            deadline: on the monotonic clock.
            stop: set it to give up.

        Raises:
            Ended: there won't be a `done`.
        """

    def close(self) -> None:
        """End it, and all that it has started."""


class Runner(Protocol):
    """Makes kernels in boxes; threads may share one."""

    limits: Limits
    level: Level

    def kernel(
        self,
        inputs: Inputs,
        environment: Mapping[str, str],
        deadline: float,
        stop: threading.Event,
        ahead: Sequence[str] = (),
    ) -> Kernel:
        """Return a kernel that is ready.

        Args:
            inputs: files that it gets copies of; below `/given` to read, below `/job` to work with.
            environment: variables, besides those of every box.
            deadline: on the monotonic clock, for the start.
            stop: set it to give up.
            ahead: inputs that are tables which the notebook will probably load; a runner that lives longer
                may unpack them once for all notebooks.

        Raises:
            SandboxError: there can't be one on this machine.
            Ended: it didn't start.
        """

    def close(self) -> None:
        """End what the runner holds."""

    def __enter__(self) -> Runner:
        """Return itself."""

    def __exit__(self, *_exception: object) -> None:
        """Close it."""


class Observer(Protocol):
    """Is told what happens; cells are named by their number in the submitted file, 0 for one of ours."""

    def ran(self, cell: int) -> None:
        """A cell was run to its end, or to the error that it raised."""

    def raised(self, cell: int, error: str, message: str) -> None:
        """A cell showed an error."""

    def answered(self, cell: int, data: Any) -> None:
        """A cell gave answers; what they are must be checked."""

    def lost(self, cell: int, ended: Ended) -> None:
        """A cell has ended its kernel; a fresh one will run all others again."""


@dataclass(frozen=True)
class Order:
    """How a notebook is to be run.

    Args:
        runner: makes the kernels.
        inputs: files that each of them gets.
        environment: variables that each of them gets.
        ahead: tables among the inputs that are worth unpacking.
        observer: is told what happens; with one, errors and lost kernels don't stop the notebook.
        stop: set it to end the run.
    """

    runner: Runner
    inputs: Inputs = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    ahead: Sequence[str] = ()
    observer: Observer | None = None
    stop: threading.Event = field(default_factory=threading.Event)
