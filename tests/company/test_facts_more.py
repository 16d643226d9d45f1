"""The facts of the later tables are in the base data, to the precision that the curriculum states."""

import facts
import facts_more
import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def levels(base):
    return facts_more.measure(base)


EXACT = [
    # fact, value, tolerance
    ("F4", 0.65, 0.005),
    ("F5", 3, 0),
    ("F6", 0.80, 0.005),
    ("F7", 72, 0.05),
    ("F9", 0.80, 0.01),
    ("F10 below", 2, 0),
    ("F18", 0.12, 0.005),
]


@pytest.mark.parametrize(("fact", "value", "tolerance"), EXACT)
def test_a_fact_has_its_value(levels, fact, value, tolerance):
    assert levels[fact] == pytest.approx(value, abs=tolerance)


BANDS = [
    # fact, least, most
    ("F4 cleaned", 0.70, 0.85),
    ("F6 others", 0.1, 0.4),
    ("F6 matched", 0.6, 0.9),
    ("F6 right", 0.99, 1),
    ("F7 peak", 8, 30),
    ("F8 phone", 1.5, 6),
    ("F8 region", 1.1, 3),
    ("F8 name", 0, 0),
    ("F8 inaccurate", 5, 18),
    ("F8 late", 8, 28),
    ("F8 contradict", 1, 8),
    ("F8 double", 0.5, 3),
    ("F10 all", 3.2, 5),
    ("F10 closest", 0.8, 5),
    ("F12 high", 3, 8),
    ("F12 trap", 0.5, 0.9),
    ("F13 service_call", 2.6, 4.5),
    ("F13 peek", 2.0, 2.8),
    ("F13 split checkout", 15, 32),
    ("F13 split service_call", 0, 2),
    ("F13 split subject_line", 0, 2),
]


@pytest.mark.parametrize(("fact", "least", "most"), BANDS)
def test_a_fact_lies_in_its_band(levels, fact, least, most):
    assert least <= levels[fact] <= most


def test_the_crisis_has_passed_when_half_of_it_is_collected(levels):
    """F7: 95 % of the posts are older than the median lag."""
    assert levels["F7 over"] < levels["F7"] - 10


def test_a_peek_would_have_misled(levels):
    """F13: significant after a third of the test, nothing at its end."""
    assert levels["F13 peek"] > 1.96
    assert abs(levels["F13 subject_line"]) < 1


def test_the_checkout_test_looks_like_a_success_and_cannot_be_read(levels):
    assert levels["F13 checkout"] > 2.5
    assert levels["F13 split checkout"] > 10.83, "p < 0.001 that the split was 50 : 50"


def test_a_forecast_without_the_week_loses_to_the_seasonal_naive_one(levels):
    """F15: both the last value and the last month's mean are far worse."""
    assert levels["F15 seasonal"] < 0.75 * min(levels["F15 naive"], levels["F15 mean"])


def test_orders_have_a_trend_a_year_and_a_week(base):
    orders = base["orders"].drop_duplicates("order_no")
    daily = orders.groupby(orders["ordered_at"].dt.normalize()).size()
    monthly = daily.resample("MS").mean()
    assert daily["2025"].mean() > 1.05 * daily["2024"].mean()
    for year in ("2024", "2025"):
        assert monthly[f"{year}-11"].iloc[0] > 1.15 * monthly[f"{year}-02"].iloc[0]
    by_weekday = daily.groupby(daily.index.day_of_week).mean()
    assert by_weekday[[5, 6]].max() < 0.7 * by_weekday[[0, 1, 2, 3]].min()


def test_lines_add_up_to_their_orders(base):
    lines, orders = base["order_lines"], base["orders"].drop_duplicates("order_no").set_index("order_no")
    by_order = lines.groupby("order_no")
    assert (by_order.size() == orders["lines"].sort_index()).all()
    assert np.allclose(by_order["amount"].sum(), orders["amount"].sort_index(), atol=0.005)


