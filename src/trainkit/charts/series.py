"""Charts over time: a rate by quarter or month, beside a benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from trainkit.charts import parts, theme
from trainkit.charts.parts import reference_line
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame

__all__ = ["over_time"]

#: More periods than this get a tick label only now and then.
_LABELLED = 8


def over_time(
    table: IntoFrame,
    period: str,
    value: str,
    *,
    title: str,
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
        "y": alt.Y(f"{value}:Q", title=parts.axis(value), scale=alt.Scale(zero=zero, nice=True)),
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
