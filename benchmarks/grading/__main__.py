"""What grading costs, against its bars: `python -m benchmarks.grading [--rows single whole …]`.

CPU seconds are those of all processes together. Of one notebook, they are medians over rounds in which rivals
take turns.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.grading import batches, nbgrader
from benchmarks.grading.cpu import Meter
from benchmarks.grading.single import executions, whole


def line(what: str, figure: str, bar: str, held: bool) -> None:
    print(f"{what:<66} {figure:>16}   bar {bar:<20} {'held' if held else 'MISSED'}", flush=True)


def single_row(options: argparse.Namespace, meter: Meter) -> None:
    found = executions(options.exercise, meter, rounds=options.rounds, runs=options.runs)
    shown = ", ".join(f"{n} {found[n]:.3f}" for n in ("engine", "papermill", "floor"))
    print(f"one execution of {options.exercise}, CPU-s: {shown}")
    times = 1 / found["of papermill"]
    line("  against plain papermill", f"1/{times:.1f}", "≤ 1/12", times >= 12)
    line("  against the floor", f"{found['of floor']:.2f} ×", "≤ 1.8 ×", found["of floor"] <= 1.8)


def whole_row(options: argparse.Namespace, meter: Meter) -> None:
    own = whole(options.exercise, meter, rounds=options.rounds, runs=options.runs)
    what = "a submission graded whole: 3 variants, judged, stored, feedback"
    line(what, f"{own:.3f} CPU-s", "≤ 0.45 CPU-s", own <= 0.45)
    if options.peers:
        with tempfile.TemporaryDirectory() as folder:
            theirs = nbgrader.measure(
                options.exercise, meter, options.peers, Path(folder), submissions=options.peer_submissions
            )
        print(f"  nbgrader {nbgrader.VERSION}, one variant: {theirs:.3f} CPU-s")
        line("  against nbgrader", f"1/{theirs / own:.1f}", "≤ 1/3", theirs >= 3 * own)


def many_row(options: argparse.Namespace, meter: Meter) -> None:
    number, workers = options.many, options.workers
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "class"
        batches.hand_in(folder, options.exercise, number)
        batch = batches.grade(folder, meter, workers=workers)
    right = sum(float(row["percent"]) == 100 for row in batch.rows.values())
    allowed = 240 * number / 1000
    line(
        f"{number:,} submissions, {workers} workers, exercise made ready first",
        f"{batch.wall:.0f} s",
        f"≤ {allowed:.0f} s",
        batch.wall <= allowed,
    )
    print(f"  {batch.cpu / number:.3f} CPU-s each; {60 * number / batch.wall:.0f} a minute")
    line("  all of them right", f"{right:,}", f"{number:,}", right == number)
    flat = batch.flatness(min(100, number // 10), number)
    line("  memory of a worker, end / 100th", f"{flat:.3f}", "0.9 to 1.1", 0.9 <= flat <= 1.1)


def hostile_row(options: argparse.Namespace, meter: Meter) -> None:
    number, workers = options.few, options.workers
    with tempfile.TemporaryDirectory() as name:
        taken = []
        for hostile in (False, True):
            folder = Path(name) / f"class-{hostile}"
            batches.hand_in(folder, options.exercise, number, hostile=hostile)
            taken.append(batches.grade(folder, meter, workers=workers))
    good, mixed = taken
    deadlines = batches.CELL_SECONDS * batches.VARIANTS
    allowed = 1.5 * good.wall + deadlines
    line(
        f"{number} submissions with 4 bad ones ({good.wall:.1f} s without)",
        f"{mixed.wall:.1f} s",
        f"≤ {allowed:.1f} s",
        mixed.wall <= allowed,
    )
    others = [row for trainee, row in mixed.rows.items() if trainee not in batches.HOSTILE]
    right = sum(float(row["percent"]) == 100 for row in others)
    line("  all others right", f"{right}", f"{number - 4}", right == len(others) == number - 4)
    for name in batches.HOSTILE:
        row = mixed.rows[name]
        print(f"  {name}: {row['state']}, {row['percent']} %, {row['remarks']}")


ROWS: dict[str, Callable[[argparse.Namespace, Meter], None]] = {
    "single": single_row,
    "whole": whole_row,
    "many": many_row,
    "hostile": hostile_row,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--exercise", default="1-06")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=5, help="notebooks in a round")
    parser.add_argument("--many", type=int, default=1000, help="submissions of the large batch")
    parser.add_argument("--few", type=int, default=60, help="submissions of the batch with bad ones")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--peers",
        type=Path,
        default=Path(tempfile.gettempdir()) / f"trainkit-peers-{os.getuid()}",
        help="where nbgrader's environment is, or is made",
    )
    parser.add_argument("--no-peers", action="store_const", const=None, dest="peers")
    parser.add_argument("--peer-submissions", type=int, default=10)
    options = parser.parse_args()
    meter = Meter()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}; {meter.how}")
    try:
        for row in options.rows:
            ROWS[row](options, meter)
    finally:
        meter.close()


if __name__ == "__main__":
    main()
