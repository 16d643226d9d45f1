from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from graded import graded
from sqlalchemy.exc import IntegrityError
from submitted import INFO

from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Mark


@pytest.fixture
def book(where: Path | str):
    with Gradebook(where) as gradebook:
        yield gradebook


def test_what_is_written_can_be_read(book: Gradebook):
    book.record("lin-yue", INFO, graded(lang="zh"), plan="p", received=b"the file")
    [submission] = book.latest()
    assert (submission.trainee.name, submission.trainee.lang) == ("lin-yue", "zh")
    assert (submission.exercise.code, submission.exercise.edition) == ("9-01", "first")
    assert (submission.earned, submission.points) == (2.0, 3.0)
    assert [(e.variant, e.hidden, e.isolation) for e in submission.executions] == [
        (0, False, "bubblewrap"),
        (71, True, "bubblewrap"),
    ]
    assert submission.executions[0].failures == [[3, "NameError", "no x"]]
    assert [(r.name, r.outcome, r.value) for r in submission.executions[0].results] == [
        ("double", "right", 20.0),
        ("size", "not attempted", None),
    ]


def test_the_file_is_kept_as_it_came(book: Gradebook):
    book.record("lin-yue", INFO, graded(), plan="p", received=b"the file")
    assert book.received("lin-yue", "9-01") == b"the file"


def test_grading_again_replaces_and_never_doubles(book: Gradebook):
    book.record("lin-yue", INFO, graded(earned=0.0), plan="p", received=b"x")
    book.record("lin-yue", INFO, graded(earned=2.0), plan="q", received=b"x")
    [submission] = book.latest()
    assert submission.earned == 2.0
    assert len(submission.executions) == 2
    assert len(submission.marks) == 2


def test_the_submission_seen_last_counts(book: Gradebook):
    """Handing in an older file again makes that one count."""
    book.record("lin-yue", INFO, graded("old", earned=0.0), plan="p", received=b"x")
    book.record("lin-yue", INFO, graded("new", earned=2.0), plan="p", received=b"y")
    assert [s.content for s in book.latest()] == ["new"]
    assert book.is_graded("lin-yue", INFO, "old", "p")
    assert [s.content for s in book.latest()] == ["old"]


@pytest.mark.parametrize(
    ("trainee", "edition", "content", "plan"),
    [
        ("chen-bo", "first", "c1", "p"),
        ("lin-yue", "second", "c1", "p"),
        ("lin-yue", "first", "c2", "p"),
        ("lin-yue", "first", "c1", "q"),
    ],
)
def test_a_grade_holds_for_one_file_edition_and_plan(
    book: Gradebook, trainee: str, edition: str, content: str, plan: str
):
    book.record("lin-yue", INFO, graded(), plan="p", received=b"x")
    assert book.is_graded("lin-yue", INFO, "c1", "p")
    assert not book.is_graded(trainee, replace(INFO, edition=edition), content, plan)


def test_a_submission_is_written_whole_or_not_at_all(book: Gradebook):
    book.record("lin-yue", INFO, graded(earned=2.0), plan="p", received=b"x")
    twice = replace(graded(earned=1.0), marks=(Mark("double", 2.0, 1.0), Mark("double", 2.0, 1.0)))
    with pytest.raises(IntegrityError):
        book.record("lin-yue", INFO, twice, plan="p", received=b"x")
    [submission] = book.latest()
    assert submission.earned == 2.0
    assert [m.name for m in submission.marks] == ["double", "size"]


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from graded import graded
from submitted import INFO
from trainkit.course.judge import Verdict
from trainkit.gradebook.book import Gradebook

where = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
for n in range(12):
    with Gradebook(where) as book:
        book.record(f"{sys.argv[2]}-{n}", INFO, graded(), plan="p", received=b"x")
        book.record("lin-yue", INFO, graded(f"{sys.argv[2]}-{n}"), plan="p", received=b"x")
"""


@pytest.mark.slow
def test_several_processes_write_at_the_same_time(where: Path | str):
    """Also the first of them, which make the tables, and all of them for one trainee."""
    folder = str(Path(__file__).parents[1] / "support")
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(where), str(n), folder], stderr=subprocess.PIPE)
        for n in range(4)
    ]
    for writer in writers:
        _out, errors = writer.communicate(timeout=300)
        assert writer.returncode == 0, errors.decode()
    with Gradebook(where) as book:
        assert len(book.latest()) == 49
        assert len(book.trainees()) == 49
        assert sum(a.action == "grade" for a in book.audit()) == 96  # each of them is other work
