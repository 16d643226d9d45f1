from __future__ import annotations

import io

import pytest
from rich.cells import cell_len

from trainkit.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_now_and_then_and_the_last_one():
    stream = io.StringIO()
    progress = Progress(50, stream, every=3600)
    for n in range(50):
        progress.step(f"trainee-{n}")
    progress.close()
    [line] = stream.getvalue().splitlines()
    assert line.startswith("50 of 50")
    assert line.endswith("0:00 left · trainee-49")


def test_a_terminal_gets_one_line_that_is_written_over():
    stream = Terminal()
    progress = Progress(3, stream)
    for n in range(3):
        progress.step(str(n))
    progress.close()
    assert stream.getvalue().count("\r") == 3
    assert stream.getvalue().count("\n") == 1


def test_what_trainees_are_called_never_leaves_the_line(monkeypatch: pytest.MonkeyPatch):
    """Neither by its length, nor by its width, nor by what a terminal would obey."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("x" * 200, "林悦" * 60, "a\r\nb\x1b[2Jc\x9b1m"):
        stream = Terminal()
        Progress(2, stream).step(name)
        written = stream.getvalue().removeprefix("\r\x1b[K")
        assert written.startswith("1 of 2")
        assert cell_len(written) < 80
        assert written.isprintable()


def test_rate_and_remaining_time_follow_from_what_is_done():
    progress = Progress(10, None)
    progress.step("a")
    progress.step("b")
    assert progress.line("b", seconds=30) == "2 of 10 · 4.0 a minute · 2:00 left · b"
