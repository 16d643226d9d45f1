"""YAML as front matter writes it: plain entries, each once, without anchors and tags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainkit.errors import SourceError
from trainkit.i18n import _

__all__ = ["entries_of"]

#: Lines of a file above its front matter.
_ABOVE = 1


def entries_of(text: str, path: Path) -> Mapping[Any, Any]:
    """Return the entries of a front matter.

    Raises:
        SourceError: it isn't YAML, says something twice, or uses what could mean more than it shows.
    """
    import yaml

    try:
        read = yaml.load(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _fault(error.problem or str(error).splitlines()[0], path, mark.line if mark else 0) from error
    except yaml.YAMLError as error:
        raise _fault(str(error).splitlines()[0], path, 0) from error
    except RecursionError as error:
        raise _fault(_("it is nested too deeply"), path, 0) from error
    if not isinstance(read, Mapping):
        raise SourceError(
            _("The front matter should be entries: a name, a colon, a value."), path, 1 + _ABOVE
        )
    return read


def _fault(reason: str, path: Path, line: int) -> SourceError:
    message = _("The front matter is not YAML: {error}").format(error=reason)
    return SourceError(message, path, line + 1 + _ABOVE)


def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """A safe loader that refuses what an author can't have meant."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()
            if getattr(event, "anchor", None) is not None:
                raise yaml.composer.ComposerError(
                    None, None, _("write the text again instead of `&` and `*`"), event.start_mark
                )
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            names = set()
            for key, _value in node.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in names:
                        message = _("`{name}` is there twice").format(name=key.value)
                        raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
                    names.add(key.value)
            return super().construct_mapping(node, deep=deep)

        def construct_object(self, node: Any, deep: bool = False) -> Any:
            try:
                return super().construct_object(node, deep=deep)
            except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
                # A date of a 13th month, a tag on what isn't of its kind.
                message = _("`{value}` can't be read").format(value=node.value)
                raise yaml.constructor.ConstructorError(None, None, message, node.start_mark) from error

    return Loader
