"""A child's own box: new namespaces, fresh file systems, what it is given, limits, and no rights at all.

It is entered once, between the fork and the first line of a trainee's code. The order matters: mounts need
rights in the zygote's user namespace, and limits on processes count in the child's own.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trainkit.sandbox.bubblewrap import GIVEN, JOB
from trainkit.sandbox.fork.linux import Mount, Namespace, bind, drop_rights, mount, unshare
from trainkit.sandbox.rlimits import limit_resources

__all__ = ["close_in", "copy"]

#: Names in a file system: each takes memory of the kernel that no process owns.
_MOST_NAMES = 4096

#: Who a child is in its own eyes; outside it is whoever the zygote is.
_NOBODY = 65534

_SAFE = Mount.NOSUID | Mount.NODEV


def close_in(limits: Mapping[str, Any], given: str, files: Sequence[tuple[str, int]]) -> None:
    """Shut this process in, for good.

    Args:
        limits: of `sandbox.Limits`, by name.
        given: the folder that is to be seen, read-only, as `/given`.
        files: the path of each file below `/job`, and a descriptor to copy it from.

    Raises:
        OSError: the machine doesn't allow it; nothing of a trainee's must be run then.
    """
    # A session of its own: `kill(0)` reaches the whole process group, and that was the zygote's.
    os.setsid()
    unshare(Namespace.MOUNT | Namespace.NET | Namespace.IPC | Namespace.UTS)
    _mount_all(limits["disk_bytes"], given)
    for path, descriptor in files:
        copy(descriptor, Path(path))
        os.close(descriptor)
    unshare(Namespace.USER)
    _become_nobody()
    os.chdir(JOB)
    limit_resources(limits)
    drop_rights()


def _mount_all(disk_bytes: int, given: str) -> None:
    """Cover all that can be written, and what tells of others, by something new and empty."""
    mount("", "/", Mount.RECURSIVE | Mount.PRIVATE)
    for folder in ("/tmp", "/dev/shm", JOB):
        with _kept(folder):
            mount("tmpfs", folder, _SAFE, f"mode=0700,size={disk_bytes},nr_inodes={_MOST_NAMES}")
    # It is read-only already, and covers all that others are given.
    bind(given, GIVEN)
    # The terminals of `!command`; those of other children are in file systems of their own.
    mount("devpts", "/dev/pts", Mount.NOSUID | Mount.NOEXEC, "newinstance,ptmxmode=0666,mode=0600")
    mount("proc", "/proc", _SAFE | Mount.NOEXEC)


@contextmanager
def _kept(folder: str) -> Iterator[None]:
    """Keep what is mounted below a folder that is covered: Python itself may be installed in /tmp."""
    held = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in _mounted_below(folder)]
    points = [path for path, _descriptor in held]
    links = list(_links_below(folder, points))
    yield
    below = [*points, *(path for path, _target in links)]
    # What lies directly in the folder needs no way there; what is mounted there is read-only by itself.
    parts = [path[len(folder) + 1 :].split("/") for path in below]
    tops = sorted({f"{folder}/{first}" for first, *rest in parts if rest})
    for top in tops:
        Path(top).mkdir()
        mount("tmpfs", top, _SAFE, "mode=0755")
    for path, descriptor in held:
        _make_place(Path(path), is_folder=stat.S_ISDIR(os.fstat(descriptor).st_mode))
        bind(f"/proc/self/fd/{descriptor}", path)
        os.close(descriptor)
    for path, target in links:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).symlink_to(target)
    for top in tops:
        # What leads there is no place to write: Python looks for modules in some of these folders.
        mount("", top, Mount.REMOUNT | Mount.BIND | Mount.READ_ONLY | _SAFE)


def _make_place(path: Path, *, is_folder: bool) -> None:
    """Make something to mount on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_folder:
        path.mkdir(exist_ok=True)
    else:
        path.touch()


def _links_below(folder: str, points: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the links on the way to what is mounted below a folder, and where each leads."""
    for place, folders, files in os.walk(folder):
        names = [f"{place}/{name}" for name in (*folders, *files)]
        yield from ((path, str(Path(path).readlink())) for path in names if Path(path).is_symlink())
        folders[:] = [name for name in folders if f"{place}/{name}" not in points]


def _mounted_below(folder: str) -> list[str]:
    """Return the mount points below a folder, without those below one of them."""
    table = Path("/proc/self/mountinfo").read_bytes()
    # The fifth field; blanks and the like in it are written in octal.
    points = {_unescaped(line.split()[4]) for line in table.splitlines()}
    below = sorted(point for point in points if point.startswith(f"{folder}/"))
    return [p for p in below if not any(p.startswith(f"{other}/") for other in below)]


def _unescaped(field: bytes) -> str:
    return os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), field))


def copy(source: int, target: Path) -> None:
    """Copy the file behind a descriptor to a new file; folders above it are made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    size = os.fstat(source).st_size
    made = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    done = 0
    while done < size:
        sent = os.sendfile(made, source, done, size - done)
        if sent == 0:
            break
        done += sent
    os.close(made)


def _become_nobody() -> None:
    # The kernel wants this said before a process without rights outside may map its group.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY} 0 1")
