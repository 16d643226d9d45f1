from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from submitted import INFO, NUMBERS, key

from classes import EXAM, damaged, hand_in, nothing, right, tripled
from trainkit.classes.file_names import file_name
from trainkit.course.catalogue import catalogue
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Execution, Failure, Graded, Judged
from trainkit.gradebook.records import ByHand, Submission
from trainkit.grading.grader import judge_all
from trainkit.grading.scoring import mark
from trainkit.i18n import get_language, use_language
from trainkit.reports.feedback import WORKBOOK, feedback_markdown, feedback_page

KEYS = {("9-01", "first"): key(0)}
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Outline(HTMLParser):
    """Collects tags, attributes and text, and complains about tags that aren't closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] not in (["style"], ["script"]):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def submitted(
    tmp_path: Path,
    *,
    who: str = "lin-yue",
    lang: str = "en",
    failures: tuple[Failure, ...] = (),
    failed: Mapping[str, Failure] | None = None,
    **values: object,
) -> list[Submission]:
    """Return the records of a submission that gives the same values on all variants."""
    answers = {n: {"state": "given", "value": v} for n, v in values.items()}
    judged = []
    for variant in NUMBERS:
        hidden_failures = (Failure(9, "Exception", "hidden number 25"),) if variant else failures
        execution = Execution(variant, "complete", answers, hidden_failures, failed=failed or {})
        judged.append(Judged(execution, judge_all(INFO, key(variant), execution), hidden=bool(variant)))
    marks = tuple(
        mark(a, judged[0].verdicts[a.name], [j.verdicts[a.name] for j in judged[1:]]) for a in INFO.answers
    )
    with Gradebook(tmp_path / "gradebook.db") as book:
        book.record(
            who, INFO, Graded("c", "graded", lang, judged=tuple(judged), marks=marks), plan="", received=b""
        )
        return book.latest()


def page(tmp_path: Path, **more: object) -> Outline:
    who = str(more.get("who", "lin-yue"))
    return Outline(feedback_page(who, submitted(tmp_path, **more), KEYS))  # type: ignore[arg-type]


def test_it_says_what_was_earned_and_what_each_answer_is(tmp_path: Path):
    text = page(tmp_path, double=30, size="big").text
    assert "lin-yue" in text
    assert "1 of 4 points" in text
    assert "30.0 is three times it." in text
    assert "`" not in text


def test_it_speaks_the_trainees_language(tmp_path: Path):
    before = get_language()
    use_language("en")
    try:
        outline = page(tmp_path, lang="zh", double=30)
        assert get_language() == "en"
    finally:
        use_language(before)
    assert ("lang", "zh-CN") in outline.attributes
    assert "这个数的两倍" in outline.text
    assert "30.0 是它的三倍。" in outline.text
    assert "Twice the number" not in outline.text


def test_a_typed_in_number_is_named(tmp_path: Path):
    text = page(tmp_path, double=20).text
    assert "Your answer is right on your data only: 20.0 The same value came out on other data" in text
    assert "Your answer is right:" not in text


def test_nothing_of_hidden_data_or_keys_is_in_it(tmp_path: Path):
    """The right value 20, the hidden numbers 25 and 40, their doubles, squares and errors don't appear."""
    squares = {"columns": ["n", "square"], "rows": [[3, 9]]}
    found = submitted(tmp_path, double=7, squares=squares)
    text = Outline(feedback_page("lin-yue", found, KEYS)).text + feedback_markdown("lin-yue", found, KEYS)
    for secret in ("20", "25", "40", "50", "80", "100", "625", "1600", "hidden number", "71", "72"):
        assert secret not in text, secret


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><b>",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "</style><script>",
    "`<b>`",
    "\u202egnp",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_trainee_writes_is_text(tmp_path: Path, attack: str):
    table = {"columns": [attack, "square"], "rows": [[attack, attack]]}
    failure = Failure(4, attack, attack)
    plain = page(
        tmp_path,
        who="x",
        failures=(Failure(4, "e", "m"),),
        double=1,
        size="big",
        squares={"columns": ["n", "s"], "rows": [["a", "b"]]},
    )
    (tmp_path / "attacked").mkdir()
    outline = page(
        tmp_path / "attacked", who=attack, failures=(failure,), double=1, size="big", squares=table
    )
    assert sorted(set(outline.tags) - {"code"}) == sorted(set(plain.tags) - {"code"})
    assert not [name for name, _value in outline.attributes if name.startswith("on")]
    assert "49" not in outline.text


