"""An assessor at work, in a process of its own: it grades attacks among good work and says what became of it.

`python assessor.py FOLDER LEVEL WORKERS ID …` makes the world in an empty folder, grades the attacks and
honest notebooks of these ids on runners of that level, in `local` processes or on a `cluster`, and writes
`report.json`. Everything that an attack starts is this process's offspring for ever, so that what outlives
its run is found.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import groupby
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from cases import TOOLS, Attack, attacks, look_alikes
from submitted import READ, SAY, key
from world import CLASSMATE, MEMORY, World, listening, victim

from trainkit.classes.assignment import Assignment
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.records import Submission
from trainkit.grading import batch
from trainkit.grading.pool import LocalWorkers
from trainkit.grading.station import Setting
from trainkit.reports import results
from trainkit.sandbox.limits import Limits
from trainkit.submissions import intake

_MIB = 2**20

_TIGHT = Limits(
    cell_seconds=20,
    notebook_seconds=90,
    memory_bytes=2048 * _MIB,
    resident_bytes=1024 * _MIB,
    processes=64,
    file_bytes=8 * _MIB,
    disk_bytes=8 * _MIB,
    output_bytes=2 * _MIB,
    answers_bytes=4 * _MIB,
)
_SMALL = replace(
    _TIGHT,
    resident_bytes=MEMORY,
    processes=16,
    files=128,
    file_bytes=4 * _MIB,
    disk_bytes=4 * _MIB,
    output_bytes=_MIB // 4,
    answers_bytes=_MIB // 4,
)
#: `usual` for what ends by itself, `short` for what has to be ended, `small` for what takes too much; what
#: leaves something behind comes late, and daemons last, so that they still live when they are looked for.
LIMITS = {
    "usual": _TIGHT,
    "short": replace(_TIGHT, cell_seconds=2, notebook_seconds=12),
    "small": _SMALL,
    "lasting": _TIGHT,
    "last": _TIGHT,
}

_PR_SET_CHILD_SUBREAPER, _IPC_RMID = 36, 0

#: The key of the shared memory by which executions might pass something on; see `notebooks/greed.md`. Each
#: assessor has its own, for several may grade on a machine at a time.
_SHARED = 0x7A000000 + os.getpid()

#: Where anybody may write, on some machine or other.
_PLACES = ("/tmp", "/dev/shm", "/var/tmp", "/dev/mqueue", "/dev", "/run", tempfile.gettempdir())

#: Seconds that the kernel may take to end what was killed: far fewer than what is left behind would live.
_PATIENCE = 8


def main(folder: Path, level: str, place: str, wanted: Sequence[str]) -> None:
    """Make the world, grade, and write the report."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    world = World(folder, f"left-behind-{os.getpid()}-{time.time_ns()}")
    world.plant()
    chosen = [a for a in [*attacks(), *look_alikes()] if a.id in wanted]
    with listening(folder, world.mark) as ears, victim() as prey, ExitStack() as held:
        assignment = world.assignment()
        known = world.where(ears) | {"level": level, "shared": _SHARED, "victim": prey.pid}
        _hand_in(world, chosen, f"where = {known!r}")
        resource_tracker.ensure_running()  # Python's own; it lives as long as this process
        settings = {
            name: Setting(tight, unsafe=level == "none", prefer=level) for name, tight in LIMITS.items()
        }
        workers: Callable[[Setting], Any] = LocalWorkers
        if place == "cluster":
            # Only here: Dask isn't there wherever attacks are graded.
            from away import cluster

            workers = held.enter_context(cluster(folder, assignment, settings.values()))
        before = _surroundings(world)
        rows = _grade(world, assignment, settings, workers, chosen)
        _wait_for_the_end(len(before["processes"]))
        after = _surroundings(world)
        survived = prey.poll() is None
        _clean_up(after)
    report = {
        "rows": rows,
        "heard": ears.heard,
        "left": {name: [x for x in after[name] if x not in before[name]] for name in after},
        "lost": {name: [x for x in before[name] if x not in after[name]] for name in after},
        "level": level,
        "user": os.geteuid(),
        "victim": "alive" if survived else "dead",
    }
    (folder / "report.json").write_text(json.dumps(report))


