"""Which system calls a submission may make: nearly all, except those that reach out of its box.

Sockets of every kind are refused (pipes and socket pairs remain), and so are the calls that change mounts
and namespaces, look into other processes, or reach parts of the kernel that a notebook has no use for and
that had holes before. Numbers newer than this list are refused, too: what isn't known can't be judged.
See https://docs.kernel.org/userspace-api/seccomp_filter.html.
"""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Iterator

__all__ = ["ARCHITECTURES", "DENIED", "SOCKETS", "program"]

#: Column of `_NUMBERS` and the kernel's mark of each architecture, by `platform.machine()`.
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

#: System calls by name: their numbers on x86_64 and aarch64; -1 where there is no such call.
_NUMBERS = {
    # sockets
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # memory that belongs to no process, so that nobody could count it
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "vmsplice": (278, 75),  # a pipe could keep two megabytes in the place of each page
    "inotify_init": (253, -1),
    "inotify_init1": (294, 26),
    "sendmsg": (46, 211),  # takes descriptors along, and who has sent one doesn't hold it any more
    "sendmmsg": (307, 269),
    # wide and rarely used parts of the kernel
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "perf_event_open": (298, 241),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "fanotify_init": (300, 262),
    "lookup_dcookie": (212, 18),
    "modify_ldt": (154, -1),
    "personality": (135, 92),
    "uselib": (134, -1),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # the machine
    "acct": (163, 89),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "settimeofday": (164, 170),
    "delete_module": (176, 106),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "ioperm": (173, -1),
    "iopl": (172, -1),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "nfsservctl": (180, 42),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    # allowed with some arguments
    "socketpair": (53, 199),
    "clone": (56, 220),
    "clone3": (435, 435),
    "ioctl": (16, 29),
    "fcntl": (72, 25),
    "setsockopt": (54, 208),
}

_DECIDED_BY_ARGUMENTS = {"socketpair", "clone", "clone3", "ioctl", "fcntl", "setsockopt"}

#: Names of the calls that always fail.
DENIED = frozenset(_NUMBERS) - _DECIDED_BY_ARGUMENTS

#: Those among them that a kernel needs which talks over sockets. None can be connected, so that nothing waits
#: in the buffers of a network's, which are larger; ZeroMQ ends the process where there are none at all.
SOCKETS = frozenset({"socket", "bind", "accept", "accept4"})

#: The highest number that was looked at, the same on both architectures.
_LAST_KNOWN = 462

_AF_UNIX = 1
_CLONE_NEW = 0x7E020000  #: any flag of `clone` that makes a namespace
_CLONE_THREAD, _CLONE_FILES = 0x10000, 0x400
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  #: they type into a terminal

#: Commands of `fcntl` that make a pipe larger, or keep memory for locks of which nobody can tell whose they
#: are, for leases and for notes: F_SETPIPE_SZ, F_OFD_SETLK and F_OFD_SETLKW, F_SETLEASE, F_NOTIFY.
_COSTLY_COMMANDS = (1031, 37, 38, 1024, 1026)

#: Options that make a socket's buffers larger: SO_SNDBUF, SO_RCVBUF and those of root's.
_BUFFERS = (7, 8, 32, 33)

_LOAD, _JUMP_EQUAL, _JUMP_GREATER, _JUMP_SET, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06

#: Offsets in `struct seccomp_data`; the arguments' lower halves, on a little-endian machine.
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND, _THIRD = 0, 4, 16, 24, 32

_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _MISSING = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS


def program(machine: str = "", *, sockets: bool = False) -> list[bytes]:
    """Return the filter for this machine, eight bytes an instruction.

    Args:
        machine: one of `ARCHITECTURES`; the one that runs this by default.
        sockets: leave those that `SOCKETS` names.

    Raises:
        KeyError: there is no list of calls for this architecture.
    """
    column, mark = ARCHITECTURES[machine or platform.machine()]
    numbers = {name: both[column] for name, both in _NUMBERS.items() if both[column] >= 0}
    denied = (DENIED - SOCKETS if sockets else DENIED) & numbers.keys()
    return [
        _step(_LOAD, _ARCHITECTURE),
        _step(_JUMP_EQUAL, mark, yes=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
        # Also numbers of the x32 interface, which has its bit far above.
        *_when(_JUMP_GREATER, _LAST_KNOWN, _MISSING),
        # glibc then takes `clone`, whose flags can be seen.
        *_when(_JUMP_EQUAL, numbers["clone3"], _MISSING),
        *(step for name in sorted(denied) for step in _when(_JUMP_EQUAL, numbers[name], _REFUSE)),
        *_argument(
            numbers["clone"],
            _FIRST,
            [
                *_when(_JUMP_SET, _CLONE_NEW, _REFUSE),
                # A thread with open files of its own: nobody would look for them there.
                _step(_JUMP_SET, _CLONE_THREAD, no=2),
                _step(_JUMP_SET, _CLONE_FILES, yes=1),
                _step(_RETURN, _REFUSE),
            ],
        ),
        *_argument(
            numbers["fcntl"],
            _SECOND,
            [step for command in _COSTLY_COMMANDS for step in _when(_JUMP_EQUAL, command, _REFUSE)],
        ),
        *_argument(
            numbers["setsockopt"],
            _THIRD,
            [step for option in _BUFFERS for step in _when(_JUMP_EQUAL, option, _REFUSE)],
        ),
        *_argument(
            numbers["socketpair"], _FIRST, [_step(_JUMP_EQUAL, _AF_UNIX, yes=1), _step(_RETURN, _REFUSE)]
        ),
        *_argument(
            numbers["ioctl"],
            _SECOND,
            [*_when(_JUMP_EQUAL, _TIOCSTI, _REFUSE), *_when(_JUMP_EQUAL, _TIOCLINUX, _REFUSE)],
        ),
        _step(_RETURN, _ALLOW),
    ]


def _argument(number: int, offset: int, checks: list[bytes]) -> Iterator[bytes]:
    """Yield the steps that load an argument of one call and check it; whatever passes is allowed."""
    body = [_step(_LOAD, offset), *checks, _step(_RETURN, _ALLOW)]
    yield _step(_JUMP_EQUAL, number, no=len(body))
    yield from body


def _when(test: int, value: int, answer: int) -> list[bytes]:
    return [_step(test, value, no=1), _step(_RETURN, answer)]


def _step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """Return an instruction: `struct sock_filter`."""
    return struct.pack("HBBI", code, yes, no, value)
