"""Files that are no notebooks, that are more than they seem, or that lie where they shouldn't.

One class folder and the archives in it are collected and graded in one batch, among good work.
"""

from __future__ import annotations

import csv
import io
import json
import os
import socket
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
from submitted import INFO, NUMBERS, READ, RIGHT, SAY, key, needs_sandbox, notebook, solved

from trainkit.classes.assignment import Assignment, Prepared, activity_file
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.records import Submission
from trainkit.grading import batch
from trainkit.grading.pool import LocalWorkers
from trainkit.grading.station import Setting
from trainkit.reports import results
from trainkit.sandbox.limits import Limits
from trainkit.submissions import intake
from trainkit.submissions.layouts import Ignored

pytestmark = [*needs_sandbox, pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="POSIX files")]

GOOD = json.loads(solved())
CODE = [c for c in GOOD["cells"] if c["cell_type"] == "code"]

#: Files that can't be graded: one row each says so.
DAMAGED = {
    "empty": b"",
    "only zeros": bytes(100_000),
    "cut off": solved()[:-40],
    "more than is read": notebook("x = 1", prose="x" * 2 * 2**20),
    "an image": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "a list": b"[]",
    "a number": b"1e400",
    "cells that are no list": b'{"cells": {"cells": []}, "worksheets": 7}',
    "brackets without end": b"[" * 100_000,
    "objects without end": b'{"cells":' * 50_000,
    "a number of very many digits": b'{"cells": ' + b"9" * 10**5 + b"}",
    "too many cells": notebook(*["x = 1"] * 1100),
    "no code": notebook(),
    "an archive": b"PK\x03\x04" + bytes(1000),
}

#: Files that look damaged and can be graded all the same, with all their points.
SOUND = {
    "UTF-16": solved().decode().encode("utf-16"),
    "format 3": json.dumps(
        {
            "nbformat": 3,
            "nbformat_minor": 0,
            "metadata": {"name": "../../x"},
            "worksheets": [
                {"cells": [{"cell_type": "code", "input": c["source"], "outputs": []} for c in CODE]}
            ],
        }
    ).encode(),
    "a format of the future": json.dumps({**GOOD, "nbformat": 99, "nbformat_minor": -1}).encode(),
    "one id for all cells": json.dumps({**GOOD, "cells": [{**c, "id": "../same"} for c in CODE]}).encode(),
    "odd entries among its cells": json.dumps(
        {**GOOD, "cells": [None, 7, "x", [], {}, {"cell_type": ["code"]}, *CODE, {"source": {"a": 1}}]}
    ).encode(),
    "long outputs": json.dumps(
        {
            **GOOD,
            "cells": [
                {**c, "outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 300_000}]}
                for c in CODE
            ],
        }
    ).encode(),
    "a byte order mark and Windows' line ends": b"\xef\xbb\xbf"
    + json.dumps(GOOD, indent=1).encode().replace(b"\n", b"\r\n"),
    "numbers that are none": solved().replace(b'"metadata": {}', b'"metadata": {"x": NaN, "y": -Infinity}'),
}

#: Names of folders that somebody may have, or pretend to have.
NAMES = (
    "evil..",
    "-rf",
    "a'; drop table submission; --",
    "$(touch owned)",
    "%2e%2e%2fescape",
    "=HYPERLINK(1)",
    "@SUM(1+1)",
    "+1",
    "<script>alert(1)<!--",
    "\u202egnp.exe",
    "new\nline",
    "tab\tand\x1b[31m red",
    "con",
    "nul.txt",
    "trailing dot.",
    "林悦",
    "e\u0301",
    "A",
    "a",
    "🙂" * 40,
    "x" * 200,
    "[link](javascript:alert(1))",
    "{{ 7*7 }}",
    "feedback",
)


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


#: Things in place of a notebook that aren't files of the trainee's.
IMPOSTORS: dict[str, Callable[[Path], None]] = {
    "a link to the secret": lambda path: path.symlink_to(path.parents[2] / "private" / "class.secret"),
    "a link to a neighbour": lambda path: path.symlink_to("../a-good/9-01.ipynb"),
    "a link to zeros": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("/nowhere"),
    "a pipe": _fifo,
    "a folder": lambda path: path.mkdir(),
    "a socket": _listening,
}


def _member(name: str, kind: int = stat.S_IFREG) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, (2099, 1, 1, 0, 0, 0))
    member.external_attr = (kind | 0o777) << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


