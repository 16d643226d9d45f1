"""Assignments that travel to machines with which no files are shared: each makes the tables for itself.

A variant's number says all about its data, so only the number travels, and a hash of the tables with it. The
class secret, from which the numbers come, stays at home.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from trainkit.classes.assignment import Assignment, Prepared, activity_file
from trainkit.course.model import Info
from trainkit.errors import GradingError
from trainkit.files import cache_folder
from trainkit.i18n import _

__all__ = ["localized", "portable"]

#: In place of paths that mean nothing elsewhere.
_NOWHERE = Path("/nowhere")


def portable(assignment: Assignment) -> tuple[Assignment, dict[int, str]]:
    """Return an assignment without its paths, and the hash of each variant's tables."""
    digests = {prepared.variant: _digest(prepared.tables) for prepared in assignment.all}
    away = replace(
        assignment,
        activity=_NOWHERE,
        visible=replace(assignment.visible, tables=_NOWHERE),
        hidden=tuple(replace(prepared, tables=_NOWHERE) for prepared in assignment.hidden),
    )
    return away, digests


def localized(assignment: Assignment, digests: Mapping[int, str]) -> Assignment:
    """Return an assignment that came from elsewhere with its tables in this machine's cache.

    Args:
        assignment: without paths.
        digests: the hash of each variant's tables.

    Raises:
        GradingError: the tables come out differently here.
    """
    folder = cache_folder() / "grading"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)

    def here(prepared: Prepared) -> Prepared:
        return replace(prepared, tables=_tables(prepared.variant, digests[prepared.variant], folder))

    return replace(
        assignment,
        activity=_activity(assignment.info, folder),
        visible=here(assignment.visible),
        hidden=tuple(here(prepared) for prepared in assignment.hidden),
    )


def _activity(info: Info, folder: Path) -> Path:
    """Write what is asked; a task that reads what another one wrote goes on reading that."""
    with tempfile.TemporaryDirectory(prefix=".activity-", dir=folder) as part:
        written = activity_file(info, Path(part))
        place = folder / info.edition / written.name
        place.parent.mkdir(exist_ok=True)
        return written.replace(place)


def _tables(variant: int, digest: str, folder: Path) -> Path:
    """Return the folder of a variant's tables; made once."""
    from trainkit.company import TABLES, write_tables

    tables = folder / f"{variant}-{digest[:16]}"
    if not tables.is_dir():
        with tempfile.TemporaryDirectory(prefix=".tables-", dir=folder) as part:
            complete = Path(part) / "tables"
            complete.mkdir()
            write_tables(variant, sorted(TABLES), complete)
            with suppress(OSError):  # another thread was quicker
                complete.rename(tables)
    if _digest(tables) != digest:
        raise GradingError(
            _("The data of a variant isn't the same on this worker. Install the same versions everywhere.")
        )
    return tables


@lru_cache(maxsize=4096)
def _digest(tables: Path) -> str:
    content = hashlib.sha256()
    for path in sorted(tables.iterdir()):
        data = path.read_bytes()
        content.update(f"{path.name} {len(data)}\n".encode())
        content.update(data)
    return content.hexdigest()
