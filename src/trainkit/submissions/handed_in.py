"""Hand-in files: what a workbook made of a trainee's work, found by its manifest wherever it lies.

Everything in such a file may be forged. It is read with limits, each part is checked, and whatever is wrong
is a sentence. What was submitted on a page travels on beside the notebook, as a part under a name of its own:
so it is hashed, stored and graded again with the notebook, and never gets into the sandbox.
"""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from trainkit.course.handing_in.manifest import FORM, IS, MANIFEST, SUFFIX, digest, proof
from trainkit.errors import GradingError
from trainkit.i18n import LANGUAGES, _
from trainkit.sandbox.limits import Limits
from trainkit.submissions.alongside import MOST_BYTES
from trainkit.submissions.notebooks import stated_variant

__all__ = [
    "MOST_FILE",
    "PART",
    "HandIn",
    "Keys",
    "Piece",
    "Proof",
    "Typed",
    "is_hand_in",
    "named_variant",
    "read",
    "typed_of",
]

#: Under which name a page's answers lie beside the notebook; no file that comes along can have it.
PART = ".handed-in.json"

#: Bytes of a hand-in file, and of its manifest; members; exercises and answers that are looked at.
MOST_FILE, _MOST_MANIFEST = 256 * 2**20, 8 * 2**20
_MOST_MEMBERS, _MOST_EXERCISES, _MOST_ANSWERS = 1000, 200, 200

_LONGEST = 200
_MOST_NUMBER = 1_000_000
_CHUNK = 2**16

_ID = re.compile(r"[0-9A-Za-z-]{1,40}")
_WORKSPACE = re.compile(r"[0-9a-f]{1,64}")
_NAME = re.compile(r"[^\W\d]\w{0,99}")

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1

#: What reading a damaged archive may raise.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ArithmeticError,
    RuntimeError,
    ValueError,
)

#: Returns the key with which a trainee's workspace signs.
Keys = Callable[[str], str]

#: What the file's proof shows: made by this class's workbook for this trainee and unchanged; unchanged by
#: accident, as far as a plain hash can tell; signed otherwise than this class does; changed or damaged.
Proof = Literal["class", "plain", "foreign", "changed"]


@dataclass(frozen=True)
class Piece:
    """What a hand-in file holds for one exercise.

    Args:
        exercise: its id.
        variant: the data that the trainee worked on, as the file says.
        lang: the notebook's language, or the page's.
        notebook: the file, or `None` without one; cut off behind what a submission may have.
        answers: what was submitted on the page, by name; not validated.
    """

    exercise: str
    variant: int
    lang: str
    notebook: bytes | None
    answers: Mapping[str, Any] = field(default_factory=dict)

    def part(self, shows: Proof) -> bytes:
        """Return what travels beside the notebook; the same work gives the same bytes, whenever handed in."""
        said = {"answers": dict(self.answers), "lang": self.lang, "proof": shows, "variant": self.variant}
        return json.dumps(said, ensure_ascii=True, sort_keys=True).encode()


@dataclass(frozen=True)
class HandIn:
    """A hand-in file, read.

    Args:
        path: of the file.
        number: counts the workspace's hand-ins.
        at: when it was made, as the file says.
        workspace: what tells this workspace from another one.
        trainee: the identifier, or what the trainee typed.
        name: the full name; may be empty.
        shows: see `Proof`.
        pieces: one for each exercise.
    """

    path: Path
    number: int
    at: datetime
    workspace: str
    trainee: str
    name: str
    shows: Proof
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Typed:
    """What was submitted on a page, as it travels beside a notebook.

    Args:
        answers: payloads by name; not validated.
        variant: the data that was shown.
        lang: the page's language.
        shows: what the file's proof shows.
    """

    answers: Mapping[str, Any]
    variant: int
    lang: str
    shows: Proof

    def remarks(self, variant: int) -> Iterator[str]:
        """Yield what an assessor should know, in the language in use.

        Args:
            variant: the trainee's own.
        """
        if self.shows == "foreign":
            yield _("The hand-in file isn't signed by this class's workbook for this trainee.")
        if self.shows == "changed":
            yield _("The hand-in file was changed or damaged after the workbook made it.")
        if self.answers and self.variant != variant:
            yield _("The answers on the page were given on other data than this trainee's own.")