#: What an archive holds besides good work; nothing of it is graded.
MEMBERS = [
    (_member("../../escaped/9-01.ipynb"), solved()),
    (_member("/tmp/escaped/9-01.ipynb"), solved()),
    (_member("C:\\escaped\\9-01.ipynb"), solved()),
    (_member("..\\..\\escaped\\9-01.ipynb"), solved()),
    (_member("link/9-01.ipynb", stat.S_IFLNK), b"../../../private/class.secret"),
    (_member("device/9-01.ipynb", stat.S_IFBLK), b""),
    (_member("bomb/9-01.ipynb"), bytes(3 * 2**20)),
    (_member("nested/more.zip"), b"PK\x05\x06" + bytes(18)),
    (_member("new\nline/9-01.ipynb"), solved()),
    (_member("x" * 300 + "/9-01.ipynb"), solved()),
    (_member("deep/" * 20 + "9-01.ipynb"), solved()),
    (_member("helpers/pandas.so"), b"\x7fELF"),
]


@dataclass(frozen=True)
class Found:
    folder: Path
    rows: dict[str, Submission]
    ignored: list[Ignored]
    before: set[str]


def _all_files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_relative_to(folder / "grades")}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    folder = tmp_path_factory.mktemp("class")
    submissions, private = folder / "submissions", folder / "private"
    private.mkdir()
    (private / "class.secret").write_text("canary-secret-01234567")
    for name, raw in {**DAMAGED, **SOUND, "a-good": solved(), "z-good": solved()}.items():
        (submissions / name).mkdir(parents=True)
        (submissions / name / "9-01.ipynb").write_bytes(raw)
    for name in NAMES:
        (submissions / name).mkdir()
        (submissions / name / "9-01.ipynb").write_bytes(b"")
    for name, lay in IMPOSTORS.items():
        (submissions / name).mkdir()
        lay(submissions / name / "9-01.ipynb")
    (submissions / "a linked folder").symlink_to(submissions / "a-good", target_is_directory=True)
    with zipfile.ZipFile(submissions / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in MEMBERS:
            archive.writestr(member, data)
        archive.writestr("from-archive/9-01.ipynb", solved())
    before = _all_files(folder)
    unpacked = tmp_path_factory.mktemp("unpacked")
    limits = Limits(notebook_bytes=2 * 2**20)
    handed, ignored = intake.collect(submissions, ["9-01"], unpacked=unpacked, limits=limits)
    assignment = _assignment(tmp_path_factory.mktemp("tables"))
    with Gradebook(folder / "grades" / "gradebook.db") as book:
        with LocalWorkers(Setting(limits), workers=2) as workers:
            batch.run(handed, lambda *_whose: assignment, book, workers)
        latest = book.latest()
    results.write_results(folder / "grades", latest, lambda _trainee: {})
    return Found(folder, {n: next(own) for n, own in _by_trainee(latest)}, ignored, before)


def _by_trainee(latest: list[Submission]) -> Iterator[tuple[str, Iterator[Submission]]]:
    return groupby(latest, key=lambda s: s.trainee.name)


def _assignment(folder: Path) -> Assignment:
    ready = []
    for variant in (0, 71):
        tables = folder / str(variant)
        tables.mkdir()
        (tables / "number.txt").write_text(str(NUMBERS[variant]))
        ready.append(Prepared(variant, tables, key(variant)))
    return Assignment(INFO, activity_file(INFO, folder), ready[0], (ready[1],))


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_no_notebook_is_a_row_that_says_why(found: Found, name: str):
    row = found.rows[name]
    assert (row.state, row.earned) == ("damaged", 0)
    assert row.note


@pytest.mark.parametrize("name", SOUND)
def test_what_can_be_read_earns_all_its_points(found: Found, name: str):
    assert (found.rows[name].state, found.rows[name].earned) == ("graded", INFO.points)


@pytest.mark.parametrize("name", IMPOSTORS)
def test_what_is_no_file_of_the_trainees_is_never_opened(found: Found, name: str):
    """It is a damaged row, or listed as ignored; it waits for nobody and reads nothing."""
    row = found.rows.get(name)
    listed = any(name in i.path.parts for i in found.ignored)
    assert listed if row is None else (row.state, row.earned) == ("damaged", 0)
    assert "canary" not in (row.note if row else "")


def test_a_linked_folder_is_nobodys(found: Found):
    assert "a linked folder" not in found.rows
    assert any(i.path.name == "a linked folder" for i in found.ignored)


def test_good_work_among_them_has_its_points(found: Found):
    for name in ("a-good", "z-good", "from-archive"):
        assert (found.rows[name].state, found.rows[name].earned) == ("graded", INFO.points), name


def test_every_name_is_one_person(found: Found):
    """No name is lost, merged with another one or made into a path."""
    graded = set(found.rows) - {*DAMAGED, *SOUND, *IMPOSTORS, "a-good", "z-good", "from-archive"}
    assert graded == {unicodedata.normalize("NFC", name).strip() for name in NAMES}
    pages = sorted((found.folder / "grades" / "feedback").glob("*.html"))
    assert len(pages) == len(found.rows)
    assert len({p.name.casefold() for p in pages}) == len(pages)


def test_nothing_of_an_archive_gets_out_of_it(found: Found):
    for row in found.rows:
        assert "escaped" not in row
        assert row not in ("link", "device", "bomb", "nested", "deep", "helpers")
    assert not any((place / "escaped").exists() for place in (Path("/tmp"), found.folder.parent))
    refused = " ".join(str(i.path) for i in found.ignored)
    for part in ("escaped", "link", "device", "bomb", "more.zip", "pandas.so"):
        assert part in refused, part


def test_grading_writes_nowhere_but_among_the_grades(found: Found):
    assert _all_files(found.folder) == found.before
    written = {p.parent.name for p in (found.folder / "grades").rglob("*") if p.is_file()}
    assert written <= {"grades", "feedback"}


def test_tables_hold_no_formula_and_every_row(found: Found):
    """Each cell is read back by a spreadsheet as a text or a number."""
    for name in ("grades.csv", "answers.csv"):
        text = (found.folder / "grades" / name).read_bytes().decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text)))
        assert len({line[0] for line in lines[1:]}) == len(found.rows)
        for cell in (cell for line in lines for cell in line):
            assert not cell.lstrip(" ").startswith(("=", "+", "@", "\t", "\r", "\n")), cell
            assert not cell.startswith("-") or cell[1:].replace(".", "").isdigit(), cell


