"""Archives of submissions, unpacked without trusting them.

Only notebooks, the small files that may come along and hand-in files are unpacked, each to a checked name
below one private folder. Links are never made, other nested archives never opened, and what comes out is
counted as it comes, whatever the archive says about itself.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import sys
import time
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from trainkit.course.handing_in.manifest import SUFFIX
from trainkit.errors import GradingError
from trainkit.i18n import _
from trainkit.sandbox.limits import Limits
from trainkit.submissions.alongside import MOST_BYTES, is_helper
from trainkit.submissions.archive_names import folded, member_name, own_name, place_of, showable
from trainkit.submissions.layouts import Ignored, is_notebook, may_be_notebook

__all__ = ["MOST_IN_A_PLACE", "MOST_MEMBERS", "MOST_RATIO", "MOST_UNPACKED", "unpack"]

#: Files and folders in an archive; bytes that come out of it; and how much larger than packed a file may be.
MOST_MEMBERS = 200_000
MOST_UNPACKED = 16 * 2**30
MOST_RATIO = 200

#: Bytes that come out of one trainee's folder: nobody fills the disk for all.
MOST_IN_A_PLACE = 64 * 2**20

#: A file up to this size may be packed as well as it likes: empty cells pack very well.
_RATIO_FROM = 2**20

#: Folders within folders, and bytes of one name, which a file system can hold.
_MOST_DEPTH, _LONGEST_NAME = 10, 240

_CHUNK = 2**16

#: A drive of Windows, or a stream of a file there.
_DRIVE = re.compile(r"[A-Za-z]:|.*:" if sys.platform == "win32" else r"[A-Za-z]:")

#: The bit of a member's flags that says that its content is encrypted.
_ENCRYPTED = 0x1

#: The ways of packing that everybody's tools use. Others may take gigabytes of memory to unpack.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

#: What reading a damaged archive may raise.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    ArithmeticError,
    RuntimeError,
)


def unpack(path: Path, folder: Path, limits: Limits | None = None) -> list[Ignored]:
    """Unpack what can be graded of a zip archive.

    Args:
        path: the archive.
        folder: empty and private; the files go there with the folders that the archive names.
        limits: of a submission; a larger notebook is cut off right behind the limit, and so found too large.

    Returns:
        What wasn't unpacked, with the reason.

    Raises:
        GradingError: it isn't a zip archive, or it unpacks to more than any class hands in. The message says
            what is wrong with it, and leaves it to the caller to say with which one.
    """
    ignored: list[Ignored] = []
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise _unusable(error) from error
    with archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise GradingError(_("It holds too many files."))
        try:
            _unpack(archive, members, path, folder, limits or Limits(), ignored)
        except OSError as error:  # the disk is full, for example
            raise _unusable(error) from error
    return ignored


def _unusable(error: Exception) -> GradingError:
    return GradingError(_("It can't be unpacked: {error}").format(error=_said(error)))


def _said(error: Exception) -> str:
    """Return what an error says, and its name if it says nothing."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _unpack(
    archive: zipfile.ZipFile,
    members: Sequence[zipfile.ZipInfo],
    path: Path,
    folder: Path,
    limits: Limits,
    ignored: list[Ignored],
) -> None:
    room = MOST_UNPACKED
    taken: set[str] = set()
    room_of: defaultdict[str, int] = defaultdict(lambda: MOST_IN_A_PLACE)
    for member in members:
        name = member_name(member)
        shown = path / showable(name)
        if name.endswith("/"):
            continue
        if reason := _refused(member, name, taken):
            ignored += [Ignored(shown, reason)] if reason != _SILENT else []
            continue
        place = place_of(name)
        most = min(_most(name, limits) + 1, room)
        if room_of[place] <= 0:
            ignored.append(Ignored(shown, _("Too much was handed in at this place.")))
            continue
        taken.add(folded(name))
        written = _write(archive, member, folder / name, most, ignored, shown)
        room_of[place] -= written
        room -= written
        if room <= 0:
            raise GradingError(_("It unpacks to more than a class hands in."))


#: The reason of what nobody handed in.
_SILENT = "-"


def _refused(member: zipfile.ZipInfo, name: str, taken: set[str]) -> str:
    """Return why a member isn't unpacked; nothing if it is."""
    parts = PurePosixPath(name).parts
    plain = all(part not in ("..", "/") and part.isprintable() for part in parts) and not _DRIVE.match(name)
    small = len(parts) <= _MOST_DEPTH and all(len(os.fsencode(part)) <= _LONGEST_NAME for part in parts)
    if not parts or name.startswith("/") or not plain or not small:
        return _("Its name leads out of the archive, or no file can have it.")
    if any(part.startswith(".") or part in ("__MACOSX", "__pycache__") for part in parts):
        return _SILENT
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind and not stat.S_ISREG(kind):
        return _("It is a link or no ordinary file.")
    if member.flag_bits & _ENCRYPTED:
        return _("It is encrypted.")
    whole = name.lower().endswith(SUFFIX)  # what the workbook made is looked into, with limits of its own
    if not whole and name.lower().endswith((".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")):
        return _("An archive within an archive isn't opened.")
    if member.compress_type not in _METHODS:
        return _("It is packed in an unusual way. Pack it as an ordinary zip archive.")
    if not (whole or is_notebook(name) or is_helper(own_name(parts[-1])) or may_be_notebook(parts[-1])):
        return _("Neither a notebook nor a file that may come along.")
    if folded(name) in taken:
        return _("The archive holds another file of this name.")
    if member.file_size > _RATIO_FROM and member.file_size > MOST_RATIO * max(1, member.compress_size):
        return _("It is packed so tightly that it must be a trap.")
    return ""


def _most(name: str, limits: Limits) -> int:
    """Return how many bytes of a member are wanted."""
    if name.lower().endswith(SUFFIX):
        return MOST_IN_A_PLACE
    notebook = is_notebook(name) or may_be_notebook(PurePosixPath(name).name)
    return limits.notebook_bytes if notebook else MOST_BYTES


def _write(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    target: Path,
    most: int,
    ignored: list[Ignored],
    shown: Path,
) -> int:
    """Write at most `most` bytes of a member, and return how many came out; a damaged one doesn't stay."""
    written = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("xb") as file:
            for chunk in _chunks(archive, member):
                chunk = chunk[: most - written]
                written += file.write(chunk)
                if written == most:
                    break
    except _Unreadable as error:
        target.unlink(missing_ok=True)
        ignored.append(Ignored(shown, _("It can't be unpacked: {error}").format(error=error)))
        return written
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        ignored.append(Ignored(shown, _("The archive holds another file of this name.")))
        return written
    _keep_time(target, member)
    return written


class _Unreadable(Exception):
    """A member that can't be read, as opposed to a file that can't be written."""


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(member) as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except _DAMAGE as error:
        raise _Unreadable(_said(error)) from error


def _keep_time(target: Path, member: zipfile.ZipInfo) -> None:
    """Give a file the time of its last change: of several submissions the last one counts."""
    try:
        changed = time.mktime((*member.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return  # a date that there isn't
    os.utime(target, (changed, changed))
