"""`trainkit run` executes lessons and model solutions, and shows the first broken cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result
from written import EXERCISE, LESSON, write_course

from trainkit.authoring import build, rehearsal
from trainkit.cli import app
from trainkit.errors import UnknownName

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `trainkit run` on a tiny course."""

    def with_course(*arguments: str, lesson: str = LESSON, exercise: str = EXERCISE) -> Result:
        root = write_course(tmp_path, lesson=lesson, exercise=exercise)
        build.write(root, build.build(write_course(tmp_path / "built")))
        monkeypatch.setenv("TRAINKIT_CONTENT", str(root))
        monkeypatch.setattr(build, "course_root", lambda: root)
        return CliRunner().invoke(app, ["run", *arguments])

    return with_course


@pytest.mark.slow
def test_all_notebooks_run_and_all_model_answers_are_right(run: Run) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert "All 4 notebooks run, and all model answers are right." in result.output
    for job in ("lesson 1-01 en", "lesson 1-01 zh", "exercise 1-01 en", "exercise 1-01 zh"):
        assert f"{job}: ok" in result.output


@pytest.mark.slow
def test_a_broken_cell_is_shown_with_source_output_and_traceback(run: Run) -> None:
    broken = LESSON.replace("number = 7\n", 'number = 7\nprint("heard before")\nnumber / 0  # here\n')
    result = run("1-01", "--lang", "en", lesson=broken)
    assert result.exit_code == 1
    assert "lesson 1-01 en: failed" in result.output
    assert "exercise 1-01 en: ok" in result.output
    assert "number / 0  # here" in result.output
    assert "heard before" in result.output
    assert "ZeroDivisionError: division by zero" in result.output
    assert "Traceback (most recent call last)" in result.output
    assert "zh" not in result.output


@pytest.mark.slow
def test_the_real_lesson_and_its_solution_run() -> None:
    result = CliRunner().invoke(app, ["run", "1-06", "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert "All 2 notebooks run, and all model answers are right." in result.output


def test_jobs_are_all_sources_in_all_languages_or_those_asked_for(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    everything = ["lesson 1-01 en", "lesson 1-01 zh", "exercise 1-01 en", "exercise 1-01 zh"]
    assert [str(j) for j in rehearsal.jobs(root)] == everything
    assert [str(j) for j in rehearsal.jobs(root, ["1-01"], ["zh"])] == [everything[1], everything[3]]
    with pytest.raises(UnknownName, match="Did you mean `1-01`"):
        rehearsal.jobs(root, ["1-02"])
