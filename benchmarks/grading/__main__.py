"""What grading costs, against its bars: `python -m benchmarks.grading [--rows single,whole …]`.

CPU seconds are those of all processes together, medians over rounds in which the rivals take turns.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from benchmarks.grading.cpu import Meter
from benchmarks.grading.single import executions, whole


def line(what: str, figure: str, bar: str, held: bool) -> None:
    print(f"{what:<62} {figure:>22}   bar {bar:<22} {'held' if held else 'MISSED'}", flush=True)


def single_row(options: argparse.Namespace, meter: Meter) -> None:
    found = executions(options.exercise, meter, rounds=options.rounds, runs=options.runs)
    shown = ", ".join(f"{n} {found[n]:.3f}" for n in ("engine", "papermill", "floor"))
    print(f"one execution of {options.exercise}, CPU-s: {shown}")
    times = 1 / found["of papermill"]
    line("  against plain papermill", f"1/{times:.1f}", "≤ 1/12", times >= 12)
    line("  against the floor", f"{found['of floor']:.2f} ×", "≤ 1.8 ×", found["of floor"] <= 1.8)


def whole_row(options: argparse.Namespace, meter: Meter) -> None:
    found = whole(options.exercise, meter, rounds=options.rounds, runs=options.runs)
    line(
        "a submission graded whole: 3 variants, judged, stored, feedback",
        f"{found['whole']:.3f} CPU-s",
        "≤ 0.45 CPU-s",
        found["whole"] <= 0.45,
    )


ROWS: dict[str, Callable[[argparse.Namespace, Meter], None]] = {"single": single_row, "whole": whole_row}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--exercise", default="1-06")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=5, help="executions in a round")
    options = parser.parse_args()
    meter = Meter()
    print(f"CPU by {meter.how}")
    try:
        for row in options.rows:
            ROWS[row](options, meter)
    finally:
        meter.close()


if __name__ == "__main__":
    main()
