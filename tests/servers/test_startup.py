"""What every kernel sets up: measured in fresh processes, because imports happen once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trainkit import files, startup
from trainkit.fonts import FAMILY


def run(code: str, **env: str) -> str:
    """Run code in a fresh interpreter and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", **env},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_slow_grammars_are_never_compiled():
    code = """
from trainkit import startup
startup.prepare()
import sys, jsonschema
print(sys.modules.get("rfc3987_syntax", "absent"), "lark" in sys.modules)
jsonschema.Draft202012Validator({"type": "string", "format": "iri"}).validate("x")
"""
    assert run(code) == "None False"


@pytest.mark.parametrize(
    "module",
    ["trainkit.servers.session", "trainkit.servers.lab", "trainkit.servers.pages", "trainkit.servers.home"],
)
def test_no_module_of_the_servers_compiles_them_either(module):
    assert run(f"import sys, {module}; print('lark' in sys.modules)") == "False"


def test_preparing_imports_nothing_heavy():
    code = "import sys; from trainkit import startup; startup.prepare(); print(*sys.modules)"
    heavy = {"altair", "pandas", "numpy", "IPython", "jupyter_client", "tornado"}
    assert not heavy & set(run(code).split())


CHART = """
import json
from trainkit import startup
startup.prepare(); startup.prepare()
import altair as alt
import pandas as pd
frame = pd.DataFrame({"type": ["企业", "个人"], "n": [3, 4]})
chart = alt.Chart(frame, title="标题").mark_bar().encode(x="n", y="type")
data = chart._repr_mimebundle_()
data = data[0] if isinstance(data, tuple) else data
"""


def test_a_chart_is_an_svg_in_a_chinese_font():
    svg = run(CHART + "print(sorted(data)[0]); print(data['image/svg+xml'])")
    assert svg.startswith("image/svg+xml")
    assert f'font-family="{FAMILY}' in svg
    assert "企业" in svg


@pytest.mark.slow
def test_a_chart_is_the_same_each_time():
    code = CHART + "print(data['image/svg+xml'])"
    assert run(code) == run(code)


@pytest.mark.slow
def test_an_interactive_chart_asks_no_other_server(tmp_path):
    code = CHART + "print(alt.JupyterChart._esm)"
    script = run(code, TRAINKIT_CACHE=str(tmp_path))
    assert len(script) > 100_000
    assert "esm.sh" not in script
    [cached] = tmp_path.iterdir()
    assert cached.read_text(encoding="utf-8").strip() == script


@pytest.mark.slow
def test_the_cached_chart_script_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path))
    startup.chart_script_file().write_text("// from the cache")
    code = CHART + "print(alt.JupyterChart._esm)"
    assert run(code, TRAINKIT_CACHE=str(tmp_path)) == "// from the cache"


@pytest.mark.slow
def test_while_grading_no_picture_is_drawn_and_no_cache_read_or_written(tmp_path):
    code = CHART + "print('image/svg+xml' in data)"
    assert run(code, TRAINKIT_CACHE=str(tmp_path), TRAINKIT_LIFE="grade") == "False"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    code = CHART + "print(len(alt.JupyterChart._esm) > 100_000)"
    assert run(code, TRAINKIT_CACHE=str(blocked / "cache")) == "True"


@pytest.mark.slow
def test_altair_imported_before_is_set_up_as_well():
    assert run("import altair\n" + CHART + "print('image/svg+xml' in data)") == "True"


def test_charts_can_be_imported_first():
    """The charts import Altair, whose import sets up the charts: neither waits for the other."""
    code = (
        "from trainkit import startup; startup.prepare(); from trainkit import charts; print(charts.__name__)"
    )
    assert run(code) == "trainkit.charts"


def test_the_cache_folder_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path))
    assert files.cache_folder() == tmp_path
    monkeypatch.delenv("TRAINKIT_CACHE")
    assert isinstance(files.cache_folder(), Path)
