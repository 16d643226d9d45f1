"""Where the built course lies: in the checkout, in a class's archive, or inside the installed wheel.

Below the root: `notebooks/{en,zh}/<id>.ipynb`, `exercises/{en,zh}/<id>.ipynb`, a `keys/<id>.json`
beside either, and `datasets/`. Solutions are never part of it.
"""

from __future__ import annotations

import os
from pathlib import Path

from trainkit.errors import DataError
from trainkit.i18n import _

__all__ = ["checkout", "root"]

_PACKAGE = Path(__file__).parent


def checkout() -> Path | None:
    """Return the checkout that trainkit runs from, or `None` when it was installed from a wheel."""
    top = _PACKAGE.parent.parent
    return top if (top / "pyproject.toml").is_file() and (top / "solutions").is_dir() else None


def root() -> Path:
    """Return the folder that holds `notebooks/`, `exercises/` and `datasets/`.

    The environment variable `TRAINKIT_CONTENT` names another edition of the course.

    Raises:
        DataError: no course content is there.
    """
    if named := os.environ.get("TRAINKIT_CONTENT"):
        return Path(named)
    packed = _PACKAGE / "_content"
    found = packed if packed.is_dir() else _beside()
    if found is None:
        raise DataError(
            _("trainkit was installed without its course. Install it again from a wheel or a checkout.")
        )
    return found


def _beside() -> Path | None:
    """Return the folder above `src/` if the built course lies there, with its sources or without."""
    top = _PACKAGE.parent.parent
    return top if (top / "pyproject.toml").is_file() and (top / "notebooks").is_dir() else None
