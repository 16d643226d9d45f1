"""Progress of a long job, on a terminal and in a log: how many, how fast, how much longer."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

from trainkit.i18n import _
from trainkit.legible import visible

__all__ = ["Progress"]


class Progress:
    """Says how far a job is: on one line that is written over, or, in a log, on a line now and then.

    Args:
        total: steps of the job.
        stream: where to write; nothing is written to `None`.
        every: seconds between two lines in a log.
    """

    def __init__(self, total: int, stream: TextIO | None, *, every: float = 10.0) -> None:
        self._total, self._stream, self._every = total, stream, every
        self._done = 0
        self._started = time.monotonic()
        self._spoken = self._started
        self._live = bool(stream and stream.isatty())

    def step(self, what: str) -> None:
        """One step is done; `what` names it, and may be written by anybody."""
        self._done += 1
        now = time.monotonic()
        due = self._live or self._done == self._total or now - self._spoken >= self._every
        if self._stream is None or not due:
            return
        self._spoken = now
        text = self.line(visible(" ".join(what.split())), now - self._started)
        self._stream.write(f"\r\x1b[K{_on_one_line(text)}" if self._live else f"{text}\n")
        self._stream.flush()

    def line(self, what: str, seconds: float) -> str:
        """Return the line that says where the job stands after some seconds."""
        rate = self._done / max(seconds, 1e-6)
        return _("{done} of {total} · {rate} a minute · {left} left · {what}").format(
            done=self._done,
            total=self._total,
            rate=f"{rate * 60:.1f}",
            left=_clock((self._total - self._done) / rate),
            what=what,
        )

    def close(self) -> None:
        """Leave the line."""
        if self._stream is not None and self._live and self._done:
            self._stream.write("\n")


def _on_one_line(text: str) -> str:
    """Return a text as far as the terminal is wide: of a longer one, the rest couldn't be written over."""
    from rich.cells import cell_len, set_cell_size

    width = shutil.get_terminal_size().columns - 1
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _clock(seconds: float) -> str:
    """Return a duration as `m:ss` or `h:mm:ss`.

    >>> _clock(75.2), _clock(3675)
    ('1:15', '1:01:15')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
