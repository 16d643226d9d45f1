from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from classes import EXAM, hand_in, right, tripled
from trainkit.classes.classroom import Classroom
from trainkit.classes.roster import Entry
from trainkit.cli import app
from trainkit.errors import GradingError, UnknownName
from trainkit.gradebook.enrolment import enroll, open_class
from trainkit.gradebook.exports import FORMATS
from trainkit.reports.publishing import export_grades, format_for, latest_of, write_feedback, write_report


@pytest.fixture
def classroom(tmp_path: Path) -> Classroom:
    """A class of two who handed in, and a folder of solutions that has none of these exercises."""
    (tmp_path / "class" / "submissions").mkdir(parents=True)
    (tmp_path / "solutions").mkdir()
    found = Classroom.load(tmp_path / "class")
    with open_class(found) as book:
        hand_in(book, "lin-yue", right, lang="zh")
        hand_in(book, "lin-yue", right, info=EXAM, lang="zh")
        hand_in(book, "chen-bo", tripled)
    return found


def feedback(classroom: Classroom, **more) -> list[Path]:
    return write_feedback(classroom, solutions=classroom.folder.parent / "solutions", **more)


def test_each_trainee_has_a_page_in_their_language(classroom):
    chen, lin = feedback(classroom)
    assert (chen.name, lin.name) == ("chen-bo.html", "lin-yue.html")
    assert chen.parent == classroom.grades / "feedback"
    assert '<html lang="en">' in chen.read_text()
    assert '<html lang="zh-CN">' in lin.read_text()


def test_one_trainees_feedback_can_be_written_alone_and_as_markdown(classroom):
    [lin] = feedback(classroom, trainee="lin-yue", form="md")
    assert lin.name == "lin-yue.md"
    assert lin.read_text().startswith("# 反馈 · ")


def test_an_examination_comes_out_on_its_day(classroom):
    dated = replace(classroom, released={"9-02": dt.date(2026, 3, 1)})
    [before] = feedback(dated, trainee="lin-yue", form="md", today=dt.date(2026, 2, 28))
    assert "8" not in re.findall(r"满分 (\d+) 分", before.read_text())
    [after] = feedback(dated, trainee="lin-yue", form="md", today=dt.date(2026, 3, 1))
    assert "8" in re.findall(r"满分 (\d+) 分", after.read_text())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: feedback(c, trainee="lin-yeu"), "Did you mean `lin-yue`"),
        (lambda c: feedback(c, form="pdf"), "There is no format `pdf`"),
        (lambda c: latest_of(c, exercise="9-03"), "Nothing was handed in for exercise `9-03`"),
        (lambda c: export_grades(c, Path("x.csv"), "moodel"), "Did you mean `moodle`"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(classroom, call, message):
    with pytest.raises(UnknownName, match=message):
        call(classroom)


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("a.csv", "", "long"),
        ("a.XLSX", "", "xlsx"),
        ("a.jsonl", "", "xapi"),
        ("a.csv", "moodle", "moodle"),
        ("a", "wide", "wide"),
    ],
)
def test_the_format_is_named_or_told_by_the_file(name, form, expected):
    assert format_for(Path(name), form) == expected


def test_a_file_that_tells_no_format_is_refused():
    with pytest.raises(GradingError, match="Use --format with one of long, wide, moodle"):
        format_for(Path("grades.txt"))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_written_for_its_owner_alone_and_noted(classroom, tmp_path, form):
    path = tmp_path / f"out{FORMATS[form].suffix}"
    assert export_grades(classroom, path, form) == 3
    assert path.stat().st_size > 100
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with open_class(classroom) as book:
        line = book.audit()[-1]
    assert (line.action, line.what) == ("export", f"3 submissions as {form}")


@pytest.mark.parametrize(
    "name", ["class.toml", "roster.csv", "grades/gradebook.db", "./grades/../class.toml"]
)
@pytest.mark.parametrize(
    "write", [lambda c, p: export_grades(c, p, "long"), lambda c, p: write_report(c, out=p)]
)
def test_no_file_of_the_class_itself_is_written_over(classroom, name, write):
    (classroom.folder / "roster.csv").write_text("id,name\nlin-yue,林悦\n", encoding="utf-8")
    (classroom.folder / "class.toml").write_text('title = "Spring"\n', encoding="utf-8")
    path = classroom.folder / name
    before = path.read_bytes()
    with pytest.raises(GradingError, match="is a file of the class itself"):
        write(classroom, path)
    assert path.read_bytes() == before


