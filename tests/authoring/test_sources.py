"""What an author wrote is read with both languages, and every fault in it is told with file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from written import EXERCISE, LESSON

from trainkit.authoring import build
from trainkit.authoring.key import compute_key, filled
from trainkit.authoring.myst import spoken_lines
from trainkit.authoring.source import Source, read, read_all
from trainkit.course.model import Kind
from trainkit.errors import SourceError

Read = Callable[..., Source]


@pytest.fixture
def reading(tmp_path: Path) -> Read:
    """Read a text as a source."""

    def of(text: str, kind: Kind = "exercise") -> Source:
        path = tmp_path / "1-01.md"
        path.write_text(text, encoding="utf-8")
        return read(path, kind)

    return of


def speak(code: str, lang: str) -> str:
    return "\n".join(line for _number, line in spoken_lines(code, lang))


def line_of(text: str, part: str) -> int:
    """Return the number of the first line that contains `part`."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


def test_an_exercise_declares_what_it_asks_and_where_its_mistakes_stand(reading: Read) -> None:
    source = reading(EXERCISE)
    assert [(a.name, a.type, a.points) for a in source.info.answers] == [
        ("double", "number", 2),
        ("size", "choice", 1),
    ]
    assert [(m.code, m.answer) for m in source.mistakes] == [("GEN-1", "double"), ("GEN-2", "size")]
    assert source.mistakes[0].message == {"en": "{value} is three times it.", "zh": "{value} 是它的三倍。"}
    assert source.info.hints == {"double": ({"en": "Two of it.", "zh": "两个它。"},)}
    assert [b.role for b in source.blocks] == ["prose", "code", "code", "code"]


def test_a_lesson_has_quizzes_with_an_answer_to_each_choice(reading: Read) -> None:
    (quiz,) = reading(LESSON, "lesson").info.quizzes
    assert quiz.question == {"en": "Which number is even?", "zh": "哪个数是偶数？"}
    assert [(c.right, c.label["zh"], c.because["en"]) for c in quiz.choices] == [
        (True, "二", "It is twice one."),
        (False, "三", "Something is left over."),
    ]


def test_the_edition_changes_with_the_source(reading: Read) -> None:
    first, same, other = (reading(t).info.edition for t in (EXERCISE, EXERCISE, EXERCISE + "\n"))
    assert first == same != other


_PROSE = '+++ {"lang": "en"}\n\nA number to work with.\n'
_ZH_PROSE = '+++ {"lang": "zh"}\n\n先有一个数。\n'
_MESSAGE = EXERCISE[
    EXERCISE.index('+++ {"lang": "en", "mistake": "GEN-1"}') : EXERCISE.index('+++ {"lang": "en", "hint"')
]

_ASKED = EXERCISE[EXERCISE.index("  double:") : EXERCISE.index("---\n\n+++")]
_DOUBLE = _ASKED[: _ASKED.index("  size:")]
_CHOICES = _ASKED[_ASKED.index("    choices:") :]