def typed_of(
    files: Sequence[tuple[str, bytes]],
) -> tuple[Typed | None, tuple[tuple[str, bytes], ...]]:
    """Return what was submitted on the page, if anything, and the files that come along with the notebook."""
    others = tuple((name, data) for name, data in files if name != PART)
    part = next((data for name, data in files if name == PART), None)
    if part is None:
        return None, others
    try:
        said = json.loads(part)
        answers = {str(name): {"state": "given", "value": value} for name, value in said["answers"].items()}
        lang = said["lang"] if said["lang"] in LANGUAGES else "en"
        return Typed(answers, int(said["variant"]), lang, said["proof"]), others
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, others


def named_variant(raw: bytes, files: Sequence[tuple[str, bytes]]) -> int | None:
    """Return the variant that a submission says it was worked out on: the page's, else the notebook's."""
    typed, _others = typed_of(files)
    return typed.variant if typed is not None and typed.answers else stated_variant(raw)


def is_hand_in(path: Path) -> bool:
    """Tell whether a file is a hand-in file, by its manifest; a damaged one is, by its name."""
    named = path.name.lower().endswith(SUFFIX)
    try:
        if path.is_symlink() or not path.is_file() or not path.name.lower().endswith(".zip"):
            return False
        with zipfile.ZipFile(path) as archive:
            there = _has_manifest(archive)
            return named or (there and IS.encode() in _member(archive, MANIFEST, _MOST_MANIFEST))
    except (*_DAMAGE, GradingError):
        return named


