"""One font of the workbook's own decides how charts are drawn: the machine's fonts have no say."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from fontless import without_system_fonts
from fontTools.ttLib import TTFont

from trainkit import fonts

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "trainkit"
STYLES = ["Regular", "Bold"]

#: Signs that the typeface hasn't got; they stand in verdicts and formulas, never in a chart.
FOREIGN = set("✗⌈⌉")


def file(style: str) -> Path:
    return fonts.FOLDER / f"TrainkitSansSC-{style}.ttf"


@cache
def covered(style: str) -> frozenset[int]:
    with TTFont(file(style), lazy=True) as font:
        return frozenset(font.getBestCmap())


def texts() -> Iterator[tuple[str, str]]:
    """Yield everything that the workbook can say, with where it stands."""
    for pattern in ("lessons/*.md", "solutions/*.md", "docs/*.md", "README*.md"):
        yield from ((path.name, path.read_text(encoding="utf-8")) for path in ROOT.glob(pattern))
    catalogue = PACKAGE / "locale" / "zh" / "LC_MESSAGES" / "trainkit.po"
    yield catalogue.name, catalogue.read_text(encoding="utf-8")
    # Labels, and the phrases and names of which each variant of the data is made.
    for room in ("charts", "company", "metrics"):
        for path in (PACKAGE / room).rglob("*.py"):
            yield path.name, path.read_text(encoding="utf-8")
    for path in (ROOT / "datasets").glob("*.parquet"):
        frame = pd.read_parquet(path)
        for column in frame.select_dtypes(include=["object", "string", "category"]):
            yield f"{path.name}: {column}", "".join(map(str, frame[column].dropna().unique()))


@pytest.mark.parametrize("style", STYLES)
def test_every_character_of_lessons_labels_and_data_is_there(style: str) -> None:
    missing = {
        (where, character)
        for where, text in texts()
        for character in set(text) - FOREIGN
        if character.isprintable() and ord(character) not in covered(style)
    }
    assert missing == set()


def test_the_texts_that_are_looked_through_are_the_workbooks() -> None:
    found = list(texts())
    assert len(found) > 100
    assert sum(unicodedata.east_asian_width(c) == "W" for _where, text in found for c in text) > 50_000


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["喆旻镕赟犇玥婳曌堃", "㛃䶮𬭎"])
def test_a_given_name_that_the_law_allows_is_there(style: str, name: str) -> None:
    """The General Standard of 2013 has them; GB 2312 hasn't, and GBK lacks the last three."""
    assert [c for c in name if ord(c) not in covered(style)] == []


def test_traditional_names_are_there_where_names_are_set() -> None:
    assert [c for c in "陳張劉鄭龔祐峯" if ord(c) not in covered("Regular")] == []


@pytest.mark.parametrize("style", STYLES)
def test_the_font_has_a_name_of_its_own_and_its_authors(style: str) -> None:
    """Its license reserves the name Source, and an installed Noto Sans SC may be of another version."""
    with TTFont(file(style), lazy=True) as font:
        names = {record.nameID: str(record) for record in font["name"].names}
    assert (names[1], names[2]) == (fonts.FAMILY, style)
    assert fonts.FAMILIES.split(", ")[0] == fonts.FAMILY
    assert not any("Noto" in names[n] or "Source" in names[n] for n in (1, 4, 6))
    assert "Adobe" in names[0]
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts.FOLDER / "OFL.txt").read_text(encoding="utf-8")


#: Prints digests of all charts in both languages, of pictures, of what Altair itself saves; and, to see that
#: the machine's fonts are gone, of a text in whatever font the machine has.
DRAW = """
import hashlib, sys, tempfile
from pathlib import Path
from trainkit import startup
startup.prepare()
import altair as alt
import pandas as pd
from trainkit.charts import gallery, svg
from trainkit.i18n import use_language

def digest(data):
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()[:16]

chart = alt.Chart(pd.DataFrame({"类型": ["企业", "个人"], "n": [3, 4]}), title="标题").mark_bar()
chart = chart.encode(x="n", y="类型")
with tempfile.TemporaryDirectory() as folder:
    for kind in ("svg", "png"):
        chart.save(Path(folder) / f"chart.{kind}")
        print("saved by Altair", kind, digest((Path(folder) / f"chart.{kind}").read_bytes()))
import vl_convert
for lang in ("en", "zh"):
    use_language(lang)
    print(lang, "gallery", digest(gallery.page()))
    for example in gallery.examples()[:6]:
        print(lang, example.chart, digest(vl_convert.svg_to_png(svg.to_svg(example.draw()))))
text = '<text y="30" font-family="DejaVu Sans, Noto Sans CJK SC, Arial">Wide 澜</text>'
control = f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40">{text}</svg>'
print("control", digest(vl_convert.svg_to_png(control)))
"""


def drawn(**variables: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", DRAW],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", **variables},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("fc-list") is None, reason="needs fontconfig, to take the fonts away")
def test_charts_are_the_same_bytes_with_all_fonts_of_the_machine_and_with_none(tmp_path: Path) -> None:
    *usual, control = drawn()
    *bare, bare_control = drawn(**without_system_fonts(tmp_path))
    assert bare == usual
    installed = subprocess.run(["fc-list"], capture_output=True, text=True, check=True).stdout
    if "DejaVu Sans" in installed or "Noto Sans CJK SC" in installed:
        assert bare_control != control, "the fonts weren't taken away"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("fc-list") is None, reason="needs fontconfig, to take the fonts away")
def test_built_files_are_up_to_date_on_a_machine_without_fonts(tmp_path: Path) -> None:
    """They were built on one that has some."""
    command = [sys.executable, "-m", "trainkit", "build", "--check"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **without_system_fonts(tmp_path), "TRAINKIT_LANG": "en"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_room_of_fonts_reaches_for_the_converter() -> None:
    """Any other place could draw before the font is known."""
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(alias.name.startswith("vl_convert") for alias in node.names)
    }
    assert users == {"fonts/__init__.py"}


@pytest.mark.exhaustive
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm, to fetch the typeface")
def test_the_cut_can_be_made_again_from_its_public_sources(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "tests" / "fonts" / "cut_fonts.py", "--out", tmp_path], check=True)
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (fonts.FOLDER / path.name).read_bytes(), path.name
    assert len(list(tmp_path.iterdir())) == 3