# Each fault: what it's called, what is replaced by what, where it's reported, and a part of what is said.
FAULTS = [
    ("no Chinese half", _ZH_PROSE, "", _PROSE[:18], "Chinese half of this cell is missing"),
    ("no English half", _PROSE, "", '+++ {"lang": "zh"}', "The English half is missing"),
    ("halves swapped", '"en"}\n\nA number', '"zh"}\n\nA number', '"zh"}', "English half is missing"),
    ("unmarked prose", _PROSE, "Stray prose.\n\n" + _PROSE, "Stray prose", "English half is missing"),
    (
        "other options in Chinese",
        '"zh", "hint": "double"',
        '"zh", "hint": "size"',
        '"zh", "hint": "size"',
        "differ from the English",
    ),
    (
        "unknown mistake code",
        ":mistake: GEN-1",
        ":mistake: GEM-1",
        ":mistake: GEM-1",
        "There is no mistake code `GEM-1`. Did you mean `GEN-1`?",
    ),
    ("mistake of no answer", ":answer: double\n", "", ":mistake: GEN-1", "Say which answer the mistake"),
    (
        "misspelt answer of a mistake",
        ":answer: double",
        ":answer: duoble",
        ":mistake: GEN-1",
        "There is no answer `duoble`. Did you mean `double`?",
    ),
    ("mistake without message", _MESSAGE, "", ":mistake: GEN-1", "The mistake `GEN-1` has no message"),
    (
        "message without code",
        EXERCISE[EXERCISE.index("```{code-cell}\n:mistake: GEN-1") : EXERCISE.index(_MESSAGE)],
        "",
        '"mistake": "GEN-1"',
        "belongs below the code of the mistake `GEN-1`",
    ),
    (
        "message twice",
        _MESSAGE,
        _MESSAGE + _MESSAGE.replace("three times", "thrice"),
        "is thrice",
        "belongs below",
    ),
    ("bare separator", _PROSE, "+++\n\nStray.\n\n" + _PROSE, "+++", "A bare `+++`"),
    ("broken cell options", '+++ {"lang": "en"}', '+++ {"lang": en}', '{"lang": en}', "can't be read"),
    ("unknown prose option", '"hint": "double"', '"tip": "double"', '"tip"', "Unknown cell option `tip`"),
    (
        "unknown code option",
        ":mistake: GEN-1",
        ":mistakes: GEN-1",
        ":mistakes: GEN-1",
        "Unknown cell option `mistakes`",
    ),
    ("no Python", "number = 10 +", "number = = 10 +", "number = = 10", "The code is not Python (en)"),
    (
        "no Python in Chinese",
        "number = 10 + variant",
        "number = 10 + variant\n# zh: number = = 1",
        "number = 10 + variant",
        "The code is not Python (zh)",
    ),
    ("no Python in a mistake", "double = number * 3", "double = = 3", "double = = 3", "not Python"),
    (
        "Chinese line first",
        "from trainkit import Exercise\n",
        "# zh: from trainkit import Exercise\n",
        "# zh: from",
        "follows the English line",
    ),
    ("front matter missing", "---\nid", "id", "id:", "The front matter is missing"),
    ("no YAML", "level: junior", "level: [junior", "competencies", "The front matter is not YAML"),
    ("forbidden character", "level: junior", "level: \x07", "level", "U+0007 is no text"),
    ("front matter that is a list", EXERCISE.split("---\n")[1], "- a\n", "- a", "should be entries"),
    ("unknown entry", "minutes: 5", "minuets: 5", "minuets", "`minuets`. Did you mean `minutes`?"),
    ("missing entry", "minutes: 5\n", "", "---", "lacks `minutes`"),
    ("minutes no number", "minutes: 5", "minutes: five", "minutes", "`minutes` should be a number"),
    ("bad id", 'id: "1-01"', "id: 1-01x", "id:", 'should be like "1-06"'),
    ("unknown level", "level: junior", "level: beginner", "level", "There is no level `beginner`"),
    ("unknown competency", "[C1]", "[C10]", "competencies", "There is no competency `C10`"),
    ("competencies no list", "[C1]", "1", "competencies", "`competencies` should be a list"),
    ("title in one language", "title: {en: Counting, zh: 数一数}", "title: Counting", "title", "en and zh"),
    ("answers no entries", _ASKED, "  - a\n", "answers", "should be entries"),
    ("empty answer", _DOUBLE, "  double:\n", "double:", "should be entries"),
    ("answer of no type", "type: number", "type: numeral", "double:", "`double` has no known type"),
    ("answer no variable", "  double:", "  2x:", "2x:", "should be a variable's name"),
    ("answer with a YAML word for a name", "  double:", "  yes:", "yes:", "should be a variable's name"),
    (
        "tolerance no number",
        "tolerance: 0.05",
        "tolerance: small",
        "double:",
        "`tolerance` should be a number",
    ),
    ("unknown entry of an answer", "tolerance: 0.05", "tolerence: 0.05", "tolerence", "`tolerance`?"),
    ("choice without choices", _CHOICES, "", "size:", "has no choices"),
    (
        "choice in one language",
        "{en: Small, zh: 小}",
        "{en: Small}",
        "size:",
        "needs a text in each language",
    ),
    (
        "table without key",
        "type: number\n    tolerance: 0.05",
        "type: table\n    columns: {a: {}, b: {}}",
        "double:",
        "needs `columns`, and a `key`",
    ),
    (
        "credit for no mistake code",
        "    points: 2\n",
        "    points: 2\n    credit: {convnetion: 0.5}\n",
        "double:",
        "not for `convnetion`. Did you mean `convention`?",
    ),
    (
        "credit as large as for a right answer",
        "    points: 2\n",
        "    points: 2\n    credit: {GEN-1: 1}\n",
        "double:",
        "The credit for `GEN-1` is a share from 0 to below 1. Got 1.0.",
    ),
    (
        "credit that is no number",
        "minutes: 5\n",
        "minutes: 5\ncredit: {convention: half}\n",
        "credit:",
        "`convention` should be a number",
    ),
    (
        "weight of nothing known",
        "minutes: 5\n",
        "minutes: 5\nweights: {secret: 1}\n",
        "weights:",
        "Unknown entry `secret`",
    ),
    (
        "hidden variants without weight",
        "minutes: 5\n",
        "minutes: 5\nweights: {visible: 1, hidden: 0}\n",
        "weights:",
        "`hidden` above 0",
    ),
]


