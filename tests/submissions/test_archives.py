"""Archives come from outside: whatever is in them, only what belongs to a class comes out."""

from __future__ import annotations

import errno
import io
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainkit.errors import GradingError
from trainkit.sandbox.limits import Limits
from trainkit.submissions import archives
from trainkit.submissions.archives import unpack
from trainkit.submissions.intake import collect

EXERCISES = ["1-06", "2-01"]


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    folder = tmp_path / "private" / "0"
    folder.mkdir(parents=True)
    return folder


def packed(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_notebooks_and_small_files_come_out_with_their_dates(tmp_path: Path, inside: Path):
    old = zipfile.ZipInfo("bo/1-06.ipynb", (2020, 2, 3, 4, 5, 6))
    path = packed(tmp_path / "a.zip", (old, b"{}"), ("bo/bins.py", b"x = 1"), ("bo/photo.png", b"png"))
    [ignored] = unpack(path, inside)
    assert files(inside) == ["bo/1-06.ipynb", "bo/bins.py"]
    assert ignored.path == path / "bo/photo.png"
    assert (inside / "bo/1-06.ipynb").stat().st_mtime < 1_600_000_000


@pytest.mark.parametrize(
    "name",
    [
        "../1-06.ipynb",
        "bo/../../1-06.ipynb",
        "/etc/1-06.ipynb",
        "C:/1-06.ipynb",
        "..\\1-06.ipynb",
        "bo/\x1b[2J.ipynb",
        "bo/a\nb.ipynb",
        "x" * 300 + ".ipynb",
        "/".join("abcdefghijkl") + "/1-06.ipynb",
    ],
)
def test_names_that_lead_out_or_cannot_be_are_refused(tmp_path: Path, inside: Path, name: str):
    path = packed(tmp_path / "a.zip", (name, b"{}"), ("bo/1-06.ipynb", b"{}"))
    [ignored] = unpack(path, inside)
    assert files(tmp_path) == ["a.zip", "private/0/bo/1-06.ipynb"]
    assert "\x1b" not in str(ignored.path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, inside: Path, kind: int):
    member = zipfile.ZipInfo("bo/1-06.ipynb")
    member.create_system = 3
    member.external_attr = (kind | 0o777) << 16
    [ignored] = unpack(packed(tmp_path / "a.zip", (member, b"/etc/passwd")), inside)
    assert files(inside) == []
    assert "link" in ignored.reason


def test_archives_within_archives_are_refused(tmp_path: Path, inside: Path):
    inner = packed(tmp_path / "inner.zip", ("bo/1-06.ipynb", b"{}")).read_bytes()
    [ignored] = unpack(packed(tmp_path / "a.zip", ("bo/work.zip", inner)), inside)
    assert "archive within" in ignored.reason


def test_what_is_packed_too_tightly_is_refused_by_what_it_says(tmp_path: Path, inside: Path):
    [ignored] = unpack(packed(tmp_path / "a.zip", ("bo/1-06.ipynb", bytes(10 * 2**20))), inside)
    assert "trap" in ignored.reason
    assert files(inside) == []


def test_a_file_that_lies_about_its_size_is_cut_off_behind_the_limit(tmp_path: Path, inside: Path):
    path = packed(tmp_path / "a.zip", ("bo/1-06.ipynb", bytes(5 * 2**20)))
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.index(signature) + offset
        raw[at : at + 4] = struct.pack("<I", 100)
    path.write_bytes(raw)
    unpack(path, inside, Limits(notebook_bytes=2**20))
    assert all(p.stat().st_size <= 2**20 + 1 for p in inside.rglob("*.ipynb"))


def test_all_together_may_not_exceed_what_a_class_hands_in(
    tmp_path: Path, inside: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(archives, "MOST_UNPACKED", 10_000)
    path = packed(tmp_path / "a.zip", *((f"t{n}/1-06.ipynb", b"x" * 3000) for n in range(5)))
    with pytest.raises(GradingError, match="more than a class"):
        unpack(path, inside)
    assert sum(p.stat().st_size for p in inside.rglob("*.ipynb")) <= 10_000


def test_one_place_may_not_fill_the_disk_for_all(
    tmp_path: Path, inside: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(archives, "MOST_IN_A_PLACE", 5000)
    flat = [(f"Mallory_9_assignsubmission_file_{n} 1-06.ipynb", b"x" * 3000) for n in range(4)]
    path = packed(tmp_path / "a.zip", *flat, ("Bo_1_assignsubmission_file_1-06.ipynb", b"{}"))
    ignored = unpack(path, inside)
    assert len(ignored) == 2
    assert len(files(inside)) == 3
    assert any(name.startswith("Bo") for name in files(inside))


def test_too_many_files_are_refused(tmp_path: Path, inside: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    with pytest.raises(GradingError, match="too many"):
        unpack(packed(tmp_path / "a.zip", *((f"{n}.txt", b"") for n in range(4))), inside)


def test_a_file_that_is_no_archive_says_so(tmp_path: Path, inside: Path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(GradingError, match="It can't be unpacked"):
        unpack(path, inside)


def test_a_damaged_member_is_listed_and_the_others_come_out(tmp_path: Path, inside: Path):
    path = packed(tmp_path / "a.zip", ("bo/1-06.ipynb", b"first" * 500), ("wei/1-06.ipynb", b"second"))
    raw = bytearray(path.read_bytes())
    raw[60] ^= 0xFF
    path.write_bytes(raw)
    [ignored] = unpack(path, inside)
    assert ignored.path.parent.name == "bo"
    assert files(inside) == ["wei/1-06.ipynb"]


def test_two_members_of_one_name_are_one_file_and_a_line_that_says_so(tmp_path: Path, inside: Path):
    path = packed(tmp_path / "a.zip", ("bo/1-06.ipynb", b"first"), ("BO/1-06.ipynb", b"second"))
    [_ignored] = unpack(path, inside)
    assert (inside / "bo" / "1-06.ipynb").read_bytes() == b"first"


def test_a_file_where_a_folder_should_be_costs_only_itself(tmp_path: Path, inside: Path):
    path = packed(
        tmp_path / "a.zip", ("bo.txt", b"x"), ("bo.txt/1-06.ipynb", b"{}"), ("wei/1-06.ipynb", b"{}")
    )
    [_ignored] = unpack(path, inside)
    assert files(inside) == ["bo.txt", "wei/1-06.ipynb"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "林悦"),
        ("gb18030", "林悦"),
        ("gb18030", "陈喆"),
        ("gb18030", "林玥"),
        ("gb18030", "李珺瑄"),
        ("cp437", "Jürgen"),
        ("cp437", "Müller Größe"),
    ],
)
def test_names_of_old_tools_are_read_as_they_were_meant(
    tmp_path: Path, inside: Path, encoding: str, name: str
):
    raw = f"{name}/1-06.ipynb".encode(encoding)
    path = packed(tmp_path / "a.zip", ("#" * len(raw), b"{}"))
    path.write_bytes(path.read_bytes().replace(b"#" * len(raw), raw))
    unpack(path, inside)
    assert files(inside) == [f"{name}/1-06.ipynb"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_in_an_unusual_way_is_listed(tmp_path: Path, inside: Path, method: int):
    """A few bytes of LZMA may ask for gigabytes of memory."""
    path = packed(tmp_path / "a.zip", ("wei/1-06.ipynb", b"{}"))
    with zipfile.ZipFile(path, "a", method) as archive:
        archive.writestr("bo/1-06.ipynb", b"{}")
    [ignored] = unpack(path, inside)
    assert "ordinary zip archive" in ignored.reason
    assert files(inside) == ["wei/1-06.ipynb"]


def test_the_ending_may_be_in_capitals(tmp_path: Path, inside: Path):
    path = packed(tmp_path / "a.zip", ("bo/1-06.IPYNB", b"{}"))
    [handed], ignored = collect(path, EXERCISES, unpacked=inside)
    assert (handed.trainee, handed.exercise, ignored) == ("bo", "1-06", [])


def test_a_name_that_is_not_what_it_says_costs_only_its_file(tmp_path: Path, inside: Path):
    """Before the content the name stands again; there it may be no UTF-8, or another one."""
    path = packed(tmp_path / "a.zip", ("林/1-06.ipynb", b"{}"), ("wei/1-06.ipynb", b"{}"))
    path.write_bytes(path.read_bytes().replace("林".encode(), b"\xff\xff\xff", 1))
    [ignored] = unpack(path, inside)
    assert "can't be unpacked" in ignored.reason
    assert files(inside) == ["wei/1-06.ipynb"]


def test_an_archive_whose_list_cannot_be_read_says_so(tmp_path: Path, inside: Path):
    path = packed(tmp_path / "a.zip", ("林/1-06.ipynb", b"{}"))
    path.write_bytes(path.read_bytes().replace("林".encode(), b"\xff\xff\xff"))
    with pytest.raises(GradingError, match=r"It can't be unpacked: .*utf-8"):
        unpack(path, inside)


def test_a_full_disk_is_no_fault_of_a_file(tmp_path: Path, inside: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_args: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = packed(tmp_path / "a.zip", ("bo/1-06.ipynb", b"{}"))
    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(GradingError, match="It can't be unpacked: No space left on device"):
        unpack(path, inside)


DAMAGED = io.BytesIO()
with zipfile.ZipFile(DAMAGED, "w", zipfile.ZIP_DEFLATED) as _archive:
    for _name in ("bo/1-06.ipynb", "林悦/1-06.ipynb", "wei/bins.py"):
        _archive.writestr(_name, b'{"cells": []}' * 20)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(DAMAGED.getvalue()) - 1), st.integers(0, 255)), min_size=1, max_size=4
    )
)
def test_however_an_archive_is_damaged_it_is_told_and_nothing_else_happens(
    tmp_path_factory, spots: list[tuple[int, int]]
):
    folder = tmp_path_factory.mktemp("damaged")
    raw = bytearray(DAMAGED.getvalue())
    for place, byte in spots:
        raw[place] = byte
    (folder / "a.zip").write_bytes(raw)
    (folder / "out").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that come twice
        try:
            said = [i.reason for i in unpack(folder / "a.zip", folder / "out")]
        except GradingError as error:
            said = [str(error)]
    assert all(said)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.binary(max_size=50)), max_size=8))
