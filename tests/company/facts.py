"""Plain pandas measurements of the planted facts, as a lesson would make them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

Tables = Mapping[str, pd.DataFrame]
YEAR = pd.DateOffset(days=365)


def quarter(name: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First day of a quarter such as 2025Q4 and of the next one."""
    period = pd.Period(name)
    return period.start_time, (period + 1).start_time


def running(customers: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Core customers under contract on that day."""
    end = customers["contract_end"]
    return customers[(customers["contract_start"] < day) & (end.isna() | (end >= day))]


def churn(tables: Tables, name: str) -> pd.DataFrame:
    """Core customers at risk in a quarter, with a column `lost`."""
    first, after = quarter(name)
    base = running(tables["customers"], first)
    return base.assign(lost=base["contract_end"] < after)


def followed(tables: Tables, base: pd.DataFrame, until: pd.Series) -> pd.Series:
    """Whether each customer had a personalised follow-up in the 365 days before `until`."""
    talks = tables["interactions"]
    talks = talks[(talks["purpose"] == "follow_up") & talks["personalised"]]
    merged = base[["customer_id"]].assign(until=until.to_numpy()).merge(talks[["customer_id", "at"]])
    merged = merged[
        (merged["at"] >= merged["until"] - YEAR) & (merged["at"] < merged["until"] + pd.Timedelta("1D"))
    ]
    return base["customer_id"].isin(merged["customer_id"].unique())


def top_two(scores: pd.Series) -> float:
    """Share of 4 and 5 in the valid answers."""
    return float((scores.dropna() >= 4).mean())


def nps(scores: pd.Series) -> tuple[float, float]:
    """Net promoter score and its standard error, in points."""
    valid = scores.dropna()
    p, d = (valid >= 9).mean(), (valid <= 6).mean()
    return 100 * (p - d), 100 * float(np.sqrt((p + d - (p - d) ** 2) / len(valid)))


def standing(tables: Tables) -> pd.DataFrame:
    """Customers with `orders` of 2025, and whether `loyal` or `active`, by the rule in the schema."""
    orders, surveys = tables["orders"], tables["surveys"]
    late = orders[orders["ordered_at"] >= "2025-01-01"]
    recent = orders[orders["ordered_at"] >= "2025-07-05"]["customer_id"]
    answers = surveys[(surveys["answered_at"] >= "2025-01-01") & surveys["nps"].notna()]
    latest = answers.sort_values("answered_at").groupby("customer_id")["nps"].last()
    frame = tables["customers"].set_index("customer_id")
    frame["orders"] = late.groupby("customer_id")["order_no"].nunique().reindex(frame.index).fillna(0)
    frame["loyal"] = (frame["orders"] >= 4) & (latest.reindex(frame.index).fillna(-1) >= 9).astype(bool)
    frame["active"] = frame.index.isin(recent.unique()) & ~frame["loyal"]
    return frame


def measure(tables: Tables) -> dict[str, float]:
    """Levels of the facts F1, F2, F3, F11, F16 and F17."""
    customers, surveys, tickets = tables["customers"], tables["surveys"], tables["tickets"]
    q4 = churn(tables, "2025Q4")
    until = q4["contract_end"].where(q4["lost"], pd.Timestamp("2025-12-31"))
    cared = followed(tables, q4, until)
    out = {
        "F1": q4["lost"].mean(),
        "F1 highest before": max(
            churn(tables, f"{p}")["lost"].mean() for p in pd.period_range("2024Q1", "2025Q3", freq="Q")
        ),
        "F1 lowest before": min(
            churn(tables, f"{p}")["lost"].mean() for p in pd.period_range("2024Q1", "2025Q3", freq="Q")
        ),
        "F2": 1 - cared[q4["lost"]].mean(),
        "F2 retained": 1 - cared[~q4["lost"]].mean(),
        "F2 raw": q4["lost"][~cared].mean() - q4["lost"][cared].mean(),
    }
    groups = q4.assign(cared=cared).groupby(["type", "key_account"])
    parts = [
        (len(g), g["lost"][~g["cared"]].mean() - g["lost"][g["cared"]].mean())
        for _, g in groups
        if g["cared"].nunique() == 2
    ]
    out["F2 adjusted"] = sum(n * d for n, d in parts) / sum(n for n, _ in parts)
    hengyuan = customers[customers["name"] == "Hengyuan Precision"].iloc[0]
    mine = tickets[(tickets["customer_id"] == hengyuan["customer_id"]) & (tickets["kind"] == "complaint")]
    a, b = (mine["opened_at"].between(*quarter(q), inclusive="left").sum() for q in ("2025Q1", "2025Q2"))
    out["F3"] = b / a
    people = standing(tables)
    late = surveys[surveys["answered_at"] >= "2025-01-01"].join(people[["loyal", "active"]], on="customer_id")
    out["F11 loyal"] = top_two(late["csat_after_sales"][late["loyal"]])
    out["F11 active"] = top_two(late["csat_after_sales"][late["active"]])
    half = running(customers, pd.Timestamp("2025-07-01"))
    gone = half["contract_end"].notna()
    out["F11 churn pilot"], out["F11 churn others"] = (
        gone[half["service_pilot"]].mean(),
        gone[~half["service_pilot"]].mean(),
    )
    loyal = people[people["loyal"] & people["contract_start"].notna()]
    h2 = (
        tables["orders"][tables["orders"]["ordered_at"] >= "2025-07-01"]
        .groupby("customer_id")["order_no"]
        .nunique()
    )
    h2 = h2.reindex(loyal.index).fillna(0)
    out["F11 orders pilot"], out["F11 orders others"] = (
        h2[loyal["service_pilot"]].mean(),
        h2[~loyal["service_pilot"]].mean(),
    )
    out["loyal"], out["active"] = people["loyal"].sum(), people["active"].sum()
    answers = surveys[surveys["answered_at"].notna()].merge(customers[["customer_id", "type", "region"]])
    answers["year"] = answers["answered_at"].dt.year
    by_year = answers.groupby("year")["csat"].apply(top_two)
    by_type = answers.groupby(["type", "year"])["csat"].apply(top_two).unstack()
    out["F16 fall"] = by_year[2024] - by_year[2025]
    out["F16 least rise"] = (by_type[2025] - by_type[2024]).min()
    now = answers[answers["year"] == 2025]
    thin = now.groupby("region")["nps"].count().idxmin()
    here, rest = now["region"] == thin, now["region"] != thin
    (x, sx), (y, sy) = nps(now["nps"][here]), nps(now["nps"][rest])
    out["F17 n"], out["F17 gap"], out["F17 z"] = now["nps"][here].count(), y - x, (y - x) / np.hypot(sx, sy)
    sent = surveys[surveys["sent_at"] >= "2025-01-01"].merge(customers[["customer_id", "region", "type"]])
    out["F17 response"], out["response"] = (
        sent["answered_at"].notna()[sent["region"] == thin].mean(),
        sent["answered_at"].notna().mean(),
    )
    out["nps 2025"] = nps(now["nps"])[0]
    return {key: float(value) for key, value in out.items()}
