"""Traps in public data: the wrong number is what the slip computes, and the metric doesn't fall into it."""

from __future__ import annotations

import pandas as pd
import pytest
from backends import plain
from published import DATA

from trainkit import metrics as m
from trainkit.errors import OutOfRange


def _data(file: str) -> pd.DataFrame:
    if not (DATA / file).exists():
        pytest.skip(f"{file} is not there: put the public data sets into {DATA}")
    return pd.read_parquet(DATA / file)


def test_a_code_for_no_answer_counted_as_promoter_lifts_the_nps_to_34_9():
    scores = _data("sfo_survey_2018.parquet")["NETPRO"].dropna().astype(float)
    scores = scores[scores >= 0]
    careless = 100 * ((scores >= 9).mean() - (scores <= 6).mean())
    assert careless == pytest.approx(34.9, abs=0.05)
    assert m.nps(scores[scores <= 10].tolist()) == pytest.approx(30.98, abs=0.005)
    with pytest.raises(OutOfRange, match="11"):
        m.nps(scores.tolist())


def test_dropping_cancelled_invoices_changes_the_first_cohort_from_948_to_885():
    rows = _data("online_retail.parquet")
    known = rows[rows["CustomerID"].notna()]
    bought = known[~known["InvoiceNo"].astype(str).str.startswith("C")]
    for table, size in ((known, 948), (bought, 885)):
        found = plain(m.cohort_retention(table, "CustomerID", "InvoiceDate"))
        assert found["active"][0] == size


def test_shares_compared_as_floats_lose_four_rules_at_the_threshold():
    baskets = _data("groceries.parquet")
    found = pd.DataFrame(plain(m.association_rules(baskets, "basket_id", "item", 0.001, 0.8, longest=10)))
    # What a library does that divides two rounded shares, and compares the result with the threshold.
    total = baskets["basket_id"].nunique()
    together = found["n"] / total
    condition = (found["n"] / found["confidence"]).round() / total
    assert len(found) == 410
    assert int((together / condition >= 0.8).sum()) == 406
