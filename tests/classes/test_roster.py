"""Rosters as offices, spreadsheets and learning platforms write them."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainkit.classes.roster import Entry, read_roster, strike
from trainkit.errors import GradingError

TABLE = "id,name,email,number,section,lang\nlin-yue,林悦,lin@example.org,2026001,甲班,zh\n"
LIN = Entry("lin-yue", "林悦", "lin@example.org", "2026001", "甲班", "zh", 2)


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "roster.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_delimiters_and_line_ends_are_told_apart(
    tmp_path: Path, encoding: str, delimiter: str, end: str
):
    text = TABLE.replace(",", delimiter).replace("\n", end)
    assert read_roster(written(tmp_path, text.encode(encoding))) == [LIN]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("学号,姓名,邮箱,班级\n2026001,林悦,lin@example.org,甲班\n",
         Entry("2026001", "林悦", "lin@example.org", "2026001", "甲班", "", 2)),
        ("用户名，姓名，语言\nlin-yue，林悦，中文\n", Entry("lin-yue", "林悦", lang="zh", line=2)),
        ("姓,名,工号\n林,悦,7\n", Entry("7", "林悦", number="7", line=2)),
        ("First name,Last name,ID number,Email address,Department\nYue,Lin,2026001,lin@example.org,CRM\n",
         Entry("2026001", "Yue Lin", "lin@example.org", "2026001", "CRM", "", 2)),
        ("Student,ID,SIS User ID,SIS Login ID,Section\n\"Lin, Yue\",812,2026001,lin-yue,A\n",
         Entry("lin-yue", "Lin, Yue", "", "2026001", "A", "", 2, "812")),
        ("Name,E-Mail\nYue Lin,lin@example.org\n",
         Entry("lin@example.org", "Yue Lin", "lin@example.org", line=2)),
        ("姓名\n林悦\n", Entry("林悦", "林悦", line=2)),
        ("sep=;\nid;Full_Name;room\n lin-yue ; Yue Lin ;7\n", Entry("lin-yue", "Yue Lin", line=3)),
        ("\n\nID,Language\n\nlin-yue,English\n,\n", Entry("lin-yue", lang="en", line=5)),
    ],
)  # fmt: skip
def test_columns_are_known_by_the_names_that_people_give_them(tmp_path: Path, text: str, expected: Entry):
    assert read_roster(written(tmp_path, text)) == [expected]


def test_all_faults_are_told_with_their_lines(tmp_path: Path):
    path = written(
        tmp_path,
        "id,name,email,lang\n"
        "lin-yue,林悦,lin@example.org,zh\n"
        "chen-bo,陈博,chen.example.org,\n"
        "../zhou,周敏,zhou@example.org,fr\n"
        ",,,en\n"
        "Lin-Yue,Lin, Yue,LIN@example.org\n"
        "lin-yue,林悦,lin@example.org,zh\n",
    )
    with pytest.raises(GradingError) as caught:
        read_roster(path)
    assert str(caught.value).splitlines() == [
        f"The roster {path} can't be used.",
        "Line 3: `chen.example.org` isn't an e-mail address.",
        "Line 4: `../zhou` can't be an identifier, because it can't be the name of a folder.",
        "Line 4: `fr` is no language of the workbook. There are: en, zh.",
        "Line 5: Nothing says who this is.",
        "Line 6: `Yue` isn't an e-mail address.",
        "Line 6: `LIN@example.org` is no language of the workbook. There are: en, zh.",
        "Lines 2, 6, 7: `lin-yue` stands on each of them.",
        "Lines 2, 7: `lin@example.org` stands on each of them.",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n\n", "is empty"),
        (b"room,seat\n1,2\n", "no column that says who someone is.*id,name,email,number,section"),
        ("id,name\nx,José, the second\n".encode(), "Line 2: It has more cells than the first line"),
        (b"id,name\njos\xe9,x\n", "neither UTF-8 nor GB18030"),
        (b'id,name\n"x,y\nz,w\n', "can't be"),
    ],
)
def test_what_is_no_roster_says_why(tmp_path: Path, content: bytes, message: str):
    with pytest.raises(GradingError, match=message):
        read_roster(written(tmp_path, content))


def test_a_missing_file_says_so(tmp_path: Path):
    with pytest.raises(GradingError, match="No such file"):
        read_roster(tmp_path / "roster.csv")


def test_a_roster_with_nothing_but_its_first_line_is_that_of_nobody(tmp_path: Path):
    assert read_roster(written(tmp_path, "id,name\n")) == []


NAMES = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="/\\,;\"'\t，；"), min_size=1, max_size=20
)


@given(st.lists(NAMES, min_size=1, max_size=8, unique_by=lambda n: n.casefold()))
def test_everybody_on_a_roster_is_read(tmp_path_factory: pytest.TempPathFactory, names: list[str]):
    composed = [unicodedata.normalize("NFC", name) for name in names]
    names = [n for n in {n.casefold(): n for n in composed}.values() if not n.startswith(".")]
    path = written(tmp_path_factory.mktemp("roster"), "id,name\n" + "".join(f"{n},x{n}\n" for n in names))
    assert [e.name for e in read_roster(path)] == names


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_striking_somebody_leaves_everything_else_as_it_is(tmp_path: Path, encoding: str):
    text = '学号;姓名\r\n1;"林\r\n悦"\r\n\r\n2;陈博\r\n3;周敏'
    path = written(tmp_path, text.encode(encoding))
    assert strike(path, "1")
    assert path.read_bytes() == "学号;姓名\r\n\r\n2;陈博\r\n3;周敏".encode(encoding)
    assert strike(path, "3")
    assert path.read_bytes() == "学号;姓名\r\n\r\n2;陈博\r\n".encode(encoding)
    assert not strike(path, "3")