def test_it_loads_nothing(tmp_path: Path):
    outline = page(tmp_path, double=1)
    assert {"script", "link", "img", "iframe", "form"}.isdisjoint(outline.tags)
    assert not [value for name, value in outline.attributes if name in ("src", "href", "srcset")]
    policy = dict(outline.attributes)["content"]
    assert policy is not None


def test_a_damaged_file_says_what_is_wrong(tmp_path: Path):
    with Gradebook(tmp_path / "gradebook.db") as book:
        book.record("lin-yue", INFO, Graded("c", "damaged", note="The file is empty."), plan="", received=b"")
        text = Outline(feedback_page("lin-yue", book.latest(), KEYS)).text
    assert "The file is empty." in text


def test_without_the_key_the_verdict_is_there_and_its_message_is_not(tmp_path: Path):
    text = Outline(feedback_page("lin-yue", submitted(tmp_path, double=30), {})).text
    assert "Your answer answers another question" in text
    assert "three times" not in text


@pytest.mark.parametrize(
    "trainee", ["lin-yue", "林悦", "Zhou Min", "../../etc/passwd", "a/b", "CON.", " ", "x" * 300]
)
def test_a_file_name_is_legal_everywhere(trainee: str):
    name = file_name(trainee)
    assert name.endswith(".html")
    assert len(name) < 80
    assert not set(name) & set('/\\:*?"<>| ')


def test_trainees_with_similar_names_have_their_own_files():
    assert len({file_name(n) for n in ("a b", "a_b", "a/b", "A b")}) == 4


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook(tmp_path / "gradebook.db") as found:
        yield found


FORMS = {"html": lambda *a, **k: Outline(feedback_page(*a, **k)).text, "md": feedback_markdown}
both_forms = pytest.mark.parametrize("form", FORMS)


@both_forms
def test_both_forms_say_the_same(book: Gradebook, form: str):
    hand_in(book, "lin-yue", tripled, failures=(Failure(3, "NameError", "no x"), Failure(4, "died")))
    text = FORMS[form]("lin-yue", book.latest(), KEYS)
    for said in (
        "1 of 4 points",
        "25 %",
        "Twice the number",
        "30.0 is three times it.",
        "Also right on data that you haven't seen.",
        "C1 · Indicators",
        "Junior",
        "Lesson 9-01",
        "Cell 4 ended the notebook's kernel, so it was left out.",
    ):
        assert said in text, said
    assert "NameError" in text
    assert "was not run" in text  # a cell that ended its kernel may have held it


@both_forms
def test_an_examination_says_nothing_before_its_release(book: Gradebook, form: str):
    """Neither points nor verdicts, nor what follows from them."""
    hand_in(book, "lin-yue", right)
    hand_in(book, "lin-yue", tripled, info=EXAM)
    keys = {**KEYS, ("9-02", "e1"): key(0)}
    held = FORMS[form]("lin-yue", book.latest(), keys)
    assert "Feedback comes when the examination is released." in held
    assert "4 of 4 points" in held
    assert "three times" not in held
    assert "9-02" in held
    told = FORMS[form]("lin-yue", book.latest(), keys, released=lambda info: True)
    assert "5 of 8 points" in told
    assert "three times" in told
    assert "is released" not in told


@both_forms
def test_what_an_assessor_gave_and_wrote_is_there(book: Gradebook, form: str):
    hand_in(book, "lin-yue", tripled)
    found = book.latest()
    found[0].marks[0].by_hand = ByHand(points=1.5, comment="See `nps` <b>again</b>.", assessor="Zhou Min")
    text = FORMS[form]("lin-yue", found, KEYS)
    assert "1.5 of 2 points" in text
    assert "Marked by an assessor." in text
    assert "Comment by Zhou Min" in text
    assert "again" in text
    assert "<b>again" not in (text if form == "md" else "")


