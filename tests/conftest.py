"""What holds for all tests: English, and nothing of this machine's workbook."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from hypothesis import settings

from trainkit.i18n import use_language
from trainkit.startup import block_slow_grammars

block_slow_grammars()

#: Fixtures that the tests of several rooms share.
pytest_plugins = ["in_class", "in_course"]

# With a test process for each core, a second thread for a small product of matrices only waits, and burns
# many times what the product takes. The libraries read this once; what tests start doesn't inherit it.
with pytest.MonkeyPatch.context() as patch:
    patch.setenv("OPENBLAS_NUM_THREADS", "1")
    import_module("numpy")
    import_module("scipy.linalg")

# A busy machine is no failure, and the same commit always tries the same cases.
settings.register_profile("trainkit", deadline=None, derandomize=True)
settings.load_profile("trainkit")

# Doctests are collected from every module; several folders have a conftest.py, and this is the topmost.
collect_ignore = ["conftest.py"]

#: pytest loads these as plugins; looking for doctests in them, it would take one for another by their name.
collect_ignore_glob = ["*/conftest.py"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put modules with slow tests first: at the end the quick ones keep every worker busy."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep a module's tests on one worker, and modules together that share what takes a minute to make."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            scope = super()._split_scope(nodeid)
            return scope.replace("test_attack_rendering.py", "test_attacks.py")

    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def _neutral_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("LANG", "LIFE", "WORKSPACE", "TRAINEE", "TABLES", "CONTENT", "ACTIVITY"):
        monkeypatch.delenv(f"TRAINKIT_{name}", raising=False)
    use_language(None)
    yield
    use_language(None)
