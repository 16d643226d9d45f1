"""The workbook's own font, for Latin and Chinese: it alone decides how wide a chart's texts are.

A chart's axes, legend and width follow from the width of its texts: with the fonts that a machine happens to
have, two laptops would build two different notebooks. `Trainkit Sans SC` is cut from Noto Sans SC by
`tests/fonts/cut_fonts.py`, under a name that no installed font has; its license is `OFL.txt`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType

__all__ = ["FAMILIES", "FAMILY", "FOLDER", "converter", "register"]

#: The name under which the font is found once it's registered.
FAMILY = "Trainkit Sans SC"

#: For SVG and CSS. Where a browser shows a chart, ours may not be at hand; then one of the same design, or
#: what Windows and macOS have for Chinese, stands in the room that ours has taken.
FAMILIES = f"{FAMILY}, Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"

#: Where the files lie: `TrainkitSansSC-Regular.ttf`, `TrainkitSansSC-Bold.ttf` and the license.
FOLDER = Path(__file__).parent


@cache
def register() -> None:
    """Make the font known to vl-convert, for this process; calls after the first do nothing."""
    import vl_convert

    vl_convert.register_font_directory(str(FOLDER))


def converter() -> ModuleType:
    """Return vl-convert, which makes pictures of charts, with the font registered."""
    import vl_convert

    register()
    return vl_convert
