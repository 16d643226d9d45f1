"""What this machine has and lacks for the workbook: each check says what it found and what to do."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from trainkit import content, fonts, startup
from trainkit.errors import ServerError, TrainkitError
from trainkit.extras import brought, extras, installing, unmet
from trainkit.i18n import _, listed
from trainkit.servers import session
from trainkit.servers.ports import DEFAULT_PORT, free_port

__all__ = ["Finding", "examine"]

State = Literal["ok", "warning", "failure"]


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Args:
        state: `warning` costs a convenience, `failure` keeps the workbook from running.
        what: what was looked at and found.
        advice: what to do; empty where nothing needs doing.
    """

    state: State
    what: str
    advice: str = ""


def examine(workspace: Path) -> Iterator[Finding]:
    """Run all checks for a workspace, one after the other."""
    checks: list[Callable[[], Finding]] = [
        _python,
        _packages,
        _extras,
        _course,
        lambda: _workspace(workspace),
        lambda: _port(workspace),
        _font,
        _chart_script,
        _sandbox,
        _libraries,
    ]
    for check in checks:
        yield check()


def _python() -> Finding:
    found = _("Python {version} on {system}").format(
        version=platform.python_version(), system=platform.platform(terse=True)
    )
    return Finding("ok", found)


def _packages() -> Finding:
    faults = list(unmet(requires("trainkit") or []))
    if faults:
        return Finding(
            "failure",
            _("Packages that don't fit: {packages}").format(packages=", ".join(faults)),
            _("Install trainkit again in this environment."),
        )
    names = ("jupyterlab", "voila", "altair", "pandas")
    found = ", ".join(f"{name} {version(name)}" for name in names)
    return Finding("ok", _("All packages are there: {packages} …").format(packages=found))


def _extras() -> Finding:
    lacking = extras()
    there = [name for name, missing in lacking.items() if not missing]
    others = [name for name, missing in lacking.items() if missing]
    if not others:
        return Finding("ok", _("All extras are installed: {names}").format(names=listed(there)))
    found = _("Extras installed: {there}; not installed: {others}").format(
        there=listed(there) or _("none"), others=listed(others)
    )
    example = "grade" if "grade" in others else others[0]
    advice = _("Learning needs none of them. To add {name}: {command}")
    return Finding("ok", found, advice.format(name=example, command=installing(example)))


def _course() -> Finding:
    try:
        root = content.root()
    except TrainkitError as error:
        return Finding("failure", str(error))
    lessons, exercises = (
        len(list((root / kind / "en").glob("*.ipynb"))) for kind in ("notebooks", "exercises")
    )
    found = _("Course in {folder}: lessons {lessons}, exercises {exercises}").format(
        lessons=lessons, exercises=exercises, folder=root
    )
    if lessons and exercises:
        return Finding("ok", found)
    return Finding(
        "failure", found, _("Install trainkit again from a wheel, or run `make build` in a checkout.")
    )


def _workspace(workspace: Path) -> Finding:
    there = next(folder for folder in (workspace, *workspace.parents) if folder.exists())
    found = _("Workspace: {folder}").format(folder=workspace)
    if there.is_dir() and os.access(there, os.W_OK):
        return Finding("ok", found)
    return Finding("failure", found, _("It can't be written to. Choose another one with `--dir`."))


def _port(workspace: Path) -> Finding:
    if plan := session.running(workspace):
        return Finding("ok", _("The workbook is running at {address}").format(address=plan.lab_url))
    try:
        port = free_port(DEFAULT_PORT)
    except ServerError as error:
        return Finding("failure", str(error))
    if port == DEFAULT_PORT:
        return Finding("ok", _("Port {port} is free").format(port=port))
    return Finding(
        "ok",
        _("Port {wanted} is in use; the workbook will take {port}").format(wanted=DEFAULT_PORT, port=port),
    )


def _font() -> Finding:
    if _draws_chinese():
        return Finding(
            "ok", _("Charts are drawn in the workbook's own font, {font}").format(font=fonts.FAMILY)
        )
    return Finding(
        "failure",
        _("The workbook's font can't be used: {folder}").format(folder=fonts.FOLDER),
        _("Install trainkit again in this environment."),
    )


def _draws_chinese() -> bool:
    """Draw two characters: without a font both are the same box, or nothing."""
    pictures = [
        fonts.converter().svg_to_png(
            '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
            f'<text x="4" y="30" font-size="28" font-family="{fonts.FAMILY}">{character}</text></svg>'
        )
        for character in "澜泰"
    ]
    return bool(pictures[0] != pictures[1])


def _chart_script() -> Finding:
    path = startup.chart_script_file()
    if path.is_file():
        return Finding("ok", _("The script for interactive charts is kept in {file}").format(file=path))
    startup.chart_script()
    if path.is_file():
        return Finding("ok", _("The script for interactive charts was made: {file}").format(file=path))
    return Finding(
        "warning",
        _("The script for interactive charts can't be kept in {folder}").format(folder=path.parent),
        _("Name a folder in the environment variable TRAINKIT_CACHE, or each chart costs a second more."),
    )


def _sandbox() -> Finding:
    from trainkit.sandbox.levels import probe

    isolation = probe()
    if isolation.level == "fork":
        return Finding("ok", _("Submissions can be graded in a sandbox, forked from a warm process"))
    if isolation.level != "none":
        found = _("Submissions can be graded in a sandbox ({level}), several times slower than elsewhere")
        return Finding("warning", found.format(level=isolation.level), isolation.detail)
    return Finding(
        "warning",
        _("Submissions can't be graded in a sandbox; learning isn't affected"),
        isolation.detail,
    )


#: What the workbook itself brings for notebooks; the rest is the extra `libraries`.
_FOR_NOTEBOOKS = ("altair", "numpy", "pandas", "pyarrow", "scipy")


def _libraries() -> Finding:
    """Say which libraries a graded notebook may import."""
    more = sorted(brought("libraries"))
    lacking = [name for name in more if not _version(name)]
    there = [f"{name} {_version(name)}" for name in (*_FOR_NOTEBOOKS, *more) if _version(name)]
    found = _("Graded notebooks can import: {libraries}").format(libraries=listed(there))
    if not lacking:
        return Finding("ok", found)
    advice = _("To add {name}: {command}").format(name=listed(lacking), command=installing("libraries"))
    # Who doesn't grade needs none of them.
    return Finding("ok" if extras()["grade"] else "warning", found, advice)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
