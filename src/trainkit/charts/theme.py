"""The look of all charts: fonts that know Chinese, colours that colour-blind readers can tell apart."""

from __future__ import annotations

from typing import Any

import altair as alt

from trainkit.charts import svg
from trainkit.fonts import FAMILIES as FONT

__all__ = [
    "ACCENT",
    "BAD",
    "FONT",
    "GOOD",
    "HEIGHT",
    "INK",
    "LABEL_LIMIT",
    "MUTED",
    "PALETTE",
    "WIDTH",
    "enable",
]

#: Okabe and Ito's colours, told apart with every kind of colour blindness; see https://jfly.uni-koeln.de/color/.
PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
ACCENT = PALETTE[0]
GOOD = PALETTE[0]
BAD = PALETTE[1]
MUTED = "#767676"

#: Size of the plotting area in pixels: with its axes a chart stays readable on a screen 400 pixels wide.
WIDTH = 340
#: Longer names of groups are cut.
LABEL_LIMIT = 175
HEIGHT = 240

#: Colour of texts.
INK = "#222222"
_GRID = "#E3E3E3"


def _config() -> alt.theme.ThemeConfig:
    axis: Any = {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": _GRID,
        "domainColor": MUTED,
        "tickColor": MUTED,
        "labelLimit": LABEL_LIMIT,
    }
    return {
        "config": {
            "font": FONT,
            "background": "white",
            "padding": 8,
            "view": {"continuousWidth": WIDTH, "continuousHeight": HEIGHT, "stroke": None},
            "title": {
                "font": FONT,
                "fontSize": 15,
                "fontWeight": "bold",
                "color": INK,
                "anchor": "start",
                "frame": "bounds",
                "offset": 12,
                "lineHeight": 20,
                "subtitleFont": FONT,
                "subtitleFontSize": 13,
            },
            "axis": axis,
            "legend": {
                "labelFont": FONT,
                "titleFont": FONT,
                "labelFontSize": 13,
                "titleFontSize": 13,
                "titleFontWeight": "normal",
                "orient": "bottom",
                "columns": 3,
                "labelLimit": 200,
            },
            "text": {"font": FONT, "fontSize": 13, "color": INK},
            "range": {"category": PALETTE},
            "line": {"strokeWidth": 2.5},
            "point": {"filled": True, "size": 70},
        }
    }


def enable(*, draw: bool = True) -> None:
    """Use the workbook's theme for all Altair charts of this process, and show them as described pictures.

    Args:
        draw: without, no pictures are made: where nobody looks.
    """
    alt.theme.register("trainkit", enable=True)(_config)
    svg.enable(draw=draw)
