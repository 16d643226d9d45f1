"""What holds for every real lesson and exercise."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import real
from real import ALL, EXERCISES, LESSONS, ROOT, Case, name

from trainkit.authoring import build
from trainkit.authoring.compose import compose
from trainkit.authoring.source import BEGIN, END, Source
from trainkit.course.conventions import CONVENTIONS
from trainkit.course.judge import judge, slips
from trainkit.course.model import Text
from trainkit.i18n import LANGUAGES

NUMBER_OF_VARIANTS = 20

exercises = pytest.mark.parametrize("id", [s.info.id for s in EXERCISES])
sources = pytest.mark.parametrize("source", ALL, ids=name)


def test_there_are_lessons_and_exercises() -> None:
    assert {"1-06", "2-01", "3-01"} <= {s.info.id for s in LESSONS} & {s.info.id for s in EXERCISES}


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAINKIT_CACHE", str(tmp_path_factory.mktemp("variants")))
        yield


def hold_solutions_and_starters(case: Case) -> None:
    for lang in LANGUAGES:
        assert {n: v.outcome for n, v in case.run(lang, solved=True).items() if not v.right} == {}
        assert {v.outcome for v in case.run(lang, solved=False).values()} == {"not attempted"}


def hold_languages(case: Case) -> None:
    for solved in (True, False):
        assert case.run("en", solved=solved) == case.run("zh", solved=solved)


def hold_mistakes(case: Case) -> None:
    for answer in case.source.info.answers:
        expected = case.key.answers[answer.name]
        for mistake in expected.mistakes:
            verdict = judge(answer, expected, {"state": "given", "value": mistake.value})
            where = f"{case.source.info.id} variant {case.key.variant}: {mistake.code} of {answer.name}"
            assert verdict.outcome == "mistake", where
            assert verdict.codes == (mistake.code,), where
            assert verdict.messages == (mistake.message,), where


def hold_slips(case: Case) -> None:
    """What follows from the right number is told for what it is, and never for something else."""
    for answer in case.source.info.answers:
        if answer.type != "number":
            continue
        expected = case.key.answers[answer.name]
        for slip in slips(answer, expected):
            verdict = judge(answer, expected, {"state": "given", "value": slip.value})
            where = f"{case.source.info.id} variant {case.key.variant}: {slip} of {answer.name}"
            assert verdict.outcome == ("convention" if slip.kind in CONVENTIONS else "wrong"), where
            assert verdict.slip == slip.kind or {verdict.slip, slip.kind} <= CONVENTIONS, where
            assert verdict.detail, where


HOLD = [hold_solutions_and_starters, hold_languages, hold_mistakes, hold_slips]


@exercises
@pytest.mark.parametrize("hold", HOLD)
def test_on_the_data_on_which_it_opens(id: str, hold: Any) -> None:
    hold(real.base(id))


@pytest.mark.slow
@exercises
@pytest.mark.parametrize("hold", HOLD)
def test_on_many_variants(id: str, hold: Any) -> None:
    for case in real.variants(id, NUMBER_OF_VARIANTS):
        hold(case)


@pytest.mark.slow
@exercises
def test_few_variants_are_unusable(id: str) -> None:
    last = real.variants(id, NUMBER_OF_VARIANTS)[-1]
    assert last.key.variant <= 1.5 * NUMBER_OF_VARIANTS


@sources
def test_every_answer_on_the_spot_has_three_rungs_of_hints_or_more(source: Source) -> None:
    if source.info.instant:
        few = {a.name: len(source.info.hints.get(a.name, ())) for a in source.info.answers}
        assert {n: rungs for n, rungs in few.items() if rungs < 3} == {}


@exercises
def test_every_answer_of_an_exercise_has_a_mistake_of_its_own(id: str) -> None:
    source = real.base(id).source
    assert {a.name for a in source.info.answers} == {m.answer for m in source.mistakes}


@sources
def test_no_message_of_a_mistake_is_said_twice(source: Source) -> None:
    said = [(m.answer, m.message["en"]) for m in source.mistakes]
    assert len(set(said)) == len(said)


def hidden_code(source: Source) -> set[str]:
    """Return the lines of model answers and mistakes that no visible code has as well."""
    hidden: set[str] = set()
    shown: set[str] = set()
    for block in source.code:
        for lang in LANGUAGES:
            inside = False
            for line in map(str.strip, block.texts[lang].splitlines()):
                if line in (BEGIN, END):
                    inside = line == BEGIN
                else:
                    (hidden if inside else shown).add(line)
    for mistake in source.mistakes:
        hidden |= set(map(str.strip, mistake.source.splitlines()))
    # A closing bracket alone gives nothing away.
    return {line for line in hidden - shown if len(line) > 4}


def hidden_prose(source: Source) -> set[str]:
    """Return the sentences of messages, hints and answers to quiz choices."""
    texts: list[Text] = [m.message for m in source.mistakes]
    texts += [rung for ladder in source.info.hints.values() for rung in ladder]
    texts += [choice.because for quiz in source.info.quizzes for choice in quiz.choices]
    pieces = [p for text in texts for t in text.values() for p in re.split(r"\{value\}|(?<=[.。；;])\s*", t)]
    # Two words may well be said elsewhere, too.
    return {p.strip() for p in pieces if len(p.strip().encode()) > 24}


def strings(data: Any) -> Iterator[str]:
    """Yield all texts of a notebook, the lines of a text joined."""
    if isinstance(data, dict):
        for value in data.values():
            yield from strings(value)
    elif isinstance(data, list):
        if all(isinstance(v, str) for v in data):
            yield "".join(data)
        else:
            for value in data:
                yield from strings(value)
    elif isinstance(data, str):
        yield data


def squeezed(text: str) -> str:
    return "".join(text.split())


@sources
def test_nothing_hidden_survives_in_a_built_notebook(source: Source) -> None:
    folder = {"lesson": "notebooks", "exercise": "exercises"}[source.info.kind]
    secrets = {squeezed(s) for s in hidden_code(source) | hidden_prose(source)}
    codes = {m.code for m in source.mistakes}
    assert len(secrets) > 10
    for lang in LANGUAGES:
        nb = json.loads((ROOT / folder / lang / f"{source.info.id}.ipynb").read_text(encoding="utf-8"))
        text = "\n".join(strings(nb))
        assert [s for s in secrets if s in squeezed(text)] == []
        assert [c for c in codes if re.search(rf"\b{c}\b", text)] == []
        assert "SOLUTION" not in text


def test_the_search_for_hidden_things_would_find_them() -> None:
    source = EXERCISES[0]
    solved = squeezed("\n".join(c.source for c in compose(source, "en", solved=True).cells))
    inside = {line for line in hidden_code(source) if squeezed(line) in solved}
    assert len(inside) > 10
    assert any("promoters" in sentence for sentence in hidden_prose(source))


@pytest.mark.parametrize("source", [s for s in EXERCISES if not s.info.instant], ids=name)
def test_no_key_and_no_hint_of_an_examination_travels(source: Source) -> None:
    text = (ROOT / "exercises" / "keys" / f"{source.info.id}.json").read_text(encoding="utf-8")
    data = json.loads(text)
    assert data["practice"] == {}
    assert "hints" not in data["info"]
    assert [s for s in hidden_prose(source) if s in text] == []


@pytest.mark.parametrize("source", LESSONS, ids=name)
def test_a_lesson_has_its_sections_in_order(source: Source) -> None:
    for lang in LANGUAGES:
        text = "\n".join(b.texts[lang] for b in source.blocks if b.role == "prose")
        assert re.findall(r"(?m)^## (.+)$", text) == [s[lang] for s in build.SECTIONS]


@pytest.mark.parametrize("source", LESSONS, ids=name)
def test_the_wrap_up_answers_the_objectives_one_by_one(source: Source) -> None:
    for lang in LANGUAGES:
        text = "\n".join(b.texts[lang] for b in source.blocks if b.role == "prose")
        _before, *parts = re.split(r"(?m)^## .+$", text)
        objectives, wrap_up = (re.findall(r"(?m)^- ", parts[i]) for i in (0, -1))
        assert len(objectives) >= 3
        assert len(wrap_up) == len(objectives)


_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_EN_WORDS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "fives": 5,
    "five": 5,
    "six": 6,
    "seven": 7,
}
_EN_WORDS |= {"eights": 8, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "twenty": 20}
_ZH_WORDS = {
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_ZH_WORDS |= {"十": 10, "十二": 12, "二十": 20}

#: Said differently, and the same: where in the text, and the figures that stand in one half only.
_SAID_DIFFERENTLY = {
    "on a scale from 1 to 5": {"1"},  # 满分 5 分: out of five
    "answers of 2024 and of 2025": {"2024", "2025"},  # 两年里: in the two years
}


def figures(text: str) -> set[str]:
    """Return the numbers typed in a text; those computed by the build are left out."""
    plain = re.sub(r"\{\{.*?\}\}", "", text)
    for number, month in enumerate(_MONTHS, 1):
        # "May" is a verb unless a day or a preposition is next to it.
        word = r"(?:(?<=in )|(?<=of ))May\b|\bMay(?= \d)" if month == "May" else rf"\b{month}\b"
        plain = re.sub(word, f" {number} ", plain)
    return {n.replace(",", "") for n in re.findall(r"(?<![A-Za-z\d])\d+(?:[.,]\d+)*", plain)}


def spelt(text: str, lang: str) -> set[str]:
    """Return the numbers that a text says in words, or in a quarter's name."""
    if lang == "en":
        words = {str(_EN_WORDS[w]) for w in re.findall(r"[a-z]+", text.lower()) if w in _EN_WORDS}
        return words | set(re.findall(r"Q([1-4])", text))
    return {str(n) for word, n in _ZH_WORDS.items() if word in text} | set(re.findall(r"Q([1-4])", text))


