"""The input of a table: typed into a grid, pasted from a spreadsheet, or read from a file."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import ipywidgets as w

from trainkit.apps.field import Input
from trainkit.apps.labels import by_name, check_names, heading, names_known
from trainkit.apps.links import download_link
from trainkit.apps.sheets import EXTENSIONS, cells_read, read_csv
from trainkit.course.present import Note
from trainkit.course.tables import find_columns
from trainkit.course.typed import as_typed
from trainkit.i18n import _, joined, listed, ngettext

__all__ = ["GRID_ROWS", "TableInput"]

#: Rows that can be typed; a larger table comes as a file.
GRID_ROWS = 12

_ROWS_AT_FIRST = 4
_PREVIEW_ROWS = 5

Plain = dict[str, list[Any]]


class TableInput(Input):
    """A table; a small one stands in the grid, however it came."""

    def _widget(self) -> Any:
        self._large: Plain | None = None
        self._filling = False
        self._cells: list[list[Any]] = []
        self._grid = w.GridBox(layout=w.Layout(grid_template_columns=self._widths(), grid_gap="4px"))
        self._grid.add_class("tk-grid")
        self._said = w.HTML()
        self._more = w.Button(
            description=_("One more row"), icon="plus", layout=w.Layout(width="auto", align_self="flex-start")
        )
        self._more.on_click(lambda _button: self._rows(len(self._cells) + 1))
        self._rows(_ROWS_AT_FIRST)
        return w.VBox([self._about(), self._ways(), w.VBox([self._grid, self._more]), self._said])

    def _about(self) -> Any:
        names = listed(escape(heading(c)) for c in self.answer.columns)
        template = ",".join(heading(c) for c in self.answer.columns) + "\r\n"
        link = download_link(f"{self.answer.name}.csv", template, _("Download a template"))
        columns = _("Columns: {columns}").format(columns=names)
        return w.HTML(f"<span>{columns}</span> · {link}")

    def _ways(self) -> Any:
        upload = w.FileUpload(accept=EXTENSIONS, multiple=False, description=_("Choose a file"))
        upload.tooltip = _("A CSV file, or a sheet of Excel or LibreOffice")
        upload.layout.width = "auto"
        upload.observe(self._uploaded, names="value")
        pasted = w.Textarea(
            rows=2, placeholder=_("Paste rows of a spreadsheet here"), layout=w.Layout(width="18rem")
        )
        pasted.add_class("tk-paste")
        pasted.observe(self._pasted, names="value")
        return w.HBox([upload, pasted], layout=w.Layout(flex_flow="row wrap", align_items="center"))

    def _widths(self) -> str:
        return f"repeat({len(self.answer.columns)}, minmax(5rem, 12rem))"

    def _rows(self, number: int) -> None:
        """Let the grid have so many rows, with what stands in it."""
        while len(self._cells) < min(number, GRID_ROWS):
            self._cells.append([self._cell(len(self._cells) + 1, column) for column in self.answer.columns])
        self._more.disabled = len(self._cells) >= GRID_ROWS
        heads = [w.HTML(f"<strong>{escape(heading(c))}</strong>") for c in self.answer.columns]
        self._grid.children = (*heads, *(cell for row in self._cells for cell in row))

    def _cell(self, row: int, column: Any) -> Any:
        text = w.Text(layout=w.Layout(width="auto"))
        text.tooltip = _("{column}, row {row}").format(column=heading(column), row=row)
        text.observe(self._edited, names="value")
        text.on_msg(self._heard)
        return text

    @property
    def _texts(self) -> list[list[str]]:
        return [[str(cell.value) for cell in row] for row in self._cells]

    @property
    def value(self) -> Any:
        """The table; `...` while nothing stands in the grid."""
        if self._large is not None:
            return self._large
        rows = [row for row in self._texts if any(text.strip() for text in row)]
        if not rows:
            return ...
        table = {"columns": [c.name for c in self.answer.columns], "rows": cells_read(rows)}
        return by_name(self.answer, table)

    def fill(self, value: Any) -> None:
        """Show a plain table: in the grid if it fits, else its first rows."""
        order = find_columns(self.answer, value["columns"])
        small = len(value["rows"]) <= GRID_ROWS and isinstance(order, list)
        self._large = None if small else value
        texts = [[_shown(row[i]) for i in order] for row in value["rows"]] if small else []
        self._write(texts)
        self._said.value = "" if small else _preview(value)

    def _write(self, texts: list[list[str]]) -> None:
        self._filling = True
        self._rows(max(len(texts), _ROWS_AT_FIRST))
        for i, row in enumerate(self._cells):
            for j, cell in enumerate(row):
                cell.value = texts[i][j] if i < len(texts) and j < len(texts[i]) else ""
        self._filling = False

    @property
    def draft(self) -> Any:
        """The texts of the grid, or the table of a file that is too large for it."""
        return {"table": self._large} if self._large is not None else {"grid": self._texts}

    def restore(self, draft: Any) -> None:
        """Show a draft again."""
        if not isinstance(draft, Mapping):
            return
        if isinstance(table := draft.get("table"), Mapping) and {"columns", "rows"} <= set(table):
            self.fill(table)
        elif isinstance(grid := draft.get("grid"), list) and all(isinstance(row, list) for row in grid):
            self._large, self._said.value = None, ""
            self._write([[str(cell) for cell in row] for row in grid[:GRID_ROWS]])
            self._changed()

    @property
    def typed(self) -> list[str]:
        """The texts of the grid, row by row."""
        return [text for row in self._texts for text in row]

    def clear(self) -> None:
        """Empty the grid and forget the file."""
        self._large, self._said.value = None, ""
        self._write([])
        self._changed()

    def _edited(self, _change: object) -> None:
        if self._filling:
            return
        self._large, self._said.value = None, ""
        self._changed()

    def _uploaded(self, change: Any) -> None:
        if change["new"]:
            self._take(bytes(change["new"][0]["content"]), named=True)

    def _pasted(self, change: Any) -> None:
        if change["new"].strip() and self._take(change["new"].encode(), named=False):
            change["owner"].value = ""

    def _take(self, content: bytes, *, named: bool) -> bool:
        """Read a table; what can't be read is said, and what stood there before stays."""
        try:
            table = self._read(content, named=named)
        except ValueError as error:
            kept = "" if self.value is ... else _("What was entered before is still there.")
            said = joined(str(error), kept)
            self._said.value = Note("look", _("The table can't be read"), said)._repr_html_()
            return False
        self.fill(by_name(self.answer, table))
        self._changed()
        return True

    def _read(self, content: bytes, *, named: bool) -> Plain:
        if named:
            table = read_csv(content)
            check_names(self.answer, table)
            return table
        # Rows are pasted with or without the line of names above them.
        delimiter = "\t" if b"\t" in content else ","
        first = content.decode().splitlines()[0].split(delimiter)
        if not names_known(self.answer, first):
            content = delimiter.join(c.name for c in self.answer.columns).encode() + b"\n" + content
        return read_csv(content)


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    return as_typed(cell) if isinstance(cell, float) else str(cell)


def _preview(table: Mapping[str, list[Any]]) -> str:
    rows = len(table["rows"])
    head = "".join(f"<th>{escape(str(c))}</th>" for c in table["columns"])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_shown(v))}</td>" for v in row) + "</tr>"
        for row in table["rows"][:_PREVIEW_ROWS]
    )
    read = ngettext("{rows:,} row read; the first {shown}:", "{rows:,} rows read; the first {shown}:", rows)
    caption = read.format(rows=rows, shown=min(rows, _PREVIEW_ROWS))
    return (
        f'<div class="tk-scroll"><table class="tk-table"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