def test_credit_holds_for_all_answers_unless_one_says_otherwise(reading: Read) -> None:
    text = EXERCISE.replace("minutes: 5\n", "minutes: 5\ncredit: {convention: 0.5, GEN-1: 0.25}\n", 1)
    text = text.replace("    points: 2\n", "    points: 2\n    credit: {convention: 0}\n", 1)
    double, size = reading(text).info.answers
    assert double.credit == {"convention": 0, "GEN-1": 0.25}
    assert size.credit == {"convention": 0.5, "GEN-1": 0.25}


def test_weights_are_those_of_the_exercise_and_part_of_its_edition(reading: Read) -> None:
    text = EXERCISE.replace("minutes: 5\n", "minutes: 5\nweights: {visible: 1, hidden: 2}\n", 1)
    weighed, plain = reading(text).info, reading(EXERCISE).info
    assert (weighed.weights, plain.weights) == ({"visible": 1, "hidden": 2}, {})
    assert weighed.edition != plain.edition


@pytest.mark.parametrize("entry", ["credit: {convention: 0.5}", "weights: {visible: 1}"])
def test_a_lesson_is_not_graded_and_knows_no_credit_or_weights(reading: Read, entry: str) -> None:
    text = LESSON.replace("minutes: 5\n", f"minutes: 5\n{entry}\n", 1)
    with pytest.raises(SourceError, match="Unknown entry"):
        reading(text, "lesson")


