"""Each trainee's submission is graded on the data that it was worked out on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from real import ROOT

from trainkit.classes.classroom import Classroom
from trainkit.classes.preparation import Preparation
from trainkit.company import variants
from trainkit.course.catalogue import find

OPENS = find("exercise", "1-06").variant


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAINKIT_CACHE", str(tmp_path_factory.mktemp("variants")))
        yield


def preparation(folder: Path, settings: str = "") -> tuple[Classroom, Preparation]:
    (folder / "class.toml").write_text("hidden = 1\n" + settings, encoding="utf-8")
    room = Classroom.load(folder)
    return room, Preparation(room, ROOT / "solutions")


def test_everybody_is_graded_where_the_exercise_opens_but_an_old_copy(tmp_path: Path) -> None:
    _room, ready = preparation(tmp_path)
    seen = {stated: ready("lin-yue", "1-06", stated).visible.variant for stated in (None, OPENS, 0, 4711)}
    assert seen == {None: OPENS, OPENS: OPENS, 0: 0, 4711: OPENS}
    assert ready("lin-yue", "1-06").plan != ready("lin-yue", "1-06", 0).plan


def test_where_data_are_personal_no_notebook_names_others(tmp_path: Path) -> None:
    room, ready = preparation(tmp_path, "personal = ['1-06']")
    own = variants.personal("lin-yue", "1-06", room.secret)
    assert {ready("lin-yue", "1-06", stated).visible.variant for stated in (None, 0, OPENS)} == {own}


def test_feedback_has_the_key_of_the_data_that_ran(tmp_path: Path) -> None:
    _room, ready = preparation(tmp_path)
    keys = ready.keys_for([("lin-yue", "1-06", 0), ("chen-bo", "1-06", OPENS), ("zhou-min", "1-06", None)])
    found = {
        name: [key.variant for key in keys(name).values()] for name in ("lin-yue", "chen-bo", "zhou-min")
    }
    assert found == {"lin-yue": [0], "chen-bo": [OPENS], "zhou-min": [OPENS]}
