"""The proof, at the start of every run, that a box doesn't see what it mustn't: it looks, and finds nothing.

What is bound follows from lists; how a machine is laid out can make any list wrong. So a file is put into
each folder that must not be seen, and a box is asked whether it is there.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from trainkit.errors import SandboxError
from trainkit.i18n import _
from trainkit.sandbox.running import Runner

__all__ = ["CANARY", "prove"]

#: How the names of the files begin that are put into folders.
CANARY = ".trainkit-canary-"

#: Seconds that the box may take.
_PATIENCE = 120


def prove(box: Runner, folders: Sequence[Path], others: Sequence[Path] = ()) -> None:
    """Look from inside of a box for what lies in some folders.

    Args:
        box: the runner.
        folders: into each of which a file is put for a moment; where that can't be, a file of it stands in.
        others: files, and folders of which any file will do.

    Raises:
        SandboxError: a file can be seen from inside; the message says which and what to do.
        Ended: the box didn't answer.
    """
    if box.level == "none":
        return
    with ExitStack() as held:
        files = [held.enter_context(_canary(path)) if path.is_dir() else path for path in _apart(folders)]
        files += map(_witness, others)
        there = [file for file in files if file is not None and file.exists()]
        wanted = dict.fromkeys(str(name) for file in there for name in (file.absolute(), file.resolve()))
        seen = _seen(box, list(wanted))
    if seen:
        raise SandboxError(
            _(
                "Nothing was graded: a submission could see {file}. The sandbox binds Python's libraries, "
                "and that file lies among them. Move the folder {folder} away from there, or make the "
                "virtual environment somewhere else, and start again."
            ).format(file=seen[0], folder=Path(seen[0]).parent)
        )


def _apart(folders: Sequence[Path]) -> list[Path]:
    return list({folder.resolve(): folder for folder in folders}.values())


@contextmanager
def _canary(folder: Path) -> Iterator[Path | None]:
    """Put an empty file into a folder; where that isn't allowed, another file of it has to do."""
    file = folder / f"{CANARY}{secrets.token_hex(8)}"
    try:
        file.touch(mode=0o644, exist_ok=False)
    except OSError:
        yield _witness(folder)
        return
    try:
        yield file
    finally:
        with suppress(OSError):
            file.unlink()


def _witness(path: Path) -> Path | None:
    """Return a file that lies in a folder already, or the file itself; nothing if there is none."""
    if not path.is_dir():
        return path if path.exists() else None
    with suppress(OSError), os.scandir(path) as entries:
        # That of a virtual environment is there to be seen.
        names = sorted(e.name for e in entries if e.is_file() and e.name != "pyvenv.cfg")
        return path / names[0] if names else None
    return None


def _seen(box: Runner, paths: Sequence[str]) -> list[str]:
    """Return those of some paths that can be seen from inside."""
    source = f"import json, os\nprint(json.dumps([p for p in {list(paths)!r} if os.path.lexists(p)]))"
    deadline, stop = time.monotonic() + _PATIENCE, threading.Event()
    kernel = box.kernel({}, {}, deadline, stop)
    try:
        messages = list(kernel.run(source, deadline, stop))
    finally:
        kernel.close()
    printed = [m.content for m in messages if m.kind == "stream"]
    said = "".join(content["text"] for content in printed if content["name"] == "stdout")
    try:
        found: list[str] = json.loads(said)
    except ValueError as error:
        raise SandboxError(_("The sandbox doesn't answer: {error}").format(error=said[:200])) from error
    return found
