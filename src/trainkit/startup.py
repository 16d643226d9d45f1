"""What every kernel and server of the workbook sets before anything else, in one place.

`prepare` is safe to call many times and costs next to nothing: what concerns Altair waits until Altair is
imported, by the notebook and not by us.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from trainkit import fonts
from trainkit.files import cache_folder, write_atomic

__all__ = ["block_slow_grammars", "chart_script", "chart_script_file", "prepare"]

#: What ipykernel warns of at every start; the workbook listens on this machine only.
_LOOPBACK_NOTICE = "Kernel is running over TCP without encryption"

_prepared = False


def prepare() -> None:
    """Set up this process: quick imports, quiet logs, charts that need no internet."""
    global _prepared
    block_slow_grammars()
    if _prepared:
        return
    _prepared = True
    _quieten_ipykernel()
    _when_imported("altair", _set_up_altair)
    # A chart that a trainee saves with Altair's own means is drawn in the same font.
    _when_imported("vl_convert", fonts.register)


def block_slow_grammars() -> None:
    """Keep jsonschema from compiling 35 grammars that nothing here uses, about a second of CPU.

    It does without them where the import fails: the formats `iri` and the like then go unchecked.
    See https://github.com/python-jsonschema/jsonschema/issues/1428.
    """
    if "jsonschema" not in sys.modules:
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is the import system's "no"


def chart_script_file() -> Path:
    """Return where the chart script of the installed versions is cached."""
    return cache_folder() / f"chart-{version('altair')}-{version('vl-convert-python')}.js"


def chart_script() -> str:
    """Return the script that draws interactive charts offline, from the cache or made now (1.3 s).

    Altair would bundle it again in each kernel, for a second of CPU and 90 MB. It depends on nothing but
    the versions of Altair and vl-convert, which are in the name of the cached file.
    """
    cached = chart_script_file()
    try:
        return cached.read_text(encoding="utf-8")
    except OSError:
        script = _bundle_chart_script()
    # A read-only home costs the second again at each start, and nothing else.
    try:
        write_atomic(cached, script)
    except OSError as error:
        logging.getLogger("trainkit").info("The chart script could not be kept at %s: %s", cached, error)
    return script


def _bundle_chart_script() -> str:
    from altair import JupyterChart

    class _Bundled(JupyterChart):  # a subclass, so that the caller's class stays as it was
        _esm = JupyterChart._esm

    _Bundled.enable_offline()
    return str(_Bundled._esm)


def _set_up_altair() -> None:
    """Draw charts as SVG in the workbook's theme: Altair's own way asks a CDN for its scripts."""
    import altair

    from trainkit.charts import theme

    # While grading nobody looks: a picture would cost more than the rest of a notebook, and a sandbox has no
    # cache to read a script from.
    seen = os.environ.get("TRAINKIT_LIFE") != "grade"
    theme.enable(draw=seen)
    if seen:
        altair.JupyterChart._esm = chart_script()
        altair.JupyterChart._is_offline = True


class _NoLoopbackNotice(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return _LOOPBACK_NOTICE not in record.getMessage()


def _quieten_ipykernel() -> None:
    # traitlets' applications log under their class names; ipykernel's is this one.
    for name in ("IPKernelApp", "traitlets"):
        logging.getLogger(name).addFilter(_NoLoopbackNotice())


def _when_imported(name: str, action: Callable[[], None]) -> None:
    """Run `action` once, right after module `name` is imported; now, if it was imported already."""
    if name in sys.modules:
        action()
    else:
        sys.meta_path.insert(0, _AfterImport(name, action))


class _AfterImport(MetaPathFinder):
    """Finds one module by the usual finders and adds an action to the end of its execution."""

    def __init__(self, name: str, action: Callable[[], None]) -> None:
        self._name = name
        self._action = action

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the import system passes it
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_then_act(module: ModuleType) -> None:
            execute(module)
            self._action()

        spec.loader.exec_module = execute_then_act  # type: ignore[method-assign]
        return spec
