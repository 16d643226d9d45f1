"""Making many variants before they are needed, in several processes: each costs half a second of a core."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from trainkit.authoring.source import Source
from trainkit.classes.assignment import shown

__all__ = ["make_ahead"]

#: Fewer variants than these are made sooner in this process than others get started.
_WORTH_PROCESSES = 16


def make_ahead(
    source: Source, variants: Collection[int], secret: str, folder: Path, *, workers: int = 2
) -> Iterator[int]:
    """Make the tables and keys of variants that trainees see; `shown` then finds them in `folder`.

    Args:
        source: the exercise's solution.
        variants: of all trainees.
        secret: of the class.
        folder: private to the assessor.
        workers: processes, where there are many variants.

    Yields:
        Each of the variants as soon as it's ready.

    Raises:
        GradingError: nothing usable follows from one of them.
        SourceError: the model solution fails.
    """
    wanted = sorted(set(variants))
    if workers < 2 or len(wanted) < _WORTH_PROCESSES:
        for variant in wanted:
            shown(source, variant, secret, folder)
            yield variant
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(shown, source, variant, secret, folder): variant for variant in wanted}
        try:
            for done in as_completed(waiting):
                done.result()
                yield waiting[done]
        finally:
            pool.shutdown(cancel_futures=True)
