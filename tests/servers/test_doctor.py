"""The doctor finds what is wrong, and says what to do about it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from servers.test_ports import listening
from trainkit.cli import app
from trainkit.sandbox import levels
from trainkit.servers import doctor
from trainkit.servers.doctor import Finding


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "cache"))


def test_on_a_machine_that_has_everything_nothing_fails(course, workspace):
    findings = list(doctor.examine(workspace))
    assert len(findings) == 10
    assert [f for f in findings if f.state == "failure"] == []
    assert not workspace.exists()


@pytest.mark.parametrize(
    ("requirement", "fault"),
    [
        ("no-such-package>=1", "no-such-package>=1 is missing"),
        ("pandas>=99", "pandas>=99 is needed"),
        ("pandas>=2", None),
        ("no-such-package; extra == 'grade'", None),
        ("no-such-package; python_version < '3'", None),
    ],
)
def test_packages_are_compared_with_what_trainkit_asks_for(monkeypatch, requirement, fault):
    monkeypatch.setattr(doctor, "requires", lambda name: [requirement])
    finding = doctor._packages()
    assert finding.state == ("failure" if fault else "ok")
    assert (fault or "") in finding.what


def test_an_empty_course_is_a_failure(tmp_path, monkeypatch):
    monkeypatch.setenv("TRAINKIT_CONTENT", str(tmp_path))
    finding = doctor._course()
    assert finding.state == "failure"
    assert "make build" in finding.advice


def test_a_workspace_below_a_file_is_a_failure(tmp_path):
    (tmp_path / "file").write_text("")
    assert doctor._workspace(tmp_path / "file" / "workspace").state == "failure"
    assert doctor._workspace(tmp_path / "new" / "workspace").state == "ok"


def test_an_occupied_port_is_no_failure(monkeypatch, workspace):
    with listening() as port:
        monkeypatch.setattr(doctor, "DEFAULT_PORT", port)
        finding = doctor._port(workspace)
    assert finding.state == "ok"
    assert f"{port} is in use" in finding.what


@pytest.mark.parametrize(("drawn", "state"), [(True, "ok"), (False, "failure")])
def test_the_workbooks_own_font_is_named_and_no_other_is_asked_for(monkeypatch, drawn, state):
    monkeypatch.setattr(doctor, "_draws_chinese", lambda: drawn)
    finding = doctor._font()
    assert finding.state == state
    assert ("Install trainkit again" in finding.advice) == (not drawn)
    assert "fonts-noto-cjk" not in finding.what + finding.advice


def test_boxes_are_told_from_characters(monkeypatch):
    """Without a font every character is drawn as the same box."""
    import vl_convert

    monkeypatch.setattr(vl_convert, "svg_to_png", lambda svg: b"the same box")
    assert not doctor._draws_chinese()


def test_a_cache_that_cannot_be_written_is_a_warning(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "file" / "cache"))
    finding = doctor._chart_script()
    assert finding.state == "warning"
    assert "TRAINKIT_CACHE" in finding.advice


def test_the_best_sandbox_is_said_without_advice(monkeypatch):
    monkeypatch.setattr(levels, "probe", lambda: levels.Isolation("fork"))
    finding = doctor._sandbox()
    assert (finding.state, finding.advice) == ("ok", "")


def test_a_slower_sandbox_is_a_warning_with_what_is_missing(monkeypatch):
    monkeypatch.setattr(levels, "probe", lambda: levels.Isolation("bubblewrap", "No filter for vax."))
    finding = doctor._sandbox()
    assert (finding.state, finding.advice) == ("warning", "No filter for vax.")


def test_a_missing_sandbox_is_a_warning_with_its_reason(monkeypatch):
    monkeypatch.setattr(levels, "probe", lambda: levels.Isolation("none", "apt install bubblewrap"))
    finding = doctor._sandbox()
    assert (finding.state, finding.advice) == ("warning", "apt install bubblewrap")


def test_an_assessor_is_told_what_notebooks_can_import_and_what_is_missing(monkeypatch):
    monkeypatch.setattr(doctor, "brought", lambda _extra: ["pandas", "no-such-package"])
    monkeypatch.setattr(doctor, "extras", lambda: {"grade": []})
    finding = doctor._libraries()
    assert finding.state == "warning"
    assert "pandas" in finding.what
    assert "no-such-package" not in finding.what
    assert finding.advice.startswith("To add no-such-package: ")


def test_who_does_not_grade_is_not_warned_of_them(monkeypatch):
    monkeypatch.setattr(doctor, "brought", lambda _extra: ["no-such-package"])
    monkeypatch.setattr(doctor, "extras", lambda: {"grade": ["papermill>=2.7 is missing"]})
    assert doctor._libraries().state == "ok"


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("warning", 0), ("failure", 1)])
def test_the_command_fails_only_where_the_workbook_cannot_run(monkeypatch, state, code):
    monkeypatch.setattr(doctor, "examine", lambda workspace: iter([Finding(state, "found this", "do that")]))
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == code
    assert "found this" in result.output
    assert "do that" in result.output
