"""Plain pandas measurements of the facts F4 to F10, F12 to F15 and F18."""

from __future__ import annotations

import numpy as np
import pandas as pd
from facts import Tables

QUARTER = "2025Q2"


def sync_rate(tables: Tables) -> float:
    """F4: share of sales records that agree letter by letter with their service record."""
    both = tables["sales_system"].merge(
        tables["service_system"].dropna(subset="sales_id"),
        on="sales_id",
        how="left",
        suffixes=("", "_service"),
    )
    same = pd.Series(True, index=both.index)
    for field in ("name", "phone", "region", "status"):
        same &= (both[field] == both[f"{field}_service"]).fillna(False).astype(bool)
    return float(same.mean())


def cleaned_sync_rate(tables: Tables) -> float:
    """F4 after removing blanks, prefixes and dashes."""

    def cleaned(frame: pd.DataFrame) -> pd.DataFrame:
        phone = (
            frame["phone"].str.replace(r"[\s-]", "", regex=True).str.replace(r"^(\+86|0086)", "", regex=True)
        )
        return frame.assign(name=frame["name"].str.replace(r"\s", "", regex=True), phone=phone)

    return sync_rate({name: cleaned(tables[name]) for name in ("sales_system", "service_system")})


def missing_groups(tables: Tables) -> dict[str, int]:
    """F5: orders by batch of those groups that the service system never received, by quarter of 2025."""
    orders = tables["orders"].drop_duplicates("order_no")
    orders = orders[orders["ordered_at"] >= "2025-01-01"]
    arrived = pd.Index(tables["service_orders"]["order_no"])
    gone = orders[arrived.get_indexer(orders["order_no"]) < 0]
    assert (gone["ordered_at"].dt.to_period("Q") == QUARTER).all()
    whole = orders.groupby("batch").size()
    lost = gone.groupby("batch").size()
    assert (lost == whole[lost.index]).all(), "a group is missing as a whole"
    return lost.to_dict()


def unmatched(tables: Tables) -> pd.Series:
    """F6: share of notes by quarter whose customer field isn't a customer number."""
    notes = tables["interviews"]
    plain = notes["customer_ref"].isin(tables["customers"]["customer_id"])
    return (~plain).groupby(notes["visited_on"].dt.to_period("Q")).mean()


def matched_by_rule(tables: Tables, quarter: pd.Period) -> tuple[float, float]:
    """F6: what a rule makes of the unmatched notes of a quarter: share matched, and share of these right."""
    customers, notes = tables["customers"], tables["interviews"]
    notes = notes[notes["visited_on"].dt.to_period("Q") == quarter]
    notes = notes[~notes["customer_ref"].isin(customers["customer_id"])]
    text = notes["customer_ref"].fillna("").str.normalize("NFKC").str.upper()
    number = "C" + text.str.extract(r"C[\s-]*(\d{5,})", expand=False)
    tidy = text.str.replace(r"\(.*\)", "", regex=True).str.strip()
    by_name = {}
    for column in ("name", "name_zh"):
        unique = customers.drop_duplicates(column, keep=False)
        by_name |= dict(zip(unique[column].str.upper(), unique["customer_id"], strict=True))
    order = notes["text"].str.extract(r"(SO\d{6,})", expand=False)
    buyers = tables["orders"].drop_duplicates("order_no").set_index("order_no")["customer_id"]
    found = number.fillna(tidy.map(by_name)).fillna(order.map(buyers))
    return float(found.notna().mean()), float((found == notes["customer_id"])[found.notna()].mean())


def crisis(tables: Tables) -> tuple[float, float, float]:
    """F7: median lag in hours; hours from the crisis' start to its peak; to 95 % of its posts."""
    posts = tables["mentions"]
    lag = (posts["collected_at"] - posts["posted_at"]).dt.total_seconds() / 3600
    bad = posts[posts["sentiment"] == "negative"].set_index("posted_at").sort_index()
    every = bad.resample("4h").size()
    # Ordinary days have a post or two in four hours.
    hot = every[every >= 8]
    since = (
        bad[hot.index[0] : hot.index[0] + pd.Timedelta("5D")].index - hot.index[0]
    ).total_seconds() / 3600
    peak = (hot.idxmax() - hot.index[0]).total_seconds() / 3600 + 2
    return float(lag.median()), float(peak), float(np.quantile(since[since < 72], 0.95))


