"""What README and docs tell people to type works, word for word, in a clean clone on a fresh machine.

All of it takes many minutes, most of them for installing. `make test-clone` is the part that CI runs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a checkout of git"),
    pytest.mark.skipif(shutil.which("make") is None, reason="needs make"),
]

#: An answer that is right on any data, in the place of a starter; the others are left open.
ANSWERED = "ex.answer(nps=trainkit_metrics.nps(surveys['nps']))"


def blocks(page: str) -> list[list[str]]:
    """Return the lines of each block of code that is for a POSIX shell, or for no shell in particular."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(r"(?ms)^```(?:sh)?\n(.*?)^```", text)
    return [[line for line in block.splitlines() if line.strip()] for block in found]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Machine:
    """A clean clone, and a user who has nothing else: no environment of Python, no settings, an empty home.

    Args:
        folder: where all of it lies.
    """

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "trainkit"
        home = folder / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", ROOT, self.clone], check=True)
        outside = [p for p in os.environ["PATH"].split(os.pathsep) if Path(p) != Path(sys.prefix, "bin")]
        known = {
            k: v for k, v in os.environ.items() if not k.startswith(("TRAINKIT_", "VIRTUAL_ENV", "PYTEST"))
        }
        self.env = {
            **known,
            "HOME": str(home),
            # Downloads of the real user's are no part of what is tried, and save minutes.
            "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip")),
            "PATH": os.pathsep.join([str(self.clone / ".venv" / "bin"), *outside]),
            "PYTHON": base_python(),
            "LANG": "C.UTF-8",
        }

    def run(self, line: str, *, answer: str = "", **variables: str) -> str:
        """Run a line as a shell does; it mustn't fail or end in a traceback."""
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.clone,
            env={**self.env, **variables},
            input=answer,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"{line}\n{said}"
        assert "Traceback" not in said, f"{line}\n{said}"
        return said

    def start(self, line: str) -> None:
        """Run a line that opens the workbook until it says that it's ready, then stop it with Ctrl-C."""
        server = subprocess.Popen(
            ["sh", "-c", f"exec {line}"],
            cwd=self.clone,
            env={**self.env, "BROWSER": "true", "TRAINKIT_WORKSPACE": str(self.clone.parent / "workspace")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert server.stdout is not None
        said = []
        try:
            for out in server.stdout:
                said.append(out)
                if "Ctrl-C" in out:
                    break
            else:
                pytest.fail("".join(said))
        finally:
            os.killpg(server.pid, signal.SIGINT)
            rest, _none = server.communicate(timeout=60)
        assert "http://127.0.0.1:" in "".join(said)
        assert "has stopped" in rest
        assert "Traceback" not in rest

    @contextmanager
    def background(self, line: str) -> Iterator[None]:
        """Run a line until the end of the block."""
        server = subprocess.Popen(
            ["sh", "-c", f"exec {line}"], cwd=self.clone, env=self.env, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(60)


def base_python() -> str:
    """Return the Python that this one's environment was made of."""
    return str(getattr(sys, "_base_executable", sys.executable))


def hand_in(machine: Machine, folder: str, trainee: str) -> None:
    """Put a notebook with one right answer, and others left open, into a class's submissions."""
    notebook = json.loads((machine.clone / "exercises" / "en" / "1-06.ipynb").read_text(encoding="utf-8"))
    code = f"from trainkit import metrics as trainkit_metrics\n{ANSWERED}"
    cell = {"cell_type": "code", "id": "answered", "metadata": {}, "outputs": [], "execution_count": None}
    notebook["cells"].append({**cell, "source": code})
    path = machine.clone / folder / "submissions" / trainee / "1-06.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine"))


@pytest.fixture
def classroom(machine: Machine) -> Iterator[Machine]:
    """The machine with the class `spring-class` of the docs, one notebook handed in and graded."""
    machine.run("make setup-grading")
    machine.run("trainkit class new spring-class --exercises 1-06")
    (machine.clone / "students.csv").write_text("trainee,name\nlin-yue,林悦\n", encoding="utf-8")
    shutil.copy(machine.clone / "students.csv", machine.clone / "spring-class" / "roster.csv")
    hand_in(machine, "spring-class", "lin-yue")
    machine.run("trainkit grade spring-class")
    yield machine
    machine.run("git clean --quiet -d --force")  # what a page leaves behind; the environment stays


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_what_readme_tells_assessors_ends_in_grades(machine: Machine, page: str) -> None:
    """Nothing but `make setup-grading` has been run before."""
    set_up, graded = [
        block for block in blocks(page) if any("class pack" in x or " grade " in x for x in block)
    ]
    said = [machine.run(line) for line in set_up]
    hand_in(machine, "spring", "lin-yue")
    said += [machine.run(line) for line in graded]
    spring = machine.clone / "spring"
    rows = (spring / "grades" / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert any("lin-yue" in row for row in rows), rows
    assert (spring / "grades" / "report.html").is_file()
    assert (spring / "packs" / "workbook.zip").is_file()
    assert list((spring / "grades" / "feedback").iterdir())
    assert (machine.clone / "grades.xlsx").is_file()
    shutil.rmtree(spring)
    assert said


def test_readmes_first_commands_open_the_workbook_and_run_its_tests(machine: Machine) -> None:
    start, test = blocks("README.md")[0]
    assert (start.split()[:2], test.split()[:2]) == (["make", "start"], ["make", "test"])
    machine.start(start)
    # All tests run where this one does; here a module shows that they can.
    assert " passed" in machine.run(test, ARGS="tests/test_i18n.py tests/charts")


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_without_make_it_opens_as_well(tmp_path: Path, page: str) -> None:
    fresh = Machine(tmp_path)
    (block,) = [block for block in blocks(page) if any("-m venv" in line for line in block)]
    *set_up, start = block
    for line in set_up:
        fresh.run(line.replace("python3 ", f"{base_python()} ", 1))
    fresh.start(start)


PAGES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)])
def test_every_line_of_the_docs_works_in_the_order_of_its_page(classroom: Machine, page: str) -> None:
    port = free_port()
    classroom.run(
        ".venv/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[cluster]'"
    )
    with ExitStack() as running:
        for line in [line for block in blocks(page) for line in block]:
            typed = line.replace("10.0.0.1:8786", f"127.0.0.1:{port}").replace("10.0.0.1", "127.0.0.1")
            typed = typed.replace("dask scheduler ", f"dask scheduler --port {port} --no-dashboard ", 1)
            if typed.startswith("dask"):
                running.enter_context(classroom.background(typed))
            else:
                classroom.run(typed, answer="y\n")


