"""A class's settings are read whole, have sensible defaults, and are told exactly when they are wrong."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from trainkit.classes.classfile import limit_settings
from trainkit.classes.classroom import Classroom
from trainkit.company import variants
from trainkit.course.catalogue import find
from trainkit.errors import GradingError
from trainkit.sandbox.limits import Limits

DAY = dt.date(2026, 6, 30)


def written(folder: Path, text: str) -> Path:
    (folder / "class.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_without_a_file_is_a_class_with_defaults(tmp_path: Path) -> None:
    room = Classroom.load(tmp_path)
    assert room == Classroom(tmp_path, tmp_path.name, roster=tmp_path / "roster.csv")
    assert (room.submissions, room.grades) == (tmp_path / "submissions", tmp_path / "grades")
    assert room.gradebook == tmp_path / "grades" / "gradebook.db"


def test_every_setting_is_read(tmp_path: Path) -> None:
    text = """\ufeff
        title = "2026 春季班"
        lang = "zh"
        exercises = ["1-06", "3-01", "1-06"]
        personal = ["3-01"]
        hidden = 3
        database = "postgresql+psycopg://grader@db.example.org/grades"
        roster = "lists/spring.csv"
        [released]
        "3-01" = 2026-06-30
        [limits]
        cell_seconds = 20.5
        memory_mib = 512
        cells = 50
    """
    room = Classroom.load(written(tmp_path, text))
    assert (room.title, room.lang, room.exercises) == ("2026 春季班", "zh", ("1-06", "3-01"))
    assert (room.personal, room.hidden, room.released) == ({"3-01"}, 3, {"3-01": DAY})
    assert room.limits == replace(Limits(), cell_seconds=20.5, memory_bytes=512 * 2**20, cells=50)
    assert room.gradebook == room.database == "postgresql+psycopg://grader@db.example.org/grades"
    assert room.roster == tmp_path / "lists" / "spring.csv"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel = 'x'", "no setting `titel`. Did you mean `title`?"),
        ("title = 3", "`title` should be a text in quotation marks. Got 3."),
        ("lang = 'de'", '`lang` should be "en" or "zh". Got "de".'),
        ("lang = ['en']", "`lang` should be"),
        ("exercises = '1-06'", '`exercises` should be a list of exercise ids such as ["1-06", "2-01"]'),
        ("exercises = [1]", "Got [1]"),
        ("exercises = ['../etc']", "`exercises` should be a list of exercise ids"),
        ("exercises = ['1-06']\npersonal = ['3-01']", 'stand in `exercises`, too, so not "3-01"'),
        ("hidden = 0", "`hidden` should be a whole number from 1 to 8. Got 0."),
        ("hidden = true", "`hidden` should be a whole number"),
        ("hidden = 2.0", "`hidden` should be a whole number"),
        ("database = 'grades.db'", "`database` should be empty or a URL"),
        ("released = 2026-06-30", "`released` should be a table"),
        ("[released]\n'3-01' = '30 June'", "`released.3-01` should be an exercise id and a date"),
        ("[released]\n'3-01' = 2026-06-30T09:00:00", "`released.3-01` should be"),
        ("[released]\nexam = 2026-06-30", "`released.exam` should be"),
        ("limits = 3", "`limits` should be a table of numbers"),
        ("[limits]\ncel_seconds = 3", "no setting `limits.cel_seconds`. Did you mean `limits.cell_seconds`?"),
        ("[limits]\ncell_seconds = '60'", '`limits.cell_seconds` should be a number above 0. Got "60".'),
        ("[limits]\ncell_seconds = 0", "Got 0"),
        ("[limits]\ncell_seconds = inf", "Got inf"),
        ("[limits]\ncell_seconds = nan", "Got nan"),
        ("[limits]\nprocesses = 1.5", "`limits.processes` should be a whole number above 0"),
        ("[limits]\nrestarts = -1", "`limits.restarts` should be a whole number from 0 up. Got -1."),
        ("[limits]\nmemory_bytes = 1", "no setting `limits.memory_bytes`. Did you mean"),
        ("hidden = ", "can't be read: Invalid value (at"),
        ("hidden = 2\nhidden = 3", "can't be read: Cannot overwrite"),
    ],
)
def test_a_fault_is_named_with_file_setting_and_what_is_allowed(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(GradingError) as caught:
        Classroom.load(written(tmp_path, text))
    assert said in str(caught.value)
    assert str(tmp_path / "class.toml") in str(caught.value)


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(GradingError) as caught:
        Classroom.load(written(tmp_path, "hidden = 9\nlang = 'fr'\nworkers = 4\n[limits]\ncells = -1"))
    assert len(str(caught.value).splitlines()) == 4


@pytest.mark.parametrize("raw", [b"\xff\xfe", "title = '春'".encode("gb18030")])
def test_a_file_in_another_encoding_is_an_error_that_says_so(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "class.toml").write_bytes(raw)
    with pytest.raises(GradingError, match="isn't UTF-8"):
        Classroom.load(tmp_path)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="There is no folder"):
        Classroom.load(tmp_path / "spring")


def test_every_limit_can_be_set_and_sizes_are_in_mib(tmp_path: Path) -> None:
    lines = [f"{name} = {default:g}" for name, (_field, default) in limit_settings().items()]
    assert Classroom.load(written(tmp_path, "[limits]\n" + "\n".join(lines))).limits == Limits()
    assert not any(name.endswith("_bytes") for name in limit_settings())


def test_a_trainee_has_data_of_their_own_where_the_class_says_so(tmp_path: Path) -> None:
    room = Classroom.load(written(tmp_path, "personal = ['1-06']"))
    own = room.variant("lin-yue", "1-06")
    assert own == variants.personal("lin-yue", "1-06", room.secret)
    assert own not in (0, room.variant("chen-bo", "1-06"))
    assert (
        room.variant("lin-yue", "2-01") == room.variant("chen-bo", "2-01") == find("exercise", "2-01").variant
    )
    assert room.variant("lin-yue", "9-99") == 0


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    secret = Classroom.load(tmp_path).secret
    assert Classroom.load(tmp_path).secret == secret
    assert (tmp_path / "grades" / "private" / "class.secret").stat().st_mode & 0o077 == 0


def test_a_class_that_is_sent_elsewhere_leaves_its_secret_at_home(tmp_path: Path) -> None:
    room = Classroom.load(tmp_path)
    sent = pickle.dumps((room, room.secret)[0])
    assert room.secret.encode() not in sent
    assert pickle.loads(sent) == room


@pytest.mark.parametrize("damaged", ["", "\n", "0" * 63])
def test_a_damaged_secret_is_not_replaced_by_a_weaker_one(tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "grades" / "private" / "class.secret"
    path.parent.mkdir(parents=True)
    path.write_text(damaged)
    with pytest.raises(GradingError, match=r"class\.secret is damaged"):
        _secret = Classroom.load(tmp_path).secret
    assert path.read_text() == damaged


@pytest.mark.parametrize(
    ("exercise", "instant", "dated", "undated"),
    [
        ("3-01", None, (False, True, True), False),
        ("1-06", None, (False, True, True), True),
        ("9-01", None, (False, True, True), False),
        ("9-01", True, (False, True, True), True),
        ("9-01", False, (False, True, True), False),
    ],
)
def test_feedback_on_an_examination_waits_for_its_date(
    tmp_path: Path, exercise: str, instant: bool | None, dated: tuple[bool, ...], undated: bool
) -> None:
    days = (DAY - dt.timedelta(1), DAY, DAY + dt.timedelta(1))
    room = Classroom.load(tmp_path)
    assert room.is_released(exercise, DAY, instant=instant) == undated
    room = replace(room, released={exercise: DAY})
    assert tuple(room.is_released(exercise, day, instant=instant) for day in days) == dated


def test_another_database_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "class.toml").write_text('database = "postgresql://db.example.org/spring"\n')
    room = Classroom.load(tmp_path, database="sqlite:///other.db")
    assert room.gradebook == "sqlite:///other.db"
