"""A zygote gives each kernel what it asks for, shares no chance among them, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import multiprocessing
import os
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kernels.started import MANAGERS, PATIENCE, eventually, kernel
from trainkit.kernels import client
from trainkit.kernels.client import ADDRESS, CannotFork, ForkedKernel, Zygote
from trainkit.kernels.provisioner import ForkProvisioner

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not client.supported(), reason="kernels can't be forked on this system"),
]


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as running:
        yield running


@pytest.fixture(autouse=True)
def _used(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, zygote.address)


def children(zygote: Zygote) -> list[psutil.Process]:
    return psutil.Process(zygote.pid).children()


def test_a_kernel_has_its_own_environment_folder_and_name(tmp_path: Path) -> None:
    async def ask(name: str, **env: str) -> list[str]:
        folder = tmp_path / name
        folder.mkdir()
        code = "import json, os, time; print(json.dumps([os.getcwd(), dict(os.environ), time.tzname]))"
        async with kernel(folder=folder, **env) as running:
            assert psutil.Process(running.process.pid).name() == "trainkit-kernel"
            return json.loads((await running.run(code)).text)

    first = asyncio.run(ask("en", QUERY_STRING="a=1", TRAINKIT_LIFE="voila", TZ="Asia/Shanghai"))
    second = asyncio.run(ask("zh", HTTP_X_REMOTE_USER="林悦"))
    assert [first[0], second[0]] == [str(tmp_path / "en"), str(tmp_path / "zh")]
    assert first[1]["QUERY_STRING"] == "a=1"
    assert first[1]["TRAINKIT_LIFE"] == "voila"
    assert first[2][0] == "CST"
    assert second[1]["HTTP_X_REMOTE_USER"] == "林悦"
    assert {"QUERY_STRING", "TRAINKIT_LIFE", "OPENBLAS_NUM_THREADS"}.isdisjoint(second[1])


def test_the_language_is_that_of_the_notebooks_folder(tmp_path: Path) -> None:
    async def speak() -> str:
        folder = tmp_path / "zh"
        folder.mkdir()
        async with kernel(folder=folder) as running:
            return (await running.run("from trainkit.i18n import get_language; print(get_language())")).text

    assert asyncio.run(speak()) == "zh\n"


def test_kernels_share_neither_chance_nor_secrets() -> None:
    code = (
        "import random, uuid, tempfile, secrets, multiprocessing, numpy as np\n"
        "print(random.random(), np.random.rand(), np.random.default_rng().random(), uuid.uuid4())\n"
        "print(uuid.uuid1(), secrets.token_hex(), tempfile.mktemp())\n"
        "print(bytes(multiprocessing.current_process().authkey).hex())"
    )

    async def ask() -> list[str]:
        async with kernel() as running:
            return (await running.run(code)).text.split()

    first, second = asyncio.run(ask()), asyncio.run(ask())
    assert len(first) == len(second) == 8
    assert not set(first) & set(second)


def test_a_variable_of_one_kernel_is_not_in_the_next() -> None:
    async def leave() -> str:
        async with kernel() as running:
            await running.run("import builtins, pandas; builtins.left = pandas.left = 1; import colorsys")
        async with kernel() as running:
            code = (
                "import builtins, pandas, sys\n"
                "print(hasattr(builtins, 'left'), hasattr(pandas, 'left'), 'colorsys' in sys.modules)"
            )
            return (await running.run(code)).text

    assert asyncio.run(leave()) == "False False False\n"


def test_many_kernels_are_forked_at_once(zygote: Zygote) -> None:
    async def one(number: int) -> int:
        async with kernel(NUMBER=str(number)) as running:
            return int((await running.run("import os; print(os.environ['NUMBER'])")).text)

    async def all_() -> list[int]:
        return await asyncio.gather(*map(one, range(8)))

    assert asyncio.run(all_()) == list(range(8))
    asyncio.run(eventually(lambda: not children(zygote)))


def test_a_kernel_nobody_holds_any_more_is_ended(zygote: Zygote, tmp_path: Path) -> None:
    forked = client.fork(zygote.address, ["-f", str(tmp_path / "c.json")], os.environ, str(tmp_path))
    assert [p.pid for p in children(zygote)] == [forked.pid]
    forked._connection.close()
    asyncio.run(eventually(lambda: not children(zygote)))


def test_the_id_of_a_kernel_is_kept_for_it_until_its_end_was_taken_note_of(
    zygote: Zygote, tmp_path: Path
) -> None:
    """So that a late signal can't reach another process."""
    forked = client.fork(zygote.address, ["-f", str(tmp_path / "c.json")], os.environ, str(tmp_path))
    forked.kill()
    asyncio.run(eventually(lambda: forked.poll() is not None))
    assert psutil.Process(forked.pid).status() == psutil.STATUS_ZOMBIE
    forked.terminate()
    assert forked.wait() == -9
    asyncio.run(eventually(lambda: not psutil.pid_exists(forked.pid)))


def test_a_fork_of_the_owner_leaves_its_zygote_alone(zygote: Zygote) -> None:
    def close() -> None:
        zygote.close()

    fork = multiprocessing.get_context("fork").Process(target=close)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks in a process with threads
        fork.start()
    fork.join(PATIENCE)
    assert fork.exitcode == 0
    assert zygote.alive()
    assert Path(zygote.address).exists()


