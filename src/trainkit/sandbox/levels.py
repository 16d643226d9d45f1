"""Boxes for code that nobody has read: which one this machine offers, and getting it.

What runs inside sees Python, trainkit's code and copies of what it is given, all read-only, and a small
scratch folder. It has no network, no environment, no other process and no way to gain rights. Outside, its
seconds and bytes are counted, and the whole box is ended, daemons included: it is a process namespace.
"""

from __future__ import annotations

import atexit
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from trainkit.errors import SandboxError
from trainkit.i18n import _, joined
from trainkit.sandbox import bubblewrap
from trainkit.sandbox.bubblewrap import JOB
from trainkit.sandbox.environment import whole_environment
from trainkit.sandbox.limits import Isolation, Level, Limits
from trainkit.sandbox.messages import Ended
from trainkit.sandbox.running import Runner

__all__ = ["Isolation", "Limits", "available", "probe", "require", "runner", "shared_runner"]

Preference = Literal["fork", "bubblewrap"]

#: Seconds that a probe may take.
_PATIENCE = 60


def runner(
    limits: Limits | None = None,
    hidden: Sequence[Path] = (),
    *,
    unsafe: bool = False,
    prefer: Preference = "fork",
) -> Runner:
    """Return the best way to run submitted notebooks that this machine allows; use it in a `with`.

    Args:
        limits: what one execution may use.
        hidden: folders of the course that nothing inside may see.
        unsafe: the assessor accepts that submitted code runs with their own rights.
        prefer: the level to use where the machine allows it.

    Raises:
        SandboxError: there is no isolation, and `unsafe` isn't set.
    """
    level = require(unsafe=unsafe)
    return _make(prefer if level == "fork" else level, limits or Limits(), tuple(hidden))


@cache
def shared_runner(limits: Limits, prefer: Preference) -> Runner:
    """Return the runner that all notebooks of this process share; it ends with the process.

    Raises:
        SandboxError: this machine has no sandbox.
    """
    made = runner(limits, prefer=prefer)
    atexit.register(made.close)
    return made


@lru_cache(maxsize=1)
def probe() -> Isolation:
    """Find out once, by trying, how well this machine can isolate a submission."""
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
    if not (plain := _box_fault()):
        warm = _fork_fault()
        missing = _("Notebooks can't be forked from a warm process: {error}").format(error=warm)
        return Isolation("bubblewrap", missing) if warm else Isolation("fork")
    return Isolation("none", joined(plain, _advice(plain)))


def _advice(said: str) -> str:
    """Return what to do about bubblewrap's complaint, as far as it's one of the common ones."""
    if "uid map" in said or "RTM_NEWADDR" in said:
        return _(
            "Ubuntu keeps user namespaces from programs without an AppArmor profile: install the package "
            "apparmor-profiles, or set kernel.apparmor_restrict_unprivileged_userns=0."
        )
    if "namespace" in said:
        return _(
            "User namespaces are switched off here, as in most containers: grade outside of one, or "
            "let it make namespaces."
        )
    return ""


def _box_fault() -> str:
    """Return why bubblewrap can't shut a program in here; empty if it can."""
    command = bubblewrap.command(["/bin/true"], given={}, settings={}, scratch_bytes=2**20, hidden=())
    try:
        done = subprocess.run(command, capture_output=True, env={}, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = done.stderr.decode("utf-8", "replace").strip()
    return "" if done.returncode == 0 else said or str(done.returncode)


def _fork_fault() -> str:
    """Return why a notebook can't be run in a forked child here; empty if it can."""
    from trainkit.sandbox.fork.host import Zygote
    from trainkit.sandbox.fork.runner import ForkRunner
    from trainkit.sandbox.fork.seccomp import ARCHITECTURES

    if platform.machine() not in ARCHITECTURES:
        return _("There is no list of system calls for {machine}.").format(machine=platform.machine())
    try:
        with ForkRunner(Limits(), Zygote((), whole_environment(JOB), cold=True)) as made:
            made.kernel({}, {}, time.monotonic() + _PATIENCE, threading.Event()).close()
    except (SandboxError, Ended, OSError) as error:
        return str(error) or type(error).__name__
    return ""


def available() -> bool:
    """Tell whether submissions can be isolated on this machine."""
    return probe().level != "none"


def require(*, unsafe: bool = False) -> Level:
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


def _make(level: Level, limits: Limits, hidden: tuple[Path, ...]) -> Runner:
    if level == "fork":
        from trainkit.sandbox.fork.runner import ForkRunner, shared_zygote

        return ForkRunner(limits, shared_zygote(hidden))
    from trainkit.sandbox.ordinary import OrdinaryRunner

    return OrdinaryRunner(limits, hidden, isolated=level != "none")
