"""The rules for days, moments, missing values, amounts, rounding, returns and ids, on small examples."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from backends import column, frame, plain

from trainkit import metrics as m
from trainkit.errors import EmptyInput, InputError, MissingColumn, OutOfRange
from trainkit.metrics.quality import Rule

NAN = float("nan")


def orders(**columns: list[Any]) -> dict[str, list[Any]]:
    """A table of orders: customer, day of January 2025 (or a date) and amount."""
    days = [datetime(2025, 1, d) if isinstance(d, int) else d for d in columns["day"]]
    rest = {name: values for name, values in columns.items() if name not in ("customer", "day")}
    return {"customer_id": columns["customer"], "ordered_at": days, **rest}


# --- groups -----------------------------------------------------------------------------------------------
def test_the_median_of_two_unequal_intervals_lies_between_them(backend: str):
    table = orders(customer=["a", "a", "a", "b", "b", "b", "b", "b"], day=[1, 2, 31, 1, 2, 5, 6, 16])
    found = plain(m.purchase_intervals(frame(backend, table)))
    assert found == {"customer_id": ["a", "b"], "intervals": [2, 4], "median_days": [15, 2]}


def test_shares_are_those_of_the_own_group_in_groups_of_two(backend: str):
    table = {
        "region": ["甲", "N", "甲", "N", "甲", "N"],
        "channel": ["app", "app", "phone", "phone", "app", "phone"],
    }
    found = plain(m.channel_mix(frame(backend, table), by="region"))
    assert found["region"] == ["N", "N", "甲", "甲"]
    assert found["channel"] == ["phone", "app", "app", "phone"]
    assert found["share"] == pytest.approx([200 / 3, 100 / 3] * 2)
    moved = plain(m.transition_matrix(frame(backend, table), "region", "channel"))
    assert moved["share"] == pytest.approx([100 / 3, 200 / 3, 200 / 3, 100 / 3])


@pytest.mark.slow
def test_a_thousand_calls_give_one_result(backend: str):
    """Windows and medians over a collected Arrow table would mix up groups now and then."""
    random = np.random.default_rng(3)
    names = [f"g{n}" for n in random.integers(0, 40, 3000)]
    table = {
        "customer_id": names,
        "channel": [f"c{n}" for n in random.integers(0, 6, 3000)],
        "ordered_at": [datetime(2025, 1, 1) + timedelta(days=int(n)) for n in random.integers(0, 300, 3000)],
    }
    built = frame(backend, table)
    calls: list[Callable[[], Any]] = [
        lambda: m.channel_mix(built, by="customer_id"),
        lambda: m.transition_matrix(built, "customer_id", "channel"),
        lambda: m.purchase_intervals(built),
    ]
    for call in calls:
        first = plain(call())
        assert all(plain(call()) == first for _time in range(334))


METRICS = sorted((Path(m.__file__).parent).glob("*.py"))


def _calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize(
    ("ending", "home"),
    [
        (".over", ()),
        (".median", ()),
        (".quantile", ()),
        (".mode", ()),
        (".rank", ()),
        ("round", ("rounding.py",)),
        (".drop_nulls", ()),
        (".drop_nans", ()),
        (".truncate", ("days.py",)),
        (".convert_time_zone", ("moments.py",)),
        (".replace_time_zone", ("days.py", "moments.py")),
    ],
)
def test_what_depends_on_the_engine_stands_in_one_place(ending: str, home: tuple[str, ...]):
    """NumPy's own functions depend on no engine."""
    for path in METRICS:
        found = [name for name, _call in _calls(path) if name.endswith(ending) and not name.startswith("np.")]
        if ending == "round":
            found += [name for name, _call in _calls(path) if name == "np.round"]
        assert not found or path.name in home, f"{path.name}: {found}"


