"""One metric, one number, however missing values, dates, amounts and names are written: over the registry."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest
from backends import frame, plain
from registry_examples import WITH_DATA, built, close, in_order, is_column, is_frame, rows_of, run

from trainkit.errors import InputError
from trainkit.metrics.registry import Metric

#: The metrics that want the time between two moments, or whether there is one, and no day.
MOMENTS = {"sla_attainment", "timeliness", "monitoring_lag", "reopen_rate", "duplicated_batches"}
#: Of them, those that don't read the time itself.
UNREAD = {"reopen_rate", "duplicated_batches"}
#: The metrics that check values of every kind.
CHECKS = {"audit", "duplicates", "completeness", "validity", "uniqueness"}

ZONES = ("UTC", "Asia/Shanghai", "America/Los_Angeles", "America/New_York")


def over(chosen: list[Metric]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("metric", chosen, ids=lambda m: m.name)


def columns(metric: Metric) -> Iterator[tuple[str, list[Any]]]:
    """Every column of the example with its name."""
    for name, value in metric.example.items():
        if is_frame(value):
            yield from value.items()
        elif is_column(metric, name, value):
            yield name, value


def have(kind: Callable[[Any], bool]) -> list[Metric]:
    """The metrics in whose example a column holds values of a kind."""
    return [m for m in WITH_DATA if any(holds(values, kind) for _name, values in columns(m))]


def holds(values: list[Any], kind: Callable[[Any], bool]) -> bool:
    return any(map(kind, values)) and all(v is None or kind(v) for v in values)


def same(metric: Metric, left: Any, right: Any) -> bool:
    return close(in_order(metric, left), in_order(metric, right))


def is_float(value: Any) -> bool:
    return isinstance(value, float)


def is_time(value: Any) -> bool:
    return isinstance(value, datetime)


def rewrite(
    kind: Callable[[Any], bool], write: Callable[[Any], Any]
) -> Callable[[str, list[Any]], list[Any]]:
    """Write all values of a kind in another way."""

    def change(_name: str, values: list[Any]) -> list[Any]:
        return [v if v is None else write(v) for v in values] if holds(values, kind) else values

    return change


# --- missing ----------------------------------------------------------------------------------------------
def with_gaps(metric: Metric, nothing: float | None) -> dict[str, Any]:
    """The example with as many rows more as a frame has columns: in each another value is missing."""
    found = {}
    for name, value in metric.example.items():
        if is_frame(value):
            found[name] = {
                c: [
                    *v,
                    *((nothing if holds(v, is_float) else None) if c == gap else v[0] for gap in value),
                    None,
                ]
                for c, v in value.items()
            }
        elif is_column(metric, name, value):
            found[name] = [*value, nothing if holds(value, is_float) else None, None]
    return found


@over(have(is_float))
def test_nan_beside_null_is_missing_as_null_is(metric: Metric, backend: str):
    """Row by row: what is missing in one column takes the whole row along, or counts nowhere."""

    def outcome(library: str, nothing: float | None) -> Any:
        try:
            return in_order(metric, run(metric, library, **with_gaps(metric, nothing)))
        except InputError as error:
            return type(error).__name__

    expected = outcome("pandas", None)
    assert close(outcome(backend, float("nan")), expected)
    if metric.missing == "refused":
        assert isinstance(expected, str)


# --- dates ------------------------------------------------------------------------------------------------
def is_midnight(value: Any) -> bool:
    return is_time(value) and value.time() == time()


@over(have(is_time))
@pytest.mark.parametrize(
    "write", [str, datetime.isoformat, lambda at: f"{at.isoformat()}+08:00"], ids=["text", "iso", "offset"]
)
def test_dates_as_text_give_what_times_give(metric: Metric, backend: str, write: Callable[[Any], Any]):
    assert same(metric, run(metric, backend, rewrite(is_time, write)), run(metric, backend))


@over(have(is_midnight))
def test_dates_give_what_times_give(metric: Metric, backend: str):
    assert same(metric, run(metric, backend, rewrite(is_midnight, datetime.date)), run(metric, backend))


@over(have(is_midnight))
def test_pandas_periods_and_objects_give_what_times_give(metric: Metric):
    for write in (
        lambda at: pd.Period(at, "D"),
        pd.Timestamp,
        lambda at: at.replace(tzinfo=ZoneInfo("Asia/Tokyo")),
    ):
        assert same(metric, run(metric, "pandas", rewrite(is_midnight, write)), run(metric))


@over(have(is_time))
@pytest.mark.parametrize("zone", ZONES)
def test_the_day_is_the_day_in_the_columns_own_zone(metric: Metric, backend: str, zone: str):
    """DuckDB's moments have no zone of their own: where the day is wanted they are refused."""

    def local(at: datetime) -> datetime:
        return at.replace(tzinfo=ZoneInfo(zone))

    if backend == "duckdb" and metric.name not in MOMENTS:
        with pytest.raises(InputError, match="time zone"):
            run(metric, backend, rewrite(is_time, local))
        return
    arguments = {}
    if "as_of" in metric.example and backend == "duckdb":
        arguments["as_of"] = local(metric.example["as_of"])
    assert same(metric, run(metric, backend, rewrite(is_time, local), **arguments), run(metric, backend))


