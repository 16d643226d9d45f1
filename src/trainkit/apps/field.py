"""What the input of an answer is, whatever its type: a value, and a draft that is kept as it was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trainkit.course.model import Answer

__all__ = ["Input"]


class Input:
    """The input of one answer.

    Args:
        answer: what is asked.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self._told: list[Callable[[], None]] = []
        self._asked: list[Callable[[], None]] = []
        self.widget: Any = self._widget()

    def _widget(self) -> Any:
        raise NotImplementedError

    @property
    def value(self) -> Any:
        """What was entered; `...` if nothing was. What can't be read is returned as it is, for the judge."""
        raise NotImplementedError

    def fill(self, value: Any) -> None:
        """Show a value that was saved before, as plain data."""

    @property
    def draft(self) -> Any:
        """What stands in the input, as it was typed, as plain data."""
        raise NotImplementedError

    def restore(self, draft: Any) -> None:
        """Show a draft again; what doesn't fit any more, since the question was changed, is left out."""
        raise NotImplementedError

    @property
    def typed(self) -> list[str]:
        """The text of each field to type in, in the order of the page."""
        return []

    def clear(self) -> None:
        """Empty the input."""
        raise NotImplementedError

    def on_change(self, action: Callable[[], None]) -> None:
        """Call `action` whenever something is typed, picked or read."""
        self._told.append(action)

    def on_enter(self, action: Callable[[], None]) -> None:
        """Call `action` when Enter is pressed where that is no new line."""
        self._asked.append(action)

    def _changed(self, _change: object = None) -> None:
        for action in self._told:
            action()

    def _heard(self, _widget: object, content: Any, _buffers: object) -> None:
        """Hear what a text field says besides its value: that Enter was pressed."""
        if isinstance(content, dict) and content.get("event") == "submit":
            for action in self._asked:
                action()
