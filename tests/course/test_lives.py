"""One exercise, several lives: verdicts in a notebook, plain data under grading."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import IPython.display
import ipywidgets as w
import pytest
from asked import CHOICE
from written import NUMBER, OPENS

from trainkit import Exercise, Lesson
from trainkit.course.activity import harvest, staged
from trainkit.course.answers import ANSWER_MIME
from trainkit.course.interactive import WIDGET_MIME, control, picture, quiz_widget
from trainkit.course.journal import Journal
from trainkit.course.judge import Verdict
from trainkit.course.lives import Graded, Notebook
from trainkit.course.lock import public
from trainkit.course.model import Info, Quiz, QuizChoice, plain
from trainkit.errors import InputError, UnknownName
from trainkit.i18n import use_language

Shown = list[dict[str, Any]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What a notebook would show: one MIME bundle a display."""
    bundles: Shown = []
    monkeypatch.setattr(IPython.display, "display", lambda bundle, raw: bundles.append(bundle))
    return bundles


@pytest.fixture
def exercise(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exercise:
    """The tiny exercise in a workspace."""
    monkeypatch.setenv("TRAINKIT_WORKSPACE", str(tmp_path / "workspace"))
    return Exercise("1-01")


def test_each_answer_gets_its_verdict(exercise: Exercise, shown: Shown) -> None:
    exercise.answer(double=2 * NUMBER, size="small")
    (bundle,) = shown
    assert bundle["text/plain"].splitlines()[0] == f"✓ `double` is right: {2 * NUMBER:,.1f}"
    assert "→ `size` = Small is not right yet\n  Compare it with one." in bundle["text/plain"]
    assert [(p["name"], p["state"], p["value"]) for p in bundle[ANSWER_MIME]] == [
        ("double", "given", 2.0 * NUMBER),
        ("size", "given", "small"),
    ]
    assert {p["exercise"] for p in bundle[ANSWER_MIME]} == {"1-01"}


@pytest.mark.parametrize(
    ("lang", "value", "said"),
    [
        ("en", 3 * NUMBER, f"{3 * NUMBER:,.1f} is three times it."),
        ("zh", 3 * NUMBER, f"{3 * NUMBER:,.1f} 是它的三倍。"),
        ("en", 21, '`double` = 21.0 is not right yet\n  `ex.hint("double")` shows a hint.'),
        ("en", ..., "`double` is not attempted yet"),
        ("en", "20", "`double` is a text; it counts as the number 20"),
        ("zh", "20", "`double` 是一段文字，按数 20 来算"),
        ("en", "x20", "“x” doesn't belong in a number."),
    ],
)
def test_what_is_said_is_in_the_readers_language(
    exercise: Exercise, shown: Shown, lang: str, value: Any, said: str
) -> None:
    use_language(lang)
    exercise.answer(double=value)
    assert said in shown[0]["text/plain"]


def test_a_verdict_is_safe_html(exercise: Exercise, shown: Shown) -> None:
    exercise.answer(size="<script>alert(1)</script>")
    assert "<script>" not in shown[0]["text/html"]
    assert "&lt;script&gt;" in shown[0]["text/html"]


def test_answers_are_noted_in_the_journal(exercise: Exercise, shown: Shown, tmp_path: Path) -> None:
    exercise.answer(double=3 * NUMBER, size=...)
    info = exercise._info
    latest = Journal.of(tmp_path / "workspace").latest(info, OPENS)
    assert {n: (e.outcome, e.codes, e.action) for n, e in latest.items()} == {
        "double": ("mistake", ("GEN-1",), "submit")
    }


def test_progress_counts_earlier_sessions(exercise: Exercise, shown: Shown) -> None:
    exercise.answer(double=2 * NUMBER)
    Exercise("1-01").progress()
    first, double, size = shown[-1]["text/plain"].splitlines()
    assert first == "· Submitted: 1 of 2"
    assert double.startswith(f"  `double`: Submitted in the notebook: {2 * NUMBER:,.1f} (")
    assert "It would earn 2 of 2. Not handed in yet." in double
    assert size == "  `size`: Nothing is submitted."


def test_the_notebook_says_what_was_submitted_on_the_page(
    exercise: Exercise, shown: Shown, tmp_path: Path
) -> None:
    verdict = Verdict("double", "right", value=20.0)
    Journal.of(tmp_path / "workspace").write(exercise._info, OPENS, verdict, "submit", way="page")
    exercise.answer(double=...)
    assert "not attempted yet\n  Submitted on the page: 20 (" in shown[0]["text/plain"]


def test_the_notebook_says_so_while_it_makes_its_data(
    exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    class Handle:
        def update(self, shown: Any) -> None:
            said.append(f"then {shown.data!r}")

    def display(shown: Any, *, display_id: bool) -> Handle:
        said.append(repr(shown).splitlines()[0])
        return Handle()

    monkeypatch.setattr(IPython.display, "display", display)
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "cache"))
    exercise.table("tickets")
    assert said == ["· Making the data of this exercise", "then ''"]
    exercise.table("tickets")
    assert len(said) == 2


