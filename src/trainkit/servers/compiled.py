"""Page templates, compiled once a server. Voila compiles all of them for each page, for 0.2 s of CPU."""

from __future__ import annotations

from collections.abc import MutableMapping
from types import CodeType
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, Template
from traitlets import default
from voila import notebook_renderer
from voila.exporter import VoilaExporter

__all__ = ["CompiledOnce", "use_compiled_templates"]

#: Compiled templates by name, dialect and source. It is read each time, so a changed template is seen.
_CODE: dict[tuple[str, bool, str], CodeType] = {}


class CompiledOnce(BaseLoader):
    """A loader that stands before others, and finds templates by means of them."""

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - jinja2 names it
    ) -> Template:
        """Return a template for `environment`, whose filters and globals are those of one page.

        Raises:
            TemplateNotFound: no other loader knows it.
        """
        assert isinstance(environment.loader, ChoiceLoader)
        others = ChoiceLoader([loader for loader in environment.loader.loaders if loader is not self])
        source, filename, is_current = others.get_source(environment, name)
        key = (name, environment.is_async, source)
        if key not in _CODE:
            _CODE[key] = environment.compile(source, name, filename)
        return environment.template_class.from_code(environment, _CODE[key], globals or {}, is_current)


class _Exporter(VoilaExporter):
    @default("extra_loaders")
    def _compiled_once(self) -> list[BaseLoader]:
        return [CompiledOnce()]


def use_compiled_templates() -> None:
    """Have Voila's pages use `CompiledOnce`; there is no setting for it."""
    notebook_renderer.VoilaExporter = _Exporter
