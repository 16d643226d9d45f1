"""Charts over time: a rate by quarter or month, beside a benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from trainkit.charts import parts, theme
from trainkit.charts.parts import reference_line
from trainkit.i18n import _, listed
from trainkit.metrics.frames import IntoFrame

__all__ = ["forecast", "marked_series", "over_time"]

#: More periods than this get a tick label only now and then.
_LABELLED = 8


def over_time(
    table: IntoFrame,
    period: str,
    value: str,
    *,
    title: str,
    value_title: str | None = None,
    by: str | None = None,
    benchmark: float | None = None,
    benchmark_label: str | None = None,
    zero: bool = True,
    labels: Mapping[Any, str] | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw a value period by period as a line, or as one line a group, beside a benchmark.

    Args:
        table: one row a period, or a period and group, as `metrics.churn_by_quarter` gives.
        period: column with the period; its values sort by time, as `2025-Q4` and `2025-03` do.
        value: column with the value; named like a metric, it brings the axis title and the unit.
        title: the finding.
        value_title: title of the value's axis; by default that of the metric or column.
        by: column with a group.
        benchmark: a value to compare with, drawn as a dashed line.
        benchmark_label: what that value is, for example "Industry".
        zero: whether the axis starts at zero.
        labels: words for the groups; by default the schema's words for the codes.
        description: the alt text; without it one is written from the numbers.
    """
    values = parts.rows(table, period, value, *([by] if by else []))
    for row in values:
        row[period] = str(row[period])
    values.sort(key=lambda row: row[period])
    if by:
        parts.words(values, by, labels)
    told = description or _told(values, period, value, by, benchmark, benchmark_label)
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    periods = sorted({row[period] for row in values})
    step = -(-len(periods) // _LABELLED)
    ticks = alt.Axis(labelAngle=-45 if len(periods) > 4 else 0, values=periods[:: step or 1])
    encoding = {
        "x": alt.X(f"{period}:O", title=None, axis=ticks),
        "y": alt.Y(
            f"{value}:Q", title=value_title or parts.axis(value), scale=alt.Scale(zero=zero, nice=True)
        ),
        "tooltip": [f"{period}:O", alt.Tooltip(f"{value}:Q", format=",.1f"), *([f"{by}:N"] if by else [])],
    }
    if by:
        encoding["color"] = alt.Color(f"{by}:N", title=None)
        lines = base.mark_line(point=alt.OverlayMarkDef(size=50)).encode(**encoding)
    else:
        point = alt.OverlayMarkDef(size=50, color=theme.ACCENT)
        lines = base.mark_line(point=point, color=theme.ACCENT).encode(**encoding)
    layers: list[Any] = [lines]
    if not by:
        last = base.mark_text(align="center", dy=-14, fontWeight="bold", color=theme.ACCENT)
        last = last.encode(encoding["x"], encoding["y"], alt.Text(f"{value}:Q", format=",.1f"))
        layers.append(last.transform_filter(alt.FieldEqualPredicate(field=period, equal=periods[-1])))
    layers += reference_line(benchmark, benchmark_label, vertical=False)
    return parts.layer(*layers, width=theme.WIDTH, height=theme.HEIGHT)


def _told(
    values: list[dict[str, Any]],
    period: str,
    value: str,
    by: str | None,
    benchmark: float | None,
    benchmark_label: str | None,
) -> str:
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in values:
        lines.setdefault(row[by] if by else parts.axis(value), []).append(row)
    told = [
        _("{name}: from {first} in {start} to {last} in {end}").format(
            name=name,
            first=parts.number(line[0][value]),
            start=line[0][period],
            last=parts.number(line[-1][value]),
            end=line[-1][period],
        )
        for name, line in lines.items()
    ]
    if benchmark is not None:
        label = benchmark_label or _("Benchmark")
        told.append(_("{name}: {value}").format(name=label, value=parts.number(benchmark)))
    return _("Line chart. {content}.").format(content="; ".join(told))


def marked_series(
    table: IntoFrame,
    period: str,
    value: str,
    marked: str,
    *,
    title: str,
    value_title: str | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw a series of days as a line and point out the days that don't fit.

    Args:
        table: one row a day.
        period: column with the day, as a date or as text that sorts by time.
        value: column with the value; named like a metric, it brings the axis title and the unit.
        marked: column that is true or 1 for the days to point out.
        title: the finding.
        value_title: title of the value's axis; by default that of the metric or column.
        description: the alt text; without it one is written from the numbers.
    """
    values = parts.rows(table, period, value, marked)
    for row in values:
        row[period] = str(row[period])[:10]
        row[marked] = bool(row[marked])
    values.sort(key=lambda row: row[period])
    odd = [row[period] for row in values if row[marked]]
    told = description or _("Line chart of {axis} from {start} to {end}. Marked: {days}.").format(
        axis=parts.axis(value),
        start=values[0][period],
        end=values[-1][period],
        days=listed(odd) or _("none"),
    )
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    x = alt.X(f"{period}:T", title=None, axis=alt.Axis(format="%Y-%m-%d", labelAngle=-45, tickCount=6))
    y = alt.Y(f"{value}:Q", title=value_title or parts.axis(value))
    line = base.mark_line(color=theme.MUTED, strokeWidth=1.5).encode(x, y)
    spots = base.mark_point(color=theme.BAD, size=110, opacity=1).encode(x, y)
    return parts.layer(
        line, spots.transform_filter(f"datum[{marked!r}]"), width=theme.WIDTH, height=theme.HEIGHT
    )


def forecast(
    history: IntoFrame,
    ahead: IntoFrame,
    period: str,
    value: str,
    *,
    title: str,
    value_title: str | None = None,
    low: str | None = None,
    high: str | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw what was and what is expected: the past as a line, the forecast dashed, with its range.

    Args:
        history: one row a past period.
        ahead: one row a period to come.
        period: column with the period in both, sorting by time, as `2025-11` does.
        value: column with the value in both; named like a metric, it brings the axis title and the unit.
        title: the finding.
        value_title: title of the value's axis; by default that of the metric or column.
        low: column of `ahead` with the lower end of the range.
        high: column of `ahead` with its upper end.
        description: the alt text; without it one is written from the numbers.
    """
    ends = [c for c in (low, high) if c is not None]
    past, future = parts.rows(history, period, value), parts.rows(ahead, period, value, *ends)
    for row in [*past, *future]:
        row[period] = str(row[period])
    told = description or _("Line chart of {axis}: {last} in {now}, expected {value} in {then}.").format(
        axis=parts.axis(value),
        last=parts.number(past[-1][value]),
        now=past[-1][period],
        value=parts.number(future[-1][value]),
        then=future[-1][period],
    )
    # The dashed line starts where the past ends.
    joined = [{**past[-1], **dict.fromkeys(ends, past[-1][value])}, *future]
    periods = [row[period] for row in [*past, *future]]
    ticks = alt.Axis(labelAngle=-45, values=periods[:: -(-len(periods) // _LABELLED)])
    base = alt.Chart(parts.data(past), title=parts.title(title), description=told)
    next_one = alt.Chart(parts.data(joined))
    x = alt.X(f"{period}:O", title=None, axis=ticks, sort=periods)
    y = alt.Y(f"{value}:Q", title=value_title or parts.axis(value), scale=alt.Scale(zero=False))
    layers: list[Any] = []
    if len(ends) == 2:
        band = next_one.mark_area(opacity=0.2, color=theme.BAD)
        layers.append(
            band.encode(x, alt.Y(f"{low}:Q", title=value_title or parts.axis(value)), alt.Y2(f"{high}:Q"))
        )
    layers.append(base.mark_line(color=theme.ACCENT).encode(x, y))
    layers.append(next_one.mark_line(color=theme.BAD, strokeDash=[6, 4]).encode(x, y))
    return parts.layer(*layers, width=theme.WIDTH, height=theme.HEIGHT)
