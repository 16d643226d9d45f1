"""A machine without fonts: for processes that are started with these variables."""

from __future__ import annotations

from pathlib import Path


def without_system_fonts(folder: Path, *kept: Path) -> dict[str, str]:
    """Return the variables that show a process no font but its own, and those of folders that are kept."""
    (folder / "empty").mkdir(parents=True)
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{''.join(f'<dir>{place}</dir>' for place in (folder / 'empty', *kept))}</fontconfig>"
    )
    return {"FONTCONFIG_FILE": str(config)}
