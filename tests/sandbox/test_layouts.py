"""What a box sees doesn't follow from the layout of the machine: no file of a class, wherever Python lies.

Each layout is built for real, with the packages of this environment linked into it, and an own submission
looks for all that lies in the class and beside it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from submitted import needs_sandbox

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "attacks"))  # how a test becomes a plain user

from sides import as_plain_user, why_no_plain_user  # noqa: E402 - it lies in the folder above

pytestmark = [*needs_sandbox, pytest.mark.slow]

#: A part of the name of each file that no box may see.
SECRET = "not-for-boxes"

#: Folders and files of the standard library that Python doesn't need in order to run.
HEAVY = shutil.ignore_patterns(
    "site-packages", "test", "tests", "idlelib", "__pycache__", "ensurepip", "config-*"
)

#: Looks for the files from inside, at every level, and says which ones it has seen.
ASSESSOR = f"""
import json, sys, threading, time
from pathlib import Path
from trainkit.grading.batch import box_for
from trainkit.sandbox import levels
from trainkit.sandbox.proof import prove

LOOK = '''
import json, os, pandas, trainkit
found = []
for folder, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if os.path.join(folder, f) not in ("/proc", "/sys", "/dev")]
    found += [os.path.join(folder, name) for name in files if {SECRET!r} in name]
print(json.dumps(found))
'''
folder, seen = Path(sys.argv[1]), {{}}
best = levels.probe().level
for level in ("fork", "bubblewrap"):
    if level == "fork" != best:
        continue
    with box_for(prefer=level, hidden=[folder]) as box:
        prove(box, [folder, folder / "submissions"])
        kernel = box.kernel({{}}, {{}}, time.monotonic() + 120, threading.Event())
        messages = list(kernel.run(LOOK, time.monotonic() + 120, threading.Event()))
        kernel.close()
    said = "".join(m.content["text"] for m in messages if m.kind == "stream")
    faults = [m.content["evalue"] for m in messages if m.kind == "error"]
    seen[level] = faults or json.loads(said)
print(json.dumps([sys.prefix, sys.base_prefix, seen]))
"""


@dataclass(frozen=True)
class Layout:
    """A machine: its Python, the class's folder, and what Python is told."""

    python: Path
    folder: Path
    environment: dict[str, str]


def virtual(place: Path, program: str = sys.executable) -> Path:
    """Make a virtual environment that has this one's packages, and return its program."""
    subprocess.run([program, "-m", "venv", "--without-pip", str(place)], check=True)
    packages = place / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    packages.rmdir()
    packages.symlink_to(sysconfig.get_path("purelib"))
    return place / "bin" / "python"


def in_the_checkout(top: Path) -> Layout:
    return Layout(virtual(top / ".venv"), top / "class", {})


def class_beside_site_packages(top: Path) -> Layout:
    python = virtual(top / ".venv")
    return Layout(python, next((top / ".venv" / "lib").iterdir()) / "class", {})


def class_in_the_environment(top: Path) -> Layout:
    return Layout(virtual(top / ".venv"), top / ".venv" / "class", {})


def environment_in_the_class(top: Path) -> Layout:
    return Layout(virtual(top / "class" / ".venv"), top / "class", {})


def linked_environment(top: Path) -> Layout:
    virtual(top / "real" / "environment")
    (top / "environment").symlink_to("real/environment")
    return Layout(top / "environment" / "bin" / "python", top / "real" / "class", {})


def for_one_user(top: Path) -> Layout:
    base = top / "home" / ".local"
    packages = base / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    packages.parent.mkdir(parents=True)
    packages.symlink_to(sysconfig.get_path("purelib"))
    return Layout(Path(sys._base_executable), base / "class", {"PYTHONUSERBASE": str(base)})


def system(top: Path) -> Layout:
    """The system's own Python, with packages of one user."""
    python = Path("/usr/bin") / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if not python.exists():
        pytest.skip(f"no {python} here")
    return Layout(python, for_one_user(top).folder, {"PYTHONUSERBASE": str(top / "home" / ".local")})


def conda(top: Path) -> Layout:
    """A whole Python of its own, with libraries beside the class in `lib`."""
    prefix, base = top / "conda", Path(sys.base_prefix)
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "conda-meta").mkdir()
    # Its libraries are looked for beside it, as conda's are.
    program, place = Path(sys._base_executable).resolve().read_bytes(), str(base / "lib").encode()
    (prefix / "bin" / name).write_bytes(program.replace(place, b"$ORIGIN/../lib".ljust(len(place), b"\0")))
    (prefix / "bin" / name).chmod(0o755)
    (prefix / "bin" / "python").symlink_to(name)
    shutil.copytree(Path(os.__file__).parent, prefix / "lib" / name, ignore=HEAVY, symlinks=True)
    (prefix / "lib" / name / "site-packages").symlink_to(sysconfig.get_path("purelib"))
    for library in base.glob("lib/libpython*.so*"):
        shutil.copy2(library, prefix / "lib" / library.name, follow_symlinks=False)
    return Layout(prefix / "bin" / "python", prefix / "lib" / "class", {})


LAYOUTS: list[Callable[[Path], Layout]] = [
    in_the_checkout,
    class_beside_site_packages,
    class_in_the_environment,
    environment_in_the_class,
    linked_environment,
    for_one_user,
    system,
    conda,
]


@pytest.fixture
def top() -> Iterator[Path]:
    """A folder that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="layout-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def furnish(top: Path, folder: Path) -> list[Path]:
    """Lay out a class, and a repository around it; return the files that nobody may see."""
    places = [top / ".git", top / "solutions", top / "src", folder, folder / "submissions" / "ana"]
    places += [folder / "grades" / "private", folder.parent]
    files = [place / f"{SECRET}.txt" for place in places]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a secret")
    for path in [folder, *folder.glob("s*"), *folder.glob("g*")]:
        path.chmod(0o777)
    return files


@pytest.mark.parametrize("user", ["this user", "plain user"])
@pytest.mark.parametrize("make", LAYOUTS, ids=lambda make: make.__name__)
def test_no_file_of_a_class_is_seen(top: Path, make: Callable[[Path], Layout], user: str):
    layout = make(top)
    files = furnish(top, layout.folder)
    assert all(file.stat().st_mode & 0o004 for file in files), "rights must not be what hides them"
    argv = [str(layout.python), "-c", ASSESSOR, str(layout.folder)]
    if user == "plain user":
        if os.geteuid() != 0 or why_no_plain_user():
            pytest.skip(why_no_plain_user() or "this user is one")
        argv = as_plain_user(argv)
    done = subprocess.run(
        argv,
        env={"PATH": os.environ["PATH"], **layout.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    prefix, _base, seen = json.loads(done.stdout.splitlines()[-1])
    assert Path(prefix) in layout.python.parents
    assert seen
    assert all(found == [] for found in seen.values()), seen
