"""The table on the terminal, as wide as terminals are."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from classes import damaged, hand_in, right, tripled, typed_in
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Failure
from trainkit.i18n import speaking
from trainkit.reports.results import show_lacking, show_rows

LONG = "a reason that is longer than what fits beside a name, a score and a share " * 2


@pytest.fixture
def lines(tmp_path: Path) -> list[str]:
    """The table of a small class on 80 columns."""
    with Gradebook(tmp_path / "gradebook.db") as book:
        hand_in(book, "lin-yue", right)
        hand_in(book, "mallory", tripled)
        hand_in(book, "tom", typed_in, flags={"double": "hard-coded"})
        damaged(book, "wei\x1b[31m", note=f"[red]{LONG}")
        found = book.latest()
    written = io.StringIO()
    show_rows(Console(file=written, width=80, highlight=False), found)
    return written.getvalue().splitlines()


def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(lines: list[str]):
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if "…" in line]
    assert " ".join(LONG.split()) in " ".join(" ".join(lines).split())


def test_a_remark_stands_below_the_answers(lines: list[str]):
    [row] = [i for i, line in enumerate(lines) if line.startswith("tom")]
    assert lines[row].split() == ["tom", "9-01", "1/4", "25.0", "✓", "✓", "–"]
    assert lines[row + 1].strip() == "Hard-coded: double."
    assert lines[row + 1].index("Hard") == lines[row].index("✓")


def test_shares_stand_below_each_other(lines: list[str]):
    ends = {
        line.index(share) + len(share)
        for line in lines
        for share in ("100.0", " 25.0", "  0.0")
        if f"{share}  " in line
    }
    assert len(ends) == 1


def test_what_trainees_write_is_neither_markup_nor_a_command(lines: list[str]):
    assert any("[red]" in line for line in lines)
    assert not [line for line in lines if "\x1b" in line]


def test_the_class_is_told_once_what_grading_lacks(tmp_path: Path):
    with Gradebook(tmp_path / "gradebook.db") as book:
        for name in ("lin-yue", "tom"):
            hand_in(
                book, name, right, failures=(Failure(2, "ModuleNotFoundError", "No module named 'seaborn'"),)
            )
        hand_in(book, "wei", right)
        written = io.StringIO()
        show_lacking(Console(file=written, width=400), book.latest())
    first, advice = written.getvalue().splitlines()
    assert first == "`seaborn` isn't part of the grader; 2 notebooks import it."
    assert "trainkit regrade" in advice


def test_a_class_that_lacks_nothing_is_told_nothing(tmp_path: Path):
    written = io.StringIO()
    with Gradebook(tmp_path / "gradebook.db") as book:
        hand_in(book, "wei", right)
        show_lacking(Console(file=written), book.latest())
    assert written.getvalue() == ""


def test_a_chinese_remark_is_not_cut(tmp_path: Path):
    with Gradebook(tmp_path / "gradebook.db") as book:
        damaged(book, "wei", note="很长的原因" * 30)
        written = io.StringIO()
        with speaking("zh"):
            show_rows(Console(file=written, width=80), book.latest())
    assert written.getvalue().count("原") == 30
