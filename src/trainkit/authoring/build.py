"""Building what trainees open from what authors write.

Lessons become executed notebooks, exercises clean ones, each in both languages, with a key file beside
them. The same sources give the same bytes: cell ids come from the cells' own text, and outputs that
differ from run to run are taken out.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from textwrap import indent
from typing import Any

from trainkit import content
from trainkit.authoring.compose import compose, origins
from trainkit.authoring.faults import Faults
from trainkit.authoring.key import UnusableVariant, compute_key, filled
from trainkit.authoring.locking import key_file
from trainkit.authoring.opening import opened
from trainkit.authoring.source import Source, readable
from trainkit.course.catalogue import FOLDERS
from trainkit.course.interactive import WIDGET_MIME
from trainkit.course.model import Info, Key, Kind
from trainkit.course.passages import seal
from trainkit.errors import SourceError
from trainkit.files import write_atomic
from trainkit.i18n import LANGUAGES, _

__all__ = [
    "SECTIONS",
    "SOURCES",
    "build",
    "course_root",
    "differences",
    "execute",
    "write",
]

#: The folder of written sources of each kind.
SOURCES: dict[Kind, str] = {"lesson": "lessons", "exercise": "solutions"}

#: The parts of a lesson, in order.
SECTIONS: list[dict[str, str]] = [
    {"en": "Objectives", "zh": "学习目标"},
    {"en": "Why it matters at Lantai", "zh": "澜泰为什么关心"},
    {"en": "The idea", "zh": "思路"},
    {"en": "Worked example", "zh": "示例"},
    {"en": "Demo", "zh": "演示"},
    {"en": "Practice", "zh": "练习"},
    {"en": "Quiz", "zh": "小测"},
    {"en": "Wrap-up", "zh": "小结"},
]

#: What colors a traceback in a terminal.
_COLORS = re.compile(r"\x1b\[[0-9;]*m")

Progress = Callable[[str], None]


def build(root: Path, *, report: Progress = lambda _text: None, workers: int = 2) -> dict[str, str]:
    """Build everything from the sources below `root`.

    Args:
        root: the checkout: it holds `lessons/`, `solutions/` and `datasets/`.
        report: is told each step.
        workers: how many lessons are executed at a time.

    Returns:
        The built files: path below `root` → text.

    Raises:
        SourceError: sources are wrong; the message has a line for each fault, with file and line.
    """
    faults = Faults()
    sources = [s for kind, folder in SOURCES.items() for s in readable(root / folder, kind, faults)]
    files: dict[str, str] = {}
    ready: list[Source] = []
    for source in sources:
        report(_("keys of {kind} {id}").format(kind=source.info.kind, id=source.info.id))
        with faults.kept():
            if source.info.kind == "lesson":
                _check_sections(source)
            source = opened(source)
            keys = _practice_keys(source)
            complete = filled(source)
            info = replace(_released(source.info), passages=_passages(complete))
            files[_path(source.info, "keys", "json")] = key_file(info, keys)
            ready.append(complete)
    if not ready:
        faults.settle()
    with _staged(root, files) as stage, ThreadPoolExecutor(workers) as pool:

        def make(job: tuple[Source, str]) -> tuple[str, str]:
            source, lang = job
            nb = compose(source, lang)
            with faults.kept():
                if source.info.kind == "lesson":
                    execute(nb, stage / "work" / lang, source, content_root=stage)
            return _path(source.info, lang, "ipynb"), _dumps(nb)

        for path, text in pool.map(make, [(source, lang) for source in ready for lang in LANGUAGES]):
            report(path)
            files[path] = text
    faults.settle()
    return dict(sorted(files.items()))


def differences(root: Path, files: Mapping[str, str]) -> list[str]:
    """Return the paths below `root` that aren't as built, files that nothing builds included."""
    there = {
        p.relative_to(root).as_posix()
        for folder in FOLDERS.values()
        for p in (root / folder).rglob("*")
        if p.is_file() and p.suffix in {".ipynb", ".json"} and ".ipynb_checkpoints" not in p.parts
    }
    changed = {
        p for p, text in files.items() if p not in there or (root / p).read_text(encoding="utf-8") != text
    }
    return sorted(changed | (there - set(files)))


def write(root: Path, files: Mapping[str, str]) -> list[str]:
    """Write built files below `root`, remove those that nothing builds any more, and return what changed."""
    changed = differences(root, files)
    for path in changed:
        if path in files:
            write_atomic(root / path, files[path])
        else:
            (root / path).unlink()
    return changed