def _hand_in(world: World, chosen: Iterable[Attack], known: str) -> None:
    """Lay out attacks, each with what attackers know, and good work among them."""
    for attack in chosen:
        notebook = attack.notebook("variant = 0", READ, SAY, known, TOOLS)
        world.hand_in(attack.id, notebook, dict(attack.files))
    # In the alphabet, one of them is graded first, one last, and some in between.
    for good in ("a-good", "g-good", "m-good", "p-good", "z-good"):
        world.neighbour(good)


def _grade(
    world: World,
    assignment: Assignment,
    settings: Mapping[str, Setting],
    workers: Callable[[Setting], Any],
    chosen: Iterable[Attack],
) -> dict[str, Any]:
    """Grade all that was handed in, each under its limits; the good ones are among all of them."""
    handed, ignored = intake.collect(world.submissions, ["9-01"])
    assert not ignored, ignored
    limits = {a.id: a.limits for a in chosen}
    with Gradebook(world.grades / "gradebook.db") as book:
        for name, setting in settings.items():
            mine = [h for h in handed if limits.get(h.trainee, name) == name]
            with workers(setting) as ready:
                batch.run(
                    mine,
                    lambda *_whose: assignment,
                    book,
                    ready,
                    classmates=lambda _trainee, _exercise: [key(CLASSMATE)],
                )
        latest = book.latest()
    keys = {(assignment.info.id, assignment.info.edition): assignment.visible.key}
    results.write_results(world.grades, latest, lambda _trainee: keys)
    return {name: _row(own) for name, [own] in groupby(latest, key=lambda s: s.trainee.name)}


def _row(submission: Submission) -> dict[str, Any]:
    """Return a submission's row of the gradebook as plain data."""
    return {
        "state": submission.state,
        "note": submission.note,
        "earned": {m.name: m.earned for m in submission.marks},
        "flags": sorted({m.flag for m in submission.marks if m.flag}),
        "executions": [
            {
                "hidden": e.hidden,
                "state": e.state,
                "detail": e.detail,
                "isolation": e.isolation,
                "failures": e.failures,
                "seconds": e.seconds,
                "outcomes": {r.name: r.outcome for r in e.results},
                "values": {r.name: r.value for r in e.results},
                "reasons": {r.name: r.reason for r in e.results},
            }
            for e in submission.executions
        ],
    }


def _surroundings(world: World) -> dict[str, list[Any]]:
    """Return all that grading must neither add to nor take from."""
    places = [Path(p) for p in _PLACES]
    marked = [str(p) for place in places if place.is_dir() for p in place.iterdir() if world.mark in p.name]
    names = Path("/proc/net/unix").read_text().splitlines()
    return {
        "processes": [p["name"] for p in _offspring()],
        "files": sorted(world.fingerprint().items()),
        "marks": marked,
        "temporary": _names(tempfile.gettempdir()),
        "mounts": Path("/proc/self/mountinfo").read_text().splitlines(),
        "sockets": [line for line in names if world.mark in line],
        "shared memory": [x for x in _lines("/proc/sysvipc/shm") if x.split()[0] == str(_SHARED)],
        "descriptors": _names("/proc/self/fd"),
    }


def _clean_up(left: dict[str, list[Any]]) -> None:
    """End and remove what outlived its run: it is in the report, and goes no further."""
    for process in _offspring():
        with suppress(ProcessLookupError):
            os.kill(process["pid"], signal.SIGKILL)
    for path in left["marks"]:
        Path(path).unlink()
    libc = ctypes.CDLL(None)
    if left["shared memory"]:
        libc.shmctl(libc.shmget(_SHARED, 0, 0), _IPC_RMID, None)


def _offspring() -> list[dict[str, Any]]:
    """Return all processes below this one."""
    found: dict[int, dict[str, Any]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text()
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            parent = status.rpartition(")")[2].split()[1]
            found[int(entry.name)] = {
                "pid": int(entry.name),
                "name": (command or "a zombie")[:200],
                "parent": int(parent),
            }
    return [p for pid, p in found.items() if _descends(pid, found)]


def _descends(pid: int, found: dict[int, dict[str, Any]]) -> bool:
    above = found[pid]["parent"]
    while above in found and above != os.getpid():
        above = found[above]["parent"]
    return above == os.getpid()


def _wait_for_the_end(most: int) -> None:
    """Give the kernel a moment to end what was killed; nobody waits for an orphan but this process."""
    deadline = time.monotonic() + _PATIENCE
    while len(_offspring()) > most and time.monotonic() < deadline:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.05)


def _names(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.is_file() else []


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
