"""What the charts share: small data, words for axes and codes, titles that fit, reference lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import altair as alt

from trainkit.charts import theme
from trainkit.company.schema import TABLES
from trainkit.errors import EmptyInput, InputError, UnknownName
from trainkit.i18n import _, pick
from trainkit.metrics import registry
from trainkit.metrics.frames import IntoFrame, lazy
from trainkit.metrics.registry import UNITS

__all__ = [
    "MAX_ROWS",
    "axis",
    "beside",
    "code_labels",
    "data",
    "layer",
    "number",
    "reference_line",
    "rows",
    "title",
    "unit",
    "words",
]

#: A chart is drawn from aggregated data: more rows than this are a mistake of the caller.
MAX_ROWS = 2000

#: Title width in half-width characters; Chinese ones are twice as wide.
_TITLE_WIDTH = 50
_CLOSING = "，。、；：？！）”》"
#: A word with the spaces behind it, or one Chinese character.
_PIECES = re.compile(r"[\u2E80-\u9FFF\uFF00-\uFFEF]\s*|[^\s\u2E80-\u9FFF\uFF00-\uFFEF]+\s*|\s+")


def rows(frame: IntoFrame, *columns: str, limit: int | None = MAX_ROWS) -> list[dict[str, Any]]:
    """Return some columns of a small frame as plain rows, ready for a chart.

    Args:
        frame: the frame.
        columns: the columns that the chart needs.
        limit: largest number of rows; `None` for a chart that thins them out itself.

    Raises:
        MissingColumn: a column isn't there.
        EmptyInput: there is nothing to draw.
        InputError: there are more than `limit` rows: aggregate first.
    """
    table = lazy(frame, *columns).select(list(dict.fromkeys(columns))).collect()
    if table.is_empty():
        raise EmptyInput(_("There is nothing to draw: the frame has no rows."))
    if limit is not None and len(table) > limit:
        message = _("A chart draws at most {limit} rows. Got {count}: count or average them first.")
        raise InputError(message.format(limit=limit, count=len(table)))
    names = table.columns
    lists = [[_plain(v) for v in table[name].to_list()] for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*lists, strict=True)]


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return None
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value


def data(values: list[dict[str, Any]]) -> alt.InlineData:
    """Put plain rows into a chart."""
    return alt.InlineData(values=values)


def axis(name: str) -> str:
    """Return the axis title of a metric or of a column of the company's tables, with its unit.

    Any other name stands as it is.
    """
    try:
        return registry.get(name).axis
    except UnknownName:
        pass
    for table in TABLES.values():
        if name in table.names:
            return pick(_COLUMNS.get(name, table[name].meaning))
    return pick(_COLUMNS[name]) if name in _COLUMNS else name


#: Short axis titles: the schema's meanings are sentences.
_COLUMNS: dict[str, dict[str, str]] = {
    "type": {"en": "Customer type", "zh": "客户类型"},
    "industry": {"en": "Industry", "zh": "行业"},
    "region": {"en": "Region", "zh": "大区"},
    "city_tier": {"en": "City tier", "zh": "城市级别"},
    "channel": {"en": "Channel", "zh": "渠道"},
    "purpose": {"en": "Purpose", "zh": "目的"},
    "sales_channel": {"en": "Sales channel", "zh": "销售渠道"},
    "acquisition_channel": {"en": "Acquisition channel", "zh": "获客渠道"},
    "category": {"en": "Category", "zh": "问题类别"},
    "severity": {"en": "Severity", "zh": "严重程度"},
    "cluster": {"en": "Cluster", "zh": "群"},
    "quarter": {"en": "Quarter", "zh": "季度"},
    "month": {"en": "Month", "zh": "月份"},
    "year": {"en": "Year", "zh": "年份"},
}


def unit(name: str) -> str:
    """Return the unit of a metric as it stands behind a number: ` %`, ` points`; empty for other names."""
    try:
        found = registry.get(name).unit
    except UnknownName:
        return ""
    if found in ("table", "ratio", "score", "probability"):
        return ""
    return " " + pick(UNITS[found])


def code_labels(column: str, labels: Mapping[Any, str] | None = None) -> dict[Any, str]:
    """Return the words for a coded column: `labels` if given, else the schema's, in the language in use."""
    if labels is not None:
        return dict(labels)
    # Tables that share a column's name may have different codes for it.
    holders = [table[column].codes for table in TABLES.values() if column in table.names]
    return {code: pick(meaning) for codes in holders for code, meaning in codes.items()}


def words(values: list[dict[str, Any]], column: str, labels: Mapping[Any, str] | None = None) -> None:
    """Replace codes by words in one column of `values`, in place."""
    known = code_labels(column, labels)
    for row in values:
        row[column] = str(known.get(row[column], row[column]))


def number(value: float, digits: int = 1) -> str:
    """Write a number the way one would say it: one decimal, a true minus sign.

    >>> number(-3.14159)
    '−3.1'
    """
    return f"{value:,.{digits}f}".replace("-", "−")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def title(text: str) -> list[str]:
    """Break a title into lines that fit above the chart.

    Chinese may break between any two characters, but a line never begins with a closing mark.

    >>> title("A finding that needs more than fifty characters to be said")
    ['A finding that needs more than fifty characters to', 'be said']
    """
    lines = [""]
    for piece in _PIECES.findall(text):
        if _width(lines[-1] + piece.rstrip()) <= _TITLE_WIDTH or piece in _CLOSING:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.rstrip() for line in lines]


def reference_line(value: float | None, label: str | None, *, vertical: bool) -> list[alt.Chart]:
    """Return a dashed line at `value` with its label, or nothing without a value.

    Args:
        value: where the line stands, in the unit of the axis.
        label: what the value is, for example "Industry".
        vertical: whether the values run along the horizontal axis.
    """
    if value is None:
        return []
    base = alt.Chart(data([{"_at": value, "_label": f"{label or ''} {value:g}".strip()}]))
    rule = base.mark_rule(color=theme.BAD, strokeDash=[6, 4], strokeWidth=2)
    if vertical:
        text = base.mark_text(color=theme.BAD, fontWeight="bold", align="center", baseline="bottom", dy=-4)
        return [
            rule.encode(alt.X("_at:Q")),
            text.encode(alt.X("_at:Q"), alt.Text("_label:N"), y=alt.value(0)),
        ]
    text = base.mark_text(color=theme.BAD, fontWeight="bold", align="left", baseline="bottom", dx=4, dy=-4)
    return [rule.encode(alt.Y("_at:Q")), text.encode(alt.Y("_at:Q"), alt.Text("_label:N"), x=alt.value(0))]


def beside(values: list[dict[str, Any]], group: str) -> int:
    """Return the width in pixels of a plotting area that leaves room for the names of the groups."""
    longest = max(_width(row[group]) for row in values)
    return theme.WIDTH + 70 - max(110, min(theme.LABEL_LIMIT, 8 * longest))


def layer(*layers: alt.Chart, width: int, height: int | alt.Step) -> alt.LayerChart:
    """Lay charts over each other, the first at the bottom."""
    return alt.LayerChart(layer=list(layers), width=width, height=height)
