"""What commands write on a terminal or into a file: in the user's language, in whatever encoding."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from trainkit import i18n

ROOT = Path(__file__).parents[1]
LOCALES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "TRAINKIT_LANG")

#: Streams of a Chinese and of a Western Windows where output goes into a file.
CODE_PAGES = ["gbk", "cp1252"]


def trainkit(*words: object, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[bytes]:
    surroundings = {name: value for name, value in os.environ.items() if name not in LOCALES}
    return subprocess.run(
        [sys.executable, "-m", "trainkit", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        env={**surroundings, **variables},
    )


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class with one graded notebook."""
    folder = tmp_path_factory.mktemp("class") / "spring"
    assert trainkit("class", "new", folder, "--exercises", "1-06").returncode == 0
    handed_in = folder / "submissions" / "lin-yue"
    handed_in.mkdir(parents=True)
    shutil.copy(ROOT / "exercises" / "en" / "1-06.ipynb", handed_in)
    done = trainkit("grade", folder, "--unsafe-no-sandbox", PYTHONUTF8="1")
    assert done.returncode == 0, done.stderr.decode()
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("encoding", CODE_PAGES)
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("words", [("grade", "--unsafe-no-sandbox"), ("grades", "show")])
def test_a_table_of_grades_is_written_in_any_encoding(
    graded: Path, encoding: str, lang: str, words: tuple[str, ...]
) -> None:
    done = trainkit("--lang", lang, *words, graded, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr.decode(encoding)
    assert "1-06" in done.stdout.decode(encoding)


@pytest.mark.parametrize("encoding", [*CODE_PAGES, "cp437"])
@pytest.mark.parametrize("words", [("metrics", "nps"), ("metrics",), ("--help",), ("metrics", "npz")])
def test_a_sign_that_the_encoding_lacks_is_replaced(encoding: str, words: tuple[str, ...]) -> None:
    done = trainkit("--lang", "zh", *words, PYTHONIOENCODING=encoding)
    said = (done.stdout + done.stderr).decode(encoding)
    assert done.returncode == (1 if "npz" in words else 0), said
    assert len(said) > 20
    assert "Traceback" not in said


CHINESE = "没有名为"
ENGLISH = "no metric"


@pytest.mark.parametrize(
    ("words", "variables", "expected"),
    [
        ([], {}, ENGLISH),
        ([], {"LANG": "C.UTF-8"}, ENGLISH),
        ([], {"LANG": "fr_FR.UTF-8"}, ENGLISH),
        ([], {"LANG": "zh_CN.UTF-8"}, CHINESE),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, ENGLISH),
        ([], {"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, CHINESE),
        ([], {"LANGUAGE": "zh:en", "LANG": "en_US.UTF-8"}, CHINESE),
        ([], {"LANG": "zh_CN.UTF-8", "TRAINKIT_LANG": "en"}, ENGLISH),
        ([], {"LANG": "en_US.UTF-8", "TRAINKIT_LANG": "zh_CN"}, CHINESE),
        (["--lang", "en"], {"LANG": "zh_CN.UTF-8", "TRAINKIT_LANG": "zh"}, ENGLISH),
        (["--lang", "zh"], {"LANG": "en_US.UTF-8"}, CHINESE),
    ],
)
def test_commands_speak_as_asked_or_as_the_system(
    words: list[str], variables: dict[str, str], expected: str
) -> None:
    """First `--lang`, then the setting, then the system's language, then English."""
    said = trainkit(
        *words, "metrics", "no-such-metric", **variables, PYTHONIOENCODING="utf-8"
    ).stderr.decode()
    assert expected in said


def test_the_library_does_not_follow_the_system() -> None:
    """What is built or graded doesn't depend on whose machine it is."""
    code = "from trainkit.i18n import get_language; print(get_language())"
    said = subprocess.check_output(
        [sys.executable, "-c", code], env={**os.environ, "LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8"}
    )
    assert said.decode().strip() == "en"


@pytest.mark.parametrize(("number", "lang"), [(0x0804, "zh"), (0x0409, "en"), (0x040C, "en"), (0, "en")])
def test_on_windows_the_language_of_its_menus_counts(
    monkeypatch: pytest.MonkeyPatch, number: int, lang: str
) -> None:
    for name in LOCALES:
        monkeypatch.delenv(name, raising=False)
    kernel = SimpleNamespace(GetUserDefaultUILanguage=lambda: number)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    assert i18n._language_of_system() == lang
