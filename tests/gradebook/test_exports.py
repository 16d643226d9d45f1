from __future__ import annotations

import csv
import io
import json
import re
import time
import uuid
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from submitted import INFO

from classes import damaged, hand_in, nothing, right, tripled, typed_in
from trainkit.errors import GradingError, UnknownName
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.exports import FORMATS, Others, export, xlsx
from trainkit.gradebook.exports.xapi import HOME, PASS, statements
from trainkit.gradebook.questions import Open
from trainkit.gradebook.records import ByHand, Mark, Submission, Trainee
from trainkit.i18n import speaking, use_language

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def submissions(tmp_path: Path) -> list[Submission]:
    """Four trainees: all right; the mistake, and half a point by hand; damaged; to be graded again."""
    with Gradebook(tmp_path / "gradebook.db") as book:
        hand_in(book, "chen-bo", tripled)
        hand_in(book, "lin-yue", right, lang="zh")
        damaged(book, "wang")
        damaged(book, "zhou", state="failed", note="no memory")
        found = book.latest()
    for submission in found:
        submission.received_at = submission.graded_at = datetime(2026, 1, 1, 8, 30, tzinfo=UTC)
    chen, lin, _wang, _zhou = found
    chen.marks[2].by_hand = ByHand(points=0.5, comment="<b>Nearly.</b>", assessor="Zhou Min")
    lin.trainee.display_name, lin.trainee.email = "林悦", "lin@example.com"
    lin.trainee.number, lin.trainee.section = "2026-007", "A"
    return found