#: What each extra is promised to do, as lines to type in an environment that has this extra and no other.
PROMISES = {
    "author": [
        "trainkit run 1-06 --lang en",
        "trainkit messages",
        "trainkit build --check",
        "git diff --exit-code",
    ],
    "cluster": ["trainkit grade spring-class --scheduler tcp://127.0.0.1:{port}"],
    "dev": [
        "python -m pytest -q tests/test_i18n.py tests/test_architecture.py",
        "ruff check src",
        "mypy --version",
    ],
    "grade": [
        "trainkit grade spring-class",
        "trainkit grades report spring-class",
        "trainkit feedback spring-class",
        "trainkit grades export grades.xlsx spring-class",
        "trainkit class pack spring-class",
    ],
    "libraries": ["python -c 'import duckdb, matplotlib.pyplot, openpyxl, polars, sklearn.linear_model'"],
    "postgres": ["python -c 'import psycopg; print(psycopg.pq.__impl__)'"],
    "spark": ["python -c 'import pyspark.sql'"],
}


def test_every_extra_has_a_promise() -> None:
    assert set(PROMISES) == set(PROJECT["optional-dependencies"])


@pytest.mark.parametrize("extra", sorted(PROMISES))
def test_each_extra_alone_does_what_is_promised_of_it(tmp_path: Path, extra: str) -> None:
    fresh, port = Machine(tmp_path), free_port()
    fresh.run(f"{base_python()} -m venv .venv")
    pip = ".venv/bin/python -m pip install --quiet --constraint constraints.txt --editable"
    fresh.run(f'{pip} ".[{extra}]"')
    assert re.search(rf"Extras installed: .*\b{extra}\b.*;", fresh.run("trainkit doctor --dir workspace"))
    fresh.run("trainkit class new spring-class --exercises 1-06")
    hand_in(fresh, "spring-class", "lin-yue")
    with ExitStack() as running:
        if extra == "cluster":
            running.enter_context(
                fresh.background(f"dask scheduler --host 127.0.0.1 --port {port} --no-dashboard")
            )
            worker = f"dask worker tcp://127.0.0.1:{port} --nworkers 1 --nthreads 1 --no-dashboard"
            running.enter_context(fresh.background(worker))
        for line in PROMISES[extra]:
            fresh.run(line.format(port=port))


#: Where trainees' laptops get their packages from: tags of wheels, the newest first.
PLATFORMS = {
    "windows": ["win_amd64"],
    "macos": ["macosx_14_0_arm64", "macosx_12_0_arm64", "macosx_11_0_arm64"],
    "linux": ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"],
}


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_the_pinned_versions_have_wheels_for_the_oldest_python_that_is_promised(
    platform: str, tmp_path: Path
) -> None:
    oldest = f"{PROJECT['requires-python'].removeprefix('>=')}.0"
    command = [
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--dry-run", "--quiet"),
        *("--ignore-installed", "--target", tmp_path, "--only-binary=:all:", "--python-version", oldest),
        *(f"--platform={tag}" for tag in PLATFORMS[platform]),
        *("--constraint", ROOT / "constraints.txt", *PROJECT["dependencies"]),
        *PROJECT["optional-dependencies"]["libraries"],
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
