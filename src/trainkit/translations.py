"""The Chinese catalogue of interface text: collected from the sources, kept up to date, compiled.

The catalogue holds neither places nor dates, so it changes only when a text does.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from trainkit.errors import SourceError
from trainkit.i18n import _

__all__ = ["Update", "catalogue_path", "compiled", "extract", "read", "renewed", "update", "written"]

_PACKAGE = Path("src", "trainkit")
_HEADER = "# Interface texts of trainkit in Chinese. `trainkit messages` adds new ones and compiles."


@dataclass(frozen=True)
class Update:
    """What bringing the catalogue up to date has found.

    Args:
        messages: how many the sources have.
        untranslated: English texts that wait for a translation.
        dropped: English texts that no source has any more.
    """

    messages: int
    untranslated: tuple[str, ...]
    dropped: tuple[str, ...]


class _Catalogue(Catalog):
    """A catalogue whose header says nothing that changes by itself."""

    def __init__(self) -> None:
        super().__init__(locale="zh", header_comment=_HEADER, fuzzy=False)

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "trainkit"),
            ("Language", "zh"),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit\n"),
        ]

    def put(self, id: Any, string: Any = None) -> None:
        """Add a message; all texts are for `str.format`, whatever a per cent sign looks like."""
        self.add(id, string).flags.clear()


def catalogue_path(root: Path) -> Path:
    """Return where the catalogue of the checkout `root` lies; compiled, it lies beside it as `.mo`."""
    return root / _PACKAGE / "locale" / "zh" / "LC_MESSAGES" / "trainkit.po"


def extract(root: Path) -> Catalog:
    """Return all messages of the sources, without translations.

    Which files are read, and how, stands in `pyproject.toml` under `[tool.babel]`.
    """
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    methods, options = [], {}
    for mapping in settings["tool"]["babel"]["mappings"]:
        patterns = mapping.pop("pattern")
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            methods.append((pattern, mapping["method"]))
            options[pattern] = mapping
    found = _Catalogue()
    for _file, _line, message, *_rest in extract_from_dir(root / _PACKAGE, methods, options):
        found.put(message)
    return found


def read(path: Path) -> Catalog:
    """Read a catalogue; one that doesn't exist yet is empty.

    Raises:
        SourceError: a line can't be read.
    """
    if not path.is_file():
        return _Catalogue()
    with path.open("rb") as file:
        try:
            return read_po(file, locale="zh", abort_invalid=True)
        except PoFileError as error:
            message = _("The catalogue can't be read: {error}").format(error=error)
            raise SourceError(message, path, error.lineno) from error


def renewed(template: Catalog, translated: Catalog) -> Catalog:
    """Return the messages of `template` with those translations that `translated` has for exactly them.

    A changed English text starts without a translation: a near match would say something else.
    """
    new = _Catalogue()
    for message in template:
        if message.id:
            old = translated.get(message.id)
            new.put(message.id, old.string if old and not old.fuzzy else None)
    return new


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as the text of its `.po` file: sorted, one line a text."""
    file = BytesIO()
    write_po(file, catalogue, width=0, no_location=True, sort_output=True)
    return file.getvalue().rstrip() + b"\n"


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as gettext reads it, a `.mo` file."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def update(root: Path) -> Update:
    """Bring the catalogue of the checkout `root` in line with its sources, and compile it."""
    path = catalogue_path(root)
    old = read(path)
    new = renewed(extract(root), old)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(new))
    path.with_suffix(".mo").write_bytes(compiled(new))
    return Update(
        messages=len(new),
        untranslated=tuple(sorted(_english(m.id) for m in new if m.id and not _is_translated(m.string))),
        dropped=tuple(sorted(_english(m.id) for m in old if m.id and m.id not in new)),
    )


def _english(id: Any) -> str:
    return id if isinstance(id, str) else id[0]


def _is_translated(string: Any) -> bool:
    return bool(string) if isinstance(string, str) else bool(string) and all(string)