@contextlib.contextmanager
def owner(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """Run a program that holds two kernels, one of which has started another process."""
    code = (
        "import os, sys\n"
        "from trainkit.kernels import client\n"
        "arguments = ['-f', sys.argv[1]]\n"
        "kernels = [client.fork(client.address(), arguments, os.environ, '/') for _ in range(2)]\n"
        "print(client.address(), *[k.pid for k in kernels], flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "c.json")]
    env = {k: v for k, v in os.environ.items() if k != ADDRESS}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        assert process.stdout
        address, *pids = process.stdout.readline().split()
        family = [psutil.Process(int(pid)) for pid in pids]
        yield process, [family[0].parent(), *family]
        assert not Path(address).parent.exists()
        process.kill()


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_when_the_owner_goes_so_do_zygote_and_kernels(tmp_path: Path, how: str) -> None:
    with owner(tmp_path) as (process, family):
        if how == "ends":
            process.communicate("")
            assert process.returncode == 0
        else:
            process.kill()
        gone, alive = psutil.wait_procs(family, timeout=PATIENCE)
        assert (len(gone), alive) == (3, [])


def test_when_the_zygote_is_killed_its_kernels_go(tmp_path: Path) -> None:
    with Zygote() as own:
        forked = client.fork(own.address, ["-f", str(tmp_path / "c.json")], os.environ, str(tmp_path))
        process = psutil.Process(forked.pid)
        psutil.Process(own.pid).kill()
        assert psutil.wait_procs([process], timeout=PATIENCE)[1] == []
        assert forked.wait() == -9
        assert not own.alive()
    assert not Path(own.address).exists()


@pytest.mark.parametrize(
    ("options", "code", "error"),
    [
        (
            "error::DeprecationWarning:__main__",
            "warnings.warn('old', DeprecationWarning)",
            "DeprecationWarning",
        ),
        ("error::DeprecationWarning:elsewhere", "warnings.warn('old', DeprecationWarning)", None),
        ("nonsense,error:old", "warnings.warn('old news')", "UserWarning"),
        ("", "warnings.warn('old news')", None),
    ],
)
def test_warnings_are_what_the_environment_makes_of_them(options: str, code: str, error: str | None) -> None:
    async def warn(how: str) -> str | None:
        async with kernel(how, PYTHONWARNINGS=options) as running:
            return (await running.run(f"import warnings; {code}")).reply.get("ename")

    assert [asyncio.run(warn(how)) for how in ("forked", "ordinary")] == [error, error]


def started(caplog: pytest.LogCaptureFixture, **options: object) -> str:
    """Start a kernel in a way that a fork can't serve; return what the log says."""

    async def start() -> None:
        manager = MANAGERS["forked"]()
        await manager.start_kernel(**options)
        try:
            assert isinstance(manager.provisioner, ForkProvisioner)
            assert isinstance(manager.provisioner.process, subprocess.Popen)
            assert await manager.is_alive()
        finally:
            await manager.shutdown_kernel(now=True)

    with caplog.at_level(logging.INFO, "traitlets"):
        asyncio.run(start())
    [message] = [r.getMessage() for r in caplog.records if "not forked" in r.getMessage()]
    return message


def test_where_nobody_listens_the_kernel_starts_as_ever(caplog, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(ADDRESS, str(tmp_path / "nobody"))
    assert "No such file" in started(caplog)


def test_where_forks_are_not_safe_the_kernel_starts_as_ever(caplog, monkeypatch) -> None:
    monkeypatch.delenv(ADDRESS)
    monkeypatch.setattr(client, "_own", None)
    monkeypatch.setattr(client, "supported", lambda: False)
    assert "aren't forked on" in started(caplog)


def test_forks_are_not_safe_on_macos_nor_where_their_end_cannot_be_heard_of(monkeypatch) -> None:
    def forbidden(_pid: int) -> int:
        raise PermissionError

    ask = client.supported.__wrapped__
    assert ask()
    with monkeypatch.context() as patch:
        patch.setattr(os, "pidfd_open", forbidden)
        assert not ask()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not ask()


def test_what_python_reads_at_its_start_is_honored_by_a_start(caplog) -> None:
    assert "PYTHONHASHSEED" in started(caplog, env={**os.environ, "PYTHONHASHSEED": "7"})


def test_output_through_a_pipe_takes_a_start(caplog) -> None:
    assert "pipe" in started(caplog, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)


def test_settings_of_popen_take_a_start(caplog) -> None:
    assert "umask" in started(caplog, umask=0o077)


def test_another_kernel_is_started(monkeypatch, caplog) -> None:
    from jupyter_client.kernelspec import KernelSpec

    other = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        language="python",
        metadata={"kernel_provisioner": {"provisioner_name": "trainkit-fork"}},
    )
    monkeypatch.setattr(MANAGERS["forked"], "kernel_spec", property(lambda _self: other))
    assert "isn't the workbook's kernel" in started(caplog)


def test_a_folder_that_is_missing_is_reported_as_by_a_start(tmp_path: Path) -> None:
    async def start() -> None:
        await MANAGERS["forked"]().start_kernel(cwd=str(tmp_path / "nowhere"))

    with pytest.raises(FileNotFoundError, match="nowhere"):
        asyncio.run(start())


def test_nonsense_harms_nobody(zygote: Zygote, tmp_path: Path) -> None:
    for nonsense in (b"", b"{", b"[]", b'{"arguments": []}'):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.connect(zygote.address)
            connection.send(nonsense)
            connection.settimeout(PATIENCE)
            assert connection.recv(10) == b""
    with pytest.raises(CannotFork, match="too long"):
        client.fork(zygote.address, [], {"LONG": "x" * 10**7}, str(tmp_path))
    forked = client.fork(zygote.address, ["-f", str(tmp_path / "c.json")], os.environ, str(tmp_path))
    assert isinstance(forked, ForkedKernel)
    forked.kill()
    assert forked.wait() == -9
