"""Building what trainees open from what authors write.

Lessons become executed notebooks, exercises clean ones, each in both languages, with a key file beside
them. The same sources give the same bytes: cell ids come from the cells' own text, and outputs that
differ from run to run are taken out.
"""

from __future__ import annotations

import ast
import asyncio
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trainkit import content
from trainkit.course.catalogue import FOLDERS, dump
from trainkit.course.frontmatter import COMPETENCIES
from trainkit.course.interactive import WIDGET_MIME
from trainkit.course.key import compute_key, filled
from trainkit.course.model import LEVELS, Answer, Info, Key, Kind
from trainkit.course.source import BEGIN, END, Block, Source, read_all
from trainkit.errors import SourceError
from trainkit.files import write_atomic
from trainkit.i18n import LANGUAGES, _

__all__ = [
    "PRACTICE_VARIANTS",
    "SECTIONS",
    "SOURCES",
    "build",
    "compose",
    "course_root",
    "differences",
    "execute",
    "starter",
    "write",
]

#: The folder of written sources of each kind.
SOURCES: dict[Kind, str] = {"lesson": "lessons", "exercise": "solutions"}

#: Variants whose keys travel with the workbook, for checks on the spot.
PRACTICE_VARIANTS = (0,)

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
        SourceError: a source is wrong; the message begins with file and line.
    """
    sources = [s for kind, folder in SOURCES.items() for s in read_all(root / folder, kind)]
    files: dict[str, str] = {}
    for source in sources:
        if source.info.kind == "lesson":
            _check_sections(source)
        report(_("keys of {kind} {id}").format(kind=source.info.kind, id=source.info.id))
        files[_path(source.info, "keys", "json")] = dump(_released(source.info), _practice_keys(source))
    jobs = [(source, lang) for source in map(filled, sources) for lang in LANGUAGES]
    with _staged(root, files) as stage, ThreadPoolExecutor(workers) as pool:

        def make(job: tuple[Source, str]) -> tuple[str, str]:
            source, lang = job
            nb = compose(source, lang)
            if source.info.kind == "lesson":
                execute(nb, stage / "work" / lang, source, content_root=stage)
            return _path(source.info, lang, "ipynb"), _dumps(nb)

        for path, text in pool.map(make, jobs):
            report(path)
            files[path] = text
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


def compose(source: Source, lang: str, *, solved: bool = False) -> Any:
    """Return the notebook in a language, without outputs.

    Model solutions become starters, mistakes and hints stay behind, and of the cells' metadata only
    what is on a short list survives.

    Args:
        source: the lesson or exercise.
        lang: `en` or `zh`.
        solved: keep the model solution, for running it.
    """
    import nbformat.v4 as v4

    info = source.info
    seeded = [("heading", _markdown(_heading(info, lang)))]
    if info.kind == "exercise":
        seeded.append(("variant", _code("variant = 0", tags=["parameters"])))
    for block in source.blocks:
        seeded += _cells(block, lang, info, solved=solved)
    cells = _named(seeded)
    metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        "title": info.title[lang],
        "trainkit": {"kind": info.kind, "id": info.id, "edition": info.edition, "lang": lang},
    }
    return v4.new_notebook(cells=cells, metadata=metadata)


def starter(code: str, answers: Iterable[Answer]) -> str:
    r"""Return a cell's starter: what stands between the solution marks becomes `name = ...`.

    >>> print(starter("# BEGIN SOLUTION\nn = 3\nnps = n * 2\n# END SOLUTION\nex.answer(nps=nps)",
    ...               [Answer("nps", "number", {})]))
    nps = ...
    ex.answer(nps=nps)
    """
    names = [a.name for a in answers]
    kept: list[str] = []
    hidden: list[str] | None = None
    for line in code.splitlines():
        if line.strip() == BEGIN:
            hidden = []
        elif line.strip() == END and hidden is not None:
            kept += _placeholders("\n".join(hidden), names)
            hidden = None
        elif hidden is not None:
            hidden.append(line)
        else:
            kept.append(line)
    return "\n".join(kept)


def execute(nb: Any, folder: Path, source: Source, *, content_root: Path) -> None:
    """Execute a notebook in place, in a folder named by its language, and keep stable outputs only.

    Raises:
        SourceError: a cell fails; the message shows the cell's source and what it printed.
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
        kernel_manager_class=WorkbookKernelManager,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        # A loop of its own, closed at the end: nbclient's own way leaves one open in each thread.
        asyncio.run(client.async_execute(env=env))
    except CellExecutionError as error:
        raise SourceError(str(error), source.path) from error
    for cell in nb.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            _settle(output)
    nb.metadata.pop("widgets", None)


