"""What a run unpacks is gone with it, and if it was killed, with the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from trainkit.passing import PassingFolder, sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders aren't locked on Windows")


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of temporary files, of this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def aged(folder: str | Path) -> Path:
    os.utime(folder, (1, 1))
    return Path(folder)


def test_a_folder_is_private_and_gone_at_the_end():
    with PassingFolder("unpacked") as name:
        assert Path(name).stat().st_mode & 0o077 == 0
        Path(name, "work.ipynb").write_text("{}")
    assert not Path(name).exists()


def test_what_a_killed_run_left_goes_with_the_next(scratch: Path):
    code = (
        "import time; from trainkit.passing import PassingFolder\n"
        "folder = PassingFolder(); print(folder.name, flush=True); time.sleep(60)"
    )
    argv = [sys.executable, "-c", code]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        left = aged(process.stdout.readline().strip())
        (left / "work.ipynb").write_text("{}")
        aged(left)
        assert sweep() == []
        process.send_signal(signal.SIGKILL)
    assert sweep() == [left]
    assert not left.exists()


def test_a_folder_that_was_made_just_now_is_left():
    made = Path(tempfile.mkdtemp(prefix="trainkit-"))
    assert sweep() == []
    aged(made)
    assert sweep() == [made]


def test_what_is_not_ours_is_left(scratch: Path):
    other = aged(tempfile.mkdtemp(prefix="someone-"))
    target = scratch / "kept"
    target.mkdir()
    (scratch / "trainkit-link").symlink_to(target)
    (scratch / "trainkit-file").write_text("")
    assert sweep() == []
    assert other.is_dir()
    assert target.is_dir()
