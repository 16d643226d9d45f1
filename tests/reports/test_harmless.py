from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainkit.legible import visible
from trainkit.reports.harmless import code_html, code_markdown, markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;script&gt;",
    "[click](javascript:alert(1))",
    "![](https://evil.example/x.png)",
    "https://evil.example",
    "www.evil.example",
    "me@evil.example",
    "<https://evil.example>",
    "[a]: https://evil.example",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "| a | b |",
    "***bold***",
    "__bold__",
    "~~gone~~",
    "$x^2$",
    "\\(\\href{javascript:alert(1)}{x}\\)",
    "$$\\unicode{x}$$",
    "```\ncode",
    "{% raw %}",
    ":::{note}",
    "{{ 7 * 7 }}",
    "===",
    "---",
    "\\",
    "`",
    "a`<b>`c`",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("before", ["", "text "])
def test_no_markdown_comes_through(attack, before):
    """What a common Markdown reader makes of it is one paragraph of the same text."""
    mistune = pytest.importorskip("mistune")  # JupyterLab's tools bring it
    read = mistune.create_markdown(escape=False, plugins=["strikethrough", "table", "url", "footnotes"])
    page = read(before + markdown(attack))
    assert set(re.findall(r"<(\w+)", page)) <= {"p"}
    shown = html.unescape(re.sub(r"</?p>|\n", "", page))
    assert shown.strip() == " ".join((before + attack).split())


@pytest.mark.parametrize("attack", ATTACKS)
def test_of_prose_only_the_backticks_mean_something(attack):
    mistune = pytest.importorskip("mistune")
    read = mistune.create_markdown(escape=False, plugins=["strikethrough", "table", "url", "footnotes"])
    page = read("**→** " + code_markdown(attack))
    assert set(re.findall(r"<(\w+)", page)) <= {"p", "strong", "code"}


@given(st.text(max_size=60))
def test_no_sign_of_markdown_stands_bare(text):
    line = markdown(text)
    assert "\n" not in line
    assert not re.search(r"(?<!\\)[*_#\[\]|~!^{}=+:@/.-]", re.sub(r"&#\d+;", "", line))
    assert not set("<>$`") & set(line)


@given(st.text(max_size=60))
def test_html_has_no_tags_but_ours(text):
    page = str(code_html(text))
    assert set(re.findall(r"<(/?[a-z]+)[^>]*>", page)) <= {"code", "/code", "br"}
    assert "<code " not in page


@pytest.mark.parametrize("attack", ATTACKS)
def test_html_shows_the_attack_as_text(attack):
    page = str(code_html(attack))
    assert set(re.findall(r"<(\w+)", page)) <= {"code", "br"}


@pytest.mark.parametrize(
    "char", ["\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u200f", "\ufeff", "\ud800"]
)
def test_what_cannot_be_seen_is_shown(char):
    shown = visible(f"a{char}b")
    assert char not in shown
    assert shown in {"a�b", "a?b"}
    shown.encode()


@pytest.mark.parametrize("text", ["林悦 答对了 46.7%。", "a b\n\tc", "e\u0301", "👍🏽", "‘quoted’"])
def test_ordinary_texts_stay_as_they_are(text):
    assert visible(text) == text


def test_a_text_that_is_too_long_is_cut():
    assert len(visible("x" * 100_000)) < 2_100


@pytest.mark.parametrize(
    "sentence",
    [
        "`nps` = 46.7 % is not right yet: look at what you don't divide by (the answers), please.",
        "`csat_change` is right: -2.5",
        "`csat_change` 正确：-2.5",
        "It isn't a notebook: the file isn't UTF-8 text. The follow-up is missing.",
    ],
)
def test_an_ordinary_sentence_stays_readable_in_markdown(sentence):
    assert code_markdown(sentence) == sentence


@pytest.mark.parametrize("text", ["- item", "-1", "a\n---", "a - b", "--", "**-1", "-"])
def test_a_hyphen_that_may_mean_something_does_not(text):
    assert not re.search(r"(?<!\\)-", code_markdown(text))
