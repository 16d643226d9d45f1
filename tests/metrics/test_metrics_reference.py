"""The reference says of every metric what its registry entry and docstring say."""

from __future__ import annotations

import gettext

import pytest
from typer.testing import CliRunner
from write_reference import PAGE, rendered

from trainkit import i18n
from trainkit.cli import app
from trainkit.errors import UnknownName
from trainkit.metrics import reference, registry

METRICS = registry.metrics()


def test_the_page_in_the_documentation_is_up_to_date():
    """If this fails, run `python tests/metrics/write_reference.py`."""
    assert PAGE.read_text(encoding="utf-8") == rendered()


def test_every_metric_stands_on_the_page():
    page = rendered()
    assert all(f"| `{m.name}` | {m.labels['zh']} |" in page for m in METRICS)


def test_every_family_of_the_curriculum_has_metrics():
    assert {m.family for m in METRICS} == set(registry.FAMILIES)


def test_the_command_lists_all_metrics():
    result = CliRunner().invoke(app, ["metrics"], env={"COLUMNS": "250"})
    assert result.exit_code == 0
    assert all(m.name in result.output for m in METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.name)
def test_a_card_says_unit_source_and_arguments_in_both_languages(
    metric: registry.Metric, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(i18n, "_catalogue", lambda _lang: gettext.NullTranslations())
    for lang in ("en", "zh"):
        i18n.use_language(lang)
        card = reference.card(metric)
        i18n.use_language(None)
        assert metric.labels["en"] in card
        assert metric.labels["zh"] in card
        assert metric.source in card
        assert ">>> " in card
    assert card.splitlines()[1].startswith(f"{metric.name}(")
    assert "0x" not in card.splitlines()[1]


def test_the_command_shows_one_metric():
    result = CliRunner().invoke(app, ["metrics", "nps"])
    assert "NPS · 净推荐值" in result.output
    assert "nps(scores)" in result.output


def test_the_command_suggests_a_name():
    result = CliRunner().invoke(app, ["metrics", "npss"])
    assert isinstance(result.exception, UnknownName)
    assert "`nps`" in str(result.exception)


def test_the_command_lists_one_family():
    result = CliRunner().invoke(app, ["metrics", "--family", "baskets"], env={"COLUMNS": "250"})
    assert "association_rules" in result.output
    assert "nps" not in result.output
