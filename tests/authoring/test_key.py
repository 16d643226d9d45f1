"""Keys are computed: the model solution runs on a variant, and so do the typical mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from written import EXERCISE

from trainkit.authoring.key import UnusableVariant, compute_key, solution
from trainkit.authoring.source import Source
from trainkit.errors import UnknownName


@pytest.fixture
def exercise(tmp_path: Path) -> Callable[[str], Source]:
    def of(text: str) -> Source:
        (tmp_path / "1-01.md").write_text(text, encoding="utf-8")
        return solution("1-01", tmp_path)

    return of


def test_right_values_and_mistakes_follow_the_variant(exercise: Callable[[str], Source]) -> None:
    source = exercise(EXERCISE)
    for variant in (0, 7, 123):
        double = compute_key(source, variant).answers["double"]
        assert double.value == 2.0 * (10 + variant)
        assert [m.value for m in double.mistakes] == [3.0 * (10 + variant)]


def test_a_variant_on_which_a_mistake_gives_the_right_value_is_refused(
    exercise: Callable[[str], Source],
) -> None:
    source = exercise(EXERCISE.replace("10 + variant", "variant"))
    with pytest.raises(
        UnusableVariant, match="1-01, variant 0: the mistake `GEN-1` gives the right `double`"
    ):
        compute_key(source, 0)
    assert compute_key(source, 1)


@pytest.mark.parametrize(("off", "usable"), [("0.05", False), ("0.04", False), ("0.06", True)])
def test_within_the_tolerance_counts_as_the_right_value(
    exercise: Callable[[str], Source], off: str, usable: bool
) -> None:
    source = exercise(EXERCISE.replace("double = number * 3", f"double = number * 2 + {off}"))
    if usable:
        assert compute_key(source, 0)
    else:
        with pytest.raises(UnusableVariant):
            compute_key(source, 0)


def test_a_mistake_neither_changes_the_next_one_nor_the_right_value(
    exercise: Callable[[str], Source],
) -> None:
    start, end = (
        EXERCISE.index("```{code-cell}\n:mistake: GEN-1"),
        EXERCISE.index('+++ {"lang": "en", "hint"'),
    )
    spoils = EXERCISE[start:end].replace("double = number * 3", "frame *= 3\ndouble = frame.iloc[0]")
    text = EXERCISE[:start] + spoils + spoils.replace("GEN-1", "GEN-3") + EXERCISE[end:]
    frame = "import pandas as pd\n\nnumber = 10\nframe = pd.Series([10.0])"
    key = compute_key(exercise(text.replace("number = 10 + variant", frame)), 0)
    assert [m.value for m in key.answers["double"].mistakes] == [30.0, 30.0]
    assert key.answers["double"].value == 20.0


def test_what_a_solution_prints_is_not_heard(
    exercise: Callable[[str], Source], capsys: pytest.CaptureFixture[str]
) -> None:
    compute_key(exercise(EXERCISE.replace("double = number * 2", 'double = number * 2\nprint("heard")')), 0)
    assert capsys.readouterr().out == ""


def test_a_misspelt_exercise_is_unknown_with_a_close_one(
    exercise: Callable[[str], Source], tmp_path: Path
) -> None:
    exercise(EXERCISE)
    with pytest.raises(UnknownName, match="Did you mean `1-01`"):
        solution("1-02", tmp_path)
