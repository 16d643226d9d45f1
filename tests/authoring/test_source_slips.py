"""An author's slip never ends in a traceback: all of them are told in one run, by file and line."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real import ROOT
from typer.testing import CliRunner
from written import EXERCISE, LESSON, write_course

from trainkit.authoring import build
from trainkit.authoring.faults import Faults
from trainkit.authoring.key import compute_key, filled
from trainkit.authoring.myst import cells_of, split
from trainkit.authoring.source import Source, read, read_all
from trainkit.course.model import Kind
from trainkit.errors import SourceError, SourceFaults


def reading(folder: Path, text: str | bytes, kind: Kind = "exercise") -> Source:
    path = folder / "1-01.md"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path, kind)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


SAVED = [
    ("a byte order mark", b"\xef\xbb\xbf" + EXERCISE.encode()),
    ("Windows's line ends", EXERCISE.replace("\n", "\r\n").encode()),
    ("an old Mac's line ends", EXERCISE.replace("\n", "\r").encode()),
    ("both", b"\xef\xbb\xbf" + EXERCISE.replace("\n", "\r\n").encode()),
]


@pytest.mark.parametrize("data", [s[1] for s in SAVED], ids=[s[0] for s in SAVED])
def test_how_an_editor_saved_a_source_makes_no_difference(tmp_path: Path, data: bytes) -> None:
    assert reading(tmp_path, data) == reading(tmp_path, EXERCISE)


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    cut, whole = reading(tmp_path, EXERCISE.rstrip("\n")), reading(tmp_path, EXERCISE)
    assert (cut.blocks, cut.mistakes) == (whole.blocks, whole.mistakes)


OTHER_ENCODINGS = [
    ("gb18030", "zh: 数一数", "isn't in UTF-8: byte 0xCA here is none. Save it as UTF-8."),
    ("utf-16", "---", "The file is in UTF-16. Save it as UTF-8."),
    ("utf-16-le", "---", "The file is in UTF-16. Save it as UTF-8."),
    ("big5", "zh: 數一數", "Save it as UTF-8."),
]


@pytest.mark.parametrize(("encoding", "where", "what"), OTHER_ENCODINGS, ids=[e[0] for e in OTHER_ENCODINGS])
def test_another_encoding_is_told_with_file_and_line(
    tmp_path: Path, encoding: str, where: str, what: str
) -> None:
    text = EXERCISE if encoding != "big5" else EXERCISE.replace("数一数", "數一數")
    data = text.encode(encoding, errors="ignore")
    with pytest.raises(SourceError) as caught:
        reading(tmp_path, data)
    assert str(caught.value).startswith(f"{tmp_path / '1-01.md'}:{line_of(text, where)}: ")
    assert str(caught.value).endswith(what)


_FENCE = "```{code-cell}\n"
_FIRST = _FENCE + "from trainkit"

# Each slip: its name, what is replaced by what, the text of the line on which it is told, what is said.
SLIPS = [
    ("tags without brackets", _FIRST, _FENCE + ":tags: hide-input\n\nfrom trainkit", ":tags:", "be a list"),
    ("tags left open", _FIRST, _FENCE + ":tags: [hide-input\nfrom trainkit", ":tags:", "should be a list"),
    ("tags that are empty", _FIRST, _FENCE + ":tags: []\nfrom trainkit", ":tags:", "should be a list"),
    ("an option without value", _FIRST, _FENCE + ":tags:\nfrom trainkit", ":tags:", "Write `:name: value`"),
    ("an option without colon", _FIRST, _FENCE + ":tags [a]\nfrom trainkit", ":tags", "Write `:name: value`"),
    ("an option without a name", _FIRST, _FENCE + ":: a\nfrom trainkit", ":: a", "Write `:name: value`"),
    ("an option that is a colon", _FIRST, _FENCE + ":\nfrom trainkit", None, "Write `:name: value`"),
    ("an option twice", ":mistake: GEN-1", ":mistake: GEN-1\n:mistake: GEN-2", ":mistake: GEN-2", "twice"),
    ("options as YAML", _FIRST, _FENCE + "---\ntags: [a]\n---\nfrom trainkit", "tags: [a]", "is not Python"),
    ("a cell of no kind", _FIRST, "```{code-cel}\nfrom trainkit", "{code-cel}", "no cell `{code-cel}`"),
    ("an indented cell", _FIRST, "  " + _FIRST, "  ```{code", "begins at the start of its line"),
    ("an open fence", "number = 10 + variant\n```\n", "number = 10 + variant\n", None, "never closed"),
    ("an open last fence", '"small"\n```\n', '"small"\n', None, "never closed"),
    ("an empty cell", _FIRST, f"{_FENCE}```\n\n{_FIRST}", None, "This cell is empty"),
    ("empty prose", "A number to work with.", "", '+++ {"lang": "en"}', "This cell is empty"),
    ("unknown language", '+++ {"lang": "zh"}', '+++ {"lang": "cn"}', '"cn"', "no language `cn`"),
    ("a language that is a list", '+++ {"lang": "en"}', '+++ {"lang": ["en"]}', '["en"]', "`lang` should be"),
    ("an empty block option", '"hint": "double"', '"hint": ""', '"hint": ""', "`hint` should be a text"),
    ("a number for a text", '"hint": "double"', '"hint": 1', '"hint": 1', "`hint` should be a text"),
    ("a block option twice", '"hint": "double"', '"hint": "a", "hint": "double"', '"a"', "is there twice"),
    ("block options that are a list", '+++ {"lang": "en"}', '+++ ["en"]', '["en"]', "can't be read"),
    ("block options left open", '+++ {"lang": "en"}', '+++ {"lang": "en"', '"en"\n', "can't be read"),
    ("two Chinese lines", "number = 10", "a = 1\n# zh: a = 2\n# zh: a = 3\nnumber = 10", "a = 3", "follows"),
    ("null byte in code", "number = 10", "number = 1\x000", "\x00", "U+0000 is no text"),
    ("code nested too deeply", "number = 10", f"number = {'-' * 9999}10", None, "The code is not Python"),
    ("below a Chinese line", "number = 10", "a = 1\n# zh: a = 2\nnumber = = 10", "= = 10", "Python"),
    ("what Python warns of", "number = 10", "number = '\\d' is 10", "is 10", "The code is not Python"),
    ("an entry twice", "minutes: 5", "minutes: 5\nminutes: 6", "minutes: 6", "`minutes` is there twice"),
    ("an answer twice", "  size:\n", "  double: {}\n  size:\n", "double: {}", "`double` is there twice"),
    ("a tab in front matter", "    type: number", "\ttype: number", "\ttype", "is not YAML"),
    ("an anchor", "level: junior", "level: &a junior", "level", "instead of `&` and `*`"),
    ("an alias of itself", "level: junior", "level: &a [*a]", "level", "instead of `&` and `*`"),
    ("a tag of Python", "level: junior", "level: !!python/name:os.system ''", "level", "is not YAML"),
    ("a tag on what it doesn't fit", "minutes: 5", "minutes: !!int five", "minutes", "`five` can't be read"),
    ("a date that isn't", "minutes: 5", "minutes: 2025-13-45", "minutes", "`2025-13-45` can't be read"),
    ("nested too deeply", "level: junior", f"level: {'[' * 3000}", None, "nested too deeply"),
    ("front matter of words", EXERCISE.split("---\n")[1], "Counting\n", "Counting", "should be entries"),
    ("front matter that is empty", EXERCISE.split("---\n")[1], "", None, "should be entries"),
    ("front matter left open", "---\n\n+++", "\n+++", None, "front matter is missing"),
    ("id as a number", 'id: "1-01"', "id: 101", "id:", 'should be like "1-06"'),
    ("id as a list", 'id: "1-01"', "id: [a]", "id:", 'should be like "1-06"'),
    ("level as a list", "level: junior", "level: [junior]", "level", "There is no level"),
    ("competency as entries", "[C1]", "[{C1: 1}]", "competencies", "should be a list"),
    ("minutes not finite", "minutes: 5", "minutes: .nan", "minutes", "should be a number"),
    ("minutes below 0", "minutes: 5", "minutes: -5", "minutes", "should be a number from 0 up"),
    ("half minutes", "minutes: 5", "minutes: 5.5", "minutes", "whole number"),
    ("instant as a word", "minutes: 5", "minutes: 5\ninstant: 'no'", "instant", "`true` or `false`"),
    ("title with a number", "en: Counting", "en: 5", "title", "a text in each language"),
    ("title with half empty", "zh: 数一数", "zh: ''", "title", "a text in each language"),
    ("title as a list", "{en: Counting, zh: 数一数}", "[Counting, 数一数]", "title", "in each language"),
    ("type as a list", "type: number", "type: [number]", "double:", "has no known type"),
    ("unit as a number", "points: 2", "unit: 2", "double:", "`unit` should be a text"),
    ("unit that is empty", "points: 2", "unit:", "double:", "`unit` should be a text"),
    ("points below 0", "points: 2", "points: -2", "double:", "`points` should be a number from 0 up"),
    ("accept as a text", "points: 2", "accept: yes", "double:", "`accept` should be a list"),
    ("choices of a number", "points: 2", "choices: {a: {en: A, zh: 甲}}", "double:", "type is choice or"),
    ("choice taken for a truth", "      big:", "      yes:", "size:", "write it in quotation marks"),
    ("answer named like a keyword", "  double:", "  class:", "  class:", "should be a variable's name"),
    ("labels as a list", "type: number", "type: table\n    key: [a]\n    columns: {a: {labels: [b]}, b: {}}",
     "double:", "should be entries"),
    ("weights not finite", "minutes: 5\n", "minutes: 5\nweights: {hidden: .inf}\n", "weights", "be a number"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "what"), [s[1:] for s in SLIPS], ids=[s[0] for s in SLIPS])
def test_a_slip_is_told_with_file_and_line(
    tmp_path: Path, old: str, new: str, where: str | None, what: str
) -> None:
    assert old in EXERCISE
    text = EXERCISE.replace(old, new, 1)
    with pytest.raises(SourceError) as caught:
        reading(tmp_path, text)
    faults = caught.value.faults if isinstance(caught.value, SourceFaults) else (caught.value,)
    fitting = [f for f in faults if what in str(f)]
    assert fitting, str(caught.value)
    assert str(fitting[0]).startswith(f"{tmp_path / '1-01.md'}:{fitting[0].line}: ")
    if where:
        assert abs(line_of(text, where.rstrip("\n")) - fitting[0].line) <= 1, str(caught.value)


def test_the_same_holds_for_a_lesson(tmp_path: Path) -> None:
    text = LESSON.replace("```{code-cell}\nlesson.demo", "```{code-cell}\n:tags: hide-input\n\nlesson.demo")
    with pytest.raises(SourceError, match="should be a list") as caught:
        reading(tmp_path, text, "lesson")
    assert caught.value.line == line_of(text, ":tags:")


def test_a_question_without_a_question_is_a_fault(tmp_path: Path) -> None:
    text = LESSON.replace("Which number is even?\n", "")
    with pytest.raises(SourceError, match="The question is missing above its choices") as caught:
        reading(tmp_path, text, "lesson")
    assert caught.value.line == line_of(text, '"quiz": "even"')


LATER = [
    ("a misspelt answer", '"after": "triple"', '"after": "tripel"', "Did you mean `triple`"),
    (
        "one of two answers misspelt",
        '"after": "triple"',
        '"after": "triple, tripel"',
        "Did you mean `triple`",
    ),
    ("other answers in Chinese", '"zh", "after": "triple"', '"zh", "after": "x"', "differ from the English"),
    ("no answer", '"after": "triple"', '"after": " "', "`after` should be a text that isn't empty"),
]


@pytest.mark.parametrize(("old", "new", "what"), [s[1:] for s in LATER], ids=[s[0] for s in LATER])
def test_prose_after_an_answer_names_answers(tmp_path: Path, old: str, new: str, what: str) -> None:
    text = LESSON.replace(old, new)
    assert text != LESSON
    with pytest.raises(SourceError, match=what) as caught:
        reading(tmp_path, text, "lesson")
    assert caught.value.line in (line_of(text, new), line_of(text, '"after"'))


def test_after_the_same_answers_there_is_prose_once(tmp_path: Path) -> None:
    prose = LESSON[LESSON.index('+++ {"lang": "en", "after"') : LESSON.index('+++ {"lang": "en"}\n\n## Quiz')]
    with pytest.raises(SourceError, match="There is prose after `triple` already") as caught:
        reading(tmp_path, LESSON.replace(prose, prose + prose), "lesson")
    assert caught.value.line == line_of(LESSON, prose) + prose.count("\n")


def test_an_exercise_has_no_prose_after_an_answer(tmp_path: Path) -> None:
    text = EXERCISE.replace('"hint": "double"', '"after": "double"')
    with pytest.raises(SourceError, match="Only a lesson has prose") as caught:
        reading(tmp_path, text)
    assert caught.value.line == line_of(text, '"after"')


def test_all_faults_of_all_files_are_told_in_one_run(tmp_path: Path) -> None:
    exercise = (
        EXERCISE.replace("level: junior", "level: beginner")
        .replace("tolerance: 0.05", "tolerance: small")
        .replace(":mistake: GEN-1", ":mistake: GEM-1")
        .replace('"hint": "double"', '"hint": "dubble"')
        .replace('size = "small"', "size = = 1")
    )
    lesson = (
        LESSON.replace("minutes: 5", "minutes: five")
        .replace('+++ {"lang": "zh"}\n\n## 思路', '+++ {"lang": "cn"}\n\n## 思路')
        .replace("- [x] 二", "- [ ] 二")
    )
    root = write_course(tmp_path, lesson=lesson, exercise=exercise)
    (root / "lessons" / "1-02.md").write_bytes(LESSON.encode("utf-16"))
    with pytest.raises(SourceFaults) as caught:
        build.build(root)
    told = [(f.path.relative_to(root).as_posix(), f.line) for f in caught.value.faults]
    expected = [
        *(("lessons/1-01.md", line_of(lesson, part)) for part in ("minutes", '"cn"', '"quiz"')),
        ("lessons/1-02.md", 1),
        *(
            ("solutions/1-01.md", line_of(exercise, part))
            for part in ("beginner", "  double:", "```{code-cell}\n:mistake: GEM-1", "dubble", "= = 1")
        ),
    ]
    # The English half beside the Chinese one that can't be read has no twin now.
    assert sorted({*told}) == sorted({*expected, ("lessons/1-01.md", line_of(lesson, '"cn"') - 4)})
    assert str(caught.value).splitlines() == list(map(str, caught.value.faults))


def test_code_that_fails_is_told_with_all_that_fails(tmp_path: Path) -> None:
    text = (
        EXERCISE.replace("double = number * 3", "double = numbre")
        .replace('size = "small"', 'size = "none"')
        .replace("number = 10", 'words = "one"\n# zh: words = "一"\nnumber = 10')
    )
    with pytest.raises(SourceFaults) as caught:
        compute_key(reading(tmp_path, text), 0)
    assert [f.line for f in caught.value.faults] == [line_of(text, "numbre"), line_of(text, '"none"')]


def test_a_line_below_a_chinese_one_is_told_by_its_own_number(tmp_path: Path) -> None:
    text = EXERCISE.replace("number = 10", 'words = "one"\n# zh: words = "一"\nnumber = 1 / 0')
    with pytest.raises(SourceError, match="ZeroDivisionError") as caught:
        compute_key(reading(tmp_path, text), 0)
    assert caught.value.line == line_of(text, "1 / 0")


def test_a_solution_that_leaves_python_is_a_fault(tmp_path: Path) -> None:
    text = EXERCISE.replace("number = 10", "raise SystemExit(3)\nnumber = 10")
    with pytest.raises(SourceError, match="SystemExit: 3") as caught:
        compute_key(reading(tmp_path, text), 0)
    assert caught.value.line == line_of(text, "SystemExit")


def test_each_figure_that_fails_is_told_at_its_own_line(tmp_path: Path) -> None:
    text = LESSON.replace(
        "Twice {{ number }} is {{ number * 2:.1f }}.",
        "Twice {{ number }} is\n{{ nubmer }} and not\n{{ number / 0 }}.",
    )
    with pytest.raises(SourceFaults) as caught:
        filled(reading(tmp_path, text, "lesson"))
    assert [f.line for f in caught.value.faults] == [line_of(text, "nubmer"), line_of(text, "/ 0")]


_SHOWN = """\
```{code-cell}
import altair as alt
import pandas as pd


class Shown:
    def _repr_html_(self):
        return 1 / 0


# BEGIN SOLUTION
triple = number * 3
# END SOLUTION
SHOW
```
"""
SHOWING = [
    ("a value that can't be shown", "number = 3\nShown()", "ZeroDivisionError"),
    ("a chart that can't be drawn", "number = 3\nalt.Chart().mark_bar().configure_axis(grid='?')",
     "SchemaValidationError"),
    ("a call that fails on another line", "print(\n    number /\n    0)", "ZeroDivisionError"),
    ("a line below a Chinese one", 'a = "one"\n# zh: a = "一"\nnumber / 0', "ZeroDivisionError"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("show", "what"), [s[1:] for s in SHOWING], ids=[s[0] for s in SHOWING])
def test_a_cell_whose_display_fails_is_told_at_its_own_line(tmp_path: Path, show: str, what: str) -> None:
    cell = _SHOWN.replace("SHOW", show)
    lesson = LESSON.replace("```{code-cell}\nlesson.demo", cell + "\n```{code-cell}\nlesson.demo")
    root = write_course(tmp_path, lesson=lesson)
    with pytest.raises(SourceError, match=what) as caught:
        build.build(root)
    assert caught.value.path == root / "lessons" / "1-01.md"
    first = line_of(lesson, "class Shown:") - 4
    last = first + cell.count("\n") - 1
    assert first <= caught.value.line <= last
    if "number /" in show:
        assert caught.value.line == line_of(lesson, "number /")


def test_the_command_tells_faults_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainkit.cli import app

    root = write_course(tmp_path, exercise=EXERCISE.replace("level: junior", "level: beginner"))
    monkeypatch.setattr(build, "course_root", lambda: root)
    result = CliRunner().invoke(app, ["build", "--check"])
    assert isinstance(result.exception, SourceError)


SOURCES: list[tuple[Kind, str]] = [
    ("exercise", EXERCISE),
    ("lesson", LESSON),
    *[
        (kind, path.read_text(encoding="utf-8"))
        for kind, folder in build.SOURCES.items()
        for path in sorted((ROOT / folder).glob("*.md"))
    ],
]
_BITS = [
    *(
        "```",
        "```{code-cell}",
        "~~~",
        "+++",
        '+++ {"lang": "en"}',
        '+++ {"lang": "zh"}',
        "---",
        ":",
        ": ",
        "::",
    ),
    *(":tags: hide-input", ":mistake:", ":answer: nps", "# zh: x", "# BEGIN SOLUTION", "# END SOLUTION"),
    *('{"', "{{", "}}", "[", "]", "&a", "*a", "!!", "- [x] ", "\t", "\r\n", "\r", "\ufeff", "\x00", "\x0c"),
    *(
        "\u2028",
        "\u0085",
        "'",
        '"',
        "\\",
        "{{ 1/0 }}",
        "answers:",
        "  - a",
        "? a",
        "<<: {a: 1}",
        "%",
        "1e999",
    ),
]


@given(
    which=st.integers(0, len(SOURCES) - 1),
    seed=st.randoms(use_true_random=False),
    bits=st.lists(st.sampled_from(_BITS) | st.text(max_size=4), min_size=1, max_size=6),
)
def test_whatever_is_done_to_a_source_nothing_but_faults_leaves_the_reader(
    tmp_path_factory: pytest.TempPathFactory, which: int, seed: random.Random, bits: list[str]
) -> None:
    kind, text = SOURCES[which]
    folder = tmp_path_factory.getbasetemp()
    for bit in bits:
        start = seed.choice([seed.randrange(len(text) + 1), seed.randrange(min(len(text), 1500) + 1)])
        end = min(len(text), start + seed.choice([0, 0, 1, 3, 40]))
        text = text[:start] + bit + text[end:]
    data = text.encode("utf-8", "surrogatepass")
    if seed.random() < 0.1:
        at = seed.randrange(len(data))
        data = data[:at] + bytes([seed.randrange(256)]) + data[at + 1 :]
    try:
        reading(folder, data, kind)
    except SourceError as error:
        told = error.faults if isinstance(error, SourceFaults) else (error,)
        lines = data.count(b"\n") + data.count(b"\r") + 1
        assert all(1 <= fault.line <= lines for fault in told)


@pytest.mark.parametrize("path", sorted([*ROOT.glob("lessons/*.md"), *ROOT.glob("solutions/*.md")]), ids=str)
def test_jupytext_reads_the_same_cells(path: Path) -> None:
    from jupytext.myst import myst_to_notebook

    text = path.read_text(encoding="utf-8")
    _front, skip = split(text, path)
    faults = Faults()
    cells = cells_of(text, skip, path, faults)
    faults.settle()
    body: Any = myst_to_notebook("\n" * skip + text.split("\n", skip)[-1])
    assert [(c.type, c.source, dict(c.metadata)) for c in cells] == [
        (c.cell_type, c.source.strip("\n"), dict(c.metadata)) for c in body.cells if c.source.strip()
    ]


def test_an_id_is_taken_by_the_first_file_that_can_be_read(tmp_path: Path) -> None:
    for name in ("1-01.md", "1-02.md", "1-03.md"):
        (tmp_path / name).write_text(EXERCISE, encoding="utf-8")
    with pytest.raises(SourceFaults) as caught:
        read_all(tmp_path, "exercise")
    assert [f.path.name for f in caught.value.faults] == ["1-02.md", "1-03.md"]
