"""What outgrows one machine runs on Spark with the same text: RFM, cohorts, churn, CLV summary, audit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from backends import plain

from trainkit import metrics as m
from trainkit.metrics.quality import Rule

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
def on_spark(orders: pd.DataFrame) -> Iterator[Any]:
    """The same orders in a real local Spark session."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = (
        builder.config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    rows = list(zip(*(orders[c].tolist() for c in orders.columns), strict=True))
    rows = [(c, at.to_pydatetime(), amount) for c, at, amount in rows]
    yield session.createDataFrame(rows, "customer_id string, ordered_at timestamp_ntz, amount double")
    session.stop()


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
def test_spark_gives_what_pandas_gives(name: str, orders: pd.DataFrame, on_spark: Any):
    expected, found = plain(CASES[name](orders)), plain(CASES[name](on_spark))
    if not isinstance(expected, dict):
        assert found == pytest.approx(expected)
        return
    assert list(found) == list(expected)
    for column, values in expected.items():
        same = pytest.approx(values) if isinstance(values[0], float) else values
        assert found[column] == same, column
