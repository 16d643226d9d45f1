"""What can go wrong, as one tree.

Every message says what happened, on which input, and what to do now::

    TrainkitError
    ├── InputError           an argument or a value that can't be used
    │   ├── EmptyInput       nothing is left to compute on
    │   ├── MissingColumn    a frame lacks a column
    │   ├── OutOfRange       a value lies outside of its range
    │   └── MissingExtra     an optional library isn't installed
    ├── UnknownName          a table, lesson, exercise, answer or metric that doesn't exist
    ├── DataError            a data file is missing, damaged or of another edition
    ├── SourceError          a lesson or exercise source is wrong, with file and line
    │   └── SourceFaults     several faults of sources at once
    ├── ServerError          the workbook's servers can't start
    └── GradingError         a submission or a class can't be graded
        └── SandboxError     this machine can't isolate a submission
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from trainkit.i18n import _, joined

__all__ = [
    "DataError",
    "EmptyInput",
    "GradingError",
    "InputError",
    "MissingColumn",
    "MissingExtra",
    "OutOfRange",
    "SandboxError",
    "ServerError",
    "SourceError",
    "SourceFaults",
    "TrainkitError",
    "UnknownName",
]


class TrainkitError(Exception):
    """The base of all errors that trainkit raises on purpose.

    They can be sent from one process to another, whatever their arguments are.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args, self.__dict__)


class InputError(TrainkitError, ValueError):
    """An argument or a value can't be used."""


class EmptyInput(InputError):
    """Nothing is left to compute on, for example after missing answers were dropped."""


class MissingColumn(InputError):
    """A frame lacks a column that the computation needs."""


class OutOfRange(InputError):
    """A value lies outside of the range in which it has a meaning."""


class MissingExtra(InputError, ImportError):
    """An optional library is needed and isn't installed."""


class UnknownName(TrainkitError, LookupError):
    """A table, lesson, exercise, answer or metric of that name doesn't exist.

    Args:
        message: the sentence that says what doesn't exist.
        name: what was asked for.
        known: the names that do exist; the closest is suggested.
    """

    def __init__(self, message: str, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = sorted(known)
        close = get_close_matches(str(name), self.known, n=1, cutoff=0.6)
        if close:
            message = joined(message, _("Did you mean `{name}`?").format(name=close[0]))
        elif self.known:
            message = joined(message, _("There are: {names}.").format(names=", ".join(self.known)))
        super().__init__(message)


class DataError(TrainkitError):
    """A data file is missing, damaged, or belongs to another edition."""


class SourceError(TrainkitError):
    """A lesson or exercise source is wrong.

    Args:
        message: what is wrong and what to do.
        path: the source file.
        line: the line, counted from 1.
    """

    def __init__(self, message: str, path: Path | str, line: int = 1) -> None:
        self.path = Path(path)
        self.line = line
        super().__init__(f"{path}:{line}: {message}")


class SourceFaults(SourceError):
    """Several faults of sources at once, a line each.

    Args:
        faults: at least one, in the order in which they are told; file and line are those of the first.
    """

    def __init__(self, faults: Iterable[SourceError]) -> None:
        self.faults = tuple(faults)
        self.path, self.line = self.faults[0].path, self.faults[0].line
        TrainkitError.__init__(self, "\n".join(map(str, self.faults)))


class ServerError(TrainkitError):
    """The workbook's servers can't start or have stopped."""


class GradingError(TrainkitError):
    """A submission or a class can't be graded."""


class SandboxError(GradingError):
    """This machine can't isolate a submission."""


def _again(kind: type[TrainkitError], args: tuple[Any, ...], state: dict[str, Any]) -> TrainkitError:
    """Return an error as it was: its message is complete, so it isn't composed once more."""
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error
