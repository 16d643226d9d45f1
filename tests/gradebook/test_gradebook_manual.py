"""The manual of the gradebook: what it tells people to type exists, and nothing is left out."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from trainkit.cli import app

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["gradebook.md", "gradebook.zh-CN.md"]


def lines(page: str) -> list[list[str]]:
    """Return each command line of a page, as words."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [shlex.split(line)[1:] for line in re.findall(r"^(?:.*`)?(trainkit [^`\n]+?)`?$", text, re.M)]


def commands(group: str) -> set[str]:
    found = get_command(app).commands[group]
    assert isinstance(found, typer.core.TyperGroup)
    return set(found.commands)


@pytest.mark.parametrize("page", PAGES)
def test_every_line_of_the_manual_can_be_typed(page: str):
    assert len(lines(page)) >= 8
    for words in lines(page):
        command, rest = get_command(app), words
        while isinstance(command, typer.core.TyperGroup):
            command, rest = command.commands[rest[0]], rest[1:]
        command.make_context(" ".join(words), rest)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("group", ["gradebook", "trainee"])
def test_every_command_is_in_the_manual(page: str, group: str):
    text = (DOCS / page).read_text(encoding="utf-8")
    assert {name for name in commands(group) if f"trainkit {group} {name} " not in text} == set()


#: Options whose values are words for people, and so in the page's language.
WORDS = {"--why", "--comment"}


def test_both_languages_say_the_same_lines():
    """A reason or a comment is in the language of the page; all else is the same."""
    english, chinese = (
        [[word for before, word in pairwise(["", *line]) if before not in WORDS] for line in lines(page)]
        for page in PAGES
    )
    assert english == chinese
