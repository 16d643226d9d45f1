"""What outgrows one machine runs on Spark with the same text, in every session's time zone.

The whole registry is tried on its examples, and what is meant for large tables on two thousand orders.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from backends import plain
from registry_examples import WITH_DATA, close, in_order, is_column, is_frame, run

from trainkit import metrics as m
from trainkit.errors import InputError
from trainkit.metrics.quality import Rule
from trainkit.metrics.registry import Metric

pyspark = pytest.importorskip(
    "pyspark", reason="PySpark isn't installed: make test-spark", exc_type=ImportError
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("java") is None, reason="Spark needs Java 17: apt install openjdk-17-jre-headless"
    ),
    # Spark's own code leaves sockets open and calls deprecated functions.
    pytest.mark.filterwarnings("ignore"),
]


ZONES = ("UTC", "Asia/Shanghai", "America/Los_Angeles")
TYPES = {
    datetime: "timestamp_ntz",
    date: "date",
    str: "string",
    bool: "boolean",
    int: "bigint",
    float: "double",
}


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    """Two thousand orders of a year."""
    random = np.random.default_rng(6)
    seconds = random.integers(0, 365 * 86_400, 2000).astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in random.integers(0, 150, 2000)],
            "ordered_at": np.datetime64("2025-01-01", "us") + seconds,
            "amount": np.round(random.lognormal(5, 1, 2000), 2),
        }
    )


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A real local Spark session."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = (
        builder.config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, spark: Any) -> str:
    """The session's time zone."""
    spark.conf.set("spark.sql.session.timeZone", request.param)
    return str(request.param)


def frame(spark: Any, data: Mapping[str, Sequence[Any]]) -> Any:
    """Build a Spark frame from a dictionary of lists."""
    found = {
        name: next((TYPES[type(v)] for v in values if v is not None), "string")
        for name, values in data.items()
    }
    rows = list(zip(*data.values(), strict=True))
    return spark.createDataFrame(rows, ", ".join(f"`{name}` {kind}" for name, kind in found.items()))


@pytest.fixture(scope="module")
def on_spark(orders: pd.DataFrame, spark: Any) -> Any:
    """The same orders in Spark."""
    return frame(spark, {c: orders[c].tolist() for c in orders.columns} | {"ordered_at": _times(orders)})


def _times(orders: pd.DataFrame) -> list[datetime]:
    return list(orders["ordered_at"].dt.to_pydatetime())


CASES = {
    "rfm_table": lambda frame: m.rfm_table(frame, date(2026, 1, 1)),
    "rfm_scores": lambda frame: m.rfm_scores(m.rfm_table(frame, date(2026, 1, 1))),
    "cohort_retention": m.cohort_retention,
    "monthly_churn": m.monthly_churn,
    "clv_summary": lambda frame: m.clv_summary(frame, date(2025, 12, 31)),
    "repurchase_rate": m.repurchase_rate,
    "audit": lambda frame: m.audit(
        frame, [Rule("customer_id", pattern=r"c\d+"), Rule("amount", low=1, high=500)]
    ),
}


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.usefixtures("zone")
def test_spark_gives_what_pandas_gives(name: str, orders: pd.DataFrame, on_spark: Any):
    expected, found = plain(CASES[name](orders)), plain(CASES[name](on_spark))
    if not isinstance(expected, dict):
        assert found == pytest.approx(expected)
        return
    assert list(found) == list(expected)
    for column, values in expected.items():
        same = pytest.approx(values) if isinstance(values[0], float) else values
        assert found[column] == same, column


@pytest.mark.parametrize("metric", WITH_DATA, ids=lambda m: m.name)
def test_every_metric_gives_on_spark_what_it_gives_on_pandas(metric: Metric, spark: Any):
    spark.conf.set("spark.sql.session.timeZone", "Asia/Shanghai")
    arguments = {}
    for name, value in metric.example.items():
        if is_frame(value):
            arguments[name] = frame(spark, value)
        else:
            arguments[name] = frame(spark, {name: value}) if is_column(metric, name, value) else value
    found = plain(metric.function(**arguments))
    assert close(in_order(metric, found), in_order(metric, run(metric)))


@pytest.mark.usefixtures("zone")
def test_dates_as_text_mean_the_days_that_are_written(spark: Any):
    days = ["2025-01-31T23:30", "2025-02-28 23:30:00", "2025-03-01T00:30+08:00"]
    table = frame(spark, {"customer_id": ["a", "a", "a"], "ordered_at": days, "amount": [1.0, 2.0, 3.0]})
    found = plain(m.rfm_table(table, "2025-03-02"))
    assert (found["recency"], found["frequency"]) == ([1], [3])
    assert plain(m.purchase_intervals(table))["median_days"] == [14.5]
    assert plain(m.clv_summary(table, "2025-03-02", days_per_period=1))["T"] == [30]
    assert plain(m.cohort_retention(table))["age"] == [0, 1, 2]


def test_moments_that_have_only_the_sessions_zone_are_refused_with_a_way_out(spark: Any, zone: str):
    naive = frame(
        spark, {"customer_id": ["a"], "ordered_at": [datetime(2025, 1, 31, 23, 30)], "amount": [1.0]}
    )
    instants = naive.withColumn("ordered_at", naive["ordered_at"].cast("timestamp"))
    with pytest.raises(InputError, match="timestamp_ntz"):
        m.rfm_table(instants, "2025-02-01")
    back = instants.withColumn("ordered_at", instants["ordered_at"].cast("timestamp_ntz"))
    assert plain(m.rfm_table(back, "2025-02-01"))["recency"] == [1]


def test_nan_beside_null_and_decimals_are_what_they_are_on_pandas(spark: Any):
    nan = float("nan")
    amounts = [10.0, nan, 20.0, None]
    bought = {"customer_id": [1.0, 1.0, nan, 2.0], "ordered_at": [datetime(2025, 1, d) for d in (1, 3, 3, 4)]}
    table = frame(spark, {**bought, "amount": amounts})
    assert m.spend_per_customer(table) == 10
    found = plain(m.rfm_table(table, "2025-01-05"))
    assert (found["frequency"], found["monetary"]) == ([2, 1], [10, 0])
    assert plain(m.clv_summary(table, "2025-01-05"))["frequency"] == [1, 0]
    exact = table.withColumn("amount", table["amount"].cast("decimal(12, 2)"))
    assert plain(m.rfm_table(exact, "2025-01-05")) == found
    assert m.share_of_wallet(frame(spark, {"ours": [1.0, nan, 3.0], "category": [2.0, 9.0, None]})) == 50
    text = table.withColumn("amount", table["amount"].cast("string"))
    with pytest.raises(InputError, match="`amount` must hold numbers"):
        m.spend_per_customer(text)


@pytest.mark.usefixtures("zone")
def test_a_return_is_no_purchase(spark: Any):
    days = [datetime(2025, 1, 2), datetime(2025, 1, 28), datetime(2025, 1, 2)]
    table = frame(
        spark, {"customer_id": ["a", "a", "b"], "ordered_at": days, "amount": [100.0, -100.0, 50.0]}
    )
    found = plain(m.rfm_table(table, "2025-02-01"))
    assert (found["recency"], found["frequency"], found["monetary"]) == ([30, 30], [1, 1], [0, 50])
    assert plain(m.clv_summary(table, "2025-02-01"))["frequency"] == [0, 0]
    assert m.purchase_frequency(table) == 1