def test_pages_show_names_as_text(found: Found):
    for page in (found.folder / "grades" / "feedback").glob("*.html"):
        text = page.read_text("utf-8")
        assert "<script>alert" not in text
        assert "49" not in text.split("</title>")[0]  # {{ 7*7 }}, had somebody rendered it


class TestAMoodleDownload:
    """In Moodle's download, files of all participants lie side by side, archives as well."""

    def lay(self, folder: Path) -> Path:
        folder.mkdir()
        (folder / "Lin Yue_5_assignsubmission_file_9-01.ipynb").write_bytes(solved())
        with zipfile.ZipFile(folder / "Mallory_9_assignsubmission_file_x.zip", "w") as archive:
            archive.writestr(_member("Lin Yue/9-01.ipynb"), notebook(SAY, "say(double=0)"))
            archive.writestr(_member("Lin Yue_5_assignsubmission_file_9-01.ipynb"), b"{}")
            archive.writestr(_member("wei/9-01.ipynb"), notebook(READ, SAY, RIGHT))
        return folder

    def test_nobody_hands_in_for_somebody_else(self, tmp_path: Path):
        unpacked = tmp_path / "unpacked"
        unpacked.mkdir()
        folder = self.lay(tmp_path / "download")
        handed, ignored = intake.collect(folder, ["9-01"], unpacked=unpacked)
        assert [(h.trainee, h.path.parent == folder) for h in handed] == [
            ("Lin Yue", True),
            ("Mallory", False),
        ]
        assert any("x.zip" in str(i.path) for i in ignored)

    def test_a_file_that_is_called_like_a_neighbours_is_its_owners(self, tmp_path: Path):
        folder = tmp_path / "download"
        folder.mkdir()
        name = "Mallory_9_assignsubmission_file_Lin Yue_5_assignsubmission_file_9-01.ipynb"
        (folder / name).write_bytes(solved())
        handed, _ignored = intake.collect(folder, ["9-01"])
        assert {h.trainee for h in handed} <= {"Mallory"}
