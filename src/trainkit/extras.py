"""Optional libraries: what brings them, which are there, and one sentence where one is missing.

What an extra consists of stands in `pyproject.toml` alone; here it's read from the installed package.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from importlib.util import find_spec

from trainkit import content
from trainkit.errors import MissingExtra
from trainkit.i18n import _

__all__ = ["brought", "extras", "installing", "needed", "require", "unmet"]


@contextmanager
def needed(extra: str) -> Iterator[None]:
    """Import optional libraries inside of the block; a missing one is told with the extra that brings it.

    Args:
        extra: its name in `pyproject.toml`.

    Raises:
        MissingExtra: one of them isn't installed.
    """
    try:
        yield
    except ImportError as error:
        library = (error.name or "").partition(".")[0]
        if library in ("", "trainkit"):
            raise  # a fault of ours, or of a library that is there
        raise MissingExtra(
            _("This needs {library}, which isn't installed. Install it with: {command}").format(
                library=library, command=installing(extra)
            )
        ) from error


def require(extra: str, *modules: str) -> None:
    """Look for optional libraries that are imported later, without importing them.

    Raises:
        MissingExtra: one of them isn't installed.
    """
    with needed(extra):
        for name in modules:
            if find_spec(name) is None:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def installing(extra: str) -> str:
    """Return the command that adds an extra to this very environment, to be pasted into a shell."""
    pip = [sys.executable, "-m", "pip", "install"]
    if top := content.checkout():
        command = [*pip, "--constraint", str(top / "constraints.txt"), "--editable", f"{top}[{extra}]"]
    else:
        command = [*pip, f"trainkit[{extra}]"]
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)


def extras() -> dict[str, list[str]]:
    """Return the extras that there are, each with what it lacks here: nothing if it's installed."""
    names = metadata("trainkit").get_all("Provides-Extra") or []
    return {name: list(unmet(requires("trainkit") or [], name)) for name in sorted(names)}


def brought(extra: str) -> list[str]:
    """Return the names of the libraries that an extra brings beside what others bring."""
    from packaging.requirements import Requirement

    found = [Requirement(text) for text in requires("trainkit") or []]
    return [
        r.name
        for r in found
        if r.marker and r.name != "trainkit" and r.marker.evaluate({"extra": extra})
        if not r.marker.evaluate({"extra": ""})
    ]


def unmet(requirements: list[str], extra: str = "") -> Iterator[str]:
    """Yield a word on each requirement that isn't met.

    Args:
        requirements: as a package's metadata has them.
        extra: look at those of this extra alone; otherwise at those without any.
    """
    from packaging.requirements import Requirement

    for requirement in map(Requirement, requirements):
        marker = requirement.marker
        if marker and not marker.evaluate({"extra": extra}):
            continue
        if extra and (marker is None or marker.evaluate({"extra": ""})):
            continue
        if requirement.name == "trainkit":
            for other in sorted(requirement.extras):
                yield from unmet(requirements, other)
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            yield _("{package} is missing").format(package=f"{requirement.name}{requirement.specifier}")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            wanted = f"{requirement.name}{requirement.specifier}"
            yield _("{package} is needed, {version} is there").format(package=wanted, version=installed)
