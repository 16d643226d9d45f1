from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from submitted import INFO

from trainkit.course.judge import Verdict
from trainkit.gradebook import spreadsheet, summary
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.grades import Execution, Failure, Graded, Judged, Mark
from trainkit.gradebook.records import ByHand, Submission
from trainkit.i18n import use_language


def record(tmp_path: Path, graded: Graded, who: str = "lin-yue") -> list[Submission]:
    with Gradebook(tmp_path / "gradebook.db") as book:
        book.record(who, INFO, graded, plan="p", received=b"")
        return book.latest()


def graded(
    *,
    state: str = "complete",
    flag: str = "",
    value: object = 20.0,
    failures: tuple = (),
    not_run: tuple = (4,),
    size: str = "not attempted",
) -> Graded:
    verdicts = {
        "double": Verdict("double", "mistake", ("GEN-1",), value=value),
        "size": Verdict("size", size),  # type: ignore[arg-type]
    }
    judged = tuple(
        Judged(Execution(v, state, failures=failures, not_run=not_run), verdicts, hidden=bool(v))
        for v in (0, 71)  # type: ignore[arg-type]
    )
    marks = (Mark("double", 2.0, 1.0, flag), Mark("size", 1.0, 0.0))  # type: ignore[arg-type]
    return Graded("c", "graded", judged=judged, marks=marks)


def read(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def test_a_row_says_what_was_earned_and_why(tmp_path: Path):
    [row] = summary.rows(record(tmp_path, graded()))
    assert (row.earned, row.points, row.percent) == (1.0, 3.0, 33.3)
    assert row.answers == "✗GEN-1 –"
    assert row.remarks == ""


@pytest.mark.parametrize(
    ("given", "remark"),
    [
        (graded(flag="hard-coded"), "Hard-coded: double."),
        (graded(flag="visible only"), "Right on the visible data only: double."),
        (graded(state="deadline"), "Cut off: it ran too long."),
        (graded(state="died"), "Its kernel died; the cells after that weren't run."),
        (
            graded(state="died", not_run=()),
            "What the notebook left behind kept its answers from being collected.",
        ),
        (graded(flag="classmate"), "Right on a classmate's data, not on their own: double."),
        (graded(size="not run"), "Not run: size."),
        (
            graded(failures=(Failure(3, "NameError"), Failure(7, "timeout"))),
            "Failed cells: 3, 7. The first error: NameError.",
        ),
        (graded(failures=(Failure(7, "timeout"),)), "Failed cells: 7."),
        (graded(size="failed"), "Their cell failed: size."),
        (Graded("c", "damaged", note="The file is empty."), "Damaged: The file is empty."),
        (Graded("c", "failed", note="no memory"), "Not graded, try again: no memory"),
    ],
)
def test_a_remark_tells_the_assessor_what_to_look_at(tmp_path: Path, given: Graded, remark: str):
    [row] = summary.rows(record(tmp_path, given))
    assert row.remarks == remark


def test_a_library_that_grading_lacks_counts_once_a_notebook(tmp_path: Path):
    missing = [Failure(n, "ModuleNotFoundError", "No module named 'seaborn'") for n in (2, 5)]
    part = Failure(6, "ModuleNotFoundError", "No module named 'pandas.birds'")
    record(tmp_path, graded(failures=(*missing, part)))
    record(
        tmp_path, graded(failures=(missing[0], replace(missing[0], message="No module named 'abc2'"))), "tom"
    )
    submissions = record(tmp_path, graded(failures=(Failure(2, "NameError", "no x"),)), "ann")
    assert summary.lacking(submissions) == {"seaborn": 2, "abc2": 1}


def test_the_tables_open_in_a_spreadsheet(tmp_path: Path):
    """Excel takes a file for UTF-8 only if it begins with a byte order mark."""
    submissions = record(tmp_path, graded(), who="林悦")
    for raw in (summary.grades_csv(submissions), summary.answers_csv(submissions)):
        assert raw.startswith(b"\xef\xbb\xbf")
        assert read(raw)[0]["trainee"] == "林悦"


def test_there_is_a_line_for_each_answer(tmp_path: Path):
    lines = read(summary.answers_csv(record(tmp_path, graded())))
    assert [(line["answer"], line["outcome"], line["mistakes"], line["hidden"]) for line in lines] == [
        ("double", "mistake", "GEN-1", "mistake"),
        ("size", "not attempted", "", "not attempted"),
    ]


def test_points_given_by_hand_count(tmp_path: Path):
    [submission] = record(tmp_path, graded())
    submission.marks[1].by_hand = ByHand(points=0.5, comment="Nearly.", assessor="Zhou Min")
    [row] = summary.rows([submission])
    assert (row.earned, row.percent) == (1.5, 50.0)
    assert row.remarks == "Marked by hand: size."
    line = read(summary.answers_csv([submission]))[1]
    assert [line[n] for n in ("earned", "manual", "awarded")] == ["0.0", "0.5", "0.5"]
    assert (line["comment"], line["assessor"]) == ("Nearly.", "Zhou Min")


def test_every_mark_is_explained():
    assert all(mark in summary.legend() for mark in summary.MARKS.values())


@given(st.sampled_from(["=", "+", "-", "@", "\t=", "\r", "\n=", " =", "＝"]), st.text(max_size=20))
def test_no_text_of_a_trainee_is_a_formula(first: str, rest: str):
    cell = spreadsheet.safe(first + rest)
    assert cell.startswith("'")
    assert not spreadsheet.is_formula(cell)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@given(st.lists(st.text(st.sampled_from("=+-@＝;,\t\r\n\"' 1a"), max_size=9), min_size=1, max_size=3))
def test_no_cell_is_a_formula_whatever_separates_cells_in_a_country(separator: str, texts: list[str]):
    """Excel takes the separator of the machine's region, and a quote counts only where a cell begins."""
    raw = spreadsheet.csv_bytes(["trainee", *texts], [["lin-yue", *texts]])
    for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=separator):
        assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in row)


def test_formulas_are_disarmed_wherever_trainees_write(tmp_path: Path):
    evil = "=HYPERLINK(1)"
    submissions = record(tmp_path, graded(value=evil), who=evil)
    for raw in (summary.grades_csv(submissions), summary.answers_csv(submissions)):
        for line in read(raw):
            assert not any(cell.startswith("=") for cell in line.values())


def test_a_negative_number_stays_a_number(tmp_path: Path):
    line = read(summary.answers_csv(record(tmp_path, graded(value=-3.5))))[0]
    assert line["value"] == "-3.5"


@pytest.mark.parametrize("state", ["damaged", "failed"])
def test_a_reason_stored_in_one_language_is_told_in_the_other(state: str) -> None:
    note = "It isn't a notebook, or it is cut off: not JSON at line 1."
    use_language("zh")
    (said,) = summary.remarks(Submission(state=state, note=note, executions=[], marks=[]))
    assert "第 1 行不是合法的 JSON" in said
    assert "notebook" not in said
