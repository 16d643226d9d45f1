"""The package is built in storeys: imports point down only, and a quick import stays quick."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from trainkit.cli import app

PACKAGE = Path(__file__).parents[1] / "src" / "trainkit"
MODULES = sorted(PACKAGE.rglob("*.py"))

#: Rooms from the ground up; those on one storey don't know each other.
STOREYS = [
    {"i18n", "files", "fonts", "legible", "passing"},
    {"errors", "rights", "progress"},
    {"content"},
    {"extras"},
    {"company"},
    {"datasets"},
    {"metrics"},
    {"charts"},
    {"startup"},
    {"kernel"},
    {"kernels"},
    {"course", "translations"},
    {"authoring"},
    {"sandbox"},
    {"submissions"},
    {"classes"},
    {"gradebook"},
    {"reports"},
    {"grading"},
    {"apps"},
    {"servers"},
    {"cli"},
    {"__main__"},
]
STOREY = {room: number for number, rooms in enumerate(STOREYS) for room in rooms}

#: Modules in one folder; who opens it should see at a glance what is there.
MOST_MODULES = 20

#: Folders with more of them, and why one still finds a thing at once.
LARGE = {
    "metrics": "one module a family of metrics, named by the family",
    "company/simulation": "one module a table, named by the table",
}


def room(module: str) -> str:
    """Return the room of a module: `trainkit.authoring.key` is in `course`."""
    return module.split(".")[1] if "." in module else "trainkit"


def module_name(path: Path) -> str:
    parts = ["trainkit", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, *, deep: bool = False) -> Iterator[tuple[str, int]]:
    """Yield what of trainkit a module imports, anywhere in it, with the line.

    Args:
        path: the module.
        deep: name what is imported from a package, which may be a module of it.
    """
    package = module_name(path) if path.name == "__init__.py" else module_name(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = (
                resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module
            )
            inner = deep or base == "trainkit"
            names = [f"{base}.{alias.name}" if inner else str(base) for alias in node.names]
        else:
            continue
        yield from ((name, node.lineno) for name in names if name.split(".")[0] == "trainkit")


def test_every_room_has_its_storey() -> None:
    rooms = {room(module_name(path)) for path in MODULES} - {"trainkit"}
    assert rooms <= set(STOREY)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down_only(path: Path) -> None:
    here = room(module_name(path))
    upward = []
    for name, line in imported(path):
        there = room(name)
        # The top holds the version and, when they are used, `Exercise` and `Lesson`.
        if here == "trainkit" or there in {here, "__version__"}:
            continue
        if there not in STOREY or STOREY[there] >= STOREY[here]:
            upward.append(f"{path.name}:{line} imports {name}")
    assert upward == []


def test_the_rule_would_notice_an_upward_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "metrics" / "wrong.py"
    path.parent.mkdir()
    path.write_text("def f():\n    from trainkit.course import judge\n    from ..grading import grader\n")
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path)
    with pytest.raises(AssertionError, match=r"wrong\.py:2 imports trainkit\.course"):
        test_imports_point_down_only(path)
    assert list(imported(path)) == [("trainkit.course", 2), ("trainkit.grading", 3)]


def module_graph() -> dict[str, set[str]]:
    """Return which modules each module imports, anywhere in it; the top, which only forwards, is left out."""
    names = {module_name(path) for path in MODULES} - {"trainkit"}
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        found = {
            name if name in names else name.rpartition(".")[0] for name, _line in imported(path, deep=True)
        }
        graph[module_name(path)] = (found & names) - {module_name(path)}
    return graph


def test_no_modules_import_each_other_in_a_circle() -> None:
    circles(module_graph())


def circles(graph: dict[str, set[str]]) -> None:
    """Raise `CycleError`, which names the modules, if there is a circle."""
    TopologicalSorter(graph).prepare()


def test_a_circle_would_be_noticed() -> None:
    with pytest.raises(CycleError, match=r"'a', 'b', 'a'|'b', 'a', 'b'"):
        circles({"a": {"b"}, "b": {"a"}, "c": {"a"}})


def test_a_folder_is_small_enough_to_be_looked_over() -> None:
    folders = {path.parent for path in MODULES}
    modules = {f.relative_to(PACKAGE).as_posix(): len(list(f.glob("[!_]*.py"))) for f in folders}
    assert {name for name, n in modules.items() if n > MOST_MODULES} == set(LARGE)


def test_tests_stand_in_the_room_that_they_test() -> None:
    """A test folder is called as a room of the package, or tests several rooms and says so."""
    across = {"attacks", "browser", "notebooks", "support"}
    folders = {p.name for p in Path(__file__).parent.iterdir() if p.is_dir() and any(p.glob("test_*.py"))}
    assert folders - across <= set(STOREY)


def test_there_is_no_drawer_for_everything() -> None:
    assert [p for p in MODULES if p.stem in {"utils", "util", "helpers", "common", "misc"}] == []


def exported(tree: ast.Module) -> set[str] | None:
    """Return the names in `__all__`, if there is one."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "__all__" for t in node.targets):
            return set(ast.literal_eval(node.value))
    return None


@cache
def imported_names() -> frozenset[tuple[str, str]]:
    """Return every name that one module imports from another."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]
    found = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
    return frozenset((str(node.module), alias.name) for node in found for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_says_what_it_is_for_and_names_what_others_use(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    public = exported(tree)
    if public is not None:
        used = {name for module, name in imported_names() if module == module_name(path)}
        defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        assert (used & defined) <= public


def test_exported_names_are_complete_and_sorted() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F822,RUF022", str(PACKAGE)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def python(code: str) -> list[str]:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return result.stdout.split()


HEAVY = ("pandas", "numpy", "scipy", "altair", "IPython", "ipywidgets", "sqlalchemy", "jupytext", "pyarrow")


@pytest.mark.parametrize("module", ["trainkit", "trainkit.cli"])
def test_a_quick_import_brings_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    assert python(code) == []


def test_the_names_at_the_top_are_there_when_used() -> None:
    code = "import trainkit\nprint(*sorted(trainkit.__all__))\nprint(trainkit.Exercise, trainkit.Lesson)"
    assert python(code)[:3] == ["Exercise", "Lesson", "__version__"]


def commands() -> Iterator[tuple[str, typer.core.TyperCommand]]:
    def below(name: str, command: object) -> Iterator[tuple[str, typer.core.TyperCommand]]:
        if isinstance(command, typer.core.TyperGroup):
            for word, inner in command.commands.items():
                yield from below(f"{name} {word}".strip(), inner)
        elif isinstance(command, typer.core.TyperCommand):
            yield name, command

    yield from below("", get_command(app))


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda v: v if isinstance(v, str) else "")
def test_every_command_has_help_that_ends_with_an_example(
    name: str, command: typer.core.TyperCommand
) -> None:
    text = (command.help or "").strip()
    assert text
    last = text.split("\n\n")[-1]
    assert last.startswith(("Example: ", "Examples: "))
    assert f"`trainkit {name}" in last


def test_every_option_and_argument_is_explained() -> None:
    silent = [
        f"{name} {parameter.name}"
        for name, command in commands()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert silent == []