def test_an_export_can_be_of_one_exercise(classroom, tmp_path):
    export_grades(classroom, tmp_path / "out.csv", "wide", exercise="9-02")
    chen, lin = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig")))
    assert (chen["trainee"], chen["9-02"], chen["open"]) == ("chen-bo", "", "9-02: Nothing was handed in.")
    assert (lin["trainee"], lin["open"]) == ("lin-yue", "")
    assert "9-01" not in lin


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_is_in_the_classs_language(classroom, lang):
    solutions = classroom.folder.parent / "solutions"
    path = write_report(replace(classroom, lang=lang), solutions=solutions, today=dt.date(2026, 1, 1))
    assert path == classroom.grades / "report.html"
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in path.read_text()
    assert "2026-01-01" in path.read_text()


def run(*words: object) -> str:
    result = CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_the_commands_do_what_they_say(classroom, tmp_path):
    folder, solutions = classroom.folder, tmp_path / "solutions"
    shown = run("grades", "show", folder, "--trainee", "chen-bo")
    assert "chen-bo 9-01 1/4 25" in shown
    assert "lin-yue" not in shown
    assert "3 submissions written" in run(
        "grades", "export", tmp_path / "m.csv", folder, "--format", "moodle"
    )
    assert "2 files of feedback" in run("feedback", folder, "--solutions", solutions)
    assert "report.html" in run("grades", "report", folder, "--solutions", solutions)
    assert (tmp_path / "m.csv").read_text("utf-8-sig").startswith("Full name,ID number,Username")


def test_a_class_that_was_never_graded_has_nothing_to_show(tmp_path):
    with pytest.raises(GradingError, match=r"There is no gradebook in .*trainkit grade"):
        latest_of(Classroom.load(tmp_path))
    assert not (tmp_path / "grades" / "gradebook.db").exists()


def test_marks_by_hand_reach_every_form(classroom, tmp_path):
    from trainkit.gradebook.marking import set_mark

    with open_class(classroom) as book:
        set_mark(book, "chen-bo", "9-01", "double", 1.5, why="argued well", comment="Argued well.")
    export_grades(classroom, tmp_path / "m.csv", "moodle")
    lines = {
        r["Username"]: r for r in csv.DictReader(io.StringIO((tmp_path / "m.csv").read_text("utf-8-sig")))
    }
    assert lines["chen-bo"]["9-01 One number (Real, 0–4)"] == "2.5"
    assert "Argued well." in lines["chen-bo"]["9-01 One number (Feedback)"]
    [page] = feedback(classroom, trainee="chen-bo")
    assert "1.5 of 2 points" in page.read_text()


def rostered(classroom: Classroom) -> None:
    with open_class(classroom) as book:
        enroll(book, [Entry(name="zoe", display_name="Zoe Ali")])


@pytest.mark.parametrize(
    ("form", "more", "there"),
    [
        ("wide", [], True),
        ("long", [], True),
        ("canvas", [], True),
        ("moodle", [], False),
        ("moodle", ["--everybody"], True),
        ("wide", ["--handed-in"], False),
    ],
)
def test_people_without_work_are_exported_unless_that_takes_a_grade_away(
    classroom, tmp_path, form, more, there
):
    rostered(classroom)
    run("grades", "export", tmp_path / "out.csv", classroom.folder, "--format", form, *more)
    text = (tmp_path / "out.csv").read_text("utf-8-sig")
    assert ("Zoe Ali" in text or "zoe" in text) is there
    assert "lin-yue" in text


def test_the_report_of_a_class_names_who_handed_nothing_in(classroom, tmp_path):
    rostered(classroom)
    path = write_report(classroom, solutions=tmp_path / "solutions", today=dt.date(2026, 1, 1))
    assert "Zoe Ali" in path.read_text()
