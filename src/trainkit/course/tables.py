"""Comparing tables whole: by key, whatever the order of rows and columns and the types of their cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainkit.course.cells import number, reader, same, shown
from trainkit.course.conventions import Kind, Slip, derived, explain, find
from trainkit.course.model import Answer, Column, Sealed
from trainkit.course.naming import column_called
from trainkit.course.texts import fold
from trainkit.i18n import _, ngettext

__all__ = ["Cell", "Differences", "Grid", "cell_slips", "compare", "find_columns", "too_many"]

#: How many differences of a kind are named.
_NAMED = 3

#: A table with more rows than so many times the right one's, and some, isn't compared row by row.
_TIMES, _SOME = 2, 2

Row = Sequence[Any]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A cell that differs.

    Args:
        row: its row in the trainee's words.
        column: its column.
        given: the trainee's.
        slips: numbers that follow from what is right.
    """

    row: str
    column: Column
    given: Any
    slips: tuple[Slip, ...] = ()

    @property
    def kind(self) -> Kind | None:
        """Which slip it is, if any."""
        given = number(self.given)
        found = find(self.slips, given) if given is not None else None
        return found.kind if found else None


@dataclass(frozen=True)
class Differences:
    """How a table differs from another one; nothing in it means that it doesn't.

    Args:
        rows: of the right table.
        shape: why the tables can't be compared at all, in the language in use.
        many: rows of a table that has far too many to be compared.
        missing: rows of the right table that aren't there, empty texts where they aren't known.
        extra: rows that don't belong.
        twice: rows that are there too often.
        cells: the cells that differ, in the order of the trainee's table.
        even: columns that differ and hold one number in all rows.
    """

    rows: int
    shape: str = ""
    many: int = 0
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    even: tuple[Column, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.shape or self.many or self.missing or self.extra or self.twice or self.cells)

    def describe(self, *, tell_missing: bool = True) -> str:
        """Say how the tables differ, the first three differences of each kind by name.

        A right value is never said.

        Args:
            tell_missing: name the rows that are missing; they are part of the key.
        """
        lines = []
        if self.many:
            lines.append(_("Far too many rows: {n} instead of {all}.").format(n=self.many, all=self.rows))
        if self.missing:
            said = (
                _("Rows missing: {n} of {all}; the first: {key}.")
                if tell_missing and all(self.missing)
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
        lines += [
            _("{column} holds the same number in all rows. Was it computed for each of them?").format(
                column=column_called(column)
            )
            for column in self.even
        ]
        return "\n".join(lines)

    def slips(self) -> set[Kind]:
        """Return the kinds of slips if all that differs are slips: one for each column that differs."""
        return set(self._by_column().values())

    def explain(self) -> str:
        """Say which slip each column that differs is."""
        columns = {cell.column.name: cell.column for cell in self.cells}
        return "\n".join(
            f"{column_called(columns[name])}: {explain(kind, columns[name].tolerance or 0)}"
            for name, kind in self._by_column().items()
        )

    def _by_column(self) -> dict[str, Kind]:
        """Return the slip of each column that differs; nothing if there is a difference beside them."""
        if self.shape or self.many or self.missing or self.extra or self.twice:
            return {}
        columns: dict[str, list[Kind | None]] = {}
        for cell in self.cells:
            columns.setdefault(cell.column.name, []).append(cell.kind)
        kinds = {name: _one_kind(found) for name, found in columns.items()}
        told = {name: kind for name, kind in kinds.items() if kind}
        return told if len(told) == len(kinds) else {}


def _one_kind(kinds: Sequence[Kind | None]) -> Kind | None:
    """Return the slip that all cells of a column are."""
    moved = kinds.count("beside")
    if moved > 1 and len(kinds) - moved <= 1:
        return "beside"  # at the end of a column that has slipped by a row, one number comes from outside
    return kinds[0] if len(set(kinds)) == 1 and kinds[0] != "beside" else None


class Grid:
    """The rows of a table in the order of the answer's columns, told apart by their keys.

    Args:
        answer: its description.
        rows: the table's.
        order: where the answer's columns stand in it.
    """

    def __init__(self, answer: Answer, rows: Sequence[Row], order: Sequence[int]) -> None:
        self.answer = answer
        self.reading = [reader(column) for column in answer.columns]
        self.rows = [[row[i] for i in order] for row in rows]
        self.groups = self._grouped()

    @classmethod
    def of(cls, answer: Answer, table: Mapping[str, Any]) -> Grid:
        """Return the rows of a table of ours; a model solution has all columns."""
        order = find_columns(answer, table["columns"])
        return cls(answer, table["rows"], order if isinstance(order, list) else range(len(answer.columns)))

    def _grouped(self) -> dict[Key, list[int]]:
        """Return where the rows of each key stand, in an order that their own cells decide."""
        places = [i for i, column in enumerate(self.answer.columns) if column.name in self.answer.key]
        groups: dict[Key, list[int]] = {}
        for at, row in enumerate(self.rows):
            groups.setdefault(tuple(self.reading[i](row[i]) for i in places), []).append(at)
        for group in groups.values():
            # Rows whose cells aren't all known come in their order.
            if len(group) > 1 and not any(isinstance(c, Sealed) for at in group for c in self.rows[at]):
                group.sort(
                    key=lambda at: [_rank(*pair) for pair in zip(self.reading, self.rows[at], strict=True)]
                )
        return groups

    def name(self, at: int) -> str:
        """Return what a row is called; an empty text if that isn't known."""
        cells = [
            self.rows[at][i] for i, column in enumerate(self.answer.columns) if column.name in self.answer.key
        ]
        return "" if any(isinstance(cell, Sealed) for cell in cells) else " / ".join(map(shown, cells))

    def valued(self) -> Iterator[tuple[int, Column]]:
        """Yield the columns that are compared: all but those of the key."""
        return ((i, c) for i, c in enumerate(self.answer.columns) if c.name not in self.answer.key)


def compare(answer: Answer, expected: Mapping[str, Any], value: Mapping[str, Any]) -> Differences:
    """Compare a plain table with the right one.

    Args:
        answer: its description; its key columns tell the rows apart.
        expected: the right table, in which rows and cells may be `Sealed`.
        value: the trainee's.
    """
    rows = len(expected["rows"])
    order = find_columns(answer, value["columns"])
    if isinstance(order, str):
        return Differences(rows, shape=order)
    if too_many(len(value["rows"]), rows):
        return Differences(rows, many=len(value["rows"]))
    right, given = Grid.of(answer, expected), Grid(answer, value["rows"], order)
    cells = tuple(_differing(right, given))
    return Differences(
        rows=rows,
        missing=_beyond(right, given),
        extra=tuple(
            given.name(at) for key, group in given.groups.items() if key not in right.groups for at in group
        ),
        twice=_beyond(given, right, known=True),
        cells=cells,
        even=_even(given, cells),
    )


def too_many(rows: int, right: int) -> bool:
    """Tell whether a table has so many rows that nobody wants to know which of them differ."""
    return rows > _TIMES * right + _SOME


def _differing(right: Grid, given: Grid) -> Iterator[Cell]:
    for key, group in given.groups.items():
        for at, own in zip(right.groups.get(key, ()), group, strict=False):
            for i, column in given.valued():
                cell, mine = right.rows[at][i], given.rows[own][i]
                if not same(given.reading[i], cell, mine, column.tolerance):
                    yield Cell(given.name(own), column, mine, cell_slips(right, at, i))


def cell_slips(grid: Grid, at: int, i: int) -> tuple[Slip, ...]:
    """Return the numbers that follow from a cell of the right table and the cells above and below it."""
    cell, column = grid.rows[at][i], grid.answer.columns[i]
    if isinstance(cell, Sealed):
        return cell.slips
    right = number(cell)
    if right is None or column.tolerance is None:
        return ()
    beside = [number(grid.rows[n][i]) for n in (at - 1, at + 1) if 0 <= n < len(grid.rows)]
    return derived(right, column.tolerance, column.unit, beside=[n for n in beside if n is not None])


def _even(given: Grid, cells: Sequence[Cell]) -> tuple[Column, ...]:
    """Name the columns that differ in several rows and hold one number in all of them."""
    differ = [cell.column.name for cell in cells]
    return tuple(
        column
        for i, column in given.valued()
        if differ.count(column.name) > 1
        and number(given.rows[0][i]) is not None
        and len({number(row[i]) for row in given.rows}) == 1
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


def _rank(read: Callable[[Any], str], cell: Any) -> tuple[float, str]:
    """Return what a cell is sorted by: numbers by size, whatever their type, and texts by what they say."""
    value = number(cell)
    return (0.0, read(cell)) if value is None else (value, "")


def _beyond(grid: Grid, other: Grid, *, known: bool = False) -> tuple[str, ...]:
    """Name the rows that are more than in the other table; of `known` keys only, if asked."""
    return tuple(
        grid.name(at)
        for key, group in grid.groups.items()
        if not known or key in other.groups
        for at in group[len(other.groups.get(key, ())) :]
    )


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED])