def quality(tables: Tables) -> dict[str, float]:
    """F8: shares missing, inaccurate, late and contradictory, in per cent."""
    sales, service, credit = tables["sales_system"], tables["service_system"], tables["credit"]
    noted = sales.drop_duplicates("customer_id").merge(credit, on="customer_id", suffixes=("", "_true"))
    off = (noted["employees"] - noted["employees_true"]).abs() / noted["employees_true"] > 0.05
    lag = service["received_at"] - service["changed_at"]
    both = sales.merge(service.dropna(subset="sales_id"), on="sales_id", suffixes=("", "_service"))
    return {
        "F8 phone": 100 * sales["phone"].isna().mean(),
        "F8 region": 100 * sales["region"].isna().mean(),
        "F8 name": 100 * sales["name"].isna().mean(),
        "F8 inaccurate": 100 * off.mean(),
        "F8 late": 100 * (lag > pd.Timedelta("4h")).mean(),
        "F8 contradict": 100 * (both["status"] != both["status_service"]).mean(),
        "F8 double": 100 * sales["customer_id"].duplicated().mean(),
    }


def profit(tables: Tables) -> pd.Series:
    """Profit of each customer over the two years, as the schema defines it."""
    lines, orders = tables["order_lines"], tables["orders"].drop_duplicates("order_no")
    earned = (lines["amount"] - lines["quantity"] * lines["unit_cost"]).groupby(lines["order_no"]).sum()
    by_customer = orders.set_index("order_no")["customer_id"].map(lambda name: name)
    margin = earned.groupby(by_customer.reindex(earned.index)).sum()
    contacts = tables["interactions"].groupby("customer_id")["cost"].sum()
    ids = tables["customers"]["customer_id"]
    return margin.reindex(ids).fillna(0) - contacts.reindex(ids).fillna(0)


