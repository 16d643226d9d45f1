"""Making a real exercise of the course ready for grading."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from trainkit import company, content
from trainkit.authoring.key import UnusableVariant, compute_key, solution
from trainkit.classes import assignment as assignments
from trainkit.classes.assignment import Prepared, prepare, shown
from trainkit.classes.secret import class_secret
from trainkit.company import store, variants

CHECKOUT = content.checkout()
pytestmark = pytest.mark.skipif(CHECKOUT is None, reason="solutions are in the checkout only")


@pytest.fixture(scope="module")
def source():
    return solution("1-06", CHECKOUT / "solutions")


@pytest.fixture(scope="module")
def ready(source, tmp_path_factory):
    return prepare(source, "secret", tmp_path_factory.mktemp("ready"))


def test_hidden_variants_differ_by_class_and_exercise(source, tmp_path: Path, ready, monkeypatch):
    monkeypatch.setattr(
        assignments, "_prepared", lambda _s, v, folder: Prepared(v, folder, ready.visible.key)
    )
    other = prepare(source, "another secret", tmp_path / "a")
    again = prepare(source, "secret", tmp_path / "b")
    assert {p.variant for p in other.hidden}.isdisjoint(p.variant for p in ready.hidden)
    assert {p.variant for p in again.hidden} == {variants.hidden(i, "1-06", "secret") for i in (0, 1)}


def test_a_key_is_the_model_solutions_on_that_variant(source, ready):
    for prepared in ready.all:
        assert prepared.key == compute_key(source, prepared.variant)


def test_a_key_is_read_again_and_is_the_same(source, ready, monkeypatch):
    def never(*_args: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(assignments, "compute_key", never)
    again = prepare(source, "secret", ready.activity.parent)
    assert [p.key for p in again.all] == [p.key for p in ready.all]


def test_the_tables_are_the_companys(ready):
    hidden = ready.hidden[0]
    assert {p.stem for p in hidden.tables.iterdir()} == set(company.TABLES)
    given = pd.read_parquet(hidden.tables / "surveys.parquet")
    assert len(given) == len(company.load("surveys", variant=hidden.variant))


def test_what_the_sandbox_is_told_holds_no_hint_and_no_value(source, ready):
    told = json.loads(ready.activity.read_text(encoding="utf-8"))
    assert [a["name"] for a in told["answers"]] == [a.name for a in source.info.answers]
    assert "hints" not in told
    for mistake in source.mistakes:
        assert mistake.code not in ready.activity.read_text(encoding="utf-8")


def test_a_variant_on_which_a_mistake_is_right_is_passed_over(source, ready, tmp_path: Path, monkeypatch):
    tried: list[int] = []

    def refuse_the_first(_source, variant: int, _folder: Path) -> Prepared:
        tried.append(variant)
        if len(tried) == 2:
            raise UnusableVariant("a mistake gives the right answer")
        return Prepared(variant, tmp_path, ready.all[len(tried) % 3].key)

    monkeypatch.setattr(assignments, "_prepared", refuse_the_first)
    monkeypatch.setattr(assignments, "alike", lambda *_keys: [])
    got = prepare(source, "secret", tmp_path)
    assert [p.variant for p in got.hidden] == tried[2:]


def test_a_variant_that_shares_an_answer_with_the_visible_one_comes_last(
    source, ready, tmp_path: Path, monkeypatch
):
    """A number that is typed in must be wrong on hidden data, not only most of the time."""
    keys = iter([ready.visible.key, ready.visible.key, ready.hidden[0].key, ready.hidden[1].key])
    monkeypatch.setattr(assignments, "_prepared", lambda _s, v, _f: Prepared(v, tmp_path, next(keys)))
    got = prepare(source, "secret", tmp_path)
    assert [p.key for p in got.hidden] == [p.key for p in ready.hidden]


def test_if_no_variant_differs_the_most_different_are_taken(source, ready, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(assignments, "_prepared", lambda _s, v, _f: Prepared(v, tmp_path, ready.visible.key))
    assert len(prepare(source, "secret", tmp_path).hidden) == 2


def test_everything_that_decides_is_in_the_plan(ready):
    other = replace(ready, info=replace(ready.info, edition="another"))
    fewer = replace(ready, hidden=ready.hidden[:1])
    longer = replace(ready, limits=replace(ready.limits, cell_seconds=90))
    own = replace(ready, visible=replace(ready.visible, variant=5))
    newer = replace(ready, data="another edition")
    assert len({ready.plan, other.plan, fewer.plan, longer.plan, own.plan, newer.plan}) == 6


def test_another_edition_of_the_simulation_makes_its_own_tables_and_keys(
    source, tmp_path: Path, monkeypatch
) -> None:
    """Keys of new data must never meet tables of old data in a class that lives on."""
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "cache"))
    before = shown(source, 0, "secret", tmp_path)
    monkeypatch.setattr(store, "_edition", lambda: "another")
    after = shown(source, 0, "secret", tmp_path)
    assert before.tables != after.tables
    assert before.tables.is_dir()
    assert after.tables.is_dir()


def test_a_secret_is_made_once_and_is_private(tmp_path: Path):
    path = tmp_path / "class.secret"
    secret = class_secret(path)
    assert len(secret) == 64
    assert class_secret(path) == secret
    assert path.stat().st_mode & 0o077 == 0


def test_a_personal_variant_that_cannot_be_used_has_a_successor(source, ready, tmp_path: Path, monkeypatch):
    """Whoever asks gets the same one: packing and grading must agree."""
    own = variants.personal("lin-yue", "1-06", "secret")

    def refuse(_source, variant: int, _folder: Path) -> Prepared:
        if variant == own:
            raise UnusableVariant("a mistake gives the right answer")
        return Prepared(variant, tmp_path, ready.visible.key)

    monkeypatch.setattr(assignments, "_prepared", refuse)
    found = {shown(source, own, "secret", tmp_path / "a").variant for _again in range(2)}
    assert found == {variants.personal(str(own), "1-06", "secret")}
    assert prepare(source, "secret", tmp_path, visible=own).visible.variant in found


def test_if_no_personal_variant_can_be_used_it_says_so(source, tmp_path: Path, monkeypatch):
    def refuse(*_args: object) -> Prepared:
        raise UnusableVariant("a mistake gives the right answer")

    monkeypatch.setattr(assignments, "_prepared", refuse)
    with pytest.raises(UnusableVariant):
        shown(source, 5, "secret", tmp_path)


@pytest.mark.parametrize("hidden", [1, 3])
def test_a_class_says_how_many_hidden_variants_there_are(
    source, ready, tmp_path: Path, monkeypatch, hidden: int
):
    monkeypatch.setattr(assignments, "_prepared", lambda _s, v, _f: Prepared(v, tmp_path, ready.visible.key))
    monkeypatch.setattr(assignments, "alike", lambda *_keys: [])
    assert len(prepare(source, "secret", tmp_path, hidden=hidden).hidden) == hidden


def test_what_grading_needs_can_be_sent_to_another_process(ready):
    assert pickle.loads(pickle.dumps(ready)) == ready
