"""Three states of an answer, which are never mixed: right at some time, submitted, would earn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from asked import CHOICE, NUMBER

from trainkit.course.journal import Entry, HandIn
from trainkit.course.model import Info
from trainkit.course.standing import earned, progress_note, said_of, standings
from trainkit.i18n import use_language

NPS = replace(NUMBER, points=2.0, credit={"NPS-1": 0.5})
INFO = Info(
    id="1-01",
    kind="exercise",
    title={"en": "Counting", "zh": "数一数"},
    level="junior",
    competencies=("C1",),
    minutes=5,
    edition="first",
    answers=(NPS, CHOICE),
)


def entries(*said: tuple[Any, ...], **more: Any) -> list[Entry]:
    """Return entries of `nps`: way, action, outcome, value, and codes where there are any."""
    made = []
    for id, (way, action, outcome, value, *codes) in enumerate(said, 1):
        entry = Entry(
            id, f"2026-01-12T09:{id:02}:00+00:00", "me", "exercise", "1-01", "first", 0, "nps",
            action, way, outcome, tuple(codes), value,
        )  # fmt: skip
        made.append(replace(entry, **more))
    return made


P, N = "page", "notebook"


@pytest.mark.parametrize(
    ("said", "was_right", "submitted", "earns"),
    [
        ([], False, None, 0.0),
        ([(P, "check", "right", 35.0)], True, None, 0.0),
        ([(P, "check", "wrong", 36.0)], False, None, 0.0),
        ([(P, "submit", "right", 35.0)], True, (P, 35.0), 2.0),
        ([(P, "submit", "wrong", 36.0)], False, (P, 36.0), 0.0),
        ([(P, "submit", "mistake", 46.7, "NPS-1")], False, (P, 46.7), 1.0),
        ([(P, "submit", "recorded", 35.0)], False, (P, 35.0), None),
        ([(P, "submit", "right", 35.0), (P, "submit", "wrong", 36.0)], True, (P, 36.0), 0.0),
        ([(P, "submit", "wrong", 36.0), (P, "check", "right", 35.0)], True, (P, 36.0), 0.0),
        ([(N, "submit", "right", 35.0)], True, (N, 35.0), 2.0),
        ([(P, "submit", "right", 35.0), (N, "submit", "wrong", 36.0)], True, (N, 36.0), 2.0),
        ([(N, "submit", "wrong", 36.0), (P, "submit", "right", 35.0)], True, (P, 35.0), 2.0),
        ([(N, "submit", "recorded", 36.0), (P, "submit", "right", 35.0)], True, (P, 35.0), 2.0),
        ([(N, "submit", "recorded", 36.0), (P, "submit", "wrong", 36.0)], False, (P, 36.0), None),
        ([(N, "check", "invalid", None)], False, None, 0.0),
    ],
)
def test_each_state_is_told_on_its_own(said, was_right, submitted, earns) -> None:
    nps, choice = standings(INFO, entries(*said), 0)
    assert nps.was_right is was_right
    assert (nps.submitted and (nps.submitted.way, nps.submitted.value)) == submitted
    assert nps.earns == earns
    assert nps.attempted is bool(said)
    assert (choice.attempted, choice.submitted) == (False, None)


def test_what_was_given_on_other_data_counts_in_no_state() -> None:
    nps = standings(INFO, entries((P, "submit", "right", 35.0), variant=7), 0)[0]
    assert (nps.attempted, nps.was_right, nps.submitted) == (False, False, None)


def test_after_a_new_edition_nobody_knows_what_a_submission_earns() -> None:
    nps = standings(INFO, entries((P, "submit", "right", 35.0), edition="older"), 0)[0]
    assert (nps.submitted.value, nps.earns) == (35.0, None)


def test_where_code_is_required_a_typed_answer_earns_nothing_and_says_so() -> None:
    info = replace(INFO, answers=(replace(NPS, code=True), CHOICE))
    typed = standings(info, entries((P, "submit", "right", 35.0)), 0)[0]
    assert typed.earns == 0.0
    assert "only when the notebook computes it" in said_of(typed)
    both = standings(info, entries((P, "submit", "right", 35.0), (N, "submit", "right", 35.0)), 0)[0]
    assert both.earns == 2.0


@pytest.mark.parametrize(("last", "handed"), [(0, False), (1, True)])
def test_what_came_after_the_hand_in_is_not_handed_in(last: int, handed: bool) -> None:
    hand_in = HandIn(1, "2026-01-12T10:00:00+00:00", "me", ("1-01",), last, "c", "f")
    nps, choice = standings(INFO, entries((P, "submit", "right", 35.0)), 0, [hand_in])
    assert (nps.handed_in, choice.handed_in) == (handed, False)
    assert ("Not handed in yet." in said_of(nps)) is not handed


def test_a_hand_in_of_another_exercise_is_none_of_this_one() -> None:
    hand_in = HandIn(1, "2026-01-12T10:00:00+00:00", "me", ("1-02",), 9, "c", "f")
    assert not standings(INFO, entries((P, "submit", "right", 35.0)), 0, [hand_in])[0].handed_in


def test_points_that_are_known_and_those_that_are_open() -> None:
    assert earned(standings(INFO, entries((P, "submit", "right", 35.0)), 0)) == (2.0, 0.0)
    assert earned(standings(INFO, entries((P, "submit", "recorded", 35.0)), 0)) == (0.0, 2.0)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("Submitted in the notebook: 36.0", "It would earn 0 of 2.", "You have had it right.")),
        ("zh", ("笔记本", "36.0", "2")),
    ],
)
def test_the_words_are_the_same_everywhere(lang: str, said: tuple[str, ...]) -> None:
    use_language(lang)
    found = standings(INFO, entries((N, "submit", "right", 35.0), (N, "submit", "wrong", 36.0)), 0)
    for part in said:
        assert part in said_of(found[0])
        assert part in progress_note(INFO, found).text
