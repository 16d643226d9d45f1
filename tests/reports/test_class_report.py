from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from submitted import INFO, key

from classes import EXAM, damaged, hand_in, nothing, right, small, tripled, typed_in
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Failure
from trainkit.gradebook.questions import Open
from trainkit.gradebook.records import ByHand
from trainkit.i18n import speaking, use_language
from trainkit.reports.class_report import class_report, report_page
from trainkit.reports.class_report.drawing import distribution, outcomes
from trainkit.reports.class_report.model import Report
from trainkit.reports.class_report.sources import alike, starter
from trainkit.reports.statistics import MINIMUM

pytestmark = pytest.mark.slow

KEYS = {("9-01", "first"): key(0), ("9-02", "e1"): key(0)}
DAY = dt.date(2026, 1, 1)

#: A solution that nobody finds twice by chance.
LONG = """
kept = data[data.value.notna()].assign(year=data.sent.dt.year)
counts = kept.groupby("year")["value"].agg(["mean", "size"]).reset_index()
best = counts.sort_values("mean", ascending=False).iloc[0]["year"]
say(double=2 * number, size="big" if best > 2024 else "small")
"""


def own_code(i: int) -> str:
    return "\n".join(f"a{i}{j} = data.column_{i}.method_{i}_{j}(n={i}{j})[{j}]" for j in range(12))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook(tmp_path / "gradebook.db") as found:
        yield found


def fill(book: Gradebook, n: int = 12) -> None:
    """A third right, a third with the mistake, a third with nothing or something wrong."""
    kinds = [right, tripled, small, right, tripled, nothing]
    for i in range(n):
        hand_in(book, f"t{i:02}", kinds[i % 6], code=own_code(i))


def report(book: Gradebook, **more) -> Report:
    found = {"keys": KEYS, "alike": alike(book.handed_in()), "day": DAY, **more}
    return class_report("Spring class", book.latest(), **found)


def page(book: Gradebook) -> str:
    return report_page("Spring class", book.latest(), keys=KEYS, alike=alike(book.handed_in()), day=DAY)


