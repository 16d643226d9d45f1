"""Many notebooks through `trainkit grade`, as an assessor would: time, CPU, and the workers' memory."""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.grading.cpu import Meter, children, memory
from benchmarks.grading.work import solved, source_of

#: Limits of the class: a loop is cut off after five seconds a variant.
CELL_SECONDS, VARIANTS = 5, 3
CLASS = f"hidden = {VARIANTS - 1}\n[limits]\ncell_seconds = {CELL_SECONDS}\nnotebook_seconds = 60\n"

#: What the four bad ones add to a solved notebook; the damaged one is cut in half.
HOSTILE = {
    "endless": "while True: pass",
    "bomb": "hoard = []\nwhile True: hoard.append(bytearray(64 << 20))",
    "killer": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos.kill(0, signal.SIGKILL)",
    "damaged": "",
}


@dataclass
class Batch:
    """What a run of `trainkit grade` took.

    Args:
        wall: seconds.
        cpu: seconds of all processes.
        rows: of `grades.csv`, by trainee.
        memory: for each worker by its number of samples: submissions done, and bytes of its process tree.
    """

    wall: float
    cpu: float
    rows: Mapping[str, Mapping[str, str]]
    memory: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def flatness(self, begin: int, end: int) -> float:
        """Memory of the workers at the end over that at the beginning, the larger of them."""
        ratios = []
        for samples in self.memory.values():
            early = [size for done, size in samples if begin <= done <= begin + max(20, (end - begin) // 5)]
            late = [size for done, size in samples if done >= end - max(20, (end - begin) // 5)]
            if early and late:
                ratios.append(median(late) / median(early))
        return max(ratios, key=lambda ratio: abs(ratio - 1), default=1.0)


def hand_in(folder: Path, exercise: str, number: int, *, hostile: bool = False) -> None:
    """Lay out a class of solved notebooks; with hostile ones, these take the first ones' places."""
    source = source_of(exercise)
    (folder / "submissions").mkdir(parents=True)
    (folder / "class.toml").write_text(CLASS)
    bad = list(HOSTILE.items()) if hostile else []
    for trainee in range(number):
        name, raw = f"trainee-{trainee:05}", solved(source, trainee)
        if trainee < len(bad):
            name, cell = bad[trainee]
            raw = solved(source, trainee, cell) if cell else raw[: len(raw) // 2]
        path = folder / "submissions" / name / f"{exercise}.ipynb"
        path.parent.mkdir()
        path.write_bytes(raw)


def grade(folder: Path, meter: Meter, *, workers: int) -> Batch:
    """Run the command, watching its workers."""
    command = [sys.executable, "-c", "from trainkit.cli import main; main()", "grade", str(folder)]
    begin, before = time.perf_counter(), meter.read()
    watched: dict[int, list[tuple[int, int]]] = {}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--workers", str(workers)], stdout=log, stderr=log)
        while process.poll() is None:
            time.sleep(0.5)
            done = _done(folder / "grades" / "gradebook.db")
            for pid in _workers(process.pid):
                tree = sum(memory(p) for p in [pid, *children(pid)])
                watched.setdefault(pid, []).append((done, tree))
    wall = time.perf_counter() - begin
    if process.returncode:
        raise SystemExit(f"trainkit grade failed:\n{(folder / 'log').read_text()}")
    with (folder / "grades" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["trainee"]: row for row in csv.DictReader(file)}
    return Batch(wall, meter.read() - before, rows, watched)


def _workers(parent: int) -> list[int]:
    """The worker processes of `trainkit grade`."""
    found = []
    for pid in children(parent):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"spawn_main" in line:
            found.append(pid)
    return found


def _done(path: Path) -> int:
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as book:
        try:
            return int(book.execute("select count(*) from submission").fetchone()[0])
        except sqlite3.OperationalError:
            return 0  # its tables are just being made
