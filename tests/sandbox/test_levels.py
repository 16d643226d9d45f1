"""What submitted code can see and do, asked from inside."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from submitted import INFO, SAY, needs_sandbox, notebook

from trainkit.classes.assignment import activity_file
from trainkit.course.model import Answer
from trainkit.errors import SandboxError
from trainkit.gradebook.grades import Execution
from trainkit.grading import batch
from trainkit.grading.execution import execute
from trainkit.sandbox import levels
from trainkit.sandbox.limits import Limits
from trainkit.sandbox.running import Runner
from trainkit.submissions.notebooks import repair

pytestmark = needs_sandbox

PROBE = """
import os, sys, socket, subprocess, pathlib, json

def attempt(what):
    try:
        return what()
    except BaseException as error:
        return type(error).__name__

def connect(family, address):
    with socket.socket(family) as s:
        s.settimeout(2)
        s.connect(address)
    return "connected"

def write(path):
    pathlib.Path(path).write_text("x")
    return "written"

found = {
    "user": os.getuid(),
    "capabilities": [l.split()[1] for l in open("/proc/self/status") if l.startswith("CapEff")][0],
    "environment": sorted(os.environ),
    "root": sorted(os.listdir("/")),
    "homes": attempt(lambda: os.listdir("/home")),
    "users": attempt(lambda: open("/etc/passwd").read()),
    "processes": len([p for p in os.listdir("/proc") if p.isdigit()]),
    "parent": attempt(lambda: open(f"/proc/{os.getppid()}/environ").read()),
    "descriptors": attempt(lambda: os.listdir(f"/proc/{os.getppid()}/fd")),
    "tcp": attempt(lambda: connect(socket.AF_INET, ("127.0.0.1", PORT))),
    "interfaces": attempt(lambda: [name for _index, name in socket.if_nameindex()]),
    "package": sorted(p.name for p in pathlib.Path(PACKAGE).iterdir()),
    "course": {p: attempt(lambda: os.listdir(p)) for p in COURSE},
    "code": attempt(lambda: write(PACKAGE + "/x.py")),
    "python": attempt(lambda: write(sys.prefix + "/x.py")),
    "data": attempt(lambda: write(os.environ["TRAINKIT_TABLES"] + "/x")),
    "table": attempt(lambda: write(os.environ["TRAINKIT_TABLES"] + "/number.txt")),
    "scratch": attempt(lambda: write("/job/x")),
    "namespaces": subprocess.run(["unshare", "-Ur", "true"], capture_output=True).returncode,
    "secret": attempt(lambda: open(SECRET).read()),
}
say(**{name: json.dumps(answer) for name, answer in found.items()})
"""


QUESTIONS = (
    *("user", "capabilities", "environment", "root", "homes", "users", "processes", "parent", "descriptors"),
    *("tcp", "interfaces", "package", "course", "code", "python", "data", "table", "scratch", "namespaces"),
    "secret",
)


@pytest.fixture(scope="module", params=["fork", "bubblewrap"])
def box(request: pytest.FixtureRequest) -> Iterator[Runner]:
    """A runner of each level, as grading makes it."""
    if request.param == "fork" and levels.probe().level != "fork":
        pytest.skip(f"no fork engine here: {levels.probe().detail}")
    with batch.box_for(isolated=True, prefer=request.param) as made:
        assert made.level == request.param
        yield made


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, box: Runner) -> dict:
    """What the probe found."""
    folder = tmp_path_factory.mktemp("private")
    secret = folder / "class.secret"
    secret.write_text("never seen")
    tables = folder / "tables"
    tables.mkdir()
    (tables / "number.txt").write_text("10")
    asked = replace(INFO, answers=tuple(Answer(name, "text", {"en": name}) for name in QUESTIONS))
    with socket.create_server(("127.0.0.1", 0)) as server:
        names = {
            "PORT": server.getsockname()[1],
            "PACKAGE": str(Path(levels.__file__).parent.parent),
            "COURSE": [str(p) for p in box.hidden],
            "SECRET": str(secret),
        }
        given = "\n".join(f"{name} = {value!r}" for name, value in names.items())
        got = execute(
            repair(notebook(given, SAY, PROBE)),
            asked,
            0,
            tables=tables,
            activity=activity_file(asked, folder),
            box=box,
        )
    assert not got.failures, got.failures
    return {name: json.loads(payload["value"]) for name, payload in got.answers.items()}


def test_the_code_is_no_one_and_may_nothing(found: dict):
    assert found["user"] != 0
    assert int(found["capabilities"], 16) == 0
    assert found["namespaces"] != 0


def test_nothing_of_the_assessors_environment_is_there(found: dict):
    assert not {n for n in found["environment"] if n in os.environ} - {
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "HOME",
        "LANG",
        "LOGNAME",
        "PATH",
        "PWD",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "PYTHONUTF8",
        "PAGER",
        "GIT_PAGER",
        "TERM",
        "USER",
    }


def test_no_file_of_the_assessors_is_there(found: dict):
    assert found["secret"] == "FileNotFoundError"
    assert found["users"] == "FileNotFoundError"
    assert found["homes"] in ("FileNotFoundError", [])


def leads_to_python(path: Path) -> bool:
    """Tell whether a folder is only on the way to Python or to the package."""
    needed = (Path(sys.prefix), Path(sys.base_prefix), Path(levels.__file__).parent.parent)
    return any(place.is_relative_to(path) for place in needed)


def test_no_file_of_the_course_is_there(found: dict):
    """Lessons, exercises, practice keys and solutions are hidden, in a checkout and in a wheel."""
    assert found["course"], "the box hides nothing"
    for folder, listing in found["course"].items():
        there = [] if listing == "FileNotFoundError" else listing
        assert not [name for name in there if not leads_to_python(Path(folder, name))], folder
    assert "course" in found["package"]
    assert "grading" in found["package"]


def test_other_processes_are_neither_seen_nor_touched(found: dict):
    """Bubblewrap's own first process may be there, which holds nothing, and the trainee's own."""
    assert found["processes"] <= 3
    assert found["parent"] in ("PermissionError", "FileNotFoundError")
    if not isinstance(found["descriptors"], str):
        assert set(found["descriptors"]) <= {"0", "1", "2", "3"}


def test_there_is_no_network(found: dict):
    assert found["tcp"] != "connected"
    assert found["interfaces"] in (["lo"], "PermissionError")


@pytest.mark.parametrize("place", ["code", "python", "data", "table"])
def test_nothing_given_can_be_written(found: dict, place: str):
    assert found[place] in ("OSError", "PermissionError")


def test_the_working_folder_can_be_written(found: dict):
    assert found["scratch"] == "written"


@pytest.fixture
def run(tmp_path: Path, box: Runner) -> Callable[..., Execution]:
    """Run cells between two answers, in a box of the same level with other limits."""

    def start(*cells: str, stop: threading.Event | None = None, **limits: float) -> Execution:
        with levels.runner(Limits(**limits), box.hidden, prefer=box.level) as made:
            return execute(
                repair(notebook(SAY, "say(size='big')", *cells, "say(double=1)")),
                INFO,
                0,
                tables=tmp_path,
                activity=activity_file(INFO, tmp_path),
                box=made,
                stop=stop,
            )

    return start


GREEDY = {
    "memory": ("hoard = bytearray(2 * 10**9)", {"memory_bytes": 10**9}, "MemoryError"),
    "disk": (
        "for i in range(9): open(f'/tmp/{i}', 'wb').write(bytes(2**20))",
        {"disk_bytes": 2**22},
        "OSError",
    ),
    "shared memory": ("open('/dev/shm/x', 'wb').write(bytes(2**23))", {"disk_bytes": 2**22}, "OSError"),
    "files": ("held = [open('/dev/null') for _ in range(2000)]", {}, "OSError"),
    "processes": (
        "import os, time\nfor _ in range(300):\n    if os.fork() == 0:\n        time.sleep(60)",
        {},
        "BlockingIOError",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "limits", "error"), GREEDY.values(), ids=GREEDY.keys())
def test_a_greedy_cell_fails_and_the_next_one_runs(run, cell: str, limits: dict, error: str):
    got = run(cell, **limits)
    assert [(f.cell, f.error) for f in got.failures] == [(4, error)]
    assert got.state == "complete"
    assert set(got.answers) == {"size", "double"}


ENDERS = {
    "a kernel that ends itself": ("import os; os._exit(1)", {}, "died"),
    "a kernel that leaves": ("exit()", {}, "died"),
    "a crash": ("import ctypes; ctypes.string_at(0)", {}, "died"),
    "a cell without end": ("while True: pass", {"cell_seconds": 1}, "timeout"),
    "a cell that ignores interrupts": (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        {"cell_seconds": 1},
        "timeout",
    ),
    "too many answers": ("for i in range(99999): say(double=i)", {"answers_bytes": 50_000}, "flood"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "limits", "error"), ENDERS.values(), ids=ENDERS.keys())
def test_a_cell_that_ends_its_kernel_costs_no_other(run, cell: str, limits: dict, error: str):
    got = run(cell, **limits)
    assert got.state == "complete"
    assert set(got.answers) == {"size", "double"}
    assert got.not_run == (4,)
    assert [f.error for f in got.failures] == [error]


STOPPERS = {
    "a notebook without end": ("import time; time.sleep(60)", {"notebook_seconds": 4}, "deadline"),
    "no restart is left": ("import os; os._exit(1)", {"restarts": 0}, "died"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "limits", "state"), STOPPERS.values(), ids=STOPPERS.keys())
def test_what_was_answered_before_the_end_counts(run, cell: str, limits: dict, state: str):
    got = run(cell, **limits)
    assert got.state == state
    assert got.answers["size"]["value"] == "big"
    assert got.not_run == (4, 5)
    assert got.seconds < 20


def test_a_helper_file_lies_beside_the_notebook_and_stands_for_no_library(tmp_path: Path, box: Runner):
    files = (("own.py", b"answer = 'big'"), ("pandas.py", b"1 / 0"), ("trainkit.py", b"1 / 0"))
    cells = [SAY, "import pandas, trainkit, own", "say(size=own.answer, double=len(pandas.Series([1, 2])))"]
    got = execute(
        repair(notebook(*cells), files=files),
        INFO,
        0,
        tables=tmp_path,
        activity=activity_file(INFO, tmp_path),
        box=box,
    )
    assert not got.failures
    assert {n: p["value"] for n, p in got.answers.items()} == {"size": "big", "double": 2.0}


@pytest.mark.slow
def test_a_flood_of_output_is_dropped_and_answers_are_not(run):
    """It may cost its own cell: an ordinary kernel is cut off at a message that is larger than any may be."""
    got = run("for _ in range(50): print('y' * 10**6)", output_bytes=10**6, cell_seconds=5)
    assert got.state == "complete"
    assert set(got.answers) == {"size", "double"}


def test_no_process_outlives_the_box(run):
    """A daemon with a session of its own ends with the box, because the box is a process namespace."""
    mark = f"outlives-{os.getpid()}"
    daemon = (
        "import os, subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '{mark}'],"
        " start_new_session=True)"
    )
    run(daemon)
    # The kernel ends the processes of a namespace one after the other; give it a moment, not ten minutes.
    deadline = time.monotonic() + 10
    while _running(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _running(mark)


@pytest.mark.slow
def test_a_box_can_be_stopped(run):
    stop = threading.Event()
    threading.Timer(2, stop.set).start()
    started = time.monotonic()
    got = run("import time; time.sleep(60)", stop=stop)
    assert got.state == "stopped"
    assert time.monotonic() - started < 10


def _running(mark: str) -> list[str]:
    lines = (p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if p.is_file())
    return [line.decode() for line in lines if mark.encode() in line and b"sleep(600)" in line]


def test_without_a_sandbox_grading_refuses(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(levels, "probe", lambda: levels.Isolation("none", "Namespaces are forbidden."))
    with pytest.raises(SandboxError, match=r"Namespaces are forbidden.*--unsafe-no-sandbox"):
        levels.require()
    assert levels.require(unsafe=True) == "none"


def test_a_machine_without_bubblewrap_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    levels.probe.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        assert levels.probe().level == "none"
        assert "apt install bubblewrap" in levels.probe().detail
    finally:
        levels.probe.cache_clear()


@pytest.mark.skipif(sys.platform == "win32", reason="limits need POSIX")
def test_without_a_box_the_same_notebook_gives_the_same_answers(tmp_path: Path):
    cells = [SAY, "say(double=2, size='small')", "1 / 0"]
    got = execute(
        repair(notebook(*cells)),
        INFO,
        0,
        tables=tmp_path,
        activity=activity_file(INFO, tmp_path),
        box=levels.runner(unsafe=True),
    )
    assert got.isolation == "none"
    assert [f.error for f in got.failures] == ["ZeroDivisionError"]
    assert {n: p["value"] for n, p in got.answers.items()} == {"double": 2.0, "size": "small"}


COMPLAINTS = {
    "bwrap: setting up uid map: Permission denied": "AppArmor",
    "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted": "AppArmor",
    "bwrap: No permissions to create new namespace": "container",
    "bwrap: something else": "something else",
}


@pytest.mark.parametrize(("said", "advice"), COMPLAINTS.items())
def test_a_machine_that_forbids_namespaces_is_told_what_to_do(
    said: str, advice: str, monkeypatch: pytest.MonkeyPatch
):
    levels.probe.cache_clear()
    monkeypatch.setattr(levels, "_box_fault", lambda: said)
    try:
        found = levels.probe()
    finally:
        levels.probe.cache_clear()
    assert found.level == "none"
    assert said in found.detail
    assert advice in found.detail


def test_an_architecture_without_a_filter_gets_the_plain_box(monkeypatch: pytest.MonkeyPatch):
    levels.probe.cache_clear()
    monkeypatch.setattr("platform.machine", lambda: "vax")
    try:
        found = levels.probe()
    finally:
        levels.probe.cache_clear()
    assert found.level == "bubblewrap"
    assert "vax" in found.detail