class Text(HTMLParser):
    """A page's words and tags."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(source)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self.words.append(data)


def test_questions_mistakes_and_data_are_counted(book):
    fill(book)
    [exercise] = report(book).exercises
    double, size, squares = exercise.questions.items
    assert [row.difficulty for row in (double, size, squares)] == [33, 67, 33]
    assert double.ask == "Twice the number"
    [mistake] = exercise.mistakes.mistakes
    assert (mistake.code, mistake.count, mistake.percent) == ("GEN-1", 4, 33)
    assert mistake.message == "… is three times it."
    assert "Wrong answers without a known mistake: 2." in exercise.mistakes.said
    assert [row.mean for row in exercise.variants.variants] == ["44 %", "44 %"]
    assert "No hidden variant was harder" in exercise.variants.said
    assert re.search(
        r"α = 0\.\d\d, 95 % interval 0\.\d\d to 0\.\d\d; trainees: 12", exercise.reliability.said
    )


def test_the_scores_are_those_that_count(book):
    fill(book)
    submissions = book.latest()
    for s in submissions:
        for mark in s.marks:
            mark.by_hand = ByHand(points=mark.points, comment="", assessor="")
    found = class_report("x", submissions, keys=KEYS, alike={}, day=DAY)
    assert "The lowest reached 100 %, the highest 100 %." in found.distribution.said
    assert {row.remark for row in found.exercises[0].questions.items} == {"All did the same."}
    assert "not everybody answered alike" in found.exercises[0].reliability.reason


@pytest.mark.parametrize(("n", "shown"), [(MINIMUM - 1, False), (MINIMUM, True)])
def test_below_ten_every_block_says_why_it_is_not_there(book, n, shown):
    fill(book, n)
    found = report(book)
    [exercise] = found.exercises
    reason = f"Shown from 10 trainees on; here are {n}."
    for block in (found.distribution, found.flagged):
        assert block.reason.startswith(reason) is not shown
    assert exercise.reason.startswith(reason) is not shown
    blocks = (exercise.questions, exercise.mistakes, exercise.variants, exercise.similarity)
    assert all(bool(block.said) is shown for block in blocks)
    text = Text(page(book)).text
    assert ("GEN-1" in text) is shown
    assert ("Reliability" in text) is shown


def test_each_exercise_counts_its_own_trainees(book):
    fill(book)
    for i in range(3):
        hand_in(book, f"t{i:02}", right, info=EXAM)
    practice, exam = report(book).exercises
    assert practice.reason == ""
    assert exam.reason.startswith("Shown from 10 trainees on; here are 3.")


def test_damaged_and_failed_submissions_are_told_and_not_counted(book):
    fill(book)
    damaged(book, "u1")
    damaged(book, "u2", state="failed", note="no memory")
    found = report(book)
    assert found.figures == [
        ("14", "trainees"),
        ("14", "submissions"),
        ("1", "damaged file"),
        ("1", "to be graded again"),
    ]
    assert found.exercises[0].summary == "12 of 14 submissions are in these figures."
    assert [(f.trainee, f.remarks) for f in found.flags] == [
        ("u1", "Damaged: The file is empty."),
        ("u2", "Not graded, try again: no memory"),
    ]


@pytest.mark.parametrize(
    ("flag", "remark"),
    [
        ("hard-coded", "Hard-coded: double."),
        ("visible only", "Right on the visible data only: double."),
        ("classmate", "Right on a classmate's data, not on their own: double."),
    ],
)
def test_flags_are_listed(book, flag, remark):
    fill(book)
    hand_in(book, "t99", typed_in, flags={"double": flag})
    assert [(f.trainee, f.remarks) for f in report(book).flags] == [("t99", remark)]


def test_a_harder_variant_is_named(book):
    """On the second of the hidden variants nearly nobody finds the answers."""
    for i in range(12):
        hand_in(book, f"t{i:02}", lambda number, i=i: right(number) if number < 40 or i == 0 else {})
    block = report(book).exercises[0].variants
    assert "Some data was harder" in block.said
    assert [row.remark for row in block.variants] == ["easier", "harder"]
    assert block.variants[1].difference.startswith("−92 percentage points (")


def test_copied_code_is_found_though_it_was_renamed(book):
    fill(book)
    hand_in(book, "x1", right, code=LONG)
    hand_in(book, "x2", right, code=LONG.replace("kept", "d").replace("counts", "c").replace("\n", "\n\n"))
    [pair] = report(book).exercises[0].similarity.pairs
    assert (pair.one, pair.other, pair.share) == ("x1", "x2", 1.0)


def test_trainees_who_are_listed_have_their_names(book):
    """Those whose code is alike, and those to look at."""
    fill(book)
    hand_in(book, "x1", typed_in, code=LONG, flags={"double": "hard-coded"})
    hand_in(book, "x2", right, code=LONG)
    submissions = book.latest()
    for s in submissions:
        s.trainee.display_name = {"x1": "Lin Yue", "x2": "林悦"}.get(s.trainee.name, "")
    pairs = alike(book.handed_in())
    text = Text(report_page("x", submissions, keys=KEYS, alike=pairs, day=DAY)).text
    assert "Lin Yue x1 林悦 x2 100 %" in text
    assert "Lin Yue x1 9-01 Hard-coded: double." in text


def test_where_all_are_right_no_question_is_called_the_hardest(book):
    for i in range(10):
        hand_in(book, f"t{i:02}", right)
    questions = report(book).exercises[0].questions
    svg = base64.b64decode(questions.picture.source.split(",", 1)[1]).decode()
    assert "No question is hard: each reached at least 100 % of its points" in svg
    assert "Hardest" not in svg


def test_what_an_exercise_hands_out_is_nobodys_own():
    """A workbook's own notebook, handed in as it is, is like nothing, in either language."""
    assert starter("1-06")
    assert starter("9-01") == frozenset()


def test_the_starter_handed_in_twice_is_no_pair(book):
    from trainkit.course.catalogue import find, notebook

    raw = {lang: notebook(find("exercise", "1-06"), lang).read_bytes() for lang in ("en", "zh")}
    items = [
        type("R", (), {"trainee": t, "exercise": "1-06", "raw": raw[lang], "files": ()})
        for t, lang in (("a", "en"), ("b", "en"), ("c", "zh"))
    ]
    assert alike(items) == {"1-06": []}


def test_a_helper_module_is_code_and_a_damaged_file_is_passed_over():
    def item(who: str, raw: bytes, *files: tuple[str, bytes]):
        return type("R", (), {"trainee": who, "exercise": "9-01", "raw": raw, "files": files})

    from submitted import notebook as made

    module = ("mine.py", LONG.encode())
    items = [item("a", made("x = 1"), module), item("b", made("y = 2"), module), item("c", b"{")]
    [pair] = alike(items)["9-01"]
    assert (pair.one, pair.other) == ("a", "b")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_needs_nothing_else(book, lang):
    use_language(lang)
    fill(book)
    outline = Text(page(book))
    assert {"script", "link", "iframe", "form", "object"}.isdisjoint(outline.tags)
    addresses = [v or "" for n, v in outline.attributes if n in ("src", "href", "srcset")]
    assert addresses
    assert all(a.startswith(("#", "data:image/svg+xml;base64,")) for a in addresses)
    alts = [v for n, v in outline.attributes if n == "alt"]
    assert len(alts) == 2
    assert all(alts)


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "`<b>`"]
)
def test_what_a_trainee_is_called_is_text(book, attack):
    fill(book)
    damaged(book, attack, note=attack)
    hand_in(book, f"{attack}2", right, code=LONG)
    hand_in(book, f"{attack}3", right, code=LONG)
    outline = Text(page(book))
    assert {"script", "b"}.isdisjoint(outline.tags)
    assert outline.tags.count("img") == 2
    assert not [n for n, _v in outline.attributes if n.startswith("on")]
    assert "49" not in outline.text