def read(path: Path, keys: Keys | None = None, limits: Limits | None = None) -> HandIn:
    """Read a hand-in file.

    Args:
        path: of the file.
        keys: with which this class's workspaces sign; `None` where the class has no secret yet.
        limits: of a submission; of a larger notebook one byte more is taken, so that it's found out.

    Raises:
        GradingError: it can't be used; the message says why.
    """
    limits = limits or Limits()
    try:
        if path.stat().st_size > MOST_FILE:
            raise GradingError(
                _("The hand-in file is larger than {most} MB.").format(most=MOST_FILE // 2**20)
            )
        with zipfile.ZipFile(path) as archive:
            return _read(path, archive, keys, limits)
    except _DAMAGE as error:
        raise GradingError(
            _("The hand-in file is damaged: {error}. Ask for it again.").format(error=_said(error))
        ) from error


def _read(path: Path, archive: zipfile.ZipFile, keys: Keys | None, limits: Limits) -> HandIn:
    if len(archive.infolist()) > _MOST_MEMBERS:
        raise GradingError(_("The hand-in file holds too many files."))
    manifest = _manifest(archive)
    trainee, name = _who(manifest)
    read = {m: _member(archive, m, limits.notebook_bytes) for m in _notebooks(manifest)}
    pieces = tuple(_pieces(manifest, read))
    if not pieces:
        raise GradingError(_("The hand-in file names no exercise that can be looked at."))
    return HandIn(
        path,
        _whole(manifest.get("number"), 1, _MOST_NUMBER),
        _moment(manifest.get("at")),
        _matching(manifest.get("workspace"), _WORKSPACE),
        trainee,
        name,
        _shown_by(archive, manifest, trainee, keys, limits),
        pieces,
    )


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    if not _has_manifest(archive):
        raise GradingError(_("The hand-in file has no manifest. Ask for it again."))
    try:
        manifest = json.loads(_member(archive, MANIFEST, _MOST_MANIFEST))
    except (ValueError, RecursionError) as error:
        raise _unreadable("manifest.json") from error
    if not isinstance(manifest, dict) or manifest.get("is") != IS:
        raise _unreadable("manifest.json")
    if manifest.get("form") != FORM:
        raise GradingError(
            _(
                "The hand-in file was made by another version of trainkit: its form is {form}, not {own}."
            ).format(form=str(manifest.get("form"))[:20], own=FORM)
        )
    return manifest


def _who(manifest: Mapping[str, Any]) -> tuple[str, str]:
    said = manifest.get("trainee")
    if not isinstance(said, dict):
        raise _unreadable("trainee")
    trainee, name = said.get("id"), said.get("name", "")
    if not _is_name(trainee) or not str(trainee).strip() or not _is_name(name):
        raise _unreadable("trainee")
    return str(trainee).strip(), str(name).strip()


def _notebooks(manifest: Mapping[str, Any]) -> Iterator[str]:
    exercises = manifest.get("exercises")
    if not isinstance(exercises, dict) or len(exercises) > _MOST_EXERCISES:
        raise _unreadable("exercises")
    for id, said in exercises.items():
        if isinstance(said, dict) and said.get("notebook") == f"notebooks/{id}.ipynb":
            yield f"notebooks/{id}.ipynb"


def _pieces(manifest: Mapping[str, Any], read: Mapping[str, bytes]) -> Iterator[Piece]:
    for id, said in manifest["exercises"].items():
        if not _ID.fullmatch(id) or not isinstance(said, dict):
            raise _unreadable("exercises")
        answers = said.get("answers", {})
        if not isinstance(answers, dict) or len(answers) > _MOST_ANSWERS:
            raise _unreadable(id)
        typed = {
            name: ways["page"]["value"]
            for name, ways in answers.items()
            if _NAME.fullmatch(name)
            and isinstance(ways, dict)
            and isinstance(ways.get("page"), dict)
            and "value" in ways["page"]
        }
        lang = said.get("lang") if said.get("lang") in tuple(LANGUAGES) else "en"
        variant = _whole(said.get("variant"), 0, 2**31)
        piece = Piece(id, variant, str(lang), read.get(f"notebooks/{id}.ipynb"), typed)
        if len(piece.part("plain")) > MOST_BYTES:
            raise GradingError(_("The answers to {exercise} are larger than 1 MB.").format(exercise=id))
        if typed or piece.notebook is not None:
            yield piece


def _shown_by(
    archive: zipfile.ZipFile, manifest: Mapping[str, Any], trainee: str, keys: Keys | None, limits: Limits
) -> Proof:
    """Return what the proof shows; every member that isn't as the manifest says has been changed."""
    said, members = manifest.get("proof"), manifest.get("members")
    if not isinstance(said, dict) or not isinstance(members, dict):
        return "changed"
    there = {info.filename for info in archive.infolist()} - {MANIFEST}
    if there != set(members) or len(archive.infolist()) != len(there) + 1:
        return "changed"
    room = MOST_FILE
    for name, expected in members.items():
        data = _member(archive, name, min(room, max(limits.notebook_bytes, _MOST_MANIFEST)))
        room -= len(data)
        if digest(data) != expected:
            return "changed"
    if said.get("by") == "class":
        return "class" if keys and said.get("value") == proof(manifest, keys(trainee)) else "foreign"
    return "plain" if said.get("value") == proof(manifest, "") else "changed"


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a member's bytes, one more than `most` at most: what comes is counted, whatever it says."""
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise _unreadable(name) from error
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        raise _unreadable(name)
    data = bytearray()
    with archive.open(info) as file:
        while len(data) <= most and (chunk := file.read(min(_CHUNK, most + 1 - len(data)))):
            data += chunk
    return bytes(data)


def _has_manifest(archive: zipfile.ZipFile) -> bool:
    return MANIFEST in archive.namelist()


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()


def _whole(value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _unreadable(str(value)[:40])
    return value


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _unreadable("at") from error
    if found.tzinfo is None:
        raise _unreadable("at")
    return found


def _matching(value: Any, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _unreadable("workspace")
    return value


def _unreadable(what: str) -> GradingError:
    return GradingError(
        _("The hand-in file can't be understood at {what}. Ask for it again, made by the workbook.").format(
            what=what if what.isprintable() else "?"
        )
    )


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