def twins(source: Source) -> Iterator[Text]:
    """Yield every text that a source has in both languages."""
    info = source.info
    yield info.title
    yield from (b.texts for b in source.blocks if b.role != "code")
    yield from (m.message for m in source.mistakes)
    yield from (rung for ladder in info.hints.values() for rung in ladder)
    yield from (a.ask for a in info.answers)
    yield from (c.label for a in info.answers for c in a.choices)


@sources
def test_both_halves_say_the_same_numbers(source: Source) -> None:
    differ = []
    for text in twins(source):
        en, zh = figures(text["en"]), figures(text["zh"])
        only = (en - zh - spelt(text["zh"], "zh")) | (zh - en - spelt(text["en"], "en"))
        for part, said in _SAID_DIFFERENTLY.items():
            only -= said if part in text["en"] else set()
        if only:
            differ.append((only, text["en"], text["zh"]))
    assert differ == []


@sources
def test_both_halves_compute_the_same_figures(source: Source) -> None:
    for block in source.blocks:
        en, zh = (sorted(re.findall(r"\{\{\s*(.+?)\s*\}\}", block.texts[lang])) for lang in ("en", "zh"))
        assert en == zh, f"{source.path}:{block.line}"


_HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?!\w)")


def chinese(source: Source) -> Iterator[str]:
    """Yield the Chinese of a source: prose, what is declared, and the texts within code."""
    yield from (text["zh"] for text in twins(source))
    yield from (c.because["zh"] for quiz in source.info.quizzes for c in quiz.choices)
    for block in source.code:
        for node in ast.walk(ast.parse(block.texts["zh"])):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@sources
def test_chinese_is_written_with_full_width_punctuation(source: Source) -> None:
    # Code within prose keeps the punctuation of Python.
    texts = [re.sub(r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "", text) for text in chinese(source)]
    assert [m[0] for text in texts for m in _HALF_WIDTH.finditer(text)] == []


@sources
def test_chinese_says_you_as_a_colleague_does(source: Source) -> None:
    assert not any("您" in text for text in chinese(source))


@pytest.mark.slow
def test_built_files_are_up_to_date() -> None:
    assert build.differences(ROOT, build.build(ROOT)) == []


def test_built_files_are_there_for_every_source() -> None:
    for source in ALL:
        folder = {"lesson": "notebooks", "exercise": "exercises"}[source.info.kind]
        for path in [f"{lang}/{source.info.id}.ipynb" for lang in LANGUAGES] + [
            f"keys/{source.info.id}.json"
        ]:
            assert (Path(ROOT) / folder / path).is_file()
