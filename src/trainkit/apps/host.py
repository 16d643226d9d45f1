"""What a page is to the parts that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from trainkit.course.journal import Journal
from trainkit.course.judge import Verdict
from trainkit.course.model import Answer, Info
from trainkit.course.present import Note
from trainkit.course.standing import Standing

__all__ = ["Host"]


class Host(Protocol):
    """A page, as an answer's card and the summary see it; `trainkit.apps.exercise.Page` is one."""

    info: Info
    variant: int
    journal: Journal | None
    cards: dict[str, Any]

    def payload(self, answer: Answer, value: Any) -> dict[str, Any]:
        """Return an answer as plain data."""

    def judged(self, answer: Answer, payload: Mapping[str, Any]) -> tuple[Verdict, Note]:
        """Judge a payload."""

    def check(self, answer: Answer, payload: Mapping[str, Any]) -> tuple[Verdict, Note]:
        """Judge a payload and note it."""

    def submit(self, answer: Answer, verdict: Verdict) -> Note:
        """Record an answer as the trainee's word."""

    def standing(self, answer: Answer) -> Standing:
        """Return where an answer stands."""

    def standings(self) -> tuple[Standing, ...]:
        """Return where each answer stands."""

    def worked_example(self) -> tuple[str, str] | None:
        """Return where the same steps are worked on other data."""

    def refresh(self) -> None:
        """Show what the journal holds now."""

    def changed(self) -> None:
        """Hear that something was entered."""
