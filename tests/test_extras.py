"""Without an optional library a command does its work or names the extra that brings it: no traceback."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from trainkit import content, extras
from trainkit.cli import app
from trainkit.errors import MissingExtra

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "trainkit"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

#: Modules that import optional libraries outside of `needed`, and who sees to it that they're there.
BEHIND = {
    "grading/cluster.py": "job.py imports it inside of `needed`",
    "grading/execution.py": "Way.of has looked for papermill",
    "sandbox/client.py": "the engine imports it",
    "sandbox/engine.py": "papermill loads it",
    "translations.py": "cli/messages.py imports it inside of `needed`",
}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: list[str]) -> set[str]:
    return {plain(re.split(r"[\[<>=!~; ]", r, maxsplit=1)[0]) for r in requirements} - {"trainkit"}


def brought_by(extra: str) -> set[str]:
    """Return the distributions of an extra, with those of the extras that it names."""
    requirements = PROJECT["optional-dependencies"][extra]
    inner = [
        r.partition("[")[2].partition("]")[0].split(",") for r in requirements if r.startswith("trainkit[")
    ]
    return named(requirements).union(*(brought_by(name) for names in inner for name in names))


BASE = named(PROJECT["dependencies"])
USED = [name for name in PROJECT["optional-dependencies"] if name not in ("dev", "libraries")]
OPTIONAL = set().union(*(brought_by(name) for name in USED)) - BASE
#: Each optional module's distribution: `psycopg` of `psycopg`, `sklearn` of `scikit-learn`.
MODULES = {
    module: plain(found)
    for module, distributions in packages_distributions().items()
    for found in distributions
    if plain(found) in OPTIONAL
}


def optional_imports(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield each import of an optional module: the module, the extra of the `needed` around it, the line."""

    def walk(node: ast.AST, extra: str) -> Iterator[tuple[str, str, int]]:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return
        if isinstance(node, ast.With):
            for item in node.items:
                call = item.context_expr
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "needed":
                    extra = ast.unparse(call.args[0]).strip("'")
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            if (module := name.partition(".")[0]) in MODULES:
                yield module, extra, node.lineno
        for child in ast.iter_child_nodes(node):
            yield from walk(child, extra)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), "")


def test_every_optional_library_is_imported_where_its_extra_is_named() -> None:
    """The second import in a module may rely on the first."""
    bare, wrong, seen = [], [], set()
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        guarded: set[str] = set()
        for module, extra, line in optional_imports(path):
            seen.add(module)
            if extra:
                guarded.add(module)
                if MODULES[module] not in brought_by(extra):
                    wrong.append(f"{name}:{line}: {extra} doesn't bring {module}")
            elif module not in guarded and name not in BEHIND:
                bare.append(f"{name}:{line}: {module}")
    assert (bare, wrong) == ([], [])
    assert seen >= {"papermill", "nh3", "babel", "distributed"}


#: Makes the modules named in ABSENT impossible to import, in a process and in those that it starts.
ABSENT = """
import os, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in os.environ.get("ABSENT", "").split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
"""


@pytest.fixture(scope="module")
def absent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("absent")
    (folder / "sitecustomize.py").write_text(ABSENT, encoding="utf-8")
    return folder


