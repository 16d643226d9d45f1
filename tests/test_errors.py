"""Errors say what to do, and arrive in another process as they were raised."""

from __future__ import annotations

import pickle

import pytest

from trainkit import errors
from trainkit.errors import GradingError, SourceError, SourceFaults, TrainkitError, UnknownName

RAISED = [
    SourceError("A half is missing.", "1-06.md", 7),
    SourceFaults([SourceError("A half is missing.", "1-06.md", 7), SourceError("No id.", "2-01.md", 2)]),
    UnknownName("There is no table `order`.", "order", ["orders", "customers"]),
    *(
        getattr(errors, name)("What happened.")
        for name in errors.__all__
        if name not in {"SourceError", "SourceFaults", "UnknownName"}
    ),
]


@pytest.mark.parametrize("error", RAISED, ids=lambda e: type(e).__name__)
def test_an_error_arrives_in_another_process_as_it_was(error: TrainkitError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert (arrived.args, repr(vars(arrived))) == (error.args, repr(vars(error)))


def test_a_close_name_is_suggested_and_all_names_if_none_is_close() -> None:
    assert str(RAISED[2]) == "There is no table `order`. Did you mean `orders`?"
    assert str(UnknownName("No.", "x", ["b", "a"])) == "No. There are: a, b."


def test_a_fault_in_a_source_begins_with_file_and_line() -> None:
    assert str(RAISED[0]) == "1-06.md:7: A half is missing."


def test_several_faults_are_told_a_line_each() -> None:
    assert str(RAISED[1]) == "1-06.md:7: A half is missing.\n2-01.md:2: No id."


def test_every_error_can_be_caught_as_one_of_ours() -> None:
    assert all(isinstance(error, TrainkitError) for error in RAISED)
    assert issubclass(errors.SandboxError, GradingError)
