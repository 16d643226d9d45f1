"""The few system calls that Python 3.11 doesn't offer: namespaces, mounts, and giving up rights for good."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence

__all__ = [
    "Mount",
    "Namespace",
    "bind",
    "drop_rights",
    "enter",
    "filter_calls",
    "mount",
    "unmount",
    "unshare",
]


class Namespace:
    """Flags of `unshare`."""

    MOUNT = 0x00020000
    UTS = 0x04000000
    IPC = 0x08000000
    USER = 0x10000000
    PID = 0x20000000
    NET = 0x40000000


class Mount:
    """Flags of `mount`."""

    READ_ONLY = 0x1
    NOSUID = 0x2
    NODEV = 0x4
    NOEXEC = 0x8
    REMOUNT = 0x20
    BIND = 0x1000
    RECURSIVE = 0x4000
    PRIVATE = 0x40000


_MNT_DETACH = 2

_PR_CAPBSET_DROP = 24
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522

#: Kernels know 41 capabilities or more; asking to drop an unknown one fails, which ends the loop.
_MOST_CAPABILITIES = 64

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (ctypes.c_char_p,) * 3 + (ctypes.c_ulong, ctypes.c_char_p)
_libc.prctl.argtypes = (ctypes.c_int,) + (ctypes.c_ulong,) * 4


def unshare(namespaces: int) -> None:
    """Leave some of the parent's namespaces for new ones.

    Raises:
        OSError: the kernel, or its policy, doesn't allow it.
    """
    _check(_libc.unshare(namespaces), "unshare")


def enter(descriptor: int) -> None:
    """Enter the namespace of an open file of `/proc/<pid>/ns`."""
    _check(_libc.setns(descriptor, 0), "setns")


def mount(kind: str, target: str, flags: int = 0, options: str = "") -> None:
    """Mount a file system of some `kind` at `target`; an empty `kind` changes the mount that is there.

    Args:
        kind: for example `tmpfs`.
        target: an existing folder.
        flags: of `Mount`.
        options: of the file system.
    """
    done = _libc.mount(b"none", target.encode(), kind.encode() or None, flags, options.encode() or None)
    _check(done, f"mount {kind} at {target}")


def bind(source: str, target: str) -> None:
    """Let what is at `source`, with all that is mounted below it, be seen at `target`, too."""
    done = _libc.mount(source.encode(), target.encode(), None, Mount.BIND | Mount.RECURSIVE, None)
    _check(done, f"bind {source} at {target}")


def unmount(target: str) -> None:
    """Take a mount away from this process's namespace; others that have it keep it."""
    _check(_libc.umount2(target.encode(), _MNT_DETACH), f"unmount {target}")


def drop_rights() -> None:
    """Give up all capabilities, and the possibility of ever having one again."""
    _check(_libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "prctl")
    for capability in range(_MOST_CAPABILITIES):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), "capset")
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def filter_calls(program: Sequence[bytes]) -> None:
    """Let a seccomp program decide about each system call of this process and all that it starts.

    Args:
        program: the instructions, eight bytes each.
    """
    code = ctypes.create_string_buffer(b"".join(program))
    # struct sock_fprog: a 16-bit length, and a pointer at its natural alignment.
    described = struct.pack("HP", len(program), ctypes.addressof(code))
    address = ctypes.create_string_buffer(described)
    done = _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(address), 0, 0)
    _check(done, "seccomp")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
