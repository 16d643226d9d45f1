"""Write `docs/metrics.md` from the registry and from the published numbers that the tests meet."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from published import ANCHORS, Anchor

from trainkit import i18n
from trainkit.metrics import reference

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"


def rendered() -> str:
    """The page as it should stand."""
    i18n.use_language("en")
    try:
        return reference.page(map(_row, ANCHORS))
    finally:
        i18n.use_language(None)


def _row(anchor: Anchor) -> tuple[str, str, str, str]:
    value = f"{anchor.expected:,.10g}".replace("-", "−").replace("inf", "∞")
    libraries = (
        "pandas (NumPy, nullable and Arrow), PyArrow, Polars, Polars lazy, DuckDB"
        if anchor.frames
        else "numbers"
    )
    return anchor.metric, f"{anchor.source}: {anchor.input}", value, libraries


if __name__ == "__main__":
    PAGE.write_text(rendered(), encoding="utf-8")
