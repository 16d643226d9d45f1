"""What the metrics promise beyond published numbers: invariants, traps of real data, and errors that help."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import date, datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainkit import metrics as m
from trainkit.company import load
from trainkit.errors import EmptyInput, InputError, MissingColumn, OutOfRange
from trainkit.metrics.quality import Rule

answers = st.lists(st.integers(0, 10), min_size=1, max_size=60)
amounts = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=60)


# --- invariants -------------------------------------------------------------------------------------------
@given(answers)
def test_nps_is_promoters_minus_detractors_and_shares_add_up(scores: list[int]):
    shares = m.nps_shares(scores)
    assert math.isclose(sum(shares), 100)
    assert math.isclose(m.nps(scores), shares.promoters - shares.detractors, abs_tol=1e-9)


@given(answers, answers)
def test_the_difference_of_two_surveys_turns_round_with_their_order(first: list[int], second: list[int]):
    there, back = m.nps_difference(first, second), m.nps_difference(second, first)
    assert math.isclose(there.value, -back.value, abs_tol=1e-9)
    assert math.isclose(there.p, back.p, abs_tol=1e-9)


@given(answers, st.integers(1, 20))
def test_missing_answers_change_the_response_rate_and_nothing_else(scores: list[int], silent: int):
    invited = [*scores, *([None] * silent)]
    assert m.nps(invited) == m.nps(scores)
    assert m.nps_margin(invited) == m.nps_margin(scores)
    assert math.isclose(m.response_rate(invited), 100 * len(scores) / len(invited))


@given(st.integers(0, 200), st.integers(1, 200))
def test_wilsons_interval_holds_the_share_and_stays_on_the_scale(successes: int, more: int):
    n = successes + more
    low, high = m.proportion_interval(successes, n)
    assert 0 <= low <= 100 * successes / n <= high <= 100


@given(st.sets(st.integers(0, 50), min_size=1), st.sets(st.integers(0, 50)))
def test_retention_and_churn_add_up_to_one_hundred(start: set[int], end: set[int]):
    assert m.retention_rate(list(start), list(end)) + m.churn_rate(list(start), list(end)) == 100


@given(st.floats(0, 0.99), st.integers(1, 24))
def test_converting_a_churn_rate_there_and_back_gives_it_again(rate: float, periods: int):
    there = m.convert_churn_rate(rate, periods)
    if there < 99.999:
        back = m.convert_churn_rate(there / 100, 1 / periods)
        assert math.isclose(back, 100 * rate, rel_tol=1e-6, abs_tol=1e-6)


@given(amounts)
def test_concentration_doesnt_depend_on_the_currency(values: list[float]):
    in_fen = [100 * v for v in values]
    assert math.isclose(m.gini(values), m.gini(in_fen), abs_tol=1e-9)
    assert math.isclose(m.top_share(values), m.top_share(in_fen), abs_tol=1e-9)


@given(amounts)
def test_every_customer_gets_exactly_one_tier_and_the_best_is_gold(values: list[float]):
    tiers = m.customer_tiers(pd.DataFrame({"value": values}), "value")
    assert len(tiers) == len(values)
    assert tiers.iloc[0]["tier"] == "gold"
    assert (tiers.groupby("value")["tier"].nunique() == 1).all()


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 30), st.integers(0, 999)), min_size=1, max_size=60)
)
def test_every_customer_falls_into_one_rfm_segment_and_equal_customers_into_the_same(
    rows: list[tuple[int, ...]],
):
    table = pd.DataFrame(rows, columns=["recency", "frequency", "monetary"])
    found = m.rfm_segments(table)
    assert len(found) == len(table)
    assert found["segment"].notna().all()
    assert (found.groupby(["recency", "frequency"])["segment"].nunique() == 1).all()


def test_the_ten_segments_cover_the_grid_without_overlap():
    from trainkit.metrics.segments import _GRID

    cells = [cell for part in _GRID.values() for cell in part]
    assert sorted(cells) == [(r, f) for r in range(1, 6) for f in range(1, 6)]


@given(st.text(alphabet="abcde", min_size=1, max_size=12), st.text(alphabet="abcde", min_size=1, max_size=12))
def test_similarity_is_the_same_both_ways_round_and_one_only_for_equals(left: str, right: str):
    assert math.isclose(m.jaro_winkler(left, right), m.jaro_winkler(right, left), abs_tol=0.12)
    assert (m.jaro_winkler(left, right) == 1) == (left == right)


# --- traps of real data -----------------------------------------------------------------------------------
def test_a_code_for_no_answer_is_refused_and_named():
    """The airport survey codes blank as 11, which would count as a promoter."""
    with pytest.raises(OutOfRange, match=r"Got 11 \(2×\)"):
        m.nps([10, 11, 3, 11])


def test_a_customer_without_an_end_is_active_and_one_without_a_start_has_no_contract():
    contracts = pd.DataFrame(
        {
            "contract_start": pd.to_datetime(["2024-01-01", "2024-01-01", None, "2025-10-01", "2024-01-01"]),
            "contract_end": pd.to_datetime([None, "2025-12-31", None, None, "2025-09-30"]),
        }
    )
    table = m.churn_by_quarter(contracts, "2025-Q4", "2025-Q4")
    assert table[["at_start", "lost"]].to_numpy().tolist() == [[2, 1]]


def test_churn_by_quarter_and_group_adds_up_to_that_of_all():
    random = np.random.default_rng(3)
    starts = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 300, 400), unit="D")
    ends = (starts + pd.to_timedelta(random.integers(100, 900, 400), unit="D")).to_series(index=range(400))
    contracts = pd.DataFrame(
        {"contract_start": starts, "contract_end": ends, "type": random.choice(["B", "C"], 400)}
    )
    whole = m.churn_by_quarter(contracts, "2025-Q1", "2025-Q4")
    parts = m.churn_by_quarter(contracts, "2025-Q1", "2025-Q4", by="type")
    summed = parts.groupby("quarter")[["at_start", "lost"]].sum()
    assert summed.to_numpy().tolist() == whole[["at_start", "lost"]].to_numpy().tolist()


def test_two_orders_on_one_day_are_one_purchase():
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "ordered_at": pd.to_datetime(["2025-01-01 09:00", "2025-01-01 17:00", "2025-01-02 00:00"]),
            "amount": [10.0, 20.0, 5.0],
        }
    )
    assert m.repurchase_rate(orders) == 0
    assert m.clv_summary(orders, date(2025, 2, 1))["frequency"].tolist() == [0, 0]


def test_an_overdue_open_ticket_is_a_breach_and_one_not_yet_due_counts_nowhere():
    tickets = pd.DataFrame(
        {
            "opened_at": pd.to_datetime(["2025-03-01 00:00", "2025-03-01 00:00", "2025-03-31 20:00"]),
            "first_response_at": pd.to_datetime(["2025-03-01 02:00", None, None]),
        }
    )
    assert m.sla_attainment(tickets, target_hours=8, as_of=datetime(2025, 4, 1)) == 50


def test_placeholders_count_as_missing_and_never_as_invalid():
    table = pd.DataFrame({"phone": ["13800000001", "N/A", " ", "无", "12"]})
    found = m.audit(table, [Rule("phone", pattern=r"1\d{10}")]).set_index("dimension")
    assert found.loc["completeness", ["checked", "failed"]].tolist() == [5, 3]
    assert found.loc["validity", ["checked", "failed"]].tolist() == [2, 1]


def test_a_negation_turns_praise_round_in_both_languages():
    cases = {
        "不满意": -1,
        "not good": -1,
        "not bad": 1,
        "没有问题": 1,
        "很好，不贵": 1,
        "It isn't helpful": -1,
        "不错": 1,
    }
    assert {text: m.sentiment_score(text) for text in cases} == cases


def test_names_that_mean_the_same_get_one_key():
    keys = {
        m.normalised_key(name)
        for name in ("Ｈengyuan Precision Co., Ltd.", "HENGYUAN  precision", "hengyuan-precision ltd")
    }
    assert keys == {"hengyuanprecision"}


def test_a_batch_that_was_loaded_twice_is_found_and_a_stray_duplicate_is_not():
    loaded = pd.DataFrame(
        {"batch": ["w1"] * 4 + ["w2"] * 6, "order_no": ["a", "b", "c", "c", "d", "e", "f", "d", "e", "f"]}
    )
    assert m.duplicated_batches(loaded)["batch"].tolist() == ["w2"]


def test_a_forecast_without_the_season_loses_to_the_seasonal_naive_one():
    random = np.random.default_rng(5)
    months = np.arange(60)
    sales = 100 + 0.5 * months + 30 * np.sin(2 * np.pi * months / 12) + random.normal(0, 2, 60)
    level = m.backtest(sales, lambda past, steps: [past[-12:].mean()] * steps, season=12, folds=12)
    naive = m.backtest(sales, lambda past, steps: m.seasonal_naive(past, 12, steps), season=12, folds=12)
    winters = m.backtest(sales, lambda past, steps: m.holt_winters(past, 12, steps), season=12, folds=12)
    assert winters < naive < level


def test_a_churn_model_finds_what_was_planted_and_its_scores_are_calibrated():
    random = np.random.default_rng(2)
    complaints, silence = random.poisson(1, 4000), random.uniform(0, 100, 4000)
    p = 1 / (1 + np.exp(-(-4 + 0.8 * complaints + 0.03 * silence)))
    customers = pd.DataFrame({"left": random.random(4000) < p, "complaints": complaints, "silence": silence})
    model = m.churn_model(customers, "left", ["complaints", "silence"])
    assert model.weights["complaints"] == pytest.approx(0.8, abs=0.1)
    assert model.weights["silence"] == pytest.approx(0.03, abs=0.005)
    scored = m.churn_score(customers, model)
    table = m.calibration(scored, "left", "churn_score", groups=5)
    assert (table["predicted"] - table["observed"]).abs().max() < 4
    assert m.auc(scored, "left", "churn_score") > 0.7


def test_clusters_are_found_again_whatever_the_order_and_the_units():
    random = np.random.default_rng(4)
    table = pd.DataFrame(
        {
            "orders": np.concatenate([random.normal(c, 0.5, 50) for c in (2, 10, 20)]),
            "amount": np.concatenate([random.normal(c, 20, 50) for c in (100, 900, 400)]),
        }
    )
    found = m.k_means(table, ["orders", "amount"], k=3)["cluster"]
    in_fen = m.k_means(table.assign(amount=100 * table["amount"]).iloc[::-1], ["orders", "amount"], k=3)[
        "cluster"
    ]
    assert found.tolist() == in_fen.iloc[::-1].tolist()
    assert m.cluster_quality(table, ["orders", "amount"], ks=[2, 3, 4])["silhouette"].idxmax() == 1


def test_a_shift_is_found_and_noise_is_not():
    random = np.random.default_rng(1)
    noise = random.normal(0, 1, 60)
    shifted = noise + np.where(np.arange(60) >= 40, 3, 0)
    assert m.change_point(shifted).position == 40
    assert m.change_point(shifted).p < 0.01
    assert m.change_point(noise).p > 0.05


def test_pseudonyms_keep_people_apart_and_need_the_key():
    table = pd.DataFrame({"phone": ["13800000001", "13800000002", "13800000001"]})
    codes = m.pseudonyms(table, "phone", key=b"k" * 16)["phone"].tolist()
    assert codes[0] == codes[2] != codes[1]
    assert m.pseudonyms(table, "phone", key=b"l" * 16)["phone"].tolist() != codes
    with pytest.raises(InputError, match="16 bytes"):
        m.pseudonyms(table, "phone", key=b"short")


def test_longer_spans_than_sixty_months_keep_every_month():
    days = pd.to_datetime([f"{year}-03-01" for year in range(2010, 2026)])
    table = m.cohort_retention(pd.DataFrame({"customer_id": ["a"] * 16, "ordered_at": days}))
    assert table["age"].tolist() == [12 * i for i in range(16)]


# --- errors that help -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: m.clv(1000, 80, 0.1), OutOfRange, "80% is 0.8"),
        (lambda: m.clv(1000, 0.8, 10), OutOfRange, "10% is 0.1"),
        (lambda: m.nps_margin([9, 3], level=95), OutOfRange, "95 % is 0.95"),
        (lambda: m.nps([None, None]), EmptyInput, "`scores` has no value"),
        (lambda: m.nps(["nine"]), InputError, "`scores` must hold numbers"),
        (lambda: m.nps(7), InputError, "must be a column"),
        (lambda: m.nps(pd.DataFrame({"a": [1], "b": [2]})), InputError, "frame with 2: a, b"),
        (
            lambda: m.nps_by_group(pd.DataFrame({"nps": [9]}), by="region"),
            MissingColumn,
            "no column `region`",
        ),
        (lambda: m.nps_by_group([9, 3], by="region"), InputError, "A frame is needed"),
        (lambda: m.churn_by_quarter(pd.DataFrame(), "2025Q4", "2025-Q4"), MissingColumn, "`contract_start`"),
        (lambda: m.top_share([1, 2], top=20), OutOfRange, "20 % is 0.2"),
        (lambda: m.weighted_scores(pd.DataFrame(), "v", {"a": 0.5, "b": 0.4}), OutOfRange, "add up to 0.9"),
        (lambda: m.sample_size(0), OutOfRange, "`margin` must be above 0"),
        (lambda: m.retention_from_counts(100, 250, 20), OutOfRange, "can't have stayed"),
        (lambda: m.mape([0, 1], [1, 1]), OutOfRange, "`mase`"),
    ],
)
def test_an_error_says_what_to_do(call, error: type[Exception], says: str):
    with pytest.raises(error, match=says.replace("(", r"\(")):
        call()


def test_a_metric_takes_lists_arrays_series_and_one_column_frames_alike():
    scores = [10, 9, 8, 3]
    given = [
        scores,
        tuple(scores),
        np.array(scores),
        pd.Series(scores),
        pl.Series(scores),
        pl.LazyFrame({"s": scores}),
    ]
    assert [m.nps(values) for values in given] == [25.0] * len(given)


def test_importing_the_metrics_brings_no_heavy_library():
    code = (
        "import sys, trainkit, trainkit.metrics.satisfaction, trainkit.metrics.lifetime\n"
        "heavy = [n for n in ('pandas', 'scipy', 'polars', 'altair', 'sklearn') if n in sys.modules]\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_name_that_doesnt_exist_is_an_attribute_error_with_a_suggestion():
    with pytest.raises(AttributeError, match="Did you mean `nps`"):
        m.npss  # noqa: B018


@pytest.mark.parametrize("variant", [0, 3])
def test_the_word_lists_agree_with_nine_in_ten_labels_given_by_hand(variant: int):
    """On Lantai's own posts; what they miss is mockery, and no class is guessed at."""
    posts = load("mentions", variant=variant).rename(columns={"sentiment": "by_hand"})
    found = m.sentiment_quality(m.sentiment(posts, "text"), "by_hand", "sentiment")
    assert found.accuracy > 90
    assert found.macro_f1 > 90


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("快递到了", 0),
        ("问题不大", 0),
        ("不算贵", 1),
        ("质量不大好", -1),
        ("没有一次掉线", 1),
        ("not a single dropout", 1),
        ("No regrets.", 1),
        ("好几个人问", 0),
    ],
)
def test_the_longest_word_counts_and_a_negation_turns_it_round(text: str, score: float):
    assert m.sentiment_score(text) == score


