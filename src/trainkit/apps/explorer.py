"""A table to look through on a page: rows with a search, a summary by group, and the whole as a file."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from trainkit.apps.links import download_link
from trainkit.company import TABLES
from trainkit.i18n import _, get_language, listed, ngettext

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["explorer", "summarise"]

_PAGE_ROWS = 8
#: A column with more different values than this makes no groups.
_MAX_GROUPS = 30


def explorer(name: str, frame: pd.DataFrame) -> Any:
    """Return the widget that shows a table.

    Args:
        name: of the table, as in the schema.
        frame: its rows; not changed.
    """
    tabs = w.Tab([_Rows(frame).widget, _summary(frame), _columns(name)])
    tabs.titles = (_("Rows"), _("Summary"), _("Columns"))
    box = w.Accordion([w.VBox([_download(name, frame), tabs])], selected_index=None)
    title = ngettext("Table {name}: {rows:,} row", "Table {name}: {rows:,} rows", len(frame))
    box.set_title(0, title.format(name=name, rows=len(frame)))
    box.add_class("tk-explorer")
    return box


class _Rows:
    """The rows page by page, all of them or those that a search finds."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._all, self._found, self._first = frame, frame, 0
        self._search = w.Text(placeholder=_("Search all columns"), continuous_update=False)
        self._search.layout.width = "16rem"
        self._back = _arrow("‹", _("Earlier rows"), lambda _b: self._turn(-_PAGE_ROWS))
        self._ahead = _arrow("›", _("Later rows"), lambda _b: self._turn(_PAGE_ROWS))
        self._place, self._table = w.HTML(), w.HTML()
        self._search.observe(self._find, names="value")
        bar = w.HBox(
            [self._search, self._back, self._ahead, self._place], layout=w.Layout(flex_flow="row wrap")
        )
        self.widget = w.VBox([bar, self._table])
        self._show()

    def _show(self) -> None:
        page, rows = self._found.iloc[self._first : self._first + _PAGE_ROWS], len(self._found)
        self._table.value = html_table(page)
        self._place.value = _("{first:,}–{last:,} of {all:,}").format(
            first=min(self._first + 1, rows), last=self._first + len(page), all=rows
        )
        self._back.disabled, self._ahead.disabled = self._first == 0, self._first + _PAGE_ROWS >= rows

    def _find(self, _change: object) -> None:
        text = self._search.value.strip()
        self._found, self._first = self._all, 0
        if text:
            cells = self._all.astype(str)
            hit = cells.apply(lambda column: column.str.contains(text, case=False, regex=False)).any(axis=1)
            self._found = self._all[hit]
        self._show()

    def _turn(self, by: int) -> None:
        self._first = max(0, self._first + by)
        self._show()


def _arrow(label: str, tooltip: str, action: Callable[[object], None]) -> Any:
    button = w.Button(description=label, tooltip=tooltip, layout=w.Layout(width="3rem"))
    button.on_click(action)
    return button


def _summary(frame: pd.DataFrame) -> Any:
    groups = [c for c in frame.columns if 1 < frame[c].nunique() <= _MAX_GROUPS]
    measures = list(frame.select_dtypes(["number", "bool"]).columns)
    by = w.Dropdown(options=groups, description=_("By"))
    what = w.Dropdown(options=[(_("number of rows"), ""), *((c, c) for c in measures)], description=_("Show"))
    table = w.HTML()

    def show(_change: object = None) -> None:
        table.value = html_table(summarise(frame, by.value, what.value)) if by.value else ""

    by.observe(show, names="value")
    what.observe(show, names="value")
    show()
    return w.VBox([w.HBox([by, what], layout=w.Layout(flex_flow="row wrap")), table])


def summarise(frame: pd.DataFrame, by: str, measure: str) -> pd.DataFrame:
    """Return rows, values, mean and median of a column by group; the rows alone if `measure` is empty."""
    if not measure:
        return frame.groupby(by, observed=True).size().rename(_("rows")).reset_index()
    groups = frame.groupby(by, observed=True)[measure]
    table = groups.agg(["size", "count", "mean"])
    if frame[measure].dtype != bool:
        table["median"] = groups.median()
    names = {"size": _("rows"), "count": _("values"), "mean": _("mean"), "median": _("median")}
    return table.rename(columns=names).reset_index()


def _columns(name: str) -> Any:
    lang = get_language()
    lines = []
    for column in TABLES[name].columns:
        codes = listed(f"<code>{escape(c)}</code> {escape(m[lang])}" for c, m in column.codes.items())
        unit = _(" ({unit})").format(unit=escape(column.units[lang])) if column.unit else ""
        more = f"<br><small>{codes}</small>" if codes else ""
        lines.append(
            f"<tr><th scope='row'><code>{escape(column.name)}</code></th>"
            f"<td>{escape(column.meaning[lang])}{unit}{more}</td></tr>"
        )
    note = TABLES[name].note_zh if lang == "zh" else TABLES[name].note_en
    table = f'<table class="tk-table tk-dictionary">{"".join(lines)}</table>'
    return w.HTML(f'<p>{escape(note)}</p><div class="tk-scroll">{table}</div>')


def _download(name: str, frame: pd.DataFrame) -> Any:
    """Make the file when it is asked for: a table of 40,000 rows is 3 MB that few need."""
    button = w.Button(description=_("Prepare {name}.csv").format(name=name), icon="download")
    button.layout.width = "auto"
    link = w.HTML()

    def prepare(_button: object) -> None:
        text = frame.to_csv(index=False)
        size = f"{len(text.encode()) / 1024:,.0f} kB"
        link.value = download_link(
            f"{name}.csv", text, _("Save {name}.csv ({size})").format(name=name, size=size)
        )
        button.disabled = True

    button.on_click(prepare)
    return w.HBox([button, link], layout=w.Layout(align_items="center", flex_flow="row wrap"))


def html_table(frame: pd.DataFrame) -> str:
    """Return a small frame as an HTML table, everything escaped; a missing value is an empty cell."""
    frame = frame.astype(object).where(frame.notna(), "")
    table = frame.to_html(index=False, border=0, classes="tk-table", escape=True, float_format=_figure)
    return f'<div class="tk-scroll">{table}</div>'


def _figure(value: float) -> str:
    """Four digits that count, and no exponents."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
