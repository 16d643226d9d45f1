"""What the workbook stands on: pinned versions, make targets, and a wheel that carries the course."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = [
    line.split(" ")[0]
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


PINNED = {plain(pin.split("==")[0]): pin.split("==")[1] for pin in PINS if "==" in pin}


def required(requirements: list[str]) -> set[str]:
    """Return the names of requirements, without trainkit's own extras."""
    names = {plain(re.split(r"[\[<>=!~; ]", r, maxsplit=1)[0]) for r in requirements}
    return names - {"trainkit"}


def test_constraints_hold_names_and_versions_only() -> None:
    assert [pin for pin in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", pin)] == []
    assert len(PINNED) == len(PINS)


def test_every_dependency_is_pinned() -> None:
    everything = required(PROJECT["dependencies"])
    for extra in PROJECT["optional-dependencies"].values():
        everything |= required(extra)
    assert everything - set(PINNED) == set()


def test_the_environment_of_conda_is_in_step() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *_python, last = environment["dependencies"]
    *packages, own = last["pip"]
    assert f"python{PROJECT['requires-python']}" in environment["dependencies"]
    assert own == "--editable ."
    assert {plain(p.split("==")[0]): p.split("==")[1] for p in packages} == {
        name: PINNED[name] for name in required(PROJECT["dependencies"])
    }


@pytest.mark.skipif(shutil.which("make") is None, reason="make isn't installed")
def test_make_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z][a-z-]*%?):", text))
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"(?m)^  make (\S+)", shown)) == targets
    assert targets >= {"setup", "start", "test", "test-quick", "check", "build", "bench-%"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the checkout's files."""
    source = tmp_path_factory.mktemp("source") / "trainkit"
    source.mkdir()
    for name in ("src", "notebooks", "exercises", "datasets", "lessons", "solutions"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-lessons"):
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(source / "dist")]
    result = subprocess.run([*command, str(source)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    (found,) = (source / "dist").glob("*.whl")
    return found


@pytest.mark.slow
def test_the_wheel_carries_the_course_and_no_solution(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("notebooks", "exercises", "datasets"):
        there = {
            f"trainkit/_content/{p.relative_to(ROOT).as_posix()}"
            for p in (ROOT / folder).rglob("*")
            if p.is_file() and not any(part.startswith(".") for part in p.relative_to(ROOT).parts)
        }
        assert there
        assert there - names == set()
    assert not any(part in name for name in names for part in ("solutions", "lessons/", "tests/"))
    sources = {p.name for folder in ("lessons", "solutions") for p in (ROOT / folder).glob("*.md")}
    assert [n for n in names if Path(n).name in sources] == []
    assert "trainkit/py.typed" in names
    faces = {"TrainkitSansSC-Regular.ttf", "TrainkitSansSC-Bold.ttf", "OFL.txt"}
    assert {f"trainkit/fonts/{face}" for face in faces} <= names


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the wheel, away from the checkout; what it depends on is lent by this one."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(
        subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True).stdout.strip()
    )
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # A plain path in a .pth file lends the packages, but not the .pth files beside them: the checkout,
    # which is installed by one of those, stays out.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def run(python: Path, code: str, folder: Path, **settings: str) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TRAINKIT_", "PYTHON", "VIRTUAL_ENV"))}
    command = [str(python), "-P", "-c", code]
    result = subprocess.run(
        command, cwd=folder, env={**clean, **settings}, capture_output=True, text=True, timeout=240
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.slow
def test_the_installed_wheel_knows_its_course_and_nothing_of_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    code = (
        "import json, trainkit\n"
        "from trainkit import content\n"
        "from trainkit.course.catalogue import catalogue\n"
        "from trainkit.company import load\n"
        "ids = [f'{i.kind} {i.id}' for i in catalogue()]\n"
        "where = [trainkit.__file__, content.checkout(), str(content.root())]\n"
        "print(json.dumps([*where, ids, len(load('surveys'))]))"
    )
    module, checkout, root, ids, rows = json.loads(run(installed, code, tmp_path))
    assert not Path(module).is_relative_to(ROOT)
    assert checkout is None
    assert Path(root) == Path(module).parent / "_content"
    assert {"lesson 1-06", "exercise 1-06", "exercise 3-01"} <= set(ids)
    assert rows > 1000


@pytest.mark.slow
def test_the_installed_wheel_runs_a_lesson(installed: Path, tmp_path: Path) -> None:
    code = (
        "import asyncio, nbformat\n"
        "from nbclient import NotebookClient\n"
        "from trainkit import content\n"
        "from trainkit.kernels import WorkbookKernelManager\n"
        "nb = nbformat.read(content.root() / 'notebooks' / 'zh' / '1-06.ipynb', 4)\n"
        "where = {'metadata': {'path': '.'}}\n"
        "manager = WorkbookKernelManager\n"
        "client = NotebookClient(nb, timeout=200, kernel_manager_class=manager, resources=where)\n"
        "asyncio.run(client.async_execute())\n"
        "print(sum(len(c.get('outputs', ())) for c in nb.cells))"
    )
    folder = tmp_path / "zh"
    folder.mkdir()
    assert int(run(installed, code, folder, TRAINKIT_CACHE=str(tmp_path / "cache"))) > 5


@pytest.mark.slow
def test_the_installed_wheel_starts(installed: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from urllib.request import ProxyHandler, build_opener\n"
        "from trainkit.servers import session\n"
        "prepared = session.prepare(Path('workspace'), 'en', 18950)\n"
        "with session.serve(prepared.plan):\n"
        "    url = f'{prepared.plan.page_url}/voila/render/en/1-06.ipynb?token={prepared.plan.page_token}'\n"
        "    print(build_opener(ProxyHandler({})).open(url, timeout=120).status)\n"
        "print(*sorted(p.as_posix() for p in Path('workspace').rglob('1-06.ipynb')))"
    )
    status, copies = run(installed, code, tmp_path, TRAINKIT_CACHE=str(tmp_path / "cache")).splitlines()
    assert status == "200"
    assert any("/en/1-06.ipynb" in copy for copy in copies.split())


@pytest.mark.slow
def test_the_grading_sandbox_hides_the_course_of_the_installed_wheel(installed: Path, tmp_path: Path) -> None:
    code = (
        "from trainkit import content\n"
        "from trainkit.grading import batch\n"
        "print(content.root() in batch.box_for(isolated=True).hidden)"
    )
    assert run(installed, code, tmp_path).strip() == "True"
