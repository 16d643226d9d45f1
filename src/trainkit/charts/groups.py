"""Charts that compare groups: a value each with its interval, ranked bars, change between two periods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from trainkit.charts import parts, theme
from trainkit.charts.parts import reference_line
from trainkit.errors import InputError
from trainkit.i18n import _, listed
from trainkit.metrics.frames import IntoFrame

__all__ = ["bars", "by_group", "slope"]


def by_group(
    table: IntoFrame,
    group: str,
    value: str,
    *,
    title: str,
    value_title: str | None = None,
    low: str | None = "low",
    high: str | None = "high",
    reference: float | None = None,
    reference_label: str | None = None,
    labels: Mapping[Any, str] | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw one value a group as a dot with its confidence interval, largest first.

    Args:
        table: one row a group, as `metrics.nps_by_group` gives.
        group: column with the group.
        value: column with the value; named like a metric, it brings the axis title and the unit.
        title: the finding.
        value_title: title of the value's axis; by default that of the metric or column.
        low: column with the interval's lower end; `None` draws dots alone.
        high: column with its upper end.
        reference: a value to compare with, drawn as a dashed line.
        reference_label: what that value is, for example "Industry".
        labels: words for the groups; by default the schema's words for the codes.
        description: the alt text; without it one is written from the numbers.
    """
    ends = [c for c in (low, high) if c is not None]
    values = parts.rows(table, group, value, *ends)
    parts.words(values, group, labels)
    values.sort(key=lambda row: -row[value])
    told = description or _told(values, group, value)
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    y = alt.Y(f"{group}:N", sort=None, title=None)
    x = alt.X(
        f"{value}:Q",
        title=value_title or parts.axis(value),
        scale=alt.Scale(zero=False, nice=True, padding=12),
    )
    layers: list[Any] = []
    if len(ends) == 2:
        layers.append(
            base.mark_rule(color=theme.MUTED, strokeWidth=2).encode(y, alt.X(f"{low}:Q"), alt.X2(f"{high}:Q"))
        )
    tooltip = [alt.Tooltip(f"{c}:Q", format=".1f") for c in (value, *ends)]
    layers.append(base.mark_point(color=theme.ACCENT, size=110, opacity=1).encode(y, x, tooltip=tooltip))
    text = base.mark_text(dy=-12, fontSize=12).encode(y, x, alt.Text(f"{value}:Q", format=".1f"))
    layers.append(text)
    layers += reference_line(reference, reference_label, vertical=True)
    return parts.layer(*layers, width=parts.beside(values, group), height=alt.Step(38))


def _told(values: list[dict[str, Any]], group: str, value: str) -> str:
    items = listed(f"{row[group]} {parts.number(row[value])}" for row in values)
    return _("{axis} by group, from the largest to the smallest: {listed}.").format(
        axis=parts.axis(value), listed=items
    )


