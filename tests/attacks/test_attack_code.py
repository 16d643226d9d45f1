"""Code that is made to be hard to read: none of it reaches the parser in the assessor's own process.

Each piece goes a little beyond what people write, and no further.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable

import pytest

from trainkit.reports.similarity import fingerprints, tokens
from trainkit.submissions.notebooks import repair, runnable

#: Sources of a cell that nobody writes by hand.
HARD = {
    "brackets within brackets": "variant = " + "(" * 50 + ")" * 50,
    "brackets that never close": "variant = " + "[" * 50,
    "brackets over many lines": "variant = (\n" * 50 + "1" + ")" * 50,
    "signs in a row": "variant = " + "-" * 1_100 + "1",
    "a long sum": "variant = 1" + " + 1" * 300,
    "a long chain of attributes": "variant = a" + ".a" * 600,
    "nots in a row": "variant = " + "not " * 300 + "1",
    "lambdas within lambdas": "variant = " + "lambda: " * 150 + "1",
    "loops within loops": "".join("    " * n + "for a in b:\n" for n in range(50)) + "    " * 50 + "a = 1",
    "many small things on a line": "variant = 0;" * 100,
    "a list of many numbers": "variant = [" + "0," * 600 + "]",
    "a number of many digits": "variant = " + "9" * 1_100,
    "blanks before nothing": (" " * 400 + "\n") * 5 + "variant",
    "quotes without partners": "variant = " + '"' * 601 + "'" * 601,
    "a zero byte": "variant = 1" + chr(0),
    "line continuations": "variant = 1 + " + "\\\n" * 60 + "1",
    "odd letters": "variant = " + chr(0x202E) * 600 + chr(0x2160) * 600,
}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that Python's parser is given."""
    given: list[str] = []
    parse: Callable[..., ast.AST] = ast.parse

    def noting(source: str, *args: object, **more: object) -> ast.AST:
        given.append(source)
        return parse(source, *args, **more)

    monkeypatch.setattr(ast, "parse", noting)
    return given


@pytest.mark.parametrize("source", HARD.values(), ids=HARD.keys())
def test_the_parser_never_sees_it_and_it_is_read_all_the_same(source: str, parsed: list[str]):
    raw = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": source}] * 3}).encode()
    submitted = repair(raw)
    assert len(runnable(submitted)["cells"]) == len(submitted.cells)
    found = tokens(cell for _number, cell in submitted.cells)
    assert found
    assert isinstance(fingerprints(found), frozenset)
    assert [given for given in parsed if len(given) > 200] == []


def test_what_people_write_is_parsed(parsed: list[str]):
    source = "total = (surveys.groupby(\n    'region')['nps']\n    .mean())"
    assert tokens([source])
    assert parsed == [source]
