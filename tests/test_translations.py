"""Interface text is there in Chinese, complete, and set as Chinese is set."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from string import Formatter

import pytest

from trainkit import content
from trainkit.company import TABLES
from trainkit.course.model import COMPETENCIES, LEVELS
from trainkit.errors import SourceError
from trainkit.metrics import registry

translations = pytest.importorskip(
    "trainkit.translations", reason="needs Babel: pip install 'trainkit[author]'"
)

ROOT = Path(__file__).parent.parent
PO = translations.catalogue_path(ROOT)

HAN = r"[㐀-䶿一-鿿]"
#: What a Chinese text never has, outside of code, with the sentence that says so.
RULES = {
    "half-width punctuation touches a Chinese character": rf"{HAN}[,:;?!()]|[,:;?!()]{HAN}",
    "no space between Chinese and Latin letters, digits or code": rf"{HAN}[A-Za-z0-9`]|[A-Za-z0-9%`]{HAN}",
    "a trainee is 你": r"您",
    "a space beside full-width punctuation": r" [，。：；？！、（）“”]|[，：；？！、（）“”] ",
}


def faults(text: str) -> list[str]:
    """Say what is wrong with how a Chinese text is set; placeholders and code don't count."""
    bare = re.sub(r"```.*?```|\$[^$]+\$", "``", text, flags=re.DOTALL)
    bare = re.sub(r"`[^`\n]*`", "``", bare)
    bare = re.sub(r"\{[^{}]*\}", "\ufffc", re.sub(r"\{\{.*?\}\}", "{}", bare))
    return [f"{what}: {found.group()!r}" for what, rule in RULES.items() if (found := re.search(rule, bare))]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("没有名为 `nps` 的答案。", 0),
        ("（NPS）是 25 分，提高 5%。", 0),
        ("第 {step} 步，共 {steps} 步", 0),
        ("代码里的半角不算：`f(a, b)`。", 0),
        ("没有,也没有", 1),
        ("现有:{names}", 1),
        ("净推荐值(NPS)", 1),
        ("提高5 分", 1),
        ("5% 的客户，20%的收入", 1),
        ("名为`nps`的答案", 1),
        ("先看， 再算", 1),
        ("请您再试", 1),
    ],
)
def test_the_rules_find_what_they_are_for(text, number):
    assert len(faults(text)) == number


# --- the catalogue ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def catalogue():
    return translations.read(PO)


@pytest.fixture(scope="module")
def pairs(catalogue):
    """English texts with their Chinese ones; a plural's forms are compared with its last one."""
    return [_last(m.id, m.string) for m in catalogue if m.id]


def _last(id, string) -> tuple[str, str]:
    return (id, string) if isinstance(id, str) else (id[-1], string[-1])


def test_the_catalogue_has_the_messages_of_the_sources_and_no_others(catalogue):
    wanted, there = ({m.id for m in c if m.id} for c in (translations.extract(ROOT), catalogue))
    assert not wanted - there, "run `trainkit messages` and translate these"
    assert not there - wanted, "no source has these any more: run `trainkit messages`"
    assert not catalogue.obsolete


def test_every_message_is_translated(catalogue, pairs):
    assert not [english for english, chinese in pairs if not chinese]
    assert not [m.id for m in catalogue if m.id and m.fuzzy]


def test_the_files_are_as_the_command_writes_them(catalogue):
    new = translations.renewed(catalogue, catalogue)
    assert PO.read_bytes() == translations.written(new)
    assert PO.with_suffix(".mo").read_bytes() == translations.compiled(new), "run `trainkit messages`"


def test_placeholders_and_code_agree(pairs):
    assert not {e: c for e, c in pairs if _placeholders(e) != _placeholders(c)}
    assert not {e: c for e, c in pairs if _code(e) != _code(c)}


#: Numbers that stand beside a noun and are never 1: fixed limits, and counts of at least two.
ALWAYS_SEVERAL = {
    "A chart draws at most {limit} rows. Got {count}: count or average them first.",
    "A notebook can be given at most {n} files.",
    "A sheet of Excel holds at most {most:,} rows, and here are {n:,}. Use --format long.",
    "An Excel sheet holds {most} rows at most. Choose parquet or csv, or fewer customers.",
    "At least two seasons are needed: {n} periods.",
    "At most {files} files and {size} MB come along with a notebook.",
    "Bar chart of {n} answers from 0 to 10. Promoters {promoters} %, passives {passives} %, "
    "detractors {detractors} %: the NPS is {nps} points.",
    "Calibration chart of {count} groups. Farthest from the diagonal: predicted {predicted} %, "
    "observed {observed} %.",
    "It has {n} cells. At most {most} are graded.",
    "It has {rows:,} rows. At most {most:,} are read.",
    "Scatter chart of {count} points. {groups}",
    "Shown from {least} trainees on; here are {n}. With so few, one of them decides the figure.",
    "The file has {size:,} bytes. At most {most:,} are read.",
    "The key needs at least {n} bytes: a short one can be guessed.",
    "Your table, {n} of {all} rows",
}

