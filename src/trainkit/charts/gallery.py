"""The gallery: charts for every family of metrics, on small invented data, as one page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from trainkit import charts
from trainkit import metrics as m
from trainkit.charts import theme
from trainkit.charts.svg import to_svg
from trainkit.i18n import _, get_language
from trainkit.metrics.registry import families

__all__ = ["Example", "examples", "page"]


@dataclass(frozen=True)
class Example:
    """One chart of the gallery."""

    family: str
    """The family of metrics that it belongs to."""
    chart: str
    """The name of the chart function."""
    draw: Callable[[], alt.LayerChart]
    """Draw it, in the language in use."""


_EXAMPLES: list[Example] = []


def _shows(family: str, chart: str) -> Callable[[Callable[[], alt.LayerChart]], Callable[[], alt.LayerChart]]:
    def enter(draw: Callable[[], alt.LayerChart]) -> Callable[[], alt.LayerChart]:
        _EXAMPLES.append(Example(family, chart, draw))
        return draw

    return enter


def examples() -> list[Example]:
    """Return all examples, in the order of the families."""
    order = list(families())
    return sorted(_EXAMPLES, key=lambda example: order.index(example.family))


def _random() -> np.random.Generator:
    return np.random.default_rng(0)


@_shows("satisfaction", "score_distribution")
def _scores() -> alt.LayerChart:
    return charts.score_distribution([10] * 60 + [9] * 50 + [8] * 20 + [7] * 30 + [5] * 25 + [0] * 15)


@_shows("satisfaction", "by_group")
def _nps_by_region() -> alt.LayerChart:
    answers = {"east": [10, 9, 9, 8, 7, 10, 9, 3] * 30, "northwest": [10, 9, 3, 6, 8]}
    rows = [(region, score) for region, scores in answers.items() for score in scores]
    table = m.nps_by_group(pd.DataFrame(rows, columns=["region", "nps"]), by="region")
    finding = _("The Northwest looks worse, but too few answered to be sure")
    industry = _("Industry")
    return charts.by_group(table, "region", "nps", title=finding, reference=30, reference_label=industry)


@_shows("satisfaction", "slope")
def _simpson() -> alt.LayerChart:
    values = {"B2B": (70.0, 74.0), "B2C": (50.0, 53.0), "G": (60.0, 66.0), "all": (64.0, 60.0)}
    rows = [(kind, year, v[i]) for kind, v in values.items() for i, year in enumerate((2024, 2025))]
    table = pd.DataFrame(rows, columns=["type", "year", "csat"])
    finding = _("Every customer type is happier, all together are not")
    return charts.slope(table, "type", "year", "csat", title=finding)


@_shows("surveys", "scatter")
def _importance() -> alt.LayerChart:
    table = pd.DataFrame(
        {
            "item": [_("Delivery"), _("After-sales"), _("Product"), _("Billing")],
            "importance": [0.35, 0.72, 0.61, 0.22],
            "performance": [4.1, 2.9, 4.3, 3.2],
        }
    )
    finding = _("After-sales matters most and is done worst")
    middle = (float(table["performance"].mean()), float(table["importance"].mean()))
    words: dict[str, Any] = {
        "x_title": _("Performance (mean answer, 1–5)"),
        "y_title": _("Importance (correlation)"),
    }
    return charts.scatter(
        table, "performance", "importance", title=finding, label="item", cross=middle, **words
    )


@_shows("retention", "over_time")
def _churn() -> alt.LayerChart:
    quarters = [f"{year}-Q{quarter}" for year in (2024, 2025) for quarter in (1, 2, 3, 4)]
    table = pd.DataFrame({"quarter": quarters, "churn_rate": [6.1, 6.4, 6.2, 7.0, 7.9, 8.8, 10.5, 12.0]})
    finding = _("Churn has doubled in two years and left the industry behind")
    industry = _("Industry")
    return charts.over_time(
        table, "quarter", "churn_rate", title=finding, benchmark=7, benchmark_label=industry
    )


@_shows("retention", "stacked_shares")
def _follow_up() -> alt.LayerChart:
    table = pd.DataFrame(
        {"type": ["B2B", "B2B", "B2C", "B2C"], "followed_up": [False, True] * 2, "n": [90, 10, 60, 40]}
    )
    words = {True: _("Personal follow-up"), False: _("None")}
    finding = _("Most of those who left had heard nothing from us")
    return charts.stacked_shares(table, "type", "followed_up", title=finding, labels=words)


@_shows("loyalty", "bars")
def _repurchase() -> alt.LayerChart:
    table = pd.DataFrame({"type": ["B2B", "B2C", "G"], "repurchase_rate": [78.0, 31.0, 64.0]})
    finding = _("Two consumers in three buy only once a year")
    return charts.bars(table, "type", "repurchase_rate", title=finding, highlight="B2C")


@_shows("survival", "heatmap")
def _cohorts() -> alt.LayerChart:
    rows = [
        (
            f"2025-{cohort:02d}",
            age,
            round(100 * 0.62 ** min(age, 2) * 0.97**age * (1 - 0.02 * cohort)) if age else 100,
        )
        for cohort in range(1, 8)
        for age in range(8 - cohort)
    ]
    table = pd.DataFrame(rows, columns=["cohort", "age", "retention"])
    finding = _("Every cohort loses most in its first two months")
    words: dict[str, Any] = {
        "x_title": _("Months since the first purchase"),
        "y_title": _("Month of the first purchase"),
    }
    return charts.heatmap(table, "age", "cohort", "retention", title=finding, **words)


@_shows("survival", "survival_curve")
def _survival() -> alt.LayerChart:
    table = pd.DataFrame(
        {"months": [2, 3, 5, 5, 8, 11, 12, 12, 14, 18, 20, 24], "left": [1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0]}
    )
    finding = _("More than half of the customers leave within a year")
    return charts.survival_curve(m.kaplan_meier(table, "months", "left"), title=finding, unit=_("months"))


@_shows("interaction", "stacked_shares")
def _channels() -> alt.LayerChart:
    contacts = pd.DataFrame(
        {
            "type": ["B2B"] * 10 + ["B2C"] * 10,
            "channel": ["visit"] * 4
            + ["phone"] * 4
            + ["email"] * 2
            + ["wechat"] * 6
            + ["app"] * 2
            + ["phone"] * 2,
        }
    )
    finding = _("Business customers are visited, consumers write on WeChat")
    return charts.stacked_shares(m.channel_mix(contacts, by="type"), "type", "channel", title=finding)


@_shows("service", "pareto")
def _causes() -> alt.LayerChart:
    table = pd.DataFrame(
        {"category": ["after_sales", "delivery", "product", "billing"], "n": [120, 60, 30, 10]}
    )
    finding = _("Two causes stand behind four complaints in five")
    return charts.pareto(table, "category", title=finding)


@_shows("value", "cumulative_curve")
def _whale() -> alt.LayerChart:
    profit = np.sort(_random().pareto(1.2, 500) * 1000 - 150)
    customers = pd.DataFrame(
        {"customer_id": range(500), "revenue": profit, "cost": 0.0, "cost_to_serve": 0.0}
    )
    finding = _("A fifth of the customers brings nearly all of the profit")
    return charts.cumulative_curve(m.customer_profit(customers), title=finding)


@_shows("lifetime", "heatmap")
def _alive() -> alt.LayerChart:
    cells = [(orders, silence) for orders in (1, 2, 4, 8, 16) for silence in (2, 8, 16, 24, 32)]
    summary = pd.DataFrame(
        {"frequency": [o for o, _s in cells], "recency": [36.0 - s for _o, s in cells], "T": 36.0}
    )
    model = m.lifetime.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    table = m.expected_purchases(summary, model, horizon=13)
    table["silence"] = [s for _o, s in cells]
    table["p_alive"] *= 100
    finding = _("The same silence says more about a frequent buyer")
    words: dict[str, Any] = {"x_title": _("Weeks of silence"), "y_title": _("Repeat purchases")}
    order = [1, 2, 4, 8, 16]
    return charts.heatmap(table, "silence", "frequency", "p_alive", title=finding, order=order, **words)


@_shows("segments", "heatmap")
def _rfm() -> alt.LayerChart:
    counts = [(r, f, 66 - 14 * abs(r - f)) for r in range(1, 6) for f in range(1, 6)]
    table = pd.DataFrame(counts, columns=["r", "f", "customers"])
    finding = _("Recent buyers are mostly frequent buyers")
    words: dict[str, Any] = {
        "x_title": _("Frequency score (5 is best)"),
        "y_title": _("Recency score (5 is best)"),
    }
    return charts.heatmap(table, "f", "r", "customers", title=finding, order=[5, 4, 3, 2, 1], **words)


@_shows("clusters", "scatter")
def _clusters() -> alt.LayerChart:
    random = _random()
    orders = np.concatenate([random.normal(c, 1.2, 40) for c in (3, 9, 16)])
    amount = np.concatenate([random.normal(c, 60, 40) for c in (300, 900, 500)])
    table = m.k_means(pd.DataFrame({"orders": orders, "amount": amount}), ["orders", "amount"], k=3)
    finding = _("Three kinds of customers: few orders, large orders, many orders")
    words: dict[str, Any] = {"x_title": _("Orders a year"), "y_title": _("Mean order (yuan)")}
    return charts.scatter(table, "orders", "amount", title=finding, colour="cluster", **words)


@_shows("quality", "heatmap")
def _audit() -> alt.LayerChart:
    rows = [
        *(("phone", "completeness", 96.2), ("phone", "validity", 91.0), ("phone", "uniqueness", 99.1)),
        *(("name", "completeness", 99.9), ("name", "validity", 99.2), ("region", "completeness", 98.4)),
    ]
    table = pd.DataFrame(rows, columns=["column", "dimension", "rate"])
    words = {
        "completeness": _("complete"),
        "validity": _("valid"),
        "uniqueness": _("unique"),
        "phone": _("phone"),
        "name": _("name"),
        "region": _("region"),
    }
    finding = _("Phone numbers are the weak field")
    titles: dict[str, Any] = {"x_title": _("Share of cells that pass (%)"), "y_title": _("Field")}
    return charts.heatmap(
        table, "dimension", "column", "rate", title=finding, digits=1, labels=words, **titles
    )


@_shows("integration", "bars")
def _sync() -> alt.LayerChart:
    table = pd.DataFrame({"region": ["east", "south", "northwest"], "sync_rate": [71.0, 66.0, 52.0]})
    finding = _("In the Northwest every second record differs between the systems")
    return charts.bars(table, "region", "sync_rate", title=finding, highlight="northwest")


@_shows("baskets", "bars")
def _lift() -> alt.LayerChart:
    names = [_("router → cable"), _("camera → card"), _("phone → case"), _("printer → paper")]
    table = pd.DataFrame({"rule": names, "lift": [3.1, 2.6, 2.2, 0.8]})
    finding = _("The most popular pair is bought together less than by chance")
    chance = _("Chance")
    return charts.bars(
        table, "rule", "lift", title=finding, highlight=names[3], reference=1, reference_label=chance
    )


@_shows("funnel", "funnel")
def _funnel() -> alt.LayerChart:
    table = pd.DataFrame(
        {
            "stage": ["lead", "offer", "negotiation", "won"],
            "reached": [800, 320, 180, 60],
            "step_rate": [None, 40.0, 56.2, 33.3],
        }
    )
    words = {"lead": _("Lead"), "offer": _("Offer"), "negotiation": _("Negotiation"), "won": _("Won")}
    return charts.funnel(table, title=_("Two of three negotiations end without a deal"), labels=words)


@_shows("forecasting", "forecast")
def _forecast() -> alt.LayerChart:
    months = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(42)]
    orders = 400 + 4 * np.arange(42) + 80 * np.sin(2 * np.pi * np.arange(42) / 12)
    ahead = m.holt_winters(orders[:36], season=12, horizon=6)
    history = pd.DataFrame({"month": months[:36], "orders": orders[:36]})
    future = pd.DataFrame({"month": months[36:], "orders": ahead, "low": ahead - 40, "high": ahead + 40})
    finding = _("The next spring peak will be higher than the last")
    return charts.forecast(
        history,
        future,
        "month",
        "orders",
        title=finding,
        low="low",
        high="high",
        value_title=_("Orders a month"),
    )


@_shows("anomalies", "marked_series")
def _anomalies() -> alt.LayerChart:
    days = pd.date_range("2025-03-01", periods=90)
    orders = 100 + 15 * np.sin(2 * np.pi * np.arange(90) / 7) + _random().normal(0, 4, 90)
    orders[[30, 62]] += [90, -70]
    odd = np.abs(m.robust_z(m.seasonal_residuals(orders, season=7))) > 6
    table = pd.DataFrame({"day": days, "orders": orders, "odd": odd})
    finding = _("Two days don't fit their weekday: one peak, one drop")
    return charts.marked_series(table, "day", "orders", "odd", title=finding, value_title=_("Orders a day"))


@_shows("risk", "calibration_curve")
def _calibration() -> alt.LayerChart:
    predicted = [2.0, 5.0, 9.0, 14.0, 22.0, 38.0]
    table = pd.DataFrame(
        {"predicted": predicted, "observed": [3.0, 5.5, 8.0, 12.0, 18.0, 26.0], "n": [300] * 6}
    )
    return charts.calibration_curve(table, title=_("Above 10 % the model promises more churn than comes"))


@_shows("experiments", "by_group")
def _effects() -> alt.LayerChart:
    tests = {_("Welcome call"): (200, 2000, 246, 2000), _("New newsletter"): (210, 2000, 216, 2000)}
    found = {name: m.proportion_test(*counts) for name, counts in tests.items()}
    table = pd.DataFrame(
        [(name, d.value, d.low, d.high) for name, d in found.items()],
        columns=["test", "proportion_test", "low", "high"],
    )
    finding = _("The call works; the newsletter's effect can't be told from none")
    no_effect = _("No effect")
    return charts.by_group(
        table, "test", "proportion_test", title=finding, reference=0, reference_label=no_effect
    )


@_shows("text", "diverging_bars")
def _topics() -> alt.LayerChart:
    table = pd.DataFrame(
        {"topic": [_("After-sales"), _("Delivery"), _("Product")], "sentiment_score": [-0.42, -0.08, 0.37]}
    )
    finding = _("Customers praise the product and blame the service after the sale")
    return charts.diverging_bars(table, "topic", "sentiment_score", title=finding, digits=2)


@_shows("decisions", "diverging_bars")
def _gaps() -> alt.LayerChart:
    names = [_("Churn"), _("NPS"), _("First response")]
    table = pd.DataFrame({"indicator": names, "gap_percent": [-71.0, -20.0, 12.0]})
    finding = _("Churn is where we lag furthest behind the industry")
    axis = _("Ahead of the industry (% of its value)")
    return charts.diverging_bars(table, "indicator", "gap_percent", title=finding, digits=0, value_title=axis)


@_shows("privacy", "bars")
def _anonymity() -> alt.LayerChart:
    columns = [_("region"), _("… + industry"), _("… + signup day")]
    table = pd.DataFrame({"columns": columns, "k_anonymity": [310, 24, 1]})
    finding = _("With the signup day someone stands alone")
    return charts.bars(table, "columns", "k_anonymity", title=finding, highlight=columns[2], digits=0)


@_shows("causes", "diverging_bars")
def _parts_of_a_change() -> alt.LayerChart:
    parts = [_("Central China's own rate"), _("Mix of channels"), _("Rest")]
    table = pd.DataFrame({"part": parts, "change": [3.1, 1.4, 0.5]})
    finding = _("Most of the rise is one region's own rate")
    return charts.diverging_bars(table, "part", "change", title=finding, value_title=_("Percentage points"))


@_shows("adoption", "bars")
def _adoption() -> alt.LayerChart:
    features = [_("Log a call"), _("Plan a visit"), _("Forecast")]
    table = pd.DataFrame({"feature": features, "adoption_rate": [82.0, 47.0, 9.0]})
    finding = _("Hardly anybody forecasts in the new system")
    return charts.bars(table, "feature", "adoption_rate", title=finding, highlight=features[2])


def page() -> str:
    """Return the gallery as one HTML page in the language in use, readable without network or scripts."""
    theme.enable()
    names = families()
    figures = [
        f"<figure>{to_svg(example.draw())}<figcaption>{escape(names[example.family])} · "
        f"<code>charts.{escape(example.chart)}</code></figcaption></figure>"
        for example in examples()
    ]
    heading = escape(_("Charts of the workbook"))
    style = (
        f"body {{ font-family: {theme.FONT}; margin: 1rem; }} "
        "main { display: flex; flex-wrap: wrap; gap: 1.5rem; } figure { margin: 0; max-width: 100%; }"
    )
    return (
        f'<!doctype html>\n<html lang="{get_language()}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{heading}</title>\n'
        f"<style>{style}</style></head>\n<body><h1>{heading}</h1>\n<main>\n"
        + "\n".join(figures)
        + "\n</main></body></html>\n"
    )
