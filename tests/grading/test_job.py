"""`trainkit grade` on exercises of the course, as an assessor uses it."""

from __future__ import annotations

import csv
import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from sqlalchemy.exc import OperationalError
from submitted import needs_sandbox
from typer.testing import CliRunner

from trainkit import content
from trainkit.authoring.compose import compose
from trainkit.authoring.key import solution
from trainkit.authoring.source import Source
from trainkit.cli import app
from trainkit.errors import GradingError, SandboxError, UnknownName
from trainkit.grading.job import Job
from trainkit.grading.regrade import Regrade
from trainkit.sandbox import levels

CHECKOUT = content.checkout()
pytestmark = [
    *needs_sandbox,
    pytest.mark.slow,
    pytest.mark.skipif(CHECKOUT is None, reason="solutions are in the checkout only"),
]


@pytest.fixture(scope="module")
def source() -> Source:
    return solution("1-06", CHECKOUT / "solutions")


def starter(source: Source, lang: str) -> str:
    return nbformat.writes(compose(source, lang))


def solved(source: Source, lang: str, *more: str) -> str:
    """Return the exercise's notebook with the model answers in it, as a trainee would hand it in."""
    nb = compose(source, lang)
    prose = [c for c in nb.cells if c.cell_type == "markdown"]
    code = ["variant = 0", *(b.texts[lang] for b in source.code), *more]
    nb.cells = [*prose, *(nbformat.v4.new_code_cell(c) for c in code)]
    return nbformat.writes(nb)


def typed_in(source: Source) -> str:
    """Return a notebook with the right values of the visible variant, typed in."""
    from trainkit.authoring.key import compute_key
    from trainkit.authoring.opening import opened

    variant = opened(source).info.variant
    key = compute_key(source, variant)
    numbers = [a.name for a in source.info.answers if a.type == "number"]
    values = ", ".join(f"{n}={key.answers[n].value!r}" for n in numbers)
    cells = [
        f"variant = {variant}",
        f"from trainkit import Exercise\nex = Exercise('{source.info.id}')",
        f"ex.answer({values})",
    ]
    return nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells]))


