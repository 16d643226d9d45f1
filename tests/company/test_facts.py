"""The planted facts are in the base data, to the precision that the curriculum states."""

import facts
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def levels(base):
    return facts.measure(base)


EXACT = [
    # fact, value, tolerance
    ("F1", 0.12, 0.001),
    ("F2", 0.85, 0.005),
    ("F3", 1.40, 1e-9),
    ("F11 loyal", 0.86, 0.01),
    ("F11 active", 0.44, 0.01),
]


@pytest.mark.parametrize(("fact", "value", "tolerance"), EXACT)
def test_a_fact_has_its_value(levels, fact, value, tolerance):
    assert levels[fact] == pytest.approx(value, abs=tolerance)


BANDS = [
    # fact, least, most
    ("F1 highest before", 0.05, 0.08),
    ("F1 lowest before", 0.05, 0.08),
    ("F2 retained", 0.35, 0.52),
    ("F2 raw", 0.15, 0.20),
    ("F16 fall", 0.015, 0.05),
    ("F16 least rise", 0.015, 0.08),
    ("F17 n", 25, 45),
    ("F17 gap", 12, 30),
    ("F17 z", 0.9, 1.8),
]


@pytest.mark.parametrize(("fact", "least", "most"), BANDS)
def test_a_fact_lies_in_its_band(levels, fact, least, most):
    assert least <= levels[fact] <= most


def test_the_effect_of_neglect_shrinks_within_groups_and_stays(levels):
    """F2: part of the raw difference is who gets follow-ups in the first place."""
    assert 0.05 < levels["F2 adjusted"] < levels["F2 raw"] - 0.02


def test_pilot_members_leave_less_and_its_loyal_ones_buy_more(levels):
    assert levels["F11 churn pilot"] < 0.6 * levels["F11 churn others"]
    assert levels["F11 orders pilot"] > 1.15 * levels["F11 orders others"]


def test_hengyuan_complained_got_no_update_and_left(base):
    """F3: 10 complaints, then 14, no technical update in 2025, contract ended in 2025-Q3."""
    customers, tickets, talks = base["customers"], base["tickets"], base["interactions"]
    (row,) = customers[customers["name_zh"] == "恒远精工"].itertuples()
    assert (row.name, row.key_account) == ("Hengyuan Precision", True)
    assert pd.Period(row.contract_end, "Q") == pd.Period("2025Q3")
    complaints = tickets[(tickets["customer_id"] == row.customer_id) & (tickets["kind"] == "complaint")]
    by_quarter = complaints["opened_at"].dt.to_period("Q").value_counts()
    assert (by_quarter["2025Q1"], by_quarter["2025Q2"]) == (10, 14)
    updates = talks[(talks["customer_id"] == row.customer_id) & (talks["purpose"] == "technical_update")]
    assert (updates["at"] < "2025-01-01").all()


def test_other_key_accounts_do_get_technical_updates(base):
    """Without them, the missing update of Hengyuan would be nothing special."""
    customers, talks = base["customers"], base["interactions"]
    running = facts.running(customers, pd.Timestamp("2025-12-31"))
    keys = running.loc[running["key_account"] & (running["contract_start"] < "2025-01-01"), "customer_id"]
    late = talks[(talks["purpose"] == "technical_update") & (talks["at"] >= "2025-01-01")]
    assert keys.isin(late["customer_id"]).mean() > 0.9


def test_contracts_are_also_won_and_lost_inside_the_last_quarter(base):
    """Counting them is mistake CHN-1; counting those won is RET-1: each must give another number."""
    first, after = facts.quarter("2025Q4")
    customers = base["customers"]
    won = customers["contract_start"].between(first, after, inclusive="left")
    both = won & (customers["contract_end"] < after)
    assert both.sum() >= 4
    assert won.sum() >= 80


def test_the_rise_of_the_last_quarter_has_its_places(base):
    """F1: the weak region jumps in 2025-Q4, the weak channel is always worse and grows."""
    q2, q4 = facts.churn(base, "2025Q2"), facts.churn(base, "2025Q4")
    region = q4.groupby("region")["lost"].mean()
    assert region.idxmax() == "central"
    assert region["central"] > region.drop("central").max() + 0.05
    assert q2.groupby("region")["lost"].mean()["central"] < 0.10

    def paid_search(quarter):
        """Its churn and its share of the customers."""
        table = facts.churn(base, quarter)
        mine = table["acquisition_channel"] == "paid_search"
        return table.loc[mine, "lost"].mean(), mine.mean()

    rates, shares = zip(*map(paid_search, ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]), strict=True)
    assert abs(rates[3] - sum(rates[:3]) / 3) < 0.04, "its rate stays what it was"
    assert shares[3] > paid_search("2024Q3")[1] + 0.06, "its share has grown"


def test_complaints_of_those_who_left_had_waited(base):
    q4, tickets = facts.churn(base, "2025Q4"), base["tickets"]
    late = tickets[(tickets["kind"] == "complaint") & (tickets["opened_at"] >= "2025-07-01")]
    days = (late["resolved_at"].fillna(pd.Timestamp("2026-01-01")) - late["opened_at"]).dt.days
    waited = q4["customer_id"].isin(late.loc[days > 20, "customer_id"])
    assert waited[q4["lost"]].mean() > 0.25
    assert waited[~q4["lost"]].mean() < 0.03


def test_silence_in_the_survey_is_not_chance(base):
    """F17: consumers and customers about to leave answer less."""
    surveys = base["surveys"].merge(base["customers"])
    answered = surveys["answered_at"].notna()
    by_type = answered.groupby(surveys["type"]).mean()
    assert by_type["B2C"] < by_type["B2B"] - 0.05
    leaving = surveys["contract_end"] - surveys["sent_at"] < pd.Timedelta(days=180)
    core = surveys["contract_start"].notna()
    assert answered[leaving].mean() < answered[core & ~leaving].mean() - 0.10


def test_a_batch_of_orders_was_loaded_twice(base):
    """F14: the second loading has new row numbers and a later time, everything else is equal."""
    orders = base["orders"]
    again = orders[orders["order_no"].duplicated(keep=False)]
    assert again["batch"].nunique() == 1
    assert set(again.groupby("order_no").size()) == {2}
    assert len(again) == 2 * (orders["batch"] == again["batch"].iloc[0]).sum() / 2
    once = again.drop(columns=["order_id", "loaded_at"]).drop_duplicates()
    assert 2 * len(once) == len(again)


def test_days_stand_out(base):
    """F14: 2025-03-12 has far more orders than other Wednesdays, 2025-05-20 far fewer than other Tuesdays."""
    orders = base["orders"].drop_duplicates("order_no")
    daily = orders.groupby(orders["ordered_at"].dt.normalize()).size()
    usual = daily["2025-02-20":"2025-06-10"].groupby(lambda day: day.day_of_week).median()
    assert daily["2025-03-12"] > 2 * usual[2]
    assert daily["2025-05-20"] < 0.4 * usual[1]
    partner = orders[orders["sales_channel"] == "partner"].set_index("ordered_at").resample("MS").size()
    assert partner["2025-09":"2025-12"].mean() < 0.65 * partner["2025-04":"2025-07"].mean()
