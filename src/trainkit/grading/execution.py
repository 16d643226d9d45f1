"""One execution: a submitted notebook, on one variant's data, in a box; out come answers as plain data."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trainkit.course.answers import NOT_ATTEMPTED, validate
from trainkit.course.model import Info
from trainkit.errors import SandboxError
from trainkit.gradebook.grades import LEFT_OUT, Ending, Execution, Failure
from trainkit.sandbox.bubblewrap import GIVEN, JOB
from trainkit.sandbox.messages import Died, Ended, Flood, Stopped, TooLong
from trainkit.sandbox.running import Order, Runner
from trainkit.submissions.alongside import is_helper
from trainkit.submissions.notebooks import Submitted, runnable

__all__ = ["execute"]


_STATES: dict[type[Ended], Ending] = {
    TooLong: "deadline",
    Flood: "flood",
    Died: "died",
    Stopped: "stopped",
}

#: Where a notebook finds its data, and what is asked.
_TABLES, _ACTIVITY = f"{GIVEN}/tables", f"{GIVEN}/activity.json"

#: Run after the last cell: what was computed but not answered is taken as well.
_HARVEST = (
    '__import__("trainkit.course.activity", fromlist=["harvest"])'
    '.harvest(__import__("IPython").get_ipython().user_ns)'
)


def execute(
    submitted: Submitted,
    info: Info,
    variant: int,
    *,
    tables: Path,
    activity: Path,
    box: Runner,
    stop: threading.Event | None = None,
    ahead: Sequence[str] = (),
) -> Execution:
    """Run a submitted notebook on one variant.

    A cell that ends its kernel, or runs too long, is left out, and the notebook runs again from the top: one
    bad cell doesn't cost the answers of the others.

    Args:
        submitted: the notebook.
        info: the exercise; its answers' names and types are what is taken.
        variant: passed to the notebook as papermill's parameter.
        tables: the folder with the variant's tables.
        activity: the file that `activity_file` wrote.
        box: the runner.
        stop: set it to end the execution early.
        ahead: names of the tables that the notebook will probably load.
    """
    started = time.monotonic()
    record = _Record()
    order = Order(
        box,
        inputs=_inputs(submitted, tables, activity),
        environment={
            "TRAINKIT_TABLES": _TABLES,
            "TRAINKIT_ACTIVITY": _ACTIVITY,
            "TRAINKIT_LIFE": "grade",
            "TRAINKIT_LANG": submitted.lang,
        },
        ahead=[f"{_TABLES}/{name}.parquet" for name in ahead],
        observer=record,
        stop=stop or threading.Event(),
    )
    state, detail = _run(submitted, variant, order)
    return Execution(
        variant,
        state,
        record.answers(info),
        record.failures(),
        detail,
        box.level,
        round(time.monotonic() - started, 3),
        not_run=tuple(number for number, _source in submitted.cells if number not in record.complete),
        failed=record.failed(submitted, info),
    )


def _run(submitted: Submitted, variant: int, order: Order) -> tuple[Ending, str]:
    """Run the notebook as papermill does, and return how that ended and why.

    Parameters and engine are papermill's. Reading, checking and saving a notebook file around them are left
    out: there is no such file.
    """
    import nbformat
    from papermill.parameterize import parameterize_notebook

    from trainkit.sandbox.engine import ForkEngine

    notebook = nbformat.from_dict(runnable(submitted, _HARVEST))
    notebook = parameterize_notebook(notebook, {"variant": variant})
    try:
        ForkEngine.execute_notebook(
            notebook, "python3", progress_bar=False, autosave_cell_every=0, order=order
        )
    except Ended as ended:
        return _STATES.get(type(ended), "died"), str(ended)
    except SandboxError as error:
        return "broken", str(error)
    return "complete", ""


def _inputs(submitted: Submitted, tables: Path, activity: Path) -> dict[str, Path | bytes]:
    inputs: dict[str, Path | bytes] = {_ACTIVITY: activity}
    inputs |= {f"{_TABLES}/{path.name}": path for path in sorted(tables.iterdir()) if path.is_file()}
    # Whoever handed the files over has looked at their names; a name leads nowhere else here, either.
    return inputs | {f"{JOB}/{name}": data for name, data in submitted.files if is_helper(name)}


class _Record:
    """What a notebook did, over all the kernels that it needed. Nothing that it says is trusted."""

    def __init__(self) -> None:
        self.complete: set[int] = set()
        self._failed: dict[int, Failure] = {}
        self._said: dict[int, dict[str, Any]] = {}
        self._now: dict[int, dict[str, Any]] = {}

    def ran(self, cell: int) -> None:
        """A cell was run to its end: what it answered now stands for what it answered before."""
        self.complete.add(cell)
        self._said[cell] = self._now.pop(cell, {})

    def raised(self, cell: int, error: str, message: str) -> None:
        """A cell showed an error; the first one counts."""
        if cell:
            self._failed.setdefault(cell, Failure(cell, error[:100], message[:500]))

    def answered(self, cell: int, data: Any) -> None:
        """A cell gave one payload or several."""
        now = self._now.setdefault(cell, {})
        now |= _over(now, {p["name"]: p for p in _payloads(data)})

    def lost(self, cell: int, ended: Ended) -> None:
        """A cell has ended its kernel."""
        self._failed[cell] = Failure(cell, ended.name, str(ended)[:500])

    def failures(self) -> tuple[Failure, ...]:
        """Return the failures in the cells' order, at most a hundred."""
        return tuple(self._failed[cell] for cell in sorted(self._failed))[:100]

    def failed(self, submitted: Submitted, info: Info) -> dict[str, Failure]:
        """Return the first failure of a cell of each answer that wasn't given; see `Execution.failed`."""
        given = self.answers(info)
        cells = dict(submitted.cells)
        found = {}
        for answer in info.answers:
            state = given.get(answer.name, {}).get("state")
            if state not in (None, NOT_ATTEMPTED):
                continue
            for failure in self.failures():
                if failure.error not in LEFT_OUT and _works_on(cells[failure.cell], answer.name, state):
                    found[answer.name] = failure
                    break
        return found

    def answers(self, info: Info) -> dict[str, dict[str, Any]]:
        """Return the validated payload of each answer that was given: the last one in the cells' order.

        Something that was given isn't taken back by a later cell in which it isn't attempted.
        """
        by_cell = {
            cell: self._said.get(cell, {}) | self._now.get(cell, {}) for cell in self._said.keys() | self._now
        }
        harvested = by_cell.pop(0, {})
        said: dict[str, Any] = {}
        for cell in sorted(by_cell):
            said |= _over(said, by_cell[cell])
        found = {}
        for answer in info.answers:
            given = said.get(answer.name)
            if given is None or given.get("state") == NOT_ATTEMPTED:
                given = harvested.get(answer.name, given)
            if given is not None:
                found[answer.name] = validate(given, answer)
        return found


def _over(said: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of `now` counts after `said`: an unfinished copy of a cell takes nothing back."""
    return {n: p for n, p in now.items() if n not in said or p.get("state") != NOT_ATTEMPTED}


def _works_on(source: str, name: str, state: str | None) -> bool:
    """Tell whether a cell is about an answer, and not the place where one should be written."""
    if not re.search(rf"\b{re.escape(name)}\b", source):
        return False
    return state is None or not re.search(rf"\b{re.escape(name)}\s*=\s*\.\.\.", source)


def _payloads(data: Any) -> list[dict[str, Any]]:
    """Return the payloads of a display, which holds one or a list of them."""
    found = data if isinstance(data, list) else [data]
    return [p for p in found if isinstance(p, dict) and isinstance(p.get("name"), str)]
