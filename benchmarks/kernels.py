"""What a forked kernel saves against one that is started: `python -m benchmarks.kernels [--rounds N]`.

Three things are measured both ways, in turn, in the same run, and their medians are compared:

- `kernel`: from asking for a kernel to its first answer, with what its process used;
- `page`: an exercise page, from its request to the whole page, and until its first answer can be checked,
  where there is Chromium; with what all processes of the page server used, and the kernel's share of memory;
- `run`: `trainkit run`, all lessons and model solutions, with what all its processes used.

CPU counts all processes concerned. A start is had by naming a zygote that isn't there.
"""

import argparse
import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import psutil

from trainkit.kernels import WorkbookKernelManager, client
from trainkit.servers import session

WAYS = ("ordinary", "forked")

NOBODY = "/nowhere"

Figures = dict[str, float]


@contextmanager
def way(name: str, zygote: str = "") -> Iterator[None]:
    """Fork kernels from `zygote` (empty: from each program's own), or have them started."""
    before = os.environ.pop(client.ADDRESS, None)
    if address := (NOBODY if name == "ordinary" else zygote):
        os.environ[client.ADDRESS] = address
    try:
        yield
    finally:
        os.environ.pop(client.ADDRESS, None)
        if before is not None:
            os.environ[client.ADDRESS] = before


def used(processes: list[psutil.Process]) -> float:
    """CPU seconds of processes and of those of their children that have ended."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def kernel(name: str, zygote: str) -> Figures:
    """Start one kernel, and import what every notebook does."""

    async def measure() -> Figures:
        manager = WorkbookKernelManager()
        begin = time.perf_counter()
        await manager.start_kernel()
        talk = manager.client()
        talk.start_channels()
        await talk.wait_for_ready(timeout=120)
        ready = time.perf_counter() - begin
        await talk.execute_interactive("from trainkit import Exercise; import pandas, altair", timeout=120)
        answered = time.perf_counter() - begin
        process = psutil.Process(manager.provisioner.pid)
        memory = process.memory_full_info().pss / 2**20
        cpu = used([process])
        talk.stop_channels()
        await manager.shutdown_kernel(now=True)
        return {
            "kernel ready, s": ready,
            "kernel warm, s": answered,
            "kernel warm, CPU s": cpu,
            "PSS, MiB": memory,
        }

    with way(name, zygote):
        return asyncio.run(measure())


class Pages:
    """A running workbook, to open pages of."""

    def __init__(self, name: str, folder: Path) -> None:
        self._stack = ExitStack()
        with way(name):
            plan = session.prepare(folder / name, "en", 19_200 + 20 * WAYS.index(name))
            children = self._stack.enter_context(session.serve(plan.plan))
        self._plan, self._server = plan.plan, psutil.Process(children[1].pid)
        self.open()  # the first one pays for what all later ones find

    def address(self) -> str:
        """The address of an exercise page."""
        return f"{self._plan.page_url}/voila/render/en/1-06.ipynb?token={self._plan.page_token}"

    def open(self) -> Figures:
        """Ask for a page, and wait for its end."""
        before = self._family()
        spent, begin = used(before), time.perf_counter()
        headers = {"Authorization": f"token {self._plan.page_token}"}
        request = Request(self.address().split("?")[0], headers=headers)
        with build_opener(ProxyHandler({})).open(request, timeout=300) as response:
            response.read()
        seconds = time.perf_counter() - begin
        after = self._family()
        new = [process for process in after if process not in before]
        memory = max((p.memory_full_info().pss / 2**20 for p in new), default=0.0)
        return {"page, s": seconds, "page, CPU s": used(after) - spent, "PSS of a page's kernel, MiB": memory}

    def _family(self) -> list[psutil.Process]:
        return [self._server, *self._server.children(recursive=True)]

    def close(self) -> None:
        """Stop it."""
        self._stack.close()


def clickable(browser: object, pages: Pages) -> Figures:
    """Open a page in a fresh profile, until its first answer can be checked."""
    context = browser.new_context()  # type: ignore[attr-defined]
    try:
        begin = time.perf_counter()
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(pages.address())
        page.get_by_role("button", name="Check").first.click(trial=True)
        return {"page clickable, s": time.perf_counter() - begin}
    finally:
        context.close()


def run(name: str) -> Figures:
    """Run everything that the course promises to run."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with way(name):
        command = [sys.executable, "-c", "from trainkit.cli import main; main()", "run"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"trainkit run, s": seconds, "trainkit run, CPU s": cpu}


def in_turn(measures: dict[str, Callable[[], Figures]], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Measure each way in turn, `rounds` times."""
    found: dict[str, dict[str, list[float]]] = {}
    for _round in range(rounds):
        for name, measure in measures.items():
            for what, figure in measure().items():
                found.setdefault(what, {}).setdefault(name, []).append(figure)
    return found


def report(found: dict[str, dict[str, list[float]]]) -> None:
    for what, ways in found.items():
        ordinary, forked = (statistics.median(ways[name]) for name in WAYS)
        print(f"{what:<30} {ordinary:>9.2f} {forked:>9.2f} {ordinary / forked:>8.1f}x")


def measure_pages(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        pages = {}
        for name in WAYS:
            pages[name] = Pages(name, Path(folder))
            opened.callback(pages[name].close)
        report(in_turn({name: pages[name].open for name in WAYS}, rounds))
        chromium = os.environ.get("TRAINKIT_CHROMIUM") or shutil.which("chromium")
        if chromium is None:
            print("page clickable: not measured, there is no Chromium")
            return
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            report(
                in_turn({name: lambda name=name: clickable(browser, pages[name]) for name in WAYS}, rounds)
            )
            browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(f"{'median of ' + str(rounds):<30} {'ordinary':>9} {'forked':>9} {'ratio':>9}")
    with client.Zygote() as zygote:
        kernel("forked", zygote.address)
        report(in_turn({name: lambda name=name: kernel(name, zygote.address) for name in WAYS}, rounds))
    measure_pages(rounds)
    report(in_turn({name: lambda name=name: run(name) for name in WAYS}, max(1, rounds // 2)))


if __name__ == "__main__":
    main()
