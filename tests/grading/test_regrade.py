"""What is graded again: the files that the gradebook received, all of them and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from graded import graded
from sqlalchemy import delete
from submitted import INFO
from test_enrolment import made

from classes import damaged
from trainkit.errors import GradingError
from trainkit.gradebook import records
from trainkit.gradebook.enrolment import open_class
from trainkit.grading.grader import ungraded
from trainkit.grading.regrade import Kept, Regrade
from trainkit.sandbox.limits import Limits
from trainkit.submissions.notebooks import Damaged


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class in which one trainee has handed in a notebook with a helper file."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "9-01.md").touch()
    classroom = made(tmp_path / "spring")
    with open_class(classroom) as book:
        book.record("lin-yue", INFO, graded(), plan="p", received=b"notebook", files=[("own.py", b"x = 1")])
    return classroom.folder


def chosen(folder: Path) -> list[Kept]:
    return list(Regrade.of(folder, solutions=folder.parent / "solutions", unsafe=True).kept)


def test_what_was_received_comes_back_as_it_was(folder: Path):
    [kept] = chosen(folder)
    assert kept.read(Limits()) == (b"notebook", (("own.py", b"x = 1"),))


def test_what_was_accepted_once_is_graded_again_whatever_may_be_handed_in_now(folder: Path):
    """Else a lower limit would turn a good grade into that of a damaged file."""
    [kept] = chosen(folder)
    assert kept.read(Limits(notebook_bytes=1))[0] == b"notebook"


def test_a_file_that_never_came_is_not_graded_again(folder: Path):
    """The reason why it couldn't be read stays, and isn't replaced by “The file is empty”."""
    with open_class(made(folder)) as book:
        never = ungraded(b"", INFO, "damaged", "It is a link to another file.")
        book.record("chen-bo", INFO, never, plan="p", received=b"")
        damaged(book, "zhou-min")
    assert [kept.trainee for kept in chosen(folder)] == ["lin-yue", "zhou-min"]


def test_somebody_who_is_forgotten_meanwhile_doesn_t_return(folder: Path):
    """A damaged file would be written into the gradebook, with the name."""
    [kept] = chosen(folder)
    with open_class(made(folder)) as book:
        book.database.write(lambda session: session.execute(delete(records.Trainee)))
    with pytest.raises(GradingError, match="9-01 of lin-yue was deleted") as caught:
        kept.read(Limits())
    assert not isinstance(caught.value, Damaged)
