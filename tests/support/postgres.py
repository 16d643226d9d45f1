"""A real PostgreSQL for tests: its own cluster in a temporary folder, on a socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

#: Who runs the server when the tests run as root: PostgreSQL refuses to.
_PLAIN_USERS = ("postgres", "nobody")

_PATIENCE = 60


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest if there are several."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((p.parent for p in installed), key=lambda p: float(p.parent.name), default=None)


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Run a server and yield the URL of its first database."""
    folder = Path(tempfile.mkdtemp(prefix="tk-pg-"))  # short: a socket's path is limited
    run_as = _plain_user(folder)
    try:
        data = folder / "data"
        command = [str(programs / "initdb"), "-D", str(data), "-U", "grader", "-E", "UTF8", "--no-sync"]
        made = subprocess.run(
            [*command, "--locale=C", "-A", "trust"], cwd=folder, capture_output=True, text=True, **run_as
        )
        assert made.returncode == 0, made.stderr
        log = folder / "log"
        with log.open("wb") as out:
            settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off"}
            options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
            process = subprocess.Popen(
                [str(programs / "postgres"), "-D", str(data), *options],
                cwd=folder, stdout=out, stderr=out, **run_as,
            )  # fmt: skip
        try:
            _wait(programs, folder, process, log)
            yield f"postgresql://grader@/postgres?host={folder}"
        finally:
            process.terminate()
            process.wait(_PATIENCE)
    finally:
        shutil.rmtree(folder)


@contextmanager
def database(server: str) -> Iterator[str]:
    """Yield the URL of a new, empty database of a server, which goes afterwards."""
    import psycopg

    name = f"t{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"create database {name} template template0")
        yield server.replace("/postgres?", f"/{name}?")
        admin.execute(f"drop database {name} with (force)")


def _plain_user(folder: Path) -> dict[str, object]:
    """Return how to start a process as a plain user, who then owns the folder."""
    if os.geteuid() != 0:
        return {}
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam(next(name for name in _PLAIN_USERS if name in names))
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _wait(programs: Path, folder: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers."""
    ask = [str(programs / "pg_isready"), "-h", str(folder), "-q"]
    end = time.monotonic() + _PATIENCE
    while subprocess.run(ask).returncode != 0:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, f"PostgreSQL didn't start: {log.read_text()}"
        time.sleep(0.05)
