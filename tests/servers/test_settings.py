"""What is written for Jupyter belongs to the workspace; the user's own settings don't matter."""

from __future__ import annotations

import json
import os
import stat

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from servers.test_overview import make_plan
from trainkit.servers import settings
from trainkit.servers.plan import Plan
from trainkit.servers.workspace import open_workspace


@pytest.fixture
def plan(course, workspace) -> Plan:
    open_workspace(workspace)
    plan = make_plan(workspace)
    settings.write_settings(plan)
    return plan


def test_a_plan_survives_its_file(plan):
    path = plan.save()
    assert Plan.load(path) == plan


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_tokens_are_for_their_owner_alone(plan):
    assert stat.S_IMODE(plan.save().stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{}", '{"workspace": "x"}', "[]", "null"])
def test_what_is_no_plan_is_refused(tmp_path, text):
    path = tmp_path / "running.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"."):
        Plan.load(path)


def test_tokens_are_never_the_same():
    assert len({Plan.new_token() for _ in range(100)}) == 100


def test_voila_may_run_the_exercises_and_nothing_else(plan):
    stray = plan.pages / "en" / "solutions"
    stray.mkdir(parents=True)
    (plan.pages / "en" / "2-02.ipynb").write_text("{}")
    settings.write_pages(plan)
    assert sorted(p.relative_to(plan.pages).as_posix() for p in plan.pages.rglob("*")) == [
        "en",
        "en/1-06.ipynb",
        "en/3-01.ipynb",
        "zh",
        "zh/1-06.ipynb",
        "zh/3-01.ipynb",
    ]


def test_the_users_own_jupyter_settings_do_not_reach_the_workbook(plan, monkeypatch):
    monkeypatch.setenv("JUPYTER_TOKEN", "theirs")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "/theirs")
    monkeypatch.setenv("VOILA_APP_PORT", "1")
    env = settings.environment(plan, "lab")
    assert "JUPYTER_TOKEN" not in env
    assert "VOILA_APP_PORT" not in env
    assert env["JUPYTER_CONFIG_DIR"] == str(plan.jupyter / "config")


def test_kernels_learn_their_life_their_workspace_and_their_trainee(plan):
    env = settings.environment(plan, "voila")
    assert env["TRAINKIT_LIFE"] == "trainkit.apps.exercise:Page"
    assert env["TRAINKIT_WORKSPACE"] == str(plan.workspace)
    assert env["TRAINKIT_TRAINEE"] == "me"


@pytest.mark.parametrize(("lang", "locale"), [("zh", "zh_CN"), ("en", "default")])
def test_a_language_is_remembered_for_everything(plan, lang, locale):
    settings.remember_language(plan.workspace, lang)
    assert settings.remembered_language(plan.workspace) == lang
    [menu] = (plan.jupyter / "config").rglob("plugin.jupyterlab-settings")
    assert json.loads(menu.read_text()) == {"locale": locale}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"lang": "fr"}', "{}"])
def test_a_damaged_memory_is_no_language(tmp_path, text):
    (tmp_path / ".trainkit").mkdir()
    (tmp_path / ".trainkit" / "settings.json").write_text(text)
    assert settings.remembered_language(tmp_path) is None


def test_laid_notebooks_are_trusted_and_others_are_not(plan):
    """JupyterLab shows the charts stored in a notebook only if it was signed."""
    settings.trust(plan, ["lessons/en/1-06.ipynb"])
    notary = NotebookNotary(data_dir=str(plan.jupyter / "data"))
    try:
        signed = {
            name: notary.check_signature(nbformat.read(plan.workspace / name, as_version=4))
            for name in ("lessons/en/1-06.ipynb", "lessons/zh/1-06.ipynb")
        }
    finally:
        notary.store.close()
    assert signed == {"lessons/en/1-06.ipynb": True, "lessons/zh/1-06.ipynb": False}
