"""Who begins a notebook in the middle is told to run it from the top, in their language."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kernels.started import kernel
from trainkit.kernels import client

SAID = {"en": "Run the notebook from the top", "zh": "请从头运行这个笔记本"}


async def _all(folder: Path, codes: list[str]) -> list[list[str]]:
    async with kernel("forked" if client.supported() else "ordinary", folder, TRAINKIT_LIFE="lab") as running:
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
