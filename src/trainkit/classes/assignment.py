"""An exercise made ready for grading: its variants, their tables for the sandbox, their keys for the judge.

The tables go into the sandbox; keys never do. Hidden variants come from the class secret, so that nobody
without it can compute them.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path

from trainkit import __version__, content
from trainkit.authoring.key import UnusableVariant, compute_key
from trainkit.authoring.opening import alike
from trainkit.authoring.source import Source
from trainkit.course.lock import public
from trainkit.course.model import Expected, Info, Key, Mistake, plain
from trainkit.errors import GradingError
from trainkit.files import write_atomic
from trainkit.i18n import _
from trainkit.sandbox.limits import Limits

__all__ = ["HIDDEN", "Assignment", "Prepared", "activity_file", "prepare", "shown"]

#: How many hidden variants a submission runs on, unless the class says otherwise.
HIDDEN = 2


#: Changes when key files are written in another form: older ones are made again.
_FORM = 2

#: How many variants are tried for each one that is needed, before giving up on finding usable ones.
_TRIES = 6


@dataclass(frozen=True)
class Prepared:
    """One variant of an exercise.

    Args:
        variant: of the data.
        tables: the folder with its tables.
        key: right values and typical mistakes.
    """

    variant: int
    tables: Path
    key: Key


@dataclass(frozen=True)
class Assignment:
    """An exercise with all that grading it needs.

    Args:
        info: what is asked.
        activity: the file that tells the sandbox what is asked.
        visible: the variant that the trainee worked on.
        hidden: the variants that decide.
        limits: what one execution may use; another limit may give another grade.
        data: the edition of the data; another one has other numbers under the same variants.
    """

    info: Info
    activity: Path
    visible: Prepared
    hidden: tuple[Prepared, ...]
    limits: Limits = field(default_factory=Limits)
    data: str = ""

    @property
    def all(self) -> tuple[Prepared, ...]:
        """All variants, the visible one first."""
        return (self.visible, *self.hidden)

    @property
    def plan(self) -> str:
        """A short hash of everything besides the submission that decides about the points.

        Credit and weights stand in the exercise's source, so its edition covers them.
        """
        parts = [self.info.id, self.info.edition, *(str(p.variant) for p in self.all), __version__]
        parts += [self.data, *map(str, astuple(self.limits))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def prepare(
    source: Source,
    secret: str,
    folder: Path,
    *,
    visible: int = 0,
    hidden: int = HIDDEN,
    limits: Limits | None = None,
) -> Assignment:
    """Write the tables of all variants of an exercise into `folder` and compute their keys.

    A hidden variant on which a typical mistake gives the right answer is passed over, and so is one that
    shares a right answer with the visible variant, as long as there are others.

    Args:
        source: the exercise's solution.
        secret: of the class.
        folder: private to the assessor; what is there already is used again.
        visible: the variant that the trainee works on; see `shown`.
        hidden: how many variants decide.
        limits: what one execution may use.

    Raises:
        GradingError: there are no usable hidden variants.
        SourceError: the model solution fails.
    """
    seen = shown(source, visible, secret, folder)
    found: list[tuple[int, Prepared]] = []
    for variant in _candidates(source.info.id, secret, hidden):
        try:
            prepared = _prepared(source, variant, folder)
        except UnusableVariant:
            continue
        found.append((len(alike(source.info, seen.key, prepared.key)), prepared))
        if sum(shared == 0 for shared, _prepared in found) == hidden:
            break
    if len(found) < hidden:
        raise GradingError(
            _("Exercise {id} has no usable hidden variants: its mistakes give the right answers.").format(
                id=source.info.id
            )
        )
    best = sorted(found, key=lambda entry: entry[0])[:hidden]
    return Assignment(
        source.info,
        activity_file(source.info, folder),
        seen,
        tuple(prepared for _shared, prepared in best),
        limits or Limits(),
        _data_edition(),
    )


def shown(source: Source, variant: int, secret: str, folder: Path) -> Prepared:
    """Return the variant that a trainee sees: `variant`, or the first usable one that follows from it.

    Of a hundred personal variants, one or two let a typical mistake give the right answer. What stands in for
    them depends on nothing but variant, exercise and secret, so that packing and grading agree.

    Args:
        source: the exercise's solution.
        variant: that on which the exercise opens, or a trainee's own.
        secret: of the class.
        folder: private to the assessor; what is there already is used again.

    Raises:
        GradingError: none is usable.
        SourceError: the model solution fails.
    """
    from trainkit.company import variants

    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for _attempt in range(_TRIES - 1 if variant else 0):
        try:
            return _prepared(source, variant, folder)
        except UnusableVariant:
            variant = variants.personal(str(variant), source.info.id, secret)
    return _prepared(source, variant, folder)


def _candidates(exercise: str, secret: str, hidden: int) -> Iterator[int]:
    from trainkit.company import variants

    for index in range(_TRIES * hidden):
        yield variants.hidden(index, exercise, secret)


def _prepared(source: Source, variant: int, folder: Path) -> Prepared:
    from trainkit.company import TABLES, write_tables

    tables = folder / f"variant-{variant}-{_data_edition()}"
    if not tables.is_dir():
        with tempfile.TemporaryDirectory(prefix=".variant-", dir=folder) as part:
            complete = Path(part) / "tables"
            complete.mkdir()
            write_tables(variant, sorted(TABLES), complete)
            with suppress(OSError):  # another process was quicker
                complete.rename(tables)
    return Prepared(variant, tables, _key(source, variant, folder, tables))


def _data_edition() -> str:
    """Return a hash of what tables are made of: the base data set, and the simulation of all others."""
    from trainkit.company.manifest import MANIFEST
    from trainkit.company.store import edition_folder

    base = (content.root() / "datasets" / MANIFEST).read_bytes()
    return hashlib.sha256(edition_folder().name.encode() + base).hexdigest()[:12]


def _key(source: Source, variant: int, folder: Path, tables: Path) -> Key:
    """Compute a key, or read the one that was computed from the same source and the same tables."""
    given = hashlib.sha256(f"{source.info.edition} {variant} {__version__} {_FORM}".encode())
    for path in sorted(tables.iterdir()):
        given.update(path.name.encode() + path.read_bytes())
    path = folder / f"key-{given.hexdigest()[:32]}.json"
    if path.is_file():
        return _read_key(path, variant)
    key = compute_key(source, variant)
    written = {"answers": plain(key.answers), "tables": key.tables}
    write_atomic(path, json.dumps(written, ensure_ascii=False), private=True)
    return key


def _read_key(path: Path, variant: int) -> Key:
    read = json.loads(path.read_text(encoding="utf-8"))
    answers = {
        name: Expected(e["value"], tuple(Mistake(**m) for m in e.get("mistakes", ())))
        for name, e in read["answers"].items()
    }
    return Key(variant, answers, tuple(read["tables"]))


def activity_file(info: Info, folder: Path) -> Path:
    """Write what the sandbox may know of an exercise, which is what it asks, and return the file."""
    path = folder / f"{info.id}.json"
    asked = public(replace(info, hints={}, quizzes=()))
    write_atomic(path, json.dumps(plain(asked), ensure_ascii=False))
    return path
