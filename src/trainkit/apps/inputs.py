"""One input for each type of answer: a widget to fill in, and the value that stands in it."""

from __future__ import annotations

import base64
import csv
import io
from html import escape
from typing import Any

import ipywidgets as w

from trainkit.course.answers import MAX_ROWS, MAX_TEXT
from trainkit.course.model import Answer
from trainkit.course.present import Note, unmarked
from trainkit.course.typed import as_typed, read_number
from trainkit.i18n import _, listed, ngettext, pick

__all__ = ["Input", "download_link", "make_input", "read_csv", "read_number"]

_WIDE = {"width": "100%", "max_width": "36rem"}

#: A CSV file larger than this isn't read.
_MAX_BYTES = 2_000_000
_PREVIEW_ROWS = 5


class Input:
    """The input of one answer.

    Args:
        answer: what is asked.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.widget: Any = self._widget()

    def _widget(self) -> Any:
        raise NotImplementedError

    @property
    def value(self) -> Any:
        """What was entered; `...` if nothing was. What can't be read is returned as it is, for the judge."""
        raise NotImplementedError

    def fill(self, value: Any) -> None:
        """Show a value that was saved before, as plain data."""


class NumberInput(Input):
    """A number, typed as people do; what was typed is what the judge gets, and stays as it is."""

    def _widget(self) -> Any:
        text = w.Text(placeholder=_unit(self.answer), layout=w.Layout(width="12rem"))
        text.add_class("tk-number")
        return text

    @property
    def value(self) -> Any:
        return self.widget.value.strip() or ...

    def fill(self, value: Any) -> None:
        self.widget.value = as_typed(value)


class TextInput(Input):
    """A short text."""

    def _widget(self) -> Any:
        return w.Textarea(rows=3, layout=w.Layout(**_WIDE))

    @property
    def value(self) -> Any:
        return self.widget.value[: MAX_TEXT + 1].strip() or ...

    def fill(self, value: Any) -> None:
        self.widget.value = str(value)


class ChoiceInput(Input):
    """One of several choices; none is picked at first."""

    def _widget(self) -> Any:
        options = [(unmarked(pick(c.label)), c.id) for c in self.answer.choices]
        return w.RadioButtons(options=options, value=None, layout=w.Layout(width="auto"))

    @property
    def value(self) -> Any:
        return self.widget.value or ...

    def fill(self, value: Any) -> None:
        self.widget.value = value


class ChoicesInput(Input):
    """Several of several choices."""

    def _widget(self) -> Any:
        self._boxes = {
            c.id: w.Checkbox(description=unmarked(pick(c.label)), indent=False, layout=w.Layout(width="auto"))
            for c in self.answer.choices
        }
        return w.VBox(list(self._boxes.values()))

    @property
    def value(self) -> Any:
        return [id for id, box in self._boxes.items() if box.value] or ...

    def fill(self, value: Any) -> None:
        for id, box in self._boxes.items():
            box.value = id in value


class TableInput(Input):
    """A table as a CSV file, with a template to start from and a preview of what was read."""

    def _widget(self) -> Any:
        self._table: Any = ...
        self._shown = w.HTML()
        upload = w.FileUpload(accept=".csv", multiple=False, description=_("Choose a CSV file"))
        upload.layout.width = "auto"
        upload.observe(self._read, names="value")
        names = listed(f"<code>{escape(c.name)}</code>" for c in self.answer.columns)
        columns = _("Columns: {columns}").format(columns=names)
        template = ",".join(c.name for c in self.answer.columns) + "\r\n"
        link = download_link(f"{self.answer.name}.csv", template, _("Download a template"))
        about = w.HTML(f"<span>{columns}</span> · {link}")
        return w.VBox([about, upload, self._shown])

    @property
    def value(self) -> Any:
        return self._table

    def fill(self, value: Any) -> None:
        self._show(value)

    def _read(self, change: Any) -> None:
        if not change["new"]:
            return
        uploaded = change["new"][0]
        try:
            table = read_csv(bytes(uploaded["content"]))
        except ValueError as error:
            self._table = ...
            self._shown.value = Note("look", _("The file can't be read"), str(error))._repr_html_()
            return
        self._show(table)

    def _show(self, table: dict[str, list[Any]]) -> None:
        self._table = table
        rows = len(table["rows"])
        head = "".join(f"<th>{escape(c)}</th>" for c in table["columns"])
        body = "".join(
            "<tr>" + "".join(f"<td>{escape('' if v is None else str(v))}</td>" for v in row) + "</tr>"
            for row in table["rows"][:_PREVIEW_ROWS]
        )
        read = ngettext(
            "{rows:,} row read; the first {shown}:", "{rows:,} rows read; the first {shown}:", rows
        )
        caption = read.format(rows=rows, shown=min(rows, _PREVIEW_ROWS))
        self._shown.value = (
            f'<div class="tk-scroll"><table class="tk-table"><caption>{caption}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )


def make_input(answer: Answer) -> Input:
    """Return the input that fits an answer's type."""
    kinds: dict[str, type[Input]] = {
        "number": NumberInput,
        "text": TextInput,
        "choice": ChoiceInput,
        "choices": ChoicesInput,
        "table": TableInput,
    }
    return kinds[answer.type](answer)


def read_csv(content: bytes) -> dict[str, list[Any]]:
    """Read a CSV file, as Excel or pandas saves it, into a plain table.

    Args:
        content: UTF-8 with or without a byte-order mark, or GB 18030; comma, semicolon or tab.

    Raises:
        ValueError: it's no such file; the message says why.
    """
    if len(content) > _MAX_BYTES:
        raise ValueError(_("The file has {size:,} bytes. At most {most:,} are read.").format(
            size=len(content), most=_MAX_BYTES
        ))  # fmt: skip
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ValueError(_("It is no text file. Save it as CSV (UTF-8)."))
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        rows = [(reader.line_num, row) for row in reader if any(row)]
    except csv.Error as error:
        raise ValueError(_("It is no CSV file: {error}.").format(error=error)) from error
    if len(rows) < 2:
        raise ValueError(_("It needs a line with the column names and at least one row."))
    (_first, head), *body = rows
    if len(body) > MAX_ROWS:
        raise ValueError(
            _("It has {rows:,} rows. At most {most:,} are read.").format(rows=len(body), most=MAX_ROWS)
        )
    for number, row in body:
        if len(row) != len(head):
            message = ngettext(
                "Line {line} has {found} value, the first line has {expected}.",
                "Line {line} has {found} values, the first line has {expected}.",
                len(row),
            )
            raise ValueError(message.format(line=number, found=len(row), expected=len(head)))
    return {"columns": head, "rows": [[_cell(v) for v in row] for _line, row in body]}


def download_link(name: str, text: str, label: str) -> str:
    """Return a link that saves a text as a file, with nothing fetched from anywhere."""
    # The byte-order mark tells Excel that the file is UTF-8.
    data = base64.b64encode(("\ufeff" + text).encode()).decode()
    return (
        f'<a class="tk-link" download="{escape(name)}" href="data:text/csv;base64,{data}">{escape(label)}</a>'
    )


def _cell(text: str) -> Any:
    stripped = text.strip()
    if not stripped:
        return None
    number = read_number(stripped)
    return number if isinstance(number, float) else stripped


def _unit(answer: Answer) -> str:
    units = {"points": _("points"), "percentage points": _("percentage points"), "CNY": _("yuan")}
    return units.get(answer.unit, answer.unit) or _("a number")