@pytest.mark.parametrize(("old", "new", "where", "what"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_told_with_file_and_line(
    reading: Read, tmp_path: Path, old: str, new: str, where: str, what: str
) -> None:
    assert old in EXERCISE
    text = EXERCISE.replace(old, new, 1)
    with pytest.raises(SourceError) as caught:
        reading(text)
    assert what in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / '1-01.md'}:{caught.value.line}: ")
    # A fault in a cell may be told at the cell's first line or at the very line.
    assert abs(line_of(text, where) - caught.value.line) <= 2


def test_a_misspelt_answer_of_a_hint_is_told_with_file_and_line(reading: Read) -> None:
    text = EXERCISE.replace('"hint": "double"', '"hint": "dubble"')
    with pytest.raises(SourceError, match="Did you mean `double`") as caught:
        reading(text)
    assert caught.value.line == line_of(text, '"hint": "dubble"')


QUIZ_FAULTS = [
    ("no right choice", "[x]", "[ ]", "No choice of this question is right"),
    ("halves that differ", "- [x] 二", "- [ ] 二", "The two halves mark different choices"),
    (
        "halves of different length",
        "- [ ] 三\n",
        "- [ ] 三\n  会剩下一个。\n- [ ] 五\n",
        "mark different choices",
    ),
    ("a choice without answer", "  Something is left over.\n", "", "“Three” has no sentence that answers it"),
    ("one choice", "- [ ] Three\n  Something is left over.\n", "", "at least two choices"),
]


@pytest.mark.parametrize(
    ("old", "new", "what"), [f[1:] for f in QUIZ_FAULTS], ids=[f[0] for f in QUIZ_FAULTS]
)
def test_a_fault_in_a_quiz_is_told_with_file_and_line(reading: Read, old: str, new: str, what: str) -> None:
    text = LESSON.replace(old, new)
    assert text != LESSON
    with pytest.raises(SourceError) as caught:
        reading(text, "lesson")
    assert what in str(caught.value)
    assert caught.value.line == line_of(text, '"quiz": "even"')


def test_a_question_of_the_same_name_is_a_fault(reading: Read) -> None:
    quiz = LESSON[
        LESSON.index('+++ {"lang": "en", "quiz"') : LESSON.index('+++ {"lang": "en"}\n\n## Wrap-up')
    ]
    with pytest.raises(SourceError, match="There are two questions `even`") as caught:
        reading(LESSON + quiz, "lesson")
    assert caught.value.line > LESSON.count("\n")


def test_an_id_may_be_used_once(tmp_path: Path) -> None:
    (tmp_path / "1-01.md").write_text(EXERCISE, encoding="utf-8")
    (tmp_path / "1-02.md").write_text(EXERCISE, encoding="utf-8")
    with pytest.raises(SourceError, match=r"1-02\.md:1: The id `1-01` is taken by .*1-01\.md"):
        read_all(tmp_path, "exercise")


SECTION_FAULTS = [
    ("two sections swapped", ("## Demo", "## Practice"), ("## Practice", "## Demo"), "## Practice"),
    ("a section missing", ("## The idea", "## 思路"), ("Text.", "正文。"), "## Worked example"),
    ("a Chinese title misspelt", ("## 小测",), ("## 测验",), "## Quiz"),
]


@pytest.mark.parametrize(
    ("old", "new", "where"), [f[1:] for f in SECTION_FAULTS], ids=[f[0] for f in SECTION_FAULTS]
)
def test_a_lesson_holds_to_its_sections(
    tmp_path: Path, reading: Read, old: tuple[str, ...], new: tuple[str, ...], where: str
) -> None:
    swapped = dict(zip(old, new, strict=True))
    text = "\n".join(swapped.get(line, line) for line in LESSON.splitlines())
    assert text != LESSON.rstrip()
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "1-01.md").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="sections are, in this order: ") as caught:
        build.build(tmp_path)
    assert caught.value.path == tmp_path / "lessons" / "1-01.md"
    assert 0 <= line_of(text, where) - caught.value.line <= 2


RUN_FAULTS = [
    ("a failing solution", "double = number * 2", "double = number / 0", "ZeroDivisionError"),
    ("a failing mistake", "double = number * 3", "double = numbre", "NameError"),
    ("an answer that is never given", "ex.answer(double=double)", "pass", "The answer `double` has no value"),
    ("a solution of no use", "double = number * 2", "double = None", "has no value"),
    ("a mistake without value", "double = number * 3", "triple = number * 3", "has no value: it is never"),
]


@pytest.mark.parametrize(("old", "new", "what"), [f[1:] for f in RUN_FAULTS], ids=[f[0] for f in RUN_FAULTS])
def test_code_that_fails_is_told_with_file_and_line(reading: Read, old: str, new: str, what: str) -> None:
    text = EXERCISE.replace(old, new, 1)
    source = reading(text)
    with pytest.raises(SourceError) as caught:
        compute_key(source, 0)
    assert what in str(caught.value)
    if "Error" in what:
        assert caught.value.line == line_of(text, new)


