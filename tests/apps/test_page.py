"""The exercise page without a browser: what a trainee enters, presses and reads."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asked import CHOICE
from loaded import INFO, RIGHT_TABLE, Load

from trainkit.course.journal import Journal
from trainkit.course.judge import Verdict
from trainkit.course.model import Choice
from trainkit.course.standing import standings
from trainkit.i18n import use_language


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("46.7", "46.7 leaves the passives out."),
        ("35", "Your answer is right: 35.0"),
        ("35,04 points", "Your answer is right"),
        ("0.35", "multiply by 100"),
        ("36", "36.0 is not right yet"),
        ("about 35", "“about” doesn&#x27;t belong in a number."),
        ("", "Enter an answer first."),
        ("<b>", "“&lt;” doesn&#x27;t belong in a number."),
    ],
)
def test_check_says_what_the_judge_says(load: Load, workspace: Path, typed: str, said: str) -> None:
    page = load()
    page.enter("nps", typed)
    answer = page.press("nps", "Check")
    assert said in answer
    assert "<b>" not in answer


def test_check_says_it_in_chinese(load: Load, workspace: Path) -> None:
    use_language("zh")
    page = load()
    page.enter("nps", "46.7")
    assert "46.7 没有算上被动者。" in page.press("nps", "检查")


def test_a_check_is_kept_at_once_and_is_no_submission(load: Load, workspace: Path) -> None:
    page = load()
    page.enter("nps", "46.7")
    page.press("nps", "Check")
    journal = Journal.of(workspace)
    assert journal.latest(INFO)["nps"].codes == ("NPS-1",)
    assert journal.latest(INFO, action="submit") == {}


def earned(load: Load, workspace: Path) -> dict[str, float | None]:
    """Return what the submitted answers would earn, by name."""
    entries = Journal.of(workspace).entries(INFO)
    return {s.answer.name: s.earns for s in standings(INFO, entries, 0) if s.given}


def test_submit_is_an_entry_of_the_journal_and_says_what_it_would_earn(load: Load, workspace: Path) -> None:
    page = load()
    page.enter("nps", "35")
    said = page.press("nps", "Submit")
    assert "is right" in said
    assert "Submitted: 1 of 5" in said
    assert "It would earn 2 of 2." in said
    assert "Not handed in yet." in said
    entry = Journal.of(workspace).latest(INFO, 0, action="submit")["nps"]
    assert (entry.value, entry.way) == (35.0, "page")


def test_a_second_submission_takes_the_place_of_the_first(load: Load, workspace: Path) -> None:
    page = load()
    for typed in ("35", "36"):
        page.enter("nps", typed)
        said = page.press("nps", "Submit")
    assert earned(load, workspace) == {"nps": 0.0}
    assert "You have had it right." in said


@pytest.mark.parametrize("typed", ["", "about 35", "nan"])
def test_what_is_no_answer_is_not_submitted(load: Load, workspace: Path, typed: str) -> None:
    page = load()
    page.enter("nps", typed)
    page.press("nps", "Submit")
    assert Journal.of(workspace).latest(INFO) == {}


def test_without_a_workspace_a_submission_is_refused_and_says_how_to_get_one(load: Load) -> None:
    page = load()
    page.enter("nps", "35")
    said = page.press("nps", "Submit")
    assert "Nothing was submitted" in said
    assert "trainkit start" in said


def test_all_kinds_of_answers_are_entered_and_submitted(load: Load, workspace: Path) -> None:
    page = load()
    page.enter("nps", "35")
    page.enter("word", " Promoters ")
    page.enter("sentence", "mix")
    for box in page.cards["causes"].input.widget.children:
        box.value = True
    page.cards["csat_by_type"].input.fill(RIGHT_TABLE)
    for name in page.cards:
        assert "is right" in page.press(name, "Submit"), name
    assert sum(earned(load, workspace).values()) == INFO.points


def test_after_a_reload_what_was_entered_and_submitted_is_back(load: Load, workspace: Path) -> None:
    first = load()
    first.enter("nps", "36")
    first.press("nps", "Check")
    first.enter("word", "promoters")
    first.press("word", "Submit")
    again = load()
    assert again.cards["nps"].input.value == "36"
    assert "not submitted" in again.said("nps")
    assert again.cards["word"].input.value == "promoters"
    assert "Submitted on the page: promoters (" in again.said("word")
    assert again.said("sentence") == ""
    again.enter("nps", "35")
    assert "Submitted: 2 of 5" in again.press("nps", "Submit")
    assert earned(load, workspace) == {"nps": 2.0, "word": 1.0}


def test_the_page_says_what_the_notebook_gave(load: Load, workspace: Path) -> None:
    Journal.of(workspace).write(INFO, 0, Verdict("nps", "wrong", value=36.0), "submit", way="notebook")
    assert "Submitted in the notebook: 36.0 (" in load().said("nps")


DRAFTS = [
    ("nps", "28,"),
    ("nps", "about 35"),
    ("word", " promo "),
    ("sentence", "mix"),
    ("causes", ["service"]),
    ("csat_by_type", {"grid": [["B2B", "71,"], ["", ""], ["", ""], ["", ""]]}),
]


@pytest.mark.parametrize(("name", "draft"), DRAFTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_entered_is_kept_as_it_is_without_any_button(
    load: Load, workspace: Path, name: str, draft: Any, lang: str
) -> None:
    """A new load is a reload, another language, a return or the end of a killed kernel."""
    load().cards[name].input.restore(draft)
    use_language(lang)
    again = load()
    assert again.cards[name].input.draft == draft
    assert Journal.of(workspace).latest(INFO) == {}
    others = [n for n in again.cards if n != name]
    assert all(again.cards[n].input.value is ... for n in others)


def test_a_draft_is_of_one_trainee_and_one_variant(
    load: Load, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load().enter("nps", "28,")
    assert load(variant=3).cards["nps"].input.value is ...
    monkeypatch.setenv("TRAINKIT_TRAINEE", "chen")
    assert load().cards["nps"].input.value is ...


def test_enter_checks(load: Load, workspace: Path) -> None:
    page = load()
    page.enter("nps", "35")
    field = page.cards["nps"].input.widget
    field._handle_custom_msg({"event": "submit"}, [])
    assert "Your answer is right" in page.said("nps")
    assert Journal.of(workspace).latest(INFO)["nps"].action == "check"


def test_what_was_said_goes_when_the_entry_changes(load: Load, workspace: Path) -> None:
    page = load()
    page.enter("nps", "35")
    assert "is right" in page.press("nps", "Check")
    page.enter("nps", "36")
    assert page.said("nps") == ""


def test_what_was_submitted_stays_said_with_its_value_and_time(load: Load, workspace: Path) -> None:
    page = load()
    page.enter("nps", "35.04")
    page.press("nps", "Submit")
    page.enter("nps", "36")
    for shown in (page, load()):
        said = re.search(r"Submitted on the page: 35.04 \(\d{4}-\d\d-\d\d \d\d:\d\d\)", shown.said("nps"))
        assert said
        assert shown.cards["nps"].input.draft == "36"


def test_two_tabs_agree_on_what_is_submitted(load: Load, workspace: Path) -> None:
    one, other = load(), load()
    one.enter("nps", "35")
    one.press("nps", "Submit")
    other.enter("word", "promoters")
    other.press("word", "Submit")
    one.summary("Refresh")
    for name in ("nps", "word"):
        assert one.cards[name].state.value == other.cards[name].state.value != ""
    assert one.page.summary._list.value == other.page.summary._list.value
    other.enter("nps", "36")
    other.press("nps", "Submit")
    one.summary("Refresh")
    assert "Submitted on the page: 36 (" in one.said("nps")


def test_starting_over_asks_first_and_leaves_what_was_submitted(load: Load, workspace: Path) -> None:
    page = load()
    page.enter("nps", "35")
    page.press("nps", "Submit")
    page.start_over("nps", sure=False)
    assert page.cards["nps"].input.draft == "35"
    page.start_over("nps")
    for shown in (page, load()):
        assert shown.cards["nps"].input.value is ...
        assert "Submitted on the page: 35 (" in shown.said("nps")


def test_the_whole_exercise_is_started_over(load: Load, workspace: Path) -> None:
    page = load()
    for name, draft in DRAFTS:
        page.cards[name].input.restore(draft)
    page.start_over(sure=False)
    assert page.cards["word"].input.draft == " promo "
    page.start_over()
    for shown in (page, load()):
        assert {card.input.value for card in shown.cards.values()} == {...}


def test_what_was_entered_in_another_edition_does_not_break_the_page(load: Load, workspace: Path) -> None:
    page = load()
    page.enter("sentence", "service")
    page.press("sentence", "Submit")
    page.enter("nps", "35")
    page.press("nps", "Submit")
    renamed = replace(CHOICE, choices=(CHOICE.choices[0], Choice("staff", {"en": "Staff", "zh": "员工"})))
    typed = replace(INFO.answers[1], name="nps")
    changed = replace(INFO, edition="second", answers=(typed, *INFO.answers[1:2], renamed, *INFO.answers[3:]))
    again = load(info=changed)
    assert again.cards["sentence"].input.value is ...
    assert again.cards["nps"].input.value is ...


def test_trainees_do_not_see_each_others_entries(
    load: Load, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINKIT_TRAINEE", "lin")
    page = load()
    page.enter("nps", "36")
    page.press("nps", "Check")
    monkeypatch.setenv("TRAINKIT_TRAINEE", "chen")
    assert load().cards["nps"].input.value is ...


def test_hints_are_a_ladder_behind_a_button(load: Load, workspace: Path) -> None:
    page = load()
    steps = [page.press("nps", "Hint") for _ in range(3)]
    assert ["First." in steps[0], "Second." in steps[1], steps[2] == steps[1]] == [True] * 3
    assert "Hint" not in page.buttons("word")
    assert "ex.hint" not in page.press("nps", "Check")


def test_in_an_examination_nothing_tells_right_from_wrong(load: Load, workspace: Path) -> None:
    page = load(exam=True)
    said = []
    for typed in ("35", "36"):
        page.enter("nps", typed)
        page.cards["nps"].input.widget._handle_custom_msg({"event": "submit"}, [])
        said.append(page.said("nps"))
    assert "35 is noted" in said[0]
    assert "Verdicts come when the examination is released." in said[0]
    assert said[0].replace("35 is", "36 is") == said[1]
    assert {e.outcome for e in Journal.of(workspace).entries(page.page.info, who="me")} == {"recorded"}
    assert [b for b in page.buttons("nps") if b in ("Check", "Submit", "Hint")] == []


def test_an_examination_hands_in_everything_at_once(load: Load, workspace: Path) -> None:
    page = load(exam=True)
    page.enter("nps", "0.813")
    page.enter("word", "promoters")
    overview = page.page.summary._list.value
    assert overview.count("Entered, not submitted.") == 2
    assert overview.count("Missing.") == 3
    assert "Say who you are" in page.hand_in()
    page.page.summary._name.value = "lin"
    said = page.hand_in()
    assert "Handed in" in said
    assert "3 answers are missing" in said
    assert [path.suffix for path in (workspace / "hand-ins").iterdir()]
    for shown in (page, load(exam=True)):
        assert "Submitted on the page: 0.813 (" in shown.said("nps")
        assert "0.8 " not in shown.page.summary._list.value
        assert "right" not in shown.page.summary._list.value


def test_what_cannot_be_read_is_named_when_all_is_handed_in(load: Load, workspace: Path) -> None:
    page = load(exam=True)
    page.enter("nps", "about 35")
    page.enter("word", "promoters")
    page.page.summary._name.value = "lin"
    assert "Not readable, so not handed in: How many?" in page.hand_in()
    assert page.cards["nps"].input.draft == "about 35"


def test_the_clock_of_an_examination_begins_once(load: Load, workspace: Path) -> None:
    clocks = {load(exam=True).page.summary.widget.children[0].value for _load in range(2)}
    (clock,) = clocks
    until = datetime.fromisoformat(re.search('data-until="([^"]+)"', clock)[1])
    begun = datetime.fromisoformat(Journal.of(workspace).begun(INFO))
    assert until - begun == timedelta(minutes=INFO.minutes)
    assert "tk-clock" not in load().page.summary.widget.children[0].value


def test_a_value_that_the_notebook_gives_is_judged_at_once(
    load: Load, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = load()
    before = len(page.shown)
    page.page.answer([(INFO.answers[0], 35)])
    (bundle,) = page.shown[before:]
    assert "is right" in bundle["text/html"]


def test_a_card_says_what_is_asked_and_what_it_earns(load: Load) -> None:
    page = load()
    assert ["2 points" in page.cards["nps"].widget.children[0].value] == [True]
    assert "1 point<" in page.cards["word"].widget.children[0].value
    use_language("zh")
    assert "有多少？" in load().cards["nps"].widget.children[0].value
