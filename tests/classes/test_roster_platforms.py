"""Rosters as Moodle, Canvas and Excel write them: who is read, and what is refused instead of garbled."""

from __future__ import annotations

from pathlib import Path

import pytest
from shared_cases import case

from trainkit.classes.roster import Entry, read_roster, strike, unused_columns
from trainkit.errors import GradingError

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Essay (77)\n"
    ",,,,,Manual Posting\n"
    "    Points Possible,,,,,20\n"
    '"Zhou, Min",311,N7,min.zhou,B,9\n'
    '"Student, Test",312,,x1,B,\n'
)


def written(tmp_path: Path, content: str | bytes, name: str = "roster.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def people(path: Path) -> list[tuple[str, str, str]]:
    return [(e.name, e.display_name, e.email) for e in read_roster(path)]


class TestCases:
    """The files of the case itself."""

    @pytest.fixture
    def folder(self) -> Path:
        return case("rosters-from-platforms")

    @pytest.mark.parametrize(
        ("file", "expected"),
        [
            ("canvas-gradebook", [("yue.lin", "Lin, Yue", ""), ("anna.wu", "Wu, Anna", "")]),
            ("canvas-without-sis", [("101", "Lin, Yue", ""), ("102", "Wu, Anna", "")]),
            ("excel-as-text", [("202301150012", "张伟", ""), ("202301150013", "李娜", "")]),
            ("moodle-zh", [("zw", "张伟", "zw@example.org")]),
            ("dash-for-nothing", [("zw", "张伟", "")]),
        ],
    )
    def test_people_are_read(self, folder: Path, file: str, expected: list[tuple[str, str, str]]):
        assert people(folder / f"{file}.csv") == expected

    def test_western_letters_are_never_read_as_chinese(self, folder: Path):
        with pytest.raises(GradingError, match="UTF-8"):
            read_roster(folder / "windows-1252.csv")

    def test_rounded_numbers_are_refused_with_their_lines(self, folder: Path):
        with pytest.raises(GradingError) as caught:
            read_roster(folder / "excel-scientific.csv")
        assert "Line 2:" in str(caught.value)
        assert "Line 3:" in str(caught.value)


def test_canvas_rows_that_are_no_person_are_left_out(tmp_path: Path):
    [entry] = read_roster(written(tmp_path, CANVAS))
    assert entry == Entry("min.zhou", "Zhou, Min", "", "N7", "B", "", 4, "311")


def test_a_row_without_a_person_is_a_fault_where_it_is_no_platforms(tmp_path: Path):
    with pytest.raises(GradingError, match="Line 3: Nothing says who this is"):
        read_roster(written(tmp_path, "id,name,section\nlin-yue,Lin Yue,A\n,,B\n"))


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        *((n, e) for n in ("Jürgen Müller", "Zoë Børsen", "Françoise Hénin") for e in ("cp1252", "latin-1")),
        ("Łukasz Wójcik", "cp1250"),
    ],
)
def test_another_code_page_asks_for_utf8(tmp_path: Path, name: str, encoding: str):
    raw = f"username,name\nx1,{name}\n".encode(encoding)
    with pytest.raises(GradingError, match="Save it as “CSV UTF-8”"):
        read_roster(written(tmp_path, raw))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
)
@pytest.mark.parametrize("name", ["张伟", "林喆", "刘玥", "李旻昇"])
def test_chinese_names_come_through_in_every_encoding(tmp_path: Path, encoding: str, name: str):
    raw = f"学号,姓名,班级\n1,{name},一班\n2,王娜,二班\n".encode(encoding)
    assert [e.display_name for e in read_roster(written(tmp_path, raw))] == [name, "王娜"]


@pytest.mark.parametrize("cell", ['"=""20250001"""', "'20250001", "20250001"])
def test_a_number_kept_as_text_is_the_number(tmp_path: Path, cell: str):
    assert read_roster(written(tmp_path, f"学号,姓名\n{cell},张伟\n"))[0].number == "20250001"


@pytest.mark.parametrize("cell", ["2.025E+07", "2.02301E+11", "2,025E+07", "2E+09"])
@pytest.mark.parametrize("column", ["id", "number"])
def test_a_rounded_number_is_refused(tmp_path: Path, cell: str, column: str):
    quoted = f'"{cell}"'
    other = "" if column == "id" else "id,"
    row = quoted if column == "id" else f"x,{quoted}"
    with pytest.raises(GradingError, match=r"Line 2: A spreadsheet has rounded"):
        read_roster(written(tmp_path, f"{other}{column},name\n{row},张伟\n"))


@pytest.mark.parametrize("nothing", ["-", "–", "—", "/", "无", "N/A"])
def test_a_dash_is_nothing(tmp_path: Path, nothing: str):
    path = written(tmp_path, f"id,name,email,number,section,lang\nzw,张伟{f',{nothing}' * 4}\n")
    assert read_roster(path) == [Entry("zw", "张伟", line=2)]


@pytest.mark.parametrize(
    "header",
    ["名,姓氏,用户名,邮箱地址", "名字,姓氏,用户名,电子邮件地址", "First name,Surname,Username,Email address"],
)
def test_moodle_names_in_two_columns_are_one_name(tmp_path: Path, header: str):
    path = written(tmp_path, f"{header}\n伟,张,zw,zw@example.org\n")
    assert people(path) == [("zw", "张伟", "zw@example.org")]


def test_columns_from_which_nothing_is_taken_are_named(tmp_path: Path):
    path = written(tmp_path, "id,name,Room,Essay (77)\nzw,张伟,7,9\n")
    assert unused_columns(path) == ["Room", "Essay (77)"]


class TestExcel:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in (
            ["学号", "姓名", "邮箱"],
            [202301150012, "张伟", None],
            ["0013", "李娜", "ln@example.org"],
        ):
            book.active.append(row)
        book.create_sheet("notes").append(["not read"])
        book.save(tmp_path / "roster.xlsx")
        return tmp_path / "roster.xlsx"

    def test_the_first_sheet_is_a_roster(self, path: Path):
        assert [(e.name, e.display_name, e.line) for e in read_roster(path)] == [
            ("202301150012", "张伟", 2),
            ("0013", "李娜", 3),
        ]

    def test_somebody_can_be_struck_from_it(self, path: Path):
        assert strike(path, "202301150012")
        assert [e.name for e in read_roster(path)] == ["0013"]
        assert not strike(path, "202301150012")

    def test_what_only_looks_like_one_says_so(self, tmp_path: Path):
        with pytest.raises(GradingError, match="isn't an Excel file that can be read"):
            read_roster(written(tmp_path, b"PK\x03\x04 no archive", "roster.xlsx"))
