"""Locks of tables: a box for each row's key, one for each cell, and a letter for each mistake.

A row's box opens with its key and says in which tables (the right one, or a mistake's) it stands how often. A
cell's box opens with the row, the column and the value, and holds the exact cell of each table that has it
there. From what a trainee's table opens, the tables are put together again as far as they're known, and the
judge compares as ever. A mistake's message opens with its whole table.

Cells are tried one by one, so each hash costs less than that of a number: together, those of a table with as
many rows as are looked at take no more than a few tenths of a second.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainkit.course.cells import number, same
from trainkit.course.conventions import Slip
from trainkit.course.lock import boxes
from trainkit.course.lock.grid import cell as grid_cell
from trainkit.course.lock.grid import touched
from trainkit.course.model import Answer, Column, Expected, Mistake, Sealed
from trainkit.course.tables import Grid, cell_slips, find_columns, too_many

__all__ = ["expected_of", "seal"]

#: The hashes of one check, each as a power of two, add up to this one at most.
_BUDGET = 17

#: The cheapest hash.
_CHEAPEST = 4

#: With dummies, the number of boxes and of letters is a multiple of these.
_LEAST, _LEAST_LETTERS = 32, 4

#: The sizes of boxes and of letters in bytes are multiples of these.
_STEP, _STEP_LETTERS = 64, 256

#: The table that is right comes first, then those of the mistakes.
_RIGHT = "0"

_TRUTH = ("text 0", "text 1")

Key = tuple[str, ...]
Entry = tuple[str, str, Any]


def seal(answer: Answer, expected: Expected, salt: bytes) -> dict[str, Any]:
    """Lock the right table and those of the mistakes."""
    grids = [Grid.of(answer, table) for table in (expected.value, *(m.value for m in expected.mistakes))]
    most = 1 << max(len(grid.rows) for grid in grids).bit_length()
    cost = _cost(answer, most)
    contents: dict[str, boxes.Plain] = {}
    for i, grid in enumerate(grids):
        for word, field, said in _entries(grid, str(i)):
            contents.setdefault(word, {}).setdefault(field, []).append(said)
    letters: defaultdict[str, list[boxes.Plain]] = defaultdict(list)
    for n, (grid, mistake) in enumerate(zip(grids[1:], expected.mistakes, strict=True)):
        letters[_whole(grid)].append({"n": n, "code": mistake.code, "message": dict(mistake.message)})
    return {
        "rows": len(grids[0].rows),
        "most": most,
        **boxes.fill(contents, salt, cost=cost, least=_LEAST, step=_STEP),
        "letters": boxes.fill(
            {word: {"mistakes": said} for word, said in letters.items()},
            salt,
            cost=boxes.COST,
            least=_LEAST_LETTERS,
            step=_STEP_LETTERS,
        ),
    }


def _cost(answer: Answer, most: int) -> int:
    """Return what a hash may cost so that a table with as many rows as are looked at is checked in time."""
    rows = next(n for n in range(most, 100 * most + 100) if too_many(n + 1, most))
    hashes = rows * (1 + len(answer.columns) - len(answer.key))
    return max(_CHEAPEST, min(boxes.COST, _BUDGET - hashes.bit_length()))


def _entries(grid: Grid, table: str) -> Iterator[Entry]:
    """Yield the word of a box, its field, and what lies there."""
    for key, group in grid.groups.items():
        yield _row(key), "rows", [table, len(group), len(grid.rows)]
        for nth, at in enumerate(group):
            for i, column in grid.valued():
                value = grid.rows[at][i]
                for token in _sealed_as(column, grid.reading[i], value):
                    yield _cell(key, nth, column, token), "cells", [table, value]
                for slip in cell_slips(grid, at, i) if table == _RIGHT else ():
                    for token in touched(slip.value, slip.slack, column.tolerance or 0):
                        said = [slip.kind, slip.value, slip.slack]
                        yield _cell(key, nth, column, f"number {token}"), "slips", said
    if not grid.rows:
        yield _row(()), "rows", [table, 0, 0]


def _sealed_as(column: Column, read: Callable[[Any], str], value: Any) -> Iterator[str]:
    """Yield what a cell of ours may be met by: its text, and the cells of the grid if it's a number."""
    yield f"text {read(value)}"
    found = number(value)
    if found is not None and (column.tolerance is not None or not isinstance(value, str)):
        slack = column.tolerance or 0.0
        yield from (f"number {token}" for token in touched(found, slack, slack))


def _asked_as(column: Column, read: Callable[[Any], str], value: Any) -> list[str]:
    """Return what a trainee's cell may meet, as cells are compared: as a number, as a text, or as either."""
    found, text = number(value), f"text {read(value)}"
    if found is None or (column.tolerance is None and isinstance(value, str)):
        return [text]
    token = f"number {grid_cell(found, column.tolerance or 0.0)}"
    # No text is read as a number that isn't one, but for what is true or false.
    return [token] if column.tolerance is not None and text not in _TRUTH else [token, text]