def test_what_wasnt_run_is_told_apart_from_what_wasnt_tried(book: Gradebook):
    hand_in(book, "lin-yue", nothing)
    found = book.latest()
    result = found[0].executions[0].results[0]
    result.outcome = "not run"
    found[0].executions[0].not_run = [5, 6]
    text = FORMS["html"]("lin-yue", found, KEYS)
    assert "Your answer was not run" in text
    assert "Cells that were not run: 5, 6." in text
    assert "Nothing was answered here" in text


def test_a_key_of_other_data_says_nothing(book: Gradebook):
    """Each trainee may have data of their own: another variant's key would call right what is wrong."""
    hand_in(book, "lin-yue", tripled)
    text = FORMS["html"]("lin-yue", book.latest(), {("9-01", "first"): key(71)})
    assert "three times" not in text
    assert "answers another question" in text


def test_copying_from_a_classmate_is_the_assessors_business(book: Gradebook):
    hand_in(book, "lin-yue", tripled, flags={"double": "classmate"})
    for form in FORMS.values():
        assert "classmate" not in form("lin-yue", book.latest(), KEYS).lower()


def test_links_lead_to_lessons_that_the_workbook_has(book: Gradebook):
    """An exercise's own lesson, and for an examination those that it builds on."""
    lesson = catalogue("lesson")[0]
    own = replace(INFO, id=lesson.id, edition="e2")
    exam = replace(EXAM, prerequisites=(lesson.id, "9-09"))
    hand_in(book, "lin-yue", tripled, info=own)
    hand_in(book, "lin-yue", tripled, info=exam)
    address = f"https://class.example/lab/tree/lessons/en/{lesson.id}.ipynb"
    told = {"released": lambda info: True, "workbook": "https://class.example"}
    outline = Outline(feedback_page("lin-yue", book.latest(), {}, **told))
    links = [v for n, v in outline.attributes if n == "href"]
    assert links == ["#e1", "#e2", address]
    assert "Lesson 9-09" in outline.text
    assert f"- [{lesson.heading}]({address})" in feedback_markdown("lin-yue", book.latest(), {}, **told)


def test_who_has_all_points_repeats_nothing(book: Gradebook):
    hand_in(book, "lin-yue", right)
    text = FORMS["html"]("lin-yue", book.latest(), KEYS)
    assert "To repeat" not in text
    assert "100 % · shown" in text


def test_the_links_lead_to_where_the_workbook_starts():
    from trainkit.servers.plan import HOST
    from trainkit.servers.ports import DEFAULT_PORT

    assert f"http://{HOST}:{DEFAULT_PORT}" == WORKBOOK


def test_the_name_on_the_roster_is_used(book: Gradebook):
    hand_in(book, "s1", right)
    found = book.latest()
    found[0].trainee.display_name = "林悦 [a](http://x.y)"
    assert "林悦 \\[a\\]" in feedback_markdown("s1", found, KEYS)
    assert "林悦 [a](http://x.y)" in FORMS["html"]("s1", found, KEYS)


@pytest.mark.parametrize(
    "attack", ["[x](https://evil.example)", "https://evil.example", "$x$", "<b>x</b>", "# x"]
)
def test_what_a_trainee_writes_is_text_in_markdown(book: Gradebook, attack: str):
    table = {"columns": [attack, "square"], "rows": [[attack, attack]]}
    hand_in(
        book,
        "x",
        lambda _n: {"double": 1.0, "size": "big", "squares": table},
        failures=(Failure(4, attack, attack),),
    )
    mistune = pytest.importorskip("mistune")
    text = feedback_markdown(attack, book.latest(), KEYS)
    made = mistune.create_markdown(escape=False, plugins=["strikethrough", "table", "url"])(text)
    assert not re.search(r"<(a|b|img|script)\b", made)
    assert made.count("<h1") == 1
    assert "$" not in text


def half(number: int) -> dict[str, object]:
    """Right on the visible data and on one hidden variant of two."""
    return {**right(number), "double": 2.0 * number if number < 40 else 1.0}


def visible_only(number: int) -> dict[str, object]:
    return {**right(number), "double": 20.0 if number == 10 else number + 1.0}


