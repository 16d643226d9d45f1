"""The environment of a box: nothing of the assessor's passes."""

from __future__ import annotations

import os
import sys

from trainkit.sandbox.visible import python_environment

__all__ = ["whole_environment"]


def whole_environment(home: str) -> dict[str, str]:
    """Return the whole environment of a box: nothing of the assessor's passes.

    Args:
        home: the folder to work in.
    """
    passed = {"SYSTEMROOT", "PATHEXT"} if sys.platform == "win32" else set()
    return {name: value for name, value in os.environ.items() if name in passed} | {
        "HOME": home,
        "IPYTHONDIR": f"{home}/.ipython",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "JUPYTER_PLATFORM_DIRS": "1",
        "LANG": "C.UTF-8",
        "LOGNAME": "trainee",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as every kernel sets it
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "USER": "trainee",
        **python_environment(),
    }
