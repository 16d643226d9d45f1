"""Where a child may write, and what it sees there: also if Python itself is installed below /tmp."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from submitted import needs_sandbox

from trainkit.sandbox import bubblewrap, levels, visible
from trainkit.sandbox.environment import whole_environment
from trainkit.sandbox.fork.host import Child, Zygote
from trainkit.sandbox.fork.runner import ForkRunner
from trainkit.sandbox.limits import Limits

pytestmark = [
    *needs_sandbox,
    pytest.mark.skipif(
        levels.probe().level != "fork", reason=f"no fork engine here: {levels.probe().detail}"
    ),
]

#: Seconds after which a test gives up; none waits for them.
PATIENCE = 60.0

#: What the Python that runs this needs; it may be in /tmp as well.
USUAL = list(visible._of_python())

#: What a cell finds out about its files: what lies there, and what can be done with it.
TOOLS = """
import errno, json, os, sys

def listed(folder):
    return sorted(os.listdir(folder))

def write(path, mode="w"):
    with open(path, mode) as file:
        file.write("mine")

def tried(change, *arguments):
    try:
        change(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"
"""


@dataclass(frozen=True)
class Installed:
    """An installation below /tmp, as a checkout or a virtual environment there would be.

    Args:
        top: the folder directly in /tmp, which is not bound itself.
        library: bound, some folders further down.
        other: bound, beside the library; its name has a blank in it.
        hidden: below the library, and to be seen by nobody.
    """

    top: Path
    library: Path
    other: Path
    hidden: Path


@pytest.fixture(scope="module")
def installed() -> Iterator[Installed]:
    with tempfile.TemporaryDirectory(prefix="installed-", dir="/tmp") as folder:
        top = Path(folder)
        top.chmod(0o755)
        found = Installed(top, top / "one" / "two" / "library", top / "an other", top / "one/two/library/key")
        for path in (found.library, found.other, found.hidden):
            path.mkdir(parents=True)
            path.chmod(0o777)
        (found.library / "helpful.py").write_text("answer = 42\n")
        # Anybody may write here, so that it isn't the owner who keeps a child from it.
        (found.library / "helpful.py").chmod(0o666)
        (found.other / "table.txt").write_text("a table")
        (found.hidden / "key.txt").write_text("the key")
        (top / "beside.txt").write_text("bound by nobody")
        yield found


@pytest.fixture(scope="module")
def runner(installed: Installed) -> Iterator[ForkRunner]:
    """Runs notebooks on a machine where Python's folders include the installed ones."""
    ours = [installed.library, installed.other]
    zygote = Zygote([installed.hidden], whole_environment(bubblewrap.JOB), cold=True)
    with ForkRunner(Limits(disk_bytes=2**20), zygote) as made:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(visible, "_of_python", lambda: iter([*USUAL, *ours]))
            made.warm()
        yield made


@contextmanager
def born(runner: ForkRunner) -> Iterator[Child]:
    child = runner.kernel({}, {}, time.monotonic() + PATIENCE, threading.Event())
    try:
        yield child
    finally:
        child.close()


def said(child: Child, expression: str) -> Any:
    """Return the value of an expression inside of a child."""
    source = f"{TOOLS}\nprint(json.dumps({expression}))"
    messages = list(child.run(source, time.monotonic() + PATIENCE, threading.Event()))
    assert not [m.content for m in messages if m.kind == "error"]
    return json.loads("".join(m.content["text"] for m in messages if m.kind == "stream"))


@pytest.fixture(scope="module")
def child(runner: ForkRunner) -> Iterator[Child]:
    with born(runner) as made:
        yield made


def test_what_is_bound_below_tmp_stays_where_it_was(child: Child, installed: Installed):
    library, table = str(installed.library), str(installed.other / "table.txt")
    found = f"[sys.path.append({library!r}), __import__('helpful').answer, open({table!r}).read()]"
    assert said(child, found) == [None, 42, "a table"]


def test_what_is_hidden_below_that_stays_hidden(child: Child, installed: Installed):
    assert said(child, f"listed({str(installed.library)!r})") == ["helpful.py", "key"]
    assert said(child, f"listed({str(installed.hidden)!r})") == []


def test_a_child_s_tmp_holds_the_way_there_and_nothing_else(child: Child, installed: Installed):
    real = {path.parts[2] for path in USUAL if path.is_relative_to("/tmp")}
    assert said(child, "listed('/tmp')") == sorted({installed.top.name, *real})
    assert said(child, f"listed({str(installed.top)!r})") == ["an other", "one"]
    assert said(child, f"listed({str(installed.top / 'one')!r})") == ["two"]
    assert said(child, f"listed({str(installed.top / 'one' / 'two')!r})") == ["library"]


def test_no_other_child_sees_what_is_written_to_tmp(runner: ForkRunner):
    with born(runner) as writer, born(runner) as reader:
        before = said(reader, "listed('/tmp')")
        assert said(writer, "tried(write, '/tmp/note.txt')") == "done"
        assert said(reader, "listed('/tmp')") == before
    with born(runner) as later:
        assert said(later, "listed('/tmp')") == before


def places(installed: Installed) -> list[str]:
    """Return the bound folders, and the folders above them up to the one in /tmp."""
    bound = (installed.library, installed.other)
    return sorted({str(p) for b in bound for p in (b, *b.parents) if p.is_relative_to(installed.top)})


def test_nothing_can_be_written_on_the_way_there(child: Child, installed: Installed):
    """Python looks for modules in some of these folders."""
    found = {path: said(child, f"tried(write, {path + '/pandas.py'!r})") for path in places(installed)}
    assert found == dict.fromkeys(places(installed), "EROFS")
    assert len(found) == 5


def test_nothing_there_can_be_moved_removed_or_replaced(child: Child, installed: Installed):
    for path in places(installed):
        assert said(child, f"tried(os.rename, {path!r}, '/tmp/moved')") in ("EBUSY", "EROFS", "EXDEV"), path
        assert said(child, f"tried(os.rmdir, {path!r})") in ("EBUSY", "EROFS"), path
        assert said(child, f"tried(os.chmod, {path!r}, 0o777)") in ("EPERM", "EROFS"), path


def test_the_machine_s_own_files_are_as_they_were(child: Child, installed: Installed):
    helpful = str(installed.library / "helpful.py")
    assert said(child, f"tried(write, {helpful!r}, 'a')") == "EROFS"
    assert Path(helpful).read_text() == "answer = 42\n"
    assert sorted(p.name for p in installed.top.iterdir()) == ["an other", "beside.txt", "one"]