def trainkit(
    words: list[str], absent: Path, modules: set[str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(absent), "ABSENT": ",".join(sorted(modules)), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "trainkit", "--lang", "en", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=env,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class with one graded notebook."""
    folder = tmp_path_factory.mktemp("class") / "spring"
    nowhere = folder.parent / "nowhere"
    assert (
        trainkit(["class", "new", str(folder), "--exercises", "1-06"], nowhere, set(), ROOT).returncode == 0
    )
    (folder / "submissions" / "lin-yue").mkdir(parents=True)
    shutil.copy(ROOT / "exercises" / "en" / "1-06.ipynb", folder / "submissions" / "lin-yue")
    done = trainkit(["grade", str(folder), "--unsafe-no-sandbox"], nowhere, set(), ROOT)
    assert done.returncode == 0, done.stderr
    return folder


#: Every command with words that make it work where all libraries are there, and the extra that it needs.
COMMANDS = {
    "build --check": "",
    "doctor": "",
    "feedback": "grade",
    "grade --unsafe-no-sandbox": "grade",
    "grade --unsafe-no-sandbox --dry-run": "grade",
    "hand-in --dir workspace --out handed-in": "",
    "join card.json --dir workspace": "",
    "messages": "author",
    "hand-in --dir workspace --name Lin": "",
    "join lin-yue.trainkit --dir workspace": "",
    "metrics nps": "",
    "gallery --out gallery.html": "",
    "regrade --unsafe-no-sandbox": "grade",
    "run 1-06 --lang en": "author",
    "class new autumn": "",
    "class pack": "",
    "data generate --out lantai --customers 2000 --table vendors --format xlsx": "",
    "data generate --out lantai --customers 2000 --table vendors": "",
    "data check": "",
    "data dictionary": "",
    "gradebook mark lin-yue 1-06 nps --points 1 --why oral": "",
    "gradebook choose lin-yue": "",
    "gradebook audit": "",
    "gradebook audit --database postgresql://nobody@127.0.0.1:9/spring": "postgres",
    "gradebook backup backup.zip": "",
    "gradebook restore backup.zip --force --why test": "",
    "gradebook adopt --why test": "",
    "grades show": "",
    "grades export grades.csv": "",
    "grades export grades.xlsx": "",
    "grades report": "grade",
    "trainee import roster.csv": "",
    "trainee match somebody lin-yue": "",
    "trainee export lin-yue": "",
    "trainee forget lin-yue --yes --why test": "",
}

#: Commands that aren't tried here.
ELSEWHERE = {
    "start": "serves until it's stopped; what it imports is the base alone",
    "data base": "writes the checkout's data",
}


def leaves() -> Iterator[str]:
    def below(name: str, command: object) -> Iterator[str]:
        if isinstance(command, TyperGroup):
            for word, inner in command.commands.items():
                yield from below(f"{name} {word}".strip(), inner)
        else:
            yield name

    yield from below("", get_command(app))


def test_every_command_is_tried_without_its_libraries() -> None:
    tried = {name for name in leaves() for words in COMMANDS if f"{words} ".startswith(f"{name} ")}
    assert tried | set(ELSEWHERE) == set(leaves())


@pytest.mark.slow
def test_without_any_extra_no_command_ends_in_a_traceback(spring: Path, absent: Path, tmp_path: Path) -> None:
    faults = {}
    spring = shutil.copytree(spring, tmp_path / "spring")  # one command forgets its trainee
    for words, extra in COMMANDS.items():
        done = trainkit(words.split(), absent, set(MODULES), spring)
        said = done.stdout + done.stderr
        last = (done.stderr.strip().splitlines() or [""])[-1]
        fits = (
            f"[{extra}]" in last and done.returncode == 1 if extra else "isn't installed. Install" not in said
        )
        if "Traceback" in said or not fits:
            faults[words] = (done.returncode, said[-600:])
    assert faults == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "words", "extra"),
    [
        ("papermill", "grade --unsafe-no-sandbox", "grade"),
        ("nh3", "grade --unsafe-no-sandbox", "grade"),
        ("nh3", "grades report", "grade"),
        ("papermill", "run 1-06 --lang en", "author"),
        ("distributed", "regrade --unsafe-no-sandbox --scheduler tcp://127.0.0.1:9", "cluster"),
    ],
)
def test_one_missing_library_is_named_with_its_extra(
    spring: Path, absent: Path, module: str, words: str, extra: str
) -> None:
    done = trainkit(words.split(), absent, {module}, spring)
    assert done.returncode == 1
    *_progress, line = done.stderr.strip().splitlines()
    assert f"needs {module}" in line
    assert f"[{extra}]" in line
    assert "Traceback" not in done.stderr


def test_a_module_of_ours_that_is_missing_is_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError) as caught, extras.needed("grade"):
        import trainkit.no_such_room  # noqa: F401
    assert not isinstance(caught.value, MissingExtra)


def test_in_a_checkout_the_checkout_is_installed_and_from_a_wheel_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = shlex.split(extras.installing("grade"))
    assert words[:4] == [sys.executable, "-m", "pip", "install"]
    assert words[-2:] == ["--editable", f"{ROOT}[grade]"]
    monkeypatch.setattr(content, "checkout", lambda: None)
    assert "trainkit[grade]" in extras.installing("grade")
    assert "--editable" not in extras.installing("grade")


def test_an_extra_lacks_what_is_not_installed_or_too_old() -> None:
    requirements = ["pandas>=2", "nothing-of-this-name>=1; extra == 'a'", "trainkit[a]; extra == 'b'"]
    assert list(extras.unmet(requirements)) == []
    assert list(extras.unmet(requirements, "a")) == ["nothing-of-this-name>=1 is missing"]
    assert list(extras.unmet(requirements, "b")) == ["nothing-of-this-name>=1 is missing"]
    assert next(extras.unmet(["pandas>=99; extra == 'a'"], "a")).startswith("pandas>=99 is needed")


def test_the_doctor_knows_all_extras() -> None:
    assert set(extras.extras()) == set(PROJECT["optional-dependencies"])
    assert extras.extras()["grade"] == []