@pytest.fixture(scope="module")
def graded(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class folder after `trainkit grade`."""
    folder = tmp_path_factory.mktemp("spring")
    mistake = source.mistakes[0]
    texts = {
        "chen-bo": solved(source, "en"),
        "lin-yue": solved(source, "zh"),
        "zhou-min": starter(source, "zh"),
        "wei": solved(source, "en", f"{mistake.source}\nex.answer({mistake.answer}={mistake.answer})"),
        "typist": typed_in(source),
        "torn": solved(source, "en")[:500],
    }
    for trainee, text in texts.items():
        path = folder / "submissions" / trainee / "1-06.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["grade", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "grades" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_model_answers_earn_everything_in_both_languages_and_starters_nothing(graded: Path):
    percent = {r["trainee"]: float(r["percent"]) for r in rows(graded, "grades.csv")}
    assert percent["chen-bo"] == percent["lin-yue"] == 100
    assert percent["zhou-min"] == percent["torn"] == 0


def test_a_known_mistake_has_its_code(graded: Path, source: Source):
    mistake = source.mistakes[0]
    [line] = [
        r for r in rows(graded, "answers.csv") if (r["trainee"], r["answer"]) == ("wei", mistake.answer)
    ]
    assert (line["outcome"], line["mistakes"], float(line["earned"])) == ("mistake", mistake.code, 0)


def test_typed_in_answers_earn_nothing_and_are_named(graded: Path, source: Source):
    lines = [r for r in rows(graded, "answers.csv") if r["trainee"] == "typist" and r["outcome"] == "right"]
    assert len(lines) == sum(a.type == "number" for a in source.info.answers)
    assert {(r["flag"], float(r["earned"])) for r in lines} == {("hard-coded", 0.0)}


def test_a_damaged_notebook_is_one_row(graded: Path):
    [line] = [r for r in rows(graded, "grades.csv") if r["trainee"] == "torn"]
    assert line["state"] == "damaged"
    assert "cut off" in line["remarks"]


def test_everyone_has_a_page_in_their_language(graded: Path, source: Source):
    pages = {p.stem: p.read_text(encoding="utf-8") for p in (graded / "grades" / "feedback").iterdir()}
    assert set(pages) == {"chen-bo", "lin-yue", "zhou-min", "wei", "typist", "torn"}
    assert source.info.title["zh"] in pages["lin-yue"]
    assert source.info.title["en"] in pages["chen-bo"]
    assert 'lang="zh-CN"' in pages["zhou-min"]


def test_no_page_holds_a_hidden_variant_or_the_secret(graded: Path):
    private = graded / "grades" / "private"
    secret = (private / "class.secret").read_text().strip()
    hidden = [p.name.split("-")[1] for p in (private / "1-06").glob("variant-*")]
    assert len(hidden) >= 3
    for page in (graded / "grades" / "feedback").iterdir():
        text = page.read_text(encoding="utf-8")
        assert secret not in text
        assert not [v for v in hidden if v != "0" and v in text]


def test_a_second_run_changes_nothing(graded: Path):
    before = rows(graded, "grades.csv")
    result = CliRunner().invoke(app, ["grade", str(graded), "--exercise", "1-06"])
    assert result.exit_code == 0
    assert "0 graded, 6 unchanged" in result.stdout
    assert rows(graded, "grades.csv") == before


def test_a_plan_says_what_would_be_graded_and_why(graded: Path, source: Source):
    before = _files(graded)
    result = CliRunner().invoke(app, ["grade", str(graded), "--dry-run"])
    assert result.exit_code == 0, result.output
    assert "0 would be graded (+), 6 keep their grade (=)." in result.stdout
    assert result.stdout.count("It has its grade.") == 6
    path = graded / "submissions" / "wei" / "1-06.ipynb"
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(solved(source, "en", "# better"), encoding="utf-8")
        with Job.of(graded) as job:
            planned = {p.item.trainee: p for p in job.plan()}
    finally:
        path.write_text(text, encoding="utf-8")
    assert planned["wei"].grades
    assert "anew" in planned["wei"].why
    assert not planned["lin-yue"].grades
    assert _files(graded) == before


def _files(folder: Path) -> dict[Path, bytes]:
    """Return the files of a class; a database that was looked into may have a log of its own."""
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and "gradebook.db-" not in p.name}


def test_a_plan_of_a_new_class_writes_nothing(source: Source, tmp_path: Path):
    path = tmp_path / "submissions" / "wei" / "1-06.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(solved(source, "en"), encoding="utf-8")
    with Job.of(tmp_path) as job:
        [planned] = job.plan()
    assert planned.grades
    assert list(_files(tmp_path)) == [path]


def test_an_archive_is_graded_beside_itself_and_leaves_nothing_unpacked(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "roster.csv").write_text("id,name\nly,林悦\n", encoding="utf-8")
    with zipfile.ZipFile(folder / "1-06.zip", "w") as archive:
        name = "林悦_4711_assignsubmission_file_/exercise.ipynb"
        archive.writestr(name, solved(source, "zh"))
        archive.writestr("Bo_4712_assignsubmission_onlinetext_/onlinetext.html", "<p>done</p>")
    result = CliRunner().invoke(app, ["grade", str(folder / "1-06.zip"), "--workers", "1"])
    assert result.exit_code == 0, result.output
    [row] = rows(folder, "grades.csv")
    assert (row["trainee"], float(row["percent"])) == ("ly", 100)
    assert not any(scratch.glob("trainkit-*/*"))


def test_regrading_the_same_gives_the_same_and_no_change_is_told(graded: Path):
    before = rows(graded, "grades.csv")
    result = CliRunner().invoke(app, ["regrade", str(graded), "--trainee", "wei", "--trainee", "torn"])
    assert result.exit_code == 0, result.output
    assert "2 graded again, 0 answers changed" in result.stdout
    after = rows(graded, "grades.csv")
    assert [{**r, "graded_at": ""} for r in after] == [{**r, "graded_at": ""} for r in before]


def test_a_mistake_in_the_exercise_is_put_right_and_told(graded: Path, source: Source, tmp_path: Path):
    """The assessor repairs a solution; who had the right answer all along gets the points now."""
    mistake = source.mistakes[0]
    text = source.path.read_text(encoding="utf-8")
    points = next(a.points for a in source.info.answers if a.name == mistake.answer)
    edited = text.replace(f"points: {points:g}", f"points: {points + 1:g}", 1)
    assert edited != text
    solutions = tmp_path / "solutions"
    solutions.mkdir()
    (solutions / "1-06.md").write_text(edited, encoding="utf-8")
    arguments = ["regrade", str(graded), "--trainee", "chen-bo", "--solutions", str(solutions)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert f"chen-bo, 1-06, {source.info.answers[0].name}" in result.stdout
    assert "The exercise was edited." in result.stdout
    again = CliRunner().invoke(app, ["regrade", str(graded), "--trainee", "chen-bo"])
    assert "1 graded again, 1 answer changed" in again.stdout


def test_regrading_somebody_who_handed_nothing_in_is_named(graded: Path):
    with pytest.raises(UnknownName, match="lin-yue"):
        Regrade.of(graded, trainees=["lin-yeu"])


def test_ctrl_c_leaves_a_gradebook_that_the_next_run_continues(source: Source, tmp_path: Path):
    """The last submission takes longer than anybody waits, and is handed in anew before the next run."""
    more = [(), (), ("import time; time.sleep(50)",)]
    paths = [tmp_path / "submissions" / f"trainee-{n}" / "1-06.ipynb" for n in range(len(more))]
    for n, path in enumerate(paths):
        path.parent.mkdir(parents=True)
        path.write_text(solved(source, "en", f"# {n}", *more[n]), encoding="utf-8")
    command = [
        sys.executable,
        "-c",
        "from trainkit.cli import main; main()",
        "grade",
        str(tmp_path),
        "--workers",
        "1",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not _graded(tmp_path / "grades" / "gradebook.db"):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _out, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "the same command continues" in errors
    assert 1 <= len(rows(tmp_path, "grades.csv")) < 3
    paths[-1].write_text(solved(source, "en"), encoding="utf-8")
    with Job.of(tmp_path) as job:
        again = job.run()
    assert again.left == 0
    assert again.kept >= 1
    assert again.graded + again.kept == 3
    assert [float(r["percent"]) for r in rows(tmp_path, "grades.csv")] == [100] * 3


def _graded(path: Path) -> int:
    """Return how many submissions a gradebook holds that another process writes."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path, timeout=10)) as db:
        if not db.execute("select 1 from sqlite_master where name = 'submission'").fetchone():
            return 0
        return int(db.execute("select count(*) from submission").fetchone()[0])


def test_an_unknown_exercise_suggests_a_known_one(tmp_path: Path):
    with pytest.raises(UnknownName, match="1-06"):
        Job.of(tmp_path, exercises=["1-6"])


def test_an_empty_folder_says_what_is_expected(tmp_path: Path):
    with pytest.raises(GradingError, match=r"lin-yue/1-06\.ipynb"):
        Job.of(tmp_path)


def test_where_nothing_can_be_graded_the_table_names_everybody_all_the_same(tmp_path: Path, capsys):
    (tmp_path / "submissions" / "yan").mkdir(parents=True)
    (tmp_path / "submissions" / "yan" / "1-06.py").write_text("x = 1\n")
    (tmp_path / "roster.csv").write_text("id,name\nyan,Yan Li\nzoe,Zoe Ali\n", encoding="utf-8")
    with pytest.raises(GradingError, match="No submissions in"):
        Job.of(tmp_path)
    shown = " ".join(capsys.readouterr().out.split())
    assert "Yan Li" in shown or "yan" in shown
    assert "1-06.py" in shown
    assert "Zoe Ali" in shown
    assert "Nothing was handed in." in shown
    assert not (tmp_path / "grades").exists()


def test_without_a_sandbox_nothing_runs(graded: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(levels, "probe", lambda: levels.Isolation("none", "Namespaces are forbidden."))
    with pytest.raises(SandboxError):
        Job.of(graded)
    with Job.of(graded, unsafe=True) as job:
        assert job.way.unsafe


def full(*_arguments: object, **_named: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "grades.csv")


def full_database(*_arguments: object, **_named: object) -> None:
    """Raise what SQLite does: a database that may have no more pages is as good as a full disk."""
    with closing(sqlite3.connect(":memory:")) as small:
        small.execute("pragma max_page_count = 2")
        try:
            small.execute("create table t as select zeroblob(100000)")
        except sqlite3.OperationalError as error:
            raise OperationalError("insert", {}, error) from error


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("trainkit.grading.job.write_results", full),
        ("trainkit.gradebook.book.Gradebook.record", full_database),
        ("trainkit.gradebook.book.Gradebook.latest", full),
    ],
)
def test_a_full_disk_is_a_sentence_and_the_next_run_goes_on(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, fault: Callable[..., None]
):
    path = tmp_path / "submissions" / "chen-bo" / "1-06.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(starter(source, "en"), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(where, fault)
        with Job.of(tmp_path) as job, pytest.raises(GradingError, match="The disk is full") as caught:
            job.run(workers=1)
    assert "run the same command again" in str(caught.value)
    assert not list(tmp_path.rglob(".trainkit-canary*"))
    with Job.of(tmp_path) as job:
        tally = job.run(workers=1)
    assert (tally.graded, tally.kept) == ((0, 1) if fault is full else (1, 0))
    assert rows(tmp_path, "grades.csv")
