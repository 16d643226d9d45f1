"""What errors in a notebook say: where to begin, in the language in use, and nothing of our own lines."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kernels.started import kernel

SAID = {"en": "Run the notebook from the top", "zh": "请从头运行这个笔记本"}


async def _all(folder: Path, codes: list[str]) -> list[list[str]]:
    async with kernel("ordinary", folder, TRAINKIT_LIFE="lab") as running:
        return [
            [
                f"{kind} {content}"
                for kind, content in (await running.run(c)).messages
                if kind in ("display_data", "error")
            ]
            for c in codes
        ]


@pytest.mark.slow
@pytest.mark.parametrize("lang", SAID)
def test_a_missing_name_of_the_first_cells_says_where_to_begin(tmp_path: Path, lang: str) -> None:
    """The error stays as it is; any other missing name is an error as ever."""
    folder = tmp_path / lang
    folder.mkdir()
    codes = [
        "ex.answer(nps=3)",
        "variant + 1",
        "lesson",
        "surveys.head()",
        "def f():\n    ex\nf()",
        "pd",
        "nowhere",
    ]
    *first, other = asyncio.run(_all(folder, codes))
    for messages in first:
        (error,) = messages
        assert "NameError" in error
        assert SAID[lang] in error
    (error,) = other
    assert "NameError" in error
    assert SAID[lang] not in error


@pytest.mark.slow
def test_an_error_that_is_meant_shows_the_cell_and_none_of_our_own_lines(tmp_path: Path) -> None:
    """Who mistypes a name reads the line and what to write; another error keeps its whole traceback."""
    begin = 'from trainkit import Exercise\nex = Exercise("1-06")'
    codes = [
        begin,
        "x = 1\nex.answer(npz=3)",
        'ex.table("survey")',
        'ex.hint("nope")',
        "import json\njson.loads('x')",
    ]
    _begun, *meant, other = asyncio.run(_all(tmp_path, codes))
    for (error,) in meant:
        assert "UnknownName" in error
        assert "ex." in error
        assert "activity.py" not in error
    assert "Did you mean `nps`?" in meant[0][0]
    (error,) = other
    assert "decoder.py" in error