# --- days -------------------------------------------------------------------------------------------------
def test_an_order_late_on_the_snapshots_eve_in_its_own_zone_counts_and_one_after_it_doesnt(backend: str):
    shanghai = ZoneInfo("Asia/Shanghai")
    at = [datetime(2025, 1, 31, 23, 30, tzinfo=shanghai), datetime(2025, 2, 1, 0, 30, tzinfo=shanghai)]
    table = {"customer_id": ["a", "b"], "ordered_at": at, "amount": [1.0, 1.0]}
    if backend == "duckdb":
        with pytest.raises(InputError, match="time zone"):
            m.rfm_table(frame(backend, table), "2025-02-01")
        return
    found = plain(m.rfm_table(frame(backend, table), "2025-02-01"))
    assert (found["customer_id"], found["recency"]) == (["a"], [1])
    summary = plain(m.clv_summary(frame(backend, table), date(2025, 2, 1), days_per_period=1))
    assert summary["T"] == [1, 0]
    assert plain(m.cohort_retention(frame(backend, table)))["cohort"] == ["2025-01", "2025-02"]


def test_text_with_offsets_of_several_zones_means_the_days_that_are_written(backend: str):
    at = ["2025-01-31T23:30:00+08:00", "2025-02-01 00:30-08:00", "2025-02-01T00:30Z"]
    table = {"customer_id": ["a", "a", "a"], "ordered_at": at, "amount": [1.0, 1.0, 1.0]}
    assert plain(m.purchase_intervals(frame(backend, table)))["median_days"] == [1]


def test_counted_months_are_the_months_of_the_dates_and_may_occur_again(backend: str):
    days = [datetime(2025, month, 5) for month in (1, 1, 1, 2, 3, 3)]
    customers = ["a", "a", "b", "a", "a", "b"]
    dated = frame(backend, {"customer_id": customers, "ordered_at": days})
    counted = frame(backend, {"customer_id": customers, "month": [d.year * 12 + d.month - 1 for d in days]})
    for function in (m.cohort_retention, m.monthly_churn):
        assert plain(function(counted, when="month")) == plain(function(dated))


def test_counted_months_with_a_gap_are_floats_in_pandas_and_the_same_months():
    table = pd.DataFrame({"customer_id": ["a", "a", "b", "b"], "month": [24300, 24301, 24300, None]})
    assert m.monthly_churn(table, when="month")["churn_rate"].tolist() == [50]
    objects = table.assign(month=table["month"].astype("Int64").astype(object))
    assert m.monthly_churn(objects, when="month")["churn_rate"].tolist() == [50]


@pytest.mark.parametrize("number", [202501, 20250131, 2025, 0])
def test_numbers_that_dont_count_months_are_refused_with_the_rule(backend: str, number: int):
    table = frame(backend, {"customer_id": ["a", "a"], "month": [number, number]})
    for function in (m.cohort_retention, m.monthly_churn, m.active_months):
        with pytest.raises(InputError, match=f"year · 12 .* Got {number}"):
            function(table, when="month")


def test_a_period_of_a_month_is_a_month_and_no_day():
    table = pd.DataFrame(
        {
            "customer_id": ["a", "a"],
            "ordered_at": pd.period_range("2025-01", periods=2, freq="M"),
            "amount": 1.0,
        }
    )
    assert m.monthly_churn(table)["month"].tolist() == ["2025-01"]
    with pytest.raises(InputError, match="Period"):
        m.rfm_table(table, "2025-04-01")


def test_a_column_of_which_every_date_is_missing_is_no_error(backend: str):
    contracts = {"contract_start": [datetime(2024, 1, 1)], "contract_end": [None]}
    found = plain(m.churn_by_quarter(frame(backend, contracts), "2025-Q4", "2025-Q4"))
    assert (found["at_start"], found["lost"]) == ([1], [0])
    floats = {**contracts, "contract_end": [NAN]}
    assert plain(m.churn_by_quarter(frame(backend, floats), "2025-Q4", "2025-Q4"))["lost"] == [0]


def test_the_last_day_of_all_is_a_day(backend: str):
    table = frame(backend, orders(customer=["a"], day=[1], amount=[1.0]))
    assert plain(m.clv_summary(table, date.max))["frequency"] == [0]
    ends = {"contract_start": ["2024-01-01"], "contract_end": ["9999-12-31"]}
    assert plain(m.churn_by_quarter(frame(backend, ends), "2025-Q4", "2025-Q4"))["lost"] == [0]


