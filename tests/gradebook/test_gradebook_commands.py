"""`trainkit trainee` and `trainkit gradebook`, as an assessor uses them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from graded import graded
from submitted import INFO
from test_enrolment import made
from typer.testing import CliRunner

from trainkit.classes.classroom import Classroom
from trainkit.cli import app
from trainkit.errors import TrainkitError
from trainkit.gradebook.enrolment import open_class

Run = Callable[..., str]


@pytest.fixture
def classroom(where: Path | str, tmp_path: Path) -> Classroom:
    classroom = made(tmp_path / "spring", where, "id,name\nlin-yue,林悦\n")
    with open_class(classroom) as book:
        book.record("lin-yue", INFO, graded(earned=0.5), plan="p", received=b"x", who="grader")
    return classroom


@pytest.fixture
def run(classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in the class's folder and return what it says."""
    monkeypatch.setenv("LOGNAME", "zhou-min")
    monkeypatch.chdir(classroom.folder)

    def invoke(*words: object, answer: str = "", code: int = 0) -> str:
        result: Result = CliRunner().invoke(app, [str(w) for w in words], input=answer)
        if isinstance(result.exception, TrainkitError):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    return invoke


def test_a_mark_is_given_told_and_taken_back(run: Run):
    mark = ("gradebook", "mark", "lin-yue", "9-01", "double")
    assert run(
        *mark, "--points", 1.5, "--why", "well argued", "--comment", "Fine.", "--assessor", "Zhou Min"
    ) == ("lin-yue, 9-01: 1.5 of 3 points; 0.5 were earned.\n")
    assert run(*mark, "--remove", "--why", "a slip").startswith("lin-yue, 9-01: 0.5 of 3")
    lines = [line.split("  ", 1)[1] for line in run("gradebook", "audit").splitlines()]
    assert lines[1:] == [
        "grader  grade  lin-yue  9-01: 0.5/3",
        "zhou-min  mark  lin-yue  9-01 double: 0.5 → 1.5  well argued",
        "zhou-min  unmark  lin-yue  9-01 double: 1.5 → 0.5  a slip",
    ]
    assert lines[0].endswith("roster  entries 1, added 1, changed 0")
    assert len(run("gradebook", "audit", "--trainee", "lin-yue").splitlines()) == 3


def test_an_audit_of_somebody_unknown_says_so(run: Run):
    with pytest.raises(TrainkitError, match="Did you mean `lin-yue`"):
        run("gradebook", "audit", "--trainee", "lin-yeu")


def test_the_audit_trail_can_t_give_orders_to_the_terminal(run: Run, classroom: Classroom):
    with open_class(classroom) as book:
        book.note("test", "red \x1b[31m and\nnext line")
    assert "red �[31m and next line" in run("gradebook", "audit")


def test_a_comment_is_signed_by_the_assessor_and_not_by_an_account(
    run: Run, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
):
    def comment(*more: str) -> tuple[str, str]:
        words = ("gradebook", "mark", "lin-yue", "9-01", "double", "--comment", "Nearly.", "--why", "w")
        said = run(*words, *more)
        with open_class(classroom) as book:
            [submission] = book.latest()
        return next(m.assessor for m in submission.marks if m.name == "double"), said

    signed, said = comment()
    assert signed == ""
    assert "The comment bears no name." in said
    settings = classroom.folder / "class.toml"
    before = settings.read_text(encoding="utf-8") if settings.is_file() else ""
    settings.write_text(f'assessor = "Zhou Min"\n{before}', encoding="utf-8")
    assert comment()[0] == "Zhou Min"
    monkeypatch.setenv("TRAINKIT_ASSESSOR", "Chen Bo")
    assert comment()[0] == "Chen Bo"
    signed, said = comment("--assessor", "Lin Yue")
    assert signed == "Lin Yue"
    assert "bears no name" not in said


def test_a_mark_needs_a_reason(run: Run):
    with pytest.raises(TrainkitError, match="Say why"):
        run("gradebook", "mark", "lin-yue", "9-01", "double", "--points", 1.5)


def test_nothing_is_given_and_taken_back_at_once(run: Run):
    with pytest.raises(TrainkitError, match="Leave out `--points`"):
        run("gradebook", "mark", "lin-yue", "9-01", "double", "--points", 1, "--remove", "--why", "w")
    assert "unmark" not in run("gradebook", "audit")


