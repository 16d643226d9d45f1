"""Charts on a grid: heat maps of cohorts, segments, moves and data quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from trainkit.charts import parts, theme
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame

__all__ = ["heatmap"]

_CELL = 26


def heatmap(
    table: IntoFrame,
    x: str,
    y: str,
    value: str,
    *,
    title: str,
    x_title: str | None = None,
    y_title: str | None = None,
    order: Sequence[Any] | None = None,
    digits: int = 0,
    labels: Mapping[Any, str] | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw a value for every pair of two columns as a coloured cell with its number.

    For `metrics.cohort_retention` (age × cohort), RFM scores, `metrics.transition_matrix`, `metrics.audit`.

    Args:
        table: one row a cell.
        x: column along the horizontal axis.
        y: column along the vertical axis.
        value: column with the value; named like a metric, it brings the unit.
        title: the finding.
        x_title: title of the horizontal axis; by default the column's.
        y_title: title of the vertical axis; by default the column's.
        order: the rows from top to bottom; by default sorted.
        digits: decimals of the numbers in the cells.
        labels: words for the codes on both axes; by default the schema's.
        description: the alt text; without it one is written from the numbers.
    """
    values = parts.rows(table, x, y, value)
    known = [row[value] for row in values if row[value] is not None]
    for row in values:
        row["_text"] = "" if row[value] is None else parts.number(row[value], digits)
        row["_dark"] = row[value] is not None and row[value] > (min(known) + max(known)) / 2
    top, bottom = max(values, key=lambda r: _at(r, value)), min(values, key=lambda r: _at(r, value))
    parts.words(values, x, labels)
    parts.words(values, y, labels)
    told = description or _(
        "Heat map of {axis}. The largest value is {top} ({top_y}, {top_x}), "
        "the smallest {bottom} ({bottom_y}, {bottom_x})."
    ).format(
        axis=parts.axis(value),
        top=top["_text"],
        top_x=top[x],
        top_y=top[y],
        bottom=bottom["_text"],
        bottom_x=bottom[x],
        bottom_y=bottom[y],
    )
    names = parts.code_labels(y, labels)
    sort = [str(names.get(o, o)) for o in order] if order else "ascending"
    across = len({row[x] for row in values})
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    columns = sorted({row[x] for row in values}, key=_natural)
    ticks = alt.Axis(labelAngle=0 if across <= 14 else -45)
    column = alt.X(f"{x}:O", title=x_title or parts.axis(x), axis=ticks, sort=columns)
    line = alt.Y(f"{y}:O", title=y_title or parts.axis(y), sort=sort)
    scale = alt.Scale(scheme="blues")
    cells = base.mark_rect(stroke="white").encode(
        column, line, alt.Color(f"{value}:Q", scale=scale, legend=None)
    )
    ink = alt.when(alt.datum._dark).then(alt.value("white")).otherwise(alt.value(theme.INK))
    text = base.mark_text(fontSize=11).encode(column, line, alt.Text("_text:N"), color=ink)
    width = max(_CELL * across, 160)
    return parts.layer(cells, text, width=min(width, theme.WIDTH - 20), height=alt.Step(_CELL))


def _at(row: dict[str, Any], value: str) -> float:
    return float("-inf") if row[value] is None else row[value]


def _natural(text: str) -> tuple[float, str]:
    """Sort key that puts 2 before 10."""
    return (float(text), "") if text.lstrip("-").replace(".", "", 1).isdigit() else (float("inf"), text)
