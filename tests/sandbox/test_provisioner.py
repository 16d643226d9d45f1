"""ipykernel in bubblewrap: any Jupyter client can use it, and it can use nothing but what it was given."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from submitted import needs_sandbox

import trainkit
from trainkit.errors import SandboxError
from trainkit.sandbox import bubblewrap
from trainkit.sandbox.limits import Limits
from trainkit.sandbox.provisioner import BoxedKernelManager

pytestmark = [*needs_sandbox, pytest.mark.slow]

PATIENCE = 60.0

USUAL = Limits()

Run = Callable[..., Awaitable[dict[str, Any]]]


@contextlib.asynccontextmanager
async def boxed(
    limits: Limits = USUAL, **options: Any
) -> AsyncIterator[tuple[BoxedKernelManager, AsyncKernelClient, Run]]:
    """Run a kernel in a box; yield its manager, a client, and a way to run code."""
    manager = BoxedKernelManager(limits, **options)
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()

    async def run(code: str, begun: asyncio.Event | None = None) -> dict[str, Any]:
        printed: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])
                if begun:
                    begun.set()

        reply = await client.execute_interactive(code, output_hook=hear, timeout=PATIENCE)
        return {**reply["content"], "text": "".join(printed)}

    try:
        await client.wait_for_ready(timeout=PATIENCE)
        yield manager, client, run
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


def said(code: str, limits: Limits = USUAL, **options: Any) -> str:
    """Return what code prints in a box."""

    async def ask() -> str:
        async with boxed(limits, **options) as (_manager, _client, run):
            return (await run(code))["text"]

    return asyncio.run(ask())


def test_what_it_is_given_lies_where_it_was_asked_for(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    table = tmp_path / "surveys.csv"
    table.write_text("nps\n9\n")
    table.chmod(0o600)
    code = (
        "import os, pandas as pd, helper\n"
        "print(pd.read_csv(os.environ['TRAINKIT_TABLES'] + '/surveys.csv').nps[0], helper.x, os.getcwd())\n"
        "open('mine.txt', 'w').close(); print(sorted(f for f in os.listdir() if f[0] != '.'))\n"
        "try: open('/given/tables/more.csv', 'w')\n"
        "except OSError as error: print(error.strerror)"
    )
    inputs = {"/given/tables/surveys.csv": table, "/job/helper.py": b"x = 7"}
    told = said(code, inputs=inputs, environment={"TRAINKIT_TABLES": "/given/tables"})
    assert told == "9 7 /job\n['helper.py', 'mine.txt']\nRead-only file system\n"


def test_a_helper_is_not_imported_in_place_of_a_library() -> None:
    assert said("import json; print(json.dumps(1))", inputs={"/job/json.py": b"1 / 0"}) == "1\n"


def test_it_sees_nothing_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRAINKIT_TEST_SECRET", "do not tell")
    (tmp_path / "key.json").write_text("{}")
    # A checkout below /tmp is seen there as everywhere, in a folder that holds nothing else.
    places = [Path(sys.prefix), Path(sys.base_prefix), Path(trainkit.__file__)]
    own = {p.relative_to("/tmp").parts[0] for p in places if p.is_relative_to("/tmp")}
    code = (
        "import os, socket\n"
        f"print(os.path.exists({str(tmp_path / 'key.json')!r}), set(os.listdir('/tmp')) - {own!r})\n"
        "print('TRAINKIT_TEST_SECRET' in os.environ, os.getuid() > 0)\n"
        "print(len([p for p in os.listdir('/proc') if p.isdigit()]) < 5, socket.if_nameindex())"
    )
    assert said(code) == "False set()\nFalse True\nTrue [(1, 'lo')]\n"


def test_no_descriptor_leads_to_the_machine() -> None:
    """Those of the sockets do no more than the channels themselves."""
    code = (
        "import os, stat\n"
        "links = [f'/proc/self/fd/{n}' for n in range(500)]\n"
        "found = [os.stat(link) for link in links if os.path.exists(link)]\n"
        "names = [os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd')[:-1]]\n"
        "print(any(stat.S_ISDIR(s.st_mode) for s in found))\n"
        "print({name.split(':')[0] for name in names} - {'/dev/null', 'anon_inode', 'pipe', 'socket'})"
    )
    assert said(code) == "False\nset()\n"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("bytearray(2 * 10**9)", "MemoryError"),
        ("open('big', 'wb').write(bytes(9 * 2**20))", "OSError"),
        ("import subprocess; [subprocess.Popen(['sleep', '99']) for _ in range(100)]", "BlockingIOError"),
    ],
)
def test_limits_hold(code: str, error: str) -> None:
    limits = Limits(memory_bytes=1024 * 2**20, file_bytes=8 * 2**20, processes=64)

    async def ask() -> str:
        async with boxed(limits) as (_manager, _client, run):
            return str((await run(code))["ename"])

    assert asyncio.run(ask()) == error


def test_the_scratch_folder_is_full_at_its_limit() -> None:
    code = (
        "try:\n    for n in range(20): open(str(n), 'wb').write(bytes(2**20))\n"
        "except OSError as error: print(error.strerror)"
    )
    assert said(code, Limits(disk_bytes=8 * 2**20)) == "No space left on device\n"


@pytest.mark.parametrize("code", ["while True: pass", "import subprocess; subprocess.run(['sleep', '1000'])"])
def test_an_interrupt_goes_in_as_a_message(code: str) -> None:
    async def interrupt() -> tuple[str, str]:
        async with boxed() as (manager, _client, run):
            begun = asyncio.Event()
            cell = asyncio.create_task(run(f"print('begun', flush=True)\n{code}", begun))
            await begun.wait()
            await manager.interrupt_kernel()
            return (await cell)["ename"], (await run("print('next')"))["text"]

    assert asyncio.run(interrupt()) == ("KeyboardInterrupt", "next\n")


def test_a_restarted_kernel_is_empty_and_has_its_files_again() -> None:
    async def restart() -> str:
        async with boxed(inputs={"/job/a.txt": b"a"}) as (manager, client, run):
            await run("kept = 1; import os; os.unlink('a.txt') if os.access('.', os.W_OK) else 0")
            await manager.restart_kernel(now=True)
            await client.wait_for_ready(timeout=PATIENCE)
            return (await run("print('kept' in vars(), open('a.txt').read())"))["text"]

    assert asyncio.run(restart()) == "False a\n"


def test_all_that_it_started_ends_with_it() -> None:
    async def leave() -> list[psutil.Process]:
        async with boxed() as (manager, _client, run):
            await run(
                "import subprocess\n"
                "for _ in range(3): subprocess.Popen(['setsid', '--fork', 'sleep', '1000'])\n"
                "import time; time.sleep(0.5)"
            )
            return psutil.Process(manager.provisioner.pid).children(recursive=True)

    family = asyncio.run(leave())
    assert len(family) >= 4
    assert psutil.wait_procs(family, timeout=PATIENCE)[1] == []


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="t") as short:
        monkeypatch.setattr(tempfile, "tempdir", short)
        before = descriptors()
        assert said("print(1)") == "1\n"
        assert list(Path(short).iterdir()) == []
        assert descriptors() <= before + 3


def test_a_larger_message_than_there_can_be_is_not_read() -> None:
    async def flood() -> bool:
        limits = Limits(output_bytes=2**20, answers_bytes=2**20)
        async with boxed(limits) as (_manager, client, run):
            assert (await run("print('x' * 10**6)"))["text"].startswith("xxx")
            before = psutil.Process().memory_info().rss
            client.execute("print('x' * 100_000_000)")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(client.get_shell_msg(timeout=10), 10)
            return psutil.Process().memory_info().rss - before < 50 * 2**20

    assert asyncio.run(flood())


def test_any_jupyter_client_can_use_it_by_its_name(tmp_path: Path) -> None:
    from nbclient import NotebookClient

    class Manager(AsyncKernelManager):
        @property
        def kernel_spec(self) -> Any:
            config = {"inputs": {"/job/a.txt": str(tmp_path / "a.txt")}, "limits": {"processes": 77}}
            chosen = {"provisioner_name": "trainkit-bubblewrap", "config": config}
            return KernelSpec(
                argv=["python"],
                language="python",
                interrupt_mode="message",
                metadata={"kernel_provisioner": chosen},
            )

    (tmp_path / "a.txt").write_text("given")
    code = "import resource; print(open('a.txt').read(), resource.getrlimit(resource.RLIMIT_NPROC)[0])"
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code, id="a")])
    asyncio.run(NotebookClient(nb, kernel_manager_class=Manager).async_execute())
    assert nb.cells[0].outputs[0].text == "given 77\n"


def test_without_bubblewrap_it_is_not_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "mkdtemp", lambda **_options: str(tmp_path))
    monkeypatch.setattr(bubblewrap, "command", lambda argv, **_options: ["/nowhere/bwrap", *argv])
    with pytest.raises(SandboxError, match="/nowhere/bwrap"):
        said("print('ran')")
    assert not tmp_path.exists()


def test_where_bubblewrap_refuses_there_is_no_kernel_and_its_words_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusing = ["/bin/sh", "-c", "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1"]
    monkeypatch.setattr(bubblewrap, "command", lambda *_argv, **_options: refusing)

    async def start() -> str:
        manager = BoxedKernelManager(USUAL)
        await manager.start_kernel()
        try:
            assert await asyncio.wait_for(manager.provisioner.wait(), PATIENCE) == 1
            while not manager.provisioner.said():
                await asyncio.sleep(0.01)
            return manager.provisioner.said()
        finally:
            await manager.shutdown_kernel(now=True)

    assert asyncio.run(start()) == "bwrap: setting up uid map: Permission denied"
