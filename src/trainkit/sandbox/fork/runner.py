"""The runner of level `fork`."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from trainkit.sandbox.bubblewrap import JOB
from trainkit.sandbox.fork.host import Child, Zygote
from trainkit.sandbox.limits import Level, Limits
from trainkit.sandbox.running import Inputs

__all__ = ["ForkRunner", "shared_zygote"]

_lock = threading.Lock()
_shared: dict[tuple[Path, ...], _SharedZygote] = {}


class ForkRunner:
    """Runs each notebook in a child of one warm process.

    Args:
        limits: of each child.
        zygote: the warm process; it is closed with the runner.
    """

    level: Level = "fork"

    def __init__(self, limits: Limits, zygote: Zygote) -> None:
        self.limits = limits
        self._zygote = zygote

    @property
    def hidden(self) -> tuple[Path, ...]:
        """Folders that nothing inside may see."""
        return self._zygote.hidden

    def warm(self) -> None:
        """Start the warm process now, not with the first notebook.

        Raises:
            SandboxError: this machine doesn't allow it.
        """
        self._zygote.warm()

    def kernel(
        self,
        inputs: Inputs,
        environment: Mapping[str, str],
        deadline: float,
        stop: threading.Event,
        ahead: Sequence[str] = (),
    ) -> Child:
        """Return a child that is shut in and ready."""
        child = self._zygote.child(self.limits, inputs, environment, ahead)
        try:
            child.start(deadline, stop)
        except BaseException:
            child.close()
            raise
        return child

    def close(self) -> None:
        """End the warm process and all of its children, unless another runner shares it."""
        self._zygote.close()

    def __enter__(self) -> ForkRunner:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def shared_zygote(hidden: Sequence[Path]) -> Zygote:
    """Return the zygote that all runners of this process share; the last one to close it ends it.

    Args:
        hidden: folders that nothing inside may see.
    """
    with _lock:
        found = _shared.get(key := tuple(hidden))
        if found is None:
            found = _shared[key] = _SharedZygote(key)
        found.users += 1
        return found


class _SharedZygote(Zygote):
    def __init__(self, hidden: tuple[Path, ...]) -> None:
        from trainkit.sandbox.environment import whole_environment

        super().__init__(hidden, whole_environment(JOB))
        self.users = 0

    def close(self) -> None:
        with _lock:
            self.users -= 1
            if self.users == 0:
                _shared.pop(self.hidden, None)
                super().close()
