"""Figures in a text are computed, not typed: `{{ nps_2025:.1f }}` becomes the value that the code gives.

The expression is read like a field of a format string and sees the variables of the code above it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from trainkit.authoring.faults import Faults
from trainkit.authoring.source import Block
from trainkit.errors import SourceError
from trainkit.i18n import _

__all__ = ["fill", "has_fields"]

_FIELD = re.compile(r"\{\{\s*(.+?)\s*\}\}")


def has_fields(block: Block) -> bool:
    """Whether a block of prose has figures to compute."""
    return block.role in ("prose", "after") and any(_FIELD.search(text) for text in block.texts.values())


def fill(block: Block, namespace: Mapping[str, Any], path: Path) -> Block:
    """Return the block with its figures computed.

    Raises:
        SourceError: an expression fails, or several.
    """
    faults = Faults()

    def computed(lang: str, match: re.Match[str]) -> str:
        expression = match[1].replace('"', "'")
        try:
            # The author's own expression, read with Python's own format rules.
            return str(eval(f'f"{{{expression}}}"', dict(namespace)))
        except (Exception, SystemExit) as error:
            message = _("The figure `{figure}` can't be computed: {error}")
            line = block.at(lang, match.string.count("\n", 0, match.start()) + 1)
            faults.add(SourceError(message.format(figure=match[1], error=error), path, line))
            return match[0]

    texts = {lang: _FIELD.sub(partial(computed, lang), text) for lang, text in block.texts.items()}
    faults.settle()
    return replace(block, texts=texts)
