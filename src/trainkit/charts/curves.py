"""Charts of curves and clouds: survival, accumulated value, calibration, clusters, importance."""

from __future__ import annotations

from typing import Any

import altair as alt

from trainkit.charts import parts, theme
from trainkit.i18n import _, listed
from trainkit.metrics.frames import IntoFrame

__all__ = ["calibration_curve", "cumulative_curve", "scatter", "survival_curve"]

#: A curve is drawn from at most so many points.
_POINTS = 200


def survival_curve(
    table: IntoFrame,
    *,
    title: str,
    by: str | None = None,
    unit: str | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw the share of customers still there as falling steps, with the interval if there is one group.

    Args:
        table: as `metrics.kaplan_meier` gives it; several such tables under each other with a column `by`.
        title: the finding.
        by: column with the group.
        unit: what time is counted in, for example "months".
        description: the alt text; without it one is written from the numbers.
    """
    group = [] if by is None else [by]
    values = parts.rows(table, "time", "survival", *([] if by else ["low", "high"]), *group)
    if by:
        parts.words(values, by)
    for row in values:
        for column in ("survival", "low", "high"):
            row[column] = 100 * row.get(column, row["survival"])
    names = list(dict.fromkeys(row[by] for row in values)) if by else [None]
    starts = [{"time": 0, "survival": 100, "low": 100, "high": 100, **({by: n} if by else {})} for n in names]
    ends = [[row for row in values if by is None or row[by] == n][-1] for n in names]
    told = description or _("Survival curve. {content}.").format(
        content="; ".join(
            _("{name}: {share} % are left after {time}").format(
                name=n or _("All customers"), share=parts.number(end["survival"], 0), time=f"{end['time']:g}"
            )
            for n, end in zip(names, ends, strict=True)
        )
    )
    base = alt.Chart(parts.data(starts + values), title=parts.title(title), description=told)
    x = alt.X("time:Q", title=_("Time ({unit})").format(unit=unit) if unit else _("Time"))
    y = alt.Y("survival:Q", title=_("Still customers (%)"), scale=alt.Scale(domain=[0, 100]))
    line = base.mark_line(interpolate="step-after")
    if by:
        return parts.layer(
            line.encode(x, y, alt.Color(f"{by}:N", title=None)), width=theme.WIDTH, height=theme.HEIGHT
        )
    band = base.mark_area(interpolate="step-after", opacity=0.18, color=theme.ACCENT)
    drawn = band.encode(x, alt.Y("low:Q", title=_("Still customers (%)")), alt.Y2("high:Q"))
    return parts.layer(drawn, line.encode(x, y), width=theme.WIDTH, height=theme.HEIGHT)


def cumulative_curve(
    table: IntoFrame,
    *,
    title: str,
    customers: str = "customers_share",
    value: str = "cumulative_share",
    mark: float | None = 20,
    value_title: str | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw how value adds up from the best customer down: the Pareto or whale curve.

    Args:
        table: one row a customer in order, as `metrics.customer_profit` gives it; it is thinned out before
            drawing.
        title: the finding.
        customers: column with the cumulative share of customers in %.
        value: column with the cumulative share of the value in %.
        mark: share of customers to point out; `None` for none.
        value_title: title of the vertical axis.
        description: the alt text; without it one is written from the numbers.
    """
    everything = parts.rows(table, customers, value, limit=None)
    step = -(-len(everything) // _POINTS)
    thinned = everything[::step]
    if thinned[-1] is not everything[-1]:
        thinned.append(everything[-1])
    values = [{customers: 0, value: 0}, *thinned]
    marked = [] if mark is None else [next(r for r in everything if r[customers] >= mark)]
    for row in marked:
        row["_label"] = _("{customers} % of the customers bring {value} %").format(
            customers=f"{row[customers]:.0f}", value=parts.number(row[value], 0)
        )
    told = description or _("Rising curve of the accumulated value. {content}.").format(
        content="; ".join(row["_label"] for row in marked) or _("It ends at 100 %")
    )
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    x = alt.X(f"{customers}:Q", title=_("Customers, best first (%)"), scale=alt.Scale(domain=[0, 100]))
    y = alt.Y(f"{value}:Q", title=value_title or _("Accumulated profit (%)"))
    layers: list[Any] = [base.mark_line(color=theme.ACCENT).encode(x, y)]
    if marked:
        spot = alt.Chart(parts.data(marked))
        layers.append(spot.mark_point(color=theme.BAD, size=110, opacity=1).encode(x, y))
        text = spot.mark_text(color=theme.BAD, align="left", dx=10, dy=14, fontWeight="bold")
        layers.append(text.encode(x, y, alt.Text("_label:N")))
    return parts.layer(*layers, width=theme.WIDTH, height=theme.HEIGHT)


def calibration_curve(table: IntoFrame, *, title: str, description: str | None = None) -> alt.LayerChart:
    """Draw observed against predicted churn; points on the diagonal are right, below it the model cries wolf.

    Args:
        table: as `metrics.calibration` gives it.
        title: the finding.
        description: the alt text; without it one is written from the numbers.
    """
    values = parts.rows(table, "predicted", "observed", "n")
    worst = max(values, key=lambda row: abs(row["predicted"] - row["observed"]))
    told = description or _(
        "Calibration chart of {count} groups. Farthest from the diagonal: "
        "predicted {predicted} %, observed {observed} %."
    ).format(
        count=len(values),
        predicted=parts.number(worst["predicted"]),
        observed=parts.number(worst["observed"]),
    )
    top = max(max(row["predicted"], row["observed"]) for row in values)
    line = alt.Chart(parts.data([{"at": 0, "same": 0}, {"at": top, "same": top}]))
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    x = alt.X("predicted:Q", title=_("Predicted to leave (%)"))
    y = alt.Y("observed:Q", title=_("Left (%)"))
    size = alt.Size("n:Q", scale=alt.Scale(range=[40, 240]), legend=None)
    diagonal = line.mark_line(color=theme.MUTED, strokeDash=[6, 4]).encode(alt.X("at:Q"), alt.Y("same:Q"))
    points = base.mark_point(color=theme.ACCENT, opacity=1).encode(x, y, size)
    return parts.layer(points, diagonal, width=theme.WIDTH, height=theme.HEIGHT)


def scatter(
    table: IntoFrame,
    x: str,
    y: str,
    *,
    title: str,
    colour: str | None = None,
    label: str | None = None,
    cross: tuple[float, float] | None = None,
    x_title: str | None = None,
    y_title: str | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw points: clusters of customers, or items by importance and performance in four fields.

    Args:
        table: one row a point.
        x: column along the horizontal axis.
        y: column along the vertical axis.
        title: the finding.
        colour: column with a group, such as a cluster.
        label: column with a name to write beside each point; for a few points.
        cross: where a vertical and a horizontal line divide the picture.
        x_title: title of the horizontal axis.
        y_title: title of the vertical axis.
        description: the alt text; without it one is written from the numbers.
    """
    values = parts.rows(table, x, y, *(c for c in (colour, label) if c))
    for column in (colour, label):
        if column:
            parts.words(values, column)
    groups = listed(sorted({str(row[colour]) for row in values})) if colour else ""
    told = description or _("Scatter chart of {count} points. {groups}").format(
        count=len(values), groups=_("Groups: {names}.").format(names=groups) if groups else ""
    )
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    horizontal = alt.X(f"{x}:Q", title=x_title or parts.axis(x), scale=alt.Scale(zero=False, padding=18))
    vertical = alt.Y(f"{y}:Q", title=y_title or parts.axis(y), scale=alt.Scale(zero=False, padding=18))
    points = base.mark_point(size=60, opacity=0.8)
    shape = [alt.Color(f"{colour}:N", title=parts.axis(colour)), alt.Shape(f"{colour}:N")] if colour else []
    layers: list[Any] = [points.encode(horizontal, vertical, *shape)]
    if label:
        text = base.mark_text(dy=-12).encode(horizontal, vertical, alt.Text(f"{label}:N"))
        layers.append(text)
    if cross:
        lines = alt.Chart(parts.data([{"x": cross[0], "y": cross[1]}]))
        layers.append(lines.mark_rule(color=theme.MUTED, strokeDash=[6, 4]).encode(alt.X("x:Q")))
        layers.append(lines.mark_rule(color=theme.MUTED, strokeDash=[6, 4]).encode(alt.Y("y:Q")))
    return parts.layer(*layers, width=theme.WIDTH, height=theme.HEIGHT + 30)
