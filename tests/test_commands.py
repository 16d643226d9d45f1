"""The commands that help and documentation tell people to type are commands that trainkit understands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command

from trainkit.cli import app

#: What Click raises; newer versions of Typer bring a Click of their own.
UsageError = typer.BadParameter.__base__ or Exception

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("README*.md"), ROOT / "CHANGELOG.md", *ROOT.glob("docs/*.md")])
SOURCES = sorted((ROOT / "src" / "trainkit" / "cli").glob("*.py"))


def understood(line: str) -> dict[str, Any]:
    """Return the arguments and options of a command line, read as trainkit reads it; nothing is run.

    Raises:
        UsageError: there is no such command or option, or an argument is missing or too many.
    """
    typed = line.partition(" > ")[0]  # what follows is for the shell
    command, words, context = get_command(app), shlex.split(typed, comments=True)[1:], None
    while True:
        context = command.make_context(command.name, words, parent=context)
        if not isinstance(command, TyperGroup):
            return context.params
        _name, command, words = command.resolve_command(context, [*context._protected_args, *context.args])


def written() -> Iterator[tuple[str, str]]:
    """Yield page and line of every command in a page or in help, unless it's only called by its name."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for line in re.findall(r"`(trainkit(?: [^`\s]+){3,})`", text):
            yield path.name, line
        for block in re.findall(r"(?ms)^```[a-z]*\n(.*?)^```", text):
            for line in re.findall(r"(?m)^(?:\S*/bin/)?(trainkit .*)$", block):
                yield path.name, line
    for path in SOURCES:
        for line in re.findall(r"(?m)^    Example: `(trainkit .*)`$", path.read_text(encoding="utf-8")):
            yield path.name, line


LINES = list(written())


def test_help_and_pages_are_full_of_commands() -> None:
    assert {page for page, _line in LINES} >= {"README.md", "gradebook.zh-CN.md", "grades.md", "grade.py"}


@pytest.mark.parametrize(("page", "line"), LINES, ids=[f"{page}: {line}" for page, line in LINES])
def test_a_command_that_people_are_told_to_type_is_understood(page: str, line: str) -> None:
    understood(line)


@pytest.mark.parametrize(
    "line",
    [
        "trainkit grades shw",
        "trainkit gradebook backup",
        "trainkit gradebook audit --dir x",
        "trainkit grade a b",
    ],
)
def test_the_check_would_notice_what_trainkit_does_not_understand(line: str) -> None:
    with pytest.raises(UsageError):
        understood(line)


CLASS = [
    "class pack",
    "grade",
    "regrade",
    "feedback",
    "grades show",
    "grades export g.xlsx",
    "grades report",
    "gradebook mark lin-yue 1-06 nps",
    "gradebook audit",
    "gradebook backup b.zip",
    "gradebook restore b.zip",
    "gradebook adopt",
    "trainee import r.csv",
    "trainee export lin-yue",
    "trainee forget lin-yue",
]


@pytest.mark.parametrize("words", CLASS)
def test_the_class_is_the_last_argument_and_the_current_folder_if_left_out(words: str) -> None:
    assert understood(f"trainkit {words}")["folder"] == Path.cwd()
    assert understood(f"trainkit {words} spring")["folder"] == Path("spring")
