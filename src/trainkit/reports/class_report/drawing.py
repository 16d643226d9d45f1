"""The report's charts: pictures inside of the page, in the workbook's look, with their texts."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainkit.course.present import status
from trainkit.i18n import _, percent
from trainkit.reports.pages import share

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Picture", "distribution", "outcomes"]

#: Width of a bar of the distribution, in per cent of the points.
_STEP = 10

#: The outcomes from the best to the worst; white numbers can be read on each colour.
_OUTCOMES = {
    "right": "#007A5A",
    "convention": "#2171B5",
    "mistake": "#B26E00",
    "wrong": "#8C2D04",
    "invalid": "#A2548A",
    "failed": "#5E3C99",
    "not run": "#444444",
    "not attempted": "#767676",
}


@dataclass(frozen=True)
class Picture:
    """A chart as a page shows it: its address, which holds the whole picture, and what it shows in words."""

    source: str
    text: str


def distribution(shares: Sequence[float], *, title: str) -> Picture:
    """Draw how many trainees reached how much.

    Args:
        shares: one a trainee, from 0 to 1.
        title: the finding.
    """
    import altair as alt

    from trainkit.charts import parts, theme

    most = 100 // _STEP - 1
    counts = Counter(min(int(100 * reached + 1e-9) // _STEP, most) for reached in shares)
    names = [f"{i * _STEP}–{(i + 1) * _STEP - 1 if i < most else 100}" for i in range(most + 1)]
    values = [{"band": name, "n": counts[i]} for i, name in enumerate(names)]
    listed = ", ".join(_("{band} %: {n}").format(band=v["band"], n=v["n"]) for v in values if v["n"])
    told = _("Bars of how many trainees reached how much of the points. {listed}.").format(listed=listed)
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    x = alt.X("band:N", sort=None, title=_("Share of the points (%)"), axis=alt.Axis(labelAngle=-45))
    y = alt.Y("n:Q", title=_("Trainees"), axis=alt.Axis(tickMinStep=1, format="d"))
    text = base.transform_filter("datum.n > 0").mark_text(dy=-8).encode(x, y, alt.Text("n:Q"))
    chart = parts.layer(base.mark_bar(color=theme.ACCENT).encode(x, y), text, width=theme.WIDTH, height=200)
    return _picture(chart, told)


def outcomes(counts: Mapping[str, Mapping[str, int]], *, title: str) -> Picture:
    """Draw what the answers to each question were.

    Args:
        counts: how often each outcome came, by question; every question has at least one answer.
        title: the finding.
    """
    import pandas as pd

    from trainkit.charts import stacked_shares

    there = [o for o in _OUTCOMES if any(found.get(o) for found in counts.values())]
    # The bars stand in the order of their keys: numbers keep that of the questions.
    keys = {f"{i:04}": name for i, name in enumerate(counts)}
    rows = [(k, o, counts[name].get(o, 0)) for k, name in keys.items() for o in there]
    words = {o: status(o) for o in there}
    told = _("Stacked bars of the verdicts on each question. {listed}.").format(
        listed="; ".join(_shares(name, found, words) for name, found in counts.items())
    )
    chart = stacked_shares(
        pd.DataFrame(rows, columns=["question", "outcome", "n"]),
        "question",
        "outcome",
        title=title,
        order=there,
        colours=[_OUTCOMES[o] for o in there],
        labels=words,
        group_labels=keys,
        description=told,
    )
    return _picture(chart.configure_axisX(tickCount=5), told)


def _shares(name: str, found: Mapping[str, int], words: Mapping[str, str]) -> str:
    total = sum(found.values())
    listed = ", ".join(f"{words[o]} {percent(share(found[o], total))}" for o in words if found.get(o, 0))
    return f"{name}: {listed}"


def _picture(chart: alt.TopLevelMixin, text: str) -> Picture:
    from trainkit.charts import svg, theme

    theme.enable()
    drawn = base64.b64encode(svg.to_svg(chart).encode()).decode()
    return Picture(f"data:image/svg+xml;base64,{drawn}", text)
