"""Handing in makes one file of what was given on pages and in notebooks, the same bytes for the same work."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest
from written import OPENS

from trainkit.course.catalogue import find, notebook
from trainkit.course.handing_in import hand_in, ready
from trainkit.course.handing_in.card import Card, card_of, join, join_dropped, key_of, own_variant
from trainkit.course.handing_in.manifest import proof
from trainkit.course.handing_in.notebooks import on_variant, worked
from trainkit.course.handing_in.widget import forgotten_words, hand_in_widget
from trainkit.course.journal import Journal
from trainkit.course.judge import Verdict
from trainkit.course.model import Info
from trainkit.errors import InputError, UnknownName

AT = "2026-01-12T09:15:00+00:00"
CARD = Card("Spring", "5" * 64, "lin-yue", "林悦", key_of("secret", "lin-yue"), {"1-01": 7}, "zh")


@pytest.fixture
def info(course: Path) -> Info:
    return find("exercise", "1-01")


@pytest.fixture
def workspace(info: Info, tmp_path: Path) -> Path:
    """A workspace with both copies of the exercise as they are laid."""
    folder = tmp_path / "workspace"
    for lang in ("en", "zh"):
        copy = folder / "exercises" / lang / "1-01.ipynb"
        copy.parent.mkdir(parents=True)
        copy.write_bytes(notebook(info, lang).read_bytes())
    return folder


def submit(
    workspace: Path, info: Info, value: float = 20.0, *, variant: int = OPENS, way: Any = "page"
) -> None:
    verdict = Verdict("double", "right", value=value)
    Journal.of(workspace).write(info, variant, verdict, "submit", way=way, who="me")


def solve(path: Path, code: str = "double = 20") -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    document["cells"][-1]["source"] = code
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def manifest(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as zipped:
        read: dict[str, Any] = json.loads(zipped.read("manifest.json"))
    return read


def test_what_was_submitted_on_the_page_goes_in_without_an_untouched_notebook(workspace, info) -> None:
    submit(workspace, info)
    made = hand_in(workspace, name=" Lin  Yue ", at=AT)
    assert made.path == workspace / "hand-ins" / "Lin-Yue-2026-01-12-1.trainkit.zip"
    said = manifest(made.path)
    assert said["trainee"] == {"id": "Lin Yue", "name": ""}
    given = said["exercises"]["1-01"]
    assert (given["variant"], given["edition"], given["notebook"]) == (OPENS, info.edition, "")
    assert given["answers"]["double"]["page"]["value"] == 20.0
    assert list(said["members"]) == ["journal.jsonl"]
    assert said["proof"] == {"by": "digest", "value": proof(said, "")}


def test_a_notebook_with_work_in_it_goes_in_as_it_is(workspace, info) -> None:
    path = workspace / "exercises" / "zh" / "1-01.ipynb"
    solve(path)
    made = hand_in(workspace, name="Lin Yue")
    assert manifest(made.path)["exercises"]["1-01"]["lang"] == "zh"
    with zipfile.ZipFile(made.path) as zipped:
        assert zipped.read("notebooks/1-01.ipynb") == path.read_bytes()


def test_a_renamed_notebook_is_found_by_what_it_says_it_is(workspace, info) -> None:
    path = workspace / "exercises" / "en" / "1-01.ipynb"
    solve(path)
    path.rename(workspace / "mine (2).ipynb")
    assert [w.path.name for w in worked(workspace, info)] == ["mine (2).ipynb"]


def test_of_two_notebooks_the_one_saved_last_goes_in_and_the_other_is_told(workspace, info) -> None:
    for lang in ("en", "zh"):
        solve(workspace / "exercises" / lang / "1-01.ipynb")
    os.utime(workspace / "exercises" / "en" / "1-01.ipynb", (2_000_000_000, 2_000_000_000))
    (part,) = ready(workspace).there
    assert (part.notebook.lang, [w.lang for w in part.others]) == ("en", ["zh"])


def test_the_same_work_makes_the_same_file_and_a_change_the_next_number(workspace, info) -> None:
    submit(workspace, info)
    first = hand_in(workspace, name="Lin Yue", at=AT)
    before = first.path.read_bytes()
    again = hand_in(workspace)
    assert (again.path, again.number, again.new) == (first.path, 1, False)
    assert again.path.read_bytes() == before
    submit(workspace, info, 21.0)
    second = hand_in(workspace, at=AT)
    assert (second.number, second.new, second.path.name) == (2, True, "Lin-Yue-2026-01-12-2.trainkit.zip")
    (part,) = ready(workspace).there
    assert [s.handed_in for s in part.standings] == [True, False]


def test_the_same_content_and_number_give_the_same_bytes_anywhere(workspace, info, tmp_path) -> None:
    submit(workspace, info)
    made = hand_in(workspace, name="Lin Yue", at=AT).path.read_bytes()
    path = workspace / ".trainkit" / "journal.db"
    with sqlite3.connect(path) as db:
        db.execute("delete from handed_in")
    db.close()
    assert hand_in(workspace, name="Lin Yue", at=AT, out=tmp_path / "b").path.read_bytes() == made


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\u202eb"])
def test_somebody_has_to_say_who_it_is(workspace, info, name) -> None:
    submit(workspace, info)
    with pytest.raises(InputError, match="who you are"):
        hand_in(workspace, name=name)
    assert not (workspace / "hand-ins").exists()


def test_a_name_is_asked_for_once(workspace, info) -> None:
    submit(workspace, info)
    hand_in(workspace, name="Lin Yue")
    assert ready(workspace).name == "Lin Yue"


def test_nothing_is_handed_in_where_nothing_was_done(workspace, info) -> None:
    with pytest.raises(InputError, match="Nothing is there to hand in"):
        hand_in(workspace, name="Lin Yue")
    with pytest.raises(InputError, match="1-01"):
        hand_in(workspace, exercises=["1-01"], name="Lin Yue")
    with pytest.raises(UnknownName):
        hand_in(workspace, exercises=["9-99"], name="Lin Yue")


def test_a_class_signs_with_its_own_key_and_names_the_trainee(workspace, info, tmp_path) -> None:
    card = tmp_path / "lin-yue.trainkit"
    card.write_text(CARD.text(), encoding="utf-8")
    assert join(workspace, card) == CARD == card_of(workspace)
    assert own_variant(workspace, info) == 7
    submit(workspace, info)  # on other data than the trainee's own: it doesn't count
    submit(workspace, info, 34.0, variant=7)
    said = manifest(hand_in(workspace, name="somebody else").path)
    assert said["trainee"] == {"id": "lin-yue", "name": "林悦"}
    assert said["exercises"]["1-01"]["answers"]["double"]["page"]["value"] == 34.0
    assert said["proof"] == {"by": "class", "value": proof(said, CARD.key)}
    assert CARD.key not in json.dumps(said)


def test_a_card_that_was_dropped_into_the_workspace_is_taken(workspace) -> None:
    assert join_dropped(workspace) is None
    (workspace / "lin-yue.trainkit").write_text(CARD.text(), encoding="utf-8")
    assert join_dropped(workspace) == CARD
    assert join_dropped(workspace) is None, "it has joined already"
    (workspace / "other.trainkit").write_text(CARD.text().replace("lin-yue", "chen-bo"), encoding="utf-8")
    assert join_dropped(workspace) is None, "nobody can tell which of two is meant"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        CARD.text().replace("trainkit card", "something"),
        CARD.text().replace('"form": 1', '"form": 2'),
        CARD.text().replace(CARD.key, "no key"),
        CARD.text().replace('"1-01": 7', '"1-01": -7'),
        CARD.text().replace('"1-01": 7', '"../x": 7'),
        CARD.text().replace('"lin-yue"', '""'),
        CARD.text().replace('"lin-yue"', "[]"),
        CARD.text().replace('"zh"', '"fr"'),
        "[" * 50_000,
        " " * 200_000,
    ],
)
def test_what_is_no_card_is_told_as_that(workspace, tmp_path, text) -> None:
    path = tmp_path / "card.trainkit"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="card"):
        join(workspace, path)
    assert card_of(workspace) is None


def test_a_notebook_on_ones_own_data_differs_in_its_variant_alone(info) -> None:
    built = notebook(info, "en").read_bytes()
    own = json.loads(on_variant(built, 7))
    changed = [
        (b["source"], a["source"]) for b, a in zip(json.loads(built)["cells"], own["cells"], strict=True)
    ]
    assert [pair for pair in changed if pair[0] != pair[1]] == [([f"variant = {OPENS}"], ["variant = 7"])]


def test_the_button_in_jupyterlab_makes_the_file_and_says_what_is_left_to_do(workspace, info) -> None:
    submit(workspace, info)
    overview, name, button, said = hand_in_widget(ready(workspace, "me")).children
    assert "1 of 2 submitted" in overview.value
    button.click()
    assert "who you are" in said.value
    name.value = "Lin <b>Yue"
    button.click()
    (made,) = (workspace / "hand-ins").iterdir()
    assert f"/files/hand-ins/{made.name}" in said.value
    assert "<b>" not in said.value


def test_the_button_asks_nobody_who_is_known(workspace, info) -> None:
    (workspace / ".trainkit").mkdir()
    (workspace / ".trainkit" / "card.json").write_text(CARD.text(), encoding="utf-8")
    assert len(hand_in_widget(ready(workspace, "me")).children) == 3


def test_a_notebook_that_gave_answers_after_it_was_saved_is_told(workspace, info) -> None:
    path = workspace / "exercises" / "en" / "1-01.ipynb"
    solve(path)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    submit(workspace, info, way="notebook")
    (part,) = ready(workspace).there
    assert part.unsaved
    assert "Save it first" in hand_in_widget(ready(workspace)).children[0].value
    os.utime(path, (4_000_000_000, 4_000_000_000))
    assert not ready(workspace).there[0].unsaved


@pytest.mark.parametrize(
    ("draft", "forgotten"),
    [
        ({"type": "number", "draft": "28,"}, 1),
        ({"type": "number", "draft": " "}, 0),
        ({"type": "choices", "draft": []}, 0),
        ({"type": "choices", "draft": ["service"]}, 1),
        ({"type": "table", "draft": {"columns": ["type"], "rows": [["", None]]}}, 0),
        ({"type": "table", "draft": {"columns": ["type"], "rows": [["", "3"]]}}, 1),
        (None, 0),
    ],
)
def test_what_is_entered_and_not_submitted_is_told(
    workspace: Path, info: Info, draft: Any, forgotten: int
) -> None:
    """It doesn't go in, and nobody should find that out from their grade."""
    Journal.of(workspace).keep_draft(info, OPENS, "double", draft, who="me")
    (part,) = ready(workspace, "me").parts
    assert part.forgotten == forgotten
    assert ("not submitted" in forgotten_words(part)) is bool(forgotten)
    submit(workspace, info)
    assert ready(workspace, "me").parts[0].forgotten == 0
