"""Hand-in files as a workbook makes them, without a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trainkit.course.handing_in.manifest import FORM, IS, JOURNAL, pack

AT = "2026-01-12T09:15:00+00:00"


def manifest(
    answers: dict[str, Any] | None = None,
    *,
    exercise: str = "9-01",
    trainee: str = "lin-yue",
    name: str = "",
    number: int = 1,
    at: str = AT,
    workspace: str = "ab12",
    variant: int = 0,
    notebook: bool = False,
    lang: str = "en",
    **more: Any,
) -> dict[str, Any]:
    """Return a manifest without hashes and proof."""
    given = {n: {"page": {"value": v, "at": at, "edition": "first"}} for n, v in (answers or {}).items()}
    return {
        "is": IS,
        "form": FORM,
        "version": "0.1.0",
        "workspace": workspace,
        "number": number,
        "at": at,
        "trainee": {"id": trainee, "name": name},
        "class": None,
        "exercises": {
            exercise: {
                "edition": "first",
                "variant": variant,
                "lang": lang,
                "notebook": f"notebooks/{exercise}.ipynb" if notebook else "",
                "answers": given,
            }
        },
        **more,
    }


def hand_in_file(
    path: Path,
    answers: dict[str, Any] | None = None,
    *,
    raw: bytes | None = None,
    key: str = "",
    **said: Any,
) -> Path:
    """Write a hand-in file with one exercise."""
    whole = manifest(answers, notebook=raw is not None, **said)
    members = {JOURNAL: b""}
    if raw is not None:
        members[f"notebooks/{next(iter(whole['exercises']))}.ipynb"] = raw
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pack(whole, members, key))
    return path
