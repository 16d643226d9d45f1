"""A class as a table: who, which exercises, how many points. The platforms' formats are cut from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from trainkit.course.catalogue import info_from_plain
from trainkit.course.model import Info
from trainkit.gradebook import summary
from trainkit.gradebook.questions import Open
from trainkit.gradebook.records import Submission, Trainee
from trainkit.gradebook.spreadsheet import csv_bytes
from trainkit.i18n import _, joined, pick

__all__ = [
    "Class",
    "Column",
    "Others",
    "by_class",
    "full_name",
    "long_csv",
    "long_table",
    "wide_csv",
    "wide_table",
]


@dataclass(frozen=True)
class Others:
    """What there is to tell besides the grades.

    Args:
        people: those without work who get a row with empty cells.
        questions: what is open about anybody; about people without a row it isn't told.
    """

    people: Sequence[Trainee] = ()
    questions: Sequence[Open] = ()

    def said_of(self, trainee: str, exercise: str = "") -> str:
        """Return what is open about somebody's work: for an exercise, or for all, each named then."""
        notes = []
        for question in self.questions:
            if question.trainee != trainee or (exercise and question.exercise not in ("", exercise)):
                continue
            note = question.note or _("Nothing was handed in.")
            named = question.exercise and not exercise
            notes.append(
                _("{exercise}: {note}").format(exercise=question.exercise, note=note) if named else note
            )
        return joined(*dict.fromkeys(notes))


#: Nothing besides the grades.
_NOTHING = Others()


@dataclass(frozen=True)
class Column:
    """An exercise as a column of grades.

    Args:
        code: its id.
        title: in the language in use.
        points: that it can earn, in the edition that was handed in last.
        answers: names of its answers, in the order in which they're asked.
    """

    code: str
    title: str
    points: float
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Class:
    """Trainees, exercises, and what was handed in.

    Args:
        trainees: by name.
        columns: by exercise id.
        submissions: by trainee's name and exercise id.
    """

    trainees: Sequence[Trainee]
    columns: Sequence[Column]
    submissions: dict[tuple[str, str], Submission]

    def awarded(self, trainee: Trainee, column: Column) -> float | None:
        """Return the points that count; `None` if nothing was handed in or it couldn't be graded yet."""
        submission = self.submissions.get((trainee.name, column.code))
        return None if submission is None or submission.state == "failed" else submission.awarded


def by_class(submissions: Iterable[Submission], people: Iterable[Trainee] = ()) -> Class:
    """Arrange submissions by trainee and exercise; people without work have a row, too."""
    found = {(s.trainee.name, s.exercise.code): s for s in submissions}
    trainees = {p.name: p for p in people} | {s.trainee.name: s.trainee for s in found.values()}
    newest = {s.exercise.code: s for s in sorted(found.values(), key=lambda s: s.sequence)}
    columns = [_column(info_from_plain(newest[code].exercise.info)) for code in sorted(newest)]
    return Class([trainees[n] for n in sorted(trainees)], columns, found)


def _column(info: Info) -> Column:
    return Column(info.id, pick(info.title), info.points, tuple(a.name for a in info.answers))


def full_name(trainee: Trainee) -> str:
    """Return the name in the roster, else the one of the folder or account."""
    return trainee.display_name or trainee.name


def wide_table(submissions: Sequence[Submission], others: Others = _NOTHING) -> summary.Table:
    """Return one line a trainee: total and per cent, then each exercise with a column an answer.

    An empty cell is no submission, or one that is to be graded again; it counts as 0 in the total. Somebody
    without any work has no total. `open` says what waits for a decision or isn't there.
    """
    found = by_class(submissions, others.people)
    working = {s.trainee.name for s in submissions}
    names = ["trainee", "name", "number", "email", "section", "total", "points", "percent", "open"]
    for column in found.columns:
        names += [column.code, *(f"{column.code} {answer}" for answer in column.answers)]
    most = round(sum(c.points for c in found.columns), 4)
    lines = []
    for trainee in found.trainees:
        awarded = {c.code: found.awarded(trainee, c) for c in found.columns}
        total = round(sum(points or 0.0 for points in awarded.values()), 4)
        line: list[Any] = [trainee.name, full_name(trainee), trainee.number, trainee.email, trainee.section]
        reached = [total, most, round(100 * total / most, 1) if most else 0.0]
        line += reached if trainee.name in working else [None, most, None]
        line.append(others.said_of(trainee.name))
        for column in found.columns:
            submission = found.submissions.get((trainee.name, column.code))
            graded = submission is not None and awarded[column.code] is not None
            marks = {m.name: m.awarded for m in submission.marks} if submission and graded else {}
            line += [awarded[column.code], *(marks.get(answer) for answer in column.answers)]
        lines.append(line)
    return names, lines


def wide_csv(submissions: Sequence[Submission], others: Others = _NOTHING) -> bytes:
    """Return one line a trainee as CSV; see `wide_table`."""
    return csv_bytes(*wide_table(submissions, others))


def long_table(submissions: Sequence[Submission], others: Others = _NOTHING) -> summary.Table:
    """Return one line an answer, as `summary.answers_table` has them, and one for work that isn't there.

    `open` says what waits for a decision or isn't there; a line for missing work has nothing else but the
    trainee and, if it is about one, the exercise.
    """
    names, lines = summary.answers_table(submissions)
    found = [(str(line[0]), str(line[1]), [*line, others.said_of(line[0], line[1])]) for line in lines]
    told = {(s.trainee.name, s.exercise.code) for s in submissions}
    working = {trainee for trainee, _exercise in told}
    people = {p.name for p in others.people} | working
    for q in others.questions:
        key = (q.trainee, q.exercise)
        if q.trainee not in people or key in told or (not q.exercise and q.trainee in working):
            continue
        told.add(key)
        empty: list[Any] = [None] * (len(names) - 2)
        found.append((*key, [*key, *empty, others.said_of(*key)]))
    return [*names, "open"], [line for _trainee, _exercise, line in sorted(found, key=lambda f: f[:2])]


def long_csv(submissions: Sequence[Submission], others: Others = _NOTHING) -> bytes:
    """Return one line an answer as CSV; see `long_table`."""
    return csv_bytes(*long_table(submissions, others))
