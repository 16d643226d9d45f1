"""The gallery: every chart of the workbook once, on small invented data, as one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import altair as alt
import pandas as pd

from trainkit import charts
from trainkit.charts import theme
from trainkit.charts.svg import to_svg
from trainkit.i18n import _, get_language

__all__ = ["examples", "page"]

_QUARTERS = [f"{year}-Q{quarter}" for year in (2024, 2025) for quarter in (1, 2, 3, 4)]


def _bars() -> alt.LayerChart:
    table = pd.DataFrame({"region": ["east", "south", "northwest"], "complaint_rate": [2.1, 3.4, 6.8]})
    finding = _("The Northwest complains three times as often as the East")
    return charts.bars(table, "region", "complaint_rate", title=finding, highlight="northwest")


def _by_group() -> alt.LayerChart:
    answers = {"east": [10, 9, 9, 8, 7, 10, 9, 3] * 30, "northwest": [10, 9, 3, 6, 8]}
    rows = [(region, score) for region, scores in answers.items() for score in scores]
    from trainkit.metrics.satisfaction import nps_by_group

    table = nps_by_group(pd.DataFrame(rows, columns=["region", "nps"]), by="region")
    finding = _("The Northwest looks worse, but too few answered to be sure")
    return charts.by_group(table, "region", "nps", title=finding, reference=30, reference_label=_("Industry"))


def _over_time() -> alt.LayerChart:
    table = pd.DataFrame({"quarter": _QUARTERS, "churn_rate": [6.1, 6.4, 6.2, 7.0, 7.9, 8.8, 10.5, 12.0]})
    finding = _("Churn has doubled in two years and left the industry behind")
    return charts.over_time(
        table, "quarter", "churn_rate", title=finding, benchmark=7, benchmark_label=_("Industry")
    )


def _score_distribution() -> alt.LayerChart:
    return charts.score_distribution([10] * 60 + [9] * 50 + [8] * 20 + [7] * 30 + [5] * 25 + [0] * 15)


def _slope() -> alt.LayerChart:
    values = {"B2B": (70.0, 74.0), "B2C": (50.0, 53.0), "G": (60.0, 66.0), "all": (64.0, 60.0)}
    rows = [(kind, year, v[i]) for kind, v in values.items() for i, year in enumerate((2024, 2025))]
    table = pd.DataFrame(rows, columns=["type", "year", "csat"])
    finding = _("Every customer type is happier, all together are not")
    return charts.slope(table, "type", "year", "csat", title=finding)


def _stacked_shares() -> alt.LayerChart:
    table = pd.DataFrame(
        {"type": ["B2B", "B2B", "B2C", "B2C"], "followed_up": [False, True] * 2, "n": [90, 10, 60, 40]}
    )
    words = {True: _("Personal follow-up"), False: _("None")}
    finding = _("Most of those who left had heard nothing from us")
    return charts.stacked_shares(table, "type", "followed_up", title=finding, labels=words)


def examples() -> Mapping[str, Callable[[], Any]]:
    """Return, for every public chart, a function without arguments that draws an example of it."""
    return {name: globals()[f"_{name}"] for name in charts.__all__}


def page() -> str:
    """Return the gallery as one HTML page in the language in use, readable without network or scripts."""
    theme.enable()
    figures = [
        f"<figure>{to_svg(draw())}<figcaption><code>charts.{escape(name)}</code></figcaption></figure>"
        for name, draw in examples().items()
    ]
    heading = escape(_("Charts of the workbook"))
    return (
        f'<!doctype html>\n<html lang="{get_language()}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{heading}</title>\n'
        f"<style>body {{ font-family: {theme.FONT}; margin: 1rem; }} "
        "main { display: flex; flex-wrap: wrap; gap: 1.5rem; } figure { margin: 0; max-width: 100%; }"
        f"</style></head>\n<body><h1>{heading}</h1>\n<main>\n"
        + "\n".join(figures)
        + "\n</main></body></html>\n"
    )
