"""The key file beside a built notebook: what an activity asks and, for practice, a lock that judges.

It is JSON with everything that a page or a check needs besides the notebook itself. What is right and what is
known to be wrong lies in it locked, see `lock`, and for the practice variants only; grades come from variants
whose keys are in no file that leaves the assessor.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from trainkit import content
from trainkit.course.lock import Lock, public, seal
from trainkit.course.model import Answer, Choice, Column, Info, Key, Kind, Quiz, QuizChoice, plain
from trainkit.errors import DataError, UnknownName
from trainkit.i18n import _

__all__ = ["FOLDERS", "catalogue", "dump", "find", "info_from_plain", "load_key", "notebook"]

#: The folder of built notebooks of each kind.
FOLDERS: dict[Kind, str] = {"lesson": "notebooks", "exercise": "exercises"}


def dump(info: Info, keys: Mapping[int, Key]) -> str:
    """Return the text of a key file: the same input gives the same bytes.

    Args:
        info: the activity, as its source has it.
        keys: of the practice variants; what is in them is locked.
    """
    practice = {str(variant): seal(info, key) for variant, key in keys.items()}
    data = {"info": plain(public(info)), "practice": practice}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def info_from_plain(data: Mapping[str, Any]) -> Info:
    """Rebuild an `Info` from its plain form."""
    return Info(
        **{
            **data,
            "competencies": tuple(data["competencies"]),
            "prerequisites": tuple(data.get("prerequisites", ())),
            "answers": tuple(_answer(a) for a in data.get("answers", ())),
            "hints": {name: tuple(rungs) for name, rungs in data.get("hints", {}).items()},
            "quizzes": tuple(
                Quiz(**{**q, "choices": tuple(QuizChoice(**c) for c in q["choices"])})
                for q in data.get("quizzes", ())
            ),
        }
    )


def _answer(data: Mapping[str, Any]) -> Answer:
    columns = tuple(
        Column(**{**c, "labels": {k: tuple(v) for k, v in c.get("labels", {}).items()}})
        for c in data.get("columns", ())
    )
    return Answer(
        **{
            **data,
            "choices": tuple(Choice(**c) for c in data.get("choices", ())),
            "key": tuple(data.get("key", ())),
            "columns": columns,
            "accept": tuple(data.get("accept", ())),
        }
    )


def catalogue(kind: Kind | None = None) -> list[Info]:
    """Return all built lessons and exercises (or those of one `kind`), in order of their ids."""
    kinds = [kind] if kind else list(FOLDERS)
    paths = [p for k in kinds for p in sorted((content.root() / FOLDERS[k] / "keys").glob("*.json"))]
    return sorted(
        (info_from_plain(_read(p)["info"]) for p in paths), key=lambda i: (i.id, i.kind == "exercise")
    )


def find(kind: Kind, id: str) -> Info:
    """Return the lesson or exercise of that id.

    Raises:
        UnknownName: there is none; close ids are suggested.
    """
    return info_from_plain(_read(_path(kind, id))["info"])


def load_key(kind: Kind, id: str, variant: int) -> Lock | None:
    """Return the lock of that practice variant, or `None` if it isn't one: then nothing is judged here."""
    data = _read(_path(kind, id))
    chests = data["practice"].get(str(variant))
    return None if chests is None else Lock(info_from_plain(data["info"]), variant, chests)


def notebook(info: Info, lang: str) -> Path:
    """Return the path of the built notebook of an activity in a language."""
    return content.root() / FOLDERS[info.kind] / lang / f"{info.id}.ipynb"


def _path(kind: Kind, id: str) -> Path:
    folder = content.root() / FOLDERS[kind] / "keys"
    path = folder / f"{id}.json"
    if not path.is_file():
        message = {
            "lesson": _("There is no lesson `{id}`."),
            "exercise": _("There is no exercise `{id}`."),
        }[kind]
        raise UnknownName(message.format(id=id), id, [p.stem for p in folder.glob("*.json")])
    return path


def _read(path: Path) -> dict[str, Any]:
    stat = path.stat()
    return _parsed(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def _parsed(path: Path, _mtime: int, _size: int) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(
            _(
                "{path} is damaged ({error}). `make build` in a checkout, or a new installation, restores it."
            ).format(path=path, error=error)
        ) from error
    return data