def test_a_picture_shows_its_numbers_and_says_them():
    drawn = distribution([0.0, 0.05, 0.55, 1.0, 1.0], title="Finding")
    assert drawn.text.endswith("0–9 %: 2, 50–59 %: 1, 90–100 %: 2.")
    svg = base64.b64decode(drawn.source.split(",", 1)[1]).decode()
    assert svg.startswith("<svg")
    assert "Finding" in svg


def test_a_share_on_the_edge_belongs_to_the_band_above_it():
    """0.3 · 100 is 30.000000000000004 or 29.999999999999996, and in any case 30."""
    assert "30–39 %: 2" in distribution([0.3, 0.1 * 3], title="x").text
    assert "20–29 %: 1" in distribution([0.29], title="x").text
    assert "20–29 %: 1" in distribution([0.2999], title="x").text


def test_the_bars_stand_in_the_order_of_the_questions():
    drawn = outcomes({"nps": {"right": 1}, "csat": {"wrong": 1}}, title="x")
    svg = base64.b64decode(drawn.source.split(",", 1)[1]).decode()
    assert svg.index(">nps<") < svg.index(">csat<")


def test_verdicts_are_drawn_for_each_question():
    drawn = outcomes({"nps": {"right": 3, "wrong": 1}, "csat": {"not attempted": 4}}, title="x")
    assert "nps: right 75 %, not right yet 25 %" in drawn.text
    assert "csat: not attempted 100 %" in drawn.text


def test_a_class_without_submissions_has_a_report_that_says_so(book):
    found = report(book)
    assert found.figures == [("0", "trainees"), ("0", "submissions")]
    assert found.distribution.reason.startswith("Shown from 10 trainees on; here are 0.")
    assert Text(page(book)).text


def test_the_exercise_is_the_edition_handed_in_last(book):
    from dataclasses import replace

    fill(book)
    newer = replace(INFO, edition="second", title={"en": "Another number", "zh": "另一个数"})
    hand_in(book, "t99", right, info=newer)
    [exercise] = report(book).exercises
    assert exercise.heading == "9-01 · Another number"
    assert exercise.reason.startswith("Shown from 10 trainees on; here are 1.")


def test_what_grading_lacks_is_told_once_with_the_number_of_notebooks(book):
    fill(book)
    lacking = Failure(2, "ModuleNotFoundError", "No module named 'seaborn'")
    for name in ("lin-yue", "tom"):
        hand_in(book, name, right, failures=(lacking,))
    assert "seaborn isn't part of the grader; 2 notebooks import it." in Text(page(book)).text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nobody_vanishes_from_the_report_however_small_the_class(book, lang):
    hand_in(book, "lin-yue", right)
    questions = [
        Open("zoe", "", "nothing", name="Zoe Ali"),
        Open("yan", "9-01", "no notebook", "yan", "No notebook: 9-01.py."),
        Open("stranger", "", "unknown", "s", 'Say who it is: `trainkit trainee match "stranger" ID`.'),
        Open("lin-yue", "9-01", "conflict", "a", "Say which counts: `trainkit gradebook choose a`."),
        Open("lin-yue", "9-01", "conflict", "b", "Say which counts: `trainkit gradebook choose a`."),
    ]
    with speaking(lang):
        found = report(book, questions=questions)
        source = report_page("x", book.latest(), keys=KEYS, alike={}, day=DAY, questions=questions)
    assert [[row.trainee for row in group.rows] for group in found.left] == [
        ["zoe", "yan"],
        ["stranger"],
        ["lin-yue"],
    ]
    text = Text(source).text
    for said in ("Zoe Ali", "9-01.py", 'trainkit trainee match "stranger" ID', "trainkit gradebook choose a"):
        assert said in text
    assert ("href", "#left") in Text(source).attributes


def test_where_nothing_is_open_the_report_has_no_such_block(book):
    fill(book)
    assert report(book).left == []
    assert ("id", "left") not in Text(page(book)).attributes