@both_forms
@pytest.mark.parametrize(
    ("answering", "flag", "said"),
    [
        (lambda _n: {"double": 20.0}, "hard-coded", "on your data only: 20.0 The same value came out"),
        (visible_only, "visible only", "on your data only: 20.0 On other data of the same kind it is wrong."),
        (half, "", "on your data, but not on all other: 20.0 Right on 1 of 2 further data sets."),
    ],
)
def test_who_is_right_on_one_data_set_is_not_told_that_all_is_well(book, form, answering, flag, said):
    hand_in(book, "lin-yue", answering, flags={"double": flag})
    text = re.sub(r"[`*]", "", FORMS[form]("lin-yue", book.latest(), KEYS))
    assert f"→ Your answer is right {said}" in " ".join(text.split())
    assert "✓ double" not in text


def test_what_an_assessor_gave_points_for_is_not_called_wrong_elsewhere(book: Gradebook):
    hand_in(book, "lin-yue", visible_only, flags={"double": "visible only"})
    found = book.latest()
    found[0].marks[0].by_hand = ByHand(points=2.0, comment="", assessor="Zhou Min")
    text = FORMS["html"]("lin-yue", found, KEYS)
    assert "Your answer is right: 20.0" in text
    assert "Marked by an assessor." in text


def test_what_is_wrong_here_and_right_elsewhere_says_so(book: Gradebook):
    hand_in(book, "lin-yue", lambda n: {"double": 7.0 if n == 10 else 2.0 * n})
    text = FORMS["html"]("lin-yue", book.latest(), KEYS)
    assert "7.0 is not right yet Right on 2 of 2 further data sets." in text
    assert "Also right" not in text


LEFT_OUT = "It comes from a cell that was left out, or needs one"


@pytest.mark.parametrize(
    ("state", "failures", "not_run", "reason", "failed"),
    [
        ("complete", [Failure(3, "timeout")], [3], LEFT_OUT, "Cell 3 ran too long"),
        ("complete", [Failure(3, "died", "exit")], [3], LEFT_OUT, "Cell 3 ended the notebook's kernel"),
        ("complete", [Failure(3, "flood", "answers")], [3], LEFT_OUT, "Cell 3 gave too much out"),
        ("complete", [Failure(3, "garbled", "x")], [3], LEFT_OUT, "Cell 3 disturbed the notebook's kernel"),
        ("died", [], [5, 6], "The notebook stopped before it got there", "ended its own kernel"),
        ("deadline", [], [6], "The notebook stopped before it got there", "ran too long and was cut off"),
        ("died", [], [], "After the last cell it could not be collected", "kept its answers from being"),
    ],
)
def test_what_was_not_run_says_why(book, state, failures, not_run, reason, failed):
    hand_in(book, "lin-yue", nothing, state=state, failures=tuple(failures))
    found = book.latest()
    found[0].executions[0].not_run = not_run
    found[0].executions[0].results[0].outcome = "not run"
    text = FORMS["html"]("lin-yue", found, KEYS)
    assert f"Your answer was not run {reason}" in text
    assert failed in text
    assert "failed with" not in text


@both_forms
def test_what_could_not_be_run_has_no_points_yet(book: Gradebook, form: str):
    """Neither a score nor a competency nor a lesson follows from a fault that isn't the trainee's."""
    damaged(book, "lin-yue", state="failed", note="no memory")
    text = FORMS[form]("lin-yue", book.latest(), KEYS)
    assert "Your assessor knows and will try again." in text
    for word in ("points", "%", "To repeat", "Competencies", "no memory", "was run again"):
        assert word not in text, word