DAY, LATER = datetime(2025, 1, 31, 10), datetime(2025, 2, 28, 10)
TEXT = ["2025-01-31", "2025-02-28", None]
#: A column of dates in every type that a library has for one.
DATES: dict[str, Any] = {
    "PyArrow date64": lambda: pa.table({"at": pa.array([DAY.date(), LATER.date(), None], pa.date64())}),
    "PyArrow dictionary": lambda: pa.table({"at": pa.array(TEXT).dictionary_encode()}),
    "pandas categories": lambda: pd.DataFrame({"at": pd.Categorical(TEXT)}),
    "pandas categories of times": lambda: pd.DataFrame({"at": pd.Categorical([DAY, LATER, None])}),
    "pandas objects of all kinds": lambda: pd.DataFrame(
        {"at": pd.Series(["2025-01-31", LATER.date(), pd.NaT], dtype=object)}
    ),
    "pandas with an index": lambda: pd.DataFrame({"at": [DAY.date(), LATER.date(), None]}, index=[7, 7, 9]),
    "pandas seconds": lambda: pd.DataFrame({"at": pd.Series([DAY, LATER, None]).astype("datetime64[s]")}),
    "pandas nanoseconds": lambda: pd.DataFrame(
        {"at": pd.Series([DAY, LATER, None]).astype("datetime64[ns]")}
    ),
    "Polars categories": lambda: pl.DataFrame({"at": TEXT}, schema={"at": pl.Categorical}),
    "Polars milliseconds": lambda: pl.DataFrame({"at": [DAY, LATER, None]}, schema={"at": pl.Datetime("ms")}),
    "Polars objects": lambda: pl.DataFrame(
        {"at": pl.Series([pd.Timestamp(DAY), LATER, None], dtype=pl.Object)}
    ),
    **{
        f"DuckDB {kind}": lambda kind=kind: duckdb.sql(
            f"SELECT x::{kind} AS at FROM "
            "(VALUES (TIMESTAMP '2025-01-31 10:00'), ('2025-02-28 10:00'), (NULL)) AS t(x)"
        )
        for kind in ("DATE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "VARCHAR")
    },
}


@pytest.mark.parametrize("kind", list(DATES))
def test_dates_of_every_type_mean_the_same_days(kind: str):
    table = (
        nw.from_native(DATES[kind]()).with_columns(customer_id=nw.lit("a"), amount=nw.lit(1.0)).to_native()
    )
    found = plain(m.rfm_table(table, "2025-03-01", when="at"))
    assert (found["recency"], found["frequency"]) == ([1], [2])
    assert plain(m.clv_summary(table, "2025-03-01", when="at", days_per_period=1))["T"] == [29]
    assert plain(m.purchase_intervals(table, when="at"))["median_days"] == [28]
    assert plain(m.cohort_retention(table, when="at"))["age"] == [0, 1]
    assert plain(m.backlog(table, ["2025-02-01", "2025-02-28"], start="at", end="at"))["backlog"] == [0, 0]
    assert m.monitoring_lag(table, "at", "at") == 0


@pytest.mark.parametrize("values", [[True, False], [timedelta(days=1), None], [time(10), None], [1.5, None]])
def test_columns_of_other_things_are_refused_by_name(backend: str, values: list[Any]):
    table = frame(backend, {"customer_id": ["a", "a"], "at": values, "amount": [1.0, 1.0]})
    for call in (
        lambda: m.rfm_table(table, "2025-03-01", when="at"),
        lambda: m.purchase_intervals(table, when="at"),
        lambda: m.cohort_retention(table, when="at"),
        lambda: m.timeliness(table, "at", "at", hours=1),
    ):
        with pytest.raises(InputError, match="`at`"):
            call()


# --- moments ----------------------------------------------------------------------------------------------
def tickets(zone: Any) -> dict[str, list[Any]]:
    opened = datetime(2025, 4, 1, 1, tzinfo=zone)
    return {"opened_at": [opened, opened], "first_response_at": [opened + timedelta(hours=2), None]}


@pytest.mark.parametrize("name", ["Asia/Shanghai", "America/Los_Angeles", "America/New_York", "UTC"])
def test_the_moment_of_a_report_without_a_zone_is_meant_in_the_columns(backend: str, name: str):
    """At 7 o'clock local time an answer within 8 hours isn't due yet, wherever that is."""
    table = frame(backend, tickets(ZoneInfo(name)))
    if backend == "duckdb":
        with pytest.raises(InputError, match="`as_of` with its own"):
            m.sla_attainment(table, 8, datetime(2025, 4, 1, 7))
    else:
        assert m.sla_attainment(table, 8, datetime(2025, 4, 1, 7)) == 100
        assert m.sla_attainment(table, 8, "2025-04-01T10:00") == 50
    assert m.sla_attainment(table, 8, datetime(2025, 4, 1, 7, tzinfo=ZoneInfo(name))) == 100
    assert m.sla_attainment(table, 8, datetime(2025, 4, 1, 10, tzinfo=ZoneInfo(name)).astimezone(UTC)) == 50


def test_times_with_a_zone_and_times_without_one_arent_compared(backend: str):
    naive, zoned = tickets(None), tickets(ZoneInfo("Asia/Shanghai"))
    with pytest.raises(InputError, match="`as_of` has a time zone and `opened_at` has none"):
        m.sla_attainment(frame(backend, naive), 8, datetime(2025, 4, 1, tzinfo=UTC))
    mixed = frame(backend, {**zoned, "first_response_at": naive["first_response_at"]})
    for call in (
        lambda: m.sla_attainment(mixed, 8, datetime(2025, 4, 2, tzinfo=UTC)),
        lambda: m.timeliness(mixed, "opened_at", "first_response_at", hours=4),
        lambda: m.monitoring_lag(mixed, "opened_at", "first_response_at"),
    ):
        with pytest.raises(InputError, match="Only one of"):
            call()


def test_a_record_dated_before_its_event_is_refused_by_every_function(backend: str):
    late, early = datetime(2025, 5, 1, 9), datetime(2025, 5, 1, 8)
    table = frame(backend, {"start": [early, late, None], "end": [late, early, early]})
    for call in (
        lambda: m.timeliness(table, "start", "end", hours=4),
        lambda: m.monitoring_lag(table, "start", "end"),
        lambda: m.sla_attainment(table, 8, datetime(2025, 6, 1), "start", "end"),
    ):
        with pytest.raises(OutOfRange, match=r"`end` lies before `start` \(1×\), as 2025-05-01 08:00"):
            call()


# --- missing ----------------------------------------------------------------------------------------------
def test_pairs_stay_pairs_where_nan_stands_beside_null(backend: str):
    wallet = {"ours": [100.0, NAN, 200.0, None, 5.0], "category": [200.0, 800.0, 400.0, 3.0, None]}
    assert m.share_of_wallet(frame(backend, wallet)) == 50
    spells = {"months": [1.0, NAN, 2.0, None, 3.0], "left": [1.0, 1.0, NAN, None, 1.0]}
    assert plain(m.kaplan_meier(frame(backend, spells), "months", "left"))["survival"] == [0.5, 0]


def test_nan_is_no_customer_no_channel_and_no_basket(backend: str):
    table = frame(backend, {"customer_id": [1.0, 1.0, NAN, None], "amount": [10.0, 20.0, 500.0, 700.0]})
    assert m.spend_per_customer(table) == 30
    costs = {"revenue": [1.0, 2.0], "cost": [0.0, NAN], "cost_to_serve": [None, 0.0]}
    profit = plain(m.customer_profit(frame(backend, {"customer_id": [NAN, 7.0], **costs})))
    assert (profit["customer_id"], profit["profit"]) == ([7], [2])
    assert plain(m.channel_mix(frame(backend, {"channel": [1.0, NAN, None]})))["n"] == [1]
    baskets = frame(backend, {"basket": [1.0, NAN, None], "item": ["tea", "tea", "tea"]})
    assert plain(m.itemsets(baskets, "basket", "item"))["n"] == [1]


def test_a_missing_amount_adds_nothing_and_the_order_counts(backend: str):
    for nothing in (NAN, None):
        table = frame(backend, orders(customer=["a", "a"], day=[1, 3], amount=[10.0, nothing]))
        found = plain(m.rfm_table(table, date(2025, 1, 4)))
        assert (found["frequency"], found["recency"], found["monetary"]) == ([2], [1], [10])


# --- amounts and rounding ---------------------------------------------------------------------------------
def test_sums_of_short_integers_dont_run_over():
    table = {"customer_id": ["a", "a"], "amount": [2_000_000_000, 2_000_000_000]}
    short = pl.DataFrame(table).with_columns(pl.col("amount").cast(pl.Int32))
    for built in (short, short.lazy(), short.to_arrow(), short.to_pandas().astype({"amount": "int32"})):
        assert m.spend_per_customer(built) == 4e9
        dated = orders(customer=table["customer_id"], day=[1, 2])["ordered_at"]
        if isinstance(built, pl.DataFrame):
            with_days = built.with_columns(ordered_at=pl.Series(dated))
            assert m.rfm_table(with_days, date(2025, 2, 1))["monetary"].to_list() == [4e9]


def test_amounts_as_text_are_refused_and_never_joined(backend: str):
    table = frame(backend, {"customer_id": ["a", "a", "b"], "amount": ["120", "80", "400"]})
    with pytest.raises(InputError, match=r"`amount` must hold numbers. Got the text '120'"):
        m.spend_per_customer(table)
    values = frame(backend, {"customer_id": ["a", "b", "c"], "v": ["9", "100", "20"]})
    with pytest.raises(InputError, match="`v` must hold numbers"):
        m.customer_tiers(values, "v")
    with pytest.raises(InputError, match=r"`amounts` must hold numbers. Got the text '120'"):
        m.average_order_value(column(backend, ["120", "80"]))
    with pytest.raises(InputError, match="`scores` must hold numbers"):
        m.nps(column(backend, ["9", "10"]))


def test_halves_of_a_cent_are_rounded_away_from_zero_by_every_engine(backend: str):
    amounts = [0.125, -0.125, 1.005, 0.375, 2.674]
    table = {"customer_id": list("abcde"), "revenue": amounts, "cost": [0.0] * 5, "cost_to_serve": [0.0] * 5}
    found = plain(m.customer_profit(frame(backend, table)))
    assert dict(zip(found["customer_id"], found["profit"], strict=True)) == {
        "a": 0.13,
        "b": -0.13,
        "c": 1.01,
        "d": 0.38,
        "e": 2.67,
    }
    bought = orders(customer=["a"], day=[1], amount=[0.125])
    assert plain(m.rfm_table(frame(backend, bought), date(2025, 2, 1)))["monetary"] == [0.13]


# --- returns ----------------------------------------------------------------------------------------------
RETURNED = orders(
    no=["1001", "C1002", "1003", "C1004"],
    customer=["a", "a", "b", "c"],
    day=[2, 28, 2, 3],
    amount=[100.0, -100.0, 50.0, -20.0],
)


@pytest.mark.parametrize("order", ["no", None])
def test_a_return_is_no_purchase_and_is_netted(backend: str, order: str | None):
    found = plain(m.rfm_table(frame(backend, RETURNED), date(2025, 2, 1), order=order))
    assert found == {
        "customer_id": ["a", "b", "c"],
        "recency": [30, 30, None],
        "frequency": [1, 1, 0],
        "monetary": [0, 50, -20],
    }
    assert plain(m.rfm_scores(m.rfm_table(frame(backend, RETURNED), "2025-02-01")))["customer_id"] == [
        "a",
        "b",
    ]


def test_a_return_is_no_repeat_purchase(backend: str):
    table = frame(backend, RETURNED)
    assert plain(m.clv_summary(table, date(2025, 2, 1))) == {
        "customer_id": ["a", "b"],
        "frequency": [0, 0],
        "recency": [0, 0],
        "T": [pytest.approx(30 / 7)] * 2,
        "monetary_value": [0, 0],
    }
    assert m.purchase_frequency(table) == 1
    assert m.repurchase_rate(table) == 0
    with pytest.raises(EmptyInput, match="two different days"):
        m.purchase_intervals(table)


def test_a_return_is_no_activity(backend: str):
    table = frame(
        backend,
        {
            "customer_id": ["a", "a", "b", "b"],
            "ordered_at": [
                datetime(2025, 1, 2),
                datetime(2025, 2, 2),
                datetime(2025, 1, 2),
                datetime(2025, 2, 3),
            ],
            "amount": [100.0, -100.0, 50.0, 0.0],
        },
    )
    assert plain(m.monthly_churn(table))["churn_rate"] == [50]
    assert plain(m.cohort_retention(table))["active"] == [2, 1]
    assert plain(m.cohort_retention(table, amount=None))["active"] == [2, 2]
    with pytest.raises(MissingColumn, match="`net`"):
        m.cohort_retention(table, amount="net")


def test_returns_lower_the_revenue_and_nobodys_number(backend: str):
    table = {"customer_id": ["a", "a", "b", "c"], "amount": [120.0, 80.0, 400.0, -60.0]}
    assert m.spend_per_customer(frame(backend, table)) == 270
    assert m.average_order_value(column(backend, table["amount"])) == 180


# --- ids --------------------------------------------------------------------------------------------------
def test_numbers_and_text_as_ids_of_two_inputs_are_an_error_everywhere(backend: str):
    numbers, texts = column(backend, [101, 102]), column(backend, ["101", "102"])
    pairs = [frame(backend, {"left": [1, 2], "right": r}) for r in ([1, 2], ["1", "2"])]
    sides = [frame(backend, {"id": i, "phone": p}) for i, p in (([1], [5]), (["1"], [5]), ([1], ["5"]))]
    both = frame(backend, {"sales": [1, 2], "service": ["1", "2"]})
    for call in (
        lambda: m.retention_rate(numbers, texts),
        lambda: m.churn_rate(texts, numbers),
        lambda: m.rebuy_rate(numbers, texts),
        lambda: m.match_quality(*pairs),
        lambda: m.sync_rate(sides[0], sides[1], on="id", compare=["phone"]),
        lambda: m.sync_rate(sides[0], sides[2], on="id", compare=["phone"]),
        lambda: m.consistency(both, "sales", "service"),
    ):
        with pytest.raises(InputError, match=r"holds text \('.*'\) and .* numbers"):
            call()


def test_whole_numbers_that_a_gap_made_floats_are_the_same_ids():
    phones = pd.DataFrame({"phone": [13800000001, None, 13800000002]})
    whole = phones.dropna().astype("int64")
    key = b"0123456789abcdef"
    assert (
        m.pseudonyms(phones, "phone", key)["phone"].tolist()
        == m.pseudonyms(whole, "phone", key)["phone"].tolist()
    )
    assert m.pseudonyms(phones.dropna().astype("int64").astype(str), "phone", key)["phone"].tolist() == (
        m.pseudonyms(phones, "phone", key)["phone"].tolist()
    )
    assert m.validity(phones["phone"], r"1\d{10}") == 100
    assert m.audit(phones, [Rule("phone", pattern=r"1\d{10}")])["failed"].tolist() == [1, 0]
    assert m.retention_rate(phones["phone"], whole["phone"]) == 100
    assert m.risky_groups(phones, ["phone"], k=2)["phone"].tolist() == ["", "13800000001", "13800000002"]
    decimals = [Decimal(13800000001), Decimal("13800000002")]
    assert m.validity(decimals, r"1\d{10}") == 100


# --- names ------------------------------------------------------------------------------------------------
def test_a_group_with_the_name_of_a_result_is_an_error_and_no_muddle(backend: str):
    table = frame(backend, {"n": ["N", "N", "S"], "nps": [10, 9, 3], "channel": ["a", "b", "a"]})
    for call in (
        lambda: m.nps_by_group(table, by="n"),
        lambda: m.channel_mix(table, by="n"),
        lambda: m.transition_matrix(table, "n", "channel"),
        lambda: m.duplicates(table, ["n"]),
        lambda: m.risky_groups(table, ["n"]),
    ):
        with pytest.raises(InputError, match="a column `n` of its own"):
            call()


def test_a_column_of_numbers_and_text_together_is_an_error_that_names_it():
    table = pd.DataFrame({"customer_id": [1, "N"], "ordered_at": ["2025-01-01"] * 2, "amount": 1.0})
    for call in (lambda: m.rfm_table(table, "2025-02-01"), lambda: m.clv_summary(table, "2025-02-01")):
        with pytest.raises(InputError, match="`customer_id` must not hold numbers and text"):
            call()