def test_small_orders_cost_some_customers_their_profit(base):
    """The whale curve passes 100 % and comes back."""
    profit = facts_more.profit(base)
    assert 0.01 < (profit < 0).mean() < 0.25
    assert profit.sum() > 0


def test_new_customers_of_the_campaigns_are_those_who_signed_up(base):
    customers = base["customers"]
    new = customers[customers["signup_date"] >= "2024-01-01"]
    signed = new.groupby([new["signup_date"].dt.to_period("M"), "acquisition_channel"]).size()
    spend = base["campaigns"]
    stated = spend.set_index([spend["month"].dt.to_period("M"), "channel"])["new_customers"]
    assert stated[stated > 0].sort_index().tolist() == signed.sort_index().tolist()


def test_the_three_missing_groups_are_whole_batches(base):
    missing = facts_more.missing_groups(base)
    assert len(missing) == 3
    assert min(missing.values()) >= 10


def test_idle_points_are_a_class_of_their_own(base):
    """F18: no member without an order lies just below the limit of 5,000."""
    members, orders = base["loyalty"], base["orders"]
    balance = members["points_purchase"] + members["points_activity"] - members["points_redeemed"]
    assert (balance >= 0).all()
    silent = ~members["customer_id"].isin(orders.loc[orders["ordered_at"] >= "2025", "customer_id"])
    assert not balance[silent].between(4600, 4999).any()


def test_stages_of_an_opportunity_come_one_after_the_other(base):
    deals = base["opportunities"]
    stages = deals[["lead_on", "qualified_on", "proposal_on", "negotiation_on"]]
    for earlier, later in zip(stages.columns[:-1], stages.columns[1:], strict=True):
        assert not (stages[later] <= stages[earlier]).any()
        assert not (stages[later].notna() & stages[earlier].isna()).any()
    assert (deals["closed_on"].notna() == (deals["won"] | deals["lost_reason"].notna())).all()
    closed = deals[deals["lead_on"] < "2025-07-01"]
    assert 0.08 < closed["won"].mean() < 0.25


def test_the_best_crm_fails_a_knock_out(base):
    vendors = base["vendors"]
    weights = vendors.drop_duplicates("criterion").set_index("criterion")["weight"]
    assert weights.sum() == pytest.approx(1)
    total = (vendors["weight"] * vendors["score"]).groupby(vendors["vendor"]).sum()
    fails = vendors[vendors["knock_out"] & (vendors["score"] < 3)]["vendor"]
    assert total.idxmax() in set(fails)
    allowed = total.drop(list(set(fails))).sort_values()
    assert allowed.iloc[-1] - allowed.iloc[-2] > 0.03


def test_churn_is_five_points_above_the_industry(base):
    """F1: 12 % against 7 %."""
    table = base["benchmarks"].set_index(["indicator", "party"])["value"]
    assert table["quarterly_churn", "industry"] == 7.0
    assert 100 * facts.churn(base, "2025Q4")["lost"].mean() == pytest.approx(12, abs=0.1)


def test_invented_people_cannot_be_called_or_written_to(base):
    """No real number begins like these, and the mail domains are reserved for examples."""
    for table in ("sales_system", "service_system"):
        digits = base[table]["phone"].dropna().str.replace(r"^(\+86|0086)", "", regex=True).str.strip()
        assert digits.str.match(r"(10|09)").all()
    assert base["sales_system"]["email"].dropna().str.contains(r"@example\.(?:com|net|org)$").all()


def test_posts_and_notes_are_varied(base):
    for table, column in (("mentions", "text"), ("interviews", "text"), ("surveys", "comment")):
        texts = base[table][column].dropna()
        assert texts.nunique() > 0.1 * len(texts)
        chinese = texts.str.contains("[一-鿿]").mean()
        assert 0.5 < chinese < 0.95
        assert not texts.str.contains("[{}]").any()
        assert not texts.str.contains("[一-鿿][,;:?!]").any(), "Chinese text has full-width punctuation"
    assert pd.Series(base["mentions"]["sentiment"]).value_counts(normalize=True).min() > 0.2
