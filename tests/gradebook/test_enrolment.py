"""The class and its gradebook: everybody on the roster is in it, and no other class is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from graded import graded
from sqlalchemy.orm import Session
from submitted import INFO

from trainkit.classes.classroom import Classroom
from trainkit.classes.roster import Entry
from trainkit.errors import GradingError
from trainkit.gradebook import records
from trainkit.gradebook.backup import back_up, restore
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.database import Database
from trainkit.gradebook.enrolment import Enrolled, adopt, enroll, open_class
from trainkit.grading.grader import ungraded


def made(folder: Path, where: Path | str = "", roster: str = "", title: str = "Spring") -> Classroom:
    """Return a class in a folder, with its gradebook in a database if one is named."""
    folder.mkdir(exist_ok=True)
    database = where if isinstance(where, str) else ""
    (folder / "class.toml").write_text(f'title = "{title}"\ndatabase = "{database}"\n', encoding="utf-8")
    if roster:
        (folder / "roster.csv").write_text(roster, encoding="utf-8")
    return Classroom.load(folder)


def test_opening_a_class_s_gradebook_reads_its_roster(where: Path | str, tmp_path: Path):
    classroom = made(
        tmp_path / "spring", where, "id,姓名,email\nlin-yue,林悦,lin@example.org\nchen-bo,陈博,\n"
    )
    with open_class(classroom) as book:
        assert [(t.name, t.display_name, t.email) for t in book.trainees()] == [
            ("chen-bo", "陈博", ""),
            ("lin-yue", "林悦", "lin@example.org"),
        ]
        [line] = book.audit()
        assert (line.action, line.what) == ("roster", "entries 2, added 2, changed 0")
    with open_class(classroom) as book:
        assert len(book.audit()) == 1  # nothing was changed


def test_a_roster_brings_those_up_to_date_who_are_known_and_removes_nobody(where: Path | str):
    with Gradebook(where) as book:
        book.record("lin-yue", INFO, graded(lang="zh"), plan="p", received=b"x")
        book.record("zhou-min", INFO, graded(), plan="p", received=b"x")
        first = [Entry("lin-yue", "林悦", email="lin@example.org"), Entry("chen-bo", number="7")]
        assert enroll(book, first) == Enrolled(("chen-bo",), ("lin-yue",), 0)
        assert enroll(book, [Entry("lin-yue", section="甲班"), Entry("chen-bo", number="7")]) == Enrolled(
            (), ("lin-yue",), 1
        )
        lin = next(t for t in book.trainees() if t.name == "lin-yue")
        assert (lin.display_name, lin.email, lin.section, lin.lang) == (
            "林悦",
            "lin@example.org",
            "甲班",
            "zh",
        )
        assert [t.name for t in book.trainees()] == ["chen-bo", "lin-yue", "zhou-min"]
        assert len(book.latest()) == 2


def test_a_roster_and_a_notebook_in_two_languages_don_t_take_turns(where: Path | str, tmp_path: Path):
    """What a trainee works in counts; else each grade and each look into the gradebook would change it."""
    classroom = made(tmp_path / "spring", where, "id,language\nlin-yue,zh\nchen-bo,zh\n")
    with open_class(classroom) as book:
        book.record("lin-yue", INFO, graded(lang="en"), plan="p", received=b"x")
    with open_class(classroom) as book:
        assert {t.name: t.lang for t in book.trainees()} == {"lin-yue": "en", "chen-bo": "zh"}
        assert [a.action for a in book.audit()] == ["roster", "grade"]


def test_whose_language_nobody_tells_has_that_of_the_class(where: Path | str, tmp_path: Path):
    classroom = made(tmp_path / "spring", where, "id,language\nlin-yue,\nchen-bo,en\n")
    settings = classroom.folder / "class.toml"
    settings.write_text(f'lang = "zh"\n{settings.read_text(encoding="utf-8")}', encoding="utf-8")
    with open_class(Classroom.load(classroom.folder)) as book:
        enroll(book, [Entry("zhou-min")])
        damaged = ungraded(b"x", INFO, "damaged", "It isn't a notebook.")
        book.record("wu-hao", INFO, damaged, plan="p", received=b"x")
        assert {t.name: t.lang for t in book.trainees()} == {
            "lin-yue": "zh",
            "chen-bo": "en",
            "zhou-min": "zh",
            "wu-hao": "zh",
        }


def test_of_two_classes_that_open_a_new_gradebook_at_once_one_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    spring, autumn = (made(tmp_path / name, url, title=name.title()) for name in ("spring", "autumn"))
    reading = Database.reading

    @contextmanager
    def overtaken(self: Database) -> Iterator[Session]:
        with reading(self) as session:
            yield session
        monkeypatch.undo()
        open_class(spring).close()

    monkeypatch.setattr(Database, "reading", overtaken)
    with pytest.raises(GradingError, match="made for the class “Spring”"):
        open_class(autumn)
    open_class(spring).close()


def test_a_gradebook_knows_whose_it_is(where: Path | str, tmp_path: Path):
    open_class(made(tmp_path / "spring", where)).close()
    open_class(made(tmp_path / "spring", where, title="Spring 2026")).close()
    with Gradebook(made(tmp_path / "spring", where).gradebook) as book, book.database.reading() as session:
        [info] = session.query(records.ClassInfo)
        assert (info.title, info.lang) == ("Spring 2026", "en")


def test_a_gradebook_of_another_class_is_refused(postgres_url: str, tmp_path: Path):
    open_class(made(tmp_path / "spring", postgres_url)).close()
    autumn = made(tmp_path / "autumn", postgres_url, title="Autumn")
    with pytest.raises(GradingError, match=r"made for the class “Spring”.*trainkit gradebook adopt"):
        open_class(autumn)
    open_class(made(tmp_path / "spring", postgres_url)).close()


def test_classes_may_share_a_database_in_schemas_of_their_own(postgres_url: str, tmp_path: Path):
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("create schema spring")
        admin.execute("create schema autumn")
    for name in ("spring", "autumn"):
        url = f"{postgres_url}&options=-csearch_path%3D{name}"
        with open_class(made(tmp_path / name, url, title=name)) as book:
            book.record(f"of-{name}", INFO, graded(), plan="p", received=b"x")
            back_up(book, tmp_path / f"{name}.zip")
    for name in ("spring", "autumn"):
        with open_class(
            made(tmp_path / name, f"{postgres_url}&options=-csearch_path%3D{name}", title=name)
        ) as book:
            assert [s.trainee.name for s in book.latest()] == [f"of-{name}"]
        restore(tmp_path / "new.db", tmp_path / f"{name}.zip", force=True, why="a drill")
        with Gradebook(tmp_path / "new.db") as book:
            assert [s.trainee.name for s in book.latest()] == [f"of-{name}"]


def test_a_class_whose_secret_was_made_anew_takes_its_gradebook_over(where: Path | str, tmp_path: Path):
    spring = made(tmp_path / "spring", where)
    open_class(spring).close()
    shutil.rmtree(spring.private)
    anew = Classroom.load(spring.folder)
    with pytest.raises(GradingError, match="adopt"):
        open_class(anew)
    assert not spring.private.exists()  # looking made no new secret
    adopt(anew, why="new server", who="zhou-min")
    with open_class(anew) as book:
        assert [(a.who, a.action, a.why) for a in book.audit()] == [("zhou-min", "adopt", "new server")]


def test_the_secret_isn_t_in_the_gradebook(tmp_path: Path):
    spring = made(tmp_path / "spring")
    open_class(spring).close()
    assert spring.secret.encode() not in (tmp_path / "spring" / "grades" / "gradebook.db").read_bytes()


def test_looking_into_a_folder_without_a_gradebook_makes_none(tmp_path: Path):
    with pytest.raises(GradingError, match=r"There is no gradebook in .*spring.*trainkit grade"):
        open_class(made(tmp_path / "spring"), create=False)
    assert not (tmp_path / "spring" / "grades").exists()


def test_only_a_class_with_a_gradebook_can_adopt_it(tmp_path: Path):
    with pytest.raises(GradingError, match="There is no gradebook"):
        adopt(made(tmp_path / "spring"), why="a folder's name was wrong")
    assert not (tmp_path / "spring" / "grades").exists()


def test_a_wrong_roster_opens_nothing(tmp_path: Path):
    with pytest.raises(GradingError, match="Line 3"):
        open_class(made(tmp_path / "spring", roster="id,email\nlin-yue,\nchen-bo,x\n"))
    assert not (tmp_path / "spring" / "grades").exists()
