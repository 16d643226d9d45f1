"""Personal data: everything about somebody in one file, and nothing left after forgetting."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from graded import graded
from sqlalchemy import select, text
from submitted import INFO
from test_enrolment import made

from trainkit.classes.classroom import Classroom
from trainkit.classes.file_names import file_name
from trainkit.course.judge import Verdict
from trainkit.errors import GradingError, UnknownName
from trainkit.gradebook import database, records
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.database import Database
from trainkit.gradebook.enrolment import open_class
from trainkit.gradebook.footprint import Identity
from trainkit.gradebook.marking import set_mark
from trainkit.gradebook.personal import export, forget

ROSTER = "id,name,email,number\nlin-yue,林悦,lin@example.org,2026001\nchen-bo,陈博,chen@example.org,2026002\n"

#: What must be gone after forgetting: in UTF-8 and as JSON writes it.
TRACES = [b"lin-yue", "林悦".encode(), rb"\u6797\u60a6", b"lin@example.org", b"2026001", b"SECRET-ANSWER"]


@pytest.fixture
def classroom(where: Path | str, tmp_path: Path) -> Classroom:
    return made(tmp_path / "spring", where, ROSTER)


@pytest.fixture
def book(classroom: Classroom) -> Iterator[Gradebook]:
    with open_class(classroom) as book:
        for name, said in {"lin-yue": "SECRET-ANSWER", "chen-bo": "his own"}.items():
            [seen, hidden] = graded().judged
            verdicts = {"double": Verdict("double", "wrong", value=said), "size": Verdict("size", "wrong")}
            judged = (replace(seen, verdicts=verdicts), replace(hidden, verdicts=verdicts))
            grade = replace(graded(f"of-{name}", earned=1.0), judged=judged)
            files = [("notes/../own.txt", said.encode())]
            book.record(name, INFO, grade, plan="p", received=said.encode(), files=files)
        set_mark(book, "lin-yue", "9-01", "double", 2, why="林悦 explained it", comment="Fine, 林悦.")
        set_mark(book, "chen-bo", "9-01", "double", 2, why="as for lin-yue", comment="As lin-yue has it.")
        lay(classroom)
        yield book


def lay(classroom: Classroom) -> None:
    """Lay files into the class's folder as grading does."""
    for name in ("lin-yue", "chen-bo"):
        write(classroom.submissions / name / "1-06.ipynb", f"handed in by {name}")
        write(classroom.grades / "feedback" / file_name(name), f"<h1>{name}</h1>")
        write(classroom.grades / "feedback" / file_name(name, ".md"), f"# {name}")
        write(classroom.folder / "packs" / name / "1-06.ipynb", f"for {name}")
    write(classroom.submissions / "林悦_77_assignsubmission_file_" / "1-06.ipynb", "from Moodle")
    write(classroom.grades / "grades.csv", "\ufefftrainee,points\nlin-yue,2\nchen-bo,2\n")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def exported(target: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_export_holds_the_record_and_all_files(book: Gradebook, classroom: Classroom, tmp_path: Path):
    export(book, classroom, "lin-yue", tmp_path / "lin.zip", who="zhou-min")
    files = exported(tmp_path / "lin.zip")
    record = json.loads(files.pop("record.json"))
    assert record["trainee"] == {
        "name": "lin-yue", "display_name": "林悦", "email": "lin@example.org", "number": "2026001",
        "section": "", "lang": "en",
    }  # fmt: skip
    [submission] = record["submissions"]
    assert (submission["exercise"], submission["earned"], submission["awarded"]) == ("9-01", 1.0, 2.0)
    assert [m["comment"] for m in submission["marks"]] == ["Fine, 林悦.", ""]
    assert [line["action"] for line in record["audit"]] == ["grade", "mark"]
    folder = next(name for name in files if name.startswith("received/")).rpartition("/")[0]
    assert {name: files[name] for name in files if name.startswith("received/")} == {
        f"{folder}/9-01.ipynb": b"SECRET-ANSWER",
        f"{folder}/notes_own.txt": b"SECRET-ANSWER",
    }
    assert set(files) >= {
        "submissions/lin-yue/1-06.ipynb",
        "submissions/林悦_77_assignsubmission_file_/1-06.ipynb",
        "grades/feedback/lin-yue.html",
        "grades/feedback/lin-yue.md",
        "packs/lin-yue/1-06.ipynb",
    }
    assert not any(b"chen-bo" in raw or "chen-bo" in name for name, raw in files.items())
    assert [a.action for a in book.audit() if a.who == "zhou-min"] == ["export"]


def test_an_export_tells_nothing_of_hidden_data(book: Gradebook, classroom: Classroom, tmp_path: Path):
    """The number of a variant is enough to make its data."""
    export(book, classroom, "lin-yue", tmp_path / "lin.zip")
    seen, hidden = json.loads(exported(tmp_path / "lin.zip")["record.json"])["submissions"][0]["executions"]
    assert (seen["variant"], seen["results"][0]["value"]) == (0, "SECRET-ANSWER")
    assert hidden == {
        "hidden": True,
        "state": "complete",
        "results": [
            {"name": "double", "outcome": "wrong", "codes": []},
            {"name": "size", "outcome": "wrong", "codes": []},
        ],
    }


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_an_export_is_its_owner_s_alone_and_replaces_nothing(
    book: Gradebook, classroom: Classroom, tmp_path: Path
):
    export(book, classroom, "lin-yue", tmp_path / "lin.zip")
    assert stat.S_IMODE((tmp_path / "lin.zip").stat().st_mode) == 0o600
    with pytest.raises(GradingError, match="--force"):
        export(book, classroom, "lin-yue", tmp_path / "lin.zip")
    export(book, classroom, "lin-yue", tmp_path / "lin.zip", force=True)


def test_forgetting_leaves_no_byte_of_a_person(
    book: Gradebook, classroom: Classroom, request: pytest.FixtureRequest
):
    """Neither in the folder nor in the database's own files, where deleted rows usually linger."""
    folders = [classroom.folder]
    if not isinstance(classroom.gradebook, Path):
        server: str = request.getfixturevalue("postgres_server")
        with book.database.connecting() as connection:
            number = connection.scalar(text("select oid from pg_database where datname = current_database()"))
        folders.append(Path(server.partition("host=")[2]) / "data" / "base" / str(number))
        with book.database.alone() as connection:
            connection.execute(text("analyze"))  # the server does so by itself, sooner or later
    assert all(any(trace in everything(folder, book) for trace in TRACES) for folder in folders)
    done = forget(book, classroom, "lin-yue", why="林悦 asked for it", who="zhou-min")
    assert done.mentions == ()
    assert [trace for folder in folders for trace in TRACES if trace in everything(folder, book)] == []


def test_forgetting_leaves_all_others_as_they_are(book: Gradebook, classroom: Classroom):
    forget(book, classroom, "lin-yue")
    [submission] = book.latest()
    assert (submission.trainee.name, submission.awarded) == ("chen-bo", 2.0)
    assert submission.marks[0].comment == "As … has it."
    assert [r.raw for r in book.handed_in()] == [b"his own"]
    assert classroom.roster.read_text(encoding="utf-8") == (
        "id,name,email,number\nchen-bo,陈博,chen@example.org,2026002\n"
    )
    assert (classroom.grades / "feedback" / "chen-bo.html").is_file()
    assert (classroom.submissions / "chen-bo" / "1-06.ipynb").is_file()
    grades = (classroom.grades / "grades.csv").read_text(encoding="utf-8-sig")
    assert list(csv.reader(io.StringIO(grades))) == [["trainee", "points"], ["chen-bo", "2"]]


def test_the_audit_trail_keeps_only_that_somebody_was_forgotten(book: Gradebook, classroom: Classroom):
    forget(book, classroom, "lin-yue", why="asked by 林悦", who="zhou-min")
    lines = [(a.action, a.what, a.why, a.trainee and a.trainee.name) for a in book.audit()]
    assert lines == [
        ("roster", "entries 2, added 2, changed 0", "", None),
        ("grade", "9-01: 1/3", "", "chen-bo"),
        ("mark", "9-01 double: 1 → 2", "as for …", "chen-bo"),
        ("forget", "one trainee", "asked by …", None),
    ]


def test_a_forgotten_person_doesn_t_return_with_the_roster(book: Gradebook, classroom: Classroom):
    forget(book, classroom, "lin-yue")
    with open_class(classroom) as again:
        assert [t.name for t in again.trainees()] == ["chen-bo"]


def test_files_that_still_name_the_person_are_told(book: Gradebook, classroom: Classroom):
    write(classroom.folder / "notes.txt", "lin-yue was ill in March")
    write(classroom.folder / "other.txt", "lin-yuexin and mulin-yue are others")
    write(classroom.grades / "report.html", "<td>林悦</td>")
    write(classroom.grades / "xapi.jsonl", json.dumps({"actor": "林悦"}))
    with zipfile.ZipFile(classroom.folder / "moodle.zip", "w") as archive:
        archive.writestr("林悦_77_assignsubmission_file_/1-06.ipynb", "{}")
    done = forget(book, classroom, "lin-yue")
    assert [p.relative_to(classroom.folder).as_posix() for p in done.mentions] == [
        "grades/report.html",
        "grades/xapi.jsonl",
        "moodle.zip",
        "notes.txt",
    ]


def test_nobody_is_forgotten_by_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As long as another program reads the gradebook, its file can't be rewritten."""
    monkeypatch.setattr(database, "_PATIENCE", 0.05)
    classroom = made(tmp_path / "spring", "", ROSTER)
    lay(classroom)
    with open_class(classroom) as book:
        with closing(Database(classroom.gradebook)) as other, other.reading() as session:
            assert len(session.scalars(select(records.Trainee)).all()) == 2
            book.note("test", "what the other doesn't see yet")
            with pytest.raises(GradingError, match="Another program"):
                forget(book, classroom, "lin-yue")
        assert (classroom.submissions / "lin-yue" / "1-06.ipynb").is_file()
        assert [t.name for t in book.trainees()] == ["chen-bo", "lin-yue"]
        forget(book, classroom, "lin-yue")
        assert [t.name for t in book.trainees()] == ["chen-bo"]


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_tables_and_roster_keep_their_rights_when_somebody_is_taken_out(
    book: Gradebook, classroom: Classroom
):
    rights = {classroom.grades / "grades.csv": 0o600, classroom.roster: 0o640}
    for path, mode in rights.items():
        path.chmod(mode)
    forget(book, classroom, "lin-yue")
    assert {path: stat.S_IMODE(path.stat().st_mode) for path in rights} == rights


def test_a_table_in_another_encoding_is_left_to_a_person(book: Gradebook, classroom: Classroom):
    """Written anew as UTF-8 it would lose the names of all others."""
    table = classroom.grades / "from-the-office.csv"
    table.write_bytes("trainee,姓名\nlin-yue,林悦\nchen-bo,陈博\n".encode("gb18030"))
    before = table.read_bytes()
    assert forget(book, classroom, "lin-yue").mentions == (table,)
    assert table.read_bytes() == before


def test_a_roster_that_can_t_be_read_stops_forgetting_before_anything_is_deleted(
    book: Gradebook, classroom: Classroom
):
    for broken in ("favourite colour\nred\n", f"id\n{'x' * 200_000}\n"):
        classroom.roster.write_text(broken, encoding="utf-8")
        with pytest.raises(GradingError, match="roster"):
            forget(book, classroom, "lin-yue")
        assert (classroom.submissions / "lin-yue" / "1-06.ipynb").is_file()
        assert [s.trainee.name for s in book.latest()] == ["chen-bo", "lin-yue"]


def test_what_a_namesake_handed_in_is_left_to_a_person(tmp_path: Path):
    """Moodle names folders by full names only."""
    classroom = made(tmp_path / "spring", "", "id,name\nlin-1,Lin Yue\nlin-2,Lin Yue\n")
    theirs = classroom.submissions / "Lin Yue_77_assignsubmission_file_"
    write(theirs / "1-06.ipynb", "whose?")
    canvas = classroom.grades / "canvas.csv"
    write(canvas, "Student,SIS Login ID,1-06\nLin Yue,lin-1,2\nLin Yue,lin-2,3\n")
    with open_class(classroom) as book:
        done = forget(book, classroom, "lin-1")
    assert (theirs / "1-06.ipynb").is_file()
    assert canvas.read_text(encoding="utf-8-sig").split() == [
        "Student,SIS", "Login", "ID,1-06", "Lin", "Yue,lin-2,3"
    ]  # fmt: skip
    assert {theirs, canvas} <= set(done.mentions)


@pytest.mark.parametrize("name", ["Lin Yue", "Lin Yue (77)"])
def test_forgetting_finds_what_moodle_called_by_the_name_alone(tmp_path: Path, name: str):
    """Whom no roster knows is called as in Moodle, with a number if there are two of that name."""
    classroom = made(tmp_path / "spring", "")
    for number in (77, 78) if "(" in name else (77,):
        write(classroom.submissions / f"Lin Yue_{number}_assignsubmission_file_" / "1-06.ipynb", "x")
    write(classroom.submissions / "Lin Yueru_79_assignsubmission_file_" / "1-06.ipynb", "x")
    with open_class(classroom) as book:
        book.record(name, INFO, graded(), plan="p", received=b"x")
        forget(book, classroom, name)
    left = [p.name.partition("_")[0] for p in sorted(classroom.submissions.iterdir())]
    assert left == (["Lin Yue", "Lin Yueru"] if "(" in name else ["Lin Yueru"])


def test_folders_and_archives_that_seem_to_be_the_person_s_are_told(book: Gradebook, classroom: Classroom):
    write(classroom.submissions / "LIN-YUE" / "1-06.ipynb", "x")
    write(classroom.folder / "old" / "lin-yue_march.ipynb", "x")
    damaged = classroom.submissions / "zhou-min" / "own.zip"
    with_members(damaged)
    raw = bytearray(damaged.read_bytes())
    raw[60:90] = b"\xff" * 30
    damaged.write_bytes(raw)
    done = forget(book, classroom, "lin-yue")
    assert [p.name for p in done.mentions] == ["lin-yue_march.ipynb", "LIN-YUE", "own.zip"]


def with_members(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1-06.ipynb", "".join(map(str, range(500))))


@pytest.mark.parametrize("name", ["lin", "lin-yu", "*", ""])
def test_a_name_that_isn_t_known_deletes_nothing(book: Gradebook, classroom: Classroom, name: str):
    before = everything(classroom.submissions, book)
    with pytest.raises(UnknownName, match="There is no trainee"):
        forget(book, classroom, name)
    assert everything(classroom.submissions, book) == before
    assert len(book.latest()) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lin-yue, Lin-Yue and lin-yue2", "…, Lin-Yue and lin-yue2"),
        ("学员林悦的答案", "学员…的答案"),
        ("a@b.org 12 1234", "… 12 …"),
    ],
)
def test_a_person_s_words_are_found_as_words(text: str, expected: str):
    assert Identity("lin-yue", "林悦", "a@b.org", "1234").forgotten_in(text) == expected


def test_short_names_don_t_tear_words_apart():
    assert Identity("a", "b", "", "12").forgotten_in("a note of 12 words on b") == "a note of 12 words on b"


def everything(folder: Path, book: Gradebook) -> bytes:
    """Return the names and the content of all files of a folder, the database's as they are on disk."""
    if book.database.dialect == "postgresql":
        with book.database.connecting() as connection:
            connection.execute(text("checkpoint"))
    found = sorted(folder.rglob("*"))
    return b"\n".join([*(os.fsencode(p) for p in found), *(p.read_bytes() for p in found if p.is_file())])