def bars(
    table: IntoFrame,
    group: str,
    value: str,
    *,
    title: str,
    value_title: str | None = None,
    highlight: Any = None,
    reference: float | None = None,
    reference_label: str | None = None,
    digits: int = 1,
    labels: Mapping[Any, str] | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw one bar a group from zero, largest first, with its value at the end.

    Args:
        table: one row a group.
        group: column with the group.
        value: column with the value; named like a metric, it brings the axis title and the unit.
        title: the finding.
        value_title: title of the value's axis; by default that of the metric or column.
        highlight: the group (its code) that the title speaks of; the others step back.
        reference: a value to compare with, drawn as a dashed line.
        reference_label: what that value is.
        digits: decimals of the numbers.
        labels: words for the groups; by default the schema's words for the codes.
        description: the alt text; without it one is written from the numbers.
    """
    values = parts.rows(table, group, value)
    for row in values:
        row["_colour"] = theme.ACCENT if highlight is None or row[group] == highlight else "#B5B5B5"
    parts.words(values, group, labels)
    values.sort(key=lambda row: -row[value])
    told = description or _told(values, group, value)
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    y = alt.Y(f"{group}:N", sort=None, title=None)
    x = alt.X(f"{value}:Q", title=value_title or parts.axis(value))
    drawn = base.mark_bar().encode(y, x, alt.Color("_colour:N", scale=None))
    text = base.mark_text(align="left", dx=4).encode(y, x, alt.Text(f"{value}:Q", format=f",.{digits}f"))
    lines = reference_line(reference, reference_label, vertical=True)
    return parts.layer(drawn, text, *lines, width=parts.beside(values, group), height=alt.Step(32))


def slope(
    table: IntoFrame,
    group: str,
    period: str,
    value: str,
    *,
    title: str,
    value_title: str | None = None,
    overall: Any = "all",
    labels: Mapping[Any, str] | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw how each group moved between two periods, and how all of them together did.

    Where every group rises and the whole falls, the mix of the groups has changed (Simpson's paradox).

    Args:
        table: one row a group and period.
        group: column with the group.
        period: column with the period; there are two.
        value: column with the value; named like a metric, it brings the axis title and the unit.
        title: the finding.
        value_title: title of the value's axis; by default that of the metric or column.
        overall: the group that stands for all, drawn bold and dashed.
        labels: words for the groups; by default the schema's words for the codes.
        description: the alt text; without it one is written from the numbers.

    Raises:
        InputError: there are more or fewer than two periods.
    """
    values = parts.rows(table, group, period, value)
    periods = sorted({str(row[period]) for row in values})
    if len(periods) != 2:
        message = _("A slope chart joins two periods. Got {count}: {names}.")
        raise InputError(message.format(count=len(periods), names=listed(periods)))
    words = {overall: _("All customers"), **parts.code_labels(group, labels)}
    for row in values:
        row["_all"] = row[group] == overall
        row[period] = str(row[period])
    parts.words(values, group, words)
    names = list(dict.fromkeys(row[group] for row in values))
    told = description or _slope_told(values, group, period, value, periods)
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    x = alt.X(f"{period}:O", title=None, axis=alt.Axis(labelAngle=0), scale=alt.Scale(padding=0.5))
    y = alt.Y(f"{value}:Q", title=value_title or parts.axis(value), scale=alt.Scale(zero=False, padding=14))
    colours = iter(theme.PALETTE)
    whole = words[overall]
    scale = alt.Scale(domain=names, range=[theme.INK if n == whole else next(colours) for n in names])
    colour = alt.Color(f"{group}:N", scale=scale, title=None)
    dash = alt.StrokeDash(
        "_all:N", scale=alt.Scale(domain=[False, True], range=[[1, 0], [6, 4]]), legend=None
    )
    lines = base.mark_line(point=alt.OverlayMarkDef(size=80)).encode(x, y, colour, dash)
    layers: list[Any] = [lines]
    number = alt.Text(f"{value}:Q", format=".1f")
    for name, text in zip(
        periods, (base.mark_text(align="right", dx=-10), base.mark_text(align="left", dx=10)), strict=True
    ):
        at = alt.FieldEqualPredicate(field=period, equal=name)
        layers.append(text.encode(x, y, number, colour).transform_filter(at))
    return parts.layer(*layers, width=theme.WIDTH - 40, height=theme.HEIGHT + 40)


def _slope_told(values: list[dict[str, Any]], group: str, period: str, value: str, periods: list[str]) -> str:
    at = {(row[group], row[period]): parts.number(row[value]) for row in values}
    names = dict.fromkeys(row[group] for row in values)
    moved = [
        _("{name} from {first} to {second}").format(
            name=name, first=at.get((name, periods[0]), "–"), second=at.get((name, periods[1]), "–")
        )
        for name in names
    ]
    return _("{axis}, {first} against {second}: {moved}.").format(
        axis=parts.axis(value), first=periods[0], second=periods[1], moved=listed(moved)
    )
