"""Going on in a cell that imports a library which the grader lacks; this runs inside of the box.

Without the import the cell's other statements mostly work: a chart library is often imported and hardly ever
needed for an answer. A name that the import would have bound gets a stand-in. Each use of that raises what
the import has raised, and the statement with the use is left out like the import itself.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, NoReturn

__all__ = ["lacked", "resume"]

#: What Python says of a library that isn't there. (Of a part of one that is there it names both, with a dot.)
_SAYS = re.compile(r"No module named '([^\W\d]\w*)'")


def lacked(error: str, message: str) -> str:
    """Return the name of the library that an error says is missing; nothing if it's about something else.

    >>> lacked("ModuleNotFoundError", "No module named 'seaborn'")
    'seaborn'
    """
    found = _SAYS.fullmatch(message) if error == "ModuleNotFoundError" else None
    return found[1] if found else ""


async def resume(source: str) -> None:
    """Run what stands in a cell below the statement that has just failed for want of a library.

    Args:
        source: of the cell.
    """
    shell: Any = __import__("IPython").get_ipython()
    error: BaseException | None = getattr(sys, "last_value", None)
    text = shell.transform_cell(source)
    while isinstance(error, ModuleNotFoundError) and lacked(type(error).__name__, str(error)):
        body = ast.parse(text).body
        failed = _failed(body, error.__traceback__)
        if failed is None:
            return
        rest = [*_without(body[failed], str(error), shell.user_ns), *body[failed + 1 :]]
        if not rest:
            return
        text = ast.unparse(ast.Module(rest, [])) + "\n"
        result = await shell.run_cell_async(text, store_history=False, transformed_cell=text)
        error = result.error_in_exec


def _failed(body: Sequence[ast.stmt], traceback: TracebackType | None) -> int | None:
    """Return the number of the statement in which an error was raised."""
    while traceback is not None:
        # IPython calls a cell's own level by the number of the line.
        if traceback.tb_frame.f_code.co_name.startswith(("<module>", "<cell line")):
            line = traceback.tb_lineno
            return next((i for i, s in enumerate(body) if s.lineno <= line <= (s.end_lineno or line)), None)
        traceback = traceback.tb_next
    return None


def _without(statement: ast.stmt, message: str, names: dict[str, Any]) -> list[ast.stmt]:
    """Bind stand-ins for what an import would have bound, and return what is left of it."""
    missing = lacked("ModuleNotFoundError", message)
    if isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            names[alias.asname or alias.name] = _Missing(message)
    if not isinstance(statement, ast.Import):
        return []
    left = [a for a in statement.names if a.name.partition(".")[0] != missing]
    for alias in statement.names:
        if alias not in left:
            names[alias.asname or missing] = _Missing(message)
    return [ast.Import(left)] if left else []


class _Missing:
    """Stands for something of a library that isn't there."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __getattr__(self, _name: str) -> NoReturn:
        raise ModuleNotFoundError(self._message)

    def __call__(self, *_arguments: object, **_named: object) -> NoReturn:
        raise ModuleNotFoundError(self._message)
