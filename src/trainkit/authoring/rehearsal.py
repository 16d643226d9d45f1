"""Running everything that the course promises to run: lessons as trainees get them, and model solutions.

papermill executes each notebook in a process of its own; a model solution must also be right in all answers.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from trainkit.authoring.build import SOURCES
from trainkit.authoring.compose import compose
from trainkit.authoring.key import compute_key
from trainkit.authoring.opening import opened
from trainkit.authoring.source import Source, read_all
from trainkit.course.answers import ANSWER_MIME
from trainkit.course.judge import judge
from trainkit.course.model import Kind
from trainkit.errors import UnknownName
from trainkit.extras import needed
from trainkit.i18n import LANGUAGES, _
from trainkit.kernels import client

__all__ = ["Job", "Outcome", "jobs", "rehearse"]


@dataclass(frozen=True)
class Job:
    """One notebook to run: a lesson, or an exercise with its model solution.

    Args:
        root: the checkout.
        kind: lesson or exercise.
        id: of the activity.
        lang: language of the notebook.
        variant: of the data; where the exercise opens if `None`.
    """

    root: Path
    kind: Kind
    id: str
    lang: str
    variant: int | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.id} {self.lang}"


@dataclass(frozen=True)
class Outcome:
    """How a job ended: `fault` is empty if all went well."""

    job: Job
    seconds: float
    fault: str = ""


def jobs(root: Path, ids: Sequence[str] = (), langs: Sequence[str] = tuple(LANGUAGES)) -> list[Job]:
    """Return what there is to run, all of it or the given ids.

    Raises:
        UnknownName: there is no source of that id.
    """
    found = [(kind, s.info.id) for kind, folder in SOURCES.items() for s in read_all(root / folder, kind)]
    known = {id for _kind, id in found}
    for id in ids:
        if id not in known:
            raise UnknownName(_("There is no lesson or exercise `{id}`.").format(id=id), id, known)
    return [Job(root, kind, id, lang) for kind, id in found if not ids or id in ids for lang in langs]


def rehearse(todo: Sequence[Job], workers: int = 2) -> Iterator[Outcome]:
    """Run jobs in parallel and yield each outcome as it comes.

    Raises:
        MissingExtra: papermill isn't installed.
    """
    with needed("author"):
        import papermill  # noqa: F401
    with ExitStack() as running:
        kernels = running.enter_context(client.provided())
        # Fresh processes: papermill changes the working directory of the one that it runs in.
        pool = running.enter_context(
            ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=(kernels,))
        )
        for future in as_completed([pool.submit(_run, job) for job in todo]):
            yield future.result()


def _begin(variables: Mapping[str, str]) -> None:
    """In a new worker: know where kernels are forked."""
    os.environ.update(variables)


def _run(job: Job) -> Outcome:
    from trainkit.startup import prepare

    prepare()
    started = perf_counter()
    source = next(s for s in _sources(job.root / SOURCES[job.kind], job.kind) if s.info.id == job.id)
    with tempfile.TemporaryDirectory(prefix="trainkit-run-") as name:
        fault = _execute(job, source, Path(name) / job.lang)
    return Outcome(job, perf_counter() - started, fault)


@cache
def _sources(folder: Path, kind: Kind) -> Sequence[Source]:
    """Return all sources of a kind, read once a worker: it lives no longer than a rehearsal."""
    return [opened(source) for source in read_all(folder, kind)]


def _execute(job: Job, source: Source, folder: Path) -> str:
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from trainkit.kernels import WorkbookKernelManager

    variant = source.info.variant if job.variant is None else job.variant
    folder.mkdir()
    path = folder / f"{job.id}.ipynb"
    nbformat.write(compose(source, job.lang, solved=job.kind == "exercise"), path)
    os.environ["TRAINKIT_LIFE"] = "lab"
    os.environ.pop("TRAINKIT_WORKSPACE", None)
    try:
        nb = papermill.execute_notebook(
            path,
            None,  # saving it after each cell would take as long as running it
            parameters={"variant": variant} if job.kind == "exercise" else {},
            progress_bar=False,
            cwd=folder,
            kernel_manager_class=WorkbookKernelManager,
            shutdown_kernel="immediate",  # nothing is left to tidy up in a kernel of ours
        )
    except PapermillExecutionError as error:
        return _broken_cell(error)
    return _wrong_answers(source, variant, nb) if job.kind == "exercise" else ""


def _broken_cell(error: Any) -> str:
    """Return the cell's source, and the traceback that ends what it printed."""
    trace = "\n".join(error.traceback)
    return _("Cell {number} fails:\n{source}\n\n{trace}").format(
        number=error.exec_count, source=error.source, trace=trace
    )


def _wrong_answers(source: Source, variant: int, nb: Any) -> str:
    key = compute_key(source, variant)
    payloads = {
        payload["name"]: payload
        for cell in nb.cells
        for output in cell.get("outputs", ())
        for payload in output.get("data", {}).get(ANSWER_MIME, ())
    }
    verdicts = [judge(a, key.answers[a.name], payloads.get(a.name)) for a in source.info.answers]
    return "\n".join(f"{v.name}: {v.outcome} {v.detail}" for v in verdicts if not v.right)
