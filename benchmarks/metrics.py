"""How fast the table metrics are beside hand-written code: `python -m benchmarks.metrics [--orders N]`.

RFM with scores, cohort retention and monthly churn on simulated orders, each engine in a process of its
own, so that peak memory is its own. CPU seconds are those of the computation, without loading and
importing. Peers that the project doesn't depend on get an environment of their own (`--peers`). Linux only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

AS_OF = date(2026, 1, 1)
#: Orders a customer, on average.
PER_CUSTOMER = 22


def simulate(orders: int, path: Path) -> None:
    """Write a table of orders: few customers buy much, over two years, amounts in cents."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(1)
    customers = max(orders // PER_CUSTOMER, 1)
    customer = (customers * random.random(orders) ** 2).astype(np.int64)
    second = random.integers(0, 2 * 365 * 86_400, orders)
    at = np.datetime64("2024-01-01", "us") + second.astype("timedelta64[s]")
    amount = np.round(random.lognormal(5, 1, orders), 2)
    pq.write_table(pa.table({"customer_id": customer, "ordered_at": at, "amount": amount}), path)


def ours(frame: Any) -> None:
    """The three metrics, in one text for every engine."""
    from trainkit.metrics.retention import active_months, monthly_churn
    from trainkit.metrics.segments import rfm_scores, rfm_table
    from trainkit.metrics.survival import cohort_retention

    rfm_scores(rfm_table(frame, AS_OF))
    months = active_months(frame)
    cohort_retention(months, when="month")
    monthly_churn(months, when="month")


def pandas_vectorised(orders: Any) -> None:
    """The same in pandas as a good analyst writes it."""
    import pandas as pd

    grouped = orders.groupby("customer_id").agg(
        last=("ordered_at", "max"), frequency=("ordered_at", "size"), monetary=("amount", "sum")
    )
    grouped["recency"] = (pd.Timestamp(AS_OF) - grouped["last"].dt.normalize()).dt.days
    for column, score in (("recency", "r"), ("frequency", "f"), ("monetary", "m")):
        below = np.searchsorted(
            np.percentile(grouped[column], [20, 40, 60, 80]), grouped[column], side="left"
        )
        grouped[score] = 5 - below if column == "recency" else 1 + below
    month = orders["ordered_at"].dt.year * 12 + orders["ordered_at"].dt.month - 1
    pairs = pd.DataFrame({"customer_id": orders["customer_id"], "month": month}).drop_duplicates()
    first = pairs.groupby("customer_id")["month"].transform("min")
    active = pairs.assign(first=first, age=pairs["month"] - first).groupby(["first", "age"]).size()
    active.div(active.groupby("first").transform("first"))
    before = pairs.assign(month=pairs["month"] - 1, back=1)
    churn = pairs.merge(before, on=["customer_id", "month"], how="left").groupby("month")["back"]
    1 - churn.count() / churn.size()


def pandas_tutorial(orders: Any) -> None:
    """The same in the idiom of tutorials: lambdas, apply, sets."""
    now = np.datetime64(AS_OF)
    table = orders.groupby("customer_id").agg(
        {"ordered_at": [lambda x: (now - x.max()).days, "count"], "amount": lambda x: x.sum()}
    )
    table.columns = ["recency", "frequency", "monetary"]
    import pandas as pd

    for column in table:
        pd.qcut(table[column].rank(method="first"), 5, labels=[1, 2, 3, 4, 5])
    period = orders["ordered_at"].dt.to_period("M")
    with_month = orders.assign(month=period)
    with_month["cohort"] = with_month.groupby("customer_id")["ordered_at"].transform("min").dt.to_period("M")
    with_month["age"] = (with_month["month"] - with_month["cohort"]).apply(lambda gap: gap.n)
    with_month.groupby(["cohort", "age"])["customer_id"].nunique().unstack()
    buyers = with_month.groupby("month")["customer_id"].apply(set)
    [1 - len(a & b) / len(a) for a, b in zip(buyers, buyers.iloc[1:], strict=False)]


def polars_native(orders: Any) -> None:
    """The same in native Polars."""
    import polars as pl

    lazy = orders.lazy()
    rfm = lazy.group_by("customer_id").agg(
        last=pl.col("ordered_at").max(), frequency=pl.len(), monetary=pl.col("amount").sum()
    )
    # One whole number for customer and month: half the cost of a pair of columns in `unique` and `join`.
    month = pl.col("ordered_at").dt.year().cast(pl.Int64) * 12 + pl.col("ordered_at").dt.month() - 1
    codes = lazy.select(code=pl.col("customer_id") * 100_000 + month).unique()
    table, pairs = pl.collect_all([rfm, codes])
    scores = table.with_columns(recency=(pl.lit(AS_OF) - pl.col("last").dt.date()).dt.total_days())
    for column in ("recency", "frequency", "monetary"):
        cuts = [scores[column].quantile(q, interpolation="linear") for q in (0.2, 0.4, 0.6, 0.8)]
        scores = scores.with_columns(sum(pl.col(column) > cut for cut in cuts).alias(column + "_score"))
    months = pairs.select(customer_id=pl.col("code") // 100_000, month=pl.col("code") % 100_000)
    first = months.group_by("customer_id").agg(first=pl.col("month").min())
    aged = months.join(first, on="customer_id")
    aged.group_by("first", pl.col("month") - pl.col("first")).len().sort("first", "month")
    back = pairs.select(pl.col("code") - 1, back=pl.lit(True))
    pairs.join(back, on="code", how="left").group_by(pl.col("code") % 100_000).agg(
        pl.len(), pl.col("back").sum()
    )


def duckdb_native(orders: Any) -> None:
    """The same in SQL."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.register("orders", orders)
    cuts = "quantile_cont({0}, [0.2, 0.4, 0.6, 0.8])"
    connection.execute(
        "CREATE TABLE rfm AS SELECT customer_id, "
        "date_diff('day', max(ordered_at)::DATE, DATE '2026-01-01') AS r, "
        "count(*) AS f, sum(amount) AS m FROM orders GROUP BY customer_id"
    )
    query = ", ".join(f"list_sum([({c} > x)::INT FOR x IN q{c}]) AS s{c}" for c in "rfm")
    select = ", ".join(f"{cuts.format(c)} AS q{c}" for c in "rfm")
    connection.sql(
        f"SELECT customer_id, r, f, m, {query} FROM rfm, (SELECT {select} FROM rfm)"
    ).to_arrow_table()
    connection.execute(
        "CREATE TABLE pairs AS SELECT DISTINCT customer_id, "
        "year(ordered_at) * 12 + month(ordered_at) - 1 AS month FROM orders"
    )
    connection.sql(
        "WITH f AS (SELECT customer_id, min(month) AS first FROM pairs GROUP BY 1) "
        "SELECT first, month - first AS age, count(*) FROM pairs JOIN f USING (customer_id) GROUP BY 1, 2"
    ).to_arrow_table()
    connection.sql(
        "SELECT p.month, count(*), count(q.month) FROM pairs p LEFT JOIN pairs q "
        "ON p.customer_id = q.customer_id AND q.month = p.month + 1 GROUP BY 1"
    ).to_arrow_table()


def summary_ours(frame: Any) -> None:
    """The table that lifetime models are fitted to."""
    from trainkit.metrics.lifetime import clv_summary

    clv_summary(frame, AS_OF)


def summary_lifetimes(orders: Any) -> None:
    """The same by the library that most tutorials use."""
    from lifetimes.utils import summary_data_from_transaction_data

    summary_data_from_transaction_data(
        orders,
        "customer_id",
        "ordered_at",
        monetary_value_col="amount",
        observation_period_end=AS_OF,
        freq="D",
    )


def fit_ours(table: Any) -> None:
    """A BG/NBD model of the CDNOW summary."""
    from trainkit.metrics.lifetime import bg_nbd

    bg_nbd(table)


def fit_lifetimes(table: Any) -> None:
    """The same by the library that most tutorials use."""
    from lifetimes import BetaGeoFitter

    BetaGeoFitter(penalizer_coef=0.0).fit(table["frequency"], table["recency"], table["T"])


def _pandas(path: str) -> Any:
    import pandas as pd

    return pd.read_parquet(path)


def _polars(path: str) -> Any:
    import polars as pl

    return pl.read_parquet(path)


def _polars_lazy(path: str) -> Any:
    return _polars(path).lazy()


def _arrow(path: str) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(path)


def _duckdb(path: str) -> Any:
    import duckdb

    duckdb.sql("SET threads = 2")
    duckdb.sql(f"CREATE TABLE loaded AS SELECT * FROM '{path}'")
    return duckdb.table("loaded")


#: What runs on what.
CASES: dict[str, tuple[Callable[[str], Any], Callable[[Any], None]]] = {
    "pandas, vectorised by hand": (_pandas, pandas_vectorised),
    "pandas, tutorial idiom": (_pandas, pandas_tutorial),
    "Polars by hand": (_polars, polars_native),
    "DuckDB by hand": (_arrow, duckdb_native),
    "trainkit on pandas": (_pandas, ours),
    "trainkit on Polars": (_polars, ours),
    "trainkit on Polars lazy": (_polars_lazy, ours),
    "trainkit on DuckDB": (_duckdb, ours),
    "summary: lifetimes": (_pandas, summary_lifetimes),
    "summary: trainkit on pandas": (_pandas, summary_ours),
    "summary: trainkit on Polars lazy": (_polars_lazy, summary_ours),
    "summary: trainkit on DuckDB": (_duckdb, summary_ours),
    "fit: lifetimes": (_pandas, fit_lifetimes),
    "fit: trainkit": (_pandas, fit_ours),
}


def peak_memory() -> float:
    """Return this process's peak in MB; its own, unlike `ru_maxrss`, which remembers the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def worker(case: str, path: str, repeats: int) -> None:
    """Run one case in this process and print its figures as JSON."""
    load, run = CASES[case]
    frame = load(path)
    loaded = peak_memory()
    if case.startswith("fit"):
        run(frame)  # the libraries are imported by then: a fit is timed, and not an import
    seconds = []
    for _repeat in range(repeats):
        begin = time.process_time()
        run(frame)
        seconds.append(time.process_time() - begin)
    print(json.dumps({"cpu": sorted(seconds)[len(seconds) // 2], "loaded": loaded, "peak": peak_memory()}))


def measure(case: str, path: Path, repeats: int, python: str) -> dict[str, float] | None:
    """Run one case in a process of its own; `None` if its library isn't there."""
    command = [python, "-W", "ignore", __file__, "--worker", case, str(path), "--repeats", str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed"
        print(f"{case:34} left out: {reason}")
        return None
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    memory = f"peak {figures['peak']:7,.0f} MB (loaded {figures['loaded']:,.0f})"
    print(f"{case:34} {figures['cpu']:8.3f} CPU-s   {memory}")
    return figures


def measure_fits(summary: Path | None, repeats: int, other: str) -> dict[str, float]:
    """Time the fits on the CDNOW summary, if it's there."""
    if summary is None or not summary.exists():
        print("BG/NBD fit: give the CDNOW summary with --cdnow FILE")
        return {}
    found = {}
    for case, python in (("fit: lifetimes", other), ("fit: trainkit", sys.executable)):
        if python and (figures := measure(case, summary, max(repeats, 15), python)):
            found[case] = figures["cpu"]
    return found


def peers(folder: Path) -> str:
    """Make an environment with the peers and return its Python."""
    venv.create(folder, with_pip=True, system_site_packages=False)
    python = folder / "bin" / "python"
    packages = ["lifetimes==0.11.3", "pandas", "pyarrow", "numpy"]
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
    return str(python)


def main() -> None:
    """Measure all cases and print their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--peers", type=Path, help="folder for an environment with lifetimes (made if missing)"
    )
    parser.add_argument("--cdnow", type=Path, help="CDNOW summary as Parquet")
    parser.add_argument("--skip", action="append", default=[], help="a case to leave out")
    parser.add_argument("--worker", nargs=2, metavar=("CASE", "PATH"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        worker(*options.worker, options.repeats)
        return
    other = ""
    if options.peers:
        ready = options.peers / "bin" / "python"
        other = str(ready) if ready.exists() else peers(options.peers)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        simulate(options.orders, path)
        print(f"{options.orders:,} orders, median of {options.repeats}, one process a case")
        found = {}
        for case in CASES:
            if case.startswith("fit") or case in options.skip or ("lifetimes" in case and not other):
                continue
            python = other if "lifetimes" in case else sys.executable
            if figures := measure(case, path, options.repeats, python):
                found[case] = figures["cpu"]
    found |= measure_fits(options.cdnow, options.repeats, other)
    _ratios(found)


def _ratios(found: dict[str, float]) -> None:
    pairs = [
        ("trainkit on pandas", "pandas, vectorised by hand", "≤ 1.1"),
        ("pandas, tutorial idiom", "trainkit on pandas", ""),
        ("trainkit on Polars lazy", "Polars by hand", "≤ 1.3"),
        ("trainkit on DuckDB", "DuckDB by hand", "≤ 1.3"),
        ("summary: trainkit on pandas", "summary: lifetimes", "≤ 0.5"),
        ("summary: trainkit on Polars lazy", "summary: lifetimes", "≤ 0.25"),
        ("fit: trainkit", "fit: lifetimes", "≤ 0.2, and ≤ 0.010 CPU-s"),
    ]
    print()
    for upper, lower, bar in pairs:
        if upper in found and lower in found:
            print(f"{upper} / {lower}: {found[upper] / found[lower]:.2f} {bar and f'(bar {bar})'}")


if __name__ == "__main__":
    main()
