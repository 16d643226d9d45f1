"""Whatever is done to a gradebook, in whatever order: it says what a simple account of it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
from graded import graded
from hypothesis import given, settings
from hypothesis import strategies as st
from submitted import INFO

from trainkit.errors import GradingError
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.marking import remove_mark, set_mark

WORKS, EDITIONS = ["a", "b"], ["first", "second"]
POINTS = st.sampled_from([0.0, 0.5, 2.0])

STEPS = st.one_of(
    st.tuples(st.just("hand in"), st.sampled_from(WORKS), st.sampled_from(EDITIONS), POINTS),
    st.tuples(st.just("grade again"), st.sampled_from(EDITIONS), POINTS),
    st.tuples(st.just("fail"), st.sampled_from(EDITIONS)),
    st.tuples(st.just("give"), POINTS),
    st.tuples(st.just("take back")),
)


@dataclass
class Account:
    """What counts for a trainee: the work handed in last, what each work earned last, what was given."""

    trainee: str
    work: str = ""
    earned: dict[str, float] = field(default_factory=dict)
    given: dict[str, float] = field(default_factory=dict)

    def follow(self, book: Gradebook, step: Sequence[object]) -> None:
        """Do a step to the gradebook and to the account."""
        match step:
            case ("hand in", str(work), str(edition), float(points)):
                self.record(book, work, edition, points)
                self.work, self.earned[work] = work, points
            case ("grade again", str(edition), float(points)) if self.work:
                self.record(book, self.work, edition, points, again=True)
                self.earned[self.work] = points
            case ("fail", str(edition)) if self.work:
                self.record(book, self.work, edition, 0.0, again=True, state="failed")
            case ("give", float(points)) if self.work:
                set_mark(book, self.trainee, "9-01", "double", points, why="w")
                self.given[self.work] = points
            case ("take back",) if self.work:
                try:
                    remove_mark(book, self.trainee, "9-01", "double", why="w")
                    assert self.work in self.given
                except GradingError:
                    assert self.work not in self.given
                self.given.pop(self.work, None)

    def record(
        self,
        book: Gradebook,
        work: str,
        edition: str,
        points: float,
        *,
        again: bool = False,
        state: str = "graded",
    ) -> None:
        """Write a grade."""
        grade = replace(graded(work, earned=points), state=state)
        info = replace(INFO, edition=edition)
        book.record(self.trainee, info, grade, plan="p", received=work.encode(), again=again)


@pytest.fixture(scope="module")
def book() -> Iterator[Gradebook]:
    with Gradebook("sqlite://") as book:
        yield book


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=10))
def test_a_gradebook_agrees_with_a_simple_account(book: Gradebook, steps: list[tuple[object, ...]]):
    """No order of handing in, grading again, editing, failing and marking loses work or a mark by hand."""
    account = Account(f"trainee-{uuid4()}")
    for step in steps:
        account.follow(book, step)
        if not account.work:
            assert book.latest(trainee=account.trainee) == []
            continue
        [submission] = book.latest(trainee=account.trainee)
        mark = submission.marks[0]
        given = account.given.get(account.work)
        assert submission.content == account.work
        assert (mark.earned, mark.manual) == (account.earned[account.work], given)
        assert submission.evidence[0].awarded == submission.awarded == mark.awarded
    if account.work:
        assert book.received(account.trainee, "9-01") == account.work.encode()