def test_nothing_is_ever_written_beside_the_folder(tmp_path_factory, members: list[tuple[str, bytes]]):
    folder = tmp_path_factory.mktemp("any")
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that come twice
        for number, (name, content) in enumerate(members):
            archive.writestr(zipfile.ZipInfo(f"{name}.ipynb" if number % 2 else name), content)
    unpack(path, inner)
    assert {p for p in folder.rglob("*") if p.is_file()} - set(inner.rglob("*")) == {path}
    assert not any(p.is_symlink() for p in folder.rglob("*"))


class TestClasses:
    @pytest.mark.parametrize(
        "names",
        [
            ["lin-yue/1-06.ipynb", "bo/1-06.ipynb"],
            ["submissions/lin-yue/1-06.ipynb", "submissions/bo/1-06.ipynb"],
            ["spring/submissions/lin-yue/1-06.ipynb", "spring/submissions/bo/1-06.ipynb"],
            ["spring/lin-yue/1-06.ipynb", "spring/bo/1-06.ipynb"],
            ["lin-yue_1_assignsubmission_file_/1-06.ipynb", "bo_2_assignsubmission_file_/1-06.ipynb"],
            ["submitted/lin-yue/1-06/1-06.ipynb", "submitted/bo/1-06/1-06.ipynb"],
            ["lin-yue/1-06/1-06.ipynb", "bo/1-06/1-06.ipynb"],
        ],
    )
    def test_an_archive_of_any_layout_is_the_same_class(self, tmp_path: Path, inside: Path, names: list[str]):
        path = packed(tmp_path / "class.zip", *((n, b"{}") for n in names))
        handed, ignored = collect(path, EXERCISES, unpacked=inside)
        assert [(h.trainee, h.exercise) for h in handed] == [("bo", "1-06"), ("lin-yue", "1-06")]
        assert ignored == []

    def test_one_trainee_in_an_archive_is_not_taken_for_the_class(self, tmp_path: Path, inside: Path):
        path = packed(tmp_path / "one.zip", ("lin-yue/1-06.ipynb", b"{}"))
        [handed], _ignored = collect(path, EXERCISES, unpacked=inside)
        assert handed.trainee == "lin-yue"

    def test_an_archive_that_a_trainee_handed_in_brings_that_trainees_work_only(
        self, tmp_path: Path, inside: Path
    ):
        """It may hold work in anybody's name."""
        folder = tmp_path / "submissions"
        folder.mkdir()
        packed(folder / "Mallory_9_assignsubmission_file_x.zip", ("lin-yue/1-06.ipynb", b"{}"))
        (folder / "Bo_1_assignsubmission_file_1-06.ipynb").write_text("{}")
        handed, ignored = collect(folder, EXERCISES, unpacked=inside)
        assert [h.trainee for h in handed] == ["Bo", "Mallory"]
        assert ignored == []

    def test_archives_lie_among_the_folders(self, tmp_path: Path, inside: Path):
        folder = tmp_path / "submissions"
        (folder / "bo").mkdir(parents=True)
        (folder / "bo" / "1-06.ipynb").write_text("{}")
        packed(folder / "1-06.zip", ("Lin Yue_1_assignsubmission_file_/a 1-06.ipynb", b"Exercise('1-06')"))
        packed(folder / "2-01.zip", ("wei/2-01.ipynb", b"{}"))
        handed, ignored = collect(folder, EXERCISES, unpacked=inside)
        assert [(h.trainee, h.exercise) for h in handed] == [
            ("Lin Yue", "1-06"),
            ("bo", "1-06"),
            ("wei", "2-01"),
        ]
        assert ignored == []

    def test_a_wrong_archive_among_the_folders_is_one_line_and_leaves_nothing(
        self, tmp_path: Path, inside: Path, monkeypatch: pytest.MonkeyPatch
    ):
        folder = tmp_path / "submissions"
        (folder / "bo").mkdir(parents=True)
        (folder / "bo" / "1-06.ipynb").write_text("{}")
        packed(folder / "late.zip", *((f"{n}/1-06.ipynb", b"x" * 3000) for n in range(5)))
        monkeypatch.setattr(archives, "MOST_UNPACKED", 10_000)
        [handed], [ignored] = collect(folder, EXERCISES, unpacked=inside)
        assert handed.trainee == "bo"
        assert ignored.path.name == "late.zip"
        assert ignored.reason == "It unpacks to more than a class hands in."
        assert list(inside.iterdir()) == []

    def test_a_damaged_archive_of_the_whole_class_is_an_error(self, tmp_path: Path, inside: Path):
        (tmp_path / "class.zip").write_bytes(b"PK\x03\x04 cut off")
        with pytest.raises(GradingError, match=r"class\.zip: It can't be unpacked: File is not a zip file"):
            collect(tmp_path / "class.zip", EXERCISES, unpacked=inside)
