"""A hand-in file is found wherever it lies, and nothing in it is believed before it is checked."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from handed import hand_in_file, manifest
from hypothesis import given
from hypothesis import strategies as st
from submitted import solved

from trainkit.course.handing_in.card import key_of
from trainkit.course.handing_in.manifest import JOURNAL, pack
from trainkit.errors import GradingError
from trainkit.sandbox.limits import Limits
from trainkit.submissions.handed_in import PART, is_hand_in, read, typed_of
from trainkit.submissions.intake import Handed, Ignored, collect
from trainkit.submissions.notebooks import Damaged

SECRET = "of the class"
KEY = key_of(SECRET, "lin-yue")


def keys(trainee: str) -> str:
    return key_of(SECRET, trainee)


@dataclass(frozen=True)
class Someone:
    """A line of a roster."""

    name: str
    display_name: str = ""
    email: str = ""
    number: str = ""
    platform: str = ""


PEOPLE = [Someone("lin-yue", "Lin Yue"), Someone("chen-bo", "Chen Bo")]


def found(folder: Path, tmp_path: Path, people: Any = PEOPLE) -> tuple[list[Handed], list[Ignored]]:
    unpacked = tmp_path / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir()
    return collect(folder, ["9-01"], people=people, unpacked=unpacked, keys=keys)


def values(handed: Handed) -> dict[str, Any]:
    typed, _others = typed_of(handed.read(Limits())[1])
    assert typed is not None
    return {name: payload["value"] for name, payload in typed.answers.items()}


def zipped(path: Path, **members: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, source in members.items():
            archive.write(source, name.replace("__", "/"))
    return path


PLACES: dict[str, Callable[[Path], Any]] = {
    "loose": lambda f: hand_in_file(f / "a.trainkit.zip", {"double": 20.0}),
    "renamed": lambda f: hand_in_file(f / "my work.zip", {"double": 20.0}),
    "in a trainee's folder": lambda f: hand_in_file(f / "lin-yue" / "a.trainkit.zip", {"double": 20.0}),
    "beside a solved neighbour's": lambda f: (
        hand_in_file(f / "lin-yue" / "a.trainkit.zip", {"double": 20.0}),
        (f / "chen-bo").mkdir(),
        (f / "chen-bo" / "9-01.ipynb").write_bytes(solved()),
    ),
    "Moodle's folders": lambda f: hand_in_file(
        f / "Lin Yue_123456_assignsubmission_file_" / "a.trainkit.zip", {"double": 20.0}
    ),
    "Moodle's flat files": lambda f: hand_in_file(
        f / "Lin Yue_123456_assignsubmission_file_a.trainkit.zip", {"double": 20.0}
    ),
    "a download of loose files": lambda f: zipped(
        f / "download.zip", **{"a.trainkit.zip": hand_in_file(f.parent / "x.trainkit.zip", {"double": 20.0})}
    ),
    "Moodle's download": lambda f: zipped(
        f / "download.zip",
        **{
            "Lin Yue_123456_assignsubmission_file___a.trainkit.zip": hand_in_file(
                f.parent / "x.trainkit.zip", {"double": 20.0}
            )
        },
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_it_is_found_wherever_it_lies(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "submissions"
    folder.mkdir()
    PLACES[place](folder)
    handed, ignored = found(folder, tmp_path)
    (mine,) = (h for h in handed if h.trainee == "lin-yue")
    assert (mine.exercise, values(mine)) == ("9-01", {"double": 20.0})
    assert [i for i in ignored if i.path.name != "download.zip"] == []


def test_the_file_alone_can_be_graded(tmp_path: Path) -> None:
    path = hand_in_file(tmp_path / "a.trainkit.zip", {"double": 20.0})
    ((mine,), ignored) = found(path, tmp_path)
    assert (mine.trainee, ignored) == ("lin-yue", [])


def test_a_notebook_in_it_comes_as_it_is_with_the_page_beside_it(tmp_path: Path) -> None:
    hand_in_file(tmp_path / "in" / "a.trainkit.zip", {"size": "big"}, raw=solved())
    ((mine,), _ignored) = found(tmp_path / "in", tmp_path)
    raw, files = mine.read(Limits())
    assert raw == solved()
    assert [name for name, _data in files] == [PART]


def test_of_several_of_one_workspace_the_highest_number_counts_whatever_the_clock_says(tmp_path) -> None:
    folder = tmp_path / "in"
    for number, at, value in ((1, "2030-01-01", 1.0), (3, "2026-01-02", 3.0), (2, "2029-01-01", 2.0)):
        path = folder / f"{number}.trainkit.zip"
        hand_in_file(path, {"double": value}, number=number, at=f"{at}T00:00:00+00:00")
    ((mine,), ignored) = found(folder, tmp_path)
    assert values(mine) == {"double": 3.0}
    assert [i.path.name for i in ignored] == ["1.trainkit.zip", "2.trainkit.zip"]
    assert all("number 3 is graded instead" in i.reason for i in ignored)


def test_a_new_workspace_begins_to_count_anew_and_the_later_file_counts(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    hand_in_file(folder / "a.trainkit.zip", {"double": 1.0}, number=5)
    later = "2026-02-01T00:00:00+00:00"
    hand_in_file(folder / "b.trainkit.zip", {"double": 2.0}, number=1, workspace="cd34", at=later)
    ((mine,), (other,)) = found(folder, tmp_path)
    assert values(mine) == {"double": 2.0}
    assert "another workspace" in other.reason


def test_it_counts_before_a_notebook_on_its_own_and_the_other_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    hand_in_file(folder / "lin-yue" / "a.trainkit.zip", {"double": 20.0})
    (folder / "lin-yue" / "9-01.ipynb").write_bytes(solved())
    ((mine,), (other,)) = found(folder, tmp_path)
    assert mine.source is not None
    assert "a.trainkit.zip is graded instead" in other.reason


@pytest.mark.parametrize(
    ("folder", "said", "key", "trainee"),
    [
        ("", {"trainee": "lin-yue"}, "", "lin-yue"),
        ("", {"trainee": "Lin Yue"}, "", "lin-yue"),
        ("", {"trainee": "Zhou Min"}, "", "Zhou Min"),
        ("lin-yue", {"trainee": "Lin  yue"}, "", "lin-yue"),
        ("lin-yue", {"trainee": "yue"}, "", "lin-yue"),
        ("lin-yue", {"trainee": "lin-yue"}, KEY, "lin-yue"),
        ("lin-yue", {"trainee": "chen-bo"}, "", None),
        ("lin-yue", {"trainee": "Chen Bo"}, "", None),
        ("lin-yue", {"trainee": "x", "name": "Chen Bo"}, "", None),
        ("zhou-min", {"trainee": "lin-yue"}, KEY, "lin-yue"),
        ("from the post", {"trainee": "Lin Yue"}, "", "lin-yue"),
        ("from the post", {"trainee": "Zhou Min"}, "", "Zhou Min"),
    ],
)
def test_one_file_brings_one_persons_work_and_a_conflict_is_told(
    tmp_path: Path, folder: str, said: dict[str, str], key: str, trainee: str | None
) -> None:
    hand_in_file(tmp_path / "in" / folder / "a.trainkit.zip", {"double": 20.0}, key=key, **said)
    handed, ignored = found(tmp_path / "in", tmp_path)
    assert [h.trainee for h in handed] == ([trainee] if trainee else [])
    ignored = [i for i in ignored if i.kind != "unknown"]
    assert bool(ignored) is (trainee is None)
    if ignored:
        assert folder in ignored[0].reason
        assert "Move it" in ignored[0].reason


def test_a_neighbours_work_stays_untouched_by_a_file_in_the_wrong_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    hand_in_file(folder / "chen-bo" / "a.trainkit.zip", {"double": 20.0}, trainee="chen-bo")
    hand_in_file(folder / "lin-yue" / "a.trainkit.zip", {"double": 0.0}, trainee="chen-bo", number=9)
    ((mine,), (other,)) = found(folder, tmp_path)
    assert (mine.trainee, values(mine)) == ("chen-bo", {"double": 20.0})
    assert "lin-yue" in other.reason


@pytest.mark.parametrize(
    ("key", "said", "shows"),
    [
        ("", {}, "plain"),
        (KEY, {}, "class"),
        (key_of("another class", "lin-yue"), {}, "foreign"),
        (KEY, {"trainee": "chen-bo"}, "foreign"),
    ],
)
def test_the_proof_shows_what_it_can(tmp_path: Path, key: str, said: dict[str, str], shows: str) -> None:
    path = hand_in_file(tmp_path / "a.trainkit.zip", {"double": 20.0}, key=key, **said)
    assert read(path, keys).shows == shows


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update({"journal.jsonl": b"more"}),
        lambda m: m.update({"notebooks/9-01.ipynb": solved("x = 1")}),
        lambda m: m.update({"more.txt": b""}),
        lambda m: m.update({"manifest.json": m["manifest.json"].replace(b"20.0", b"21.0")}),
    ],
)
@pytest.mark.parametrize("key", ["", KEY])
def test_what_was_changed_on_the_way_is_told_and_graded_all_the_same(tmp_path: Path, change, key) -> None:
    path = hand_in_file(tmp_path / "a.trainkit.zip", {"double": 20.0}, raw=solved(), key=key)
    shows = read(changed(path, change), keys).shows
    assert shows in ("changed", "foreign")
    assert shows == "changed" or key


FORGED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another form": lambda m: m.update(form=2),
    "no form": lambda m: m.pop("form"),
    "not a hand-in": lambda m: m.update({"is": "something"}),
    "no trainee": lambda m: m.pop("trainee"),
    "a trainee that is a list": lambda m: m.update(trainee=[]),
    "an empty trainee": lambda m: m["trainee"].update(id=" "),
    "a trainee that is a number": lambda m: m["trainee"].update(id=7),
    "a trainee with a line break": lambda m: m["trainee"].update(id="a\nb"),
    "a trainee too long": lambda m: m["trainee"].update(id="x" * 201),
    "a trainee that turns its text round": lambda m: m["trainee"].update(id="a\u202eb"),
    "a name that is none": lambda m: m["trainee"].update(name={}),
    "no number": lambda m: m.pop("number"),
    "number zero": lambda m: m.update(number=0),
    "a number that is true": lambda m: m.update(number=True),
    "a huge number": lambda m: m.update(number=10**9),
    "a number that is a text": lambda m: m.update(number="1"),
    "no time": lambda m: m.pop("at"),
    "a time that is none": lambda m: m.update(at="yesterday"),
    "a time without a zone": lambda m: m.update(at="2026-01-12T09:15:00"),
    "no workspace": lambda m: m.pop("workspace"),
    "a workspace with a path": lambda m: m.update(workspace="../x"),
    "no exercises": lambda m: m.update(exercises={}),
    "exercises that are a list": lambda m: m.update(exercises=[]),
    "too many exercises": lambda m: m.update(exercises={f"x{n}": {} for n in range(201)}),
    "an exercise with a path": lambda m: m.update(exercises={"../9-01": {}}),
    "an exercise that is none": lambda m: m.update(exercises={"9-01": 7}),
    "no variant": lambda m: m["exercises"]["9-01"].pop("variant"),
    "a variant below zero": lambda m: m["exercises"]["9-01"].update(variant=-1),
    "answers that are a list": lambda m: m["exercises"]["9-01"].update(answers=[]),
    "too many answers": lambda m: m["exercises"]["9-01"].update(answers={f"a{n}": {} for n in range(201)}),
    "no answer at all": lambda m: m["exercises"]["9-01"].update(answers={}),
    "answers without a value": lambda m: m["exercises"]["9-01"].update(answers={"double": {"page": {}}}),
    "a notebook elsewhere": lambda m: m["exercises"]["9-01"].update(answers={}, notebook="../../etc/x"),
    "a notebook that isn't there": lambda m: m["exercises"]["9-01"].update(notebook="notebooks/9-01.ipynb"),
    "an answer of two megabytes": lambda m: m["exercises"]["9-01"].update(
        answers={"double": {"page": {"value": "x" * 2**21}}}
    ),
}


@pytest.mark.parametrize("fault", FORGED)
def test_whatever_is_forged_is_a_sentence(tmp_path: Path, fault: str) -> None:
    said = manifest({"double": 20.0})
    FORGED[fault](said)
    path = tmp_path / "in" / "lin-yue" / "a.trainkit.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(pack(said, {JOURNAL: b""}, ""))
    with pytest.raises(GradingError) as told:
        read(path, keys)
    assert str(told.value).endswith((".", "。"))
    handed, ignored = found(tmp_path / "in", tmp_path)
    assert (handed, [i.path for i in ignored]) == ([], [path])


@pytest.mark.parametrize(
    "raw",
    [b"", b"PK", b"no zip at all", pack(manifest({"double": 1.0}), {}, "")[:-30]],
    ids=["empty", "cut off at once", "no zip", "cut off"],
)
def test_what_is_damaged_is_a_sentence(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "in" / "lin-yue" / "a.trainkit.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(raw)
    handed, (ignored,) = found(tmp_path / "in", tmp_path)
    assert (handed, ignored.path) == ([], path)
    assert "damaged" in ignored.reason


def test_a_link_is_no_hand_in_file(tmp_path: Path) -> None:
    real = hand_in_file(tmp_path / "x.trainkit.zip", {"double": 20.0})
    link = tmp_path / "in" / "lin-yue" / "a.trainkit.zip"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    assert not is_hand_in(link)
    assert found(tmp_path / "in", tmp_path)[0] == []


def test_a_notebook_that_is_too_large_is_found_out(tmp_path: Path) -> None:
    path = hand_in_file(tmp_path / "in" / "a.trainkit.zip", raw=b" " * 5000)
    assert len(read(path, keys, Limits(notebook_bytes=1000)).pieces[0].notebook or b"") == 1001
    ((mine,), _ignored) = found(tmp_path / "in", tmp_path)
    with pytest.raises(Damaged, match="larger"):
        mine.read(Limits(notebook_bytes=1000))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PATHS = [
    (),
    *((n,) for n in manifest()),
    ("trainee", "id"),
    ("exercises", "9-01"),
    *(("exercises", "9-01", n) for n in manifest()["exercises"]["9-01"]),
    ("exercises", "9-01", "answers", "double"),
    ("exercises", "9-01", "answers", "double", "page"),
]


@given(st.sampled_from(PATHS), ANY)
def test_anything_anywhere_in_a_manifest_is_read_or_a_sentence(path: tuple[str, ...], value: Any) -> None:
    said: Any = manifest({"double": 20.0})
    if not path:
        said = value
    else:
        place = said
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("manifest.json", json.dumps(said).encode())
    file = _Once(made.getvalue())
    try:
        for piece in read(file.path, keys).pieces:
            typed, _others = typed_of([(PART, piece.part("changed"))])
            assert typed is not None
    except GradingError:
        pass  # a sentence, and no other error
    finally:
        file.path.unlink()


class _Once:
    """A file in the folder for temporary files: Hypothesis runs a test many times with one `tmp_path`."""

    def __init__(self, data: bytes) -> None:
        import tempfile

        handle, name = tempfile.mkstemp(suffix=".trainkit.zip")
        os.close(handle)
        self.path = Path(name)
        self.path.write_bytes(data)