def _practice_keys(source: Source) -> dict[int, Key]:
    """Compute the keys that travel; even where none does, variant 0 must be computable."""
    keys = {variant: compute_key(source, variant) for variant in PRACTICE_VARIANTS}
    return keys if source.info.instant else {}


def _released(info: Info) -> Info:
    """Return what may be read before an examination: no hints."""
    from dataclasses import replace

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


def _heading(info: Info, lang: str) -> str:
    competencies = {"en": ", ", "zh": "、"}[lang].join(
        f"{c} {COMPETENCIES[c][lang]}" for c in info.competencies
    )
    kind = {
        "lesson": {"en": "Lesson", "zh": "课程"},
        "exercise": {"en": "Exercise", "zh": "练习"},
    }[info.kind][lang]
    minutes = {"en": f"{info.minutes} minutes", "zh": f"{info.minutes} 分钟"}[lang]
    points = {"en": f" · {info.points:g} points", "zh": f" · {info.points:g} 分"}[lang]
    line = f"{kind} · {LEVELS[info.level][lang]} · {minutes} · {competencies}"
    return f"# {info.id} {info.title[lang]}\n\n{line}{points if info.kind == 'exercise' else ''}"


def _cells(block: Block, lang: str, info: Info, *, solved: bool) -> Iterator[tuple[str, Any]]:
    """Yield a block's cells, each with what its id is made of: the English text, so that ids are shared."""
    seed = block.texts["en"]
    if block.role == "quiz":
        yield seed, _code(f'lesson.quiz("{block.name}")')
    elif block.role == "prose":
        yield seed, _markdown(block.texts[lang])
    else:
        code = block.texts[lang] if solved else starter(block.texts[lang], info.answers)
        for answer in info.answers:
            if answer.choices and re.search(rf"^{answer.name} = \.\.\.$", code, flags=re.MULTILINE):
                yield f"choices {answer.name}", _choices(answer, lang)
        yield seed, _code(code, tags=list(block.tags))


def _choices(answer: Answer, lang: str) -> Any:
    """List an answer's choices. A page shows them as input and hides this cell by its tag."""
    how = {
        "choice": {"en": "Set `{name}` to one of:", "zh": "从中选一个，赋值给 `{name}`："},
        "choices": {
            "en": "Set `{name}` to a list of those that apply:",
            "zh": "把符合的都选出来，用列表赋值给 `{name}`：",
        },
    }[answer.type][lang]
    lines = [f'- `"{c.id}"` {c.label[lang]}' for c in answer.choices]
    return _markdown("\n".join([how.format(name=answer.name), "", *lines]), tags=["choices"])


def _markdown(source: str, tags: list[str] | None = None) -> Any:
    import nbformat.v4 as v4

    return v4.new_markdown_cell(source, metadata={"tags": tags} if tags else {})


def _code(source: str, tags: list[str] | None = None) -> Any:
    import nbformat.v4 as v4

    return v4.new_code_cell(source, metadata={"tags": tags} if tags else {})


def _named(seeded: Iterable[tuple[str, Any]]) -> list[Any]:
    """Give each cell an id from its seed: it stays when other cells come, go or move."""
    seen: dict[str, int] = {}
    cells = []
    for seed, cell in seeded:
        digest = hashlib.sha256(seed.encode()).hexdigest()[:10]
        seen[digest] = seen.get(digest, 0) + 1
        cell["id"] = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        cells.append(cell)
    return cells


def _placeholders(code: str, names: list[str]) -> list[str]:
    """Return `name = ...` for every answer that the hidden code assigns, in its order."""
    assigned = [
        node.id
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return [f"{name} = ..." for name in dict.fromkeys(assigned) if name in names]


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