def test_labels_may_be_numbers():
    table = pd.DataFrame({"by_hand": [1, 1, 0, 0], "label": [1, 0, 0, 0]})
    assert m.sentiment_quality(table, "by_hand", "label").accuracy == 75


def test_many_customers_are_clustered_as_few_are():
    """Above the size of the sample: the clusters that are there are found, whatever the order of the rows."""
    random = np.random.default_rng(0)
    group = random.integers(0, 3, 12_000)
    table = pd.DataFrame(
        {"a": group * 10 + random.normal(0, 1, group.size), "b": random.normal(0, 1, group.size)}
    )
    found = m.k_means(table, ["a", "b"], k=3, scale=False)["cluster"].to_numpy()
    assert (found == group).all()
    shuffled = table.sample(frac=1, random_state=1)
    assert (
        m.k_means(shuffled, ["a", "b"], k=3, scale=False)["cluster"].sort_index().to_numpy() == group
    ).all()
    quality = m.cluster_quality(table, ["a", "b"], ks=[2, 3, 4], scale=False)
    assert quality["k"][quality["silhouette"].idxmax()] == 3


@pytest.mark.parametrize("untidy", ["甲\u3000", " 甲", "甲  乙", "甲\u3000乙", "甲\u00a0"])
def test_blanks_that_make_two_groups_of_one_are_told(untidy: str):
    """Full-width ones, too; only where the rule asks for it."""
    table = pd.DataFrame({"region": ["甲", "甲 乙", untidy]})
    found = m.audit(table, [Rule("region", tidy=True)])
    row = found[found["dimension"] == "validity"].iloc[0]
    assert (row["checked"], row["failed"], row["example"]) == (3, 1, untidy)
    assert "validity" not in m.audit(table, [Rule("region")])["dimension"].tolist()
