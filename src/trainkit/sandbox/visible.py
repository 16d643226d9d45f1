"""What a box sees of the machine: what Python needs, by list, and nothing that happens to lie beside it.

A prefix as a whole is never bound: a virtual environment may lie above a class's folder, or a class inside of
a prefix. Of Python there are its program, its standard library, the folders of installed packages and shared
libraries; of the system its programs and libraries. Each is bound where it really lies, and a link
leads there from each other name that Python knows it by. What is to be hidden is covered, wherever it lies.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import TZPATH

__all__ = ["Sights", "python", "python_environment", "sights"]

#: Folders of the system that any program may need; what isn't there is left out.
_SYSTEM = (
    *("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec"),
    *("/usr/share/fonts", "/usr/share/fontconfig", "/usr/share/terminfo", "/usr/local/share/fonts"),
    *("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives"),
)

#: Names of the system's that are folders on some machines, and links to those in /usr on others.
_OLD_NAMES = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")

#: Where installed packages lie in a standard library that isn't used with them.
_PACKAGES = ("site-packages", "dist-packages")


@dataclass
class Sights:
    """What a box sees.

    Args:
        bound: files and folders, where they really lie.
        links: other names, and where each leads.
        covered: folders and files of which nothing is to be seen.
    """

    bound: set[Path] = field(default_factory=set)
    links: dict[Path, Path] = field(default_factory=dict)
    covered: set[Path] = field(default_factory=set)

    def add(self, path: Path) -> None:
        """Let something be seen under its name and where it really is, if it is there at all."""
        real = path.resolve()
        if not real.exists():
            return
        if not self._is_bound(real):
            self.bound.add(real)
        if real != path and not any(parent in self.links for parent in path.parents):
            self.links.setdefault(path, real)

    def cover(self, path: Path) -> None:
        """Let nothing be seen of something."""
        self.covered.add(path.resolve())

    def options(self) -> Iterator[list[str]]:
        """Yield bubblewrap's options, outer folders first: what lies in a covered one can still be bound."""
        made: dict[Path, bool] = {}  # whether all that is below is there already
        folders = {Path("/")}
        kinds = {**dict.fromkeys(self.links, "link"), **dict.fromkeys(self.bound, "bind")}
        kinds |= dict.fromkeys(self.covered, "cover")
        for path, kind in sorted(kinds.items(), key=lambda entry: entry[0].parts):
            above = next((parent for parent in path.parents if parent in made), None)
            if made.get(above or Path("/")):
                if kind == "link":
                    continue  # it's there, and leads to the same place
            elif kind == "cover":
                continue  # it isn't there to be seen
            else:
                # Without this, bubblewrap makes folders that only their owner may enter.
                for parent in [p for p in reversed(path.parents) if p not in folders and p not in made]:
                    folders.add(parent)
                    yield ["--perms", "0755", "--dir", str(parent)]
            if kind == "link":
                yield ["--symlink", str(self.links[path]), str(path)]
            elif kind == "bind":
                yield ["--ro-bind", str(path), str(path)]
                made[path] = True
            elif path.is_dir():
                yield ["--perms", "0555", "--tmpfs", str(path)]
                made[path] = False
                folders = {p for p in folders if path not in p.parents}
            elif path.exists():
                yield ["--ro-bind", os.devnull, str(path)]

    def _is_bound(self, path: Path) -> bool:
        return any(parent in self.bound for parent in (path, *path.parents))


def sights(hidden: Iterable[Path]) -> Sights:
    """Return what a box sees on this machine.

    Args:
        hidden: files and folders of which it sees nothing, wherever they lie.
    """
    found = Sights()
    for name in _OLD_NAMES:
        found.add(Path(name))
    for path in [*map(Path, _SYSTEM), *map(Path, TZPATH)]:
        found.add(path)
    # Outer ones first, so that what lies in one isn't bound twice.
    for path in sorted(_of_python(), key=lambda p: (len(p.parts), p)):
        found.add(path)
    packages = {folder.resolve() for folder in _package_folders()}
    for path in {library / name for library in _standard_libraries() for name in _PACKAGES}:
        if path.resolve() not in packages:
            found.cover(path)
    for path in hidden:
        found.cover(path)
    return found


def python() -> list[str]:
    """Return the command that starts this Python in a box, up to what it shall run."""
    return [sys.executable, "-P", *([] if _has_user_packages() else ["-s"])]


def python_environment() -> dict[str, str]:
    """Return what Python in a box has to be told: where one user's own packages lie."""
    return {"PYTHONUSERBASE": site.getuserbase()} if _has_user_packages() else {}


def _of_python() -> Iterator[Path]:
    """Yield what Python needs to run, to find its libraries, and to import trainkit."""
    for program in (sys.executable, getattr(sys, "_base_executable", "")):
        if program:
            yield Path(program)
    yield Path(sys.prefix) / "pyvenv.cfg"
    yield from _standard_libraries()
    yield from _package_folders()
    for folder in dict.fromkeys((sys.prefix, sys.base_prefix, sys.base_exec_prefix)):
        if Path(folder) != Path("/usr"):
            yield from _shared_libraries(folder)
    package = Path(__file__).parent.parent
    yield package


def _standard_libraries() -> Sequence[Path]:
    """Return the folders of the standard library; on some systems what is compiled lies apart."""
    compiled = [Path(p).parent for p in sys.path if Path(p).name == "lib-dynload"]
    return list(dict.fromkeys((Path(os.__file__).parent, *compiled)))


def _package_folders() -> list[Path]:
    folders = [*site.getsitepackages(), *([site.getusersitepackages()] if _has_user_packages() else [])]
    return [Path(folder) for folder in folders]


def _has_user_packages() -> bool:
    return bool(site.ENABLE_USER_SITE) and site.getusersitepackages() in sys.path


def _shared_libraries(prefix: str) -> Iterator[Path]:
    """Yield the shared libraries of a prefix, one by one: in its `lib` there may be anything else."""
    folders = {Path(prefix, "lib"), Path(prefix, "lib64"), Path(sysconfig.get_config_var("LIBDIR") or "/lib")}
    for folder in sorted(folders):
        if folder.is_relative_to(prefix) and folder.is_dir():
            for pattern in ("*.so", "*.so.*"):
                yield from sorted(path for path in folder.glob(pattern) if path.is_file())