#: A number before a noun in the plural; these words end in s and are none.
_COUNTED = re.compile(r"\{\w+(?::,)?\}(?: (?:more|further|other|hidden|new))* ([a-z]+s)\b")
_NO_PLURAL = {
    "asks", "comes", "costs", "differs", "does", "exists", "fails", "gives", "has", "holds", "is", "its",
    "keeps", "lacks", "lies", "means", "names", "needs", "runs", "says", "shows", "stands", "starts", "takes",
    "this", "was", "works",
}  # fmt: skip


def test_a_number_beside_a_noun_has_both_forms(catalogue):
    """Nobody reads "1 rows": such a sentence uses `ngettext`, or is one whose number is never 1."""
    alone = {
        english
        for english in (m.id for m in catalogue if isinstance(m.id, str))
        if english != "{name} answers another question"
        and any(noun not in _NO_PLURAL for noun in _COUNTED.findall(english))
    }
    assert alone - ALWAYS_SEVERAL == set()


def _placeholders(text: str) -> set[tuple[str | None, ...]]:
    without_code = re.sub(r"`\+\+\+[^`]*`", "", text)  # shows braces, and is never formatted
    return {part[1:] for part in Formatter().parse(without_code) if part[1] is not None}


def _code(text: str) -> set[str]:
    return set(re.findall(r"`[^`]*`", text))


def test_chinese_messages_are_set_as_chinese(pairs):
    assert not {chinese: found for _english, chinese in pairs if (found := faults(chinese))}


# --- Chinese texts beside the catalogue ---------------------------------------------------------------------


def chinese_texts(value: object) -> Iterator[str]:
    """Yield the Chinese texts in plain data, mappings and records, however deep they lie."""
    if is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, str) and (name == "zh" or str(name).endswith("_zh")):
                yield inner
            else:
                yield from chinese_texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from chinese_texts(inner)


OBJECTS = {
    "the schema": TABLES,
    "metrics": registry.metrics(),
    "units": registry.UNITS,
    "families": registry.FAMILIES,
    "levels": LEVELS,
    "competencies": COMPETENCIES,
}


@pytest.mark.parametrize("name", OBJECTS)
def test_chinese_names_and_meanings_are_set_as_chinese(name):
    texts = list(chinese_texts(OBJECTS[name]))
    assert texts
    assert not {text: found for text in texts if (found := faults(text))}


@pytest.mark.parametrize(
    "path", sorted(content.root().glob("*/keys/*.json")), ids=lambda p: f"{p.parts[-3]}/{p.stem}"
)
def test_chinese_texts_of_built_keys_are_set_as_chinese(path):
    texts = list(chinese_texts(json.loads(path.read_text(encoding="utf-8"))))
    assert texts
    assert not {text: found for text in texts if (found := faults(text))}


# --- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A checkout with one text in Python, one in a page and one in a template."""
    package = tmp_path / "src" / "trainkit"
    package.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (package / "a.py").write_text('print(_("One"), ngettext("{n} row", "{n} rows", 2))\n')
    (package / "b.html").write_text('<p title="{{ _("Two") }}"></p>\n')
    (package / "c.j2").write_text('{% do page.update({}) %}{{ _("{n} % done").format(n=3) }}\n')
    return tmp_path


def test_texts_of_python_and_of_templates_are_found(checkout):
    assert translations.update(checkout) == translations.Update(
        messages=4, untranslated=("One", "Two", "{n} % done", "{n} row"), dropped=()
    )


def test_translations_stay_and_a_second_run_changes_nothing(checkout):
    translations.update(checkout)
    path = translations.catalogue_path(checkout)
    text = path.read_text("utf-8")
    text = text.replace('msgid "One"\nmsgstr ""', 'msgid "One"\nmsgstr "一"')
    text = text.replace(
        'msgid_plural "{n} rows"\nmsgstr[0] ""', 'msgid_plural "{n} rows"\nmsgstr[0] "{n} 行"'
    )
    path.write_text(text, "utf-8")
    assert translations.update(checkout).untranslated == ("Two", "{n} % done")
    first = path.read_bytes(), path.with_suffix(".mo").read_bytes()
    assert first[0] == text.encode()
    translations.update(checkout)
    assert (path.read_bytes(), path.with_suffix(".mo").read_bytes()) == first


def test_a_changed_text_drops_the_old_one_and_waits_for_a_translation(checkout):
    translations.update(checkout)
    path = translations.catalogue_path(checkout)
    path.write_text(path.read_text("utf-8").replace('"One"\nmsgstr ""', '"One"\nmsgstr "一"'), "utf-8")
    (checkout / "src" / "trainkit" / "a.py").write_text('print(_("One!"))\n')
    found = translations.update(checkout)
    assert found.dropped == ("One", "{n} row")
    assert "One!" in found.untranslated


def test_a_damaged_catalogue_is_named_with_its_line(checkout):
    translations.update(checkout)
    path = translations.catalogue_path(checkout)
    path.write_text(path.read_text("utf-8") + 'msgid "One\n', "utf-8")
    with pytest.raises(SourceError, match=r"trainkit\.po:\d+: "):
        translations.update(checkout)