def test_the_tags_of_a_code_cell_do_not_move_its_lines(reading: Read) -> None:
    text = EXERCISE.replace("number = 10 + variant", "number = 1 / 0").replace(
        "```{code-cell}\nfrom", "```{code-cell}\n:tags: [hide-input]\n\nfrom"
    )
    source = reading(text)
    assert source.code[0].tags == ("hide-input",)
    with pytest.raises(SourceError) as caught:
        compute_key(source, 0)
    assert caught.value.line == line_of(text, "number = 1 / 0")


@pytest.mark.parametrize(
    ("lang", "spoken"),
    [("en", 'if True:\n    t = "Churn"\nx = 1'), ("zh", 'if True:\n    t = "流失"\nx = 1')],
)
def test_a_chinese_line_takes_the_place_of_the_one_before_it(lang: str, spoken: str) -> None:
    assert speak('if True:\n    t = "Churn"\n    # zh: t = "流失"\nx = 1', lang) == spoken


def test_code_without_chinese_lines_is_the_same_in_both_languages() -> None:
    code = "a = 1\n# a comment about zh: nothing\n\nb = 2"
    assert speak(code, "en") == speak(code, "zh") == code


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("第一句。\n第二句。", "第一句。第二句。"),
        ("数是\n`n` 这么多。", "数是`n` 这么多。"),
        ("共 3\n个。", "共 3\n个。"),
        ("第一段。\n\n第二段。", "第一段。\n\n第二段。"),
        ("要点：\n- 一\n- 二", "要点：\n- 一\n- 二"),
        ("第一句。\n**第二句。** 后面", "第一句。\n**第二句。** 后面"),
    ],
)
def test_the_lines_of_a_chinese_paragraph_flow_together(reading: Read, written: str, shown: str) -> None:
    source = reading(EXERCISE.replace("先有一个数。", written))
    assert source.blocks[0].texts["zh"] == shown


def test_figures_in_prose_are_computed_in_both_languages(reading: Read) -> None:
    source = filled(reading(LESSON, "lesson"))
    texts = [b.texts for b in source.blocks if b.role == "prose" and "14" in b.texts["en"]]
    assert texts == [{"en": "Twice 7 is 14.0.", "zh": "7 的两倍是 14.0。"}]


@pytest.mark.parametrize("figure", ["{{ nubmer }}", "{{ number:.1q }}", "{{ 1 / 0 }}"])
def test_a_figure_that_fails_is_told_with_file_and_line(reading: Read, figure: str) -> None:
    text = LESSON.replace("{{ number }} is", f"{figure} is")
    with pytest.raises(SourceError, match="can't be computed") as caught:
        filled(reading(text, "lesson"))
    assert 0 <= line_of(text, figure) - caught.value.line <= 2


def test_a_source_without_figures_is_not_run(reading: Read) -> None:
    source = reading(EXERCISE.replace("number = 10 + variant", "number = 1 / 0"))
    assert filled(source) is source


@pytest.mark.parametrize(
    ("front", "answer", "wanted"),
    [
        ("", "", [False, False]),
        ("code: required\n", "", [True, True]),
        ("", "    code: required\n", [True, False]),
    ],
)
def test_an_exercise_can_want_code_for_all_answers_or_for_one(
    tmp_path: Path, front: str, answer: str, wanted: list[bool]
) -> None:
    path = tmp_path / "1-01.md"
    text = EXERCISE.replace("answers:\n", f"{front}answers:\n").replace(
        "    points: 2\n", f"    points: 2\n{answer}"
    )
    path.write_text(text, encoding="utf-8")
    assert [a.code for a in read(path, "exercise").info.answers] == wanted


def test_code_is_required_or_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "1-01.md"
    path.write_text(EXERCISE.replace("answers:\n", "code: maybe\nanswers:\n"), encoding="utf-8")
    with pytest.raises(SourceError, match=r"1-01\.md:7: `code` is `required`"):
        read(path, "exercise")
