"""Page templates are compiled once, and are still those of each page."""

from __future__ import annotations

import asyncio

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment, TemplateNotFound

from trainkit.servers import compiled
from trainkit.servers.compiled import CompiledOnce


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was compiled, by name, from now on."""
    names: list[str] = []
    monkeypatch.setattr(compiled, "_CODE", {})
    compile_ = Environment.compile

    def counted(self, source, name=None, *rest, **options):
        names.append(name)
        return compile_(self, source, name, *rest, **options)

    monkeypatch.setattr(Environment, "compile", counted)
    return names


def environment(templates: dict[str, str], **options: bool) -> Environment:
    return Environment(loader=ChoiceLoader([CompiledOnce(), DictLoader(templates)]), **options)


BASE = {
    "base": "<{% block body %}{% endblock %}>",
    "page": "{% extends 'base' %}{% block body %}{{ x|f }}{% endblock %}",
}


def test_two_pages_share_the_code_and_nothing_else(made: list[str]) -> None:
    first, second = environment(BASE), environment(BASE)
    first.filters["f"], second.filters["f"] = str.upper, str.title
    assert first.get_template("page").render(x="lin yue") == "<LIN YUE>"
    assert second.get_template("page").render(x="lin yue") == "<Lin Yue>"
    assert sorted(made) == ["base", "page"]


def test_a_template_that_has_changed_is_compiled_again(made: list[str]) -> None:
    assert environment({"page": "old"}).get_template("page").render() == "old"
    assert environment({"page": "new"}).get_template("page").render() == "new"
    assert made == ["page", "page"]


def test_pages_that_come_in_pieces_have_code_of_their_own(made: list[str]) -> None:
    async def pieces() -> list[str]:
        template = environment({"page": "{{ x }}"}, enable_async=True).get_template("page")
        return [piece async for piece in template.generate_async(x=1)]

    assert environment({"page": "{{ x }}"}).get_template("page").render(x=1) == "1"
    assert asyncio.run(pieces()) == ["1"]
    assert made == ["page", "page"]


def test_a_missing_template_is_missing() -> None:
    with pytest.raises(TemplateNotFound, match="page"):
        environment({}).get_template("page")
