"""The bubblewrap command: what a box sees and what it can't do.

What Python needs is bound read-only, by list (`visible`); everything else of the machine is absent. A
process of root first becomes a plain user, because the kernel exempts root from the limit on processes; a
second bubblewrap, run by that user, then makes the user namespace.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from trainkit.sandbox.visible import sights

__all__ = ["GIVEN", "JOB", "command", "nursery"]

#: The working folder inside of the box, and the folder that holds what is given to it.
JOB, GIVEN = "/job", "/given"

#: Folders that can be written: empty at first, and gone at the end.
_SCRATCH = ("/dev/shm", "/tmp", JOB)

#: What the inner bubblewrap sees: all that the outer one has built.
_SAME_FILES = ("--dev-bind", "/", "/", "--chdir", JOB)

#: The user that the box of a root process becomes; it owns nothing.
_NOBODY = 65534


def command(
    argv: Sequence[str],
    *,
    given: Mapping[str, Path],
    settings: Mapping[str, str],
    scratch_bytes: int,
    hidden: Sequence[Path],
    copies: Mapping[str, int] = MappingProxyType({}),
) -> list[str]:
    """Return the command that runs `argv` with its own users, processes, network and files.

    Args:
        argv: the program and its arguments.
        given: files and folders to read inside, by the environment variable that names them there.
        settings: the environment.
        scratch_bytes: size of each folder that can be written.
        hidden: files and folders of which nothing is seen inside.
        copies: files made inside, by their path, with what can be read from a descriptor.
    """
    settings = {**settings, **{name: f"{GIVEN}/{name}" for name in given}}
    files = _files(given, scratch_bytes, hidden, ("--proc", "/proc"), copies)
    inner = ["--unshare-user", "--disable-userns"]
    if os.geteuid() != 0:
        # Without a first process of bubblewrap's own, which has no limits and could be written into by code
        # of the same user and rights.
        alone = ("--unshare-pid", "--as-pid-1", "--cap-drop", "ALL")
        return [*_base(files, settings), *alone, *inner, "--", *argv]
    return [*_base(files, settings), "--unshare-pid", *_as_nobody(), *inner, *_SAME_FILES, "--", *argv]


def nursery(
    argv: Sequence[str], *, settings: Mapping[str, str], scratch_bytes: int, hidden: Sequence[Path]
) -> list[str]:
    """Return the command that runs `argv` shut in like `command`, but able to make further boxes inside.

    It has all rights in a user namespace of its own, and outside those of a plain user.

    Args:
        argv: the program and its arguments.
        settings: the environment.
        scratch_bytes: size of each folder that can be written.
        hidden: files and folders of which nothing is seen inside.
    """
    inner = ["--unshare-user", "--unshare-pid", "--uid", "0", "--gid", "0", "--cap-add", "ALL"]
    if os.geteuid() != 0:
        files = _files({}, scratch_bytes, hidden, ("--proc", "/proc"))
        return [*_base(files, settings), *inner, "--", *argv]
    # The kernel allows a fresh /proc in a user namespace only where an unmasked one can be seen: bubblewrap
    # masks its own, so the machine's stands in until the inner bubblewrap covers it.
    files = _files({}, scratch_bytes, hidden, ("--bind", "/proc", "/proc"))
    return [*_base(files, settings), *_as_nobody(), *inner, *_SAME_FILES, "--proc", "/proc", "--", *argv]


def _base(files: Sequence[str], settings: Mapping[str, str]) -> list[str]:
    """Return the outer command up to its rights: namespaces, file tree and environment."""
    base = [_bwrap(), "--unshare-ipc", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    base += ["--die-with-parent", "--new-session", "--clearenv", *files]
    for name, value in settings.items():
        base += ["--setenv", name, value]
    return [*base, "--chdir", JOB]


def _as_nobody() -> list[str]:
    """Return the end of root's command and the beginning of the inner one, which a plain user runs."""
    return [
        *("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--"),
        *(shutil.which("setpriv") or "setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}"),
        *("--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"),
        _bwrap(),
    ]


def _bwrap() -> str:
    return shutil.which("bwrap") or "bwrap"


def _files(
    given: Mapping[str, Path],
    scratch_bytes: int,
    hidden: Sequence[Path],
    proc: Sequence[str],
    copies: Mapping[str, int] = MappingProxyType({}),
) -> list[str]:
    """Return the options that build the file tree, in the order in which bubblewrap makes it."""
    options = [*proc, "--dev", "/dev"]
    # Before the rest: Python itself may be installed below one of them, a checkout in /tmp for example.
    for scratch in _SCRATCH:
        options += ["--perms", "1777", "--size", str(scratch_bytes), "--tmpfs", scratch]
    for option in sights(hidden).options():
        options += option
    options += ["--perms", "0755", "--dir", GIVEN]
    for name, path in given.items():
        options += ["--ro-bind", str(path.resolve()), f"{GIVEN}/{name}"]
    for folder in _parents([Path(path) for path in copies]):
        options += ["--perms", "0755", "--dir", str(folder)]
    for name, descriptor in copies.items():
        options += ["--perms", "0666", "--file", str(descriptor), name]
    return [*options, "--remount-ro", "/dev", "--remount-ro", "/"]


def _parents(paths: Sequence[Path]) -> list[Path]:
    """Return all folders above `paths`, outer ones first, without the root."""
    made = {Path("/"), *map(Path, _SCRATCH), *paths}
    return sorted({parent for path in paths for parent in path.parents} - made)