def test_a_backup_is_written_and_restored(run: Run, tmp_path: Path):
    said = run("gradebook", "backup", tmp_path / "spring.zip")
    rows = int(said.split()[0])
    assert said == f"{rows} rows are in {tmp_path / 'spring.zip'}.\n"
    run("gradebook", "mark", "lin-yue", "9-01", "double", "--points", 2, "--why", "w")
    with pytest.raises(TrainkitError, match="--force"):
        run("gradebook", "restore", tmp_path / "spring.zip")
    with pytest.raises(TrainkitError, match="Say why"):
        run("gradebook", "restore", tmp_path / "spring.zip", "--force")
    said = run("gradebook", "restore", tmp_path / "spring.zip", "--force", "--why", "disk failure")
    assert said == f"{rows} rows were restored.\n"
    assert "unmark" not in run("gradebook", "audit")
    assert "restore" in run("gradebook", "audit")


def test_a_roster_is_imported(run: Run, tmp_path: Path):
    (tmp_path / "new.csv").write_bytes("学号;姓名\n7;陈博\nlin-yue;林悦悦\n".encode("gb18030"))
    assert run("trainee", "import", tmp_path / "new.csv") == "1 added, 1 changed, 0 unchanged.\n"
    assert run("trainee", "import", tmp_path / "new.csv") == "0 added, 0 changed, 2 unchanged.\n"


def test_a_trainee_s_data_is_exported_and_forgotten(run: Run, classroom: Classroom):
    assert run("trainee", "export", "lin-yue") == "Everything about lin-yue is in lin-yue.zip.\n"
    with zipfile.ZipFile("lin-yue.zip") as archive:
        assert "record.json" in archive.namelist()
    assert "Delete everything about lin-yue" in run("trainee", "forget", "lin-yue", answer="n\n", code=1)
    with open_class(classroom) as book:
        assert len(book.latest()) == 1
    said = run("trainee", "forget", "lin-yue", "--yes", "--why", "asked for it")
    assert said.startswith("Forgotten.")
    assert "lin-yue.zip" in said  # the export that lies in the class's folder
    with open_class(classroom) as book:
        assert book.latest() == []
    with pytest.raises(TrainkitError, match="There is no trainee `lin-yue`"):
        run("trainee", "forget", "lin-yue", "--yes")


@pytest.mark.parametrize("name", ["dept/lin", "../wu", "CON.", "Ann?"])
def test_the_export_of_anybody_lies_in_the_current_folder(run: Run, classroom: Classroom, name: str):
    with open_class(classroom) as book:
        book.record(name, INFO, graded(), plan="p", received=b"x", who="grader")
    before = set(classroom.folder.iterdir())
    run("trainee", "export", name)
    [new] = set(classroom.folder.iterdir()) - before
    assert new.suffix == ".zip"
    assert not set(new.name) & set('/\\:*?"<>|')


def test_a_folder_without_a_gradebook_is_named(run: Run, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainkitError, match=r"There is no gradebook in .*empty"):
        run("gradebook", "audit", tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize("words", [("gradebook", "adopt"), ("regrade", "--unsafe-no-sandbox")])
def test_no_gradebook_is_made_where_a_class_was_looked_for_in_vain(run: Run, tmp_path: Path, words: tuple):
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainkitError, match="There is no gradebook"):
        run(*words, tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []


def test_the_class_is_named_last_or_is_the_current_folder(
    run: Run, classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    here = run("gradebook", "audit")
    monkeypatch.chdir(tmp_path)
    assert run("gradebook", "audit", classroom.folder) == here
    run("gradebook", "mark", "lin-yue", "9-01", "double", classroom.folder, "--points", 1, "--why", "w")
    run("gradebook", "backup", "b.zip", classroom.folder)
    assert "lin-yue" in run("trainee", "export", "lin-yue", classroom.folder)
    assert {p.name for p in tmp_path.iterdir()} >= {"b.zip", "lin-yue.zip"}


def test_a_gradebook_elsewhere_can_be_named(run: Run, classroom: Classroom, tmp_path: Path):
    other = f"sqlite:///{tmp_path / 'other.db'}"
    (tmp_path / "new.csv").write_text("id,name\nzhou,周敏\n", encoding="utf-8")
    assert run("trainee", "import", tmp_path / "new.csv", "--database", other).startswith("1 added")
    with open_class(classroom) as book:
        assert "zhou" not in [t.name for t in book.trainees()]
    with pytest.raises(TrainkitError, match="has handed in nothing"):
        run("gradebook", "mark", "zhou", "9-01", "x", "--points", 1, "--why", "w", "--database", other)
    assert run("trainee", "forget", "zhou", "--yes", "--database", other).startswith("Forgotten.")


def test_a_gradebook_is_adopted(run: Run, classroom: Classroom):
    (classroom.private / "class.secret").unlink()
    assert run("gradebook", "adopt", "--why", "new server") == "The gradebook is this class's now.\n"
    assert "adopt" in run("gradebook", "audit")
