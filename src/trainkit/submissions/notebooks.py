"""Submitted files as notebooks that can be run: what matters is kept, the rest made anew.

A trainee's file may come from any version of any tool, with cells copied, split or moved. Of its cells only
the code is taken; ids, outputs, kernel and metadata are ours. Reading uses nothing but `json`, because the
file comes from outside and this runs outside of the sandbox.
"""

from __future__ import annotations

import ast
import codecs
import hashlib
import json
import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainkit.errors import GradingError
from trainkit.i18n import LANGUAGES, _
from trainkit.sandbox.limits import Limits

__all__ = [
    "Damaged",
    "Gone",
    "Submitted",
    "content_hash",
    "looks_like_notebook",
    "read_bytes",
    "repair",
    "runnable",
    "stated_variant",
]

#: Characters of a cell that is read as code although its type is another one.
_LONGEST_RETYPED = 20_000

#: Bytes of a file that tell what it is.
_BEGINNING = 200

#: Where a cell of a script in the percent format begins, and a cell in it that is prose.
_CELL = re.compile(r"^# ?%%(?P<title>.*)$", re.M)

#: A cell whose text is code of an exercise, whatever its type says.
_ANSWERS = re.compile(r"^\w+\.answer\(", re.M)

#: Characters of a cell that may be the parameters. Python's parser takes a thousand times the memory of what
#: it reads, so that nothing long is given to it.
_LONGEST_PARAMETERS = 200


class Damaged(GradingError):
    """A submitted file that can't be read as a notebook; the message says why."""


class Gone(Damaged):
    """A submitted file that isn't there any more: nothing is known of it, and it is to be tried again."""


@dataclass(frozen=True)
class Submitted:
    """A submitted notebook, reduced to what is run.

    Args:
        cells: number in the file (from 1) and source of each code cell, and of cells of another type or
            without one whose text answers a question.
        lang: `en` or `zh`, the language of the notebook.
        files: name and content of the helper files that were handed in with it.
        retyped: numbers of the cells that were read as code although their type is another one.
    """

    cells: tuple[tuple[int, str], ...]
    lang: str
    files: tuple[tuple[str, bytes], ...] = ()
    retyped: tuple[int, ...] = ()


def read_bytes(path: Path, limits: Limits | None = None) -> bytes:
    """Return a submitted file's bytes.

    Raises:
        Damaged: it is a link, no ordinary file, too large, or can't be read.
        Gone: it isn't there any more.
    """
    most = (limits or Limits()).notebook_bytes
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError as error:
        raise Gone(_("The file was removed while others were graded.")) from error
    except OSError as error:
        if path.is_symlink():
            raise Damaged(_("It is a link to another file. Only files themselves are graded.")) from error
        raise Damaged(_("The file can't be read: {error}").format(error=error.strerror)) from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Damaged(_("It isn't an ordinary file."))
        raw = file.read(most + 1)
    if len(raw) > most:
        raise Damaged(
            _("The file is larger than {most} MB. Clear its outputs and hand it in again.").format(
                most=most // 2**20
            )
        )
    return raw


def content_hash(raw: bytes, files: Sequence[tuple[str, bytes]] = ()) -> str:
    """Return the hash under which a submission is known.

    Args:
        raw: the notebook.
        files: name and content of its helper files, in any order.
    """
    digest = hashlib.sha256(raw)
    for name, data in sorted(files):
        # The lengths keep two files apart from one that holds the same bytes.
        digest.update(f"\0{len(name.encode())} {len(data)} {name}\0".encode() + data)
    return digest.hexdigest()


def looks_like_notebook(raw: bytes) -> bool:
    """Tell whether a file's content begins as a notebook's does, whatever it's called."""
    text = _text(raw[:_BEGINNING], "ignore").lstrip()
    return text.startswith("{") and '"cells"' in _text(raw, "ignore")


def repair(raw: bytes, limits: Limits | None = None, files: Sequence[tuple[str, bytes]] = ()) -> Submitted:
    """Read a notebook of format 3 or 4 as far as it can be read.

    Args:
        raw: the notebook.
        limits: how large it may be.
        files: name and content of the helper files that were handed in with it.

    Raises:
        Damaged: it isn't JSON, it isn't a notebook, it has no code or too many cells.
    """
    limits = limits or Limits()
    document = _parse(raw)
    found = list(_cells(document))
    if not found:
        raise Damaged(_("It isn't a notebook: there are no cells in it."))
    if len(found) > limits.cells:
        raise Damaged(
            _("It has {n} cells. At most {most} are graded.").format(n=len(found), most=limits.cells)
        )
    code = [
        (number, source)
        for number, cell in enumerate(found, 1)
        if _is_code(cell) and (source := _source(cell)).strip()
    ]
    if not code:
        raise Damaged(_("There is no code in it."))
    retyped = [number for number, _source in code if found[number - 1].get("cell_type") != "code"]
    return Submitted(tuple(code), _language(document, found), tuple(files), tuple(retyped))


