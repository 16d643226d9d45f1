"""Starting, watching and stopping the whole workbook."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from trainkit import startup
from trainkit.course.journal import trainee
from trainkit.i18n import get_language
from trainkit.servers.children import Child, answers
from trainkit.servers.plan import HOME, Plan
from trainkit.servers.ports import DEFAULT_PORT, free_port
from trainkit.servers.settings import environment, remembered_language, trust, write_pages, write_settings
from trainkit.servers.workspace import Laid, open_workspace

__all__ = ["Session", "prepare", "running", "serve", "watch"]


@dataclass(frozen=True)
class Session:
    """A prepared workbook, about to be served.

    Args:
        plan: where it will run.
        laid: what happened to the notebooks of the workspace.
        wanted: the port that was asked for; the plan's differs where that was occupied.
    """

    plan: Plan
    laid: Laid
    wanted: int


def running(workspace: Path) -> Plan | None:
    """Return the plan of the workbook that serves `workspace` now, or `None`."""
    plan = _plan_at(Plan.path(workspace))
    return plan if plan and answers(_lab_alive(plan)) else None


def prepare(workspace: Path, lang: str | None = None, port: int = DEFAULT_PORT) -> Session:
    """Lay the notebooks and write all that the servers read.

    Args:
        workspace: the trainee's folder, absolute; made if need be.
        lang: `en` or `zh`; `None` is the one chosen last in this workspace, or that of the surroundings.
        port: the wanted one; the next free one is taken.

    Raises:
        ServerError: the folder can't be written to, or no port is free.
        DataError: trainkit was installed without its course.
    """
    laid = open_workspace(workspace)
    lab_port = free_port(port)
    plan = Plan(
        workspace=workspace,
        lang=lang or remembered_language(workspace) or get_language(),
        trainee=trainee(),
        lab_port=lab_port,
        page_port=free_port(lab_port + 1),
        lab_token=Plan.new_token(),
        page_token=Plan.new_token(),
        pid=os.getpid(),
    )
    write_settings(plan)
    write_pages(plan)
    trust(plan, laid)
    return Session(plan, laid, port)


@contextmanager
def serve(plan: Plan) -> Iterator[list[Child]]:
    """Run both servers; inside of the block both answer, after it both have stopped.

    Raises:
        ServerError: one of them doesn't start.
    """
    path = plan.save()
    children: list[Child] = []
    try:
        with _chart_script_made():
            for name, module, life in (
                ("JupyterLab", "trainkit.servers.lab", "lab"),
                ("Voila", "trainkit.servers.pages", "voila"),
            ):
                log = plan.logs / f"{name.lower()}.log"
                children.append(Child(name, module, path, environment(plan, life), log))
            for child, url in zip(children, (_lab_alive(plan), _pages_alive(plan)), strict=True):
                child.wait_until_ready(url)
        yield children
    finally:
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop()
        # Of two starts at the same moment the later one has written over this.
        if _plan_at(path) == plan:
            path.unlink()


def watch(children: list[Child]) -> None:
    """Return never: watch both servers until one of them ends.

    Raises:
        ServerError: one has ended.
        KeyboardInterrupt: the trainee has had enough, or the system asks for the end.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    while True:
        for child in children:
            child.check()
        time.sleep(0.5)


def _plan_at(path: Path) -> Plan | None:
    try:
        return Plan.load(path)
    except (OSError, ValueError):
        return None


def _lab_alive(plan: Plan) -> str:
    return f"{plan.lab_url}{HOME}alive?{urlencode({'token': plan.lab_token})}"


def _pages_alive(plan: Plan) -> str:
    return f"{plan.page_url}{HOME}alive?{urlencode({'token': plan.page_token})}"


@contextmanager
def _chart_script_made() -> Iterator[None]:
    """Make the offline chart script while the servers start, so that no kernel has to."""
    if startup.chart_script_file().is_file():
        yield
        return
    code = "from trainkit.startup import chart_script; chart_script()"
    maker = subprocess.Popen(
        [sys.executable, "-P", "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
        # Where it fails, a kernel makes the script for itself, later.
        with suppress(subprocess.TimeoutExpired):
            maker.wait(30)
    finally:
        maker.kill()
        maker.wait()
