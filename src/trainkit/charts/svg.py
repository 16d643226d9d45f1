"""Charts as SVG pictures that need no script and no network, and that can be read aloud.

The converter leaves a chart's description out of its picture; here it becomes the picture's accessible name.
"""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import altair as alt

from trainkit import fonts

__all__ = ["enable", "to_svg"]


def to_svg(chart: alt.TopLevelMixin) -> str:
    """Return a chart as SVG with its alt text; it shrinks where the page is narrower than the picture."""
    return _picture(chart.to_dict())


def _picture(spec: dict[str, Any]) -> str:
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    picture = fonts.converter().vegalite_to_svg(spec, vl_version=version)
    attributes = 'style="max-width: 100%; height: auto" '
    described = ""
    if text := _description(spec):
        attributes += f'role="img" aria-label={quoteattr(text)} '
        described = f"<desc>{escape(text)}</desc>"
    return re.sub(r"<svg ([^>]*)>", lambda m: f"<svg {attributes}{m[1]}>{described}", picture, count=1)


def _description(spec: dict[str, Any]) -> str:
    """Return the description of a chart, or the first one among the charts that it is composed of."""
    if text := spec.get("description"):
        return str(text)
    for key in ("layer", "hconcat", "vconcat", "concat"):
        for part in spec.get(key, []):
            if text := _description(part):
                return text
    return ""


def _render(spec: dict[str, Any], **_options: Any) -> dict[str, str]:
    return {"image/svg+xml": _picture(spec), **_describe(spec)}


def _describe(spec: dict[str, Any], **_options: Any) -> dict[str, str]:
    return {"text/plain": _description(spec) or "<chart>"}


def enable(*, draw: bool = True) -> None:
    """Show the charts of this process as such pictures.

    Args:
        draw: without, a chart is checked and described, and no picture is made: where nobody looks.
    """
    alt.renderers.register("trainkit", _render if draw else _describe)
    alt.renderers.enable("trainkit")
