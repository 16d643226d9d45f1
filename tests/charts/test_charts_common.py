"""What holds for every chart: title, axis words, alt text, small data, a picture that fits a phone."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import altair as alt
import pandas as pd
import polars as pl
import pytest

from trainkit import charts, i18n
from trainkit.charts import gallery, parts, svg, theme
from trainkit.errors import EmptyInput, InputError, MissingColumn
from trainkit.metrics.registry import FAMILIES

EXAMPLES = {f"{e.family}-{e.chart}": e.draw for e in gallery.examples()}
each = pytest.mark.parametrize("name", list(EXAMPLES))


@pytest.fixture(params=["en", "zh"], autouse=True)
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Every chart is drawn in both languages; the catalogue's completeness is another test."""
    monkeypatch.setattr(i18n, "_catalogue", lambda _lang: gettext.NullTranslations())
    i18n.use_language(request.param)
    yield request.param
    i18n.use_language(None)


@pytest.fixture(autouse=True)
def themed() -> Iterator[None]:
    """The workbook's theme, only here."""
    renderer = alt.renderers.active
    theme.enable()
    yield
    alt.theme.enable("default")
    alt.renderers.enable(renderer)


def spec_of(name: str) -> dict[str, Any]:
    return EXAMPLES[name]().to_dict()


@cache
def picture_of(name: str, _language: str) -> str:
    """The picture, drawn once a language: drawing is what takes the time."""
    return svg.to_svg(EXAMPLES[name]())


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def test_every_public_chart_is_in_the_gallery():
    assert {example.chart for example in gallery.examples()} == set(charts.__all__)


def test_every_family_of_metrics_has_a_chart():
    assert {example.family for example in gallery.examples()} == set(FAMILIES)


@pytest.mark.slow
def test_the_gallery_is_one_page_with_every_chart(language: str):
    page = gallery.page()
    assert page.count("<svg ") == len(gallery.examples())
    assert f'lang="{language}"' in page
    assert "<script" not in page


@each
def test_a_chart_has_a_title_and_an_alt_text_in_the_picture(name: str, language: str):
    picture = picture_of(name, language)
    assert re.search(r'role="img" aria-label="[^"]{20,}"', picture)
    titles = [node["title"] for node in walk(spec_of(name)) if "title" in node and "mark" in node]
    assert any(isinstance(t, list) and "".join(t) for t in titles)


@each
def test_a_chart_stays_small_and_fits_a_phone(name: str, language: str):
    assert len(EXAMPLES[name]().to_json()) < 300_000
    picture = picture_of(name, language)
    width = float(re.search(r'\swidth="([\d.]+)"', picture)[1])
    assert width <= 480, "at 400 pixels its letters would shrink below 11 pixels"
    assert "max-width: 100%" in picture
    assert len(picture) < 300_000


@each
def test_a_picture_asks_the_network_for_nothing(name: str, language: str):
    addresses = set(re.findall(r'(?:href|src|url)\W{1,3}(https?://[^"\')]+)', picture_of(name, language)))
    assert not addresses


@each
def test_a_chart_uses_the_fonts_that_know_chinese(name: str, language: str):
    assert theme.FONT.split(",")[0] in picture_of(name, language)


@each
def test_a_chart_holds_no_missing_number_as_text(name: str, language: str):
    assert "NaN" not in EXAMPLES[name]().to_json()
    assert "null" not in picture_of(name, language)


def test_axis_titles_carry_the_unit(language: str):
    assert parts.axis("churn_rate") == {"en": "Churn rate (%)", "zh": "客户流失率 (%)"}[language]
    assert parts.axis("nps") == {"en": "NPS (points)", "zh": "净推荐值 (分)"}[language]
    assert parts.axis("something else") == "something else"


def test_codes_become_words_of_the_readers_language(language: str):
    assert (
        parts.code_labels("type")["G"]
        == {"en": "government and public bodies", "zh": "政府及公共机构"}[language]
    )


def test_numbers_drawn_are_those_of_the_frame_in_any_library():
    table = {"region": ["east", "north"], "nps": [12.5, 30.0], "low": [1.0, 2.0], "high": [20.0, 40.0]}
    drawn = [
        charts.by_group(make(table), "region", "nps", title="x").to_dict()
        for make in (pd.DataFrame, pl.DataFrame, pl.LazyFrame)
    ]
    assert drawn[0] == drawn[1] == drawn[2]
    rows = next(iter(drawn[0]["datasets"].values()))
    assert [row["nps"] for row in rows] == [30.0, 12.5]


def test_a_long_title_breaks_into_lines_without_losing_a_word():
    text = "Loyal customers praise the after-sales service while those who are merely active do not at all"
    assert " ".join(parts.title(text)) == text
    chinese = "忠诚客户称赞售后服务，而活跃客户的评价很低，这两个群体之间的差距在 2025 年第四季度又扩大了"
    lines = parts.title(chinese)
    assert "".join(lines).replace(" ", "") == chinese.replace(" ", "")
    assert not any(line[0] in "，。" for line in lines)


def test_a_chart_says_what_is_missing():
    with pytest.raises(MissingColumn, match="`nps`"):
        charts.bars(pd.DataFrame({"region": ["east"]}), "region", "nps", title="x")
    with pytest.raises(EmptyInput):
        charts.bars(pd.DataFrame({"region": [], "nps": []}), "region", "nps", title="x")
    with pytest.raises(InputError, match="count or average"):
        charts.bars(pd.DataFrame({"region": range(5000), "nps": range(5000)}), "region", "nps", title="x")


def test_a_slope_chart_wants_exactly_two_periods():
    table = pd.DataFrame({"type": ["G"] * 3, "year": [2023, 2024, 2025], "csat": [1.0, 2.0, 3.0]})
    with pytest.raises(InputError, match="two periods"):
        charts.slope(table, "type", "year", "csat", title="x")
