"""Attacks as they are written down in `notebooks/*.md`: a file a class of attacks, a chapter an attack.

A chapter is the attack's name, its intent, what must hold, and the cells of its notebook:

    ## The class secret
    Opens the secret where the assessor keeps it.

    - earns: size
    - recorded: timeout or died

    ```python
    ...
    ```

`earns` names the answers that the notebook gives honestly, which are the only ones that may earn points; one
with a `?` may be lost with the cell that the attack costs. `recorded` is what the gradebook's row must say,
and nothing else of the kind; of `a or b` one, of `none` nothing. `limits` names the limits of
`assessor.LIMITS`. A block that opens with `python pandas.py` is a file beside the notebook, `json outputs`
are the stored outputs of the cell before it, and `json metadata` is the notebook's metadata.

Contributors run all of this on their own machines. So each notebook ends by itself within seconds, takes at
most 300 MB of memory, 30 processes and 20 MB of disk, sends nothing off the machine, and touches nothing but
its own folder and what the assessor of these tests has planted; what has to be too much is made so by limits.
And each cell refuses to run anywhere but in trainkit's own box, unless the chapter says `outside: harmless`:
those are run without a sandbox, too, to show that they would succeed.

They are Markdown and not Python so that no tool that imports Python files ever runs one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

__all__ = ["REFUSAL", "SECRET", "TOOLS", "Attack", "attacks", "look_alikes"]

#: What a planted secret looks like: attackers know the form, and search for it.
SECRET = r"canary-[a-z]+-[0-9a-f]{8}"

#: What notebooks log their tries with: `attempt` does what must be refused, `look` does what may succeed, and
#: reports whether a secret was in it. `openable` asks whether a file could be opened, and doesn't open it.
TOOLS = f"""
import os
import re
import tempfile

#: Whether this runs in trainkit's own box, where nothing is anybody's.
BOXED = os.path.isfile("/given/activity.json")
parent = os.getpid()
#: Folders to write in, and places where nothing of its own belongs.
scratch = ["/tmp", "/dev/shm", os.getcwd()] if BOXED else [os.getcwd()]
foreign = ["/var/tmp", "/run", "/root", "/dev", "/dev/mqueue", "/given"] if BOXED else [tempfile.gettempdir()]

seen = {{"columns": ["what", "outcome"], "rows": []}}

def note(what, outcome):
    seen["rows"].append([str(what)[:190], outcome[:190]])
    say(seen=seen)

def attempt(what, call):
    try:
        got = call()
    except BaseException as error:
        note(what, f"refused: {{type(error).__name__}}: {{error}}")
    else:
        note(what, f"BREACH: {{got!r}}")

def openable(path, mode=os.R_OK):
    os.stat(path)
    if not os.access(path, mode):
        raise PermissionError(path)
    return path

def channels():
    return [n for n in map(int, os.listdir("/proc/self/fd")) if n > 2] if BOXED else []

def look(what, call):
    try:
        data = call()
    except BaseException as error:
        return note(what, f"refused: {{type(error).__name__}}: {{error}}")
    data = data if isinstance(data, bytes) else str(data).encode()
    loot = sorted(set(re.findall({SECRET!r}.encode(), data)))
    note(what, f"LOOT: {{loot}}" if loot else f"saw {{len(data)}} bytes")

# Only the runner of level `fork` counts what all processes hold together.
counted = attempt if where["level"] == "fork" else look
"""

#: What each cell begins with: tests are run on machines of people, too.
REFUSAL = 'assert BOXED, "This runs in the box of trainkit only."\n'

_FOLDER = Path(__file__).with_name("notebooks")
_FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^- (\w+): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Attack:
    """One notebook that somebody might hand in.

    Args:
        id: class and name, fit for a folder.
        intent: what it is after, in a sentence.
        cells: its code, without the tools.
        earns: answers that are honest in it; `False` for those that may be lost.
        recorded: what its row must say; of each group at least one.
        limits: the name of the limits that it runs under.
        files: beside the notebook, by name.
        outputs: stored in the file, by the number of the cell.
        metadata: of the notebook.
        outside: it hurts nobody where there is no box, either.
    """

    id: str
    intent: str
    cells: tuple[str, ...]
    earns: Mapping[str, bool] = field(default_factory=dict)
    recorded: tuple[frozenset[str], ...] = ()
    limits: str = "usual"
    files: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[int, list[Any]] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    outside: bool = False

    @property
    def reports(self) -> bool:
        """Whether it logs what it tries."""
        return any(re.search(r"\b(attempt|look|note)\(", cell) for cell in self.cells)

    @property
    def is_quick(self) -> bool:
        """Whether it ends by itself, and fills nothing up."""
        return self.limits == "usual" and not self.id.startswith("greed-")

    def notebook(self, *prelude: str) -> bytes:
        """Return the file that is handed in, `prelude` first."""
        refusal = "" if self.outside else REFUSAL
        own = [_cell(refusal + source, self.outputs.get(n, [])) for n, source in enumerate(self.cells)]
        cells = [{"cell_type": "markdown", "metadata": {}, "source": "Read the number."}]
        cells += [_cell(source, []) for source in prelude] + own
        document = {"nbformat": 4, "nbformat_minor": 5, "metadata": dict(self.metadata), "cells": cells}
        return json.dumps(document).encode()


def attacks() -> list[Attack]:
    """Return all attacks, by class."""
    return [a for path in sorted(_FOLDER.glob("*.md")) if path.stem != "honest" for a in _read(path)]


def look_alikes() -> list[Attack]:
    """Return honest notebooks that look like attacks."""
    return [replace(a, outside=True) for a in _read(_FOLDER / "honest.md")]


def _cell(source: str, outputs: list[Any]) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": outputs, "source": source}


def _read(path: Path) -> Iterator[Attack]:
    _title, *chapters = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for chapter in chapters:
        name, text = chapter.split("\n", 1)
        yield _attack(f"{path.stem}-{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}", text)


def _attack(id: str, text: str) -> Attack:
    head = text.split("```", 1)[0]
    said = dict(_FIELD.findall(head))
    if unknown := set(said) - {"earns", "recorded", "limits", "outside"}:
        raise ValueError(f"{id}: unknown {unknown}")
    cells: list[str] = []
    files, outputs, metadata = {}, {}, {}
    for kind, name, body in _FENCE.findall(text):
        match kind, name:
            case "python", "":
                cells.append(body)
            case "json", "outputs":
                outputs[len(cells) - 1] = json.loads(body)
            case "json", "metadata":
                metadata = json.loads(body)
            case _:
                files[name] = body
    earns = [part.strip() for part in said.get("earns", "").split(",") if part.strip()]
    recorded = [part.strip() for part in said.get("recorded", "").split(",") if part.strip()]
    return Attack(
        id,
        " ".join(_FIELD.sub("", head).split()),
        tuple(cells),
        {name.rstrip("?"): not name.endswith("?") for name in earns},
        tuple(frozenset(group.split(" or ")) for group in recorded),
        said.get("limits", "usual"),
        files,
        outputs,
        metadata,
        said.get("outside") == "harmless",
    )
