"""`trainkit gallery` shows every chart."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from trainkit.charts import gallery
from trainkit.cli import app


@pytest.mark.slow
def test_the_command_writes_the_gallery(tmp_path: Path):
    page = tmp_path / "gallery.html"
    result = CliRunner().invoke(app, ["gallery", "--lang", "zh", "--out", str(page)])
    assert result.exit_code == 0, result.output
    assert page.read_text(encoding="utf-8").count("<figure>") == len(gallery.examples())
