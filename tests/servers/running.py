"""A real, running workbook for tests, and a small client for it."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from servers.course import notebook, write_course
from trainkit.kernels.forked import NAME
from trainkit.servers import session
from trainkit.servers.children import Child
from trainkit.servers.plan import HOST, Plan

#: An exercise page of the tiny course that fails at its second step.
BROKEN = "2-09"


@dataclass(frozen=True)
class Workbook:
    """A running workbook.

    Args:
        plan: where it runs.
        children: its two servers.
    """

    plan: Plan
    children: list[Child]

    def page(self, id: str = "1-06", lang: str = "en") -> str:
        """Return the address of an exercise page, with its token."""
        return f"{self.plan.page_url}/voila/render/{lang}/{id}.ipynb?token={self.plan.page_token}"


@dataclass(frozen=True)
class Answer:
    """What a server answered; redirects aren't followed."""

    status: int
    headers: dict[str, str]
    text: str


def get(port: int, path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
    """Ask a server of this machine, without cookies, proxies or redirects."""
    connection = HTTPConnection(HOST, port, timeout=60)
    with contextlib.closing(connection):
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, text)


def first_port() -> int:
    """Return where to look for free ports: elsewhere in each of several test processes."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return 18_000 + 200 * int(worker)


def eventually(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Return as soon as `true()` is, and fail if it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not true after {seconds} s"
        time.sleep(0.1)


@contextlib.contextmanager
def workbook(folder: Path) -> Iterator[Workbook]:
    """Run a workbook with the tiny course, with all that it writes below `folder`."""
    course = write_course(folder / "course")
    for lang in ("en", "zh"):
        broken = notebook(("markdown", "# Broken"), ("code", "secret = 'do not show'\n1 / 0"), ("code", "2"))
        (course / "exercises" / lang / f"{BROKEN}.ipynb").write_text(broken)
    with serving(folder, course) as running:
        yield running


@contextlib.contextmanager
def serving(folder: Path, course: Path | None = None) -> Iterator[Workbook]:
    """Run a workbook with `course`, or with the real one, with all that it writes below `folder`."""
    with contextlib.ExitStack() as running:
        # The servers inherit this at their start; other tests of this process mustn't.
        with pytest.MonkeyPatch.context() as patch:
            if course:
                patch.setenv("TRAINKIT_CONTENT", str(course))
            patch.setenv("TRAINKIT_CACHE", str(folder / "cache"))
            prepared = session.prepare(folder / "my workspace 工作区", "en", first_port())
            children = running.enter_context(session.serve(prepared.plan))
        yield Workbook(prepared.plan, children)


def kernels(book: Workbook) -> set[int]:
    """Return the process ids of the kernels behind the exercise pages."""
    server = psutil.Process(book.children[1].pid)
    return {child.pid for child in server.children(recursive=True) if is_kernel(child)}


def is_kernel(process: psutil.Process) -> bool:
    """Tell whether a process is a kernel, forked or started."""
    try:
        return process.name() == NAME or "trainkit.kernel" in process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def kernel_id(page: str) -> str:
    """Return the id of the kernel that a page's HTML names."""
    config = page.split('id="jupyter-config-data"', 1)[1].split(">", 1)[1].split("</script>", 1)[0]
    return str(json.loads(config)["kernelId"])
