"""Charts of stages and causes: the sales funnel, causes by weight, and who is ahead or behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from trainkit.charts import parts, theme
from trainkit.i18n import _, listed
from trainkit.metrics.frames import IntoFrame

__all__ = ["diverging_bars", "funnel", "pareto"]


def funnel(
    table: IntoFrame, *, title: str, labels: Mapping[Any, str] | None = None, description: str | None = None
) -> alt.LayerChart:
    """Draw how many cases reached each stage, with the step rate to it.

    Args:
        table: as `metrics.stage_conversion` gives it.
        title: the finding.
        labels: words for the stages; by default the schema's words for the codes.
        description: the alt text; without it one is written from the numbers.
    """
    values = parts.rows(table, "stage", "reached", "step_rate")
    parts.words(values, "stage", labels)
    for row in values:
        step = "" if row["step_rate"] is None else f" · {parts.number(row['step_rate'], 0)} %"
        row["_text"] = f"{row['reached']:,}{step}"
    items = listed(f"{row['stage']} {row['_text']}" for row in values)
    told = description or _("Funnel from the first stage to the last: {listed}.").format(listed=items)
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    y = alt.Y("stage:N", sort=None, title=None)
    x = alt.X(
        "reached:Q",
        title=_("Cases that reached the stage; step rate"),
        scale=_room(values[0]["reached"], 1.5),
    )
    text = base.mark_text(align="left", dx=4).encode(y, x, alt.Text("_text:N"))
    return parts.layer(
        base.mark_bar(color=theme.ACCENT).encode(y, x),
        text,
        width=parts.beside(values, "stage"),
        height=alt.Step(34),
    )


def pareto(
    table: IntoFrame,
    cause: str,
    count: str = "n",
    *,
    title: str,
    labels: Mapping[Any, str] | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw causes from the heaviest down, each with its share and with what all so far make together.

    Args:
        table: one row a cause.
        cause: column with the cause.
        count: column with its weight: cases, or better, cost.
        title: the finding.
        labels: words for the causes; by default the schema's words for the codes.
        description: the alt text; without it one is written from the numbers.
    """
    values = parts.rows(table, cause, count)
    parts.words(values, cause, labels)
    values.sort(key=lambda row: (-row[count], row[cause]))
    total = sum(row[count] for row in values)
    so_far = 0.0
    for row in values:
        row["_share"] = 100 * row[count] / total
        so_far += row["_share"]
        row["_text"] = _("{share} % (together {sum} %)").format(
            share=parts.number(row["_share"], 0), sum=parts.number(so_far, 0)
        )
    items = listed(f"{row[cause]} {row['_text']}" for row in values)
    told = description or _("Causes from the most frequent down: {listed}.").format(listed=items)
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    y = alt.Y(f"{cause}:N", sort=None, title=None)
    x = alt.X("_share:Q", title=_("Share of all cases (%)"), scale=_room(values[0]["_share"], 2.2))
    text = base.mark_text(align="left", dx=4, fontSize=12).encode(y, x, alt.Text("_text:N"))
    return parts.layer(
        base.mark_bar(color=theme.ACCENT).encode(y, x),
        text,
        width=parts.beside(values, cause),
        height=alt.Step(32),
    )


def diverging_bars(
    table: IntoFrame,
    group: str,
    value: str,
    *,
    title: str,
    value_title: str | None = None,
    digits: int = 1,
    labels: Mapping[Any, str] | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw bars to both sides of zero: ahead of or behind a benchmark, praise against blame.

    Args:
        table: one row a group, as `metrics.benchmark_gaps` or `metrics.topic_counts` gives it; rows without a
            value are left out.
        group: column with the group.
        value: column with the value; above zero is good.
        title: the finding.
        value_title: title of the axis; by default the column's.
        digits: decimals of the numbers.
        labels: words for the groups; by default the schema's words for the codes.
        description: the alt text; without it one is written from the numbers.
    """
    values = [row for row in parts.rows(table, group, value) if row[value] is not None]
    parts.words(values, group, labels)
    values.sort(key=lambda row: -row[value])
    for row in values:
        row["_text"] = ("+" if row[value] > 0 else "") + parts.number(row[value], digits)
    items = listed(f"{row[group]} {row['_text']}" for row in values)
    told = description or _("Bars to both sides of zero: {listed}.").format(listed=items)
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    y = alt.Y(f"{group}:N", sort=None, title=None)
    x = alt.X(f"{value}:Q", title=value_title or parts.axis(value), scale=alt.Scale(padding=36))
    colour = alt.when(alt.datum[value] >= 0).then(alt.value(theme.GOOD)).otherwise(alt.value(theme.BAD))
    layers: list[Any] = [base.mark_bar().encode(y, x, color=colour)]
    for test, text in (
        (alt.datum[value] >= 0, base.mark_text(align="left", dx=4)),
        (alt.datum[value] < 0, base.mark_text(align="right", dx=-4)),
    ):
        layers.append(text.encode(y, x, alt.Text("_text:N")).transform_filter(test))
    return parts.layer(*layers, width=parts.beside(values, group), height=alt.Step(32))


def _room(longest: float, factor: float) -> alt.Scale:
    """Return a scale from zero that leaves room for the words behind the longest bar."""
    return alt.Scale(domain=[0, factor * longest], nice=False)
