"""Whether something that mustn't be seen can be seen is asked of a box, at the start of every run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from submitted import needs_sandbox

from trainkit.errors import SandboxError
from trainkit.grading import station
from trainkit.grading.batch import box_for
from trainkit.grading.station import Setting, close_stations, open_station
from trainkit.sandbox import visible
from trainkit.sandbox.proof import CANARY, prove
from trainkit.sandbox.running import Runner

pytestmark = needs_sandbox

LEVELS = ["fork", pytest.param("bubblewrap", marks=pytest.mark.slow)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A class's folder with somebody's notebook; not below pytest's, which only its owner may enter."""
    with tempfile.TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        made = Path(top, "class")
        (made / "submissions" / "ana").mkdir(parents=True)
        (made / "submissions" / "ana" / "1-06.ipynb").write_text("{}")
        (made / "class.toml").write_text("")
        yield made


@pytest.fixture
def bound_by_chance(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """On this machine the list of what Python needs holds the folder above the class, by a mistake."""
    ours = list(visible._of_python())
    monkeypatch.setattr(visible, "_of_python", lambda: iter([*ours, folder.parent]))


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*"))


@pytest.mark.parametrize("level", LEVELS)
def test_a_class_that_no_box_sees_is_graded_and_nothing_is_left_in_it(folder: Path, level: str):
    before = names(folder)
    with box_for(prefer=level, hidden=[folder]) as box:
        prove(box, [folder, folder / "submissions"], [folder / "class.toml"])
    assert names(folder) == before


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.usefixtures("bound_by_chance")
def test_a_class_that_can_be_seen_stops_the_run_with_a_sentence(folder: Path, level: str):
    before = names(folder)
    with box_for(prefer=level) as box, pytest.raises(SandboxError) as caught:
        prove(box, [folder])
    assert str(caught.value).startswith(f"Nothing was graded: a submission could see {folder / CANARY}")
    assert f"Move the folder {folder} away from there" in str(caught.value)
    assert names(folder) == before


@pytest.mark.usefixtures("bound_by_chance")
def test_what_is_hidden_is_hidden_below_what_is_bound(folder: Path):
    with box_for(hidden=[folder]) as box:
        prove(box, [folder, folder / "submissions"])


@pytest.mark.usefixtures("bound_by_chance")
def test_a_folder_that_cannot_be_written_to_is_looked_for_by_a_file_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_arguments: object, **_named: object) -> None:
        raise PermissionError

    with box_for() as box:
        monkeypatch.setattr(Path, "touch", refuse)
        with pytest.raises(SandboxError, match=r"class\.toml"):
            prove(box, [folder])


@pytest.mark.usefixtures("bound_by_chance")
def test_no_worker_opens_where_the_class_can_be_seen(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """As if the list of what is covered failed: the proof trusts none of the lists."""
    monkeypatch.setattr(visible.Sights, "cover", lambda _self, _path: None)
    with pytest.raises(SandboxError, match="Nothing was graded"):
        open_station(Setting(hidden=(folder,)))
    assert Setting(hidden=(folder,)) not in station._runners


def test_a_worker_opens_where_it_cannot(folder: Path):
    open_station(Setting(hidden=(folder,)))
    close_stations()


def test_without_a_box_there_is_nothing_to_prove(folder: Path):
    box: Runner
    with box_for(isolated=False) as box:
        prove(box, [folder])