def _row(key: Key) -> str:
    return json.dumps(["row", *key])


def _cell(key: Key, nth: int, column: Column, token: str) -> str:
    return json.dumps(["cell", *key, nth, column.name, token])


def _whole(grid: Grid) -> str:
    """Return a table as the word that opens its letter."""
    rows = [
        [*key, *(grid.rows[at][i] for i, _column in grid.valued())]  # as they were sealed, to the last bit
        for key, group in sorted(grid.groups.items())
        for at in group
    ]
    return json.dumps(rows)


def expected_of(answer: Answer, chest: boxes.Chest, salt: bytes, value: Mapping[str, Any]) -> Expected:
    """Return what a table opens: the right one and those of mistakes, as far as its rows are known."""
    order = find_columns(answer, value["columns"])
    if isinstance(order, str) or too_many(len(value["rows"]), chest["most"]):
        return Expected(_table(answer, [], chest["rows"]))
    opened = _Opened(answer, Grid(answer, value["rows"], order), chest, salt)
    return Expected(_table(answer, opened.rows(_RIGHT), chest["rows"]), opened.mistakes())


def _table(answer: Answer, rows: Sequence[list[Any]], total: int) -> dict[str, Any]:
    """Return a table in which the rows that nothing is known of are sealed, each another one."""
    unknown = [
        [Sealed(text=f" sealed {n}") for _column in answer.columns] for n in range(max(0, total - len(rows)))
    ]
    return {"columns": [column.name for column in answer.columns], "rows": [*rows, *unknown]}


@dataclass(frozen=True)
class _Group:
    """The rows of a key: as the trainee wrote them, and what their boxes hold.

    Args:
        own: the trainee's rows.
        rows: how many there are in each table of ours, and how many that table has in all.
        cells: what each cell that is compared opens, by row.
    """

    own: list[list[Any]]
    rows: Mapping[str, tuple[int, int]]
    cells: list[list[boxes.Plain]]


class _Opened:
    """What a trainee's table opens in a chest."""

    def __init__(self, answer: Answer, given: Grid, chest: boxes.Chest, salt: bytes) -> None:
        self.answer = answer
        self.given = given
        self.chest = chest
        self.salt = salt
        keys: Mapping[Key, list[int]] = given.groups or {(): []}
        self.groups = [self._look(key, places) for key, places in keys.items()]

    def _look(self, key: Key, places: list[int]) -> _Group:
        found = boxes.look(self.chest, _row(key), self.salt) or {}
        rows = {table: (n, total) for table, n, total in found.get("rows", ())}
        own = [self.given.rows[at] for at in places]
        return _Group(own, rows, [self._cells(key, nth, row) for nth, row in enumerate(own)] if rows else [])

    def _cells(self, key: Key, nth: int, row: list[Any]) -> list[boxes.Plain]:
        found = []
        for i, column in self.given.valued():
            tokens = _asked_as(column, self.given.reading[i], row[i])
            words = (_cell(key, nth, column, token) for token in tokens)
            opened = (boxes.look(self.chest, word, self.salt) for word in words)
            found.append(next((box for box in opened if box), {}))
        return found

    def rows(self, table: str) -> list[list[Any]]:
        """Return the rows of a table that the given ones open, cells that aren't known sealed."""
        return [
            self._row(group, nth, table)
            for group in self.groups
            for nth in range(group.rows.get(table, (0, 0))[0])
        ]

    def _row(self, group: _Group, nth: int, table: str) -> list[Any]:
        if nth >= len(group.own):
            row = list(group.own[0])
            return [
                row[i] if c.name in self.answer.key else Sealed() for i, c in enumerate(self.answer.columns)
            ]
        row = list(group.own[nth])
        for (i, column), found in zip(self.given.valued(), group.cells[nth], strict=True):
            known = [value for name, value in found.get("cells", ()) if name == table]
            if known and (table != _RIGHT or same(self.given.reading[i], known[0], row[i], column.tolerance)):
                row[i] = known[0]
            else:
                row[i] = Sealed(tuple(Slip(*slip) for slip in found.get("slips", ())))
        return row

    def mistakes(self) -> tuple[Mistake, ...]:
        """Return the mistakes whose tables are known as a whole."""
        tables = {table: total for group in self.groups for table, (_n, total) in group.rows.items()}
        wholes = {}
        for table in sorted(set(tables) - {_RIGHT}, key=int):
            rows = self.rows(table)
            if len(rows) == tables[table] and not any(isinstance(c, Sealed) for row in rows for c in row):
                whole = _table(self.answer, rows, len(rows))
                wholes[_whole(Grid.of(self.answer, whole))] = whole
        found = [
            (said["n"], Mistake(said["code"], whole, said["message"]))
            for word, whole in wholes.items()
            for said in (boxes.look(self.chest["letters"], word, self.salt) or {}).get("mistakes", ())
        ]
        return tuple(mistake for _n, mistake in sorted(found, key=lambda entry: entry[0]))
