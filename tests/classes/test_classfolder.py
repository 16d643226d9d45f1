"""A new class is ready to be changed, filled in and graded, and asks nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trainkit.classes.classfile import limit_settings
from trainkit.classes.classfolder import new_class, settings_text
from trainkit.classes.classroom import Classroom
from trainkit.classes.roster import read_roster
from trainkit.cli import app
from trainkit.errors import GradingError, UnknownName
from trainkit.i18n import use_language


def test_a_new_class_has_all_defaults_and_the_name_of_its_folder(tmp_path: Path) -> None:
    made = new_class(tmp_path / "春季班")
    assert made == Classroom.load(tmp_path / "春季班")
    assert made == Classroom(tmp_path / "春季班", "春季班", roster=tmp_path / "春季班" / "roster.csv")
    assert made.submissions.is_dir()
    assert read_roster(made.roster) == []


def test_title_language_and_exercises_can_be_told(tmp_path: Path) -> None:
    made = new_class(tmp_path, title='The "spring" \\ class\t1', lang="zh", exercises=["1-06", "3-01"])
    assert (made.title, made.lang, made.exercises) == ('The "spring" \\ class\t1', "zh", ("1-06", "3-01"))


def test_any_title_comes_back_as_it_was_told(tmp_path: Path) -> None:
    title = 'a "b" \\ 春季\u3000班 \U000e0001 🎓'
    assert new_class(tmp_path / "spring", title=title).title == title


def test_its_secret_is_for_its_owner_only_and_unlike_any_other(tmp_path: Path) -> None:
    one, other = new_class(tmp_path / "one"), new_class(tmp_path / "other")
    path = one.private / "class.secret"
    assert (path.stat().st_mode & 0o777, one.private.stat().st_mode & 0o777) == (0o600, 0o700)
    assert one.secret != other.secret
    assert one.secret not in (tmp_path / "one" / "class.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_settings_explain_each_entry(lang: str) -> None:
    use_language(lang)
    text = settings_text("Spring", lang)
    assert set(tomllib.loads(text)["limits"]) == set(limit_settings())
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if " = " in line and not line.startswith("#"):
            assert "  # " in line or lines[number - 1].startswith("#")


def test_the_first_line_of_the_roster_is_understood_in_both_languages(tmp_path: Path) -> None:
    for lang in ("en", "zh"):
        path = new_class(tmp_path / lang, lang=lang).roster
        path.write_bytes(path.read_bytes() + "lin-yue,林悦,lin@lantai.example,007,一班,zh\r\n".encode())
        (entry,) = read_roster(path)
        assert (entry.name, entry.display_name, entry.email) == ("lin-yue", "林悦", "lin@lantai.example")
        assert (entry.number, entry.section, entry.lang) == ("007", "一班", "zh")


def test_a_class_is_never_written_over(tmp_path: Path) -> None:
    secret = new_class(tmp_path, title="Mine").secret
    (tmp_path / "roster.csv").write_text("trainee\nlin-yue\n")
    with pytest.raises(GradingError, match=r"class\.toml is there already"):
        new_class(tmp_path, title="Other")
    (tmp_path / "class.toml").unlink()
    again = new_class(tmp_path)
    assert again.secret == secret
    assert [entry.name for entry in read_roster(again.roster)] == ["lin-yue"]


def test_an_exercise_that_does_not_exist_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean `1-06`"):
        new_class(tmp_path / "class", exercises=["1-60"])
    assert not (tmp_path / "class").exists()


def test_a_folder_that_cannot_be_made_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GradingError, match="can't be written"):
        new_class(tmp_path / "file" / "class")


def test_the_command_makes_a_class_and_says_what_to_do_next(tmp_path: Path) -> None:
    folder = tmp_path / "spring"
    result = CliRunner().invoke(
        app, ["class", "new", str(folder), "--lang", "zh", "--exercises", "1-06, 2-01"]
    )
    assert result.exit_code == 0, result.output
    assert f"trainkit class pack {folder}" in result.stdout
    assert Classroom.load(folder).exercises == ("1-06", "2-01")