def test_an_exercise_without_a_variant_is_where_it_opens(course: Path) -> None:
    assert Exercise("1-01")._life.variant == OPENS
    assert Exercise("1-01", variant=0)._life.variant == 0
    assert Lesson("1-01")._life.variant == 0


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Markdown that a notebook shows: a line for each time that a place is filled."""
    said: list[str] = []

    class Place:
        def __init__(self) -> None:
            self.number = len(said)

        def update(self, shown: Any) -> None:
            said.append(f"{self.number} becomes: {shown.data}")

    def display(shown: Any, *, raw: bool = False, display_id: bool = False) -> Place | None:
        if not display_id:
            return None
        said.append(shown.data)
        return Place()

    monkeypatch.setattr(IPython.display, "display", display)
    return said


_WAITS = "*Answer the question above to read on.*"
_READ = "Three times 7 is 21.\nThat is odd."


def test_prose_after_an_answer_appears_in_its_place_when_the_answer_is_right(
    course: Path, read: list[str]
) -> None:
    lesson = Lesson("1-01")
    lesson.after("triple")
    lesson.answer(triple=20)
    lesson.answer(triple=...)
    assert read == [_WAITS]
    lesson.answer(triple=21)
    assert read == [_WAITS, f"1 becomes: {_READ}"]
    lesson.answer(triple=20)
    lesson.after("triple")
    assert read[2:] == [_READ]


def test_prose_after_an_answer_appears_with_the_last_hint_in_the_readers_language(
    course: Path, read: list[str]
) -> None:
    use_language("zh")
    lesson = Lesson("1-01")
    lesson.after("triple")
    lesson.hint("triple")
    assert read == ["*先回答上面的问题，再往下读。*"]
    lesson.hint("triple")
    assert read[1:] == ["1 becomes: 7 的三倍是 21。这是奇数。"]


def test_what_was_right_in_an_earlier_session_stays_open(
    course: Path, read: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINKIT_WORKSPACE", str(tmp_path / "workspace"))
    Lesson("1-01").answer(triple=21)
    Lesson("1-01").after("triple")
    assert read == [_READ]


@pytest.mark.parametrize(("names", "what"), [(["tripel"], "Did you mean `triple`"), ([], "Nothing is shown")])
def test_prose_after_what_is_not_asked_is_told(course: Path, names: list[str], what: str) -> None:
    with pytest.raises(UnknownName, match=what):
        Lesson("1-01").after(*names)


def test_hints_are_a_ladder_that_ends(exercise: Exercise, shown: Shown) -> None:
    exercise.hint("double")
    exercise.hint("double")
    exercise.hint("double", 1)
    exercise.hint("double", -3)
    (said,) = {bundle["text/plain"] for bundle in shown}
    assert said.startswith("· Hint 1 of 1\n  Two of it.\n  Lesson 1-01 works the same steps on other data")
    assert said.endswith("/lab/tree/lessons/en/1-01.ipynb")
    exercise.hint("size")
    assert shown[-1]["text/plain"] == "· No hints for `size`"


@pytest.mark.parametrize(
    "call",
    [lambda e: e.answer(duoble=1), lambda e: e.hint("duoble"), lambda e: e.answer(double=1, triple=2)],
)
def test_a_misspelt_answer_is_told_and_nothing_is_judged(
    exercise: Exercise, shown: Shown, call: Callable[[Exercise], None]
) -> None:
    with pytest.raises(UnknownName, match="There is no answer"):
        call(exercise)
    assert shown == []


@pytest.mark.parametrize("variant", [-1, True, 1.5, "0"])
def test_a_variant_is_a_whole_number_from_zero_up(course: Path, variant: Any) -> None:
    with pytest.raises(InputError, match="whole number"):
        Exercise("1-01", variant=variant)


@pytest.mark.parametrize("kind", [Exercise, Lesson])
def test_an_unknown_id_suggests_a_close_one(course: Path, kind: type) -> None:
    with pytest.raises(UnknownName, match="Did you mean `1-01`"):
        kind("1-02")


def test_without_a_practice_key_an_answer_is_noted_and_not_judged(
    course: Path, shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINKIT_WORKSPACE", str(tmp_path / "workspace"))
    exercise = Exercise("1-01", variant=7)
    exercise.answer(double=34.0, size=None)
    text = shown[0]["text/plain"]
    assert "`double` = 34 is noted" in text
    assert "`size` can't be judged yet" in text
    assert len(Journal.of(tmp_path / "workspace").latest(exercise._info)) == 2


def exam(course: Path) -> None:
    """Turn the tiny exercise into an examination."""
    path = course / "exercises" / "keys" / "1-01.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["info"] |= {"instant": False}
    data["info"].pop("hints")
    path.write_text(json.dumps({**data, "practice": {}}), encoding="utf-8")


def test_an_examination_says_nothing_of_right_and_wrong(course: Path, shown: Shown) -> None:
    exam(course)
    exercise = Exercise("1-01")
    exercise.answer(double=20)
    exercise.answer(double=30)
    exercise.hint("double")
    exercise.progress()
    right, wrong, hint, progress = (bundle["text/plain"] for bundle in shown)
    assert right.replace("20", "#") == wrong.replace("30", "#")
    assert "Verdicts come when the examination is released." in right
    assert "There are no hints in an examination." in hint
    assert progress.splitlines()[0] == "· Submitted: 1 of 2"
    assert "Grading decides what it earns." in progress
    assert "right" not in progress


def test_under_grading_values_leave_as_plain_data_and_nothing_is_said(
    course: Path, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINKIT_LIFE", "grade")
    exercise = Exercise("1-01", variant=7)
    exercise.answer(double=34, size=...)
    exercise.hint("double")
    exercise.progress()
    (bundle,) = shown
    assert set(bundle) == {ANSWER_MIME, "text/plain"}
    assert bundle[ANSWER_MIME] == [
        {
            "exercise": "1-01",
            "variant": 7,
            "name": "double",
            "type": "number",
            "state": "given",
            "value": 34.0,
        },
        {"exercise": "1-01", "variant": 7, "name": "size", "type": "choice", "state": "not attempted"},
    ]


def test_in_the_sandbox_a_file_says_what_is_asked(
    tmp_path: Path, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = Info("9-09", "exercise", {"en": "Told", "zh": "告诉"}, "junior", ("C1",), 5, answers=(CHOICE,))
    told = tmp_path / "activity.json"
    told.write_text(json.dumps(plain(info)), encoding="utf-8")
    monkeypatch.setenv("TRAINKIT_ACTIVITY", str(told))
    monkeypatch.setenv("TRAINKIT_LIFE", "grade")
    monkeypatch.setenv("TRAINKIT_CONTENT", str(tmp_path / "nothing here"))
    Exercise("any id").answer(sentence="构成变了")
    assert shown[0][ANSWER_MIME][0]["value"] == "mix"


def test_harvest_takes_the_variables_that_bear_the_names_of_answers(course: Path, shown: Shown) -> None:
    with staged(Graded(Exercise("1-01")._info, 7)):
        harvest({"double": 34, "size": "big", "other": 1, "ex": object()}, skip=frozenset({"size"}))
    assert [(p["name"], p["value"]) for p in shown[0][ANSWER_MIME]] == [("double", 34.0)]


def test_a_value_that_ends_the_harvest_costs_nothing_of_those_before_it(course: Path, shown: Shown) -> None:
    class Leaving:
        @property
        def __class__(self) -> type:
            raise SystemExit

    with staged(Graded(Exercise("1-01")._info, 7)), pytest.raises(SystemExit):
        harvest({"double": 34, "size": Leaving()})
    assert [p["name"] for bundle in shown for p in bundle[ANSWER_MIME]] == ["double"]


def test_only_the_sandbox_harvests(course: Path) -> None:
    with staged(Notebook(Exercise("1-01")._info, 0)), pytest.raises(InputError, match="sandbox"):
        harvest({"double": 34})


def test_inside_of_a_stage_every_activity_lives_that_life(course: Path, shown: Shown) -> None:
    life = Graded(Exercise("1-01")._info, 3)
    with staged(life):
        Exercise("anything", variant=99).answer(double=1)
    assert shown[0][ANSWER_MIME][0]["variant"] == 3


def test_tables_name_what_there_is(course: Path) -> None:
    exercise = Exercise("1-01")
    assert {"customers", "orders", "surveys", "tickets", "interactions"} <= set(exercise.tables)
    with pytest.raises(UnknownName, match="Did you mean `surveys`"):
        exercise.table("survey")


def test_a_representation_says_which_activity_it_is(course: Path) -> None:
    assert repr(Exercise("1-01")) == "<Exercise 1-01 · Counting>"


ONE = Quiz(
    "even",
    {"en": "Which is even?", "zh": "哪个是偶数？"},
    (
        QuizChoice(True, {"en": "Two", "zh": "二"}, {"en": "Twice one.", "zh": "一的两倍。"}),
        QuizChoice(False, {"en": "Three", "zh": "三"}, {"en": "Left over.", "zh": "剩一个。"}),
    ),
)
FOUR = QuizChoice(True, {"en": "Four", "zh": "四"}, {"en": "Twice two.", "zh": "二的两倍。"})
TWO = Quiz("even", ONE.question, (ONE.choices[0], FOUR, ONE.choices[1]), several=True)


def quizzed(quiz: Quiz, *picks: int) -> str:
    _question, box = quiz_widget(quiz)
    *choices, button, said = box.children
    for pick in picks:
        choices[pick].value = True
    button.click()
    return str(said.value)


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize(
    ("quiz", "picks", "said", "unsaid"),
    [
        (ONE, (0,), ["Two", "Twice one."], ["Left over."]),
        (ONE, (1,), ["Three", "Left over."], ["Twice one."]),
        (ONE, (0, 1), ["Left over."], ["Twice one."]),
        (ONE, (), ["Pick a choice first."], ["Twice one."]),
        (TWO, (0, 1), ["Twice one.", "Twice two."], ["as far as it goes"]),
        (TWO, (0,), ["Twice one.", "That&#x27;s right as far as it goes"], ["Twice two."]),
        (TWO, (0, 2), ["Twice one.", "Left over."], ["as far as it goes"]),
    ],
)
def test_every_choice_of_a_quiz_is_answered_with_its_own_sentence(
    quiz: Quiz, picks: tuple[int, ...], said: list[str], unsaid: list[str], sealed: bool
) -> None:
    lesson = Info("1-01", "lesson", quiz.question, "junior", (), 5, quizzes=(quiz,))
    answer = quizzed(public(lesson).quizzes[0] if sealed else quiz, *picks)
    assert all(part in answer for part in said)
    assert not any(part in answer for part in unsaid)


def test_a_quiz_is_asked_in_the_language_in_use_and_does_not_tell_the_answer(
    course: Path, shown: Shown
) -> None:
    use_language("zh")
    Lesson("1-01").quiz("even")
    assert "哪个数是偶数？" in shown[0]["text/html"]
    assert "它是一的两倍" not in json.dumps(shown[0], ensure_ascii=False)


def test_a_misspelt_question_is_told(course: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean `even`"):
        Lesson("1-01").quiz("evn")


def test_a_demo_is_drawn_again_when_a_control_moves(
    course: Path, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[int, str]] = []
    made: list[Any] = []
    monkeypatch.setattr(
        "trainkit.course.interactive.control", lambda s, label: made.append(control(s, label)) or made[-1]
    )

    def draw(n: int, by: str) -> str:
        drawn.append((n, by))
        return f"{n} by {by}"

    Lesson("1-01").demo(draw, n=(1, 9, 2, 3), by=["type", "region"], labels={"n": "How many"})
    assert drawn == [(3, "type")]
    assert "3 by type" in shown[0]["text/html"]
    assert WIDGET_MIME in shown[0]
    slider, choice = made
    assert slider.description == "How many"
    slider.value = 5
    choice.value = "region"
    assert drawn == [(3, "type"), (5, "type"), (5, "region")]


@pytest.mark.parametrize(
    ("spec", "kind", "value"),
    [
        ((0, 10), w.IntSlider, 0),
        ((0, 10, 5, 5), w.IntSlider, 5),
        ((0.0, 1.0, 0.1), w.FloatSlider, 0.0),
        (["a", "b"], w.Dropdown, "a"),
        ({"Government": "G"}, w.Dropdown, "G"),
    ],
)
def test_a_control_fits_what_it_controls(spec: Any, kind: type, value: Any) -> None:
    made = control(spec, "label")
    assert type(made) is kind
    assert made.value == value


def test_a_chart_becomes_a_picture_that_fetches_nothing() -> None:
    import altair as alt
    import pandas as pd

    chart = alt.Chart(pd.DataFrame({"n": [1, 2]})).mark_bar().encode(x="n:Q")
    html = picture([chart, "a <text>"])
    assert "<svg" in html
    assert "a &lt;text&gt;" in html
    assert "<script" not in html
    assert "src=" not in html
