"""Comparing tables whole: by key, whatever the order of rows and columns and the types of their cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainkit.course.cells import number, reader, same, shown
from trainkit.course.conventions import Convention, explain, other_convention
from trainkit.course.model import Answer, Column
from trainkit.course.naming import column_called
from trainkit.course.texts import fold
from trainkit.i18n import _, ngettext

__all__ = ["Cell", "Differences", "compare", "find_columns"]

#: How many differences of a kind are named.
_NAMED = 3

Row = Sequence[Any]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A cell that differs: its row in the trainee's words, its column, what was given and what is right."""

    row: str
    column: Column
    given: Any
    right: Any


@dataclass(frozen=True)
class Differences:
    """How a table differs from another one; nothing in it means that it doesn't.

    Args:
        rows: of the right table.
        shape: why the tables can't be compared at all, in the language in use.
        missing: rows of the right table that aren't there.
        extra: rows that don't belong.
        twice: rows that are there too often.
        cells: the cells that differ.
    """

    rows: int
    shape: str = ""
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.shape or self.missing or self.extra or self.twice or self.cells)

    def describe(self, *, tell_missing: bool = True) -> str:
        """Say how the tables differ, the first three differences of each kind by name.

        A right value is never said.

        Args:
            tell_missing: name the rows that are missing; they are part of the key.
        """
        lines = []
        if self.missing:
            said = (
                _("Rows missing: {n} of {all}; the first: {key}.")
                if tell_missing
                else _("Rows missing: {n} of {all}.")
            )
            lines.append(said.format(n=len(self.missing), all=self.rows, key=_first(self.missing)))
        if self.extra:
            n = len(self.extra)
            said = ngettext("{n} row doesn't belong: {key}.", "{n} rows don't belong; the first: {key}.", n)
            lines.append(said.format(n=n, key=_first(self.extra)))
        if self.twice:
            lines.append(_("Rows that are there more than once: {rows}.").format(rows=_first(self.twice)))
        if self.cells:
            n = len({cell.row for cell in self.cells})
            lines.append(_("Rows that differ: {n} of {all}; the first:").format(n=n, all=self.rows))
            lines += [
                _("{row}: {column} is {value}").format(
                    row=cell.row, column=column_called(cell.column), value=shown(cell.given)
                )
                for cell in self.cells[:_NAMED]
            ]
        return "\n".join(lines)

    def convention(self) -> str:
        """Say so if all that differs is a convention: one for each column that differs, in all its cells."""
        if self.shape or self.missing or self.extra or self.twice:
            return ""
        kinds: dict[str, set[Convention | None]] = {}
        columns = {cell.column.name: cell.column for cell in self.cells}
        for cell in self.cells:
            kinds.setdefault(cell.column.name, set()).add(_convention(cell))
        if any(len(found) != 1 or None in found for found in kinds.values()):
            return ""
        return "\n".join(
            f"{column_called(columns[name])}: {explain(kind, columns[name].tolerance or 0)}"
            for name, found in kinds.items()
            for kind in found
            if kind
        )


def compare(answer: Answer, expected: Mapping[str, Any], value: Mapping[str, Any]) -> Differences:
    """Compare a plain table with the right one.

    Args:
        answer: its description; its key columns tell the rows apart.
        expected: the right table.
        value: the trainee's.
    """
    order = find_columns(answer, value["columns"])
    if isinstance(order, str):
        return Differences(len(expected["rows"]), shape=order)
    reading = [reader(column) for column in answer.columns]
    right = _rows(answer, reading, expected["rows"], _own_order(answer, expected["columns"]))
    given = _rows(answer, reading, value["rows"], order)
    cells = [
        Cell(_name(answer, own), column, own[i], row[i])
        for key, rows in right.items()
        for row, own in zip(rows, given.get(key, ()), strict=False)
        for i, column in enumerate(answer.columns)
        if column.name not in answer.key and not same(reading[i], row[i], own[i], column.tolerance)
    ]
    return Differences(
        rows=len(expected["rows"]),
        missing=_beyond(answer, right, given),
        extra=tuple(_name(answer, row) for key, rows in given.items() if key not in right for row in rows),
        twice=_beyond(answer, {k: v for k, v in given.items() if k in right}, right),
        cells=tuple(cells),
    )


def find_columns(answer: Answer, names: Sequence[str]) -> list[int] | str:
    """Find the answer's columns by name in either language; when the number fits, the rest by their order.

    Returns:
        The position of each column, or a sentence that says what was expected and what was found.
    """
    folded = [fold(n) for n in names]
    found = [
        next((i for i, n in enumerate(folded) if n and n in {fold(c.name), fold(c.zh)}), None)
        for c in answer.columns
    ]
    if None not in found:
        return [i for i in found if i is not None]
    if len(names) == len(answer.columns):
        rest = (i for i in range(len(names)) if i not in found)
        return [next(rest) if i is None else i for i in found]
    return _("Expected the columns {expected}; found {found}.").format(
        expected=", ".join(c.name for c in answer.columns), found=", ".join(names)
    )


def _own_order(answer: Answer, names: Sequence[str]) -> list[int]:
    """Return where the columns stand in a table of ours; a model solution has them all."""
    order = find_columns(answer, names)
    return order if isinstance(order, list) else list(range(len(answer.columns)))


def _rows(
    answer: Answer, reading: Sequence[Callable[[Any], str]], rows: Sequence[Row], order: Sequence[int]
) -> dict[Key, list[list[Any]]]:
    """Group rows by their key, the rows of one key in an order that their own cells decide."""
    places = [i for i, column in enumerate(answer.columns) if column.name in answer.key]
    found: dict[Key, list[list[Any]]] = {}
    for row in rows:
        picked = [row[i] for i in order]
        found.setdefault(tuple(reading[i](picked[i]) for i in places), []).append(picked)
    for group in found.values():
        if len(group) > 1:
            group.sort(key=lambda picked: [_rank(*pair) for pair in zip(reading, picked, strict=True)])
    return found


def _rank(read: Callable[[Any], str], cell: Any) -> tuple[float, str]:
    """Return what a cell is sorted by: numbers by size, whatever their type, and texts by what they say."""
    value = number(cell)
    return (0.0, read(cell)) if value is None else (value, "")


def _beyond(
    answer: Answer, rows: Mapping[Key, list[list[Any]]], others: Mapping[Key, list[list[Any]]]
) -> tuple[str, ...]:
    """Name the rows that are more than in the other table."""
    return tuple(
        _name(answer, row) for key, group in rows.items() for row in group[len(others.get(key, ())) :]
    )


def _convention(cell: Cell) -> Convention | None:
    right, given = number(cell.right), number(cell.given)
    if right is None or given is None or cell.column.tolerance is None:
        return None
    return other_convention(given, right, cell.column.tolerance, cell.column.unit)


def _name(answer: Answer, row: Row) -> str:
    return " / ".join(shown(row[i]) for i, column in enumerate(answer.columns) if column.name in answer.key)


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED])
