"""What attackers look for: secrets where an assessor has theirs, and servers that hear every knock."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from submitted import INFO, NUMBERS, key, solved

from trainkit.classes.assignment import Assignment, Prepared, activity_file
from trainkit.company import load
from trainkit.course.model import Answer, Column, Expected, Key, plain

__all__ = ["ASKED", "CLASSMATE", "MEMORY", "Ears", "World", "canary", "listening", "victim"]

#: The tiny exercise, and what attackers saw: an answer that earns nothing.
ASKED = replace(
    INFO,
    answers=(
        *INFO.answers,
        Answer(
            "seen",
            "table",
            {"en": "What was seen", "zh": "看到了什么"},
            points=0,
            key=("what",),
            columns=(Column("what", "何处"), Column("outcome", "结果")),
        ),
    ),
)

#: Bytes of memory that a submission may have, all of its processes together, where it is tried to take more.
MEMORY = 200 * 2**20

#: The variants that attacks run on: one that everybody knows, one that nobody does.
VARIANTS = (0, 71)

#: The variant that a classmate works on.
CLASSMATE = 72


def canary(kind: str) -> str:
    """Return a new secret; wherever it turns up, it was stolen."""
    return f"canary-{kind}-{secrets.token_hex(4)}"


@dataclass
class Ears:
    """Servers on this machine that nobody inside of a sandbox can reach.

    Args:
        where: their addresses.
        heard: what came in, and on which of them.
    """

    where: dict[str, Any] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)


@contextmanager
def listening(folder: Path, mark: str) -> Iterator[Ears]:
    """Listen on TCP, UDP, a unix socket and an abstract one.

    Args:
        folder: for the unix socket.
        mark: a part of the abstract name.
    """
    ears = Ears()
    tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
    unix, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    tcp.bind(("127.0.0.1", 0))
    udp.bind(("127.0.0.1", 0))
    unix.bind(str(folder / "socket"))
    abstract.bind(f"\0outside-{mark}")
    ears.where = {
        "port": tcp.getsockname()[1],
        "udp": udp.getsockname()[1],
        "socket": str(folder / "socket"),
        "abstract": f"outside-{mark}",
    }
    for server in (tcp, unix, abstract):
        server.listen()
    threads = [
        threading.Thread(target=_hear, args=(name, server, ears.heard), daemon=True)
        for name, server in {"tcp": tcp, "udp": udp, "unix": unix, "abstract": abstract}.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield ears
    finally:
        for server in (tcp, udp, unix, abstract):
            with suppress(OSError):  # a socket without a peer wakes up all the same
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        for thread in threads:
            thread.join(10)


def _hear(name: str, server: socket.socket, heard: list[str]) -> None:
    while True:
        try:
            if name == "udp":
                server.settimeout(0.2)
                heard.append(f"{name}: {server.recv(100)!r}")
            else:
                server.accept()[0].close()
                heard.append(f"{name}: a connection")
        except TimeoutError:
            continue
        except OSError:
            return


@contextmanager
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that nobody inside of a sandbox can harm; it is the only one that anybody tries to."""
    with subprocess.Popen(["sleep", "1800"], start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


@dataclass(frozen=True)
class World:
    """An assessor's folder, home and environment, with a secret in each place that holds one.

    Args:
        folder: of all of it.
        mark: a name that everything bears which attackers leave behind.
    """

    folder: Path
    mark: str

    @property
    def submissions(self) -> Path:
        """The folder of what was handed in."""
        return self.folder / "class" / "submissions"

    @property
    def grades(self) -> Path:
        """The folder of the grades."""
        return self.folder / "class" / "grades"

    @property
    def private(self) -> Path:
        """The assessor's folder of secrets and hidden data."""
        return self.grades / "private"

    def plant(self) -> None:
        """Lay a secret into every place, the environment of this process too."""
        home = self.folder / "home"
        (home / ".ssh").mkdir(parents=True)
        (home / ".ssh" / "id_ed25519").write_text(canary("ssh"))
        (home / ".netrc").write_text(f"machine example.org password {canary('home')}")
        (self.folder / "solutions").mkdir()
        (self.folder / "solutions" / "9-01.md").write_text(f"double = number * 2  # {canary('solution')}")
        self.private.mkdir(parents=True)
        (self.private / "class.secret").write_text(canary("secret"))
        (self.grades / "gradebook.db").parent.mkdir(exist_ok=True)
        os.environ |= {"HOME": str(home), "DATABASE_PASSWORD": canary("environment")}

    def assignment(self) -> Assignment:
        """Write the variants' tables and keys, as preparing an exercise does."""
        ready = []
        for variant in VARIANTS:
            tables = self.private / "9-01" / f"variant-{variant}"
            tables.mkdir(parents=True)
            (tables / "number.txt").write_text(str(NUMBERS[variant]))
            if variant:
                (tables / "hidden.txt").write_text(canary("hidden"))
            _write_surveys(tables, canary("hidden") if variant else "known")
            expected = self._key(variant)
            (self.private / "9-01" / f"key-{variant}.json").write_text(json.dumps(plain(expected.answers)))
            ready.append(Prepared(variant, tables, expected))
        activity = activity_file(ASKED, self.private / "9-01")
        return Assignment(ASKED, activity, ready[0], tuple(ready[1:]))

    def hand_in(self, trainee: str, raw: bytes, files: dict[str, str]) -> Path:
        """Lay a notebook and the files beside it into the folder of submissions."""
        path = self.submissions / trainee / "9-01.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(raw)
        for name, text in files.items():
            path.with_name(name).write_text(text)
        return path

    def neighbour(self, trainee: str) -> None:
        """Hand in good work that nobody else may see."""
        self.hand_in(trainee, solved(f"# mine alone: {canary('neighbour')}"), {})

    def where(self, ears: Ears) -> dict[str, Any]:
        """Return all that an attacker could know about this machine."""
        return {
            "abstract": ears.where["abstract"],
            "gradebook": str(self.grades / "gradebook.db"),
            "home": str(self.folder / "home" / ".netrc"),
            "home_folder": str(self.folder / "home"),
            "key": str(self.private / "9-01" / "key-71.json"),
            "mark": self.mark,
            "neighbour": str(self.submissions / "a-good" / "9-01.ipynb"),
            "pid": os.getpid(),
            "port": ears.where["port"],
            "secret": str(self.private / "class.secret"),
            "socket": ears.where["socket"],
            "solution": str(self.folder / "solutions" / "9-01.md"),
            "udp": ears.where["udp"],
        }

    def fingerprint(self) -> dict[str, str]:
        """Return the hash of each file that grading must leave alone."""
        kept = [self.submissions, self.private, self.folder / "home", self.folder / "solutions"]
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for folder in kept
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def _key(self, variant: int) -> Key:
        # What stands in the visible variant's key is told to whoever practices; of hidden ones, nothing is.
        secret = canary("key") if variant else "known"
        known = key(variant)
        told = {
            name: Expected(
                e.value, tuple(replace(m, message={"en": secret, "zh": secret}) for m in e.mistakes)
            )
            for name, e in known.answers.items()
        }
        never = Expected({"columns": ["what", "outcome"], "rows": [[secret, "never"]]})
        return Key(variant, {**told, "seen": never}, tables=("surveys",))


def _write_surveys(folder: Path, comment: str) -> None:
    """Write a table of the course, as runners read it ahead of a notebook that may load it."""
    surveys = load("surveys").head(4000)
    surveys.assign(comment=comment).astype(surveys.dtypes).to_parquet(folder / "surveys.parquet", index=False)
