"""The base data set: variant 0 as it is committed in `datasets/`."""

from __future__ import annotations

from pathlib import Path

from trainkit import content
from trainkit.company import manifest
from trainkit.company.export import generate
from trainkit.errors import DataError
from trainkit.i18n import _

__all__ = ["write"]


def write(directory: Path | None = None) -> Path:
    """Write the base data set and its manifest.

    A file whose values are those it already has stays untouched: Parquet files differ from one version of
    the library to the next even when their values don't.

    Args:
        directory: where to; the checkout's `datasets/` if `None`.

    Returns:
        The manifest's path.

    Raises:
        DataError: no directory is given and trainkit doesn't run from a checkout.
    """
    import tempfile

    if directory is None:
        top = content.checkout()
        if top is None:
            raise DataError(_("The base data set is written in a checkout of trainkit only."))
        directory = top / "datasets"
    directory.mkdir(parents=True, exist_ok=True)
    before = manifest.read(directory) if (directory / manifest.MANIFEST).is_file() else {}
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        made = generate(Path(folder))
        for name, entry in manifest.read(made.parent).items():
            old, path = before.get(name), directory / entry.path
            kept = old and old.content == entry.content and path.is_file()
            if not kept:
                (made.parent / entry.path).replace(path)
        return _settle(directory, made, before)


def _settle(directory: Path, made: Path, before: dict[str, manifest.Entry]) -> Path:
    """Write the manifest: entries of files that stayed are those of before."""
    import json

    entries = [
        old if (old := before.get(name)) and old.content == entry.content else entry
        for name, entry in manifest.read(made.parent).items()
    ]
    generator = json.loads(made.read_text(encoding="utf-8"))["generator"]
    return manifest.write(directory, entries, **generator)
