"""The home page shows what there is, how far the trainee is, and where to go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainkit.course.catalogue import find
from trainkit.course.journal import HandIn, Journal
from trainkit.course.judge import Verdict
from trainkit.servers.overview import Overview, overview
from trainkit.servers.plan import Plan
from trainkit.servers.texts import speaking
from trainkit.servers.workspace import open_workspace


@pytest.fixture
def plan(course, workspace) -> Plan:
    open_workspace(workspace)
    return make_plan(workspace)


def make_plan(workspace: Path) -> Plan:
    return Plan(workspace, "en", "me", 8888, 8889, "lab token", "page token", 1)


def answer(plan: Plan, kind: str, id: str, name: str, outcome: str = "right", action: str = "check") -> None:
    verdict = Verdict(name=name, outcome=outcome, value=1.0)
    Journal.of(plan.workspace).write(
        info := find(kind, id), info.variant, verdict, action, way="page", who=plan.trainee
    )


def hand_in(plan: Plan, *exercises: str) -> None:
    journal = Journal.of(plan.workspace)
    number = len(journal.hand_ins(who=plan.trainee)) + 1
    entry = journal.last_entry()
    journal.note_hand_in(
        HandIn(number, "2026-01-12T09:15:00+00:00", plan.trainee, exercises, entry, "c", "f")
    )


def seen(plan: Plan, lang: str = "en") -> Overview:
    with speaking(lang):
        return overview(plan)


def test_all_three_phases_are_shown_even_where_one_is_empty(plan):
    assert [[card.id for card in phase.cards] for phase in seen(plan).phases] == [["1-06"], [], ["3-01"]]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_links_lead_to_the_language_of_the_page(plan, lang):
    card = seen(plan, lang).cards[0]
    assert card.lesson.lab == f"/lab/tree/lessons/{lang}/1-06.ipynb"
    assert card.exercise.lab == f"/lab/tree/exercises/{lang}/1-06.ipynb"
    assert card.exercise.page == f"/trainkit/exercise/{lang}/1-06"
    assert (plan.workspace / card.lesson.lab.removeprefix("/lab/tree/")).is_file()


def test_titles_are_in_the_language_of_the_page(plan):
    assert seen(plan, "en").cards[0].title == "Satisfaction at Lantai"
    assert seen(plan, "zh").cards[0].title == "澜泰的客户满意度"


def test_a_new_workspace_begins_with_the_first_lesson(plan):
    page = seen(plan)
    assert (page.done, page.total, page.per_cent) == (0, 8, 0)
    assert page.resume.id == "1-06"
    assert page.resume.next is page.resume.lesson


def test_in_a_lesson_right_answers_count_and_wrong_ones_only_begin(plan):
    answer(plan, "lesson", "1-06", "nps", "wrong")
    lesson = seen(plan).cards[0].lesson
    assert (lesson.done, lesson.attempted, lesson.state) == (0, 1, "begun")
    answer(plan, "lesson", "1-06", "nps", "right")
    assert seen(plan).cards[0].lesson.done == 1


def test_in_an_exercise_a_right_check_is_nothing_submitted_and_never_done(plan):
    for name in ("nps", "margin", "share"):
        answer(plan, "exercise", "1-06", name, "right")
    exercise = seen(plan).cards[0].exercise
    assert (exercise.right, exercise.submitted, exercise.done, exercise.state) == (3, 0, 0, "begun")


def test_an_exercise_is_done_when_all_of_it_is_handed_in_and_not_before(plan):
    for name in ("nps", "margin", "share"):
        answer(plan, "exercise", "1-06", name, "right", "submit")
    assert seen(plan).cards[0].exercise.state == "submitted"
    hand_in(plan, "3-01")
    assert seen(plan).cards[0].exercise.state == "submitted"
    hand_in(plan, "1-06")
    assert seen(plan).cards[0].exercise.state == "done"
    answer(plan, "exercise", "1-06", "nps", "wrong", "submit")
    page = seen(plan)
    assert page.cards[0].exercise.state == "submitted"
    assert (page.submitted, page.not_handed_in) == (3, 1)


def test_what_a_submission_would_earn_is_told_apart_from_what_was_right(plan):
    answer(plan, "exercise", "1-06", "nps", "right", "submit")
    answer(plan, "exercise", "1-06", "nps", "wrong", "submit")
    exercise = seen(plan).cards[0].exercise
    assert exercise.right == 1
    assert exercise.earned.startswith("As submitted, it would earn 0 of ")
    answer(plan, "exercise", "1-06", "margin", "recorded", "submit")
    assert "Grading decides" in seen(plan).cards[0].exercise.earned


def test_a_begun_exercise_is_what_one_goes_on_with(plan):
    answer(plan, "exercise", "1-06", "nps", "wrong")
    card = seen(plan).resume
    assert card.next is card.exercise


def test_an_examination_counts_what_was_submitted_because_it_says_nothing_yet(plan):
    answer(plan, "exercise", "3-01", "nps", "recorded", "submit")
    exam = seen(plan).cards[1].exercise
    assert (exam.instant, exam.done) == (False, 1)


def test_when_everything_is_done_there_is_nothing_to_go_on_with(plan):
    for kind, id, names in (
        ("lesson", "1-06", ("nps", "margin")),
        ("exercise", "1-06", ("nps", "margin", "share")),
        ("exercise", "3-01", ("nps", "margin", "share")),
    ):
        for name in names:
            answer(plan, kind, id, name, "right", "submit")
    assert seen(plan).resume.state == "submitted"
    hand_in(plan, "1-06", "3-01")
    page = seen(plan)
    assert page.resume is None
    assert (page.done, page.total, page.per_cent) == (8, 8, 100)
    assert {card.state for card in page.cards} == {"done"}


def test_a_new_edition_beside_a_changed_copy_is_shown(plan):
    (plan.workspace / "lessons/en/1-06.new-edition.ipynb").write_text("{}")
    lesson = seen(plan).cards[0].lesson
    assert lesson.editions == ("/lab/tree/lessons/en/1-06.new-edition.ipynb",)
