"""What several commands ask for, said once: a command names the type, its help and its default come along.

One rule holds for all of them: the folder of the class is the last argument, and the current folder if it's
left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = [
    "ClassFolder",
    "Database",
    "Exercises",
    "Force",
    "Lang",
    "Scheduler",
    "Solutions",
    "Trainee",
    "UnsafeNoSandbox",
    "Why",
    "Workers",
]

#: The folder of the class.
ClassFolder = Annotated[
    Path,
    typer.Argument(
        metavar="DIR",
        help="The folder of a class.",
        default_factory=Path.cwd,
        show_default="the current folder",
    ),
]

#: The gradebook's database.
Database = Annotated[
    str, typer.Option(metavar="URL", help="Of the gradebook, in the place of the class's own.")
]

#: Exercises to grade; none means all of the class.
Exercises = Annotated[
    list[str] | None,
    typer.Option("--exercise", metavar="ID", help="This exercise only; can be repeated."),
]

#: Whether a file or a gradebook that is there may be replaced.
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]

#: A language of the workbook.
Lang = Literal["en", "zh"]

#: The address of a Dask scheduler; empty for processes of this machine.
Scheduler = Annotated[
    str, typer.Option(metavar="ADDRESS", help="Of a Dask cluster that grades instead, as tcp://host:8786.")
]

#: The folder of the exercises' sources; the checkout's if left out.
Solutions = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the exercises' sources.")]

#: One trainee's identifier; empty for all.
Trainee = Annotated[str, typer.Option(metavar="ID", help="This trainee only.")]

#: Whether submitted code may run without a sandbox.
UnsafeNoSandbox = Annotated[
    bool, typer.Option("--unsafe-no-sandbox", help="Run submitted code with your own rights.")
]

#: A reason.
Why = Annotated[str, typer.Option(help="The reason, for the audit trail.")]

#: How many notebooks run at a time.
Workers = Annotated[int, typer.Option(min=1, help="Notebooks that run at a time.")]
