"""`trainkit data` on the command line."""

import json

import pytest
from typer.testing import CliRunner

from trainkit.cli import app
from trainkit.company import TABLES
from trainkit.errors import InputError

run = CliRunner()


def test_generate_writes_the_tables_asked_for_and_check_finds_them_well(tmp_path):
    out = str(tmp_path / "lantai")
    made = run.invoke(
        app,
        ["data", "generate", "--customers", "2000", "--variant", "4", "--table", "customers", "--out", out],
    )
    assert made.exit_code == 0, made.output
    assert made.output.strip().endswith("datapackage.json")
    assert sorted(file.name for file in (tmp_path / "lantai").iterdir()) == [
        "customers.parquet",
        "datapackage.json",
    ]
    checked = run.invoke(app, ["data", "check", out])
    assert (checked.exit_code, checked.output) == (0, "All tables keep the rules.\n")


def test_check_lists_what_is_broken_and_fails(tmp_path):
    run.invoke(app, ["data", "generate", "--customers", "2000", "--table", "tickets", "--out", str(tmp_path)])
    manifest = tmp_path / "datapackage.json"
    package = json.loads(manifest.read_text())
    package["resources"][0]["content"] = "0" * 64
    manifest.write_text(json.dumps(package))
    checked = run.invoke(app, ["data", "check", str(tmp_path)])
    assert checked.exit_code == 1
    assert "content" in checked.output


def test_an_unknown_format_is_an_error_with_the_known_ones(tmp_path):
    with pytest.raises(InputError, match="parquet, csv, xlsx"):
        run.invoke(
            app, ["data", "generate", "--format", "ods", "--out", str(tmp_path)], catch_exceptions=False
        )


def test_dictionary_prints_markdown_in_the_language_asked_for():
    page = run.invoke(app, ["data", "dictionary", "--lang", "zh"]).output
    assert page.startswith("# 数据字典")
    assert all(f"## {name}\n" in page for name in TABLES)