def execute(nb: Any, folder: Path, source: Source, *, content_root: Path) -> None:
    """Execute a notebook in place, in a folder named by its language, and keep stable outputs only.

    Raises:
        SourceError: cells fail, or what they show does; each is told at its line, with its traceback.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    from trainkit.kernels import WorkbookKernelManager

    folder.mkdir(parents=True, exist_ok=True)
    env = {
        **os.environ,
        "TRAINKIT_CONTENT": str(content_root),
        "TRAINKIT_LANG": folder.name,
        "TRAINKIT_LIFE": "lab",
        "PYTHONWARNINGS": "error::DeprecationWarning:__main__",
    }
    env.pop("TRAINKIT_WORKSPACE", None)
    client = NotebookClient(
        nb,
        timeout=300,
        coalesce_streams=True,  # when a kernel flushes what is printed depends on how busy the machine is
        kernel_manager_class=WorkbookKernelManager,
        resources={"metadata": {"path": str(folder)}},
    )
    # A cell that fails holds what went wrong, as do those above it that ran and couldn't show their value.
    with suppress(CellExecutionError):
        # A loop of its own, closed at the end: nbclient's own way leaves one open in each thread.
        asyncio.run(client.async_execute(env=env))
    _check_outputs(nb, source, folder.name)
    for cell in nb.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            _settle(output)
    nb.metadata.pop("widgets", None)
    # Built on another machine, the notebook is the same.
    nb.metadata.get("language_info", {}).pop("version", None)


def _check_outputs(nb: Any, source: Source, lang: str) -> None:
    """Find cells that failed, also those whose value can't be shown: they run, and end in a traceback."""
    places = origins(source, lang)
    faults = Faults()
    for cell in nb.cells:
        errors = [o for o in cell.get("outputs", ()) if o.output_type == "error"]
        for error in errors[:1]:
            trace = _COLORS.sub("", "\n".join(error.traceback))
            # Of frames in several cells, those of this one are marked with its number.
            inside = re.findall(rf"Cell In\[{cell.execution_count}\], line (\d+)", trace)
            lines = places[cell.id]
            number = int(inside[-1]) if inside else len(lines)
            reason = _("This cell fails ({lang}): {error}").format(
                lang=lang, error=f"{error.ename}: {error.evalue}"
            )
            detail = indent("\n".join([cell.source, "", trace]), "    ")
            faults.add(SourceError(f"{reason}\n{detail}", source.path, lines[min(number, len(lines)) - 1]))
    faults.settle()


def _practice_keys(source: Source) -> dict[int, Key]:
    """Compute the key that travels, for checks on the spot; even where none does, it must be computable."""
    variant = source.info.variant
    try:
        key = compute_key(source, variant)
    except UnusableVariant as error:  # of a lesson's practice: an exercise opens on a usable one
        raise SourceError(str(error), source.path, error.line) from error
    return {variant: key} if source.info.instant else {}


def _passages(source: Source) -> dict[str, Any]:
    """Return the prose that is shown after answers, sealed: it travels with the key, not in the notebook."""
    return {
        block.name: seal(source.info, block.name, block.texts)
        for block in source.blocks
        if block.role == "after"
    }


def _released(info: Info) -> Info:
    """Return what may be read before an examination: no hints."""
    return info if info.instant else replace(info, hints={})


def _path(info: Info, folder: str, suffix: str) -> str:
    return f"{FOLDERS[info.kind]}/{folder}/{info.id}.{suffix}"


@contextmanager
def _staged(root: Path, files: Mapping[str, str]) -> Iterator[Path]:
    """Lay the new key files and the data sets into a content root of their own, for the kernels to read."""
    with tempfile.TemporaryDirectory(prefix="trainkit-build-") as name:
        stage = Path(name)
        for path, text in files.items():
            write_atomic(stage / path, text)
        shutil.copytree(root / "datasets", stage / "datasets")
        yield stage


def _settle(output: Any) -> None:
    """Take out of an output what differs from run to run, or means nothing without its kernel."""
    output.get("metadata", {}).pop(WIDGET_MIME, None)
    data = output.get("data")
    if data is not None:
        data.pop(WIDGET_MIME, None)
        for mime, value in data.items():
            if isinstance(value, str):
                data[mime] = re.sub(r"(?m)[ \t]+$", "", value)


def _dumps(nb: Any) -> str:
    import nbformat

    nbformat.validate(nb)
    return json.dumps(_split_lines(nb), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _split_lines(nb: Any) -> Any:
    from nbformat.v4.rwbase import split_lines, strip_transient

    return split_lines(strip_transient(nb))


def _check_sections(source: Source) -> None:
    """Hold a lesson to its order: objectives first, the wrap-up last."""
    for lang in LANGUAGES:
        expected = [s[lang] for s in SECTIONS]
        found = [
            (m[1], b.line)
            for b in source.blocks
            if b.role == "prose"
            for m in re.finditer(r"^## (.+?)\s*$", b.texts[lang], flags=re.MULTILINE)
        ]
        if [title for title, _line in found] != expected:
            line = next(
                (line for (title, line), want in zip(found, expected, strict=False) if title != want), 1
            )
            raise SourceError(
                _("A lesson's sections are, in this order: {expected}. Found: {found}.").format(
                    expected=", ".join(expected), found=", ".join(title for title, _line in found)
                ),
                source.path,
                line,
            )


def course_root() -> Path:
    """Return the checkout to build in.

    Raises:
        SourceError: trainkit was installed from a wheel, which has no sources.
    """
    top = content.checkout()
    if top is None:
        raise SourceError(_("There are no sources here. Run this in a checkout of trainkit."), Path.cwd())
    return top