def lines(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def test_wide_has_a_line_for_each_trainee_and_a_column_for_each_answer(submissions):
    chen, lin, wang, zhou = lines(export(submissions, "wide"))
    assert (lin["trainee"], lin["name"], lin["number"], lin["section"]) == (
        "lin-yue",
        "林悦",
        "2026-007",
        "A",
    )
    assert (lin["total"], lin["points"], lin["percent"]) == ("4.0", "4.0", "100.0")
    assert (lin["9-01"], lin["9-01 double"], lin["9-01 squares"]) == ("4.0", "2.0", "1.0")
    assert (chen["9-01 double"], chen["9-01 squares"], chen["total"]) == ("0.0", "0.5", "1.5")
    assert (float(wang["9-01"]), float(wang["9-01 double"])) == (0, 0)
    assert (zhou["9-01"], zhou["9-01 double"], zhou["total"]) == ("", "", "0.0")


def test_long_has_a_line_for_each_answer(submissions):
    found = lines(export(submissions, "long"))
    assert len(found) == 4 * len(INFO.answers)
    squares = found[2]
    assert (squares["trainee"], squares["answer"]) == ("chen-bo", "squares")
    assert (squares["earned"], squares["manual"], squares["awarded"]) == ("0.0", "0.5", "0.5")


def test_canvas_reads_who_where_and_how_many_points(submissions):
    raw = export(submissions, "canvas")
    header, points, *trainees = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    # What Canvas's importer asks of the first row.
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert re.search(r"SIS\s+Login\s+ID", header[2])
    assert header[3] == "Section"
    assert header[4:] == ["9-01 One number"]
    assert "Points Possible" in points[0]
    assert float(points[4]) == 4
    assert trainees[1] == ["林悦", "", "lin@example.com", "A", "4.0"]
    assert trainees[0] == ["chen-bo", "", "chen-bo", "", "1.5"]
    assert trainees[3][4] == ""


def test_a_trainee_cannot_change_what_the_exercise_is_worth(submissions):
    """Canvas takes any row that begins so for the points of the assignments."""
    submissions[1].trainee.display_name = "    Points Possible"
    rows = list(csv.reader(io.StringIO(export(submissions, "canvas").decode("utf-8-sig"))))
    assert [row[0] for row in rows if "Points Possible" in row[0]] == ["    Points Possible"]
    assert rows[1][4] == "4.0"


def test_moodle_finds_each_trainee_by_any_of_three_columns(submissions):
    chen, lin, wang, zhou = lines(export(submissions, "moodle"))
    assert (lin["ID number"], lin["Username"], lin["Email address"]) == (
        "2026-007",
        "lin-yue",
        "lin@example.com",
    )
    grade, feedback = "9-01 One number (Real, 0–4)", "9-01 One number (Feedback)"
    assert (lin[grade], chen[grade], zhou[grade], zhou[feedback]) == ("4.0", "1.5", "", "")
    assert chen[feedback] == (
        "Question 1: a known mistake, 0 of 2. Question 2: right, 1 of 1. "
        "Question 3: not attempted, 0.5 of 1. "
        "‹b›Nearly.‹/b›"
    )
    assert "could not be read" in wang[feedback]


def test_moodle_is_told_why_a_right_answer_earned_nothing(tmp_path):
    with Gradebook(tmp_path / "gradebook.db") as book:
        hand_in(book, "wang", typed_in)
        [line] = lines(export(book.latest(), "moodle"))
    assert line["9-01 One number (Feedback)"].startswith(
        "Question 1: right on your data, not on all other data, 0 of 2. Question 2: right, 1 of 1."
    )


def as_moodle_reads(text: str) -> list[list[str]]:
    """Read CSV as PHP's fgetcsv does: within quotes a backslash keeps the next quote from ending the cell."""
    rows, row, cell, at, quoted = [], [], "", 0, False
    while at < len(text):
        sign = text[at]
        if quoted and sign == "\\" and text[at + 1 : at + 2] == '"':
            cell, at = cell + text[at : at + 2], at + 2
            continue
        if sign == '"' and quoted and text[at + 1 : at + 2] == '"':
            cell, at = cell + '"', at + 2
            continue
        if sign == '"':
            quoted = not quoted
        elif sign == "," and not quoted:
            row, cell = [*row, cell], ""
        elif sign == "\n" and not quoted:
            rows, row, cell = [*rows, [*row, cell]], [], ""
        elif sign != "\r" or quoted:
            cell += sign
        at += 1
    assert not quoted
    return rows


@pytest.mark.parametrize("comment", ["ends in \\", 'a \\" b, c', "\\", '"\\', "a, b\\"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_moodle_reads_every_cell_as_it_was_written(submissions, comment, lang):
    submissions[0].marks[0].by_hand = ByHand(name="double", points=1.0, comment=comment, assessor="a")
    with speaking(lang):
        text = export(submissions, "moodle").decode("utf-8-sig")
    assert as_moodle_reads(text) == list(csv.reader(io.StringIO(text)))
    assert len(as_moodle_reads(text)) == 1 + len(submissions)


def test_moodle_is_never_given_markup(submissions):
    raw = export(submissions, "moodle").decode()
    assert not set("<>") & set(raw)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_excel_opens_two_sheets_with_numbers_as_numbers(submissions, lang):
    openpyxl = pytest.importorskip("openpyxl")
    use_language(lang)
    book = openpyxl.load_workbook(io.BytesIO(export(submissions, "xlsx")))
    grades, answers = book.worksheets
    assert (grades.freeze_panes, answers.freeze_panes) == ("B2", "B2")
    header = [cell.value for cell in grades[1]]
    assert header[header.index("9-01")] == "9-01"
    lin = dict(zip(header, grades[3], strict=True))
    percent = grades.cell(3, 8)
    assert (percent.value, percent.number_format) == (1, "0.0%")
    assert lin["9-01"].value == 4
    assert grades.cell(3, 2).value == "林悦"
    assert answers.max_row == 1 + 4 * len(INFO.answers)


def test_excel_computes_nothing_that_a_trainee_wrote(submissions):
    openpyxl = pytest.importorskip("openpyxl")
    who = submissions[0]
    who.trainee.display_name = FORMULA
    who.executions[0].results[0].value = FORMULA
    who.trainee.section = "a\x00b\x0c" + "x" * 40_000
    book = openpyxl.load_workbook(io.BytesIO(export(submissions, "xlsx")))
    cells = [cell for sheet in book for row in sheet for cell in row]
    evil = [cell for cell in cells if cell.value == FORMULA]
    assert len(evil) == 2
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in evil)
    assert not [cell for cell in cells if cell.data_type == "f"]


class Later(datetime):
    """A clock that is years ahead."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(days=1000)


def test_the_same_grades_are_the_same_excel_file_on_any_day(submissions, monkeypatch):
    """Who keeps exports under version control, or compares them, sees what has changed and nothing else."""
    pytest.importorskip("openpyxl")
    first = export(submissions, "xlsx")
    later = time.time() + 1000 * 86400
    with monkeypatch.context() as clock:
        clock.setattr("openpyxl.writer.excel.datetime.datetime", Later)
        clock.setattr("openpyxl.packaging.core.datetime.datetime", Later)
        clock.setattr(time, "time", lambda: later)
        again = export(submissions, "xlsx")
    assert again == first
    submissions[1].trainee.section = "B"
    assert export(submissions, "xlsx") != first


def test_an_excel_file_says_who_made_it_and_not_when(submissions):
    openpyxl = pytest.importorskip("openpyxl")
    raw = export(submissions, "xlsx")
    about = openpyxl.load_workbook(io.BytesIO(raw)).properties
    assert (about.creator, about.created, about.modified) == ("trainkit", *[datetime(1980, 1, 1)] * 2)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 10**400, True])
def test_excel_gets_no_number_that_it_cannot_hold(submissions, value):
    openpyxl = pytest.importorskip("openpyxl")
    submissions[0].executions[0].results[0].value = value
    book = openpyxl.load_workbook(io.BytesIO(export(submissions, "xlsx")))
    header, line = ([cell.value for cell in row] for row in list(book.worksheets[1])[:2])
    assert str(line[header.index("Answered")]) == str(value)


def test_a_cell_of_excel_is_as_long_as_excel_counts(submissions):
    """Characters beyond the first plane count twice."""
    openpyxl = pytest.importorskip("openpyxl")
    submissions[0].trainee.section = "😀" * 30_000
    book = openpyxl.load_workbook(io.BytesIO(export(submissions, "xlsx")))
    longest = max((str(c.value) for row in book.worksheets[0] for c in row), key=len)
    assert longest == "😀" * (32_767 // 2)


def test_more_answers_than_a_sheet_has_rows_are_refused_with_a_way_out(submissions, monkeypatch):
    pytest.importorskip("openpyxl")
    monkeypatch.setattr(xlsx, "_MOST_ROWS", 12)
    with pytest.raises(GradingError, match=r"at most 12 rows, and here are 13\. Use --format long"):
        export(submissions, "xlsx")


@pytest.mark.parametrize("form", ["long", "wide", "moodle", "canvas"])
@given(
    text=st.sampled_from(["=", "+", "-", "@", "\t", "＝"]).flatmap(
        lambda c: st.text(max_size=8).map(lambda t: c + t)
    )
)
def test_no_cell_is_a_formula(form, text):
    trainee = Trainee(name=text, display_name=text, email=text, number=text, section=text, lang="en")
    exercise = type("E", (), {"code": "9-01", "edition": "x", "info": _plain_info()})
    submission = Submission(
        state="graded", points=1.0, graded_at=datetime(2026, 1, 1), seen_at=datetime(2026, 1, 1), sequence=1
    )
    fake = type(
        "S",
        (),
        {
            **{n: getattr(submission, n) for n in ("state", "points", "graded_at", "seen_at", "sequence")},
            "trainee": trainee,
            "exercise": exercise,
            "executions": [],
            "awarded": -1.0,
            "marks": [Mark(name=text, points=1.0, earned=-1.0, flag=text)],
        },
    )
    for row in csv.reader(io.StringIO(export([fake], form).decode("utf-8-sig"))):
        for cell in row:
            assert re.fullmatch(r"-?\d+(\.\d+)?", cell) or not cell.lstrip(" ").startswith(
                tuple("=+-@\t\r\n＝＋－＠")
            )


def _plain_info() -> dict:
    from trainkit.course.model import plain

    return plain(INFO)


def read(raw: bytes) -> list[dict]:
    return [json.loads(line) for line in raw.decode().splitlines()]


def test_a_record_store_gets_completed_passed_and_scored(submissions):
    found = read(export(submissions, "xapi"))
    verbs = [s["verb"]["id"].rsplit("/", 1)[1] for s in found]
    assert verbs == ["completed", "failed", *["scored"] * 3, "completed", "passed", *["scored"] * 3]
    assert found[1]["result"] == {
        "score": {"scaled": 0.375, "raw": 1.5, "min": 0, "max": 4.0},
        "success": False,
        "completion": True,
    }
    assert found[2]["context"]["contextActivities"]["parent"][0]["id"] == f"{HOME}/exercises/9-01"


def test_statements_are_as_the_specification_asks(submissions):
    for s in read(export(submissions, "xapi")):
        assert str(uuid.UUID(s["id"])) == s["id"]
        assert s["version"] == "1.0.3"
        assert datetime.fromisoformat(s["timestamp"]) == datetime(2026, 1, 1, 8, 30, tzinfo=UTC)
        assert s["timestamp"].endswith("Z")
        assert len({"mbox", "mbox_sha1sum", "openid", "account"} & set(s["actor"])) == 1
        assert set(s) == {"id", "version", "actor", "verb", "object", "result", "context", "timestamp"}
        score = s["result"]["score"]
        assert -1 <= score["scaled"] <= 1
        assert score["min"] <= score["raw"] <= score["max"]
        assert set(s["object"]["definition"]["name"]) == {"en-US", "zh-CN"}
        assert "context" in s
        assert re.fullmatch(r"https?://\S+", s["object"]["id"])


def test_a_person_is_known_by_mail_or_by_account(submissions):
    actors = [s["actor"] for s in read(export(submissions, "xapi"))]
    assert actors[0] == {
        "objectType": "Agent",
        "name": "chen-bo",
        "account": {"homePage": HOME, "name": "chen-bo"},
    }
    assert actors[-1] == {"objectType": "Agent", "name": "林悦", "mbox": "mailto:lin@example.com"}


@pytest.mark.parametrize("email", ["", "lin", "lin@", "a b@example.com", "x@y.z\nBcc: a@b.c", "<script>@x.y"])
def test_what_is_no_address_is_not_given_out_as_one(submissions, email):
    submissions[1].trainee.email = email
    assert all("mbox" not in s["actor"] for s in read(export(submissions, "xapi")))


def test_the_same_grades_give_the_same_statements_and_other_grades_new_ones(submissions):
    before = export(submissions, "xapi")
    assert export(submissions, "xapi") == before
    ids = {s["id"] for s in read(before)}
    assert len(ids) == 10
    submissions[0].graded_at = datetime(2026, 2, 2, tzinfo=UTC)
    assert export(submissions, "xapi") == before  # a store refuses an id that it has with another statement
    submissions[0].marks[0].earned = 2.0
    changed = {s["id"] for s in read(export(submissions, "xapi"))}
    assert len(changed - ids) == 3  # completed, failed or passed, and one answer


def test_a_class_may_have_its_own_address(submissions):
    for s in read(statements(submissions, home="https://lms.example.com/")):
        assert s["object"]["id"].startswith("https://lms.example.com/exercises/9-01")


def test_an_exercise_is_passed_from_where_a_competency_is_shown():
    assert PASS == 0.7


@pytest.mark.parametrize("form", FORMATS)
def test_a_class_without_submissions_is_an_empty_table(form):
    assert isinstance(export([], form), bytes)


def test_an_unknown_format_is_answered_with_the_known_ones():
    with pytest.raises(UnknownName, match="Did you mean `moodle`"):
        export([], "moodel")


def test_nothing_answered_is_nothing_scored(tmp_path: Path):
    with Gradebook(tmp_path / "gradebook.db") as book:
        hand_in(book, "x", nothing)
        found = read(export(book.latest(), "xapi"))
    assert {s["result"]["score"]["scaled"] for s in found} == {0.0}


@pytest.fixture
def others() -> Others:
    """Two without work, of whom one sent something else, a conflict beside a grade, and somebody unknown."""
    zoe = Trainee(
        name="zoe", display_name="Zoe Ali", email="zoe@example.com", number="7", section="B", lang="en"
    )
    yan = Trainee(name="yan", display_name="严", email="", number="", section="", lang="zh")
    return Others(
        [yan, zoe],
        [
            Open("chen-bo", "9-01", "conflict", "a.zip", "Two sources: `trainkit gradebook choose a.zip`."),
            Open("wang", "", "unknown", "wang", "Who is it: `trainkit trainee match`."),
            Open("yan", "9-01", "no notebook", "yan", "No notebook: 9-01.py."),
            Open("zoe", "", "nothing"),
        ],
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_wide_names_who_has_no_work_and_marks_what_waits(submissions, others, lang):
    with speaking(lang):
        found = {line["trainee"]: line for line in lines(export(submissions, "wide", others))}
        nothing_said = others.said_of("zoe")
    assert list(found) == ["chen-bo", "lin-yue", "wang", "yan", "zhou", "zoe"]
    assert found["zoe"]["open"] == nothing_said != ""
    assert (found["zoe"]["name"], found["zoe"]["section"]) == ("Zoe Ali", "B")
    graded = [name for name in found["zoe"] if name.startswith("9-01")]
    assert {found["zoe"][name] for name in [*graded, "total", "percent"]} == {""}
    assert "No notebook: 9-01.py." in found["yan"]["open"]
    assert "gradebook choose a.zip" in found["chen-bo"]["open"]
    assert found["chen-bo"]["total"] == "1.5"
    assert "trainee match" in found["wang"]["open"]
    assert found["lin-yue"]["open"] == ""


def test_long_has_a_line_for_work_that_is_not_there(submissions, others):
    found = lines(export(submissions, "long", others))
    assert len(found) == 4 * len(INFO.answers) + 2
    [yan] = [line for line in found if line["trainee"] == "yan"]
    [zoe] = [line for line in found if line["trainee"] == "zoe"]
    assert (yan["exercise"], yan["awarded"], yan["open"]) == ("9-01", "", "No notebook: 9-01.py.")
    assert (zoe["exercise"], zoe["open"]) == ("", "Nothing was handed in.")
    waits = [line["open"] for line in found if line["trainee"] == "chen-bo"]
    assert waits == ["Two sources: `trainkit gradebook choose a.zip`."] * len(INFO.answers)


@pytest.mark.parametrize("form", ["long", "wide", "moodle", "canvas"])
def test_who_is_left_out_is_in_no_line(submissions, others, form):
    raw = export(submissions, form, Others((), others.questions)).decode("utf-8-sig")
    assert "zoe" not in raw
    assert "yan" not in raw
    assert "chen-bo" in raw


def test_platforms_get_people_without_work_with_empty_grades(submissions, others):
    [zoe] = [z for z in lines(export(submissions, "moodle", others)) if z["Username"] == "zoe"]
    assert zoe["9-01 One number (Real, 0–4)"] == zoe["9-01 One number (Feedback)"] == ""
    assert list(zoe.values())[-1] == "Nothing was handed in."
    rows = list(csv.reader(io.StringIO(export(submissions, "canvas", others).decode("utf-8-sig"))))
    assert ["Zoe Ali", "", "zoe@example.com", "B", ""] in rows
    assert len({len(row) for row in rows}) == 1
    assert rows[0][4:] == ["9-01 One number"]


def test_excel_has_people_without_work_on_both_sheets(submissions, others):
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(export(submissions, "xlsx", others)))
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows(values_only=True))
        at = rows[0].index("Open")
        assert [row[at] for row in rows if row[0] == "zoe"] == ["Nothing was handed in."]


def test_a_class_in_which_nobody_handed_in_is_still_listed(others):
    assert [line["trainee"] for line in lines(export([], "wide", others))] == ["yan", "zoe"]
    assert [line["trainee"] for line in lines(export([], "long", others))] == ["yan", "zoe"]


def test_a_store_gets_the_same_statements_in_one_array(submissions):
    submissions[1].trainee.display_name = "a\u2028b\x85c"
    assert json.loads(export(submissions, "xapi-array")) == [
        json.loads(line) for line in export(submissions, "xapi").decode().split("\n") if line
    ]
    assert json.loads(export([], "xapi-array")) == []


def test_moodles_feedback_is_in_the_trainees_language_and_names_no_variable(submissions: list[Submission]):
    """Whatever language the assessor's command speaks."""
    names = {m.name for s in submissions for m in s.marks}
    for s in submissions:
        s.trainee.lang = "zh"
    lines = list(csv.reader(io.StringIO(export(submissions, "moodle").decode("utf-8-sig"))))
    column = next(i for i, title in enumerate(lines[0]) if "Feedback" in title)
    said = [line[column] for line in lines[1:] if line[column]]
    assert any("第 1 题" in text for text in said)
    assert not [text for text in said if any(name in text for name in names)]
