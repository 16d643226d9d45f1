"""`trainkit grade` on a hundred submissions gives exactly the rows that they deserve, again and again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hundred import RIGHT, Kind, kinds
from submitted import needs_sandbox
from typer.testing import CliRunner

from trainkit import content
from trainkit.authoring.key import solution
from trainkit.cli import app
from trainkit.gradebook.book import Gradebook
from trainkit.i18n import LANGUAGES, speaking

CHECKOUT = content.checkout()
EXERCISES = ("1-06", "2-01", "3-01")
CLASS = """
hidden = 2
exercises = ["1-06", "2-01", "3-01"]
[limits]
cell_seconds = 5
notebook_seconds = 60
memory_mib = 1024
"""

pytestmark = [
    *needs_sandbox,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(CHECKOUT is None, reason="solutions are in the checkout only"),
]


@pytest.fixture(scope="module")
def hundred() -> list[Kind]:
    assert CHECKOUT
    return kinds(CHECKOUT / "solutions", EXERCISES)


@pytest.fixture(scope="module")
def folder(hundred: list[Kind], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class folder after `trainkit grade`."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "class.toml").write_text(CLASS, encoding="utf-8")
    for kind in hundred:
        for lang in LANGUAGES:
            path = folder / "submissions" / f"{kind.name}-{lang}" / f"{kind.exercise}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(kind.raw(lang))
    grade(folder, "100 graded, 0 unchanged")
    return folder


def grade(folder: Path, said: str, *options: str) -> None:
    result = CliRunner().invoke(app, ["grade", str(folder), *options])
    assert result.exit_code == 0, result.output
    assert said in result.stdout


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "grades" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def records(where: Path | str) -> dict[str, Any]:
    """Return all that a gradebook says of what was handed in.

    Left out are times, the words of exceptions, and why a file is damaged: that is said in the assessor's
    language.
    """
    with Gradebook(where) as book:
        return {
            f"{s.trainee.name}/{s.exercise.code}": {
                "content": s.content,
                "plan": s.plan,
                "state": s.state,
                "points": (s.earned, s.awarded, s.points),
                "marks": [(m.name, m.points, m.earned, m.flag) for m in s.marks],
                "executions": [
                    (
                        e.variant,
                        e.hidden,
                        e.state,
                        [(cell, error) for cell, error, _message in e.failures],
                        [(r.name, r.outcome, r.codes, r.value, r.reason) for r in e.results],
                    )
                    for e in s.executions
                ],
            }
            for s in book.latest()
        }


def expected_answers(hundred: list[Kind]) -> Iterator[tuple[tuple[str, str, str], Any]]:
    assert CHECKOUT
    infos = {id: solution(id, CHECKOUT / "solutions").info for id in EXERCISES}
    for kind in hundred:
        for lang in LANGUAGES:
            for answer in infos[kind.exercise].answers:
                outcome, codes, share, flag = kind.expected.get(answer.name, RIGHT)
                where = (f"{kind.name}-{lang}", kind.exercise, answer.name)
                yield where, (outcome, codes, share * answer.points, flag)


def test_there_are_a_hundred(hundred: list[Kind]):
    assert len({kind.name for kind in hundred}) == len(hundred) == 50
    made = {code for kind in hundred for _outcome, code, _share, _flag in kind.expected.values() if code}
    assert CHECKOUT
    known = {m.code for id in EXERCISES for m in solution(id, CHECKOUT / "solutions").mistakes}
    assert made == known


def test_every_answer_has_the_verdict_and_the_points_that_it_deserves(folder: Path, hundred: list[Kind]):
    found = {
        (r["trainee"], r["exercise"], r["answer"]): (
            r["outcome"],
            r["mistakes"],
            float(r["earned"]),
            r["flag"],
        )
        for r in table(folder, "answers.csv")
    }
    differ = {w: (found.get(w), e) for w, e in expected_answers(hundred) if found.get(w) != e}
    assert differ == {}
    assert len(found) == sum(1 for _ in expected_answers(hundred))


def test_every_submission_has_its_row(folder: Path, hundred: list[Kind]):
    found = {(r["trainee"], r["exercise"]): r["state"] for r in table(folder, "grades.csv")}
    assert found == {(f"{k.name}-{lang}", k.exercise): k.state for k in hundred for lang in LANGUAGES}


def test_the_language_changes_nothing(folder: Path, hundred: list[Kind]):
    rows = {(r["trainee"], r["answer"]): r for r in table(folder, "answers.csv")}
    same = ("points", "earned", "flag", "outcome", "mistakes", "hidden")
    for (trainee, answer), row in rows.items():
        if trainee.endswith("-zh"):
            twin = rows[trainee.removesuffix("-zh") + "-en", answer]
            assert [row[c] for c in same] == [twin[c] for c in same], (trainee, answer)


def test_a_second_run_keeps_every_row(folder: Path):
    before = (
        table(folder, "grades.csv"),
        table(folder, "answers.csv"),
        records(folder / "grades/gradebook.db"),
    )
    grade(folder, "0 graded, 100 unchanged")
    after = (
        table(folder, "grades.csv"),
        table(folder, "answers.csv"),
        records(folder / "grades/gradebook.db"),
    )
    assert after == before


def test_postgresql_and_an_assessor_who_speaks_chinese_give_the_same_rows(folder: Path, postgres_url: str):
    """Everything is run again, from scratch, and stored elsewhere."""
    before = records(folder / "grades/gradebook.db")
    with speaking("zh"):
        grade(folder, "100", "--database", postgres_url)
    after = records(postgres_url)
    assert {w: (before[w], row) for w, row in after.items() if before.get(w) != row} == {}
    assert after.keys() == before.keys()
