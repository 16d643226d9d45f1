"""The notebooks of a workspace in which a trainee has worked on an exercise, whatever they are called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainkit.course.catalogue import notebook
from trainkit.course.model import Info
from trainkit.i18n import LANGUAGES

__all__ = ["Worked", "on_variant", "worked"]

#: A file larger than this is no notebook that anybody wrote.
_MOST_BYTES = 50 * 2**20


@dataclass(frozen=True)
class Worked:
    """A notebook that differs from the exercise as it was laid.

    Args:
        path: of the file.
        lang: the language that it says it is in.
        changed: when it was saved last, in nanoseconds.
    """

    path: Path
    lang: str
    changed: int


def worked(workspace: Path, info: Info) -> list[Worked]:
    """Return the notebooks of an exercise with work in them, the one that was saved last first."""
    found = []
    for path in _notebooks(workspace):
        document = _read(path)
        if document is None or not _is_of(document, path, info):
            continue
        lang = _language(document, path)
        if _code(document) != _code(_read(notebook(info, lang)) or {}):
            found.append(Worked(path, lang, path.stat().st_mtime_ns))
    return sorted(found, key=lambda w: (-w.changed, str(w.path)))


def on_variant(built: bytes, variant: int) -> bytes:
    """Return a built notebook with another variant in its parameter cell, as far as it has one."""
    document = json.loads(built)
    for cell in document["cells"]:
        if "parameters" in cell["metadata"].get("tags", ()):
            cell["source"] = [f"variant = {variant}"]
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _notebooks(workspace: Path) -> Iterator[Path]:
    for path in sorted(workspace.rglob("*.ipynb")):
        hidden = any(part.startswith(".") for part in path.relative_to(workspace).parts)
        if not hidden and path.is_file() and not path.is_symlink():
            yield path


def _read(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and isinstance(document.get("cells"), list) else None


def _is_of(document: dict[str, Any], path: Path, info: Info) -> bool:
    """Tell whether a notebook says that it is this exercise, or has its name where exercises lie."""
    said = _said(document)
    if "id" in said:
        return said.get("id") == info.id and said.get("kind", "exercise") == info.kind
    return path.stem == info.id and path.parent.parent.name == "exercises"


def _said(document: dict[str, Any]) -> dict[str, Any]:
    metadata = document.get("metadata")
    said = metadata.get("trainkit") if isinstance(metadata, dict) else None
    return said if isinstance(said, dict) else {}


def _language(document: dict[str, Any], path: Path) -> str:
    said = _said(document).get("lang")
    return next((lang for lang in (said, path.parent.name) if lang in LANGUAGES), "en")


def _code(document: dict[str, Any]) -> list[str]:
    """Return what a trainee writes: the code, without the cell that sets the variant."""
    cells = [c for c in document.get("cells", ()) if isinstance(c, dict) and c.get("cell_type") == "code"]
    sources = ("".join(s) if isinstance(s := c.get("source", ""), list) else str(s) for c in cells)
    code = (source.strip() for source in sources)
    return [source for source in code if source and not source.startswith("variant = ")]