@over([m for m in WITH_DATA if "as_of" in m.example])
@pytest.mark.parametrize(
    "write",
    [str, pd.Timestamp, lambda at: pd.Period(at, "D"), lambda at: pd.Timestamp(at).to_datetime64()],
    ids=["text", "Timestamp", "Period", "NumPy"],
)
def test_the_day_of_a_snapshot_is_understood_however_it_is_written(
    metric: Metric, write: Callable[[Any], Any]
):
    as_of = metric.example["as_of"]
    assert same(metric, run(metric, as_of=write(as_of)), run(metric))
    for wrong in (None, "yesterday", "01.02.2025", 20250201, float("nan"), pd.NaT, pd.Period("2025-02", "M")):
        with pytest.raises(InputError, match="`as_of`"):
            run(metric, as_of=wrong)


@over([m for m in have(is_time) if m.name not in UNREAD])
@pytest.mark.parametrize("wrong", ["31.01.2025", "2025-02-30", "2025/01/31", "soon"])
def test_text_that_is_no_iso_date_is_refused_with_column_and_value(metric: Metric, backend: str, wrong: str):
    names = [name for name, values in columns(metric) if holds(values, is_time)]
    with pytest.raises(InputError, match=rf"`{names[0]}`.*{wrong}"):
        run(metric, backend, rewrite(is_time, lambda _at: wrong))


@over([m for m in have(is_time) if m.name not in UNREAD])
def test_numbers_in_place_of_dates_are_refused(metric: Metric, backend: str):
    for number in (202501, 20250131, 2025, 1738281600, 24300.5):
        with pytest.raises(InputError, match=str(number)):
            run(metric, backend, rewrite(is_time, lambda _at, number=number: number))


# --- numbers ----------------------------------------------------------------------------------------------
@over(have(is_float))
def test_decimals_are_numbers(metric: Metric, backend: str):
    write = rewrite(is_float, lambda value: Decimal(str(value)))
    assert close(rows_of(run(metric, backend, write)), rows_of(run(metric, backend)))


@over([m for m in have(is_float) if m.name not in CHECKS])
def test_numbers_as_text_are_refused_with_column_value_and_what_to_do(metric: Metric, backend: str):
    names = "|".join(name for name, values in columns(metric) if holds(values, is_float))
    with pytest.raises(InputError, match=rf"`({names})` must hold numbers. Got the text '.*convert"):
        run(metric, backend, rewrite(is_float, str))


# --- names ------------------------------------------------------------------------------------------------
#: Columns whose texts are names that anyone may choose.
NAMES = {
    "customer_id",
    "region",
    "batch",
    "order_no",
    "item",
    "channel",
    "plan",
    "vendor",
    "city",
    "before",
    "after",
}


@over([m for m in WITH_DATA if any(name in NAMES for name, _values in columns(m))])
def test_chinese_names_beside_latin_ones_stand_in_one_order(metric: Metric, backend: str):
    def change(name: str, values: list[Any]) -> list[Any]:
        if name not in NAMES or not holds(values, lambda v: isinstance(v, str)):
            return values
        known = sorted({v for v in values if v is not None})
        return [v if v is None or known.index(v) % 2 else f"恒远{v}" for v in values]

    assert close(
        in_order(metric, run(metric, backend, change)), in_order(metric, run(metric, "pandas", change))
    )


def table_name(metric: Metric) -> str | None:
    """The argument that holds a table to whose rows the metric adds columns."""
    name = next((n for n, v in metric.example.items() if is_frame(v)), None)
    returns = (metric.function.__doc__ or "").partition("Returns:")[2]
    return name if "The rows" in returns and metric.family != "privacy" else None


ADDING = [m for m in WITH_DATA if table_name(m)]


@over(ADDING)
def test_no_column_of_the_caller_is_overwritten(metric: Metric, backend: str):
    """A metric that adds columns to the caller's rows refuses a name that is taken by other values."""
    name = str(table_name(metric))
    own = metric.example[name]
    made = set(run(metric, backend)) - set(own)
    assert made
    for taken in made:
        theirs = {**own, taken: ["by hand"] * len(next(iter(own.values())))}
        with pytest.raises(InputError, match=f"`{taken}`"):
            run(metric, backend, **{name: theirs})


@over(ADDING)
def test_columns_that_were_added_may_be_there_when_it_is_done_again(metric: Metric, backend: str):
    arguments = built(metric, backend)
    once = metric.function(**arguments)
    again = metric.function(**(arguments | {str(table_name(metric)): once}))
    assert close(plain(again), plain(once))


# --- sessions ---------------------------------------------------------------------------------------------
@over(have(is_time))
def test_the_session_of_duckdb_decides_nothing(metric: Metric):
    expected = run(metric)
    try:
        for zone in ZONES:
            duckdb.sql(f"SET TimeZone = '{zone}'")
            assert same(metric, run(metric, "duckdb"), expected)
    finally:
        duckdb.sql("RESET TimeZone")


def test_a_day_that_depends_on_the_session_is_refused_with_a_way_out():
    from trainkit.metrics import rfm_table

    at = datetime(2025, 1, 31, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    orders = frame("duckdb", {"customer_id": ["a"], "ordered_at": [at], "amount": [1.0]})
    with pytest.raises(InputError, match="AT TIME ZONE"):
        rfm_table(orders, date(2025, 2, 1))
    local = orders.select("customer_id, ordered_at AT TIME ZONE 'Asia/Shanghai' AS ordered_at, amount")
    assert plain(rfm_table(local, date(2025, 2, 1)))["recency"] == [1]


@pytest.mark.slow
def test_the_zone_of_the_computer_decides_nothing():
    """DuckDB takes its session's zone from there, too."""
    shown = set()
    for zone in ("UTC", "Asia/Shanghai", "America/Los_Angeles"):
        command = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("show_results.py"))]
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "TZ": zone}, check=True
        )
        shown.add(done.stdout)
    assert len(shown) == 1
    assert shown.pop().count("\n") > 200
