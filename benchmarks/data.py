"""Time and memory of generating the company: `python -m benchmarks.data [--customers N …]`.

Each size runs in a process of its own, as `trainkit data generate` would. CPU seconds and peak memory stand
beside what a line through the two smaller sizes predicts for the largest: growth is linear if they agree.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (5_000, 50_000, 500_000)


def measure(customers: int, form: str) -> dict[str, float]:
    """Generate all tables in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.data", "--one", str(customers), "--format", form]
        printed = subprocess.run(
            [*command, "--out", folder], check=True, capture_output=True, text=True
        ).stdout
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    return {**json.loads(printed.splitlines()[-1]), "megabytes": size / 1e6}


def one(customers: int, form: str, out: Path) -> None:
    """Generate, and print what it took."""
    begin = time.perf_counter()
    from trainkit.company.export import generate

    generate(out, customers=customers, form=form)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "cpu": used.ru_utime + used.ru_stime,
                "wall": time.perf_counter() - begin,
                # Linux counts kilobytes, macOS bytes.
                "peak": used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3),
            }
        )
    )


def simulate_only() -> float:
    """CPU seconds of simulating 5,000 customers in memory, imports of numpy and pandas included."""
    code = "import time; from trainkit.company import simulate; simulate(1); print(time.process_time())"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return float(printed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, nargs="+", default=SIZES)
    parser.add_argument("--format", default="parquet")
    parser.add_argument("--one", type=int)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.one:
        one(options.one, options.format, options.out)
        return
    print(f"simulate(), 5,000 customers, with imports: {simulate_only():.2f} CPU-s (bar: 2)")
    print(f"{'customers':>10} {'CPU-s':>8} {'wall s':>8} {'peak MB':>8} {'files MB':>9} {'CPU-ms/1000':>12}")
    rows = {}
    for customers in options.customers:
        row = rows[customers] = measure(customers, options.format)
        print(
            f"{customers:>10,} {row['cpu']:>8.1f} {row['wall']:>8.1f} {row['peak']:>8.0f} "
            f"{row['megabytes']:>9.1f} {1e6 * row['cpu'] / customers:>12.1f}"
        )
    if len(rows) >= 3:
        *_, (n1, first), (n2, second), (n3, third) = rows.items()
        predicted = second["cpu"] + (second["cpu"] - first["cpu"]) / (n2 - n1) * (n3 - n2)
        print(f"CPU of the largest: {third['cpu'] / predicted:.2f} × what a line through the others predicts")


if __name__ == "__main__":
    main()
