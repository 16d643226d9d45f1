"""The commands that help and documentation tell people to type are commands that trainkit understands."""

from __future__ import annotations

import errno
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command

from trainkit.cli import app, main
from trainkit.cli.options import Lang
from trainkit.i18n import LANGUAGES

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
            for line in re.findall(
                r"(?m)^(?:\S*[/\\](?:bin|Scripts)[/\\](?:python -m )?)?(trainkit .*)$", block
            ):
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
        "trainkit grade --workers 0",
        "trainkit run --workers 0",
        "trainkit run --lang fr",
        "trainkit gallery --lang fr",
        "trainkit data dictionary --lang fr",
        "trainkit data generate --out x --variant -1",
        "trainkit data generate --out x --seed -1",
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


def test_commands_speak_the_languages_that_there_are() -> None:
    assert get_args(Lang) == tuple(LANGUAGES)


def spoken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """Run a command line that fails, and return what it says."""
    monkeypatch.setattr(sys, "argv", ["trainkit", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    return capsys.readouterr().err


@pytest.mark.slow
def test_a_file_that_cannot_be_written_is_a_sentence_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = spoken(monkeypatch, capsys, "gallery", "--out", tmp_path)
    assert said == f"{tmp_path} can't be read or written: Is a directory.\n"


@pytest.mark.slow
def test_a_file_that_another_program_keeps_open_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As Excel does on Windows with a file that it shows."""

    def locked(part: Path, path: Path) -> None:
        raise PermissionError(errno.EACCES, "Access is denied", str(part), None, str(path))

    monkeypatch.setattr(Path, "replace", locked)
    said = spoken(monkeypatch, capsys, "gallery", "--out", tmp_path / "charts.html")
    assert said.startswith(f"{tmp_path / 'charts.html'} can't be read or written: Access is denied. Close")
    assert list(tmp_path.iterdir()) == []


def test_an_error_that_is_about_no_file_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_words: object) -> None:
        raise ConnectionError("the line is dead")

    monkeypatch.setattr("trainkit.cli.app", broken)
    with pytest.raises(ConnectionError, match="the line is dead"):
        main()