@both_forms
def test_who_hands_in_a_damaged_file_is_told_what_to_do(book: Gradebook, form: str):
    """No lesson helps, and nothing was run; the reason is in the trainee's language, not the assessor's."""
    damaged(book, "lin-yue")
    text = FORMS[form]("lin-yue", book.latest(), KEYS)
    assert "The file is empty. Open it in JupyterLab" in text
    assert "0 of 4 points" in text
    assert "To repeat" not in text
    assert "was run again" not in text
    assert "文件是空的。" in FORMS[form]("lin-yue", book.latest(), KEYS, lang="zh")


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        ([83.65123456, 62.1, None], ["83.6512", "62.1000", ""]),
        ([2024.0, 2025.0], ["2024", "2025"]),
        ([12345.5, 3.0], ["12,345.5", "3.0"]),
        ([0.0, 0.0], ["0", "0"]),
        ([1e-9, 2e300], ["1e-09", "2e+300"]),
        ([-4.97238, 17.0068], ["-4.9724", "17.0068"]),
        (["B2B", None, True], ["B2B", "", "True"]),
    ],
)
def test_a_column_of_a_table_is_set_with_the_same_decimals(book: Gradebook, column, shown):
    rows = [[f"r{i}", cell] for i, cell in enumerate(column)]
    hand_in(book, "lin-yue", lambda _n: {"squares": {"columns": ["n", "square"], "rows": rows}})
    lines = feedback_markdown("lin-yue", book.latest(), KEYS).splitlines()
    found = [line.split(" | ")[1].removesuffix("|").strip() for line in lines if line.startswith("| r")]
    assert found == shown


def test_a_long_table_says_how_much_of_it_is_shown(book: Gradebook):
    def long(n: int) -> dict[str, object]:
        return {"squares": {"columns": ["n", "square"], "rows": [[i, 1.0] for i in range(n + 2)]}}

    hand_in(book, "lin-yue", long)
    text = FORMS["html"]("lin-yue", book.latest(), KEYS)
    assert "Your table, 8 of 12 rows" in text


def test_competencies_stand_from_the_lowest_level_to_the_highest(book: Gradebook):
    for number, level in enumerate(["all", "senior", "intermediate", "junior"]):
        hand_in(book, "lin-yue", right, info=replace(INFO, id=f"9-0{number}", level=level))
    lines = feedback_markdown("lin-yue", book.latest(), KEYS).splitlines()
    levels = [line.split(" | ")[1] for line in lines if line.startswith("| C1")]
    assert levels == ["Junior", "Intermediate", "Senior", "All levels"]


def test_several_exercises_have_an_index_with_their_points(book: Gradebook):
    hand_in(book, "lin-yue", right)
    hand_in(book, "lin-yue", right, info=EXAM)
    outline = Outline(feedback_page("lin-yue", book.latest(), KEYS))
    assert "9-01 · One number 4 of 4 points 9-02 · One examination" in outline.text
    assert {("href", "#e1"), ("id", "e1"), ("href", "#e2"), ("id", "e2")} <= set(outline.attributes)


def test_what_was_entered_on_a_page_was_not_run_again(book: Gradebook):
    hand_in(book, "lin-yue", right)
    found = book.latest()
    assert "was run again" in FORMS["html"]("lin-yue", found, KEYS)
    found[0].executions = [e for e in found[0].executions if not e.hidden]
    text = FORMS["html"]("lin-yue", found, KEYS)
    assert "Your answer is right: 20.0" in text
    assert "was run again" not in text
    assert "haven't seen" not in text


def test_a_verdict_names_no_variable(book: Gradebook):
    """What was asked stands above it in words; it holds for who answered on the page, too."""
    hand_in(book, "lin-yue", right)
    text = FORMS["html"]("lin-yue", book.latest(), KEYS)
    assert "Your answer is right: 20.0" in text
    assert re.findall(r"\b(double|size) (?:is|was|=)", text) == []


def test_one_point_is_singular(book: Gradebook):
    hand_in(book, "lin-yue", right)
    assert "1 of 1 point" in FORMS["html"]("lin-yue", book.latest(), KEYS).replace("points", "")


def test_an_answer_whose_cell_failed_is_told_from_one_that_nobody_tried(tmp_path: Path):
    own = Failure(5, "NameError", "name 'x' is not defined")
    text = page(tmp_path, failures=(own,), failed={"double": own}, size="big").text
    assert "its cell failed" in text
    assert "Cell 5 failed with NameError: name 'x' is not defined" in text
    assert "Nothing was answered here" in text


def test_a_library_that_grading_lacks_is_nobodys_fault(tmp_path: Path):
    lacking = Failure(2, "ModuleNotFoundError", "No module named 'seaborn'")
    text = page(tmp_path, failures=(lacking,), double=20).text
    assert "which grading doesn't have. The rest of the cell was run without it." in text
    assert "ModuleNotFoundError" not in text