def best_fifth(tables: Tables) -> float:
    """F9: share of the profit of the best fifth."""
    ranked = profit(tables).sort_values(ascending=False)
    return float(ranked.iloc[: -(-len(ranked) // 5)].sum() / ranked.sum())


def value_to_cost(tables: Tables) -> pd.Series:
    """F10: CLV : CAC by channel, and overall under the name `all`."""
    from facts import churn

    customers, orders = tables["customers"], tables["orders"].drop_duplicates("order_no")
    lines = tables["order_lines"].merge(orders[["order_no", "customer_id", "ordered_at"]], on="order_no")
    lines = lines[lines["ordered_at"] >= "2025-01-01"]
    margin = (lines["amount"] - lines["quantity"] * lines["unit_cost"]).groupby(lines["customer_id"]).sum()
    talks = tables["interactions"]
    cost = talks[talks["at"] >= "2025-01-01"].groupby("customer_id")["cost"].sum()
    there = customers[customers["signup_date"] < "2025-01-01"].set_index("customer_id")
    yearly = margin.reindex(there.index).fillna(0) - cost.reindex(there.index).fillna(0)
    retention = np.prod([1 - churn(tables, f"2025Q{quarter}")["lost"].mean() for quarter in range(1, 5)])
    multiple = retention / (1.1 - retention)
    spend = tables["campaigns"]
    spent = spend[["media_spend", "staff_spend", "tool_spend"]].sum(axis=1).groupby(spend["channel"]).sum()
    won = spend.groupby("channel")["new_customers"].sum()
    ratio = multiple * yearly.groupby(there["acquisition_channel"]).mean() / (spent / won)
    ratio["all"] = multiple * yearly.mean() / (spent.sum() / won.sum())
    return ratio


def lifts(tables: Tables) -> pd.DataFrame:
    """F12: support, and lift of each pair of products."""
    lines = tables["order_lines"]
    order, product = lines["order_no"].factorize()[0], lines["product_id"].astype("category")
    codes, names = product.cat.codes.to_numpy(), product.cat.categories
    matrix = np.zeros((order.max() + 1, len(names)), dtype=np.float32)
    matrix[order, codes] = 1
    has = pd.DataFrame(matrix, columns=names)
    support = has.mean()
    both = has.T @ has / len(has)
    lift = both.div(support, axis=0).div(support, axis=1)
    keep = np.triu(np.ones(lift.shape, dtype=bool), 1)
    pairs = pd.DataFrame({"support": both.where(keep).stack(), "lift": lift.where(keep).stack()})
    pairs.index.names = ["one", "other"]
    pairs["expected"] = pairs["support"] / pairs["lift"]
    return pairs


def z_of(frame: pd.DataFrame) -> float:
    """Two-proportion statistic of B against A."""
    counts = frame.groupby("group")["converted"].agg(["sum", "size"])
    rates, pooled = counts["sum"] / counts["size"], counts["sum"].sum() / counts["size"].sum()
    return float((rates["B"] - rates["A"]) / np.sqrt(pooled * (1 - pooled) * (1 / counts["size"]).sum()))


def experiments(tables: Tables) -> dict[str, float]:
    """F13: statistics of the tests, of the peek, and of the splits."""
    tests = dict(list(tables["experiments"].sort_values("assigned_at").groupby("experiment")))
    subject = tests["subject_line"]
    out = {f"F13 {name}": z_of(frame) for name, frame in tests.items()}
    out["F13 peek"] = z_of(subject.iloc[: len(subject) // 3])
    for name, frame in tests.items():
        sizes = frame["group"].value_counts()
        out[f"F13 split {name}"] = float(((sizes - len(frame) / 2) ** 2 / (len(frame) / 2)).sum())
    return out


def forecast_errors(tables: Tables) -> dict[str, float]:
    """F15: mean absolute error of the last eight weeks' daily orders, forecast week by week."""
    orders = tables["orders"].drop_duplicates("order_no")
    daily = orders.groupby(orders["ordered_at"].dt.normalize()).size().asfreq("D", fill_value=0)
    errors: dict[str, list[float]] = {"seasonal": [], "naive": [], "mean": []}
    for begin in range(len(daily) - 56, len(daily), 7):
        before, actual = daily.iloc[:begin], daily.iloc[begin : begin + 7].to_numpy()
        forecasts = {
            "seasonal": before.iloc[-7:].to_numpy(),
            "naive": np.full(7, before.iloc[-1]),
            "mean": np.full(7, before.iloc[-28:].mean()),
        }
        for name, forecast in forecasts.items():
            errors[name].extend(np.abs(forecast[: actual.size] - actual))
    growth = daily["2025"].mean() / daily["2024"].mean()
    return {f"F15 {name}": float(np.mean(values)) for name, values in errors.items()} | {"F15 growth": growth}


def idle_members(tables: Tables) -> float:
    """F18: share of members with a balance of 5,000 points and no order in 2025."""
    members = tables["loyalty"]
    balance = members["points_purchase"] + members["points_activity"] - members["points_redeemed"]
    orders = tables["orders"]
    buyers = orders.loc[orders["ordered_at"] >= "2025-01-01", "customer_id"]
    return float(((balance >= 5000) & ~members["customer_id"].isin(buyers.unique())).mean())


def measure(tables: Tables) -> dict[str, float]:
    """Levels of the facts of this module."""
    quarters = unmatched(tables)
    matched, right = matched_by_rule(tables, quarters.idxmax())
    lag, peak, over = crisis(tables)
    ratio = value_to_cost(tables)
    pairs = lifts(tables)
    # The trap: two products that everyone buys, seldom together.
    popular = pairs[pairs["lift"] < 0.9].nlargest(1, "expected")
    return {
        "F4": sync_rate(tables),
        "F4 cleaned": cleaned_sync_rate(tables),
        "F5": float(len(missing_groups(tables))),
        "F6": float(quarters.max()),
        "F6 others": float(quarters.drop(quarters.idxmax()).max()),
        "F6 matched": matched,
        "F6 right": right,
        "F7": lag,
        "F7 peak": peak,
        "F7 over": over,
        **quality(tables),
        "F9": best_fifth(tables),
        "F10 all": float(ratio["all"]),
        "F10 below": float((ratio.drop("all") < 3).sum()),
        "F10 closest": float((ratio.drop("all") - 3).abs().min()),
        "F12 high": float(((pairs["lift"] > 2) & (pairs["support"] > 0.008)).sum()),
        "F12 trap": float(popular["lift"].iloc[0]),
        "F12 trap support": float(popular["support"].iloc[0]),
        "F12 trap rank": float((pairs["expected"] > popular["expected"].iloc[0]).sum()),
        **experiments(tables),
        **forecast_errors(tables),
        "F18": idle_members(tables),
    }
