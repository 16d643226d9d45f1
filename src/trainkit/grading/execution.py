"""One execution: a submitted notebook, on one variant's data, in a box; out come answers as plain data."""

from __future__ import annotations

import json
import threading
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
        error: the exception's name; `timeout` for a cell that ran too long.
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
    """

    variant: int
    state: State
    answers: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    detail: str = ""
    isolation: str = "none"
    seconds: float = 0.0


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

    Args:
        submitted: the notebook.
        info: the exercise; its answers' names and types are what is taken.
        variant: passed to the notebook as papermill's parameter.
        tables: the folder with the variant's tables.
        activity: the file that `activity_file` wrote.
        box: where to run.
        stop: set it to end the execution early.
    """
    job = {
        "notebook": runnable(submitted, _HARVEST),
        "parameters": {"variant": variant},
        "mime": ANSWER_MIME,
        "limits": {**asdict(box.limits), "isolated": box.isolated},
    }
    outcome = box.run(
        "trainkit.grading.inside",
        json.dumps(job).encode(),
        given={"TRAINKIT_TABLES": tables, "TRAINKIT_ACTIVITY": activity},
        settings={"TRAINKIT_LIFE": "grade", "TRAINKIT_LANG": submitted.lang},
        stop=stop,
    )
    return _read(outcome, info, variant, "bubblewrap" if box.isolated else "none")


def _read(outcome: Outcome, info: Info, variant: int, isolation: str) -> Execution:
    """Turn what came out of the box into an execution, trusting none of it."""
    said: dict[str, Any] = {}
    harvested: dict[str, Any] = {}
    failures: list[Failure] = []
    state: State = _state(outcome)
    detail = outcome.errors.strip()[-500:] if state == "broken" else ""
    for event in _events(outcome.output):
        match event:
            case {"event": "display", "cell": cell, "data": data}:
                target = said if cell else harvested
                target |= {p["name"]: p for p in _payloads(data)}
            case {"event": "failure", "cell": int(cell), "error": str(error), "message": str(message)} if (
                cell
            ):
                failures.append(Failure(cell, error[:100], message[:500]))
            case {"event": "timeout", "cell": int(cell)}:
                failures.append(Failure(cell, "timeout"))
            case {"event": "stopped", "cell": int(cell), "why": "died" | "deaf" as why}:
                state, detail = why, str(cell)
            case {"event": "broken", "detail": str(text)}:
                state, detail = "broken", text[:500]
    answers = {}
    for answer in info.answers:
        given = said.get(answer.name)
        if given is None or given.get("state") == NOT_ATTEMPTED:
            given = harvested.get(answer.name, given)
        if given is not None:
            answers[answer.name] = validate(given, answer)
    return Execution(
        variant, state, answers, tuple(failures[:100]), detail, isolation, round(outcome.seconds, 3)
    )


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