def runnable(submitted: Submitted, epilogue: str = "", without: Collection[int] = ()) -> dict[str, Any]:
    """Return a clean notebook of format 4.5 that runs the submitted code and then `epilogue`.

    The first cell that does nothing but set `variant` becomes papermill's parameter cell, tagged or not.

    Args:
        submitted: the notebook.
        epilogue: code of a last cell; it gets the number 0.
        without: numbers of cells to leave out.
    """
    cells = [_code_cell(source, number) for number, source in submitted.cells if number not in without]
    for cell in cells:
        if _sets_variant(cell["source"]):
            cell["metadata"]["tags"] = ["parameters"]
            break
    if epilogue:
        cells.append(_code_cell(epilogue, 0))
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            "papermill": {},
        },
        "cells": cells,
    }


def stated_variant(raw: bytes) -> int | None:
    """Return the variant that a submitted notebook's own parameter cell sets; `None` where it doesn't."""
    try:
        cells = list(_cells(_parse(raw)))
    except Damaged:
        return None
    for cell in cells:
        if cell.get("cell_type") == "code" and _sets_variant(source := _source(cell)):
            values = [
                statement.value.value
                for statement in ast.parse(source).body
                if isinstance(statement, ast.Assign)
                and isinstance(statement.value, ast.Constant)
                and any(isinstance(t, ast.Name) and t.id == "variant" for t in statement.targets)
            ]
            return values[-1] if type(values[-1]) is int else None
    return None


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        text = _text(raw)
        document = _script(text) or json.loads(text)
    except UnicodeDecodeError as error:
        raise Damaged(_("It isn't a notebook: the file isn't UTF-8 text.")) from error
    except json.JSONDecodeError as error:
        if not raw.strip(b"\0 \r\n\t"):
            raise Damaged(_("The file is empty.")) from error
        raise Damaged(
            _("It isn't a notebook, or it is cut off: not JSON at line {line}.").format(line=error.lineno)
        ) from error
    except (RecursionError, ValueError) as error:
        raise Damaged(_("It isn't a notebook: its structure can't be read.")) from error
    if not isinstance(document, dict):
        raise Damaged(_("It isn't a notebook: there are no cells in it."))
    return document


def _text(raw: bytes, errors: str = "strict") -> str:
    """Return a file's text: UTF-8 with or without a byte order mark, or UTF-16 with one."""
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return raw.decode("utf-16" if marked else "utf-8-sig", errors)


def _script(text: str) -> dict[str, Any] | None:
    """Return a Python script as a notebook, cut where it says `# %%`; `None` for anything else."""
    if text.lstrip().startswith(("{", "<")) or "Exercise(" not in text:
        return None
    starts = [(m.start(), m.end(), m["title"]) for m in _CELL.finditer(text)]
    ends = [start for start, _end, _title in starts[1:]] + [len(text)]
    cells = [(text[: starts[0][0]] if starts else text, "")]
    cells += [(text[after:end], title) for (_at, after, title), end in zip(starts, ends, strict=True)]
    kinds = [
        (source, "markdown" if re.search(r"\[(markdown|md|raw)\]", title) else "code")
        for source, title in cells
    ]
    return {
        "cells": [{"cell_type": kind, "source": source.strip()} for source, kind in kinds if source.strip()]
    }


def _is_code(cell: dict[str, Any]) -> bool:
    """Tell whether a cell is code: by its type, else because it answers a question."""
    kind = cell.get("cell_type")
    if kind == "code":
        return True
    text = _source(cell)
    if kind in ("markdown", "raw", "heading"):
        return len(text) <= _LONGEST_RETYPED and _ANSWERS.search(text) is not None and _compiles(text)
    return bool(text.strip()) and len(text) <= _LONGEST_RETYPED and _compiles(text)


def _compiles(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _cells(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the cells of format 4, and of the worksheets of format 3."""
    sheets = document.get("worksheets")
    for holder in [document, *(sheets if isinstance(sheets, list) else [])]:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict):
                yield cell


def _source(cell: dict[str, Any]) -> str:
    """Return a cell's text: a string or a list of lines, called `input` in the code cells of format 3."""
    source = cell.get("source", cell.get("input", ""))
    text = "".join(str(line) for line in source) if isinstance(source, list) else str(source or "")
    # A lone surrogate is legal in JSON and can be stored or sent nowhere else.
    return text.encode("utf-8", "replace").decode("utf-8")


def _code_cell(source: str, number: int) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": f"cell-{number}",
        # papermill expects its own entry, and tags, where it hasn't read the file itself.
        "metadata": {"trainkit": {"position": number}, "papermill": {}, "tags": []},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def _sets_variant(source: str) -> bool:
    if len(source) > _LONGEST_PARAMETERS or "variant" not in source:
        return False
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    targets = [t for statement in body if isinstance(statement, ast.Assign) for t in statement.targets]
    simple = all(isinstance(s, ast.Assign) and isinstance(s.value, ast.Constant) for s in body)
    return simple and any(isinstance(t, ast.Name) and t.id == "variant" for t in targets)


def _language(document: dict[str, Any], cells: list[dict[str, Any]]) -> str:
    """Return the notebook's language: as it says itself, else by the script of its prose."""
    metadata = document.get("metadata")
    said = metadata.get("trainkit") if isinstance(metadata, dict) else None
    if isinstance(said, dict) and isinstance(said.get("lang"), str) and said["lang"] in LANGUAGES:
        return said["lang"]
    prose = "".join(_source(c) for c in cells if not _is_code(c))
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in prose)
    return "zh" if chinese > len(prose) / 10 else "en"
