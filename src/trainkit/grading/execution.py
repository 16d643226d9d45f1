"""One execution: a submitted notebook, on one variant's data, in a box; out come answers as plain data."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from trainkit.course.answers import ANSWER_MIME, NOT_ATTEMPTED, validate
from trainkit.course.model import Info, plain
from trainkit.grading.notebooks import Submitted, runnable
from trainkit.grading.sandbox import Box, Outcome

__all__ = ["Execution", "Failure", "State", "activity_file", "execute"]

#: How an execution ended: to its end; cut off by the deadline or because too much came out; the kernel died,
#: or didn't listen to an interrupt; nothing could be run; the assessor stopped it.
State = Literal["complete", "deadline", "flood", "died", "deaf", "broken", "stopped"]

#: Run after the last cell: what was computed but not answered is taken as well.
_HARVEST = (
    '__import__("trainkit.course.activity", fromlist=["harvest"])'
    '.harvest(__import__("IPython").get_ipython().user_ns)'
)

#: Events that one execution may send; the rest isn't read.
_MOST_EVENTS = 5_000


@dataclass(frozen=True)
class Failure:
    """A cell that failed.

    Args:
        cell: its number in the submitted file, from 1.
        error: the exception's name; `timeout` for a cell that ran too long, `died` for one that ended its
            kernel.
        message: what the exception said.
    """

    cell: int
    error: str
    message: str = ""


@dataclass(frozen=True)
class Execution:
    """What one execution gave.

    Args:
        variant: of the data.
        state: how it ended.
        answers: validated payloads by name; a name that was never given isn't there.
        failures: cells that failed, in order, the first hundred.
        detail: what to tell the assessor about a state other than complete.
        isolation: the level of the box.
        seconds: wall time.
        not_run: numbers of the submitted cells that never ran to their end, or were never started.
    """

    variant: int
    state: State
    answers: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    detail: str = ""
    isolation: str = "none"
    seconds: float = 0.0
    not_run: tuple[int, ...] = ()


def activity_file(info: Info, folder: Path) -> Path:
    """Write what the sandbox may know of an exercise, which is what it asks, and return the file."""
    path = folder / f"{info.id}.json"
    asked = replace(info, hints={}, quizzes=())
    path.write_text(json.dumps(plain(asked), ensure_ascii=False), encoding="utf-8")
    return path


def execute(
    submitted: Submitted,
    info: Info,
    variant: int,
    *,
    tables: Path,
    activity: Path,
    box: Box,
    stop: threading.Event | None = None,
) -> Execution:
    """Run a submitted notebook on one variant.

    A cell that ends its kernel is left out, and the notebook runs again from the top: one bad cell doesn't
    cost the answers of the others.

    Args:
        submitted: the notebook.
        info: the exercise; its answers' names and types are what is taken.
        variant: passed to the notebook as papermill's parameter.
        tables: the folder with the variant's tables.
        activity: the file that `activity_file` wrote.
        box: where to run.
        stop: set it to end the execution early.
    """
    started = time.monotonic()
    record = _Record()
    for _attempt in range(1 + box.limits.restarts):
        left = box.limits.notebook_seconds - (time.monotonic() - started)
        job = {
            "notebook": runnable(submitted, _HARVEST, without=record.fatal),
            "parameters": {"variant": variant},
            "mime": ANSWER_MIME,
            "files": [(name, base64.b64encode(data).decode()) for name, data in submitted.files],
            "limits": {**asdict(box.limits), "isolated": box.isolated},
        }
        outcome = replace(box, limits=replace(box.limits, notebook_seconds=left)).run(
            "trainkit.grading.inside",
            json.dumps(job).encode(),
            given={"TRAINKIT_TABLES": tables, "TRAINKIT_ACTIVITY": activity},
            settings={"TRAINKIT_LIFE": "grade", "TRAINKIT_LANG": submitted.lang},
            stop=stop,
        )
        if not record.read(outcome):
            break
    return Execution(
        variant,
        record.state,
        record.answers(info),
        tuple(record.failures[:100]),
        record.detail,
        box.level,
        round(time.monotonic() - started, 3),
        tuple(number for number, _source in submitted.cells if number not in record.ran),
    )


class _Record:
    """What a notebook did, over all the kernels that it needed; nothing that it says is trusted."""

    def __init__(self) -> None:
        self.state: State = "broken"
        self.detail = ""
        self.ran: set[int] = set()
        self.fatal: set[int] = set()
        self.failures: list[Failure] = []
        self._said: dict[int, dict[str, Any]] = {}

    def read(self, outcome: Outcome) -> bool:
        """Take what one kernel gave, and tell whether the notebook should run again without a cell."""
        self.state = _state(outcome)
        self.detail = outcome.errors.strip()[-500:] if self.state == "broken" else ""
        self.failures = [f for f in self.failures if f.cell in self.fatal]
        said: dict[int, dict[str, Any]] = {}
        for event in _events(outcome.output):
            match event:
                case {"event": "ran", "cell": int(cell)}:
                    self.ran.add(cell)
                case {"event": "display", "cell": int(cell), "data": data}:
                    said.setdefault(cell, {}).update({p["name"]: p for p in _payloads(data)})
                case {
                    "event": "failure",
                    "cell": int(cell),
                    "error": str(error),
                    "message": str(message),
                } if cell:
                    self.failures.append(Failure(cell, error[:100], message[:500]))
                case {"event": "timeout", "cell": int(cell)}:
                    self.failures.append(Failure(cell, "timeout"))
                case {"event": "stopped", "cell": int(cell), "why": "died" | "deaf" as why}:
                    self.state, self.detail = why, str(cell)
                    if cell and why == "died":
                        self.failures.append(Failure(cell, "died"))
                case {"event": "broken", "detail": str(text)}:
                    self.state, self.detail = "broken", text[:500]
        self._said |= said
        if self.state in ("died", "deaf") and self.detail.isdigit() and int(self.detail):
            self.fatal.add(int(self.detail))
            return True
        return False

    def answers(self, info: Info) -> dict[str, dict[str, Any]]:
        """Return the validated payload of each answer that was given: the last one in the cells' order."""
        harvested = self._said.get(0, {})
        said: dict[str, Any] = {}
        for cell in sorted(self._said.keys() - {0}):
            said |= self._said[cell]
        found = {}
        for answer in info.answers:
            given = said.get(answer.name)
            if given is None or given.get("state") == NOT_ATTEMPTED:
                given = harvested.get(answer.name, given)
            if given is not None:
                found[answer.name] = validate(given, answer)
        return found


def _state(outcome: Outcome) -> State:
    match outcome.status:
        case "finished":
            return "complete"
        case "deadline" | "flood" | "stopped":
            return outcome.status
        case _:
            return "broken"


def _events(output: bytes) -> Iterator[Any]:
    """Yield the events, leaving out lines that are none: the last one may be cut off, any may be forged."""
    for line in output.split(b"\n", _MOST_EVENTS)[:_MOST_EVENTS]:
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            continue


def _payloads(data: Any) -> list[dict[str, Any]]:
    """Return the payloads of a display, which holds one or a list of them."""
    found = data if isinstance(data, list) else [data]
    return [p for p in found if isinstance(p, dict) and isinstance(p.get("name"), str)]
