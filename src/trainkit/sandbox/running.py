"""What running a notebook means, in whichever box: a runner with its limits, and one kernel an execution."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from trainkit.sandbox.limits import Level, Limits
from trainkit.sandbox.messages import Ended

if TYPE_CHECKING:
    from trainkit.sandbox.messages import Message

__all__ = [
    "Inputs",
    "Kernel",
    "Observer",
    "Order",
    "Runner",
]


#: Files that a notebook is given: where each one lies inside, and its content or the file to copy.
Inputs = Mapping[str, Path | bytes]


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
