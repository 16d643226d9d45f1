"""What a batch leaves behind: tables and feedback pages in the grades' folder, and rows on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from trainkit.classes.file_names import file_name
from trainkit.classes.preparation import Keys
from trainkit.course.model import Info
from trainkit.files import write_atomic
from trainkit.gradebook import summary
from trainkit.gradebook.questions import Open
from trainkit.i18n import _, ngettext
from trainkit.reports.feedback import feedback_page
from trainkit.reports.feedback_view import released_by_kind
from trainkit.reports.lacking import lacking_lines
from trainkit.submissions import intake

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from trainkit.gradebook.records import Submission

__all__ = ["printable", "screen", "show_ignored", "show_lacking", "show_rows", "write_results"]

#: Lines about what isn't graded that are shown.
_MOST_LINES = 30


def write_results(
    out: Path,
    latest: Sequence[Submission],
    keys: Callable[[str], Keys],
    released: Callable[[Info], bool] = released_by_kind,
    questions: Sequence[Open] = (),
) -> None:
    """Write `grades.csv`, `answers.csv` and the feedback pages.

    Args:
        out: the folder of the grades.
        latest: of the gradebook, by trainee.
        keys: returns the keys of the variants that a trainee worked on, by exercise and edition.
        released: tells whether trainees may read feedback on an exercise.
        questions: what is open, people without work included.
    """
    write_atomic(out / "grades.csv", summary.grades_csv(latest, questions), private=True)
    write_atomic(out / "answers.csv", summary.answers_csv(latest), private=True)
    for trainee, own in groupby(latest, key=lambda s: s.trainee.name):
        page = feedback_page(trainee, own, keys(trainee), released=released)
        write_atomic(out / "feedback" / file_name(trainee), page, private=True)


def screen() -> Console:
    """Return the terminal to write on."""
    from rich.console import Console

    return Console(highlight=False)


def show_rows(console: Console, submissions: Sequence[Submission], questions: Sequence[Open] = ()) -> None:
    """Show a row for each submission and each person without, and what its signs mean."""
    console.print(_table(summary.open_rows(questions, summary.rows(submissions))))
    console.print(summary.legend(), style="dim")


def show_lacking(console: Console, submissions: Sequence[Submission]) -> None:
    """Show which libraries notebooks import and grading lacks, and what to do about it."""
    for line in lacking_lines(submissions):
        console.print(printable(line), markup=False, style="yellow")


def show_ignored(console: Console, ignored: Sequence[intake.Ignored]) -> None:
    """Show what isn't graded, and why; of very many lines the first."""
    for item in ignored[:_MOST_LINES]:
        console.print(f"{printable(str(item.path))}: {item.reason}", markup=False, style="yellow")
    if len(ignored) > _MOST_LINES:
        more = len(ignored) - _MOST_LINES
        console.print(
            ngettext(
                "… and {n} more file that isn't graded.", "… and {n} more files that aren't graded.", more
            ).format(n=more),
            style="yellow",
        )


def _table(found: Sequence[summary.Row]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in (_("Trainee"), _("Exercise")):
        table.add_column(name, overflow="fold")
    table.add_column(_("Points"), justify="right", no_wrap=True)
    table.add_column("%", justify="right", no_wrap=True)
    table.add_column(_("Answers and remarks"), overflow="fold")
    for row in found:
        there = row.state not in ("no notebook", "conflict", "nothing")
        points = f"{row.earned:g}/{row.points:g}" if there else "–"
        percent = f"{row.percent:.1f}" if there else "–"
        named = row.name and row.name != row.trainee
        who = f"{row.trainee} · {row.name}" if named else row.trainee
        # Text: names and remarks hold what trainees wrote, which is no markup.
        cells = [Text(printable(cell)) for cell in (who, row.exercise or "–", points, percent)]
        said = [Text(row.answers), Text(printable(row.remarks), style="yellow")]
        table.add_row(*cells, Text("\n").join(part for part in said if part))
    return table


def printable(text: str) -> str:
    """Return a text without control characters: a terminal would obey them."""
    return "".join(c if c.isprintable() else "�" for c in text)
