"""Every built lesson still gives the outputs that it stores, compared strictly by nbval."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trainkit.kernels import COMMAND, PROVISIONER, client

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
SANITIZE = Path(__file__).parent / "sanitize.cfg"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment in which `python3` is the workbook's kernel, forked where that is possible."""
    folder = tmp_path_factory.mktemp("jupyter")
    spec = folder / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(
        json.dumps(
            {
                "argv": COMMAND,
                "display_name": "Python 3",
                "language": "python",
                "metadata": {"kernel_provisioner": {"provisioner_name": PROVISIONER}},
            }
        )
    )
    with client.provided() as kernels:
        yield {
            **os.environ,
            **kernels,
            # The first place wins over the kernel that ipykernel brings along.
            "JUPYTER_PATH": str(folder),
            "JUPYTER_PREFER_ENV_PATH": "0",
            "TRAINKIT_CONTENT": str(ROOT),
            "TRAINKIT_LIFE": "lab",
        }


#: Without the grammars that jsonschema compiles when nbval loads it: they take longer than a notebook runs.
PYTEST = """
import sys, pytest
from trainkit.startup import block_slow_grammars
block_slow_grammars()
sys.exit(pytest.main())
"""


def nbval(path: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PYTEST, "--nbval", "--nbval-sanitize-with", str(SANITIZE)]
    command += ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(path.parent), str(path)]
    # What its tests don't need takes longer to load than a notebook takes to run.
    command += [word for name in ("hypothesispytest", "xdist", "anyio") for word in ("-p", f"no:{name}")]
    return subprocess.run(command, cwd=path.parent, env=settings, capture_output=True, text=True, timeout=300)


def copied(path: Path, folder: Path) -> Path:
    """Copy a notebook into a folder named by its language: that is how it knows what to speak."""
    copy = folder / path.parent.name / path.name
    copy.parent.mkdir(parents=True)
    shutil.copy(path, copy)
    return copy


def test_there_are_notebooks_in_both_languages() -> None:
    assert len(NOTEBOOKS) >= 6


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_lesson_gives_its_stored_outputs(path: Path, tmp_path: Path, settings: dict[str, str]) -> None:
    result = nbval(copied(path, tmp_path), settings)
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr


def test_another_output_is_noticed(tmp_path: Path, settings: dict[str, str]) -> None:
    copy = copied(ROOT / "notebooks" / "en" / "3-01.ipynb", tmp_path)
    nb = json.loads(copy.read_text(encoding="utf-8"))
    changed = next(
        o for c in nb["cells"] for o in c.get("outputs", ()) if o["output_type"] == "execute_result"
    )
    changed["data"]["text/plain"] = ["something else"]
    copy.write_text(json.dumps(nb), encoding="utf-8")
    result = nbval(copy, settings)
    assert result.returncode == 1
    assert "something else" in result.stdout
