"""Chromium, a running workbook, a record of every request, and screenshots in `artifacts/`."""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from servers.running import Workbook, workbook

#: Nothing that Chromium itself would send, so that every request is the page's.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

ARTIFACTS = Path(__file__).parents[2] / "artifacts"

#: Both screens that the workbook is made for.
WIDTHS = [1280, 400]


def chromium() -> str | None:
    """Return the browser: `TRAINKIT_CHROMIUM`, or Debian's."""
    return os.environ.get("TRAINKIT_CHROMIUM") or shutil.which("chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and skip them, saying how to get a browser, where there is none."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            if chromium() is None:
                item.add_marker(
                    pytest.mark.skip(reason="needs a browser: apt install chromium fonts-noto-cjk")
                )


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, started once a module: while it runs, no other test may start an event loop."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, started once a module."""
    started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbook]:
    """A running workbook with the tiny course."""
    with workbook(tmp_path_factory.mktemp("workbook")) as running:
        yield running


@pytest.fixture
def requests() -> list[str]:
    """The address of every request that the test's pages have made."""
    return []


@pytest.fixture
def open_page(browser: Browser, requests: list[str]) -> Iterator[Callable[..., Page]]:
    """Open an address in a fresh profile; when the test ends, nothing may have left the machine."""
    contexts: list[BrowserContext] = []

    def opened(url: str, width: int = 1280, height: int = 900) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        context.on("request", lambda request: requests.append(request.url))
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert foreign(requests) == []


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """Keep a picture of a page under the test's name, for people to look at."""

    def kept(page: Page, name: str = "", *, full: bool = True) -> Path:
        stem = re.sub(r"[^\w-]+", "-", f"{request.node.name}-{name}").strip("-").removeprefix("test_")
        path = ARTIFACTS / f"{stem}.png"
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=path, full_page=full)
        return path

    return kept


def foreign(requests: list[str]) -> list[str]:
    """Return the requests that went to another machine."""
    return [
        url
        for url in requests
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
    ]


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@contextmanager
def silent_server() -> Iterator[int]:
    """Listen on a port, take every connection, and never answer; yields the port."""
    held: list[socket.socket] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def accept() -> None:
            while True:
                try:
                    connection, _peer = server.accept()
                except OSError:
                    return
                held.append(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)
    for connection in held:
        connection.close()
