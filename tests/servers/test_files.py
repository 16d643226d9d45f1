"""A reader sees the old content or the new, never half of it."""

from __future__ import annotations

import os
import stat

import pytest

from trainkit import files


def test_missing_folders_are_made_and_text_is_utf_8(tmp_path):
    path = tmp_path / "a" / "文件.json"
    files.write_atomic(path, "澜泰\n")
    assert path.read_bytes() == "澜泰\n".encode()


def test_a_failed_write_leaves_the_old_content_and_no_rubbish(tmp_path, monkeypatch):
    path = tmp_path / "plan.json"
    files.write_atomic(path, "old")

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        files.write_atomic(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_called_by_its_own_name(tmp_path):
    """The file that is written first has a name that nobody knows."""
    (tmp_path / "there").mkdir()
    for name in ("there", "x" * 300):
        with pytest.raises(OSError, match=rf"{name}'$") as caught:
            files.write_atomic(tmp_path / name, "text")
        assert caught.value.filename == str(tmp_path / name)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o644)])
def test_a_private_file_is_for_its_owner_alone(tmp_path, private, mode):
    before = os.umask(0o022)
    try:
        files.write_atomic(tmp_path / "f", b"", private=private)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == mode


def test_of_several_writers_of_a_file_that_is_made_once_the_first_counts(tmp_path):
    path = tmp_path / "class.secret"
    files.write_atomic(path, "first", private=True, once=True)
    files.write_atomic(path, "second", private=True, once=True)
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]
